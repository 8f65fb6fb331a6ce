"""Whom EDGAR turns away: who does not say who they are, and who asks too often."""

from collections import deque


def is_declared(user_agent: str | None) -> bool:
    """EDGAR wants a name and an address to write to; what a Python library sends by itself names nobody."""
    name = (user_agent or "").strip().lower()
    return name != "" and not name.startswith(("python", "aiohttp"))


class RateWindow:
    """The last requests over both hosts. A refused one counts too: who hammers on stays refused."""

    def __init__(self, requests_per_s: int) -> None:
        self._allowed = requests_per_s
        self._times_s: deque[float] = deque(maxlen=requests_per_s)

    def takes(self, now_s: float) -> bool:
        """Whether fewer than the allowed number came in the second that ends now. `now_s` never goes backwards."""
        full = len(self._times_s) == self._allowed and now_s - self._times_s[0] < 1.0
        self._times_s.append(now_s)
        return not full

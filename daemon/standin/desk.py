"""Who asked for what, and what they get: everything about EDGAR but the sockets."""

import math
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from daemon.standin.answer import Answer
from daemon.standin.archive import Archive
from daemon.standin.faults import Fault, FaultPlan, Host
from daemon.standin.manners import RateWindow, is_declared
from daemon.standin.pages import too_many, unavailable, undeclared, viewer_shell


@dataclass(frozen=True)
class Seen:
    """One request. `status` is None where no answer was sent; `fault` names what struck it."""

    host: Host
    path: str
    status: int | None
    at_s: float
    fault: str | None = None


class Desk:
    """Used by many threads."""

    def __init__(self, folder: Path, hidden: Collection[str], faults: Sequence[Fault], *, requests_per_s: int) -> None:
        self.archive = Archive(folder, hidden)
        self._window = RateWindow(requests_per_s)
        self._plan = FaultPlan(faults)
        self._seen: list[Seen] = []
        self._lock = threading.Condition()

    @property
    def requests(self) -> tuple[Seen, ...]:
        """In the order in which they came."""
        with self._lock:
            return tuple(sorted(self._seen, key=lambda seen: seen.at_s))

    def await_request(self, holds: Callable[[Seen], bool], *, within_s: float) -> bool:
        """Whether a request of which that holds came, before or within so long."""
        with self._lock:
            return self._lock.wait_for(lambda: any(map(holds, self._seen)), within_s)

    def reply(self, host: Host, target: str, user_agent: str | None) -> tuple[Answer, Fault | None]:
        """The answer, and the fault that it meets on its way. The request is on record before anything is sent."""
        with self._lock:
            now_s = time.monotonic()
            refusal = self._refusal(user_agent, now_s)
            fault = None if refusal else self._plan.next(host, target)
        answer = refusal or (_struck(fault) if fault else None) or self._asked(host, target)
        status = None if fault and fault.kind == "dropped" else answer.status
        with self._lock:
            self._seen.append(Seen(host, target, status, now_s, fault.kind if fault else None))
            self._lock.notify_all()
        return answer, fault

    def _refusal(self, user_agent: str | None, now_s: float) -> Answer | None:
        within = self._window.takes(now_s)  # an undeclared request counts as one
        if not is_declared(user_agent):
            return undeclared()
        return None if within else too_many()

    def _asked(self, host: Host, target: str) -> Answer:
        return self.archive.data(target) if host == "data" else self.archive.www(target)


def _struck(fault: Fault) -> Answer | None:
    """What is said instead; None where the fault is only on the way."""
    match fault.kind:
        case "503":
            return _come_back(unavailable(), fault)
        case "429":
            return _come_back(too_many(429), fault)
        case "refusal_page_200":
            return too_many(200)
        case "viewer_shell":
            return viewer_shell()
        case _:
            return None


def _come_back(answer: Answer, fault: Fault) -> Answer:
    if fault.retry_after_s is None:
        return answer
    seconds = fault.retry_after_s
    # A date has whole seconds: rounded up, so that who waits for it has waited long enough.
    date = formatdate(math.ceil(time.time()) + seconds, usegmt=True)
    return answer.with_header("Retry-After", date if fault.retry_after_date else str(seconds))

"""Names that sort by time and never meet (github.com/ulid/spec)."""

import re
import secrets
import threading
import time
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's, without I, L, O and U
# In one spelling: with lower case beside it one name would be two.
ULID: Final = re.compile(f"[0-7][{_ALPHABET}]{{25}}")


class Ulids:
    """May be used from several threads. Each is greater than the one before it, also within a millisecond."""

    def __init__(self) -> None:
        self._last, self._lock = 0, threading.Lock()

    def new(self) -> str:
        """48 bits of milliseconds and 80 random ones."""
        with self._lock:
            now = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
            self._last = now if now >> 80 > self._last >> 80 else self._last + 1
            return "".join(_ALPHABET[self._last >> shift & 31] for shift in range(125, -1, -5))


new_ulid: Final = Ulids().new

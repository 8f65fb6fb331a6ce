"""What goes wrong on the way to EDGAR, on a schedule: the same requests meet the same faults in every run."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Host = Literal["data", "www"]
Kind = Literal["503", "429", "dropped", "cut", "cut_gzip", "slow", "refusal_page_200", "viewer_shell"]


@dataclass(frozen=True)
class Fault:
    """`kind` is what happens:

    - `503`, `429`: that status; with `retry_after_s` the header says when to come back (`retry_after_date`: as a date)
    - `dropped`: the connection is closed before any byte
    - `cut`: the right Content-Length, half of the body, then the connection is closed
    - `cut_gzip`: half of a gzip stream, with the Content-Length of that half: nothing but the stream tells
    - `slow`: the body drips for `lasts_s` seconds
    - `refusal_page_200`, `viewer_shell`: a page that is no filing, with status 200

    It strikes the requests that are on `host` (either, if None) and in whose path the regular expression `path` is
    found: those numbered in `on`, counted from 1; else each `every`-th; else all. Refused requests are not counted.
    """

    kind: Kind
    on: tuple[int, ...] = ()
    every: int | None = None
    path: str = ""
    host: Host | None = None
    retry_after_s: int | None = None
    retry_after_date: bool = False
    lasts_s: float = 2.0

    def matches(self, host: Host, path: str) -> bool:
        return self.host in {None, host} and re.search(self.path, path) is not None

    def strikes(self, nth: int) -> bool:
        """`nth` matching request, from 1."""
        return nth in self.on if self.on else nth % (self.every or 1) == 0


class FaultPlan:
    """Counts, for each fault, the requests it matches. Where two strike at once, the first in the list does."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = tuple(faults)
        self._matched = [0] * len(self._faults)

    def next(self, host: Host, path: str) -> Fault | None:
        struck = [fault for number, fault in enumerate(self._faults) if self._counts(number, host, path)]
        return struck[0] if struck else None

    def _counts(self, number: int, host: Host, path: str) -> bool:
        fault = self._faults[number]
        if not fault.matches(host, path):
            return False
        self._matched[number] += 1
        return fault.strikes(self._matched[number])

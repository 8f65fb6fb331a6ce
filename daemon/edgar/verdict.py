"""What an answer of EDGAR means: good, nothing there, or ask again and when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from daemon.edgar.pages import sentence_of
from daemon.filing.errors import FilingUnreadable
from daemon.filing.foreign import refuse_foreign_page
from daemon.waits import retry_after

REFUSED_S: Final = 10.0  # EDGAR lets a client in again when it has been quiet for a while
_LONGEST_S: Final = 3600.0
_MISSING: Final = frozenset({404, 410})
_HOLD_ALL: Final = frozenset({429, 503})
_NOTHING_THERE: Final = (b"<Code>AccessDenied</Code>", b"<Code>NoSuchKey</Code>")


@dataclass(frozen=True)
class Answer:
    """A whole answer: as many bytes as were announced, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Good:
    body: bytes


@dataclass(frozen=True)
class Missing:
    status: int


@dataclass(frozen=True)
class Again:
    """`after_s`: what EDGAR asks for, None where it says nothing; then `first_s` is the first wait and grows.
    `everyone`: all requests wait, not only this one."""

    why: str
    after_s: float | None = None
    first_s: float = 1.0
    everyone: bool = False


Verdict = Good | Missing | Again


def judge(answer: Answer, *, now: datetime) -> Verdict:
    """`now` is naive UTC, for a `Retry-After` that is a date."""
    if answer.status == 200:
        return _judge_body(answer.body)
    if answer.status in _MISSING or (answer.status == 403 and any(mark in answer.body for mark in _NOTHING_THERE)):
        return Missing(answer.status)
    after_s = retry_after(answer.headers.get("Retry-After"), now=now, longest_s=_LONGEST_S)
    if answer.status == 403:
        return Again(f"EDGAR refuses us (HTTP 403): {sentence_of(answer.body)}", after_s, REFUSED_S, everyone=True)
    return Again(f"HTTP {answer.status}: {sentence_of(answer.body)}", after_s, everyone=answer.status in _HOLD_ALL)


def _judge_body(body: bytes) -> Verdict:
    try:
        refuse_foreign_page(body)
    except FilingUnreadable as error:
        refused = error.reason == "refusal_page"
        why = f"a page that is no answer ({error.reason}): {sentence_of(body)}"
        return Again(why, None, REFUSED_S, everyone=True) if refused else Again(why)
    return Good(body)

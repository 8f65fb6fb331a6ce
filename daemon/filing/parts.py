"""The parts of an annual report, which have names and no numbers."""

import re
from typing import Final, Literal

from daemon.filing.blocks import Block

Reported = Literal["discussion", "market_risk", "statements", "selected", "stock"]

_REPORTED: Final[tuple[tuple[Reported, re.Pattern[str]], ...]] = (
    ("market_risk", re.compile(r"quantitative and qualitative disclosures? about market risk", re.IGNORECASE)),
    (
        "discussion",
        re.compile(
            r"management(?:.s|s.)?\s+(?:financial\s+)?(?:discussion|review|analysis)\b|financial review\b|"
            r"operating and financial review\b",
            re.IGNORECASE,
        ),
    ),
    (
        "statements",
        re.compile(
            r"notes to\b.{0,80}statements|note 1\b|(?:reports? of )?independent (?:registered|auditor|accountant|public)|"
            r"consolidated financial statements$|report of management\b|management.s report on internal|"
            r"(?:management.s|report of management on) responsibility for (?:consolidated )?financial",
            re.IGNORECASE,
        ),
    ),
    (
        "selected",
        re.compile(
            r"(?:consolidated )?selected (?:consolidated |historical )?financial (?:data|information|highlights)\b|"
            r"(?:five|six|ten|eleven)[- ]year (?:consolidated )?(?:financial )?(?:summary|review|record|selected)",
            re.IGNORECASE,
        ),
    ),
    (
        "stock",
        re.compile(
            r"market for (?:the )?(?:registrant|company|corporation).{0,5} common|"
            r"(?:common )?stock(?:holder)?s?(?: market)? (?:price|and dividend).{0,40}$",
            re.IGNORECASE,
        ),
    ),
)


def reported(block: Block) -> Reported | None:
    """What a heading of an annual report opens; it has names and no numbers."""
    if not block.strong or len(block.text) > 160:
        return None
    text = block.text.lstrip("|*_-\u2013\u2014\u2022 ")
    return next((part for part, title in _REPORTED if title.match(text)), None)

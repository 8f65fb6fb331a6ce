"""Text that an Item points to: the annual report in Exhibit 13, and the pages behind the last Item. It has names and no
Item numbers."""

import re
from collections.abc import Set
from dataclasses import replace
from typing import Final

from daemon.filing.blocks import Block
from daemon.filing.parts import Reported, reported
from daemon.filing.section import Section
from daemon.forms import Form

# Behind the signatures stands what signs, certifies or lists; none of it tells of the company.
_FORMAL: Final = re.compile(
    r"\W*(?:(?:limited )?powers? of attorney|certifications?\b.{0,80}|(?:index (?:to|of) exhibits?|exhibits? index)\b.{0,40}|"
    r"exhibits?|"
    r"(?:consents? of|independent (?:auditors?|accountants?).{0,3} consent|auditors?.{0,3} consent)\b.{0,80}|"
    r"(?:significant |list of )?subsidiaries of\b.{0,80}|exhibit\s+(?!13)\d{1,3}\b.{0,80})",
    re.IGNORECASE,
)
_INDEX: Final = re.compile(r"\W*(?:index (?:to|of) exhibits?|exhibits? index|signatures?)\b.{0,40}", re.IGNORECASE)
_LISTED: Final = re.compile(
    r"\W*(?:\(?[a-d1-4]\)\W*)?(?:reports on form 8-k|exhibits\b|financial statement schedules?\b|all (?:other )?schedules|"
    r"the following (?:exhibits|documents|schedules?|financial statement schedules?))",
    re.IGNORECASE,
)
_OF_A_LIST: Final = re.compile(
    r"listed above|filed (?:as (?:a )?part of|with) this|(?:is|are) incorporated (?:herein )?by reference",
    re.IGNORECASE,
)
_REACH: Final = 6  # blocks of text behind a name in which its text begins; a list of contents has none
_LEAST: Final = 120


def annual_report(blocks: list[Block], form: Form, start: int = 0) -> list[Section]:
    """An annual report to shareholders (Exhibit 13, or what follows the signatures), cut at the names of its parts, in any
    order; item None before the first."""
    items = {form.discussion, form.market_risk, form.statements, form.selected, form.stock}
    found = by_name(blocks, Section(None, start, len(blocks), heading=False, lists=True), form, items)
    return found if start == 0 else [part for section in found for part in _without_forms(section, blocks)]


def by_name(blocks: list[Block], section: Section, form: Form, items: Set[str | None]) -> list[Section]:
    """A section, cut where an Item among `items` begins by name."""
    out = [section]
    for i in range(section.start, section.stop):
        part = reported(blocks[i])
        item = _item_of(part, form) if part else None
        if item is None or item not in items or item == out[-1].item or not _leads_on(blocks, i, part):
            continue
        if part in {"selected", "stock"} and out[-1].item == form.discussion:
            continue  # such names are sub-headings of MD&A too
        out[-1] = replace(out[-1], stop=i)
        out.append(Section(item, i, section.stop, heading=False, by_reference=True))
    if len(out) > 1:
        out[-1] = _before_index(out[-1], blocks)
    return out


def _item_of(part: Reported, form: Form) -> str | None:
    items: dict[Reported, str | None] = {
        "discussion": form.discussion,
        "market_risk": form.market_risk,
        "statements": form.statements,
        "selected": form.selected,
        "stock": form.stock,
    }
    return items[part]


def _leads_on(blocks: list[Block], at: int, part: Reported | None) -> bool:
    """There is text behind the name, before another part's: it is no line of contents or of a list of documents."""
    seen = 0
    for block in blocks[at + 1 : at + 8 * _REACH]:
        if not block.text:
            continue
        if _LISTED.match(block.text) or _OF_A_LIST.search(block.text):
            return False
        if block.prose and len(block.text) >= _LEAST:
            return True
        seen += 1
        other = reported(block)
        if seen >= _REACH or (other is not None and other != part):
            return False
    return False


def _before_index(section: Section, blocks: list[Block]) -> Section:
    """The list of exhibits and the signatures behind the statements are not theirs."""
    for i in range(section.start + 1, section.stop):
        if blocks[i].strong and len(blocks[i].text) <= 100 and _INDEX.fullmatch(blocks[i].text):
            return replace(section, stop=i)
    return section


def _without_forms(section: Section, blocks: list[Block]) -> list[Section]:
    """The section up to the first power of attorney, certificate or list in it. Text goes on only under a name."""
    for i in range(section.start, section.stop):
        if blocks[i].strong and len(blocks[i].text) <= 160 and _FORMAL.fullmatch(blocks[i].text):
            return [replace(section, stop=i)] if i > section.start else []
    return [section]

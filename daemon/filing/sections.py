"""Which Item each block belongs to: the best ascending chain of heading candidates."""

import re
from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Final

from daemon.filing.blocks import Block
from daemon.filing.headings import Heading, headings, reported, titles
from daemon.filing.prose import is_prose
from daemon.forms import Form

_FEW: Final = 4  # with fewer numbered Items that have text, they may be headed by title alone
_COVER_BLOCKS: Final = 200
_COVER: Final = re.compile(
    r"indicate by check\s?mark|aggregate market value|exact name of|documents?\s+incorporated|incorporated (?:herein )?by "
    r"reference (?:in|into)|securities registered pursuant|registrant's telephone|annual report pursuant|transition report"
    r"|(?:shares|number) of .{0,80}\boutstanding\b|outstanding .{0,60}shares of|definitive proxy statement|"
    r"fiscal year ended .{5,20}$",
    re.IGNORECASE,
)
_SIGNATURES: Final = re.compile(r"\W*SIGNATURES?(?: PAGE)?\W*", re.IGNORECASE)
_LAST_ITEMS: Final = frozenset({"13", "14", "15", "16"})
_POINTER: Final = 1500  # characters of prose below which an Item only says where its text is
_FULL_CREDIT: Final = 3000  # characters of prose behind a heading beyond which more of it proves nothing further


@dataclass(frozen=True)
class Section:
    """Blocks `start` to `stop` (exclusive) under one Item; item None before the first. `heading` says whether the first
    block is only the heading. A heading over several Items gives them all to the first."""

    item: str | None
    start: int
    stop: int
    heading: bool


def sections(blocks: list[Block], form: Form) -> list[Section]:
    """The whole document, cut at the chosen headings, in order, without gaps."""
    chosen = best_chain(headings(blocks, form), blocks, form)
    if _filled(chosen, blocks) < _FEW:
        by_title = best_chain(titles(blocks, form), blocks, form)
        chosen = max(chosen, by_title, key=lambda chain: _filled(chain, blocks))
    stops = [*(heading.index for heading in chosen), len(blocks)]
    out = [Section(None, _cover_end(blocks[: stops[0]]), stops[0], heading=False)]
    for heading, stop in zip(chosen, stops[1:], strict=True):
        out.append(Section(heading.first, heading.index, stop, heading.alone))
    return _told_apart(out, blocks, form)


def annual_report(blocks: list[Block], form: Form, start: int = 0) -> list[Section]:
    """An annual report to shareholders (Exhibit 13, or what follows the signatures) has no Item numbers, but MD&A and
    statements have names of their own. In any order; item None before the first."""
    parts = {form.discussion, form.market_risk, form.statements}
    return _by_name(blocks, Section(None, start, len(blocks), heading=False), form, parts)


def _by_name(blocks: list[Block], section: Section, form: Form, items: Set[str | None]) -> list[Section]:
    """A section, cut where MD&A, market risk or statements begin by name, if they are among `items`."""
    item_of = {"discussion": form.discussion, "market_risk": form.market_risk, "statements": form.statements}
    out = [section]
    for i in range(section.start, section.stop):
        part = reported(blocks[i])
        item = item_of[part] if part else None
        if item is not None and item in items and item != out[-1].item:
            out[-1] = replace(out[-1], stop=i)
            out.append(Section(item, i, section.stop, heading=False))
    return out


def _told_apart(found: list[Section], blocks: list[Block], form: Form) -> list[Section]:
    """What does not belong to the last Items goes its own way: the last one ends at the signatures, and where MD&A and
    statements only point to pages at the end, those pages are theirs."""
    last, after = found[-1], list[Section]()
    for i in range(last.start + 1, last.stop):
        if last.item is not None and _SIGNATURES.fullmatch(blocks[i].text):
            last, after = replace(last, stop=i), annual_report(blocks, form, i + 1)
            break
    pointing = {
        section.item
        for section in found[:-1]
        if section.item in {form.discussion, form.statements} and _prose(blocks, section) < _POINTER
    }
    out: list[Section] = []
    for section in [*found[:-1], last]:
        out.extend(_by_name(blocks, section, form, pointing) if section.item in _LAST_ITEMS else [section])
    return [*out, *after]


def _prose(blocks: list[Block], section: Section) -> int:
    return sum(len(block.text) for block in blocks[section.start : section.stop] if is_prose(block.text))


def _cover_end(blocks: list[Block]) -> int:
    """The index behind the cover page, told by the phrases the form prescribes for it; 0 without one."""
    said = [i for i, block in enumerate(blocks[:_COVER_BLOCKS]) if _COVER.search(block.text)]
    return said[-1] + 1 if len(said) > 1 else 0


def _filled(chain: list[Heading], blocks: list[Block]) -> int:
    """How many of these headings have text of their own; an index of cross-references has none."""
    return sum(earned >= 1 for earned in _credits(chain, blocks))


def best_chain(candidates: list[Heading], blocks: list[Block], form: Form) -> list[Heading]:
    """The ascending chain (document order and form order) of the highest total score. Linear in candidates times Items."""
    order = {item.key: i for i, item in enumerate(form.items)}
    credit = _credits(candidates, blocks)
    best: list[tuple[float, _Link | None]] = [(0.0, None)] * (len(order) + 1)  # best[k]: chains that end before Item k
    for heading, earned in zip(candidates, credit, strict=True):
        first, last = order[heading.first], max(order[heading.first], order[heading.last])
        total = best[first][0] + heading.score + earned
        link = _Link(heading, best[first][1])
        for k in range(last + 1, len(best)):
            if total > best[k][0]:
                best[k] = (total, link)
    return _unrolled(best[-1][1])


@dataclass(frozen=True)
class _Link:
    heading: Heading
    before: "_Link | None"


def _unrolled(link: _Link | None) -> list[Heading]:
    chain: list[Heading] = []
    while link is not None:
        chain.append(link.heading)
        link = link.before
    return chain[::-1]


def _credits(candidates: list[Heading], blocks: list[Block]) -> list[float]:
    """0 to 2 for the prose between each candidate and the next one of another Item: a contents entry has none."""
    sums = [0]
    for block in blocks:
        sums.append(sums[-1] + (len(block.text) if is_prose(block.text) else 0))
    earned: list[float] = []
    stop = len(blocks)
    for i in range(len(candidates) - 1, -1, -1):
        if i + 1 < len(candidates) and candidates[i + 1].first != candidates[i].first:
            stop = candidates[i + 1].index
        prose = sums[stop] - sums[candidates[i].index + candidates[i].alone]
        earned.append(min(1.0, prose / 300) + min(1.0, prose / _FULL_CREDIT))
    return earned[::-1]

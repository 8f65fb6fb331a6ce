"""Which Item each block belongs to: the best ascending chain of heading candidates."""

import re
from dataclasses import dataclass, replace
from typing import Final

from daemon.filing.annual import annual_report, by_name
from daemon.filing.blocks import Block
from daemon.filing.headings import Heading, headings, titles
from daemon.filing.section import LAST_ITEMS, Section
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
_PART: Final = re.compile(r"\W*PART\s+(?:IV|I{1,3}|ONE|TWO|THREE|FOUR)\W*", re.IGNORECASE)
_INTRODUCTION: Final = 2000  # characters of prose that may stand between a Part's heading and its first Item
_FEWEST: Final = 3  # Items; a whole form with fewer was not understood
_SIGNATURES: Final = re.compile(r"\W*SIGNATURES?(?: PAGE)?\W*", re.IGNORECASE)
_POINTER: Final = 1500  # characters of prose below which an Item only says where its text is
_TITLE: Final = 90  # characters; a longer line is no sub-heading
_FULL_CREDIT: Final = 3000  # characters of prose behind a heading beyond which more of it proves nothing further


def sections(blocks: list[Block], form: Form, *, whole: bool = True) -> list[Section]:
    """The whole document, cut at the chosen headings, in order; what only signs or certifies it is left out. With fewer
    than three Items no heading is believed, unless the document is not `whole`: an amendment may have one Item."""
    chosen = best_chain(headings(blocks, form), blocks, form)
    if _filled(chosen, blocks) < _FEW:
        by_title = best_chain(titles(blocks, form), blocks, form)
        chosen = max(chosen, by_title, key=lambda chain: _filled(chain, blocks))
    covered = tuple(dict.fromkeys(item for heading in chosen for item in heading.covers))
    if whole and len(covered) < _FEWEST:
        return [Section(None, _cover_end(blocks), len(blocks), heading=False, covers=covered)]
    stops = [*(heading.index for heading in chosen), len(blocks)]
    out = [Section(None, _cover_end(blocks[: stops[0]]), stops[0], heading=False, lists=True)]
    for heading, stop in zip(chosen, stops[1:], strict=True):
        section = _under(heading, stop, blocks)
        out.extend(_without_part(part, blocks) for part in _unbundled(section, blocks, form))
    return _told_apart(out, blocks, form)


def _under(heading: Heading, stop: int, blocks: list[Block]) -> Section:
    lists = any("exhibit" in block.text[:300].lower() for block in blocks[heading.index : heading.index + 2])
    return Section(
        heading.first, heading.index, stop, heading.alone, heading.covers, titled=heading.titled, lists=lists
    )


def _unbundled(section: Section, blocks: list[Block], form: Form) -> list[Section]:
    """`Items 1 and 2. Business and Properties`, cut where a later one of them begins by its title."""
    out = [section]
    if len(section.covers) < 2:
        return out
    for heading in titles(blocks[section.start + 1 : section.stop], form):
        covers = out[-1].covers
        if heading.first in covers[1:] and len(blocks[at := section.start + 1 + heading.index].text) <= _TITLE:
            cut = covers.index(heading.first)
            out[-1] = replace(out[-1], stop=at, covers=covers[:cut])
            out.append(Section(heading.first, at, section.stop, heading=True, covers=covers[cut:]))
    return out


def _without_part(section: Section, blocks: list[Block]) -> Section:
    """The section, ended by the heading of the next Part; what introduces a Part belongs to no Item."""
    prose, stop = 0, section.stop
    for i in range(section.stop - 1, section.start, -1):
        prose += len(blocks[i].text) if blocks[i].prose else 0
        if prose >= _INTRODUCTION:
            break
        if _PART.fullmatch(blocks[i].text):
            stop = i
    return replace(section, stop=stop)


def _told_apart(found: list[Section], blocks: list[Block], form: Form) -> list[Section]:
    """What does not belong to the last Items goes its own way: the last one ends at the signatures, and where MD&A and
    statements only point to pages at the end, those pages are theirs."""
    last, after = found[-1], list[Section]()
    for i in range(last.start + 1, last.stop):
        if last.item is not None and _SIGNATURES.fullmatch(blocks[i].text):
            last, after = replace(last, stop=i), annual_report(blocks, form, i + 1)
            break
    told = {
        section.item
        for section in found[:-1]
        if _prose(blocks[section.start + section.heading : section.stop]) >= _POINTER
    }
    pointing = {form.discussion, form.statements} - told
    tails = {*LAST_ITEMS, form.accountants}
    out: list[Section] = []
    for section in [*found[:-1], last]:
        out.extend(by_name(blocks, section, form, pointing) if section.item in tails else [section])
    return [*out, *after]


def _prose(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks if block.prose)


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
        sums.append(sums[-1] + (len(block.text) if block.prose else 0))
    earned: list[float] = []
    stop = len(blocks)
    for i in range(len(candidates) - 1, -1, -1):
        if i + 1 < len(candidates) and candidates[i + 1].first != candidates[i].first:
            stop = candidates[i + 1].index
        prose = sums[stop] - sums[candidates[i].index + candidates[i].alone]
        earned.append(min(1.0, prose / 300) + min(1.0, prose / _FULL_CREDIT))
    return earned[::-1]

"""Which Item each block belongs to: the best ascending chain of heading candidates."""

from dataclasses import dataclass
from typing import Final

from daemon.filing.blocks import Block
from daemon.filing.headings import Heading, headings
from daemon.filing.prose import is_prose
from daemon.forms import Form

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
    stops = [*(heading.index for heading in chosen), len(blocks)]
    out = [Section(None, 0, stops[0], heading=False)]
    for heading, stop in zip(chosen, stops[1:], strict=True):
        out.append(Section(heading.first, heading.index, stop, heading.alone))
    return out


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

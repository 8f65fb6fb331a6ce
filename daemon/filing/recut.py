"""Passages that cannot stand alone, all figures or names, join a neighbour or are cut anew together with it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from daemon.filing.chunks import ChunkOptions, Passage
from daemon.filing.prose import plainness, reads_plainly

_ENDS: Final = re.compile(r"\n\n|(?<=[.!?])\s+(?=[A-Z\"\u201c(\u2022])")
_TRIES: Final = 10  # places to cut, the nearest to the middle first
_SHORTEST: Final = 200
_SHORT: Final = 400  # characters; what is shorter joins a neighbour even where both together are not plain


def recut(text: str, found: list[Passage], options: ChunkOptions) -> list[Passage]:
    """`found` are the passages of one Item, at their places in `text`, in order; so is what comes back. Neighbours overlap
    no more than before, and no passage is longer than `options.size`."""
    out: list[Passage] = []
    last_alone = True
    for passage in found:
        alone = reads_plainly(passage.text)
        joined = None if (alone and last_alone) or not out else _together(text, out[-1], passage, options)
        if joined is None:
            out.append(passage)
            last_alone = alone
        else:
            out[-1:] = joined
            last_alone = reads_plainly(joined[-1].text)
    return out


def _together(text: str, before: Passage, after: Passage, options: ChunkOptions) -> list[Passage] | None:
    """Both as one, or as two cut elsewhere, whichever is plainer at its worst; None if nothing is plainer than now."""
    start, stop = before.char_start, after.char_end
    if stop - start <= options.size:
        whole = _passage(text, before, start, stop)
        odd = [one for one in (before, after) if not reads_plainly(one.text)]
        if len(odd) == 2 or len(odd[0].text) < _SHORT or reads_plainly(whole.text):
            return [whole]
    best, found = min(plainness(before.text), plainness(after.text)), None
    for cut, going_on in _cuts(text[start:stop], options):
        halves = [_passage(text, before, start, start + cut), _passage(text, before, start + going_on, stop)]
        worst = min(plainness(half.text) for half in halves)
        if worst > best:
            best, found = worst, halves
    return found


def _cuts(text: str, options: ChunkOptions) -> Iterator[tuple[int, int]]:
    """(end of the first half, start of the second), the most even first. The second is longer than an overlap, so that
    the passage behind it still starts behind its start."""
    least = max(_SHORTEST, options.overlap + 1)
    ends = [found.span() for found in _ENDS.finditer(text)]
    for first, second in sorted(ends, key=lambda span: abs(span[0] - len(text) / 2))[:_TRIES]:
        if least <= first <= options.size and least <= len(text) - second <= options.size:
            yield first, second


def _passage(text: str, like: Passage, start: int, stop: int) -> Passage:
    return replace(like, char_start=start, char_end=stop, text=text[start:stop])

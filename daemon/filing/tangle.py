"""Markup that a standards-following parser needs quadratic time or memory for, found and undone before it is parsed.

Measured with lexbor (selectolax 1.0.2): 16,000 nested `<div>` take 0.7 s and a million would take an hour; unclosed
formatting elements are opened again in every paragraph, which multiplies their number by that of the paragraphs."""

import re
from itertools import accumulate
from typing import Final

from daemon.filing.errors import FilingUnreadable

_VOID_TAGS: Final = "area base br col embed hr img input link meta param source track wbr"
_VOID: Final = frozenset(_VOID_TAGS.encode().split())
# Elements whose end may be left out are ended by the parser itself and do not pile up.
_ENDED_TAGS: Final = """
p li tr td th tbody thead tfoot dd dt option colgroup h1 h2 h3 h4 h5 h6 html body head script style
"""
_ENDED: Final = frozenset(_ENDED_TAGS.encode().split())
_CONTAINER_TAGS: Final = """
div table ul ol dl dir menu blockquote center section article form fieldset address aside details dialog figcaption figure
footer header hgroup listing main nav summary
"""
_CONTAINERS: Final = frozenset(_CONTAINER_TAGS.encode().split())
_NAME: Final = re.compile(rb"[A-Za-z][\w:.-]{0,60}")
# All tags but those of the most frequent elements that are not counted.
_TAG: Final = re.compile(rb"<(/?(?!t[dr]\b|p\b|br\b)[A-Za-z][\w:.-]*)")
_INLINE_TAG: Final = re.compile(
    rb"</?(?:a|abbr|acronym|b|big|cite|code|del|em|font|i|ins|kbd|nobr|s|samp|small|span|strike|strong|sub|sup|tt|u|var|"
    rb"[a-z]++:[\w.-]++)(?!\w)[^<>]*+>",  # possessive: a name of dots is not begun again at each of them
    re.IGNORECASE,
)
_DEEPEST: Final = 1000  # containers in containers; the deepest real filing seen has 30
_MOST_LEFT: Final = 4000  # elements that are no markup of text, open at once: each costs at every heading and rule
_MOST_OPEN: Final = 500  # inline elements open at once; a real filing with careless markup may have some dozens


# What a tag does to the number of containers and of inline elements that are open, by its kind.
_NEITHER, _CONTAINER, _CONTAINER_END, _INLINE, _INLINE_END = range(5)
_CONTAINER_STEPS: Final = (0, 1, -1, 0, 0)
_INLINE_STEPS: Final = (0, 0, 0, 1, -1)
_WINDOW: Final = 500_000  # bytes whose tags are listed at once


def untangled(markup: bytes) -> bytes:
    """The same document, safe to parse in linear time. Inline markup goes if too much of it is left open.
    Raises FilingUnreadable(reason="too_tangled") where containers nest too deep."""
    markup = _closed(markup)
    kinds = _kinds(markup)
    deepest = _depth(kinds, _CONTAINER_STEPS, _DEEPEST)
    if deepest > _DEEPEST:
        raise FilingUnreadable("too_tangled", f"{deepest:,} elements stand inside each other, more than {_DEEPEST:,}")
    if _depth(kinds, _INLINE_STEPS, _MOST_OPEN) <= _MOST_OPEN:
        return markup
    lighter = _INLINE_TAG.sub(b"", markup)
    left = _depth(_kinds(lighter), _INLINE_STEPS, _MOST_LEFT)
    if left > _MOST_LEFT:
        raise FilingUnreadable("too_tangled", f"{left:,} elements are left open, more than {_MOST_LEFT:,}")
    return lighter


def _closed(markup: bytes) -> bytes:
    """XHTML closes empty elements in place; an HTML parser would leave them open around everything that follows."""
    ends = _Ends()
    out: list[bytes] = []
    done = at = 0
    while (stop := markup.find(b"/>", at)) >= 0:
        begin = markup.rfind(b"<", at, stop) + 1
        if begin and (end := ends[markup[begin:stop]]):
            out += (markup[done:stop], end)
            done = stop + 2
        at = stop + 2
    return b"".join((*out, markup[done:])) if out else markup


class _Ends(dict[bytes, bytes]):
    """What stands for the `/>` of a tag that would otherwise stay open, found out once; empty for others."""

    def __missing__(self, tag: bytes) -> bytes:
        found = _NAME.match(tag)
        whole = found is not None and (found.end() == len(tag) or tag[found.end() : found.end() + 1].isspace())
        closes = found is not None and whole and b">" not in tag and found[0].lower() not in _VOID
        self[tag] = end = b"></%b>" % found[0] if found is not None and closes else b""
        return end


class _Kinds(dict[bytes, int]):
    """The kind of a tag by its name (`div`, `/div`), found out once."""

    def __missing__(self, tag: bytes) -> int:
        name = tag.lstrip(b"/").lower()
        kind = _NEITHER
        if name in _CONTAINERS:
            kind = _CONTAINER_END if tag.startswith(b"/") else _CONTAINER
        elif name not in _VOID and name not in _ENDED:
            kind = _INLINE_END if tag.startswith(b"/") else _INLINE
        self[tag] = kind
        return kind


def _kinds(markup: bytes) -> bytes:
    """One byte for each tag, in order."""
    known = _Kinds()
    out = bytearray()
    at = 0
    while at < len(markup):
        stop = markup.find(b"<", at + _WINDOW)
        stop = len(markup) if stop < 0 else stop
        out += bytes(map(known.__getitem__, _TAG.findall(markup, at, stop)))
        at = stop
    return bytes(out)


def _depth(kinds: bytes, steps: tuple[int, ...], bound: int) -> int:
    """How many elements are open at once at most. An end without a beginning is ignored. At most `bound` if that is so,
    exact if more."""
    counted = kinds.translate(None, bytes(kind for kind, step in enumerate(steps) if not step))
    open_now = list(accumulate(map(steps.__getitem__, counted), initial=0))
    if max(open_now) - min(open_now) <= bound:
        return max(open_now)
    lowest = accumulate(open_now, min)
    return max(now - low for now, low in zip(open_now, lowest, strict=True))

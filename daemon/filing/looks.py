"""What an element's tag and style mean for its text. A filing has tens of thousands of elements and some hundred looks."""

import re
from dataclasses import dataclass
from typing import Final, Literal

_BLOCKS: Final = """
address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption
figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol p section summary table
tbody td tfoot th thead tr ul document type sequence filename description text page pdf
"""
BLOCK_TAGS: Final = frozenset(_BLOCKS.split())
_EMPHATIC: Final = frozenset(["b", "strong", "u", "h1", "h2", "h3", "h4", "h5", "h6", "i", "em", "th"])
_LABELS: Final = frozenset(["type", "sequence", "filename", "description"])
_STYLE: Final = re.compile(
    r"\b(display|visibility|font-weight|font-style|text-decoration|break-before|break-after)\s*:\s*([\w-]+)"
)
_HIDDEN: Final = frozenset([("display", "none"), ("visibility", "hidden")])
_SET_APART: Final = frozenset(
    [("text-decoration", "underline"), ("font-style", "italic"), ("font-weight", "bold"), ("font-weight", "bolder")]
    + [("font-weight", f"{n}00") for n in range(6, 10)]
)
_REGULAR: Final = frozenset([("font-weight", "normal"), *(("font-weight", f"{n}00") for n in range(1, 5))])
_INLINE: Final = ("display", "inline")
_BREAKS_BEFORE: Final = frozenset([("break-before", "always"), ("break-before", "page")])
_BREAKS_AFTER: Final = frozenset([("break-after", "always"), ("break-after", "page")])

Part = Literal["table", "row", "cell", "caption"]
_PARTS: Final[dict[str, Part]] = {"table": "table", "tr": "row", "td": "cell", "th": "cell", "caption": "caption"}


@dataclass(frozen=True, slots=True)
class Look:
    """`emphatic` is None where the text looks as that around it. `part` is the part of a table that it is. `inline` elements
    change no more than the look: their text belongs to the element around them."""

    tag: str
    hidden: bool
    block: bool
    emphatic: bool | None
    break_before: bool
    break_after: bool
    part: Part | None
    label: bool
    inline: bool


def look_of(tag: str, style: str) -> Look:
    """`style` as the attribute has it, empty without one."""
    said = frozenset[tuple[str, str]](_STYLE.findall(style.lower()))
    block = tag in BLOCK_TAGS
    emphatic = _emphatic(tag, said)
    break_after = not said.isdisjoint(_BREAKS_AFTER)
    return Look(
        tag,
        hidden=not said.isdisjoint(_HIDDEN),
        block=block and _INLINE not in said,
        emphatic=emphatic,
        break_before=tag in {"hr", "page"} or not said.isdisjoint(_BREAKS_BEFORE),
        break_after=break_after,
        part=_PARTS.get(tag),
        label=tag in _LABELS,
        inline=not block and not break_after and tag not in {"br", "pre"},
    )


def _emphatic(tag: str, said: frozenset[tuple[str, str]]) -> bool | None:
    if tag in _EMPHATIC or not said.isdisjoint(_SET_APART):
        return True
    return None if said.isdisjoint(_REGULAR) else False

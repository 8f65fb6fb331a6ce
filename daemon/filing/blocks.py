"""A block is one paragraph, heading or table row of a filing, and the unit that every later step decides on."""

import re
from typing import Final, Literal, NamedTuple

from daemon.filing.prose import is_prose

# Break: a page ends here. Gap: table rows were dropped here, so the text around is not one paragraph.
Kind = Literal["text", "row", "break", "gap"]

# Controls, bidi marks and overrides, zero-width characters, soft hyphens and noncharacters carry no words, hide text
# from a reader and upset terminals; they go. Control tokens such as `<|eot_id|>` are ordinary text and stay.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)


class Block(NamedTuple):
    """`text` is on one line, single-spaced; empty for breaks and gaps. `strong` means set apart as a heading is:
    bold, underlined or italic throughout, or, in plain text, in capitals or centred."""

    text: str
    kind: Kind = "text"
    strong: bool = False

    @property
    def prose(self) -> bool:
        """Whether it is running text."""
        return is_prose(self.text)


BREAK: Final = Block("", "break")
GAP: Final = Block("", "gap")


def visible(text: str) -> str:
    """Without invisible characters; line ends and other white space stay."""
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", text)


def one_line(text: str) -> str:
    """Visible text on one line, with single spaces (no-break and exotic ones included)."""
    return " ".join(visible(text).split())

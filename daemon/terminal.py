"""What reaches a person's terminal."""

import re
from collections.abc import Iterable
from typing import Final

# Control and bidi characters from a filing or a model must not move the reader's terminal.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def printable(text: str) -> str:
    """`text` safe to show on a terminal: control and bidi characters removed, line ends and tabs kept."""
    return _UNPRINTABLE.sub("", text)


def screen(lines: Iterable[str]) -> str:
    """Safe to show, and each of `lines` stays one: what a server or a filing said cannot pass for a line of ours."""
    return "".join(f"{printable(' '.join(line.splitlines()))}\n" for line in lines)

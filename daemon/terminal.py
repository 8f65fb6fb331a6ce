"""What reaches a person's terminal."""

import re
from collections.abc import Iterable
from typing import Final

# Control and bidi characters from a filing or a model must not move the reader's terminal.
_UNPRINTABLE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """`text` safe to show on a terminal: control and bidi characters removed, line ends and tabs kept."""
    return _UNPRINTABLE.sub("", text)


def escaped(json_text: str) -> str:
    """The same JSON, with those characters as escapes: nothing is lost, and nothing moves the terminal."""
    return _UNPRINTABLE.sub(lambda found: _escape(ord(found[0])), json_text)


def _escape(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)  # JSON escapes are UTF-16
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def screen(lines: Iterable[str]) -> str:
    """Safe to show, and each of `lines` stays one: what a server or a filing said cannot pass for a line of ours."""
    return "".join(f"{printable(' '.join(line.splitlines()))}\n" for line in lines)

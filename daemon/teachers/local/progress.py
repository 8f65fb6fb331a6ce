"""Where a growing answer stands, told by the bytes of its tokens, and how many tokens its fields may have."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

# Tokens beside the values, all at one byte a token: 29 of keys and punctuation and the end token; then for each of the two
# fields the token after its budget, and 3 more to finish an escape or a UTF-8 character that this one has begun. 38 in all;
# tests/daemon/teachers/local/test_progress.py counts them from the schema.
RESERVE: Final = 60


@dataclass(frozen=True)
class Budget:
    """Tokens a field's value may have, from 1. A reason to decline has the summary's."""

    rationale: int
    summary: int

    def __post_init__(self) -> None:
        if min(self.rationale, self.summary) < 1:
            raise ValueError(f"{self} leaves a field without a token: give each at least one")

    @property
    def max_new_tokens(self) -> int:
        """No answer under this budget is longer, its end token counted."""
        return self.rationale + self.summary + RESERVE

    def tokens(self, field: str) -> int:
        return self.rationale if field == "rationale" else self.summary


class _At(Enum):
    STRUCTURE = auto()
    KEY = auto()
    COLON = auto()
    VALUE = auto()
    ESCAPE = auto()


_QUOTE, _BACKSLASH, _COLON = b'"\\:'


class Progress:
    """Reads an answer token by token. It trusts the grammar: one object, its keys without escapes, its values strings."""

    def __init__(self) -> None:
        self._at = _At.STRUCTURE
        self._key = bytearray()
        self._spent = 0

    @property
    def field(self) -> str | None:
        """The field whose value is open; None between values."""
        return self._key.decode() if self._at in {_At.VALUE, _At.ESCAPE} else None

    @property
    def escaping(self) -> bool:
        """Whether a backslash waits for its other half, so that a quote would end nothing."""
        return self._at is _At.ESCAPE

    @property
    def spent(self) -> int:
        """Tokens that hold at least one byte of the value that is open, or was last."""
        return self._spent

    def feed(self, token: bytes) -> None:
        if self._at is _At.VALUE and _QUOTE not in token and _BACKSLASH not in token:
            self._spent += bool(token)  # nearly every token, so without a walk over its bytes
            return
        counted = False
        for byte in token:
            was, self._at = self._at, self._after(byte)
            if was is _At.COLON and self._at is _At.VALUE:
                self._spent, counted = 0, False
            elif was in {_At.VALUE, _At.ESCAPE} and self._at is not _At.STRUCTURE and not counted:
                self._spent, counted = self._spent + 1, True

    def _after(self, byte: int) -> _At:
        match self._at:
            case _At.STRUCTURE if byte == _QUOTE:
                self._key.clear()
                return _At.KEY
            case _At.STRUCTURE if byte == _COLON:
                return _At.COLON
            case _At.KEY if byte == _QUOTE:
                return _At.STRUCTURE
            case _At.KEY:
                self._key.append(byte)
            case _At.COLON if byte == _QUOTE:
                return _At.VALUE
            case _At.VALUE if byte == _BACKSLASH:
                return _At.ESCAPE
            case _At.VALUE if byte == _QUOTE:
                return _At.STRUCTURE
            case _At.ESCAPE:
                return _At.VALUE
        return self._at

"""Finds the JSON objects in a stream of bytes as they close. Bytes, because every mark of JSON's structure is ASCII and no
byte of a longer UTF-8 character is: a piece may end anywhere, within a character or an escape too."""

import re
from collections import deque
from enum import IntEnum, auto
from typing import Final

MAX_BYTES: Final = 256 * 1024  # an answer is a few thousand; what never closes is forgotten from here on
MAX_DEPTH: Final = 64  # open objects and arrays; an answer has one. The outermost of a deeper nest are forgotten

_BRACE, _CLOSING_BRACE, _BRACKET, _CLOSING_BRACKET = b"{}[]"
_QUOTE, _BACKSLASH, _COLON, _COMMA = b'"\\:,'
_SPACE: Final = frozenset(b" \t\r\n")
# Numbers and literals are not looked into: whether 1e5 or NaN may stand there is the reader's question.
_SCALAR: Final = frozenset(b"+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_ANY_BRACE: Final = re.compile(rb"\{")
_IN_STRING: Final = re.compile(rb'["\\{]')


class _State(IntEnum):
    DEAD = auto()  # between objects
    KEY = auto()  # a key, or the object's end
    COLON = auto()
    VALUE = auto()  # a value, or the array's end
    SCALAR = auto()  # within a number or a literal
    NEXT = auto()  # a comma, or the end of what is open
    STRING = auto()
    ESCAPE = auto()


class _Reading:
    """The bytes taken as JSON from some brace on. Dies at the first byte that cannot stand where it stands.

    Strings may hold anything, a raw line break too, and a comma may trail: models write both, and the reader mends them.
    """

    __slots__ = ("_after", "_open", "state")

    def __init__(self) -> None:
        self.state = _State.DEAD
        self._after = _State.DEAD  # what follows the string
        self._open: deque[int | None] = deque(maxlen=MAX_DEPTH)  # where each open object starts; None for an array

    @property
    def structural(self) -> bool:
        return _State.DEAD < self.state < _State.STRING

    def reset(self) -> None:
        self.state = _State.DEAD
        self._open.clear()

    def start(self, position: int) -> None:
        self._open.clear()
        self._open.append(position)
        self.state = _State.KEY

    def take(self, byte: int, position: int) -> int | None:
        """Where the object starts that `byte` closes, if it closes one."""
        state = self.state
        if state == _State.STRING:
            if byte == _QUOTE:
                self.state = self._after
            elif byte == _BACKSLASH:
                self.state = _State.ESCAPE
            return None
        if state == _State.ESCAPE:
            self.state = _State.STRING
            return None
        if byte in _SPACE:
            if state == _State.SCALAR:
                self.state = _State.NEXT
            return None
        return self._take_structure(byte, position)

    def _take_structure(self, byte: int, position: int) -> int | None:
        state = _State.NEXT if self.state == _State.SCALAR and byte not in _SCALAR else self.state
        if byte == _QUOTE and state in {_State.KEY, _State.VALUE}:
            self._after = _State.COLON if state == _State.KEY else _State.NEXT
            self.state = _State.STRING
        elif byte == _COLON and state == _State.COLON:
            self.state = _State.VALUE
        elif byte == _COMMA and state == _State.NEXT:
            self.state = _State.VALUE if self._open[-1] is None else _State.KEY
        elif byte in _SCALAR and state in {_State.VALUE, _State.SCALAR}:
            self.state = _State.SCALAR
        elif byte in {_BRACE, _BRACKET} and state == _State.VALUE:
            self._open.append(position if byte == _BRACE else None)
            self.state = _State.KEY if byte == _BRACE else _State.VALUE
        elif byte == _CLOSING_BRACE and state in {_State.KEY, _State.NEXT} and self._open[-1] is not None:
            return self._close()
        elif byte == _CLOSING_BRACKET and state in {_State.VALUE, _State.NEXT} and self._open[-1] is None:
            self._close()
        elif byte == _BRACE:
            self.start(position)
        else:
            self.reset()
        return None

    def _close(self) -> int | None:
        start = self._open.pop()
        self.state = _State.NEXT if self._open else _State.DEAD
        return start


class JsonAutomaton:
    """Fed with bytes in pieces, gives every object whose braces close, nested ones too, however the prose around it
    uses braces and quotes.

    Two readings suffice for linear time. Readings that start at different braces differ in one thing that matters: whether
    the next byte stands within a string. Of two that live, exactly one does: a quote turns both over, a backslash ends the
    one outside of its strings, and a brace is nested there and opens nothing of its own.
    """

    def __init__(self) -> None:
        self._readings = (_Reading(), _Reading())
        self._held = bytearray()  # since the earliest brace that may still close
        self._held_from = 0  # its first byte's position in the stream

    def feed(self, piece: bytes) -> list[bytes]:
        """The objects that close within `piece`, in the order of their closing braces."""
        if len(self._held) + len(piece) > MAX_BYTES:
            self._forget()
        offset = self._held_from + len(self._held)
        self._held += piece
        closed = [
            bytes(self._held[start - self._held_from : end - self._held_from])
            for start, end in self._spans(piece, offset)
        ]
        if all(reading.state == _State.DEAD for reading in self._readings):
            self._forget()
        return closed

    def _forget(self) -> None:
        for reading in self._readings:
            reading.reset()
        self._held_from += len(self._held)
        self._held.clear()

    def _spans(self, piece: bytes, offset: int) -> list[tuple[int, int]]:
        """(start, end) of the objects that close within `piece`, which starts at `offset`."""
        spans = []
        index = self._skip(piece, 0)
        while index < len(piece):
            byte, position = piece[index], offset + index
            if byte == _BRACE and not any(reading.structural for reading in self._readings):
                self._start(byte, position)
            else:
                for reading in self._readings:
                    if reading.state != _State.DEAD and (start := reading.take(byte, position)) is not None:
                        spans.append((start, position + 1))
            index = self._skip(piece, index + 1)
        return spans

    def _start(self, brace: int, position: int) -> None:
        """A brace in no reading's structure opens a reading; in the string of the other it is a character too."""
        other, free = sorted(self._readings, key=lambda reading: reading.state == _State.DEAD)
        if other.state != _State.DEAD:
            other.take(brace, position)
        free.start(position)

    def _skip(self, piece: bytes, index: int) -> int:
        """The next byte that can change anything: within strings, and between objects, nearly none does."""
        first, second = self._readings
        if first.structural or second.structural or _State.ESCAPE in {first.state, second.state}:
            return index
        outside = first.state == second.state == _State.DEAD
        found = (_ANY_BRACE if outside else _IN_STRING).search(piece, index)
        return found.start() if found else len(piece)

"""Columns that grow, with room to spare. Pure."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

_SPARE: Final = 1.25

# What a text is, in bits. A text may be in both splits; without an occurrence it is in none.
TRAIN: Final = np.uint8(1)
HELDOUT: Final = np.uint8(2)
SPLITS: Final = np.uint8(3)
DEAD: Final = np.uint8(4)  # a dead letter of the active recipe
TRIED: Final = np.uint8(8)  # the active recipe refused an answer for it
LINKED: Final = np.uint8(32)  # another text's label speaks for it
BARRED: Final = np.uint8(64)  # nearly a text that is held out
MOVED: Final = np.uint8(16)  # its first occurrence is not in the order of the slots


class Column:
    """`values` is a view of what is there: to be asked for again after `grow`."""

    def __init__(self, kind: npt.DTypeLike) -> None:
        self._room: npt.NDArray[Any] = np.zeros(0, kind)
        self._size = 0

    @property
    def values(self) -> npt.NDArray[Any]:
        return self._room[: self._size]

    def grow(self, size: int) -> None:
        """Up to `size` rows, zeros in the new ones."""
        if size > len(self._room):
            room = np.zeros(int(size * _SPARE) + 1024, self._room.dtype)
            room[: self._size] = self.values
            self._room = room
        self._size = max(self._size, size)

    def extend(self, values: npt.NDArray[Any]) -> None:
        before = self._size
        self.grow(before + len(values))
        self._room[before : self._size] = values

    def keep(self, mask: npt.NDArray[np.bool_]) -> None:
        """Only these rows."""
        self._room = self.values[mask]
        self._size = len(self._room)

"""Which submissions files name which accessions: asked at each request, so each file is searched once."""

import os
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ACCESSION: Final = re.compile(rb'"(\d{10})-(\d{2})-(\d{6})"')


@dataclass(frozen=True)
class _Named:
    """`numbers`: the accessions' 18 digits, sorted; 8 KB for a thousand rows, where strings would take 70."""

    size: int
    modified_ns: int
    numbers: "array[int]"


class Whereabouts:
    """Used by many threads; a file that changed is searched again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, _Named] = {}

    def files(self, accession: str) -> tuple[Path, ...]:
        """The files that name it, main files and pages, by name."""
        number = _number(accession)
        with os.scandir(self._folder) as entries:  # much faster than glob, in a folder of thousands
            files = [entry for entry in entries if entry.name.startswith("CIK")]
        naming = [file.path for file in files if _holds(self._numbers(file.path, file.stat()), number)]
        return tuple(Path(path) for path in sorted(naming))

    def named(self, path: Path, accessions: Iterable[str]) -> tuple[str, ...]:
        """Those that the file names."""
        numbers = self._numbers(str(path), path.stat())
        return tuple(accession for accession in accessions if _holds(numbers, _number(accession)))

    def _numbers(self, path: str, status: os.stat_result) -> "array[int]":
        known = self._known.get(path)
        if known is None or (known.size, known.modified_ns) != (status.st_size, status.st_mtime_ns):
            found = {int(b"".join(parts)) for parts in _ACCESSION.findall(Path(path).read_bytes())}
            known = self._known[path] = _Named(status.st_size, status.st_mtime_ns, array("Q", sorted(found)))
        return known.numbers


def _number(accession: str) -> int:
    return int(accession.replace("-", ""))


def _holds(numbers: "array[int]", number: int) -> bool:
    place = bisect_left(numbers, number)
    return place < len(numbers) and numbers[place] == number

"""The index on disk, so that a start need not read all texts again: `near/` in the state, in no backup. What cannot be
trusted is made anew from the log."""

import json
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt
import structlog
from pydantic import BaseModel, ConfigDict

from daemon.near.bands import BANDS, Run
from daemon.near.index import Index
from store.files import write_durably
from store.log import EventLog
from store.states.texts.keys import Keys

_FORMAT: Final = 1
_ABOUT: Final = "about.json"
_TEXTS: Final = ("high", "low", "seq", "splits")
_HASH: Final = "SELECT hash FROM raw.events WHERE seq = ?"


class _About(BaseModel):
    """`checks`: the crc32 of every array, by its name; `hash`: of the event up to which the log was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    signer: str
    log_id: str
    seq: int
    hash: str
    runs: int
    checks: dict[str, int]


class Cache:
    """Used by one thread."""

    def __init__(self, folder: Path, log: EventLog) -> None:
        self._folder, self._log = folder, log
        self._words = structlog.get_logger()

    def load(self) -> tuple[Index, int]:
        """And the seq up to which it holds the log's texts: an empty one and 0 where there is none that can be trusted."""
        for folder in self._folders():
            try:
                about = _About.model_validate_json((folder / _ABOUT).read_bytes())
                if self._fits(about):
                    return _index(_arrays(folder, about), about.runs), about.seq
            except (OSError, ValueError) as error:
                self._words.warning("near_index_damaged", folder=str(folder), reason=str(error), next="it is made anew")
        return Index(), 0

    def save(self, index: Index, seq: int) -> None:
        """The file that says what the others hold comes last; then those before are removed."""
        folder = self._folder / f"{seq:012d}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        checks = {}
        for name, array in _named(index):
            np.save(folder / f"{name}.npy", array)
            checks[name] = _check(array)
        about = _About(
            format=_FORMAT,
            signer=_signer(),
            log_id=self._log.log_id,
            seq=seq,
            hash=self._hash(seq),
            runs=len(index.runs),
            checks=checks,
        )
        write_durably(folder / _ABOUT, json.dumps(about.model_dump()).encode())
        for old in self._folders():
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)

    def _folders(self) -> list[Path]:
        """The newest first."""
        return sorted(self._folder.glob("*/"), reverse=True)

    def _fits(self, about: _About) -> bool:
        """Whether it says of this log, as it is now, and as we would say it."""
        ours = (_FORMAT, _signer(), self._log.log_id)
        return (about.format, about.signer, about.log_id) == ours and self._hash(about.seq) == about.hash

    def _hash(self, seq: int) -> str:
        rows = self._log.query(_HASH, [seq])
        return str(rows[0][0]) if rows else ""


def _signer() -> str:
    """Another version may sign texts otherwise."""
    return f"datasketch {version('datasketch')}"


def _check(array: npt.NDArray[Any]) -> int:
    return crc32(np.ascontiguousarray(array).data)


def _named(index: Index) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    yield from zip(_TEXTS, (*(key.values for key in index.keys), index.seq.values, index.splits.values), strict=True)
    for number, run in enumerate(index.runs):
        yield f"keys-{number}", run.keys
        yield f"slots-{number}", run.slots


def _arrays(folder: Path, about: _About) -> dict[str, npt.NDArray[Any]]:
    """Mapped, so that what is seldom asked for need not stay in memory. Raises ValueError."""
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in about.checks}
    for name, array in arrays.items():
        if _check(array) != about.checks[name]:
            raise ValueError(f"{name} is not what was written")
    return arrays


def _index(arrays: dict[str, npt.NDArray[Any]], runs: int) -> Index:
    index = Index(runs=[Run(arrays[f"keys-{n}"], arrays[f"slots-{n}"]) for n in range(runs)])
    high, low, seq, splits = (np.array(arrays[name]) for name in _TEXTS)
    if sum(map(len, index.runs)) != len(high) or any(run.keys.shape[0] != BANDS for run in index.runs):
        raise ValueError("texts and bands are not of one index")
    index.slots.find_or_add(Keys(high, low))
    for column, values in zip((*index.keys, index.seq, index.splits), (high, low, seq, splits), strict=True):
        column.extend(values)
    return index

"""What DuckDB's and the system's own words about a file of ours mean to a person. Pure."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RESTORE: Final = (
    "restore the newest backup with `finsdistill restore DIR`, or what was published with `finsdistill restore`"
)
_MEND: Final = f"mend what can be made again with `finsdistill rebuild`; if that fails, {RESTORE}"
_ROOM: Final = "free disk space and start again; nothing that was acknowledged is lost"
_OWNER: Final = "give the state folder to the user that runs the service, or run this as that user"

_LOCK: Final = r"Conflicting lock|Could not set lock"


@dataclass(frozen=True)
class _Meaning:
    """`sign` is searched in the error's words; `what` and `do` make the sentence."""

    sign: str
    what: str
    do: str


# The first that fits. The signs are DuckDB 2.0's words, each seen in a test.
_MEANINGS: Final = (
    _Meaning(r"WAL does not match database file", "its WAL belongs to another file", f"put its own back, or {RESTORE}"),
    _Meaning(r"replaying WAL file|Corrupt WAL", "its WAL is damaged, so the newest events cannot be read", RESTORE),
    _Meaning(r"not a valid DuckDB database file", "it is no DuckDB file", RESTORE),
    _Meaning(
        r"database file with version number", "another version of DuckDB wrote it", "install the newest finsdistill"
    ),
    _Meaning(r"Corrupt database file|[Cc]hecksum|Could not read enough bytes", "a block of it is damaged", _MEND),
    _Meaning(_LOCK, "another process has it open", "close that one and start again"),
    _Meaning(r"Read-only file system", "its disk can only be read", "mount it for writing and start again"),
    _Meaning(r"Permission denied|Operation not permitted", "this user may not use it", _OWNER),
    _Meaning(r"No space left|Disk quota exceeded|max_temp_directory_size", "the disk is full", _ROOM),
    _Meaning(
        r"Out of Memory|failed to allocate|failed to pin", "its memory does not suffice", "raise service.memory_limit"
    ),
    _Meaning(r"database has been invalidated", "it was closed after an earlier error", "start again"),
)
_OTHERWISE: Final = _Meaning("", "DuckDB refuses it", f"free disk space and start again, or {RESTORE}")


def is_lock(words: str) -> bool:
    """Whether another process has the file: that is no damage."""
    return re.search(_LOCK, words) is not None


def sentence(path: Path, words: str) -> str:
    """`words`: the error as it was raised; the first line is kept, without the system's long explanations."""
    meaning = next((m for m in _MEANINGS if re.search(m.sign, words)), _OTHERWISE)
    first = words.strip().splitlines()[0] if words.strip() else "no reason given"
    return f"{path} cannot be used: {meaning.what} ({first[:300]}); {meaning.do}"

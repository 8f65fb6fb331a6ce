"""Strikes at a chosen disk call of a process: `disk.c` chooses the call, and libfiu fails it, or the process ends there."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from store.ids import sha256_hex

SOURCE: Final = Path(__file__).with_name("disk.c")
FIU: Final = Path("/usr/lib/fiu/fiu_run_preload.so")  # enables what FIU_ENABLE says, and brings libfiu with it

Call = Literal["write", "pwrite", "fdatasync", "fsync", "ftruncate", "rename"]
Deed = Literal["fault", "kill", "after", "torn", "list"]
# libfiu's names (its manual, "posix preload library").
POINTS: Final[dict[Call, str]] = {
    "write": "posix/io/rw/write",
    "pwrite": "posix/io/rw/pwrite",
    "fdatasync": "posix/io/sync/fdatasync",
    "fsync": "posix/io/sync/fsync",
    "ftruncate": "posix/io/rw/ftruncate",
    "rename": "posix/io/dir/rename",
}


@dataclass(frozen=True)
class Strike:
    """At the `nth` of these calls (none named: of all) on files whose path holds `file`; a `$` at its end ends the path.
    `below`: only on segments that begin with at most this event, which are those that older ones are merged into."""

    deed: Deed
    nth: int
    calls: tuple[Call, ...] = ()
    file: str = ""
    errno: int = 0
    lasts: bool = False
    below: int = 0


@dataclass(frozen=True)
class Struck:
    """A line of the record. `what`: libfiu's point that fired, or the call that the kill came at."""

    what: str
    path: str


def why_not(*, fiu: bool) -> str | None:
    """What this machine lacks; None where strikes can be made."""
    if shutil.which("cc") is None:
        return "no C compiler (Debian: apt-get install gcc libc6-dev)"
    if fiu and not FIU.exists():
        return "no libfiu (Debian: apt-get install libfiu0)"
    return None


def environment(strike: Strike, *, under: Path, record: Path) -> dict[str, str]:
    """For the process that is to be struck; its children are left alone."""
    faulted = strike.calls if strike.deed == "fault" else ()
    return {
        "LD_PRELOAD": " ".join(map(str, [library(), FIU] if faulted else [library()])),
        "FIU_ENABLE": "\n".join(f"enable name={POINTS[call]},failinfo={strike.errno}" for call in faulted),
        "TORTURE_UNDER": str(under),
        "TORTURE_CALLS": ",".join(strike.calls),
        "TORTURE_FILE": strike.file,
        "TORTURE_DEED": strike.deed,
        "TORTURE_NTH": str(strike.nth),
        "TORTURE_LASTS": "on" if strike.lasts else "",
        "TORTURE_BELOW": str(strike.below or ""),
        "TORTURE_RECORD": str(record),
    }


def struck(record: Path) -> list[Struck]:
    """What really happened; nothing where the call never came."""
    if not record.exists():
        return []
    return [Struck(*line.split("\t")[1:]) for line in record.read_text().splitlines()]


def fired_calls(found: Sequence[Struck]) -> dict[str, int]:
    """How often libfiu failed each call."""
    return dict(Counter(line.what.rpartition("/")[2] for line in found))


@cache
def library() -> Path:
    """Made once for each text of `disk.c`, and whole or not there: two processes may make it at once."""
    folder = Path.home() / ".cache" / "finsdistill-torture"
    target = folder / f"disk-{sha256_hex(SOURCE.read_text())[:16]}.so"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = target.with_suffix(f".{id(target)}.tmp")
        subprocess.run(["cc", "-Wall", "-shared", "-fPIC", "-O1", "-o", made, SOURCE, "-ldl"], check=True)
        made.rename(target)
    return target

"""Files that are either whole or not there: temp file, fsync, rename, fsync of the folder."""

import os
from pathlib import Path


def fsync_dir(folder: Path) -> None:
    """Without it a rename can be lost with the power although the file's bytes were kept."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_durably(path: Path, data: bytes) -> None:
    """`path` holds either its old bytes or all of `data`, also after a crash at any moment."""
    replace_file(path, data, durable=True)


def replace_file(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Readers see the old bytes or the new, never half; `durable` also survives a power cut."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    temporary.rename(path)
    if durable:
        fsync_dir(path.parent)

"""What a full disk means: the service stops before it, and says so when it comes all the same."""

import errno
import os
import shutil
from pathlib import Path
from typing import Final

from store.errors import StateUnusable
from store.faults import sentence

_GIB: Final = 2**30
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
_NO_RIGHT: Final = frozenset({errno.EACCES, errno.EPERM})


def check_disk(state_dir: Path, min_free_gib: float) -> None:
    """Raises StateUnusable before the disk is full: DuckDB cannot go on after a failed checkpoint."""
    free = shutil.disk_usage(state_dir).free / _GIB
    if free < min_free_gib:
        raise StateUnusable(
            f"{state_dir} has {free:.2f} GiB free, less than service.min_free_gib = {min_free_gib:g}: free disk space"
        )


def as_state_problem(error: OSError) -> StateUnusable | None:
    """The sentence for a disk that takes no more, or a file that we may not use; None for any other error."""
    if error.errno in _NO_RIGHT and error.filename:
        return StateUnusable(sentence(Path(os.fsdecode(error.filename)), f"{error.strerror}"))
    if error.errno not in _NO_ROOM:
        return None
    where = f" ({error.filename})" if error.filename else ""
    return StateUnusable(f"the disk takes no more: {error.strerror}{where}; free disk space and start again")

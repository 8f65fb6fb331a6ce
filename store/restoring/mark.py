"""What tells a start that a restore was killed half-way. Imported by whoever takes the state's lock, so it loads nothing."""

from pathlib import Path
from typing import Final

BUILDING: Final = "restoring"  # the new log, while it is made
SWAP: Final = "swap.json"  # in there: the new log is finished, and from here on it is the log


def is_interrupted(state_dir: Path) -> bool:
    """Whether a restore was killed after the point of no return: until it is finished there is no log to be opened."""
    return (state_dir / BUILDING / SWAP).exists()

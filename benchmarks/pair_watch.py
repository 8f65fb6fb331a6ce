"""The most memory that the child processes take while something runs, seen from outside."""

import os
import shutil
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Final

_EVERY_S: Final = 0.25
_ASK: Final = ("nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits")


class Peak:
    """Inside the `with`, both are sampled four times a second. `gpu` counts everything on the GPU; None without one, or
    without nvidia-smi."""

    def __init__(self, *, gpu: bool) -> None:
        self._ask_gpu, self._done = gpu and shutil.which(_ASK[0]) is not None, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="peak")
        self.gpu: int | None = None
        self.host = 0

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_EVERY_S):
            self.host = max(self.host, _children_memory())
            if self._ask_gpu:
                self.gpu = max(self.gpu or 0, _gpu_memory())


def _gpu_memory() -> int:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    said = subprocess.run([*_ASK, "-i", visible], capture_output=True, text=True, check=True, timeout=30)
    return int(said.stdout.split()[0]) * 2**20


def _children_memory() -> int:
    """Bytes resident in all processes that we started."""
    found = 0
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            found += _resident(Path("/proc") / pid / "status")
    return found


def _resident(status: Path) -> int:
    try:
        lines = status.read_text().splitlines()
    except OSError:  # it ended in between
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)

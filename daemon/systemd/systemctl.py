"""The service manager, where there is one: containers and build machines have the commands and no systemd behind them."""

import subprocess
from dataclasses import dataclass
from typing import Final

_TIMEOUT_S: Final = 120.0  # longer than the unit's TimeoutStopSec


@dataclass(frozen=True)
class Answer:
    """`text` is what was printed, or why nothing was."""

    ok: bool
    text: str


def systemctl(*words: str, system: bool) -> Answer:
    """Never raises: a machine without systemd is an answer too."""
    command = ["systemctl", *(() if system else ("--user",)), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)
    except OSError as error:
        return Answer(ok=False, text=f"systemctl: {error.strerror}")
    except subprocess.TimeoutExpired:
        return Answer(ok=False, text=f"systemctl did not answer in {_TIMEOUT_S:.0f} s")
    return Answer(done.returncode == 0, done.stdout.strip() or " ".join(done.stderr.split()))

"""Where the files of an installation lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from daemon.systemd.units import NAME


@dataclass(frozen=True)
class Places:
    """`root` is the machine's root folder; another one is an image that is being put together."""

    unit: Path
    sysusers: Path | None = None
    root: Path = Path("/")

    @property
    def system(self) -> bool:
        return self.sysusers is not None


def user_places(environment: Mapping[str, str]) -> Places:
    """As systemd searches: $XDG_CONFIG_HOME where it is absolute, else ~/.config."""
    named = Path(environment.get("XDG_CONFIG_HOME", ""))
    home = Path(environment["HOME"]) if environment.get("HOME") else Path.home()
    return Places((named if named.is_absolute() else home / ".config") / "systemd" / "user" / NAME)


def system_places(root: Path = Path("/")) -> Places:
    return Places(root / "etc/systemd/system" / NAME, root / "etc/sysusers.d/finsdistill.conf", root)

"""What a check sees and says. A check changes nothing: a person runs it beside a service that works."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from daemon.settings import Settings
from daemon.smoke.figures import Smoke
from daemon.systemd.systemctl import Answer, systemctl
from trainer.hardware import Hardware, look

Level = Literal["ok", "warning", "problem"]


class Finding(BaseModel):
    """`seen`: what is so. `do`: what a person should do about it, None where nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str
    level: Level
    seen: str
    do: str | None = None


class Report(BaseModel):
    """`finsdistill doctor --json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    examined_at: datetime
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        return all(finding.level != "problem" for finding in self.findings)


class SmokedReport(Report):
    """`finsdistill doctor --smoke --json`."""

    smoke: Smoke


class Probe(Protocol):
    """Asks a host for one small page."""

    def __call__(self, host_url: str) -> None:
        """Raises EdgarProblem with why the host did not answer."""
        ...


@dataclass(frozen=True)
class Machine:
    """Where we are, `now` in naive UTC. `hub_s` and `server_s`: how long the model hub and the teacher's servers are waited
    for; a server may have to load its model first. Tests stand in for another machine."""

    environment: Mapping[str, str]
    now: datetime
    user: str
    lingering: Path = Path("/var/lib/systemd/linger")
    system_root: Path = Path("/")
    manager: Callable[..., Answer] = field(default=systemctl)
    look: Callable[[Mapping[str, str]], Hardware] = field(default=look)
    hub_s: float = 5.0
    server_s: float = 60.0


@dataclass(frozen=True)
class Patient:
    """What the checks look at: settings that could be read, and how to reach EDGAR's hosts."""

    config: Path
    settings: Settings
    probe: Probe
    machine: Machine


class Check(Protocol):
    """One thing looked at: any number of findings, none where there is nothing to look at. Named as its findings are."""

    __name__: str

    def __call__(self, patient: Patient, /) -> Iterable[Finding]: ...

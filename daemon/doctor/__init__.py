"""finsdistill doctor: what stands in the way, and what to do about it. A new check: one file and one line here."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from daemon.doctor import access, disk, edgar, gpu, models, packages, server, service, state
from daemon.doctor.base import Check, Finding, Machine, Patient, Probe, Report
from daemon.settings import Settings, find_config, load_settings
from store.errors import FinsdistillError

__all__ = ["CHECKS", "Machine", "examine"]

# In the order a person would repair them.
CHECKS: Final[tuple[Check, ...]] = (
    edgar.identity,
    edgar.hosts,
    disk.disk,
    disk.inbox,
    state.state,
    state.log,
    state.tables,
    state.figures,
    models.teacher,
    models.student,
    gpu.gpu,
    gpu.memory,
    access.access,
    server.server,
    models.licence,
    service.service,
)


def examine(given: Path | None, machine: Machine, *, probe_of: Callable[[Settings], Probe]) -> Report:
    """Every finding. A configuration that cannot be used is one, and then the only one but for the packages."""
    return Report(examined_at=machine.now, findings=tuple(_findings(given, machine, probe_of)))


def _findings(given: Path | None, machine: Machine, probe_of: Callable[[Settings], Probe]) -> Iterator[Finding]:
    yield from packages.origin()
    try:
        config = find_config(given, machine.environment).absolute()
        settings = load_settings(config, machine.environment)
    except (FinsdistillError, OSError) as error:
        yield Finding(
            check="config", level="problem", seen=str(error), do="nothing else is checked until it can be read"
        )
        return
    yield Finding(check="config", level="ok", seen=f"{config} is understood")
    patient = Patient(config, settings, probe_of(settings), machine)
    for check in CHECKS:
        yield from _asked(check, patient)


def _asked(check: Check, patient: Patient) -> Iterator[Finding]:
    """A check that cannot look has found something too."""
    try:
        yield from check(patient)
    except PermissionError as error:
        seen = f"{error.filename} cannot be looked at by user {patient.machine.user}"
        yield Finding(check=check.__name__, level="problem", seen=seen, do="run the doctor as the user of the service")
    except (FinsdistillError, OSError) as error:
        yield Finding(check=check.__name__, level="problem", seen=str(error), do="correct it, then: finsdistill doctor")

"""The state folder, looked at from outside: no lock is taken, and the log is not opened."""

from collections.abc import Iterator

from daemon.doctor.base import Finding, Patient
from daemon.lock import holder
from daemon.query import run_query
from daemon.status import read_status
from store.errors import FinsdistillError
from store.publishing.manifest import FORMAT, Manifest

_LOG, _MARK = "log.duckdb", "high-water"
_HUNG_S = 120.0  # the figures are written every service.publish_every_s; systemd's watchdog waits as long


def state(patient: Patient) -> Iterator[Finding]:
    folder = patient.settings.service.state_dir
    pid = holder(folder)
    if pid is not None:
        yield Finding(check="state", level="ok", seen=f"{folder} is in use by process {pid}, the running service")
    elif folder.exists():
        yield Finding(check="state", level="ok", seen=f"{folder} is free: no service runs on it")
    else:
        yield Finding(check="state", level="ok", seen=f"{folder} is not there: nothing ran yet", do="finsdistill run")


def log(patient: Patient) -> Iterator[Finding]:
    """A log without its high-water mark opens without its newest events and without a word: the mark is what notices."""
    folder = patient.settings.service.state_dir
    there, marked = ((folder / name).is_file() for name in (_LOG, _MARK))
    if there and marked and (folder / _MARK).stat().st_size:
        yield Finding(check="log", level="ok", seen=f"{folder / _LOG} with its high-water mark")
    elif there:
        seen = f"{folder / _LOG} has no high-water mark ({_MARK}): events missing from its end would not be noticed"
        do = "start the service, which then proves the whole chain, and compare `finsdistill status` with your newest backup"
        yield Finding(check="log", level="warning", seen=seen, do=do)
    elif marked or (folder / "published").exists():
        seen = f"{folder} holds what belongs to a log, and no {_LOG}"
        yield Finding(check="log", level="problem", seen=seen, do="put the log back, or restore the newest backup")


def tables(patient: Patient) -> Iterator[Finding]:
    folder = patient.settings.service.state_dir
    path = folder / "published" / "manifest.json"
    if not path.exists():
        return
    again = "start the service once (`finsdistill run`): it publishes everything again"
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        yield Finding(check="tables", level="problem", seen=f"{path} cannot be read: {_first(error)}", do=again)
        return
    if manifest.format != FORMAT:
        seen = f"{path} has format {manifest.format}, and this finsdistill reads {FORMAT}"
        yield Finding(check="tables", level="problem", seen=seen, do=again)
        return
    try:
        _, [(filings,)] = run_query(folder, "SELECT count(*) FROM filings")
    except FinsdistillError as error:
        yield Finding(check="tables", level="problem", seen=_first(error), do=again)
    else:
        seen = f"published up to event {manifest.seq:,}: {filings:,} filings, readable by `finsdistill sql`"
        yield Finding(check="tables", level="ok", seen=seen)


def figures(patient: Patient) -> Iterator[Finding]:
    folder = patient.settings.service.state_dir
    try:
        status = read_status(folder)
    except (FinsdistillError, OSError) as error:
        yield Finding(check="figures", level="problem", seen=_first(error), do="finsdistill run")
        return
    if status is None:
        return
    age_s = max(0.0, (patient.machine.now - status.written_at).total_seconds())
    yield from _purpose(status.purpose)
    if holder(folder) is not None and age_s > _HUNG_S + patient.settings.service.publish_every_s:
        seen = f"the service runs and wrote its last figures {age_s:,.0f} s ago: it hangs, or its disk does"
        yield Finding(
            check="figures", level="problem", seen=seen, do="look at its log, then stop it and start it again"
        )
    else:
        yield Finding(
            check="figures", level="ok", seen=f"the last figures are {age_s:,.0f} s old, event {status.seq:,}"
        )


def _purpose(purpose: str) -> Iterator[Finding]:
    if purpose != "real":
        seen = f"this log was made for {purpose}: it holds invented filings and takes nothing from sec.gov"
        yield Finding(
            check="purpose", level="problem", seen=seen, do="give the real service a service.state_dir of its own"
        )


def _first(error: Exception) -> str:
    """pydantic and DuckDB explain themselves over many lines."""
    return str(error).strip().split("\n", maxsplit=1)[0]

"""finsdistill doctor [--smoke] [--json]"""

import os
import pwd
import shutil
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from daemon.cli.options import Config, settings_of
from daemon.settings import Settings
from daemon.terminal import printable

if TYPE_CHECKING:  # the checks load what runs the service, and no other command waits for that
    from daemon.doctor.base import Finding, Report

_MARKS: Final = {"ok": "ok", "warning": "warning", "problem": "PROBLEM"}
_INDENT: Final = 20


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    config: Config = None,
    with_smoke: Annotated[
        bool, typer.Option("--smoke", help="also label three texts, train five steps, and print rates and an estimate")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one stable JSON object")] = False,
) -> None:
    """Check what the service needs, change nothing, and say what to do about each finding."""
    from daemon.doctor import Machine, examine  # noqa: PLC0415 - see above

    machine = Machine(os.environ, datetime.now(UTC).replace(tzinfo=None), pwd.getpwuid(os.geteuid()).pw_name)
    report = examine(config, machine, probe_of=_probe)
    if with_smoke:
        report = _smoked(report, config)
    if as_json:
        sys.stdout.write(report.model_dump_json(indent=1) + "\n")
    else:
        width = shutil.get_terminal_size((120, 24)).columns
        sys.stdout.write(printable("\n".join(lines(report, width=width))) + "\n")
    raise typer.Exit(0 if report.healthy else 1)


def _smoked(report: "Report", config: Path | None) -> "Report":
    """Without a configuration there is nothing to try, and the report says so already."""
    from daemon.doctor.base import SmokedReport  # noqa: PLC0415
    from daemon.parts import plans_of  # noqa: PLC0415 - see above
    from daemon.smoke.run import smoke  # noqa: PLC0415

    if any(finding.check == "config" and finding.level == "problem" for finding in report.findings):
        return report
    settings = settings_of(config)
    found = smoke(settings, plans_of(settings), say=_say)
    findings = (*report.findings, *found.findings)
    return SmokedReport(examined_at=report.examined_at, findings=findings, smoke=found.smoke)


def _say(what: str) -> None:
    sys.stderr.write(f"{printable(what)} ...\n")
    sys.stderr.flush()


class _Asking:
    """A gateway as the doctor uses it: made when the first host is asked, since nobody may be asked anonymously."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, host_url: str) -> None:
        from daemon.edgar.gateway import Gateway  # noqa: PLC0415 - see above

        gateway = Gateway(self._settings.edgar, stop=threading.Event())
        try:
            gateway.probe(host_url)
        finally:
            gateway.close()


def _probe(settings: Settings) -> _Asking:
    return _Asking(settings)


def lines(report: "Report", *, width: int) -> list[str]:
    """The screen, top to bottom. Pure."""
    shown = [line for finding in report.findings for line in _finding(finding, width)]
    counts = [sum(finding.level == level for finding in report.findings) for level in ("problem", "warning")]
    said = " and ".join(
        f"{n} {word}{'' if n == 1 else 's'}" for n, word in zip(counts, ("problem", "warning"), strict=True)
    )
    return [*shown, "", f"{said}." if any(counts) else "Nothing stands in the way."]


def _finding(finding: "Finding", width: int) -> Iterator[str]:
    wide = max(width, 60) - _INDENT
    head = f"{_MARKS[finding.level]:<9} {finding.check:<9} "
    for place, line in enumerate(textwrap.wrap(finding.seen, wide, break_on_hyphens=False)):
        yield f"{head if place == 0 else ' ' * _INDENT}{line}"
    for place, line in enumerate(textwrap.wrap(finding.do or "", wide - 2, break_on_hyphens=False)):
        yield f"{' ' * _INDENT}{'→ ' if place == 0 else '  '}{line}"

"""Room, and the right to use it. Nothing is written to find out."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from daemon.doctor.base import Finding, Patient


def disk(patient: Patient) -> Iterator[Finding]:
    service = patient.settings.service
    there = existing(service.state_dir)
    yield _writable("disk", "service.state_dir", service.state_dir, there)
    free = shutil.disk_usage(there).free / 2**30
    seen = f"{there} has {free:,.1f} GiB free; the service stops below service.min_free_gib = {service.min_free_gib:g}"
    if free < service.min_free_gib:
        yield Finding(check="disk", level="problem", seen=seen, do="free disk space, or lower service.min_free_gib")
    elif free < 2 * service.min_free_gib + 1:
        yield Finding(check="disk", level="warning", seen=seen, do="free disk space soon: models and filings take GiBs")
    else:
        yield Finding(check="disk", level="ok", seen=seen)


def inbox(patient: Patient) -> Iterator[Finding]:
    folder = patient.settings.inbox.dir
    there = existing(folder)
    if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
        yield Finding(
            check="inbox", level="problem", seen=f"{folder} cannot be read by this user", do=f"chmod u+rx {folder}"
        )
    elif there != folder and not os.access(there, os.W_OK | os.X_OK):
        yield _writable("inbox", "inbox.dir", folder, there)
    else:
        yield Finding(check="inbox", level="ok", seen=str(folder) if there == folder else f"{folder} will be made")


def _writable(check: str, key: str, folder: Path, there: Path) -> Finding:
    what = f"{key} = {folder}"
    if not there.is_dir():
        return Finding(check=check, level="problem", seen=f"{what}: {there} is no folder", do=f"set {key} to a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding(
            check=check,
            level="problem",
            seen=f"{what}: {there} cannot be written by this user",
            do=f"run as the user who owns it, or set {key} to a folder of yours",
        )
    return Finding(
        check=check, level="ok", seen=f"{what} can be written" if there == folder else f"{what} will be made"
    )


def existing(path: Path) -> Path:
    """`path`, or the nearest thing above it that is there."""
    return next(found for found in (path, *path.parents) if found.exists())

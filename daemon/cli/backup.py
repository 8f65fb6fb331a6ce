"""finsdistill backup DIR, finsdistill restore [DIR]"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from daemon.cli.options import Config, settings_of
from daemon.terminal import screen
from store.errors import FinsdistillError

if TYPE_CHECKING:
    from store.backups.backup import Made
    from store.restoring.restore import Restored

_SHOWN: Final = 20  # names of files that are missing


class FilesMissing(FinsdistillError):
    """Everything else was done."""


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="an empty folder, or a former backup of this log")],
    verify: Annotated[
        bool, typer.Option("--verify", help="hash also what DIR holds already, and copy anew what is damaged")
    ] = False,
    config: Config = None,
) -> None:
    """Copy what is published, and the blobs and adapters it names; the service may run."""
    from store.backups.backup import back_up  # noqa: PLC0415 - DuckDB and Arrow, which `status` need not wait for
    from trainer.run import whole_adapter_id_of  # noqa: PLC0415

    state_dir = settings_of(config).service.state_dir
    try:
        made = back_up(state_dir, folder, adapter_id_of=whole_adapter_id_of, verify=verify, progress=_show)
    finally:
        _show("")
    sys.stdout.write(screen(_told(made, folder)))
    if lost := made.backup.lost_paths:
        raise FilesMissing(
            f"{len(lost)} of the files that events name are missing or damaged in {state_dir}; everything else is backed up"
        )


def restore(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="a backup; without one, what the state itself still holds is recovered"),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="also where the present log is sound; it is moved aside")
    ] = False,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="also where events that were acknowledged are gone for good")
    ] = False,
    config: Config = None,
) -> None:
    """Make the log anew from a backup, or recover a damaged one from what it published. The service must be stopped."""
    from daemon.disk import check_disk  # noqa: PLC0415 - as above
    from daemon.lock import StateLock  # noqa: PLC0415
    from store.log import Limits  # noqa: PLC0415
    from store.restoring.restore import Hands, Wish  # noqa: PLC0415
    from store.restoring.restore import restore as bring_back  # noqa: PLC0415
    from trainer.run import whole_adapter_id_of  # noqa: PLC0415

    service = settings_of(config).service
    lock = StateLock(service.state_dir, restoring=True)
    try:
        check_disk(service.state_dir, service.min_free_gib)
        hands = Hands(Limits(service.memory_limit, service.threads), whole_adapter_id_of, progress=_show)
        done = bring_back(service.state_dir, folder, Wish(replace=replace, accept_loss=accept_loss), hands)
    finally:
        lock.release()
        _show("")
    sys.stdout.write(screen(_restored(done)))
    if done.mended.lost:
        raise FilesMissing(f"{len(done.mended.lost)} of the files that events name are missing or damaged: see above")


def _restored(done: "Restored") -> Iterator[str]:
    if done.head is None:
        yield "finished the restore that was interrupted: `finsdistill run` goes on with it"
    elif not done.stretches:
        yield f"the log is sound to event {done.head.seq:,} and was left alone"
    else:
        yield (
            f"restored to event {done.head.seq:,} of {done.head.recorded_at:%Y-%m-%d %H:%M:%S} UTC; "
            "every table is proven to be what the events say"
        )
    yield from (f"events {s.first_seq:,} to {s.last_seq:,} from {s.path}" for s in done.stretches)
    yield from (f"not used: {trouble}" for trouble in done.troubles)
    if done.lost is not None:
        yield f"lost: events {done.lost[0]:,} to {done.lost[1]:,}; what they told of is done again"
    yield from _named(done.mended.lost)
    if done.mended.copied:
        yield f"brought back {done.mended.copied:,} blobs and adapters, {done.mended.copied_bytes / 1e6:,.1f} MB"
    if done.aside is not None:
        yield f"the log that was there lies in {done.aside}: remove it when you need it no more"


def _told(made: "Made", folder: Path) -> Iterator[str]:
    whole = made.backup
    files = len(whole.paths) + 1
    yield (
        f"backed up to event {whole.seq:,} of {whole.end.recorded_at:%Y-%m-%d %H:%M:%S} UTC, "
        f"{_age((whole.made_at - whole.end.recorded_at).total_seconds())} old"
    )
    new = whole.seq - (made.before.seq if made.before else 0)
    if made.acknowledged is not None and made.acknowledged > whole.seq:
        yield (
            f"not in it: events {whole.seq + 1:,} to {made.acknowledged:,}, which the log holds and which are not published "
            "yet: a service that runs soon publishes them, so back up again; if the log is damaged, restore tells what is lost"
        )
    yield f"{new:,} new events; copied {made.copied:,} files, {made.copied_bytes / 1e6:,.1f} MB; dropped {made.dropped:,}"
    yield f"{folder} holds {files:,} files, {whole.bytes / 1e6:,.1f} MB; `finsdistill restore {folder}` brings them back"
    yield from _named(whole.lost_paths)


def _named(lost: Sequence[Path]) -> Iterator[str]:
    yield from (f"missing or damaged: {path}" for path in lost[:_SHOWN])
    if len(lost) > _SHOWN:
        yield f"missing or damaged: {len(lost) - _SHOWN:,} more"


def _age(seconds: float) -> str:
    """How long ago: the largest unit that makes it at least one."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return f"{max(0, int(seconds))} s"


def _show(what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{what}\x1b[K")

"""finsdistill verify"""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from daemon.cli.options import Config, settings_of
from daemon.lock import holder
from daemon.terminal import screen
from store.errors import StateUnusable

if TYPE_CHECKING:
    from daemon.settings import Settings
    from store.checking import Checked, Named
    from store.records import Record

_SHOWN: Final = 20  # sentences about damage
_STEP: Final = 10_000  # events between two lines of progress


def register(app: typer.Typer) -> None:
    app.command("verify")(verify)


def verify(config: Config = None) -> None:
    """Walk the whole chain of events and hash every file they name; what is published, while the service runs."""
    from store.checking import Named  # noqa: PLC0415 - DuckDB and Arrow, which `status` need not wait for

    settings = settings_of(config)
    state_dir, named, began = settings.service.state_dir, Named(), time.monotonic()
    running = holder(state_dir)
    source = f"of what is published; the service (process {running}) holds the log" if running else "of the log"
    events = _published_chain(state_dir, named) if running else _log_chain(settings, named)
    seconds = time.monotonic() - began
    rate = f"{events / max(seconds, 1e-9):,.0f}/s"
    sys.stdout.write(screen([f"{events:>9,} events {source}: the chain holds ({seconds:.1f} s, {rate})"]))
    _tell(_files(state_dir, named))


def _log_chain(settings: "Settings", named: "Named") -> int:
    from daemon.app import open_state  # noqa: PLC0415 - as above

    lock, log = open_state(settings, None)
    try:
        return _count(_shown(named.heard(log.chain()), log.head.seq))
    finally:
        log.close()
        lock.release()


def _published_chain(state_dir: Path, named: "Named") -> int:
    from store.checking import published_chain  # noqa: PLC0415 - as above
    from store.publishing.past import published_manifest  # noqa: PLC0415 - as above

    manifest = published_manifest(state_dir)
    return _count(_shown(named.heard(published_chain(state_dir / "published", manifest)), manifest.seq))


def _count(records: "Iterable[Record]") -> int:
    return sum(1 for _ in records)


def _shown(records: "Iterable[Record]", total: int) -> "Iterator[Record]":
    for record in records:
        if sys.stderr.isatty() and (record.seq % _STEP == 0 or record.seq == total):
            sys.stderr.write(f"\r{record.seq:,} of {total:,} events\x1b[K" + ("\n" if record.seq == total else ""))
        yield record


def _files(state_dir: Path, named: "Named") -> "Iterator[Checked]":
    from store import checking  # noqa: PLC0415 - as above
    from store.publishing.past import published_manifest  # noqa: PLC0415 - as above
    from trainer.run import whole_adapter_id_of  # noqa: PLC0415 - as above

    if (state_dir / "published" / "manifest.json").exists():
        yield checking.check_published(state_dir / "published", published_manifest(state_dir))
    yield checking.check_blobs(state_dir, named)
    yield checking.check_adapters(state_dir, named, whole_adapter_id_of)
    yield checking.check_snapshots(state_dir, named)


def _tell(checks: "Iterable[Checked]") -> None:
    damage: list[str] = []
    for checked in checks:
        damage += checked.damage
        bad = len(checked.damage)
        words = f"{bad:,} missing or damaged" if bad else "each is what was written"
        sys.stdout.write(screen([f"{checked.count:>9,} {checked.what}: {words}"]))
    sys.stdout.write(screen(damage[:_SHOWN]))
    if damage:
        raise StateUnusable(f"{len(damage):,} files are missing or damaged; {damage[0]}")

"""finsdistill export DIR"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from daemon.cli.options import AsOf, Config, position_asked, settings_of
from daemon.terminal import screen

if TYPE_CHECKING:
    from daemon.exporting.manifest import ExportManifest

_FORMAT = "parquet and jsonl; hf comes with a later version"
_ADAPTER = "the rows that this adapter was trained on (its id or the start of it)"


def register(app: typer.Typer) -> None:
    app.command("export")(export)


def export(
    target: Annotated[Path, typer.Argument(metavar="DIR", help="a new or empty folder, or an earlier export")],
    form: Annotated[Literal["parquet", "jsonl", "hf"], typer.Option("--format", help=_FORMAT)],
    as_of: AsOf = None,
    adapter: Annotated[str | None, typer.Option("--adapter", metavar="ADAPTER_ID", help=_ADAPTER)] = None,
    config: Config = None,
) -> None:
    """Write the triplets in use as a dataset with its card, also as they were, also while the service runs."""
    from daemon.exporting.export import Wish  # noqa: PLC0415 - Arrow and all events, which `status` need not wait for
    from daemon.exporting.export import export as write  # noqa: PLC0415 - as above

    if form == "hf":
        raise typer.BadParameter(
            "hf comes with a later version: take parquet or jsonl, datasets.load_dataset reads both"
        )
    if adapter is not None and as_of is not None:
        raise typer.BadParameter("an adapter's rows have their own position: leave --as-of or --adapter out")
    wanted = position_asked(as_of)
    settings = settings_of(config)
    wish = Wish(form, settings.student.base, as_of=wanted, adapter=adapter)
    now = datetime.now(UTC).replace(tzinfo=None)
    done = write(settings.service.state_dir, target, wish, now=now, progress=_progress())
    sys.stdout.write(screen(_lines(done, target)))


def _progress() -> Callable[[int], None]:
    def show(rows: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{rows:,} rows\x1b[K\r")

    return show


def _lines(done: "ExportManifest", target: Path) -> list[str]:
    counts = " and ".join(f"{split.rows:,} {split.split}" for split in done.splits)
    toy = " (toy)" if done.toy else ""
    head = f"{counts} triplets{toy} as of event {done.log_seq:,}, in {target}"
    if done.adapter is None:
        return [head]
    return [
        head,
        f"the rows of adapter {done.adapter.adapter_id[:8]}: sha256 {done.adapter.sha256}, as they were sealed",
    ]

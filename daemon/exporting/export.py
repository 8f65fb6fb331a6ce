"""One export, from what is published, whether the service runs or not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from daemon.as_of import Wanted
from daemon.exporting.card import Card
from daemon.exporting.columns import COLUMNS, IS_NEW, LEARNED, Column
from daemon.exporting.folder import replacing
from daemon.exporting.formats import FORMATS, Format
from daemon.exporting.learned import learned_by, with_learned
from daemon.exporting.manifest import CARD, FORMAT, MANIFEST, AdapterOrigin, ExportManifest
from daemon.exporting.rows import Rows, Written
from daemon.exporting.source import NothingToExport, Used, adapter_origin, left_out, log_of, recipes_in_use, sealed_at
from daemon.licence import notice_of
from daemon.past import at_position, position
from store.errors import StateUnusable
from store.files import write_durably
from store.publishing.manifest import Manifest
from store.publishing.past import published_manifest

_MEMORY: Final = "512MiB"  # of DuckDB; what does not fit is sorted on the disk of the export


@dataclass(frozen=True)
class Wish:
    """`base`: of the configured student, for what the licence says. Of `as_of` and `adapter` at most one."""

    data_format: str
    base: str
    as_of: Wanted | None = None
    adapter: str | None = None


@dataclass(frozen=True)
class _Place:
    """The position whose rows are exported; `origin` where they are an adapter's."""

    seq: int
    origin: AdapterOrigin | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        return COLUMNS if self.origin is None else (*COLUMNS, IS_NEW, LEARNED)


def export(
    state_dir: Path, target: Path, wish: Wish, *, now: datetime, progress: Callable[[int], None]
) -> ExportManifest:
    """Leaves `target` whole, or as it was. `progress` is told how many rows of a split are written.

    Raises PositionUnusable, PromotionRefused, FolderRefused, NothingToExport, LearnedUnknown, and StateUnusable where nothing
    is published or an adapter's rows are not what was sealed.
    """
    published = published_manifest(state_dir)
    place = _place(state_dir, published, wish, now)
    with replacing(target, state_dir=state_dir) as folder:
        with at_position(state_dir, published, place.seq, memory_limit=_MEMORY, spill_in=folder) as connection:
            recipes = recipes_in_use(connection)
            learned = learned_by(state_dir, place.origin, connection) if place.origin else 0
            rows = Rows(connection, place.columns, place.origin.since if place.origin else 0, progress)
            written = _write(rows, folder, FORMATS[wish.data_format], place.origin)
            log = log_of(connection)
            manifest = ExportManifest(
                export_format=FORMAT,
                finsdistill=version("finsdistill"),
                purpose=log.purpose,
                log_id=log.log_id,
                log_seq=place.seq,
                data_format=wish.data_format,
                toy=any(used.shown.toy for used in recipes),
                recipes=tuple(used.shown for used in recipes),
                splits=tuple(part.file for part in written),
                left_out=left_out(connection),
                adapter=with_learned(place.origin, written[0].learned, learned) if place.origin else None,
            )
        card = Card(manifest, place.columns, _notices(recipes, wish, place), _command(manifest))
        write_durably(folder / CARD, card.text().encode())
        write_durably(folder / MANIFEST, (manifest.model_dump_json(indent=1) + "\n").encode())
    return manifest


def _place(state_dir: Path, published: Manifest, wish: Wish, now: datetime) -> _Place:
    if wish.adapter is not None:
        with at_position(state_dir, published, published.seq) as connection:
            origin = adapter_origin(connection, wish.adapter)
            return _Place(sealed_at(connection, origin.snapshot_id), origin)
    return _Place(published.seq if wish.as_of is None else position(state_dir, published, wish.as_of, now=now))


def _write(rows: Rows, folder: Path, form: Format, origin: AdapterOrigin | None) -> tuple[Written, ...]:
    sealed = origin is not None
    train, heldout = (rows.write(folder, split, form, sealed=sealed) for split in ("train", "heldout"))
    if train.file.rows + heldout.file.rows == 0:
        raise NothingToExport("no triplet is ready at this position: let the service run, or name a later one")
    if origin is not None:
        _check(origin, "training", sealed=origin.sha256, found=train.sealed_sha256)
        _check(origin, "held-out", sealed=origin.heldout_sha256, found=heldout.sealed_sha256)
    return train, heldout


def _check(origin: AdapterOrigin, what: str, *, sealed: str, found: str | None) -> None:
    if found != sealed:
        raise StateUnusable(
            f"the {what} rows of adapter {origin.adapter_id[:8]} (snapshot {origin.snapshot_id}) are not what is published: "
            f"sealed with sha256 {sealed}, found {found}; stop the service and run `finsdistill rebuild --verify`"
        )


def _notices(recipes: Sequence[Used], wish: Wish, place: _Place) -> tuple[str, ...]:
    base = wish.base if place.origin is None else place.origin.base
    notices = (notice_of(used.whole, base) for used in recipes)
    return tuple(dict.fromkeys(notice.text for notice in notices if notice is not None))


def _command(manifest: ExportManifest) -> str:
    which = f"--as-of {manifest.log_seq}" if manifest.adapter is None else f"--adapter {manifest.adapter.adapter_id}"
    return f"finsdistill export DIR --format {manifest.data_format} {which}"

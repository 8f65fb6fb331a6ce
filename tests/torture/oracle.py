"""What a state folder holds, looked at in a copy: the folder itself is left to the service's own recovery."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from store.errors import FinsdistillError
from store.ids import sha256_hex
from store.log import EventLog, Limits, open_log
from store.publishing.manifest import VIEWS_FILE, Manifest
from store.rebuild import verify
from store.tables import EVENTS, TABLES
from tests.torture.said import Stored

LIMITS: Final = Limits("512MiB", 1)
_NOT_THE_LOG: Final = (VIEWS_FILE, "status.json", "finsdistill.lock")
_SPAN: Final = re.compile(r"(\d{12})-(\d{12})")
_ROWS: Final = "SELECT count(*), coalesce(bit_xor(hash(t::VARCHAR)), 0) FROM {name} t WHERE seq <= {seq}"


@dataclass(frozen=True)
class Found:
    """`events` is everything in the log; `complaints` what must not be."""

    events: tuple[Stored, ...]
    complaints: tuple[str, ...]


def inspect(state: Path, scratch: Path) -> Found:
    """The log opened as the service opens it, its chain walked, its projections rebuilt, and what is published compared."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for path in state.iterdir():
        if path.is_file() and path.name not in _NOT_THE_LOG and not path.name.startswith("."):
            shutil.copyfile(path, scratch / path.name)
    if not (scratch / "log.duckdb").exists():
        return Found((), ())
    try:
        log = open_log(scratch, purpose=None, limits=LIMITS)
        try:
            return _look(log, state)
        finally:
            log.close()
    except FinsdistillError as refusal:
        return Found((), (f"the log cannot be used: {refusal}",))


def _look(log: EventLog, state: Path) -> Found:
    complaints = [f"{p.table} differs from its rebuild" for p in verify(log, lambda _: None) if not p.agrees]
    events = events_in(log)
    complaints += marks(state, len(events))
    complaints += differences(log, state)
    return Found(events, tuple(complaints))


def events_in(log: EventLog) -> tuple[Stored, ...]:
    rows = log.query("SELECT seq, hash, stream, type, append_key, payload FROM raw.events ORDER BY seq")
    return tuple(
        Stored(seq, digest, stream, kind, key, json.loads(payload)) for seq, digest, stream, kind, key, payload in rows
    )


def marks(state: Path, head: int) -> list[str]:
    """Read by hand: what was acknowledged must not depend on the code that is tested."""
    mark = state / "high-water"
    words = mark.read_text().split() if mark.exists() else []
    acknowledged = int(words[1]) if len(words) > 1 else 0
    return [f"event {acknowledged} was acknowledged, the log ends at {head}"] if acknowledged > head else []


def lost(known: Sequence[Stored], now: Sequence[Stored]) -> list[str]:
    """What was there before and is not, or is another."""
    gone = [str(old.seq) for old in known if old.seq > len(now) or now[old.seq - 1].hash != old.hash]
    return [f"events {', '.join(gone[:5])} of {len(known)} are lost or changed"] if gone else []


def differences(log: EventLog, state: Path) -> list[str]:
    """Between what is published and the log: every segment as the manifest says, every row once, none that is not there."""
    manifest_file, views = state / "published" / "manifest.json", state / VIEWS_FILE
    if not manifest_file.exists() or not views.exists():
        return []  # nothing was published yet
    manifest = Manifest.model_validate_json(manifest_file.read_bytes())
    segments = [segment for entry in manifest.tables for segment in entry.segments]
    found = [
        f"segment {segment.file} is not what the manifest says"
        for segment in segments
        if sha256_hex((state / "published" / segment.file).read_bytes()) != segment.sha256
    ]
    if manifest.seq > log.head.seq:
        return [*found, f"event {manifest.seq} is published, the log ends at {log.head.seq}"]
    return found + _unequal(log, views)


def was_merging(state: Path) -> bool:
    """Whether a file lies there, whole or not, that no manifest names yet and that is made of several which one names."""
    path = state / "published" / "manifest.json"
    if not path.exists():
        return False
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValueError:
        return False
    for entry in manifest.tables:
        named = {segment.file for segment in entry.segments}
        for file in (state / "published" / entry.table).iterdir() if named else ():
            span = _SPAN.search(file.name)
            if span is None or f"{entry.table}/{file.name}" in named:
                continue
            first, last = int(span[1]), int(span[2])
            if sum(first <= s.first_seq and s.last_seq <= last for s in entry.segments) > 1:
                return True
    return False


def _unequal(log: EventLog, views: Path) -> list[str]:
    """The views may be those of the manifest before: they are made after it."""
    with duckdb.connect(str(views), read_only=True, config={"threads": "1"}) as published:
        seq = int(_one(published, "SELECT coalesce(max(seq), 0) FROM raw_events")[0])
        names = [table.name for table in (EVENTS, *TABLES)]
        return [
            f"published {name} differ from the log up to event {seq}"
            for name in names
            if _one(published, _ROWS.format(name=f"raw_{name}", seq=seq))
            != log.query(_ROWS.format(name=f"raw.{name}", seq=seq))[0]
        ]


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    return tuple(connection.execute(sql).fetchall()[0])

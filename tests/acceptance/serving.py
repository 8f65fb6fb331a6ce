"""A home whose teacher is a loopback server, and what became of each of its texts there and in the log."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.acceptance.driving import Home, Service
from tests.filings_of_texts import drop, texts
from tests.llm_server import LlmServer

KEY = "sk-loopback-27182818284590452353"
KEY_ENV = "FINSDISTILL_TEST_KEY"
_CASE = re.compile(r"In case (\d+) the")


def labelled_by(home: Home, *servers: LlmServer, **settings: object) -> Home:
    """Configures the home for these servers; `settings` are of [teacher]."""
    given = {"kind": "openai", "base_urls": [server.base_url for server in servers], "concurrency": 4} | settings
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in given.items())
    home.configure()
    config = home.folder / "config.toml"
    config.write_text(config.read_text().replace('kind = "extractive"', lines))
    return home


def texts_in(home: Home, count: int, *, first: int = 0) -> Home:
    """Drops one filing with texts of these numbers, each of which is one chunk."""
    drop(home.folder / "inbox", 1000 + first, texts(count, first=first))
    return home


def on(number: int) -> str:
    """What is found in this text and in no other."""
    return f"In case {number} the"


def calls(server: LlmServer) -> Counter[int]:
    """How often each text was asked for, by its number."""
    counted: Counter[int] = Counter()
    for passage, times in server.calls.items():
        counted[number_of(passage)] += times
    return counted


def number_of(passage: str) -> int:
    found = _CASE.search(passage)
    assert found is not None, passage
    return int(found[1])


def query(home: Home, sql: str) -> list[tuple[Any, ...]]:
    """Of the published tables, as any reader of theirs does: a hundred times as fast as the command."""
    with duckdb.connect(str(home.state / "finsdistill.duckdb"), read_only=True) as tables:
        return tables.execute(sql).fetchall()


def count(home: Home, of: str) -> int:
    return int(query(home, f"SELECT count(*) FROM {of}")[0][0])


def until_labelled(home: Home, service: Service, number: int) -> None:
    """Until so many texts have a label that is published."""
    while count(home, "labels") < number:
        service.until("published")


@dataclass(frozen=True)
class End:
    """What became of a text. `reasons` are those of its refusals, oldest first."""

    labels: int
    dead: bool
    reasons: tuple[str, ...]

    @property
    def word(self) -> str:
        return self.reasons[-1] if self.dead else "labelled" if self.labels else "pending"


_ENDS = """
SELECT min(c.text) AS text, (SELECT count(*) FROM labels l WHERE l.text_id = c.text_id) AS labels,
    (SELECT count(*) FROM dead_letters d WHERE d.text_id = c.text_id) AS dead,
    coalesce((SELECT list(r.reason ORDER BY r.seq) FROM refusals r WHERE r.text_id = c.text_id), []) AS reasons
FROM chunks c GROUP BY c.text_id
"""


def ends(home: Home) -> dict[int, End]:
    """By number. Every text ends once: as a label or as a dead letter."""
    rows = query(home, _ENDS)
    found = {number_of(text): End(labels, dead > 0, tuple(reasons)) for text, labels, dead, reasons in rows}
    assert len(found) == len(rows)
    assert all(end.labels + end.dead == 1 for end in found.values()), found
    return found


def all_published(home: Home) -> str:
    """Every event with all that it says: what tables and files are made of, uncompressed."""
    return json.dumps(query(home, "SELECT stream, payload::VARCHAR FROM events"))


def files_with(folder: Path, secret: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def texts_with(said: Iterable[str], secret: str) -> Sequence[str]:
    return [text for text in said if secret in text]

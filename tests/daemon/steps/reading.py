"""The reading half of a service: the step that chunks, on a log, with a real parser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.chunking import parser_id
from daemon.commands import Rechunk
from daemon.filing import ChunkOptions
from daemon.intake import Fetched, Intake
from daemon.parsing import Parser
from daemon.rechunking import Rechunking, RechunkWaits
from daemon.splits import SplitRule
from daemon.steps.chunk import Chunk
from store.ids import sha256_hex
from store.log import EventLog
from tests.acceptance.driving import filing
from tests.builders import a_filing, accession
from tests.nearness import near_of


@dataclass
class Reading:
    """A service with these options; `ended` counts how often a command was done."""

    log: EventLog
    blobs: Blobs
    options: ChunkOptions
    parser: Parser
    activity: Activity = field(default_factory=Activity)
    ended: int = 0

    def __post_init__(self) -> None:
        self.intake = Intake(self.log, blobs=self.blobs, splits=SplitRule(frozenset(), 0.0), activity=self.activity)
        self.rechunking = Rechunking(self.log, parser_id(self.options), asked=lambda: None, ended=self._end)
        self.step = Chunk(
            self.log,
            blobs=self.blobs,
            parser=self.parser,
            options=self.options,
            rechunking=self.rechunking,
            near=near_of(self.log, self.blobs.path("0" * 64).parents[1]),
            activity=self.activity,
        )

    def _end(self) -> None:
        self.ended += 1

    def accept(self, n: int, body: bytes | None = None, **changes: object) -> Path:
        said = body if body is not None else filing(n, 2021).encode()
        self.intake.accept(a_filing(n, **changes), Fetched(accession(n), said, f"https://filings.example/{n}"))
        return self.blobs.path(sha256_hex(said))

    def settle(self) -> dict[str, str]:
        while self.step.advance():
            pass
        return dict(self.log.query("SELECT accession, status FROM filings ORDER BY accession"))

    def ask(self, *accessions: str, key: str = "command-1") -> bool:
        """Whether there is nothing left of it."""
        try:
            self.rechunking.obey(Rechunk(parser=parser_id(self.options), accessions=accessions), key=key)
        except RechunkWaits:
            return False
        return True

    def troubles(self) -> list[str]:
        return [trouble.what for trouble in self.activity.troubles()]


@contextmanager
def readings(log: EventLog, folder: Path) -> Iterator["Readings"]:
    parser = Parser(threading.Event())
    try:
        yield Readings(log, Blobs(folder / "blobs"), parser)
    finally:
        parser.close()


@dataclass
class Readings:
    """One service after the other, of different versions, on one log."""

    log: EventLog
    blobs: Blobs
    parser: Parser

    def service(self, **options: int) -> Reading:
        return Reading(self.log, self.blobs, ChunkOptions(**options), self.parser)

"""Inbox file in: FilingDiscovered and FilingFetched, or FilingRefused, out."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.filing import FilingUnreadable
from daemon.forms import form_of, one_name
from daemon.identify import Identity
from daemon.inbox import Dropped, Inbox
from daemon.intake import Fetched, Intake, Refused
from daemon.parsing import Parser, ParserCrashed
from daemon.stopped import Stopped
from store.events import FilingDiscovered
from store.ids import company_id, local_accession, sha256_hex

MAX_BYTES: Final = 150 * 2**20  # the largest filings with all their documents have about 100 MB
SIDECAR_BYTES: Final = 64 * 2**10


class Ingest:
    """Takes one dropped file at a time, by name."""

    def __init__(
        self,
        inbox: Inbox,
        intake: Intake,
        *,
        parser: Parser,
        forms: frozenset[str],
        activity: Activity,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._inbox, self._intake, self._parser = inbox, intake, parser
        self.forms, self._activity, self._clock_s = forms, activity, clock_s
        self._queue: list[Dropped] = []
        self._settling = False
        self._words = structlog.get_logger()

    def advance(self) -> bool:
        if not self._queue:
            self._queue, self._settling = self._inbox.new_files(self._clock_s())
        if not self._queue:
            return False
        dropped = self._queue.pop(0)
        self._words.debug("file_reading", file=dropped.name)
        with self._activity.task(f"reading {dropped.name}"):
            try:
                self._take(dropped)
            except Stopped:
                return False  # the next service reads it
        self._inbox.take(dropped)
        return True

    @property
    def waiting(self) -> bool:
        return self._settling

    def close(self) -> None:
        self._parser.close()

    def _take(self, dropped: Dropped) -> None:
        if dropped.size > MAX_BYTES:
            detail = f"{dropped.size:,} bytes are more than {MAX_BYTES:,}"
            accession = local_accession(sha256_hex(f"{dropped.url}|{dropped.size}"))
            return self._refuse(dropped, accession, ("too_large", detail), None)
        try:
            body = dropped.path.read_bytes()
            sidecar = _sidecar(dropped.path)
        except FileNotFoundError:
            return None  # taken away again before it was read
        except OSError as error:
            why = ("unreadable_file", error.strerror or "cannot be read")
            return self._refuse(dropped, local_accession(sha256_hex(dropped.url)), why, None)
        sha256 = sha256_hex(body)
        try:
            identity = self._parser.identify(dropped.name, body, sidecar)
        except FilingUnreadable as error:
            return self._refuse(dropped, local_accession(sha256), (error.reason, error.detail), sha256)
        except ParserCrashed as error:
            return self._refuse(dropped, local_accession(sha256), ("parser_crashed", str(error)), sha256)
        return self._decide(dropped, identity, body, sha256)

    def _decide(self, dropped: Dropped, identity: Identity, body: bytes, sha256: str) -> None:
        form = form_of(identity.form) if identity.form else None
        if identity.form is not None and (form is None or one_name(identity.form) not in self.forms):
            why = ("form", f"{identity.form} is not in edgar.forms")
            return self._refuse(dropped, identity.accession, why, sha256)
        if strange := self._intake.stranger(identity.ciks, identity.accession, body):
            return self._refuse(dropped, identity.accession, strange, sha256)
        fetched = Fetched(identity.accession, body, dropped.url, dropped.modified_us)
        return self._intake.accept(_discovered(identity, dropped.url), fetched)

    def _refuse(self, dropped: Dropped, accession: str, why: tuple[str, str], sha256: str | None) -> None:
        reason, detail = why
        self._intake.refuse(
            Refused(
                accession,
                reason,
                detail,
                url=dropped.url,
                name=dropped.name,
                sha256=sha256,
                size=dropped.size,
                modified_us=dropped.modified_us,
            )
        )


def _discovered(identity: Identity, url: str) -> FilingDiscovered:
    return FilingDiscovered(
        accession=identity.accession,
        company_id=company_id(next(iter(identity.ciks), None), identity.accession),
        ciks=identity.ciks,
        company=identity.company,
        ticker=identity.ticker,
        form=identity.form,
        filed=identity.filed,
        period=identity.period,
        amends=identity.amends,
        url=url,
        source="inbox",
    )


def _sidecar(path: Path) -> bytes | None:
    for sidecar in (path.with_name(path.name + ".json"), path.with_suffix(".json")):
        if sidecar.is_file():
            with sidecar.open("rb") as file:
                return file.read(SIDECAR_BYTES + 1)
    return None

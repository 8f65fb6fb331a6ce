"""FilingFetched in: one ChunkAppended a chunk and FilingChunked, or FilingRefused, out. What a person wants read again comes
after what is new; of that only what changed goes out. Amendments replace what they tell anew."""

from dataclasses import dataclass
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.amending import Amending
from daemon.blobs import Blobs, BlobUnusable
from daemon.chunking import Known, Place, chunk_events, parser_id, retirements
from daemon.fetched import FetchedFilings
from daemon.filing import ChunkOptions, Extraction, FilingUnreadable
from daemon.near import Near
from daemon.parsing import Parser, ParserCrashed
from daemon.rechunking import Rechunking
from daemon.stopped import Stopped
from store.errors import EventUnusable
from store.events import Event, FilingRefused, Split
from store.ids import canonical_json, short_id
from store.log import EventLog
from store.records import Append

_FILING: Final = """
SELECT f.accession, f.sha256, f.form, f.url, f.bytes,
    EXISTS (SELECT 1 FROM raw_splits s WHERE s.split = 'heldout'
        AND (s.company_id = f.company_id OR list_contains(f.ciks, s.cik))) AS heldout,
    f.status <> 'fetched' AS again, f.chunks IS NOT NULL AS known
FROM filings f
"""
_WAITING: Final = f"{_FILING} WHERE f.accession = ? AND f.status = 'fetched'"
_AGAIN: Final = f"{_FILING} WHERE f.accession = ? AND f.status IN ('chunked', 'refused') AND f.sha256 IS NOT NULL"
_KNOWN: Final = """
SELECT chunk_id, ordinal, char_start, char_end, by_reference, marks, retired, amended_by FROM occurrences
WHERE accession = ? ORDER BY ordinal, seq
"""
_WHAT_AGAIN: Final = "reading filings again"


@dataclass(frozen=True)
class _Filing:
    """`again`: it was read before. `known`: and the log has chunks of it."""

    accession: str
    sha256: str
    form: str | None
    url: str
    size: int
    heldout: bool
    again: bool
    known: bool

    @property
    def split(self) -> Split:
        return "heldout" if self.heldout else "train"


@dataclass(frozen=True)
class _Stamp:
    """A file as it was found."""

    inode: int
    size: int
    modified_ns: int


class Chunk:
    """Takes one filing at a time: fetched ones first, the oldest first."""

    def __init__(
        self,
        log: EventLog,
        *,
        blobs: Blobs,
        parser: Parser,
        options: ChunkOptions,
        rechunking: Rechunking,
        near: Near,
        activity: Activity,
    ) -> None:
        self._log, self._blobs, self._parser = log, blobs, parser
        self._options, self._activity, self._rechunking, self._near = options, activity, rechunking, near
        self._reader = parser_id(options)
        self._amending = Amending(log, self._reader)
        self._is_settled = False
        self._fetched = FetchedFilings(log)
        self._bytes_lost: dict[_Filing, _Stamp | None] = {}
        self._words = structlog.get_logger()

    def advance(self) -> bool:
        """A filing whose bytes are lost waits until they are back, and holds up no other."""
        if not self._is_settled:  # a service that was killed may have left something out
            self._amending.settle()
            self._is_settled = True
        filing = self._oldest() or self._next_again()
        if filing is None:
            return False
        self._words.debug("filing_chunking", accession=filing.accession, again=filing.again)
        with self._activity.task(f"chunking {filing.accession}"):
            try:
                self._read(filing)
            except Stopped:
                return False  # the next service reads it
            self._amending.settle_around(filing.accession)
        if filing.again:
            self._read_again()
        return True

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        self._parser.close()

    def _read(self, filing: _Filing) -> None:
        """Raises Stopped."""
        stamp = self._stamp(filing)
        try:
            self._blobs.get(filing.sha256)
            path = self._blobs.path(filing.sha256)
            extraction = self._parser.extract(path, form=filing.form, options=self._options)
        except BlobUnusable as error:
            self._pass_over(filing, stamp, error)
        except FilingUnreadable as error:
            self._refuse(filing, error.reason, error.detail)
        except ParserCrashed as error:
            self._cannot(filing, "parser_crashed", error)
        else:
            self._append(filing, extraction)

    def _oldest(self) -> _Filing | None:
        self._bytes_lost = {filing: stamp for filing, stamp in self._bytes_lost.items() if self._stamp(filing) == stamp}
        lost = {filing.accession for filing in self._bytes_lost}
        while (accession := self._fetched.oldest(lost)) is not None:
            if rows := self._log.query(_WAITING, [accession]):
                return _Filing(*rows[0])
            self._fetched.drop(accession)
        return None

    def _next_again(self) -> _Filing | None:
        while (accession := self._rechunking.take()) is not None:
            if rows := self._log.query(_AGAIN, [accession]):
                self._activity.show(_WHAT_AGAIN, *self._rechunking.progress)
                return _Filing(*rows[0])
            self._read_again()
        return None

    def _read_again(self) -> None:
        self._activity.clear(_WHAT_AGAIN)
        self._rechunking.done()

    def _stamp(self, filing: _Filing) -> _Stamp | None:
        """Tells when a blob was put back, without reading it at every look; None while there is none."""
        try:
            status = self._blobs.path(filing.sha256).stat()
        except FileNotFoundError:
            return None
        return _Stamp(status.st_ino, status.st_size, status.st_mtime_ns)

    def _pass_over(self, filing: _Filing, stamp: _Stamp | None, error: BlobUnusable) -> None:
        if filing.again:
            return self._cannot(filing, "bytes_lost", error)
        self._bytes_lost[filing] = stamp
        self._activity.trouble(
            f"{filing.accession} waits for its bytes: {error}, or drop the filing into the inbox again"
        )
        self._words.warning("filing_bytes_lost", accession=filing.accession, reason=str(error))
        return None

    def _cannot(self, filing: _Filing, reason: str, error: Exception) -> None:
        """What could be read once stays as it is: nothing says that it is no filing."""
        if not filing.again:
            return self._refuse(filing, reason, str(error))
        self._activity.trouble(f"{filing.accession} could not be read again and stays as it is: {error}")
        self._words.warning("filing_not_read_again", accession=filing.accession, reason=reason, detail=str(error))
        return None

    def _known(self, filing: _Filing) -> dict[str, Known]:
        if not filing.known:
            return {}
        return {
            chunk: Known(Place(ordinal, start, end, by_reference, tuple(marks)), retired, amended_by)
            for chunk, ordinal, start, end, by_reference, marks, retired, amended_by in self._log.query(
                _KNOWN, [filing.accession]
            )
        }

    def _append(self, filing: _Filing, extraction: Extraction) -> None:
        known = self._known(filing)
        events = chunk_events(filing.accession, filing.split, extraction, parser=self._reader, known=known)
        try:
            linked = (*events[:-1], *self._near.links(events), events[-1])
            self._put(filing, linked, f"chunked-{filing.accession}-{self._reader}")
        except EventUnusable as error:
            return self._cannot(filing, "not_storable", error)
        what = "filing_rechunked" if filing.known else "filing_chunked"
        self._words.info(what, accession=filing.accession, chunks=len(events) - 1, split=filing.split)
        return None

    def _put(self, filing: _Filing, events: tuple[Event, ...], key: str) -> None:
        """A filing may come to the same parser twice, with another one between: each reading is a batch of its own."""
        stream = f"filing-{filing.accession}"
        own = f"{key}-{self._log.version_of(stream)}" if filing.known else key
        self._log.append(Append(stream, events, own))

    def _refuse(self, filing: _Filing, reason: str, detail: str) -> None:
        event = FilingRefused(
            accession=filing.accession,
            reason=reason,
            detail=detail,
            sha256=filing.sha256,
            size=filing.size,
            url=filing.url,
            modified_us=None,
        )
        gone = retirements(filing.accession, parser=self._reader, known=self._known(filing))
        # Another refusal by the same reader is another fact: a parser that crashed may tell more the next time.
        what = short_id(canonical_json(event.model_dump(mode="json")))
        self._put(filing, (*gone, event), f"refused-{filing.accession}-{self._reader}-{what}")
        self._activity.trouble(f"{filing.accession} was refused ({reason}): {detail}")
        self._words.warning("filing_refused", accession=filing.accession, reason=reason, detail=detail)

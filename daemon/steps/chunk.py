"""FilingFetched in: one ChunkAppended a chunk and FilingChunked, or FilingRefused, out."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.filing import PARSER, ChunkOptions, Extraction, FilingUnreadable
from daemon.parsing import Parser, ParserCrashed
from daemon.stopped import Stopped
from store.errors import EventUnusable
from store.events import ChunkAppended, Event, FilingChunked, FilingRefused, Split
from store.ids import chunk_id, sha256_hex, text_id
from store.log import EventLog
from store.records import Append

_WAITING: Final = """
SELECT f.accession, f.sha256, f.form, f.url, f.bytes,
    EXISTS (SELECT 1 FROM raw_splits s WHERE s.split = 'heldout'
        AND (s.company_id = f.company_id OR list_contains(f.ciks, s.cik))) AS heldout
FROM filings f WHERE f.status = 'fetched' ORDER BY f.seq LIMIT 1
"""


@dataclass(frozen=True)
class _Filing:
    accession: str
    sha256: str
    form: str | None
    url: str
    size: int
    heldout: bool

    @property
    def split(self) -> Split:
        return "heldout" if self.heldout else "train"


class Chunk:
    """Takes one fetched filing at a time, oldest first."""

    def __init__(
        self, log: EventLog, *, blobs: Blobs, parser: Parser, options: ChunkOptions, activity: Activity
    ) -> None:
        self._log, self._blobs, self._parser = log, blobs, parser
        self._options, self._activity = options, activity
        self._words = structlog.get_logger()

    def advance(self) -> bool:
        waiting = self._log.query(_WAITING)
        if not waiting:
            return False
        filing = _Filing(*waiting[0])
        self._words.debug("filing_chunking", accession=filing.accession)
        with self._activity.task(f"chunking {filing.accession}"):
            try:
                self._blobs.get(filing.sha256)
                path = self._blobs.path(filing.sha256)
                extraction = self._parser.extract(path, form=filing.form, options=self._options)
            except Stopped:
                return False  # the next service reads it
            except FilingUnreadable as error:
                self._refuse(filing, error.reason, error.detail)
            except ParserCrashed as error:
                self._refuse(filing, "parser_crashed", str(error))
            else:
                self._append(filing, extraction)
        return True

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        self._parser.close()

    def _append(self, filing: _Filing, extraction: Extraction) -> None:
        events = chunk_events(filing.accession, filing.split, extraction)
        try:
            self._log.append(Append(f"filing-{filing.accession}", events, f"chunked-{filing.accession}-{PARSER}"))
        except EventUnusable as error:
            return self._refuse(filing, "not_storable", str(error))
        self._words.info("filing_chunked", accession=filing.accession, chunks=len(events) - 1, split=filing.split)
        return None

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
        key = f"refused-{filing.accession}-{filing.sha256[:32]}-{PARSER}"
        self._log.append(Append(f"filing-{filing.accession}", (event,), key))
        self._activity.trouble(f"{filing.accession} was refused ({reason}): {detail}")
        self._words.warning("filing_refused", accession=filing.accession, reason=reason, detail=detail)


def chunk_events(accession: str, split: Split, extraction: Extraction) -> tuple[Event, ...]:
    """One event a passage in the filing's order, then the one that says all are in."""
    seen: Counter[tuple[str | None, str]] = Counter()
    events: list[Event] = []
    for ordinal, passage in enumerate(extraction.passages):
        text = text_id(passage.text)
        events.append(
            ChunkAppended(
                chunk_id=chunk_id(accession, passage.item, text, seen[passage.item, text]),
                text_id=text,
                accession=accession,
                ordinal=ordinal,
                item=passage.item,
                char_start=passage.char_start,
                char_end=passage.char_end,
                split=split,
                text=passage.text,
            )
        )
        seen[passage.item, text] += 1
    done = FilingChunked(
        accession=accession,
        chunks=len(events),
        items=tuple(dict.fromkeys(span.item for span in extraction.items)),
        parser=PARSER,
        extraction_sha256=sha256_hex(extraction.text),
    )
    return (*events, done)

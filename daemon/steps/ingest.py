"""Inbox file in: FilingDiscovered and FilingFetched, or FilingRefused, out."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.filing import FilingUnreadable
from daemon.forms import form_of
from daemon.identify import Identity
from daemon.inbox import Dropped, Inbox
from daemon.parsing import Parser, ParserCrashed
from daemon.splits import SplitRule
from daemon.stopped import Stopped
from store.events import FilingDiscovered, FilingFetched, FilingRefused, SplitAssigned
from store.ids import canonical_json, company_id, local_accession, sha256_hex, short_id
from store.log import EventLog
from store.records import Append

MAX_BYTES: Final = 150 * 2**20  # the largest filings with all their documents have about 100 MB
SIDECAR_BYTES: Final = 64 * 2**10


class Ingest:
    """Takes one dropped file at a time, by name."""

    def __init__(
        self,
        log: EventLog,
        inbox: Inbox,
        *,
        blobs: Blobs,
        parser: Parser,
        splits: SplitRule,
        forms: frozenset[str],
        activity: Activity,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._log, self._inbox, self._blobs, self._parser = log, inbox, blobs, parser
        self._splits, self._forms, self._activity, self._clock_s = splits, forms, activity, clock_s
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
        known = self._log.query(
            "SELECT accession, sha256 FROM filings WHERE (accession = ? OR sha256 = ?) AND status <> 'refused' ORDER BY seq",
            [identity.accession, sha256],
        )
        stored = dict(known).get(identity.accession)
        if identity.form is not None and (form is None or identity.form.upper() not in self._forms):
            why = ("form", f"{identity.form} is not in edgar.forms")
            return self._refuse(dropped, identity.accession, why, sha256)
        if stored == sha256:
            return None
        if stored is not None:
            why = ("conflicting_bytes", f"the log has {stored[:12]} under this accession, this file is {sha256[:12]}")
            return self._refuse(dropped, identity.accession, why, sha256)
        alias_of = next((accession for accession, _ in known), None)
        return self._accept(dropped, identity, body, alias_of)

    def _accept(self, dropped: Dropped, identity: Identity, body: bytes, alias_of: str | None) -> None:
        sha256 = self._blobs.put(body)
        url = dropped.url
        companies = [company_id(cik, identity.accession) for cik in identity.ciks or (None,)]
        for cik, company in zip(identity.ciks or (None,), companies, strict=True):
            self._assign_split(cik, company)
        discovered = FilingDiscovered(
            accession=identity.accession,
            company_id=companies[0],
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
        fetched = FilingFetched(
            accession=identity.accession,
            sha256=sha256,
            size=dropped.size,
            url=url,
            modified_us=dropped.modified_us,
            alias_of=alias_of,
        )
        key = f"fetched-{identity.accession}-{sha256[:32]}"
        self._log.append(Append(f"filing-{identity.accession}", (discovered, fetched), key))
        self._words.info("filing_fetched", accession=identity.accession, company=identity.company, form=identity.form)

    def _assign_split(self, cik: int | None, company: str) -> None:
        if self._log.query("SELECT 1 FROM raw.splits WHERE company_id = ?", [company]):
            return
        assigned = self._splits.split_of(cik, company)
        event = SplitAssigned(company_id=company, cik=cik, split=assigned.split, rule=assigned.rule)
        self._log.append(Append(f"company-{company}", (event,), f"split-{company}", expect=0))

    def _refuse(self, dropped: Dropped, accession: str, why: tuple[str, str], sha256: str | None) -> None:
        reason, detail = why
        event = FilingRefused(
            accession=accession,
            reason=reason,
            detail=detail,
            sha256=sha256,
            size=dropped.size,
            url=dropped.url,
            modified_us=dropped.modified_us,
        )
        # The same file refused for the same reason is one fact, whenever a crash makes us look again.
        key = f"refused-{short_id(canonical_json(event.model_dump(mode='json')))}"
        self._log.append(Append(f"filing-{accession}", (event,), key))
        self._activity.trouble(f"{dropped.name} was refused ({reason}): {detail}")
        self._words.warning("filing_refused", file=dropped.name, reason=reason, detail=detail)


def _sidecar(path: Path) -> bytes | None:
    for sidecar in (path.with_name(path.name + ".json"), path.with_suffix(".json")):
        if sidecar.is_file():
            with sidecar.open("rb") as file:
                return file.read(SIDECAR_BYTES + 1)
    return None

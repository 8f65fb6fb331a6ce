"""How a filing's bytes enter the log, whichever road brought them: blob, splits, discovery, fetch, alias."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.purpose import WHY, strange_filing
from daemon.splits import SplitRule
from store.errors import StreamMoved
from store.events import FilingDiscovered, FilingFetched, FilingRefused, SplitAssigned
from store.ids import canonical_json, company_id, sha256_hex, short_id
from store.log import EventLog
from store.records import Append

# As the view `filings` says it of these few, at a hundredth of the cost where it holds every filer's.
_STORED: Final = """
SELECT accession, arg_max(sha256, seq) FROM raw.filing_changes WHERE status <> 'conflict' AND accession IN (
    SELECT accession FROM raw.filing_changes WHERE accession = ? OR sha256 = ?
) GROUP BY accession HAVING arg_max(status, seq) <> 'refused' ORDER BY max(seq)
"""


@dataclass(frozen=True)
class Fetched:
    """Bytes and where they came from; `modified_us` is a file's time stamp."""

    accession: str
    body: bytes
    url: str
    modified_us: int | None = None


@dataclass(frozen=True)
class Refused:
    """Why bytes cannot be used. `name`: what a person calls them."""

    accession: str
    reason: str
    detail: str
    url: str
    name: str
    sha256: str | None = None
    size: int | None = None
    modified_us: int | None = None


class Intake:
    """May be used from several threads. One of them decides at a time: two that bring the same bytes at the same moment
    would write the same blob, and two accessions with the same bytes would not see that one is the other's alias."""

    def __init__(self, log: EventLog, *, blobs: Blobs, splits: SplitRule, activity: Activity) -> None:
        self._log, self._blobs, self._splits, self._activity = log, blobs, splits, activity
        self._deciding = threading.RLock()
        self._words = structlog.get_logger()

    def stranger(self, ciks: Iterable[int], accession: str, body: bytes | None = None) -> tuple[str, str] | None:
        """(reason, detail) for a filing that a log of this purpose must not hold."""
        reason = strange_filing("demo" if self._log.purpose == "demo" else "real", ciks, accession, body)
        return (reason, WHY[reason]) if reason else None

    def assign_splits(self, ciks: Iterable[int], accession: str) -> None:
        """Before anything of a filing is recorded, because a filing is held out if any of its companies is."""
        for cik in tuple(ciks) or (None,):
            self.assign_split(cik, company_id(cik, accession))

    def assign_split(self, cik: int | None, company: str) -> None:
        if self._log.query("SELECT 1 FROM raw.splits WHERE company_id = ?", [company]):
            return
        assigned = self._splits.split_of(cik, company)
        event = SplitAssigned(company_id=company, cik=cik, split=assigned.split, rule=assigned.rule)
        # The key makes it once for good, also when two roads meet a new company at the same moment.
        self._log.append(Append(f"company-{company}", (event,), f"split-{company}"))

    def discover(self, filing: FilingDiscovered) -> bool:
        """False where the log has heard of it already."""
        with self._deciding:
            return self._discover(filing)

    def _discover(self, filing: FilingDiscovered) -> bool:
        stream = f"filing-{filing.accession}"
        version = self._log.version_of(stream)
        if self._is_known(filing.accession):
            return False
        self.assign_splits(filing.ciks, filing.accession)
        try:
            self._log.append(Append(stream, (filing,), f"discovered-{filing.accession}", expect=version))
        except StreamMoved:
            return self._discover(filing)
        self._words.info("filing_discovered", accession=filing.accession, company=filing.company, form=filing.form)
        return True

    def accept(self, filing: FilingDiscovered, fetched: Fetched) -> None:
        """The bytes of a filing that is usable; `filing` is recorded with them where it is new."""
        with self._deciding:
            self._accept(filing, fetched)

    def _accept(self, filing: FilingDiscovered, fetched: Fetched) -> None:
        stream, sha256 = f"filing-{fetched.accession}", sha256_hex(fetched.body)
        version = self._log.version_of(stream)
        known = self._log.query(_STORED, [fetched.accession, sha256])
        stored = dict(known).get(fetched.accession)
        key = f"fetched-{fetched.accession}-{sha256[:32]}"
        if stored == sha256 or self._log.was_appended(key):  # the latter: they were refused since, and still would be
            self._blobs.put(fetched.body)  # whoever brings lost bytes again heals them
            return None
        if stored is not None:
            detail = f"the log has {stored[:12]} under this accession, this file is {sha256[:12]}"
            return self.refuse(_refused(fetched, "conflicting_bytes", detail, sha256))
        alias_of = next((accession for accession, stored in known if stored == sha256), None)
        self._blobs.put(fetched.body)
        self.assign_splits(filing.ciks, filing.accession)
        events = (_fetch(fetched, sha256, alias_of),)
        both = events if self._is_known(filing.accession) else (filing, *events)
        try:
            self._log.append(Append(stream, both, key, expect=version))
        except StreamMoved:
            return self._accept(filing, fetched)  # it was read at the same moment: decide on what is there now
        self._words.info("filing_fetched", accession=filing.accession, company=filing.company, form=filing.form)
        return None

    def _is_known(self, accession: str) -> bool:
        return bool(self._log.query("SELECT 1 FROM raw.filings WHERE accession = ?", [accession]))

    def refuse(self, refused: Refused) -> None:
        """The same bytes refused for the same reason are one fact, whenever a crash makes us look again."""
        event = FilingRefused(
            accession=refused.accession,
            reason=refused.reason,
            detail=refused.detail,
            sha256=refused.sha256,
            size=refused.size,
            url=refused.url,
            modified_us=refused.modified_us,
        )
        key = f"refused-{short_id(canonical_json(event.model_dump(mode='json')))}"
        self._log.append(Append(f"filing-{refused.accession}", (event,), key))
        self._activity.trouble(f"{refused.name} was refused ({refused.reason}): {refused.detail}")
        self._words.warning("filing_refused", file=refused.name, reason=refused.reason, detail=refused.detail)


def _fetch(fetched: Fetched, sha256: str, alias_of: str | None) -> FilingFetched:
    return FilingFetched(
        accession=fetched.accession,
        sha256=sha256,
        size=len(fetched.body),
        url=fetched.url,
        modified_us=fetched.modified_us,
        alias_of=alias_of,
    )


def _refused(fetched: Fetched, reason: str, detail: str, sha256: str) -> Refused:
    return Refused(
        fetched.accession,
        reason,
        detail,
        url=fetched.url,
        name=fetched.accession,
        sha256=sha256,
        size=len(fetched.body),
        modified_us=fetched.modified_us,
    )

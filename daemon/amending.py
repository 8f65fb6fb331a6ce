"""What amendments replace, brought into the log: links to their originals, chunks retired, chunks taken back.

What must be there follows from the log alone, so what a crash left out is found by looking again.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from daemon.amendments import Link, Told, decide, relatives, report_of, successors
from store.errors import StreamMoved
from store.events import AmendmentLinked, ChunkKept, ChunkRetired, Event
from store.log import EventLog
from store.records import Append

# The last one that was read, and the last one that could not be: what was fetched is refused only by who reads filings.
_LAST: Final = """
SELECT arg_max(accession, seq) FROM raw.filing_changes
WHERE status = 'chunked'
    OR status = 'refused' AND accession IN (SELECT accession FROM raw.filing_changes WHERE status IN ('fetched', 'chunked'))
GROUP BY status
"""
_CIKS: Final = "SELECT ciks FROM raw.filings WHERE accession = ? OR amends = ?"
# Of the typed table alone: nearly every filing has no amendment, and the view folds all that ever happened to all of them.
_NEAR: Final = """
SELECT accession, arg_min(ciks, seq), arg_min(form, seq), arg_min(period, seq), arg_min(filed, seq), arg_min(amends, seq)
FROM raw.filings WHERE list_has_any(ciks, ?) OR amends IS NOT NULL
    OR accession IN (SELECT amends FROM raw.filings WHERE amends IS NOT NULL)
GROUP BY accession
"""
_STATUSES: Final = """
SELECT accession, arg_max(status, seq) FROM raw.filing_changes
WHERE status <> 'conflict' AND accession IN (SELECT unnest(?)) GROUP BY accession
"""
_FULL: Final = """
SELECT accession, list(item ORDER BY ordinal) FROM (
    SELECT accession, item, min(ordinal) AS ordinal FROM items
    WHERE status = 'full' AND accession IN (SELECT unnest(?)) GROUP BY accession, item HAVING max(len(marks)) = 0
) GROUP BY accession
"""
_LINKS: Final = "SELECT accession, amends, items FROM amendments WHERE accession IN (SELECT unnest(?))"
_COUNTS: Final = """
SELECT accession, item, count(*) FILTER (WHERE NOT retired), count(amended_by) FROM occurrences
WHERE item IS NOT NULL AND accession IN (SELECT unnest(?)) GROUP BY accession, item ORDER BY min(seq)
"""
_CHUNKS: Final = """
SELECT chunk_id, ordinal, char_start, char_end, by_reference, marks FROM occurrences
WHERE accession = ? AND item = ? AND CASE WHEN ? THEN NOT retired ELSE amended_by IS NOT NULL END ORDER BY ordinal
"""


@dataclass(frozen=True)
class Amending:
    """Used by the thread that chunks. `parser` is what its events name."""

    log: EventLog
    parser: str

    def settle(self) -> None:
        """What a service that was killed left out: it is of the filing that it read last."""
        for (accession,) in self.log.query(_LAST):
            self.settle_around(accession)

    def settle_around(self, accession: str) -> None:
        """What is missing in the report of this filing."""
        report = report_of(accession, self._near(accession))
        while report and not self._is_settled(report):
            structlog.get_logger().info("amending_again", accession=accession)

    def _near(self, accession: str) -> list[Told]:
        rows = self.log.query(_CIKS, [accession, accession])
        ciks = sorted(relatives(cik for (found,) in rows for cik in found or ()))
        return [
            Told(name, successors(whose or ()), form, period, filed=filed, amends=amends)
            for name, whose, form, period, filed, amends in self.log.query(_NEAR, [ciks])
        ]

    def _is_settled(self, report: Sequence[Told]) -> bool:
        """False where somebody else wrote to one of the streams meanwhile: decide on the new facts."""
        names = [filing.accession for filing in report]
        statuses = dict(self.log.query(_STATUSES, [names]))
        chunked = [name for name in names if statuses.get(name) == "chunked"]
        full = dict(self.log.query(_FULL, [chunked]))
        decision = decide(
            replace(filing, full=tuple(full.get(filing.accession, ())))
            for filing in report
            if statuses.get(filing.accession) != "alias"
        )
        try:
            self._link(decision.links, chunked)
            self._replace(decision.replaced, chunked)
        except StreamMoved:
            return False
        return True

    def _link(self, links: Mapping[str, Link], chunked: Collection[str]) -> None:
        """An amendment that cannot be read is linked only if it could be once: then it replaces nothing any more."""
        known = {name: Link(amends, tuple(items)) for name, amends, items in self.log.query(_LINKS, [[*links]])}
        for accession, link in links.items():
            if link != known.get(accession) and (accession in chunked or accession in known):
                event = AmendmentLinked(accession=accession, amends=link.amends, items=link.items)
                self._append(accession, [event], "linked")
                structlog.get_logger().info("amendment_linked", accession=accession, amends=link.amends)

    def _replace(self, replaced: Mapping[tuple[str, str], str], chunked: Collection[str]) -> None:
        changes: dict[str, list[Event]] = defaultdict(list)
        for accession, item, live, amended in self.log.query(_COUNTS, [list(chunked)]):
            by = replaced.get((accession, item))
            if by is not None and live:
                changes[accession] += self._retired(accession, item, by)
            elif by is None and amended:
                changes[accession] += self._kept(accession, item)
        for accession, events in changes.items():
            self._append(accession, events, "amended")
            structlog.get_logger().info("filing_amended", accession=accession, chunks=len(events))

    def _retired(self, accession: str, item: str, by: str) -> list[Event]:
        rows = self.log.query(_CHUNKS, [accession, item, True])
        return [ChunkRetired(chunk_id=row[0], accession=accession, parser=self.parser, amended_by=by) for row in rows]

    def _kept(self, accession: str, item: str) -> list[Event]:
        """The amendment does not tell this Item any more, or no longer that of this report."""
        rows = self.log.query(_CHUNKS, [accession, item, False])
        return [
            ChunkKept(
                chunk_id=chunk,
                accession=accession,
                ordinal=ordinal,
                char_start=start,
                char_end=end,
                by_reference=by_reference,
                marks=tuple(marks),
                parser=self.parser,
            )
            for chunk, ordinal, start, end, by_reference, marks in rows
        ]

    def _append(self, accession: str, events: Sequence[Event], what: str) -> None:
        stream = f"filing-{accession}"
        version = self.log.version_of(stream)
        self.log.append(Append(stream, tuple(events), f"{what}-{accession}-{version}", expect=version))

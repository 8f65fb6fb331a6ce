"""The texts that wait for a label, with what each is to be asked."""

from collections.abc import Collection, Sequence
from typing import Final

from daemon.labelling.verdicts import Asked, Pending, asked
from daemon.standing import Standing, Waiting
from store.events import ChunkAppended
from store.upcast import event_of

# The bounds leave out whole blocks before anything is joined.
_CHUNKS: Final = "SELECT seq, payload FROM raw.events WHERE seq IN (SELECT unnest(?)) AND seq BETWEEN ? AND ?"
_FORMS: Final = "SELECT seq, accession, form FROM raw.filings WHERE seq > ? ORDER BY seq"
# As the view `pending` counts them, for a few texts.
_REFUSED: Final = """
SELECT r.text_id, list(r.reason ORDER BY r.seq) FILTER (WHERE r.seq > coalesce(q.seq, 0)), count(*)
FROM raw.refusals r LEFT JOIN (
    SELECT text_id, max(seq) AS seq FROM raw.dead_letters WHERE requeued AND recipe = ? GROUP BY text_id
) q ON q.text_id = r.text_id
WHERE r.recipe = ? AND r.text_id IN (SELECT unnest(?)) GROUP BY r.text_id
"""


class PendingTexts:
    """Used by one thread."""

    def __init__(self, standing: Standing) -> None:
        self._log, self._standing = standing.log, standing
        self._forms: dict[str, str | None] = {}  # by accession, of all filings up to event `_forms_seq`
        self._forms_seq = 0

    def take(self, room: int, recipe: str, *, flying: Collection[str]) -> list[Asked]:
        """Up to `room` texts of the active `recipe`, none of `flying`, with what each is to be asked."""
        waiting = self._standing.take(room, recipe, flying=flying)
        if not waiting:
            return []
        chunks = self._chunks(waiting)
        self._learn_forms({chunk.accession for chunk in chunks.values()})
        tried = self._tried([chunks[one.chunk_seq].text_id for one in waiting if one.tried], recipe)
        return [
            asked(_pending(one, chunks[one.chunk_seq], self._forms, tried), chunks[one.chunk_seq].text, recipe)
            for one in waiting
        ]

    def forget(self) -> None:
        """What was taken is to be asked again."""
        self._standing.again()

    def _chunks(self, waiting: Sequence[Waiting]) -> dict[int, ChunkAppended]:
        seqs = [one.chunk_seq for one in waiting]
        rows = self._log.query(_CHUNKS, [seqs, min(seqs), max(seqs)])
        events = ((seq, event_of(payload)) for seq, payload in rows)
        return {seq: event for seq, event in events if isinstance(event, ChunkAppended)}

    def _learn_forms(self, accessions: set[str]) -> None:
        if accessions <= self._forms.keys():
            return
        for seq, accession, form in self._log.query(_FORMS, [self._forms_seq]):
            self._forms.setdefault(accession, form)  # what a filing's first discovery says counts
            self._forms_seq = seq

    def _tried(self, texts: Sequence[str], recipe: str) -> dict[str, tuple[list[str], int]]:
        """By text the reasons of its refusals since it was new or requeued, and how many there ever were."""
        rows = self._log.query(_REFUSED, [recipe, recipe, list(texts)]) if texts else []
        return {text: (reasons or [], tried) for text, reasons, tried in rows}


def _pending(
    waiting: Waiting, chunk: ChunkAppended, forms: dict[str, str | None], tried: dict[str, tuple[list[str], int]]
) -> Pending:
    reasons, count = tried.get(chunk.text_id, ([], 0))
    return Pending(
        text_id=chunk.text_id,
        chunk_id=chunk.chunk_id,
        chunk_seq=waiting.chunk_seq,
        reasons=reasons,
        tried=count,
        item=chunk.item,
        form=forms.get(chunk.accession),
        training=waiting.training,
    )

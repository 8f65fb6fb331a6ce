"""What a reading of a filing changes in the log: chunks that are new, found again elsewhere, or gone. Pure.

The first reading is the same as a later one by a newer parser: it finds nothing there. What did not change is not told
again, so that no label is lost and none is asked for twice.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from daemon.filing import PARSER, ChunkOptions, Extraction, ItemSpan, Passage
from store.events import ChunkAppended, ChunkKept, ChunkRetired, Event, FilingChunked, FoundItem, Split
from store.ids import chunk_id, sha256_hex, text_id


@dataclass(frozen=True)
class Place:
    """Where a chunk stands in its filing's extraction."""

    ordinal: int
    char_start: int
    char_end: int
    by_reference: bool
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """A chunk that the log has. `amended_by` is the amendment that retired it, if it was one."""

    place: Place
    retired: bool = False
    amended_by: str | None = None


def parser_id(options: ChunkOptions) -> str:
    """What decides where a filing's chunks begin and end: the parser's version and `[chunk]`."""
    return f"{PARSER}/{options.size}-{options.overlap}-{options.min_prose}"


def chunk_events(
    accession: str, split: Split, extraction: Extraction, *, parser: str, known: Mapping[str, Known]
) -> tuple[Event, ...]:
    """In the filing's order; then what is gone, then the event that says all are in. `known` maps chunk ids."""
    found = list(_chunks(accession, split, extraction.passages))
    events: list[Event] = []
    for chunk in found:
        before = known.get(chunk.chunk_id)
        events.extend((chunk,) if before is None else _again(chunk, before, parser))
    here = {chunk.chunk_id for chunk in found}
    gone = [name for name, before in known.items() if name not in here and not _is_gone(before)]
    events.extend(ChunkRetired(chunk_id=name, accession=accession, parser=parser) for name in gone)
    return (*events, _chunked(accession, extraction, chunks=len(found), parser=parser))


def retirements(accession: str, *, parser: str, known: Mapping[str, Known]) -> tuple[ChunkRetired, ...]:
    """All that are left, of a filing that a newer parser cannot read."""
    return tuple(
        ChunkRetired(chunk_id=name, accession=accession, parser=parser)
        for name, before in known.items()
        if not _is_gone(before)
    )


def _is_gone(before: Known) -> bool:
    """Whether a parser did not find it; one that an amendment replaced would come back with its Item."""
    return before.retired and before.amended_by is None


def _chunks(accession: str, split: Split, passages: tuple[Passage, ...]) -> Iterator[ChunkAppended]:
    seen: Counter[tuple[str | None, str]] = Counter()
    for ordinal, passage in enumerate(passages):
        text = text_id(passage.text)
        yield ChunkAppended(
            chunk_id=chunk_id(accession, passage.item, text, seen[passage.item, text]),
            text_id=text,
            accession=accession,
            ordinal=ordinal,
            item=passage.item,
            char_start=passage.char_start,
            char_end=passage.char_end,
            split=split,
            text=passage.text,
            by_reference=passage.by_reference,
            marks=passage.marks,
        )
        seen[passage.item, text] += 1


def _again(chunk: ChunkAppended, before: Known, parser: str) -> Iterator[Event]:
    """A retirement by an amendment stays: to be told a new place, the chunk is taken back and retired again."""
    place = Place(chunk.ordinal, chunk.char_start, chunk.char_end, chunk.by_reference, chunk.marks)
    if place == before.place and not _is_gone(before):
        return
    yield ChunkKept(chunk_id=chunk.chunk_id, accession=chunk.accession, parser=parser, **vars(place))
    if before.amended_by is not None:
        yield ChunkRetired(
            chunk_id=chunk.chunk_id, accession=chunk.accession, parser=parser, amended_by=before.amended_by
        )


def _chunked(accession: str, extraction: Extraction, *, chunks: int, parser: str) -> FilingChunked:
    return FilingChunked(
        accession=accession,
        chunks=chunks,
        items=tuple(dict.fromkeys(span.item for span in extraction.items)),
        parser=parser,
        extraction_sha256=sha256_hex(extraction.text),
        found=tuple(map(_found, extraction.items)),
    )


def _found(span: ItemSpan) -> FoundItem:
    return FoundItem(
        item=span.item,
        status=span.status,
        char_start=span.char_start,
        char_end=span.char_end,
        by_reference=span.by_reference,
        prose=span.prose,
        marks=span.marks,
    )

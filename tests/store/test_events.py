"""Every event the log can hold comes back from its payload, fits the tables, and fills columns that exist.

A projection leaves out what its table has no column for, so a misspelt name would lose data without a word: the tables
below say, for each event, which fields live in the event alone.
"""

from collections.abc import Iterator
from datetime import date, datetime
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pyarrow as pa
import pytest
from pydantic import BaseModel, ValidationError

from store import events as e
from store.database import arrow_schema
from store.events import EVENT, Event, Fact
from store.ids import canonical_json
from store.projections import rows_of
from store.records import payload_of
from store.tables import TABLES, Table

KINDS: tuple[type[Fact], ...] = get_args(get_args(Event)[0])
NAMES = [kind.__name__ for kind in KINDS]
TABLE: dict[str, Table] = {table.name: table for table in TABLES}
NOW = datetime(2026, 11, 22, 12, 0)

# What only the event keeps. Everything else must be a column of at least one table the event writes to.
ONLY_IN_THE_EVENT = {
    "CompanyWatched": {"by"},
    "CompanyUnwatched": {"by"},
    "CompanyRefused": {"name", "reason", "detail", "by"},
    "FilingFetched": {"alias_of"},  # told in the reason of status `alias`
    "FilingRefused": {"detail"},  # told in the reason
    "ChunkAppended": {"text"},  # stored once; `chunks` reads it from the payload
    "ChunkKept": {"accession"},
    "ChunkRetired": {"accession"},
    "FilingChunked": {"found"},  # told in `items`
    "SnapshotSealed": set(),
    "TrainingFailed": {"final"},  # told in the status
    "LabelReviewed": {"verdict"},  # is the column `review`
    "AdapterEvaluated": {
        "champion",
        "scores",
        "comparison",
        "seconds",
        "texts_per_s",
    },  # the last two: how long it took
    "AdapterPromoted": {"replaces", "by"},
    "AdapterHeld": {"unscored"},  # told in the status
    "AdapterRolledBack": {"to"},
}
IN_NO_TABLE = {"CompanyRefused"}  # it changes nothing that is counted: `events` and the company's absence tell it
RENAMED = {("FilingFetched", "size"): "bytes", ("FilingRefused", "size"): "bytes"}


def sample(annotation: Any, salt: str, *, full: bool) -> Any:
    """A value of the type; `full` avoids null and empty, so that what is lost on the way shows."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return args[-1]
    if origin in (Union, UnionType):
        return sample(args[0], salt, full=full) if full else None
    if origin is tuple:
        return (sample(args[0], salt, full=full),) if full else ()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return an_instance(annotation, full=full)
    values = {str: f"{salt}-é", int: len(salt) + 7, float: len(salt) + 0.125, bool: True, date: date(2025, 9, 27)}
    return values[annotation]


def an_instance(model: type[BaseModel], *, full: bool) -> BaseModel:
    fields = {name: field for name, field in model.model_fields.items() if name not in ("type", "v")}
    return model(**{name: sample(field.annotation, name, full=full) for name, field in fields.items()})


def every_shape() -> Iterator[Fact]:
    """Each kind with everything said and with nothing said; the choices that fold differently, each way."""
    for kind in KINDS:
        for full in (True, False):
            fact = an_instance(kind, full=full)
            assert isinstance(fact, kind)
            yield fact
    for name, field, value in (
        ("TrainingFailed", "final", False),
        ("AdapterHeld", "unscored", False),
        ("LabelReviewed", "verdict", "accepted"),
        ("LogCreated", "purpose", "real"),
    ):
        yield an_instance(getattr(e, name), full=True).model_copy(update={field: value})


SHAPES = list(every_shape())


@pytest.mark.parametrize("fact", SHAPES, ids=lambda fact: fact.type)
def test_an_event_comes_back_from_its_payload(fact):
    again = EVENT.validate_json(payload_of(fact))
    assert again == fact
    assert payload_of(again) == payload_of(fact) == canonical_json(fact.model_dump(mode="json"))


@pytest.mark.parametrize("fact", SHAPES, ids=lambda fact: fact.type)
def test_an_events_rows_fit_their_tables(fact):
    for row in rows_of(fact, NOW):
        schema = arrow_schema(TABLE[row.table])
        stored = pa.Table.from_pylist([{**row.values, "seq": 1}], schema=schema).to_pylist()[0]
        known = {name: value for name, value in row.values.items() if name in schema.names}
        as_lists = {name: list(v) if isinstance(v, tuple) else v for name, v in known.items()}
        assert {name: stored[name] for name in known} == as_lists


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_every_field_of_an_event_reaches_a_table_or_is_listed_as_the_events_own(kind):
    fact = an_instance(kind, full=True)
    written = {row.table for row in rows_of(fact, NOW)}
    columns = {name for table in written for name, _ in TABLE[table].columns}
    lost = {
        name
        for name in kind.model_fields
        if name not in ("type", "v") and RENAMED.get((kind.__name__, name), name) not in columns
    }
    assert lost == ONLY_IN_THE_EVENT.get(kind.__name__, set())
    assert bool(written) == (kind.__name__ not in IN_NO_TABLE)


def test_every_column_of_every_table_is_filled_by_some_event():
    filled = {
        (row.table, name)
        for fact in SHAPES
        for row in rows_of(fact, NOW)
        for name, value in row.values.items()
        if value is not None
    }
    columns = {(table.name, name) for table in TABLES for name, _ in table.columns}
    assert columns - filled == set()


@pytest.mark.parametrize("model", [e.Score, e.Comparison])
def test_every_field_of_a_score_is_a_column_of_its_table(model):
    table = TABLE["metrics" if model is e.Score else "comparisons"]
    assert set(model.model_fields) <= {name for name, _ in table.columns}


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_an_event_is_named_by_its_class_frozen_and_closed(kind):
    fact = an_instance(kind, full=True)
    assert fact.type == kind.__name__  # type: ignore[attr-defined]
    assert kind.__name__ in e.__all__
    with pytest.raises(ValidationError, match="frozen"):
        fact.v = 2  # type: ignore[misc, assignment]
    with pytest.raises(ValidationError, match="extra"):
        kind(**fact.model_dump(), surprise=1)


def test_the_log_speaks_the_words_of_the_design():
    """The names are fixed once a user's log exists."""
    assert [
        *("LogCreated", "CompanyWatched", "CompanyUnwatched", "CompanyRefused", "SplitAssigned"),
        *("BackfillAsked", "IndexRead"),
        *("FilingDiscovered", "FilingFetched", "FilingRefused", "ChunkAppended", "FilingChunked"),
        *("ChunkKept", "ChunkRetired", "AmendmentLinked", "TextLinked", "TextUnlinked"),
        *("RecipeDeclared", "RecipeAdopted", "ChunkLabelled", "LabelRefused", "ChunkDeadLettered", "Requeued"),
        *("LabelReviewed", "LabellingPaused", "LabellingResumed"),
        *("SnapshotSealed", "TrainingStarted", "AdapterTrained", "TrainingFailed"),
        *("AdapterEvaluated", "AdapterPromoted", "AdapterHeld", "AdapterRolledBack"),
    ] == NAMES


def test_an_unknown_type_or_a_newer_version_is_refused():
    payload = payload_of(e.CompanyUnwatched(company_id="0000320193"))
    with pytest.raises(ValidationError, match="CompanyForgotten"):
        EVENT.validate_json(payload.replace("CompanyUnwatched", "CompanyForgotten"))
    with pytest.raises(ValidationError, match="v"):
        EVENT.validate_json(payload.replace('"v":1', '"v":2'))

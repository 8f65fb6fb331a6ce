"""The columns of an exported row. A new one: one line here. Columns are only ever added."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa

from store.ids import canonical_json
from store.seal import SEALED

# What each kind is in Arrow and to `datasets`. JSON has neither dates nor times: there they are ISO 8601 text.
_ARROW: Final = {
    "string": pa.string(),
    "int64": pa.int64(),
    "bool": pa.bool_(),
    "date32": pa.date32(),
    "timestamp[us]": pa.timestamp("us"),
    "list": pa.list_(pa.string()),
}


@dataclass(frozen=True)
class Column:
    """`sql` over a triplet `t`, its filing `f` and its recipe `r`; `says` is for the card."""

    name: str
    kind: str
    sql: str
    says: str

    @property
    def arrow(self) -> pa.DataType:
        return _ARROW[self.kind]


COLUMNS: Final = (
    Column("label_id", "string", "t.label_id", "the teacher's answer: text, recipe and attempt"),
    Column("text_id", "string", "t.text_id", "the text, whatever its white space"),
    Column("chunk_id", "string", "t.chunk_id", "the text's oldest occurrence that is in use"),
    Column("accession", "string", "t.accession", "the filing of that occurrence"),
    Column("company_id", "string", "t.company_id", "the 10-digit CIK, or the filing where it has none"),
    Column("cik", "int64", "t.cik", "the company at the SEC"),
    Column("company", "string", "t.company", "its name in the filing"),
    Column("ticker", "string", "f.ticker", "as it was when the filing was found"),
    Column("form", "string", "t.form", "such as 10-K or 10-K405"),
    Column("filed", "date32", "f.filed", "when it was filed"),
    Column("period", "date32", "f.period", "the end of the period it reports on"),
    Column("source", "string", "f.source", "how it came here: edgar or inbox"),
    # A file dropped into the inbox has an address that means nothing elsewhere and tells how a machine is laid out.
    Column("url", "string", "CASE WHEN f.url NOT LIKE 'file:%' THEN f.url END", "where it lies; null for a local file"),
    Column("filing_sha256", "string", "f.sha256", "of the filing's bytes"),
    Column("item", "string", "t.item", "the Item of the form, null outside of any"),
    Column("text", "string", "t.text", "the chunk as it stands in the filing"),
    Column("rationale", "string", "t.rationale", "the teacher's steps"),
    Column("summary", "string", "t.summary", "the teacher's summary"),
    Column("recipe", "string", "t.recipe", "everything behind the answer, by its hash"),
    Column("teacher", "string", "t.teacher", "the kind of teacher"),
    Column("model", "string", "r.model", "the teacher's model"),
    Column("licence", "string", "r.licence", "of that model; null where it is not known"),
    Column("toy", "bool", "t.toy", "true for an answer of the embedded toy teacher"),
    Column("flags", "list", "t.flags", "what a validator noted, such as hit_limit"),
    Column("grounded", "bool", "t.grounded", "every number of the summary stands in the text"),
    Column("review", "string", "t.review", "a person's verdict, null without one"),
    Column("split", "string", "t.split", "train or heldout, by company"),
    Column("labelled_at", "timestamp[us]", "t.labelled_at", "UTC"),
    Column("seq", "int64", "t.seq", "the label's event in the log"),
)
IS_NEW: Final = Column("is_new", "bool", "t.is_new", "new since the snapshot before")

LEARNED: Final = Column(
    "learned",
    "bool",
    "t.label_id IN (SELECT label_id FROM learned)",
    "the adapter, or one that it goes on from, learned from this row",
)


def schema_of(columns: tuple[Column, ...]) -> pa.Schema:
    return pa.schema([(column.name, column.arrow) for column in columns])


def rows_sql(columns: tuple[Column, ...]) -> str:
    """The rows that a snapshot holds of `$split`, in its order, of labels after `$after` up to `$upto`; `$since` as in
    sealing."""
    wanted = ", ".join(f"{column.sql} AS {column.name}" for column in columns)
    joins = "LEFT JOIN filings f ON f.accession = t.accession LEFT JOIN recipes r ON r.recipe = t.recipe"
    slice_ = "t.seq > $after AND t.seq <= $upto"
    return f"SELECT {wanted} FROM ({SEALED}) t {joins} WHERE {slice_} ORDER BY t.seq"  # noqa: S608 - our own names


def line_of(row: Mapping[str, Any]) -> bytes:
    """One canonical JSON line: the same row has one spelling, so that its hash means something."""
    return f"{canonical_json({name: _plain(value) for name, value in row.items()})}\n".encode()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, (date, datetime)) else value

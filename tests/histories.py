"""A log's tables over given facts, with neither log nor writer: a second way to the same answer, and a quick one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import duckdb
import pyarrow as pa

from store.database import arrow_schema
from store.events import Event
from store.projections import rows_of
from store.records import Record, payload_of
from store.tables import EVENTS, TABLES, columns_sql
from tests.builders import START


@contextmanager
def in_memory(facts: Sequence[Event]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The first fact has seq 1, and was recorded a second after `START`. The views are made by who wants them."""
    events = [
        Record(seq, "s", seq, fact.type, START + timedelta(seconds=seq), "k", payload_of(fact), "")
        for seq, fact in enumerate(facts, 1)
    ]
    rows = [{**row.values, "seq": r.seq, "in": row.table} for r in events for row in rows_of(r.event, r.recorded_at)]
    with duckdb.connect(config={"threads": "1"}) as connection:
        connection.execute("CREATE SCHEMA raw")
        for table in (EVENTS, *TABLES):
            own = [vars(r) for r in events] if table is EVENTS else [row for row in rows if row["in"] == table.name]
            connection.execute(f"CREATE TABLE raw.{table.name} ({columns_sql(table)})")
            if own:
                connection.register("own", pa.Table.from_pylist(own, schema=arrow_schema(table)))
                connection.execute(f"INSERT INTO raw.{table.name} BY NAME SELECT * FROM own")
                connection.unregister("own")
        yield connection

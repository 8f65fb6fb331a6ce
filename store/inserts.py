"""Changes of the log's tables, for the one writer's connection: a few as one statement with values, many rows as Arrow."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

import duckdb
import pyarrow as pa

# Measured: values cost 0.4 ms a row, an Arrow table 1.2 ms whatever it holds.
FEW: Final = 2

TOGETHER: Final = 8  # changes in one statement
_MAX_PARSED: Final = 500  # parsing a statement is a third of its cost; a few dozen combinations of changes occur


class Inserts:
    """Inserts into one table; `schema` names its columns. Each row has a value for every column, in the schema's order."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, target: str, schema: pa.Schema) -> None:
        self._connection, self._schema = connection, schema
        columns, self._places = ", ".join(schema.names), f"({', '.join('?' * len(schema.names))})"
        self._values = f"INSERT INTO {target} ({columns}) VALUES "  # noqa: S608 - our own names
        (self._many,) = connection.extract_statements(
            f"INSERT INTO {target} BY NAME SELECT * FROM incoming"  # noqa: S608
        )

    def insert(self, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        columns = [pa.array(own, field.type) for own, field in zip(zip(*rows, strict=True), self._schema, strict=True)]
        incoming = pa.Table.from_arrays(columns, schema=self._schema)  # noqa: F841 - found by its name; a view costs 0.6 ms
        self._connection.execute(self._many)

    def few(self, rows: Sequence[tuple[object, ...]]) -> "Change":
        return Change(self._values + ", ".join([self._places] * len(rows)), tuple(chain.from_iterable(rows)))


@dataclass(frozen=True)
class Change:
    """One INSERT or UPDATE and the values of its places."""

    sql: str
    values: tuple[object, ...]


class Changes:
    """Makes changes on `connection`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._parsed = lru_cache(_MAX_PARSED)(connection.extract_statements)

    def make(self, changes: Sequence[Change]) -> None:
        """`TOGETHER` at a time as one statement, which is a transaction where none is open."""
        for start in range(0, len(changes), TOGETHER):
            self._at_once(changes[start : start + TOGETHER])

    def _at_once(self, changes: Sequence[Change]) -> None:
        *others, last = (change.sql for change in changes)
        named = ", ".join(f"c{number} AS ({sql} RETURNING 1)" for number, sql in enumerate(others))
        (statement,) = self._parsed(f"WITH {named} {last}" if others else last)
        self._connection.execute(statement, tuple(chain.from_iterable(change.values for change in changes)))

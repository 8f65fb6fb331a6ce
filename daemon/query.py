"""Queries on what is published, in the caller's own process: a user's query can neither block nor kill the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from store.errors import FinsdistillError, StateUnusable
from store.manifest import VIEWS_FILE


class QueryProblem(FinsdistillError):
    """The query cannot be run here."""


def run_query(state_dir: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows. This process is the query's bound: it may die of memory, the service does not notice.

    Raises QueryProblem for anything but one statement that reads, and StateUnusable where nothing is published.
    """
    with published(state_dir) as connection:
        result = connection.execute(_one_select(connection, query))
        columns = [column[0] for column in result.description or ()]
        return columns, result.fetchall()


@contextmanager
def published(state_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked-down connection on what is published now; close it to see what comes later."""
    path = state_dir / VIEWS_FILE
    if not path.exists():
        raise StateUnusable(f"nothing is published in {state_dir} yet: start the service with `finsdistill run`")
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            _lock_down(connection, state_dir / "published")
            yield connection
    except duckdb.Error as cause:
        raise QueryProblem(f"the query failed: {cause}") from cause


def _lock_down(connection: duckdb.DuckDBPyConnection, published: Path) -> None:
    """The order matters: after the last line nothing can be switched on again."""
    connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    connection.execute("SET allowed_directories = [?]", [str(published.resolve())])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _one_select(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    statements = connection.extract_statements(query)
    if len(statements) != 1:
        raise QueryProblem(f"give exactly one statement, not {len(statements)}")
    if statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        kind = str(statements[0].type).rsplit(".", 1)[-1]
        raise QueryProblem(f"{kind} is not a query: the published tables are read-only, use SELECT")
    return query

"""Queries on what is published, in the caller's own process: a user's query can neither block nor kill the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from store.errors import FinsdistillError, StateUnusable
from store.publishing.manifest import VIEWS_FILE
from store.views import create_views, without_rows

if TYPE_CHECKING:
    from daemon.as_of import Wanted


class QueryProblem(FinsdistillError):
    """The query cannot be run here."""


def run_query(state_dir: Path, query: str, *, as_of: "Wanted | None" = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows. This process is the query's bound: it may die of memory, the service does not notice.

    Raises QueryProblem for anything but one statement that reads, PositionUnusable, and StateUnusable where nothing is
    published.
    """
    with published(state_dir) if as_of is None else _as_of(state_dir, as_of) as connection:
        result = connection.execute(_one_select(connection, query))
        columns = [column[0] for column in result.description or ()]
        return columns, result.fetchall()


@contextmanager
def published(state_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked-down connection on what is published now; close it to see what comes later."""
    path = state_dir / VIEWS_FILE
    if not path.exists():
        raise StateUnusable(f"nothing is published in {state_dir} yet: start the service with `finsdistill run`")
    with query_problems(), duckdb.connect(str(path), read_only=True) as connection:
        lock_down(connection, state_dir / "published")
        with _older_views(connection), _views_of_elsewhere(connection, state_dir):
            yield connection


@contextmanager
def _as_of(state_dir: Path, wanted: "Wanted") -> Iterator[duckdb.DuckDBPyConnection]:
    from daemon.past import published_as_of  # noqa: PLC0415 - pyarrow, which no query on what is now waits for

    with published_as_of(state_dir, wanted) as connection:
        yield connection


@contextmanager
def query_problems() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as cause:
        raise QueryProblem(f"the query failed: {cause}") from cause


@contextmanager
def _older_views(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What an older version published lacks what came later, until the service has run once."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as cause:
        if missing := sorted(_columns_of_today() - _columns(connection)):
            names = ", ".join(dict.fromkeys(f"{view}.{column}" for view, column in missing))
            raise QueryProblem(
                f"the query failed: {cause}; an older finsdistill published these tables, without {names}: start the "
                "service once (`finsdistill run`), it publishes all there is"
            ) from cause
        raise


@contextmanager
def _views_of_elsewhere(connection: duckdb.DuckDBPyConnection, state_dir: Path) -> Iterator[None]:
    """The views name their files by where they lay when the service last ran."""
    try:
        yield
    except (duckdb.PermissionException, duckdb.IOException) as cause:
        sql = "SELECT sql FROM duckdb_views() WHERE view_name = 'raw_events'"
        found = connection.execute(sql).fetchall()
        if found and str((state_dir / "published").resolve()).replace("'", "''") not in found[0][0]:
            raise QueryProblem(
                f"{state_dir} was moved or copied here, and its tables still name the files of the old place: start the "
                "service once (`finsdistill run`), it makes them anew"
            ) from cause
        raise


def _columns_of_today() -> set[tuple[str, str]]:
    with duckdb.connect(config={"threads": "1"}) as connection:
        create_views(connection, without_rows, temporary=False)
        return _columns(connection)


def _columns(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    sql = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    return {(view, column) for view, column in connection.execute(sql).fetchall()}


def lock_down(connection: duckdb.DuckDBPyConnection, published: Path) -> None:
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

"""Stories are told from the views alone: here from a history's own, with neither log nor service."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import duckdb
import pytest

from daemon.stories import story
from store.events import Event
from store.views import create_views, in_log
from tests.histories import in_memory

Tell = Callable[..., str]


@pytest.fixture
def views() -> Iterator[Callable[..., duckdb.DuckDBPyConnection]]:
    with ExitStack() as stack:

        def over(*facts: Event) -> duckdb.DuckDBPyConnection:
            connection = stack.enter_context(in_memory(facts))
            create_views(connection, in_log(), temporary=True)
            return connection

        yield over


@pytest.fixture
def tell(views: Callable[..., duckdb.DuckDBPyConnection]) -> Tell:
    """The story of the id after these facts, as one text."""
    return lambda wanted, *facts: "\n".join(story(views(*facts), wanted))

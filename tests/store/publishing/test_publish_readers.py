"""Any DuckDB since 1.4 reads what is published: each version in a process of its own, over every view there is."""

import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from store.events import Fact, RecipeDeclared
from store.log import open_log
from store.publishing.publish import Publisher
from store.tables import EVENTS, TABLES
from tests.builders import a_chunk, a_retirement, a_training, labelled, put
from tests.store.test_events import every_shape

VIEWS = re.findall(r"CREATE VIEW (\w+)", files("store").joinpath("views.sql").read_text("utf-8"))
NAMES = [*VIEWS, *(f"raw_{table.name}" for table in (EVENTS, *TABLES))]
OLD = ("1.4.5", "1.5.6")  # `make test` installs them beside the environment's own

READ = """
import duckdb, json, sys
answer = {"version": duckdb.__version__}
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for name in sys.argv[2:]:
        (count,) = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
        answer[name] = [count, sorted(map(str, connection.execute(f"SELECT * FROM {name}").fetchall()))]
print(json.dumps(answer))
"""


def with_readable_spec(fact: Fact) -> Fact:
    """A recipe's `spec` is JSON, and views look into it."""
    return fact.model_copy(update={"spec": '{"fingerprint": "f"}'}) if isinstance(fact, RecipeDeclared) else fact


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> Path:
    """Every kind of event, in segments that were merged and in one that was not."""
    state = tmp_path_factory.mktemp("readers") / "state"
    log = open_log(state, purpose="real")
    labelled(log, "Sales rose.", 'Größe ist nicht alles \U0001f4c8 "quoted"\n\x00.')
    publisher = Publisher(log, state)
    facts = [*map(with_readable_spec, every_shape()), a_chunk("Gone."), a_retirement("Gone."), a_training("a1")]
    for n in range(0, len(facts), 16):
        put(log, *facts[n : n + 16])
        publisher.publish()
    while publisher.tidy().worked:
        pass
    labelled(log, "Published after the merge.", filing=2)
    publisher.publish()
    log.close()
    return state / "finsdistill.duckdb"


def read_by(version: str, path: Path) -> dict[str, object]:
    """What this version answers: its own number, then for each name the count and the rows."""
    folder = Path(sys.prefix) / "readers" / version
    if version != duckdb.__version__ and not folder.is_dir():
        pytest.skip(f"no DuckDB {version} in {folder}: `make test` installs it")
    env = {**os.environ, "PYTHONPATH": "" if version == duckdb.__version__ else str(folder)}
    child = [sys.executable, "-c", READ, str(path), *NAMES]
    done = subprocess.run(child, env=env, cwd=path.parent, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("version", OLD)
def test_an_older_duckdb_reads_the_same_rows_from_every_view(everything, version):
    old, new = read_by(version, everything), read_by(duckdb.__version__, everything)
    assert (old.pop("version"), new.pop("version")) == (version, duckdb.__version__)
    assert old == new


def test_no_raw_table_was_empty_when_they_were_compared(everything):
    answer = read_by(duckdb.__version__, everything)
    assert [name for name in NAMES if name.startswith("raw_") and answer[name][0] == 0] == []

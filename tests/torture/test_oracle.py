"""What judges a tortured state can say no: a check that cannot fail proves nothing."""

from dataclasses import replace

import pytest

from tests.torture.blows import chosen, phase_of
from tests.torture.campaign import counts
from tests.torture.home import is_busy
from tests.torture.oracle import lost
from tests.torture.results import Trial
from tests.torture.said import Said, Stored, not_ended_once, twice_in
from tests.torture.template import kind_of


def stored(seq: int, kind: str, /, **payload: object) -> Stored:
    return Stored(seq, f"hash-{seq}", "s", kind, f"k{seq}", payload)


FETCHED = stored(1, "FilingFetched", accession="a")
CHUNK = stored(2, "ChunkAppended", accession="a", chunk_id="c1")
LABELS = replace(stored(3, "ChunkLabelled", text_id="t", recipe="r"), stream="recipe-r", append_key="labels-1")
SEALED = stored(4, "SnapshotSealed", snapshot_id="s1", log_seq=3)
ALL = (FETCHED, CHUNK, LABELS, SEALED)
LINES = (
    {"event": "filing_fetched", "accession": "a"},
    {"event": "filing_chunked", "accession": "a", "chunks": 1},
    {"event": "labels_appended", "events": 1},
    {"event": "snapshot_sealed", "snapshot_id": "s1"},
    {"event": "published", "seq": 4},
)


def heard() -> Said:
    said = Said()
    said.hear(LINES)
    return said


def test_what_was_said_and_is_there_is_no_complaint() -> None:
    assert heard().missing_in(ALL) == []


@pytest.mark.parametrize("gone", ALL, ids=lambda event: event.type)
def test_each_event_that_was_said_is_missed(gone: Stored) -> None:
    assert heard().missing_in([event for event in ALL if event is not gone])


@pytest.mark.parametrize("again", [FETCHED, CHUNK, LABELS, SEALED], ids=lambda event: event.type)
def test_what_is_there_twice_is_told(again: Stored) -> None:
    assert twice_in(ALL) == []
    (told,) = twice_in([*ALL, replace(again, seq=5)])
    assert told.startswith(again.type) and told.endswith("is there 2 times")


def link(text: str, to: str, *, kind: str = "TextLinked", across: bool = False) -> Stored:
    return stored(9, kind, text_id=text, to_text_id=to, across=across)


def text(name: str, marks: tuple[str, ...] = ()) -> Stored:
    return stored(9, "ChunkAppended", text_id=name, marks=marks)


def label(name: str, kind: str = "ChunkLabelled") -> Stored:
    return stored(9, kind, text_id=name)


@pytest.mark.parametrize(
    ("events", "wrong"),
    [
        ((text("t"), label("t")), []),
        ((text("t"), label("t", "ChunkDeadLettered")), []),
        ((text("t"),), ["t"]),
        ((text("t"), label("t"), label("t", "ChunkDeadLettered")), ["t"]),
        ((text("t", ("heading",)),), []),
        ((text("t"), link("t", "u"), text("u"), label("u")), []),
        ((text("t"), link("t", "u"), text("u")), ["t", "u"]),
        ((text("t"), link("t", "u", across=True), label("u")), ["t"]),
        ((text("t"), link("t", "u"), link("t", "u", kind="TextUnlinked"), label("u")), ["t"]),
    ],
)
def test_a_text_must_have_ended_once_itself_or_by_the_one_that_speaks_for_it(events, wrong) -> None:
    assert not_ended_once(events) == wrong


@pytest.mark.parametrize(
    ("told", "busy"), [("some avg10=94.97 avg60=1.00", True), ("some avg10=0.10 avg60=99.0", False)]
)
def test_a_machine_on_which_many_wait_is_busy_before_its_load_of_a_minute_says_so(monkeypatch, tmp_path, told, busy):
    monkeypatch.setattr("os.getloadavg", lambda: (0.1, 0.1, 0.1))
    (tmp_path / "cpu").write_text(told)
    assert is_busy(tmp_path / "cpu") == busy
    assert not is_busy(tmp_path / "not told by this kernel")


@pytest.mark.parametrize("now", [ALL[:3], (*ALL[:3], replace(SEALED, hash="another"))])
def test_an_event_that_is_gone_or_another_is_a_loss(now: tuple[Stored, ...]) -> None:
    assert lost(ALL, ALL) == []
    assert lost(ALL, now) == ["events 4 of 4 are lost or changed"]


def test_a_seed_chooses_the_same_blows_again() -> None:
    import random

    def blows() -> list[object]:
        rng = random.Random(7)
        return [chosen(rng, "plain", nth) for nth in range(50)]

    assert blows() == blows()
    assert len({str(blow) for blow in blows()}) > 40


@pytest.mark.parametrize(
    ("path", "phase"),
    [
        ("/s/log.duckdb.wal", "commit"),
        ("/s/log.duckdb", "checkpoint"),
        ("/s/high-water", "high-water mark"),
        ("/s/.finsdistill.duckdb.tmp.wal", "views"),
        ("/s/published/events/000000000001-000000000003.tmp", "publishing"),
        ("/s/published/.manifest.json.tmp", "publishing"),
        ("/h/backup/events/x.parquet", "backup"),
        ("/s/status.json", "other files"),
    ],
)
def test_a_disk_call_tells_what_was_under_way(path: str, phase: str) -> None:
    assert phase_of(path) == phase


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("log.duckdb", "log"),
        ("log.duckdb.wal", "WAL"),
        ("published/events/1.parquet", "published segment"),
        ("commands/refused/x.json", "refused command"),
        ("migrations/1.sql", "migrations"),
    ],
)
def test_a_file_is_known_by_where_it_lies_and_a_new_kind_by_its_own_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_a_fault_that_never_came_and_a_control_are_not_counted() -> None:
    trial = Trial(kind="fault", unit=1, nth=0, aim="write", deed="EIO", hit=(), outcome="not fired", seconds=1.0)
    assert not counts(trial)
    assert counts(trial.model_copy(update={"outcome": "went on"}))
    assert not counts(trial.model_copy(update={"kind": "damage", "nth": -1, "outcome": "harmless"}))

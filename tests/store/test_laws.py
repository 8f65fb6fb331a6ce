"""Laws over any history: a view in the past is the view of the log that ended there; published is what the log says."""

import re
from importlib.resources import files

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from store.events import Event
from store.ids import sha256_hex
from store.projections import rows_of
from store.publishing.past import in_past, published_manifest
from store.publishing.publish import Publisher
from store.rebuild import rebuild, verify
from store.views import create_views, in_log
from tests.builders import (
    START,
    a_chunk,
    a_chunking,
    a_dead_letter,
    a_fetch,
    a_filing,
    a_filing_refusal,
    a_label,
    a_log,
    a_recipe,
    a_refusal,
    a_requeue,
    a_retirement,
    a_review,
    a_training,
    an_adoption,
    put,
)
from tests.histories import in_memory

VIEWS = re.findall(r"CREATE VIEW (\w+)", files("store").joinpath("views.sql").read_text("utf-8"))
RECIPES = ("5" * 32, "6" * 32)
TEXTS = ("A.", "B.", "C d.")

filings, texts, recipes = st.sampled_from([1, 2, 3]), st.sampled_from(TEXTS), st.sampled_from(RECIPES)
splits, verdicts = st.sampled_from(["train", "heldout"]), st.sampled_from(["accepted", "rejected"])
flags = st.sampled_from([(), ("repaired",), ("hit_limit", "forced_close")])

a_fact: st.SearchStrategy[Event] = st.one_of(
    st.builds(a_filing, filings),
    st.builds(a_fetch, filings),
    st.builds(a_filing_refusal, filings, st.sampled_from(["not_html", "conflicting_bytes"])),
    st.builds(a_chunk, texts, filing=filings, split=splits),
    st.builds(a_chunk, texts, filing=filings, split=splits),
    st.builds(a_chunking, filings),
    st.builds(a_retirement, texts, filing=filings),
    st.builds(a_recipe, recipes),
    st.builds(an_adoption, recipes),
    st.builds(a_label, texts, recipe=recipes, flags=flags, grounded=st.booleans()),
    st.builds(a_refusal, texts, recipe=recipes, attempt=st.integers(1, 3)),
    st.builds(a_dead_letter, texts, recipe=recipes),
    st.builds(a_requeue, texts, recipe=recipes),
    st.builds(a_review, texts, verdicts, recipe=recipes),
    st.builds(a_training, st.sampled_from(["a", "b"])),
)
# Begun like a real log: without recipe and chunks most histories would have nothing to show.
histories = st.lists(a_fact, min_size=1, max_size=40).map(
    lambda facts: [a_filing(1), a_recipe(), an_adoption(), a_chunk("A."), a_label("A."), *facts]
)


def everything(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """All rows of all views, in no order."""
    return {view: sorted(map(repr, connection.execute(f"SELECT * FROM {view}").fetchall())) for view in VIEWS}


def seen(connection: duckdb.DuckDBPyConnection, as_of: int | None = None) -> dict[str, list[str]]:
    cursor = connection.cursor()
    create_views(cursor, in_log(as_of), temporary=True)
    try:
        return everything(cursor)
    finally:
        cursor.close()


@settings(max_examples=10)
@given(histories, st.data())
def test_a_view_in_the_past_is_the_view_of_the_log_that_ended_there(facts, data):
    end = data.draw(st.integers(0, len(facts)))
    with in_memory(facts) as whole, in_memory(facts[:end]) as cut:
        assert seen(whole, as_of=end) == seen(cut)


@settings(max_examples=10)
@given(histories)
def test_no_view_shows_a_key_twice(facts):
    """Whatever is appended, in whatever order and however often."""
    with in_memory(facts) as log:
        create_views(log, in_log(), temporary=True)
        for view, key in (("filings", "accession"), ("texts", "text_id"), ("pending", "text_id")):
            assert log.execute(f"SELECT {key} FROM {view} GROUP BY {key} HAVING count(*) > 1").fetchall() == []


@settings(max_examples=4)
@given(histories, st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_what_is_published_is_what_the_log_says_after_every_publish(tmp_path_factory, facts, batches):
    state = tmp_path_factory.mktemp("state")
    with a_log(state) as log:
        publisher = Publisher(log, state)
        for size in batches:
            if facts[:size]:
                put(log, *facts[:size])
            del facts[:size]
            publisher.publish()
        own = log.cursor()
        with duckdb.connect(str(state / "finsdistill.duckdb"), read_only=True) as reader:
            assert everything(reader) == everything(own)
        own.close()


@settings(max_examples=6)
@given(histories, st.lists(st.integers(1, 5), min_size=4, max_size=12), st.data())
def test_what_is_published_gives_back_the_log_that_ended_at_any_event_merged_or_not(
    tmp_path_factory, facts, batches, data
):
    state = tmp_path_factory.mktemp("state")
    with a_log(state) as log:
        publisher, rest = Publisher(log, state), list(facts)
        for size in batches:
            if rest[:size]:
                put(log, *rest[:size])
            del rest[:size]
            publisher.publish()
        end = data.draw(st.integers(1, log.head.seq))
        own = log.cursor(as_of=end)
        with duckdb.connect() as reader:
            create_views(reader, in_past(published_manifest(state), state / "published", end), temporary=False)
            assert everything(reader) == everything(own)
        own.close()


@settings(max_examples=4)
@given(histories)
def test_any_log_equals_its_rebuild_before_and_after_it(tmp_path_factory, facts):
    with a_log(tmp_path_factory.mktemp("state")) as log:
        put(log, *facts)
        proofs = verify(log, lambda _: None)
        assert all(proof.agrees for proof in proofs)
        rebuild(log, lambda _: None)
        assert verify(log, lambda _: None) == proofs


@given(st.lists(a_fact, max_size=5))
def test_the_same_facts_fold_to_the_same_rows(facts):
    def digest() -> str:
        return sha256_hex(repr([list(rows_of(fact, START)) for fact in facts]))

    assert digest() == digest()

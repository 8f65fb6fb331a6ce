"""Figures that are kept up with the log are those that somebody would count who had never looked before."""

from functools import partial
from threading import Event

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon import standing as module
from daemon.activity import Activity
from daemon.counts import Counts
from daemon.standing import Standing
from tests.builders import a_fetch, a_filing, a_filing_refusal, a_log, a_recipe, a_refusal, an_adoption, labelled, put
from tests.store.states.facts import histories

_STANDING = """
SELECT status, count(*) FROM (
    SELECT arg_max(status, seq) AS status FROM raw.filing_changes WHERE status <> 'conflict' GROUP BY accession
) GROUP BY status
"""


def counts_of(log, before=None):
    activity = Activity()
    return Counts(log, Standing(log, activity, Event()), activity, before, parser="p1")


def figures(counts):
    return counts.now(threshold=10, paused=None).model_dump(exclude={"written_at"})


@settings(max_examples=3)
@given(histories)
def test_figures_kept_through_a_history_are_those_of_a_fresh_count(tmp_path_factory, facts):
    with a_log(tmp_path_factory.mktemp("state")) as log:
        kept = counts_of(log)
        for start in range(0, len(facts), 12):
            put(log, *facts[start : start + 12])
            assert figures(kept) == figures(counts_of(log))


def test_the_figures_say_what_the_views_say(tmp_path):
    with a_log(tmp_path) as log:
        labelled(log, "A.", "B.")
        put(log, a_filing(2), a_filing_refusal(2), a_filing_refusal(1, "conflicting_bytes"), a_refusal("C."))
        found = figures(counts_of(log))
        kinds = {entry["name"]: entry["count"] for entry in found["filings_by_status"]}
        assert kinds == dict(log.query("SELECT status, count(*) FROM filings GROUP BY status"))
        assert (found["texts"], found["labelled"], found["eligible"], found["refused"]) == (2, 2, 2, 1)
        assert (found["recipe"]["prompt_tokens"], found["recipe"]["completion_tokens"]) == (300, 60)


FILING_NEWS = st.tuples(
    st.integers(1, 4),
    st.sampled_from([a_filing, a_fetch, a_filing_refusal, partial(a_filing_refusal, reason="conflicting_bytes")]),
).map(lambda pair: pair[1](pair[0]))


@settings(max_examples=10)
@given(st.lists(st.lists(FILING_NEWS, min_size=1, max_size=4), max_size=5))
def test_each_filing_is_counted_where_it_stands_now_however_often_somebody_looks(tmp_path_factory, batches):
    with a_log(tmp_path_factory.mktemp("state")) as log:
        kept = counts_of(log)
        for facts in batches:
            put(log, *facts)
            found = {entry["name"]: entry["count"] for entry in figures(kept)["filings_by_status"]}
            assert found == dict(log.query(_STANDING))


def test_the_tokens_are_the_active_recipe_s(tmp_path):
    with a_log(tmp_path) as log:
        counts = counts_of(log)
        labelled(log, "A.")
        assert figures(counts)["recipe"]["prompt_tokens"] == 100
        put(log, a_recipe("6" * 32), an_adoption("6" * 32, decision="relabel"))
        assert figures(counts)["recipe"]["prompt_tokens"] == 0


def test_until_the_texts_are_counted_the_last_service_s_figures_stand(tmp_path, monkeypatch):
    with a_log(tmp_path) as log:
        labelled(log, "A.", "B.")
        before = counts_of(log).now(threshold=10, paused=None)
        monkeypatch.setattr(module, "_AT_ONCE", 0)
        assert figures(counts_of(log, before))["labelled"] == 2
        assert figures(counts_of(log))["labelled"] == 0  # nobody has counted them yet, and nobody says otherwise

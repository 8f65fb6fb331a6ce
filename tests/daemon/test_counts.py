"""Figures that are kept up with the log are those that somebody would count who had never looked before."""

from threading import Event

from hypothesis import given, settings

from daemon import standing as module
from daemon.activity import Activity
from daemon.counts import Counts
from daemon.standing import Standing
from tests.builders import a_filing, a_filing_refusal, a_log, a_recipe, a_refusal, an_adoption, labelled, put
from tests.store.states.facts import histories


def counts_of(log, before=None):
    activity = Activity()
    return Counts(log, Standing(log, activity, Event()), activity, before)


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

"""The state of all texts says what the views say, after any history, however it was read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.states.texts import following
from store.states.texts.following import Following
from store.states.texts.keys import Slots, keys_of
from store.views import create_views, in_log
from tests.builders import a_chunk, a_label, a_recipe, a_refusal, a_requeue, a_retirement, a_review, an_adoption
from tests.histories import in_memory
from tests.store.states.facts import histories
from tests.store.test_laws import TEXTS

_TOTALS = """
SELECT (SELECT count(*) FROM occurrences WHERE NOT retired AND len(marks) = 0), (SELECT count(*) FROM texts),
    (SELECT count(*) FROM triplet_keys), (SELECT count(*) FROM pending),
    (SELECT count(*) FROM dead_letters WHERE recipe = (SELECT arg_max(recipe, seq) FROM raw_recipe_changes)),
    (SELECT count(*) FROM texts WHERE text_id IN (SELECT text_id FROM links WHERE NOT across))
"""
_ELIGIBLE = """
SELECT seq FROM triplet_keys WHERE eligible AND seq > (SELECT coalesce(max(log_seq), 0) FROM raw_snapshots) ORDER BY seq
"""
_PENDING = "SELECT chunk_seq, tried > 0 FROM pending ORDER BY split = 'train', chunk_seq"


def said_by_views(connection, until):
    cursor = connection.cursor()
    create_views(cursor, in_log(until), temporary=True)
    answers = [cursor.execute(sql).fetchall() for sql in (_TOTALS, _ELIGIBLE, _PENDING)]
    cursor.close()
    return answers


def said_by_state(state):
    found = state.texts
    state.order.again()
    slots = np.array(state.order.take(100, ()), np.int64)
    pending = list(zip(found.first[slots].tolist(), found.tried(slots).tolist(), strict=True))
    return [[tuple(vars(found.totals).values())], [(seq,) for seq in found.eligible().tolist()], pending]


@settings(max_examples=6)
@given(histories, st.lists(st.integers(1, 9), min_size=1, max_size=5), st.sampled_from([2, 1000]))
def test_after_every_stretch_the_state_says_what_the_views_say(facts, stretches, size):
    with in_memory(facts) as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(following, "SLICE", size)
        state = Following(connection.cursor())
        until = 0
        for stretch in [*stretches, len(facts)]:
            until = min(until + stretch, len(facts))
            assert state.advance(until)
            assert said_by_state(state) == said_by_views(connection, until)


@settings(max_examples=12)
@given(histories, st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), min_size=1, max_size=6))
def test_whatever_is_pending_is_handed_out_once_and_again_when_something_is_said_of_it(facts, rounds):
    """What is with the teacher ends when the log speaks of its text; nothing else is ever handed out twice, or never."""
    with in_memory(facts) as connection:
        state = Following(connection.cursor())
        until, flying = 0, set()
        for stretch, room in [*rounds, (len(facts), 100)]:
            before, until = until, min(until + stretch, len(facts))
            state.advance(until)
            flying -= named(connection, state, before, until)
            taken = state.order.take(room, flying)
            assert len(set(taken)) == len(taken) and flying.isdisjoint(taken)
            flying |= set(taken)
        waiting = np.flatnonzero(state.texts.waiting(slice(None)))
        assert set(waiting.tolist()) <= flying


def named(connection, state, after, until):
    """The slots of texts of which a label or refusal of the active recipe came: the service asks for no other."""
    where = f"WHERE seq > {after} AND seq <= {until} AND recipe = '{state.texts.basis.active}'"
    sql = f"SELECT text_id FROM raw.labels {where} UNION SELECT text_id FROM raw.refusals {where}"
    ids = "".join(text for (text,) in connection.execute(sql).fetchall())
    return set(state.texts.slots.find(keys_of(ids.encode())).tolist())


def test_texts_whose_ids_share_their_first_half_are_two():
    slots = Slots()
    ids = [f"{'a' * 16}{number:016x}" for number in (3, 1, 2)]
    assert slots.find_or_add(keys_of("".join(ids * 2).encode())).tolist() == [0, 1, 2, 0, 1, 2]
    assert slots.find(keys_of((ids[2] + "b" * 32).encode())).tolist() == [2, -1]


@pytest.mark.parametrize("newest", [0, 2, 1000])
@given(batches=st.lists(st.lists(st.integers(0, 40), max_size=12), max_size=12))
def test_a_slot_is_for_ever_wherever_it_is_kept(newest, batches):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.states.texts.keys._NEWEST", newest)
        patch.setattr("store.states.texts.keys._FEW", 8)
        slots, known = Slots(), {}
        for batch in batches:
            # Some share their first half.
            keys = keys_of("".join(f"{number // 5:016x}{number:016x}" for number in batch).encode())
            for number in batch:
                known.setdefault(number, len(known))
            assert slots.find_or_add(keys).tolist() == [known[number] for number in batch]


NAMED_BEFORE_IT_OCCURRED = [a_refusal("B."), a_chunk("A."), a_chunk("B.")]
OLDEST_RETIRED = [a_chunk("A."), a_chunk("B."), a_chunk("A.", filing=2), a_retirement("A.")]
BACK_AGAIN = [a_chunk("A."), a_chunk("B."), a_retirement("A."), a_chunk("A.", filing=2)]
SEEN_IN_THE_OTHER_SPLIT = [a_chunk("A."), a_chunk("B."), a_chunk("B.", filing=2, split="heldout")]
KEPT_THEN_LABELLED_ANEW = [
    a_chunk("A."),
    a_label("A."),
    an_adoption("6" * 32, decision="keep_old"),
    a_label("A.", recipe="6" * 32),
]
JUDGED_LATER = [a_chunk("A."), a_label("A."), a_review("A.", "rejected"), a_review("A.", "accepted"), a_chunk("B.")]


@pytest.mark.parametrize(
    "story",
    [
        NAMED_BEFORE_IT_OCCURRED,
        OLDEST_RETIRED,
        BACK_AGAIN,
        SEEN_IN_THE_OTHER_SPLIT,
        KEPT_THEN_LABELLED_ANEW,
        JUDGED_LATER,
    ],
)
def test_what_happens_seldom_is_followed_event_by_event(story):
    facts = [a_recipe(), an_adoption(), *story]
    with in_memory(facts) as connection:
        state = Following(connection.cursor())
        for until in range(1, len(facts) + 1):
            state.advance(until)
            assert said_by_state(state) == said_by_views(connection, until)


def test_a_requeued_text_comes_again_in_its_place():
    facts = [a_recipe(), an_adoption(), *map(a_chunk, TEXTS), a_refusal("A."), a_requeue("A.")]
    with in_memory(facts) as connection:
        state = Following(connection.cursor())
        state.advance(5)
        assert state.order.take(2, ()) == [0, 1]
        state.advance(7)
        assert state.order.take(9, {1}) == [0, 2]

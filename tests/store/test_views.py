"""What users query, in small tables: the facts in their order on the left, the answer on the right."""

import pytest

from store.ids import label_id, text_id
from tests.builders import (
    RECIPE,
    a_chunk,
    a_chunking,
    a_dead_letter,
    a_fetch,
    a_filing,
    a_filing_refusal,
    a_keeping,
    a_label,
    a_recipe,
    a_refusal,
    a_requeue,
    a_retirement,
    a_review,
    accession,
    an_adoption,
    put,
)

OTHER = "6" * 32
AMENDED = a_retirement("A.").model_copy(update={"amended_by": accession(2)})
SETUP = (a_filing(1), a_filing(2), a_recipe(), an_adoption())


@pytest.mark.parametrize(
    ("facts", "status", "reason", "size"),
    [
        ((a_filing(),), "discovered", None, None),
        ((a_filing(), a_fetch()), "fetched", None, 1_001),
        ((a_filing(), a_fetch(), a_chunking()), "chunked", None, 1_001),
        ((a_filing(), a_filing_refusal()), "refused", "not_html", 7),
        ((a_filing(), a_filing_refusal(detail="a PDF")), "refused", "not_html: a PDF", 7),
        ((a_filing(), a_fetch(), a_filing_refusal(reason="no_text")), "refused", "no_text", 7),
        ((a_filing(), a_filing_refusal(), a_fetch()), "fetched", None, 1_001),  # the next try was better
        ((a_filing(), a_fetch(alias_of=accession(2))), "alias", f"the same bytes as {accession(2)}", 1_001),
        # other bytes under a known accession: the first ones stay
        ((a_filing(), a_fetch(), a_chunking(), a_filing_refusal(reason="conflicting_bytes")), "chunked", None, 1_001),
        ((a_filing(), a_fetch(), a_filing_refusal(reason="conflicting_bytes")), "fetched", None, 1_001),
    ],
)
def test_a_filing_has_the_status_of_its_latest_fact(log, facts, status, reason, size):
    put(log, *facts)
    assert log.query("SELECT status, reason, bytes FROM filings") == [(status, reason, size)]


def test_a_conflict_stays_readable_in_the_events(log):
    put(log, a_filing(), a_fetch(), a_filing_refusal(reason="conflicting_bytes", detail="other bytes"))
    assert log.query("SELECT sha256, chunks FROM filings") == [(f"{1:064x}", None)]
    assert log.query("SELECT count(*) FROM events WHERE type = 'FilingRefused'") == [(1,)]


def test_a_refusal_of_what_was_never_discovered_is_a_row_of_its_own(log):
    put(log, a_filing_refusal())
    assert log.query("SELECT accession, company, status, url FROM filings") == [
        (accession(1), None, "refused", "https://filings.example/1.htm")
    ]


def test_a_filing_discovered_twice_is_one_row(log):
    put(log, a_filing(), a_filing(company="Apple Computer"), a_recipe(), an_adoption(), a_chunk("A."), a_label("A."))
    assert log.query("SELECT company FROM filings") == [("Apple Inc.",)]
    assert log.query("SELECT company FROM triplets") == [("Apple Inc.",)]


def test_a_filing_under_several_ciks_shows_the_smallest_and_keeps_all(log):
    put(log, a_filing(ciks=(4904, 1004, 9000)))
    assert log.query("SELECT cik, ciks FROM filings") == [(1004, [4904, 1004, 9000])]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((a_chunk("A."),), [("A.", "train", 1, 1)]),
        ((a_chunk("A."), a_chunk("A.", filing=2)), [("A.", "train", 1, 2)]),
        ((a_chunk("A."), a_chunk(" A. ", filing=2)), [("A.", "train", 1, 2)]),  # white space makes no other text
        ((a_chunk("A."), a_chunk("A.", filing=2, split="heldout")), [("A.", "both", 1, 2)]),
        ((a_chunk("A.", split="heldout"),), [("A.", "heldout", 1, 1)]),
        ((a_chunk("A."), a_chunk("A.", filing=2), a_retirement("A.")), [("A.", "train", 2, 1)]),
        ((a_chunk("A."), a_retirement("A.")), []),
        ((a_chunk("A."), a_chunk("A.", filing=2, split="heldout"), a_retirement("A.")), [("A.", "heldout", 2, 1)]),
    ],
)
def test_a_text_is_its_oldest_living_occurrence_and_its_split(log, facts, expected):
    put(log, *SETUP, *facts)
    rows = log.query("SELECT text_id, split, accession, occurrences FROM texts")
    assert rows == [(text_id(text), split, accession(filing), n) for text, split, filing, n in expected]


def test_a_chunk_keeps_its_own_spelling_and_says_when_it_is_retired(log):
    put(log, *SETUP, a_chunk("A  b."), a_chunk("A b.", filing=2), a_retirement("A  b."))
    rows = log.query("SELECT text, accession, retired FROM chunks ORDER BY seq")
    assert rows == [("A  b.", accession(1), True), ("A b.", accession(2), False)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((AMENDED,), (True, accession(2))),
        ((AMENDED, a_keeping("A.")), (False, None)),
        ((AMENDED, a_retirement("A.")), (True, None)),  # a newer parser no longer finds it: gone, whatever is amended
        ((AMENDED, a_keeping("A."), AMENDED), (True, accession(2))),
    ],
)
def test_who_retired_a_chunk_is_who_did_it_last(log, facts, expected):
    put(log, *SETUP, a_chunk("A."), *facts)
    assert log.query("SELECT retired, amended_by FROM occurrences") == [expected]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), [1]),
        ((a_retirement("A."),), [2]),  # moves to the next occurrence
        ((a_retirement("A."), a_retirement("A.", filing=2)), []),
        ((a_retirement("A.", filing=2),), [1]),
    ],
)
def test_a_triplet_follows_its_text_to_the_next_occurrence(log, facts, expected):
    put(log, *SETUP, a_chunk("A."), a_chunk("A.", filing=2), a_label("A."), *facts)
    rows = log.query("SELECT accession, chunk_id, text FROM triplets")
    assert rows == [(accession(n), a_chunk("A.", filing=n).chunk_id, "A.") for n in expected]


@pytest.mark.parametrize(
    ("facts", "eligible"),
    [
        ((a_label("A."),), True),
        ((a_label("A.", flags=("hit_limit",)),), True),
        ((a_label("A.", grounded=False),), False),
        ((a_label("A.", flags=("repaired",)),), False),
        ((a_label("A.", flags=("hit_limit", "forced_close")),), False),
        ((a_label("A."), a_review("A.", "rejected")), False),
        ((a_label("A."), a_review("A.", "accepted")), True),
        ((a_label("A."), a_review("A.", "rejected"), a_review("A.", "accepted")), True),
        ((a_label("A."), a_review("B.", "rejected")), True),
        ((a_label("A."), a_chunk("A.", filing=2, split="heldout")), False),  # in both splits
    ],
)
def test_only_sound_labels_of_training_texts_count_towards_a_snapshot(log, facts, eligible):
    put(log, *SETUP, a_chunk("A."), a_chunk("B."), *facts)
    assert log.query("SELECT eligible FROM triplets") == [(eligible,)]


def test_a_heldout_text_is_a_triplet_but_never_eligible(log):
    put(log, *SETUP, a_chunk("A.", split="heldout"), a_label("A."))
    assert log.query("SELECT split, eligible FROM triplets") == [("heldout", False)]


def test_triplets_are_the_active_recipes_and_labels_everybodys(log):
    put(log, *SETUP, a_chunk("A."), a_label("A."), a_label("A.", recipe=OTHER))
    assert log.query("SELECT recipe FROM triplets") == [(RECIPE,)]
    put(log, a_recipe(OTHER, teacher="local", toy=False), an_adoption(OTHER, replaces=RECIPE, decision="relabel"))
    assert log.query("SELECT recipe, teacher, toy FROM triplets") == [(OTHER, "local", False)]
    assert log.query("SELECT recipe, active FROM recipes ORDER BY seq") == [(RECIPE, False), (OTHER, True)]
    assert log.query("SELECT count(*) FROM labels") == [(2,)]


@pytest.mark.parametrize(
    ("facts", "pending"),
    [
        ((), {"A.": 0, "B.": 0}),
        ((a_label("A."),), {"B.": 0}),
        ((a_label("A.", recipe=OTHER),), {"A.": 0, "B.": 0}),
        ((a_label("A."), a_review("A.", "rejected")), {"B.": 0}),  # rejected is still answered
        ((a_refusal("A."),), {"A.": 1, "B.": 0}),
        ((a_refusal("A."), a_refusal("A.", attempt=2)), {"A.": 2, "B.": 0}),
        ((a_refusal("A.", recipe=OTHER),), {"A.": 0, "B.": 0}),
        ((a_refusal("A."), a_dead_letter("A.")), {"B.": 0}),
        ((a_dead_letter("A.", recipe=OTHER),), {"A.": 0, "B.": 0}),
        ((a_refusal("A."), a_dead_letter("A."), a_requeue("A.")), {"A.": 0, "B.": 0}),
        ((a_refusal("A."), a_dead_letter("A."), a_requeue("A."), a_refusal("A.", attempt=2)), {"A.": 1, "B.": 0}),
        ((a_dead_letter("A."), a_requeue("A."), a_dead_letter("A.")), {"B.": 0}),
        ((a_dead_letter("A."), a_requeue("A."), a_label("A.")), {"B.": 0}),
        ((a_retirement("A."),), {"B.": 0}),
        ((a_chunk("A.", filing=2),), {"A.": 0, "B.": 0}),  # once a text, however often it occurs
        ((a_chunk("A.", filing=2, split="heldout"),), {"A.": 0, "B.": 0}),
        ((a_recipe(OTHER), an_adoption(OTHER, decision="relabel"), a_refusal("A.")), {"A.": 0, "B.": 0}),
    ],
)
def test_pending_is_every_text_the_active_recipe_owes_an_answer(log, facts, pending):
    put(log, *SETUP, a_chunk("A."), a_chunk("B.", ordinal=1), *facts)
    rows = log.query("SELECT text_id, attempts FROM pending")
    assert dict(rows) == {text_id(text): attempts for text, attempts in pending.items()}
    assert len(rows) == len(pending)


def test_nothing_is_pending_before_a_recipe_is_adopted(log):
    put(log, a_filing(), a_chunk("A."), a_recipe())
    assert log.query("SELECT * FROM pending") == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((a_dead_letter("A."),), [("not_json", None, 3)]),
        ((a_refusal("A.", raw="Sure!"), a_dead_letter("A.")), [("not_json", "Sure!", 3)]),
        ((a_refusal("A.", raw="1"), a_refusal("A.", attempt=2, raw="2"), a_dead_letter("A.")), [("not_json", "2", 3)]),
        ((a_dead_letter("A."), a_requeue("A.")), []),
        ((a_dead_letter("A."), a_requeue("A."), a_dead_letter("A.", attempts=6)), [("not_json", None, 6)]),
        ((a_dead_letter("A."), a_requeue("A.", recipe=OTHER)), [("not_json", None, 3)]),
    ],
)
def test_a_dead_letter_lies_there_with_its_last_answer_until_it_is_requeued(log, facts, expected):
    put(log, *SETUP, a_chunk("A."), *facts)
    assert log.query("SELECT reason, raw, attempts FROM dead_letters") == expected


def test_a_dead_letter_says_why_its_last_answer_was_refused(log):
    put(log, a_refusal("A.", detail="first"), a_refusal("A.", attempt=2, detail="last"), a_dead_letter("A."))
    assert log.query("SELECT detail FROM dead_letters") == [("last",)]


def test_a_refusal_is_kept_with_what_the_teacher_said(log):
    put(log, *SETUP, a_chunk("A."), a_refusal("A.", raw="Sure! A."))
    assert log.query("SELECT text_id, reason, raw, attempts FROM refusals") == [
        (text_id("A."), "not_json", "Sure! A.", 1)
    ]


def test_a_label_carries_its_latest_review(log):
    put(log, *SETUP, a_chunk("A."), a_label("A."), a_review("A.", "accepted"), a_review("A.", "rejected"))
    assert log.query("SELECT label_id, review FROM labels") == [(label_id(text_id("A."), RECIPE, 1), "rejected")]

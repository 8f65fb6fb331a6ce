"""What models really write when it is no JSON, and what may become of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.answers import Accepted, Refused, limits, read_answer

RATIONALE = "1. The passage reports net sales."
SUMMARY = "Net sales rose 9% on phones."
LIMITS = limits(64, 32)


def read(raw: str, *, truncated: bool = False) -> Accepted | Refused:
    return read_answer(raw, "Net sales rose 9%.", limits=LIMITS, truncated=truncated)


@pytest.mark.parametrize(
    "raw",
    [
        "{'rationale': '1. The passage reports net sales.', 'summary': 'Net sales rose 9% on phones.'}",
        '{"rationale": "1. The passage reports net sales.", "summary": "Net sales rose 9% on phones.",}',
        '{"rationale": "1. The passage reports net sales." "summary": "Net sales rose 9% on phones."}',
        '{"rationale": "1. The passage reports net sales."\n"summary": "Net sales rose 9% on phones."\n}',
        '{"rationale": "1. The passage reports net sales."; "summary": "Net sales rose 9% on phones."}',
        '{rationale: "1. The passage reports net sales.", summary: "Net sales rose 9% on phones."}',
        '{“rationale”: “1. The passage reports net sales.”, “summary”: “Net sales rose 9% on phones.”}',
        '{"rationale: "1. The passage reports net sales.", "summary": "Net sales rose 9% on phones."}',
        '{"rationale": "1. The passage reports net sales., "summary": "Net sales rose 9% on phones."}',
        '{"rationale": "1. The passage reports net sales.", // what\n "summary": "Net sales rose 9% on phones." # why\n}',
        '{ /* two fields */ "rationale": "1. The passage reports net sales.", "summary": "Net sales rose 9% on phones."',
        '{"rationale": "1. The passage reports net sales.", "summary": "Net sales rose 9% on phones."',
        '```json\n{"rationale": "1. The passage reports net sales.", "summary": "Net sales rose 9% on phones."\n```',
        "Sure!\n{'rationale': '1. The passage reports net sales.', 'summary': 'Net sales rose 9% on phones.'}\nIs it {ok}?",
    ],
)  # fmt: skip
def test_what_a_person_would_read_without_a_doubt_is_repaired_and_flagged(raw: str) -> None:
    assert read(raw) == Accepted(RATIONALE, SUMMARY, ("repaired",), grounded=True)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('The "net" sales rose.', 'The "net" sales rose.'),
        ('Sales of "A", "B" and "C" rose.', 'Sales of "A", "B" and "C" rose.'),
        (r"Apple\'s sales rose.", "Apple's sales rose."),
        (r"Sales rose by \$9 million.", r"Sales rose by \$9 million."),
        (
            '"Net" sales rose,\n # of units fell,\n // prices too.',
            '"Net" sales rose,\n # of units fell,\n // prices too.',
        ),
        ('Sales of caf\\u00e9s and\nthe "bars" rose.', 'Sales of cafés and\nthe "bars" rose.'),
    ],
)
def test_quotes_and_escapes_gone_wrong_within_a_string_lose_no_word(written: str, meant: str) -> None:
    accepted = read(f'{{"rationale": "{RATIONALE}", "summary": "{written}"}}')
    assert isinstance(accepted, Accepted) and (accepted.summary, accepted.flags[0]) == (meant, "repaired")


def test_many_unescaped_quotes_are_not_taken_for_an_attack() -> None:
    rationale = " ".join(f'{n}. The "passage" reports sales number {n} of the "Phone" line.' for n in range(1, 31))
    accepted = read_answer(f'{{"rationale": "{rationale}", "summary": "{SUMMARY}"}}', rationale, limits=limits(512, 64))
    assert isinstance(accepted, Accepted) and accepted.rationale == rationale


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ('{"rationale": "1. The passage reports net sales.", "summary": "Net sales ro', "not_json"),
        ('{"rationale": "1. The passage reports net sales.", "summary": "Net sales of the \\"Phones\\"', "not_json"),
        ('{"rationale": "1. The passage reports net sales.", "summary": "Net sales of the "Phones"', "not_json"),
        # json_repair alone drops the second half of the summary here.
        (
            '{"rationale": "1. The passage reports net sales.", "summary": "Net sales rose.", " Costs fell."}',
            "not_json",
        ),
        ("{'rationale': 'It uses {braces}.', 'summary': 'Net sales ro", "not_json"),
        ('{"rationale": "1. The passage reports net sales.", "summary": None}', "not_json"),
        ("{'rationale': 'The passage reports net sales.', 'summary': None, 'x': 'y'}", "schema"),
        ('{"rationale": """The passage reports sales.""", "summary": """Net sales rose."""}', "schema"),
        ('{"rationale": "The passage " "reports sales.", "summary": "Net sales rose."}', "schema"),
        ('{"rationale": ["The passage reports sales."], "summary": "Net sales rose."}', "schema"),
        ('"rationale": "The passage reports net sales.", "summary": "Net sales rose."', "not_json"),
        ("rationale: The passage reports net sales.\nsummary: Net sales rose.", "not_json"),
        ('{"rationale": ' + "[" * 400 + '"}', "not_json"),
        ("{'rationale': " + "{" * 900 + '"}', "not_json"),
    ],
)
def test_what_would_need_a_guess_is_refused(raw: str, reason: str) -> None:
    refused = read(raw)
    assert isinstance(refused, Refused) and refused.reason == reason, refused


def test_a_text_that_makes_the_guesser_look_back_forever_is_given_up() -> None:
    refused = read("{'rationale': " + "{" * 900 + '"}')
    assert isinstance(refused, Refused) and "looks a character" in refused.detail


@pytest.mark.parametrize(
    "raw",
    [
        "{'rationale': '1. The passage reports net sales.', 'summary': 'Net sales rose 9% on phones.'}",
        '{"rationale": "1. The passage reports net sales.", "summary": "Net sales rose 9% on phones."',
        '{"rationale": "1. The passage reports net sales.", "summary": "Net sales ro',
        "{'rationale': 'The passage has {braces}', 'summary': 'Net sales rose {x'}, but th",
    ],
)
def test_where_the_engine_cut_no_end_is_guessed(raw: str) -> None:
    refused = read(raw, truncated=True)
    assert isinstance(refused, Refused) and refused.reason == "truncated"


def test_an_object_that_closed_before_the_cut_is_repaired() -> None:
    accepted = read(f'{{"rationale": "{RATIONALE}", "summary": "{SUMMARY}",}} Note that the comp', truncated=True)
    assert accepted == Accepted(RATIONALE, SUMMARY, ("repaired",), grounded=True)


@settings(max_examples=300)
@given(st.integers(1, len(SUMMARY)), st.sampled_from(["'", '"', "”"]))
def test_a_cut_within_the_summary_never_makes_a_label(lost: int, quote: str) -> None:
    whole = f"{{'rationale': {quote}{RATIONALE}{quote}, 'summary': {quote}{SUMMARY}"
    assert isinstance(read(whole[:-lost]), Refused)


MARKS = st.sampled_from(
    ["{", "}", "[", "]", "(", '"', "'", ",", ":", "\\", "\n", "//", "#", "/*", "*/", "```", "null", "1"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(MARKS | st.just('{"rationale": "') | st.just('", "summary": "x y z"}'), max_size=60).map("".join))
def test_no_heap_of_marks_raises(raw: str) -> None:
    for truncated in (False, True):
        assert isinstance(read(f"{{'rationale': {raw}'}}", truncated=truncated), Accepted | Refused)

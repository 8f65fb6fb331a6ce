import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.answers import VALIDATOR, Accepted, Refused, complete_objects, degenerate, limits, read_answer
from store.task import Answer

TEXT = "Net sales increased 9% to $33.9 billion, driven by higher sales of phones."
RATIONALE = "1. The passage is about net sales. 2. It gives the change and its cause."
SUMMARY = "Net sales increased 9% to $33.9 billion."
GOOD = json.dumps({"rationale": RATIONALE, "summary": SUMMARY})
LIMITS = limits(64, 32)


def read(raw: str, *, truncated: bool = False, forced_close: bool = False) -> Accepted | Refused:
    return read_answer(raw, TEXT, limits=LIMITS, truncated=truncated, forced_close=forced_close)


def answer(rationale: str = RATIONALE, summary: str = SUMMARY) -> str:
    return json.dumps({"rationale": rationale, "summary": summary})


@pytest.mark.parametrize(
    "raw",
    [
        GOOD,
        f"Here is the answer:\n```json\n{GOOD}\n```\nI hope it helps {{sic}}.",
        f"{{not json}} {GOOD}",
        f'{{"properties": {{}}}} {GOOD}',
        f"An unclosed {{ brace first. {GOOD}",
        f'An unclosed {{"quote first. {GOOD}',
        GOOD + GOOD,
        f"{{{GOOD}}}",
        f'{{"answer": {GOOD}}}',
        f'[{{"thought": "none"}}, {GOOD}]',
        f'The form is {{"rationale": "...", "summary": "..."}} or {{"declined": "why"}}. {GOOD}',
        f"{json.dumps(Answer.model_json_schema())}\n{GOOD}",
    ],
)
def test_the_first_object_that_is_an_answer_is_taken(raw: str) -> None:
    assert read(raw) == Accepted(RATIONALE, SUMMARY, flags=(), grounded=True)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "not_json"),
        ("The company did well.", "not_json"),
        ('{"rationale": "1. It is about sa', "not_json"),
        ("{]}", "not_json"),
        ("{}", "schema"),
        ('{"rationale": "one two three"}', "schema"),
        ('{"rationale": "one two three", "summary": 5}', "schema"),
        ('{"rationale": "one two three", "summary": ""}', "schema"),
        ('{"rationale": "one two three", "summary": "x", "extra": 1}', "schema"),
        (answer(summary="sales rose well " * 40), "too_long"),
        (answer(rationale="the sales of it rose " * 30), "too_long"),
        (answer(summary="..."), "degenerate"),
        (answer(summary="sales sales sales"), "degenerate"),
        (answer(rationale="the net sales rose and " * 10), "degenerate"),
        (
            answer(
                summary="Der Umsatz stieg um 9% auf 33,9 Milliarden Dollar, vor allem wegen des Absatzes von Telefonen."
            ),
            "degenerate",
        ),
        ('{"declined": "a table of contents"}', "declined"),
        ("{'declined': 'a table of contents'}", "declined"),
        ('{"declined": "why"}', "schema"),
        ('{"rationale": "...", "summary": "..."}', "schema"),
        (json.dumps(Answer.model_json_schema()), "schema"),
        # A decline is final, so prose is none: asked again, the same teacher may well answer.
        ("I'm sorry, but I cannot give financial advice.", "not_json"),
        ("[" * 100_000, "not_json"),
        ("{" * 100_000, "not_json"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, "schema"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_with_its_reason(raw: str, reason: str) -> None:
    refused = read(raw)
    assert isinstance(refused, Refused) and refused.reason == reason and 0 < len(refused.detail) <= 600


def test_an_answer_cut_by_the_token_limit_is_truncated_and_one_that_closed_in_time_is_not() -> None:
    cut = read(GOOD[:-3], truncated=True)
    assert isinstance(cut, Refused) and cut.reason == "truncated"
    assert isinstance(read(GOOD + " and then it went on", truncated=True), Accepted)
    echo = read(json.dumps(Answer.model_json_schema()) + GOOD[:-3], truncated=True)
    assert isinstance(echo, Refused) and echo.reason == "truncated"


def test_raw_line_breaks_inside_strings_are_repaired_and_flagged() -> None:
    accepted = read(GOOD.replace("2. It", "\n2. It"))
    assert isinstance(accepted, Accepted) and accepted.flags == ("repaired",) and "\n2. It" in accepted.rationale


def test_half_a_surrogate_pair_is_repaired_to_something_that_can_be_stored() -> None:
    accepted = read(GOOD.replace("phones", "x").replace("its cause", "its \\ud800 cause"))
    assert isinstance(accepted, Accepted) and accepted.flags == ("repaired",)
    assert accepted.rationale.encode()


def test_an_invented_figure_is_a_flag_and_never_a_refusal() -> None:
    accepted = read(answer(summary="Net sales increased 12% to $33,900 million."))
    assert isinstance(accepted, Accepted) and accepted.flags == ("ungrounded",) and not accepted.grounded


def test_a_forced_close_is_a_flag() -> None:
    accepted = read(GOOD, forced_close=True)
    assert isinstance(accepted, Accepted) and accepted.flags == ("forced_close",)


@given(st.text())
def test_no_answer_raises(raw: str) -> None:
    assert isinstance(read(raw), Accepted | Refused)


@settings(max_examples=40)
@given(
    st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_no_json_raises(value: object) -> None:
    assert isinstance(read(json.dumps({"rationale": value, "summary": value})), Accepted | Refused)


@given(
    st.dictionaries(st.text(), st.text() | st.dictionaries(st.text(), st.text())),
    st.text(st.characters(exclude_characters="{}")),
)
def test_an_object_is_found_whole_whatever_surrounds_it(value: dict[str, object], around: str) -> None:
    text = json.dumps(value)
    assert list(complete_objects(around + text + around))[-1] == text  # braces within it close before


def test_a_sentence_of_a_filing_is_not_degenerate() -> None:
    assert (
        degenerate("These leases expire at varying dates through 2028, although some of these leases include renewals.")
        is None
    )


def test_the_validators_have_a_name_of_their_own() -> None:
    assert VALIDATOR == "answers-v2"

import pytest

from evaluator.outputs import Output, answers, fields_of, given


@pytest.mark.parametrize(
    ("task", "raw", "expected"),
    [
        # (field, text, empty, unparsed)
        ("summary", " Cash rose. ", [("summary", "Cash rose.", False, False)]),
        ("summary", " \n", [("summary", None, True, False)]),
        ("rationale", "1. Cash", [("rationale", "1. Cash", False, False)]),
        ("joint", "1. A\nSummary: B", [("summary", "B", False, False), ("rationale", "1. A", False, False)]),
        ("joint", "1. A", [("summary", None, False, True), ("rationale", "1. A", False, False)]),
        ("joint", "", [("summary", None, True, False), ("rationale", None, True, False)]),
    ],
)
def test_an_output_becomes_one_answer_a_field_with_its_flags(task, raw, expected):
    found = answers([Output("t", task, raw=raw, tokens=3, hit_limit=True)])
    assert [(a.field, a.text, a.empty, a.unparsed) for a in found] == expected
    assert all(a.hit_limit and a.raw == raw for a in found)


def test_a_student_that_was_never_taught_to_explain_is_not_asked_to():
    assert fields_of("summary") == ("summary",)
    assert fields_of("joint") == fields_of("step_by_step") == ("summary", "rationale")


def test_a_text_without_a_sentence_gives_the_baseline_nothing():
    assert given("t", "summary", " ").text is None

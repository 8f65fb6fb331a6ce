# ruff: noqa: SIM905 - word lists read best as text
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daemon.answers import Accepted, Refused, limits, read_answer
from daemon.figures import ungrounded
from daemon.teachers.extractive import REVISION, ExtractiveSettings, answer
from daemon.teachers.sentences import sentences
from store.ids import short_id

MDNA = (
    "and services. The Company operates in one segment. Net sales increased 9% or $33.9 billion during 2022 compared to 2021, "
    "driven primarily by higher sales of phones. For further information see Note 5 of the financial statements. "
    "The Company's products are sold in many countries. Gross margin fell to 38.2% because of higher component costs and a "
    "stronger dollar. The following table shows net sales by category. Operating expenses are expected to"
)
RISK = (
    "We buy chips from one supplier. Any interruption of its operations could materially adversely affect our results of "
    "operations. Our supplier is located in a region where earthquakes occur. See Item 1 of this report."
)
OTHER = (
    "In May 2019 the Company acquired Acme Corp. for cash and issued no shares. Our patents protect the lamps that we design "
    "and sell in many stores. The lamps glow softly in every window of the old town and in its quiet streets."
)
PLAIN = "The lamps glow softly in the windows of the old town. They warm the quiet streets and the gardens of the town."
POINTERS = "See Note 5 of Notes to Consolidated Financial Statements. Refer to Item 7 of this report for more."
WORDS = st.sampled_from(
    "We Our The sales increased by 9% $1.2 billion million (5.2)% due to could adversely affect see Note 5. fell. demand. "
    "2021, “quoted” Inc. U.S. and of\n\n • margins higher".split(" ")
)


def fields(text: str) -> dict[str, str]:
    read: dict[str, str] = json.loads(answer(text, summary_chars=480, rationale_chars=768))
    return read


def test_the_summary_is_the_sentences_with_change_amount_and_cause() -> None:
    assert fields(MDNA)["summary"] == (
        "Net sales increased 9% or $33.9 billion during 2022 compared to 2021, driven primarily by higher sales of phones. "
        "Gross margin fell to 38.2% because of higher component costs and a stronger dollar."
    )


def test_the_rationale_says_in_numbered_steps_what_was_found_and_why_it_was_chosen() -> None:
    rationale = fields(MDNA)["rationale"]
    assert rationale.startswith("1. The passage is about net sales")
    assert '2. The third sentence states a rise and its size: "Net sales increased 9% or $33.9 billion' in rationale
    assert 'It gives the reason: "driven primarily by higher sales of phones"' in rationale
    assert "The summary keeps the amount, the change and the cause; the rest partly points elsewhere." in rationale


def test_a_risk_is_named_as_one() -> None:
    assert "could materially adversely affect" in fields(RISK)["summary"]
    assert "names a risk" in fields(RISK)["rationale"]


@pytest.mark.parametrize("text", ["", "and the related notes thereto", "Item 1A. Risk Factors", POINTERS])
def test_a_text_with_nothing_to_say_is_declined_with_the_reason(text: str) -> None:
    read = read_answer(answer(text, summary_chars=480, rationale_chars=768), text, limits=limits(256, 160))
    assert isinstance(read, Refused) and read.reason == "declined" and read.detail


@given(st.lists(WORDS, max_size=120).map(" ".join) | st.text())
def test_every_answer_is_declined_or_valid_grounded_and_made_of_whole_sentences(text: str) -> None:
    raw = answer(text, summary_chars=480, rationale_chars=768)
    read = read_answer(raw, text, limits=limits(256, 160))
    assert raw == answer(text, summary_chars=480, rationale_chars=768)
    if isinstance(read, Accepted):
        assert ungrounded(read.rationale, text) == () == ungrounded(read.summary, text)
        whole = [sentence.text for sentence in sentences(text) if sentence.whole]
        assert read.summary in {a if a == b else f"{a} {b}" for a in whole for b in whole}
    else:
        assert read.reason in ("declined", "degenerate")


@given(st.integers(32, 400), st.integers(32, 400))
def test_the_budgets_of_the_settings_bound_both_fields(summary_tokens: int, rationale_tokens: int) -> None:
    read = json.loads(answer(MDNA, summary_chars=summary_tokens * 3, rationale_chars=rationale_tokens * 3))
    assert len(read.get("summary", "")) <= summary_tokens * 3 and len(read.get("rationale", "")) <= rationale_tokens * 3


def test_another_interpreter_with_another_hash_seed_gives_the_same_bytes() -> None:
    code = (
        "import sys; from daemon.teachers.extractive import answer\n"
        "for text in sys.argv[1:]: sys.stdout.buffer.write(answer(text, summary_chars=480, rationale_chars=768).encode())"
    )
    root = str(Path(__file__).resolve().parents[3])
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, MDNA, RISK],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(outputs) == 1


def test_an_answer_that_changes_needs_a_new_revision() -> None:
    """A frozen vector: when it breaks on purpose, give REVISION a new name, which is a new recipe, and freeze it again."""
    answers = "\n".join(
        answer(text, summary_chars=480, rationale_chars=768) for text in (MDNA, RISK, OTHER, PLAIN, POINTERS)
    )
    assert (REVISION, short_id(answers)) == ("extractive-v2", "c08e1c4dad3960952f1d2e064e1d3cfb")


def test_a_prompt_is_refused_because_nothing_would_read_it() -> None:
    with pytest.raises(ValidationError, match="takes no prompt"):
        ExtractiveSettings(prompt_file=Path("prompt.txt"))


def test_the_recipe_is_a_toy_with_a_frozen_name() -> None:
    recipe = ExtractiveSettings().recipe()
    assert recipe.toy and recipe.recipe_id == "4b70945b0fe60792b6aa310df45cd5cd"

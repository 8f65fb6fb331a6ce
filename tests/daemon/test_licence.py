from pathlib import Path

import pytest

from daemon.cli.init import template
from daemon.licence import notice_of
from daemon.sections import StudentSettings
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.local.settings import LocalSettings

ROOT = Path(__file__).resolve().parents[2]
TINY = "TinyLlama/TinyLlama-1.1B-Chat-v1.0"
LLAMA_3 = "meta-llama/Meta-Llama-3-8B-Instruct"
# Spelled out, because people decide by it: a change here is a change of what we tell them.
SENTENCE = (
    "Meta's Llama 3 licence (1.b.v) forbids using the outputs of Meta-Llama-3-8B-Instruct to improve any language model but "
    "Llama 3 and its derivatives, and TinyLlama-1.1B-Chat-v1.0 is none; the one-line alternative is [teacher] model = "
    '"meta-llama/Llama-3.1-8B-Instruct", whose licence allows it with "Llama" in the student\'s name and "Built with Llama" '
    "shown."
)


def notice(model, base):
    return notice_of(LocalSettings(model=model).recipe(), base)


def test_the_default_pair_is_told_what_its_licence_forbids_and_what_else_there_is():
    found = notice_of(LocalSettings().recipe(), StudentSettings().base)
    assert (found.verdict, found.text) == ("forbidden", SENTENCE)


@pytest.mark.parametrize(
    ("model", "base", "verdict"),
    [
        (LLAMA_3, TINY, "forbidden"),
        (LLAMA_3, "/models/my-student", "forbidden"),
        (LLAMA_3, "openlm-research/open_llama_3b", "forbidden"),
        (LLAMA_3, "somebody/OtherLlama-3B", "forbidden"),
        (LLAMA_3, "meta-llama/Llama-3.2-1B", "allowed"),
        (LLAMA_3, "meta-llama/Meta-Llama-3-8B", "allowed"),
        ("meta-llama/Llama-3.1-8B-Instruct", TINY, "allowed"),
        ("meta-llama/Llama-3.3-70B-Instruct", TINY, "allowed"),
        ("somebody/else", TINY, "unknown"),
    ],
)
def test_a_pair_is_allowed_forbidden_or_for_its_user_to_look_up(model, base, verdict):
    found = notice(model, base)
    assert (found.verdict, found.do is None) == (verdict, verdict == "allowed")


def test_a_newer_llama_s_terms_of_naming_are_said():
    said = notice("meta-llama/Llama-3.1-8B-Instruct", TINY).text
    assert '"Llama" in the student\'s name' in said
    assert '"Built with Llama" shown' in said


def test_a_toy_has_no_notice():
    assert notice_of(ExtractiveSettings().recipe(), TINY) is None


def unwrapped(text):
    return " ".join(" ".join(line.removeprefix("#") for line in text.splitlines()).split())


def test_the_configuration_that_init_writes_says_it_word_for_word():
    assert SENTENCE in unwrapped(template())


def test_the_readme_says_it_word_for_word():
    assert SENTENCE in unwrapped((ROOT / "README.md").read_text()).replace("`", "")

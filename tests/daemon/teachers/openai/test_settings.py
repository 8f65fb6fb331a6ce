"""What a person may write, and what of it makes the recipe."""

import pytest
from pydantic import ValidationError

from daemon.teachers import SETTINGS
from daemon.teachers.openai.settings import OpenAISettings


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("https://api.example.com/v1/", "https://api.example.com/v1"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_a_server_is_named_without_the_slash_at_its_end(given, kept):
    assert OpenAISettings(base_urls=[given]).base_urls == (kept,)


@pytest.mark.parametrize(
    ("urls", "sentence"),
    [
        (["http://me:hunter22@h/v1"], "without user name and password"),
        (["http://h/v1?key=hunter22"], "without ? and #"),
        (["http://h/v1?"], "without ? and #"),
        (["http://h/v1#hunter22"], "without ? and #"),
        (["ftp://h/v1"], "with http or https"),
        (["127.0.0.1:8000/v1"], "with http or https"),
        (["http:///v1"], "and a host"),
        (["http://h:99999/v1"], "no readable host and port"),
        (["http://h/v 1"], "without blanks"),
        (["http://h/v1", "http://h/v1/"], "each once"),
        ([], "at least one"),
    ],
)
def test_another_address_is_refused_with_a_sentence_and_not_repeated(urls, sentence):
    with pytest.raises(ValidationError) as problem:
        SETTINGS.validate_python({"kind": "openai", "base_urls": urls})
    assert sentence in str(problem.value) and "hunter22" not in str(problem.value)


@pytest.mark.parametrize("given", ["sk-hunter22", "sk hunter22", "", "hunter22!"])
def test_a_key_in_the_place_of_its_variables_name_is_refused_and_not_repeated(given):
    with pytest.raises(ValidationError, match="NAME of an environment variable") as problem:
        OpenAISettings(api_key_env=given)
    assert not given or given not in str(problem.value)


def test_a_request_must_end_before_the_worker_counts_as_hung():
    with pytest.raises(ValidationError, match="must be below patience_s"):
        OpenAISettings(timeout_s=600)
    settings = OpenAISettings(timeout_s=300, patience_s=600)
    assert settings.waits_s + settings.timeout_s == 450 < settings.patience_s


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"model": "gpt-oss:20b"}, False),
        ({"max_summary_tokens": 99}, False),
        ({"base_urls": ["http://elsewhere/v1"]}, True),
        ({"concurrency": 3}, True),
        ({"timeout_s": 10.0}, True),
        ({"api_key_env": "MY_KEY"}, True),
        # It decides whether the fingerprint that is reported becomes a part of the recipe.
        ({"watch_fingerprint": False}, True),
    ],
)
def test_what_changes_an_answer_changes_the_recipe_and_nothing_else_does(changed, same):
    assert (OpenAISettings(**changed).recipe().recipe_id == OpenAISettings().recipe().recipe_id) is same


def test_who_answers_is_known_when_the_servers_have_said_it():
    settings = OpenAISettings(concurrency=5)
    assert (settings.knows_its_teacher, settings.recipe().revision, settings.window) == (False, None, 10)
    assert settings.recipe().licence == "llama3.1"

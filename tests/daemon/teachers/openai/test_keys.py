"""The key goes into the header and nowhere else."""

import pytest

from daemon.teachers.base import TeacherUnavailable
from daemon.teachers.openai.keys import Key, key_of

KEY = "sk-abc/DEF=123"


def test_no_key_is_no_header():
    assert key_of(None, {"MY_KEY": KEY}).headers == {}
    assert key_of(None, {}).hidden("words") == "words"


def test_a_key_is_a_bearer_token_and_shown_to_nobody():
    key = key_of("MY_KEY", {"MY_KEY": f" {KEY}\n"})
    assert key.headers == {"Authorization": f"Bearer {KEY}"}
    assert KEY not in repr(key) and KEY not in str(key)


def test_a_key_may_come_from_systemds_folder(tmp_path):
    (tmp_path / "my_key").write_text(KEY)
    assert KEY in key_of("MY_KEY", {"CREDENTIALS_DIRECTORY": str(tmp_path)}).headers["Authorization"]


@pytest.mark.parametrize("written", [KEY, KEY.replace("/", "\\/"), "sk-abc%2FDEF%3D123"])
def test_it_is_hidden_however_it_is_spelled(written):
    assert Key(KEY).hidden(f"a {written}, b{written}") == "a [key], b[key]"
    assert Key(KEY).hidden_in(f'{{"a": "{written}"}}'.encode()) == b'{"a": "[key]"}'


@pytest.mark.parametrize(
    "value", ["short", "with'quote1", 'with"quote1', "with\\backslash", "größeres", "two words here"]
)
def test_a_key_that_could_not_be_hidden_is_not_used_and_not_shown(value):
    with pytest.raises(TeacherUnavailable, match="MY_KEY") as problem:
        key_of("MY_KEY", {"MY_KEY": value})
    assert value not in str(problem.value)


def test_a_key_that_is_not_there_is_asked_for_by_its_variable():
    with pytest.raises(TeacherUnavailable, match="MY_KEY, which is not set"):
        key_of("MY_KEY", {"MY_KEY": " "})

import pytest

from daemon.credentials import CredentialProblem, kept_from_student, kept_from_teacher, secret


def folder(tmp_path, content):
    (tmp_path / "hf_token").write_bytes(content)
    return {"CREDENTIALS_DIRECTORY": str(tmp_path)}


@pytest.mark.parametrize(
    ("content", "found"), [(b"from-file\n", "from-file"), (b"", None), (b" \n", None), (b"\r\n x \r\n", "x")]
)
def test_a_credential_file_gives_its_text_and_an_empty_one_gives_none(tmp_path, content, found):
    assert secret("HF_TOKEN", folder(tmp_path, content)) == found


def test_the_variable_comes_before_the_file_unless_it_is_empty(tmp_path):
    environment = folder(tmp_path, b"from-file")
    assert secret("HF_TOKEN", environment | {"HF_TOKEN": "from-variable"}) == "from-variable"
    assert secret("HF_TOKEN", environment | {"HF_TOKEN": ""}) == "from-file"


@pytest.mark.parametrize("environment", [{}, {"CREDENTIALS_DIRECTORY": ""}, {"CREDENTIALS_DIRECTORY": "/no/where"}])
def test_no_secret_is_none(environment):
    assert secret("HF_TOKEN", environment) is None


@pytest.mark.parametrize("content", [b"hush one", b"hush\nX-Evil: 1", b"hush\xff\xfe"])
def test_what_cannot_be_a_secret_is_an_error_that_does_not_tell_it(tmp_path, content):
    with pytest.raises(CredentialProblem) as problem:
        secret("HF_TOKEN", folder(tmp_path, content))
    assert "hush" not in f"{problem.value}{problem.value.__cause__}"


def test_a_credential_that_cannot_be_read_says_so(tmp_path):
    (tmp_path / "hf_token").mkdir()
    with pytest.raises(CredentialProblem, match="cannot be read"):
        secret("HF_TOKEN", {"CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize("name", ["../passwd", "a/b", "", "A B", "É"])
def test_a_name_is_a_name_and_never_a_path(tmp_path, name):
    with pytest.raises(CredentialProblem, match="no environment variable's name"):
        secret(name, {"CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize(
    ("secrets", "from_teacher", "from_student"),
    [
        # a teacher that needs none: the student's base may still be gated
        ((), {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "CREDENTIALS_DIRECTORY"}, {"CREDENTIALS_DIRECTORY"}),
        # a server's: its key may lie in the folder, and the hub's token is nothing to it
        (("VLLM_KEY",), {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}, {"VLLM_KEY", "CREDENTIALS_DIRECTORY"}),
        # a local model's
        (("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"), {"CREDENTIALS_DIRECTORY"}, {"CREDENTIALS_DIRECTORY"}),
        # a server that takes the hub's token
        (("HF_TOKEN",), {"HUGGING_FACE_HUB_TOKEN", "CREDENTIALS_DIRECTORY"}, {"CREDENTIALS_DIRECTORY"}),
    ],
)
def test_each_child_gets_the_secrets_that_it_needs_and_no_others(secrets, from_teacher, from_student):
    assert kept_from_teacher(secrets) == from_teacher
    assert kept_from_student(secrets) == from_student

"""The serving loop alone, on streams in memory; test_client.py drives the real process."""

import io
import threading
from collections.abc import Iterator, Sequence

import pytest
from pydantic import BaseModel

from daemon.teachers import worker
from daemon.teachers.base import TeacherAway
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.protocol import (
    Answered,
    ChunkRequest,
    Failed,
    Ready,
    Reply,
    TeacherInfo,
    Unavailable,
    decode_message,
    encode,
)


class Forgetful:
    """Answers the first of each batch only, then stops or fails."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def describe(self) -> TeacherInfo:
        return TeacherInfo(model="forgetful", revision="1")

    def label(self, requests: Sequence[ChunkRequest]) -> Iterator[Reply]:
        name = requests[0].request_id
        yield Answered(request_id=name, raw="", prompt_tokens=0, completion_tokens=0, seconds=0)
        if self._error is not None:
            raise self._error


def served(teacher: worker.Teacher, stdin: bytes) -> list[Ready | Unavailable | Answered | Failed]:
    stdout = io.BytesIO()
    worker.serve(teacher, io.BytesIO(stdin), stdout)
    return [decode_message(line) for line in stdout.getvalue().splitlines(keepends=True)]


def lines(*names: str) -> bytes:
    requests: list[BaseModel] = [ChunkRequest(request_id=n, text_id=n, text=n, attempt=1) for n in names]
    return b"".join(map(encode, requests))


def test_all_that_was_asked_before_the_end_is_answered() -> None:
    ready, *replies = served(ExtractiveSettings().open(ExtractiveSettings().recipe()), lines("a", "b", "c"))
    assert isinstance(ready, Ready) and [reply.request_id for reply in replies if isinstance(reply, Answered)] == [
        "a",
        "b",
        "c",
    ]


@pytest.mark.parametrize("error", [None, ValueError("CUDA"), BrokenPipeError("the server went away"), RecursionError()])
def test_a_request_that_the_teacher_left_without_a_reply_fails(error: Exception | None) -> None:
    _, *replies = served(Forgetful(error), lines("a", "b", "c"))
    assert sorted(reply.request_id for reply in replies if isinstance(reply, Answered | Failed)) == ["a", "b", "c"]
    assert any(isinstance(reply, Answered) for reply in replies)


def test_a_broken_request_ends_the_serving_after_what_came_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    messages = served(ExtractiveSettings().open(ExtractiveSettings().recipe()), lines("a") + b"{}\n" + lines("b"))
    assert len(messages) == 2 and "no request" in capsys.readouterr().err


def test_the_end_of_the_input_is_told_while_a_batch_may_still_be_worked_on() -> None:
    ended = threading.Event()
    worker.serve(
        ExtractiveSettings().open(ExtractiveSettings().recipe()), io.BytesIO(b""), io.BytesIO(), at_end=ended.set
    )
    assert ended.is_set()


def test_a_teacher_that_goes_away_in_the_middle_of_a_batch_is_no_texts_fault() -> None:
    with pytest.raises(TeacherAway, match="gone"):
        served(Forgetful(TeacherAway("gone")), lines("a", "b", "c"))

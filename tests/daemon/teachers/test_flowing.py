"""The serving loop for teachers that answer elsewhere, on streams in memory; openai/test_worker.py drives the real process."""

import asyncio
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from daemon.teachers.base import TeacherAway, TeacherUnavailable
from daemon.teachers.flowing import flow
from daemon.teachers.protocol import (
    Answered,
    Away,
    ChunkRequest,
    Failed,
    Ready,
    Reply,
    TeacherInfo,
    Unavailable,
    decode_message,
    encode,
)

INFO = TeacherInfo(model="scripted", revision="1")


@dataclass
class Scripted:
    """Does what a text says. `opening` may raise."""

    concurrency: int = 4
    opening: Exception | None = None
    at_once: int = 0
    most_at_once: int = 0
    closed: bool = False
    asked: list[str] = field(default_factory=list)

    async def open(self) -> TeacherInfo:
        if self.opening is not None:
            raise self.opening
        return INFO

    async def answer(self, request: ChunkRequest) -> Reply:
        self.asked.append(request.text)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            match request.text:
                case "hang":
                    await asyncio.Event().wait()
                case "away":
                    raise TeacherAway("the server is gone")
                case "raise":
                    raise RuntimeError("a library broke")
                case "late":  # behind two others
                    while len(self.asked) < 3 or self.at_once > 1:
                        await asyncio.sleep(0)
                case _:
                    await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        raw = "x" * (2 << 20) if request.text == "huge" else request.text
        return Answered(request_id=request.request_id, raw=raw, prompt_tokens=1, completion_tokens=1, seconds=0)

    async def close(self) -> None:
        self.closed = True


def asked(*texts: str) -> bytes:
    requests = [ChunkRequest(request_id=f"{n}", text_id=text, text=text, attempt=1) for n, text in enumerate(texts)]
    return b"".join(map(encode, requests))


def served(
    teacher: Scripted, *texts: str, at_end: Callable[[], None] = lambda: None
) -> tuple[int, list[Ready | Unavailable | Away | Answered | Failed]]:
    stdout = io.BytesIO()
    code = flow(teacher, io.BytesIO(asked(*texts)), stdout, at_end=at_end)
    return code, [decode_message(line) for line in stdout.getvalue().splitlines(keepends=True)]


def test_all_that_was_asked_before_the_end_is_answered_and_the_teacher_closed():
    teacher, ended = Scripted(), threading.Event()
    code, (ready, *replies) = served(teacher, *"abcdefgh", at_end=ended.set)
    assert (code, ready) == (0, Ready(info=INFO)) and teacher.closed and ended.is_set()
    assert sorted(reply.raw for reply in replies) == [*"abcdefgh"]


def test_each_reply_is_said_as_it_comes():
    _, (_, *replies) = served(Scripted(), "late", "a", "b")
    assert [reply.raw for reply in replies] == ["a", "b", "late"]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_texts_are_asked_at_once_than_the_teacher_wants(concurrency):
    teacher = Scripted(concurrency)
    served(teacher, *"abcdefgh")
    assert teacher.most_at_once == concurrency


def test_a_text_at_which_the_teacher_breaks_fails_and_the_others_do_not(capsys):
    _, (_, *replies) = served(Scripted(1), "a", "raise", "huge", "b")
    assert [reply.type for reply in replies] == ["answered", "failed", "failed", "answered"]
    assert "a library broke" in replies[1].detail and "more than the" in replies[2].detail
    assert "RuntimeError: a library broke" in capsys.readouterr().err


def test_a_teacher_that_goes_away_ends_the_worker_and_nothing_is_said_afterwards():
    teacher = Scripted()
    code, (_, *replies) = served(teacher, "a", "hang", "away", "late", "b", "c")
    assert code == 4 and replies[-1] == Away(detail="the server is gone") and teacher.closed
    assert {reply.type for reply in replies[:-1]} <= {"answered"} and teacher.at_once == 0


def test_a_teacher_that_is_away_for_everybody_is_away_once():
    _, messages = served(Scripted(), *["away"] * 9)
    assert [message.type for message in messages] == ["ready", "away"]


@pytest.mark.parametrize(
    ("opening", "code", "message"),
    [
        (TeacherUnavailable("no such model"), 3, Unavailable(detail="no such model")),
        (TeacherAway("nobody there"), 4, Away(detail="nobody there")),
    ],
)
def test_a_teacher_that_cannot_be_opened_says_why(opening, code, message):
    teacher = Scripted(opening=opening)
    assert served(teacher, "a", "b") == (code, [message]) and teacher.asked == []


def test_a_broken_request_ends_the_serving_after_what_came_before_it(capsys):
    stdout = io.BytesIO()
    flow(Scripted(), io.BytesIO(asked("a") + b"{}\n" + asked("b")), stdout)
    assert len(stdout.getvalue().splitlines()) == 2 and "no request" in capsys.readouterr().err

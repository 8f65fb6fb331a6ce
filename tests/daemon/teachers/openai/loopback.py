"""Teachers in front of loopback servers, with a clock of their own: nobody waits, and every wait is on record."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from daemon.teachers.openai.keys import Key
from daemon.teachers.openai.pace import Pace
from daemon.teachers.openai.settings import OpenAISettings
from daemon.teachers.openai.teacher import OpenAITeacher
from daemon.teachers.protocol import Answered, ChunkRequest, Failed, TeacherInfo
from tests.llm_server import LlmServer

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class Time:
    """Stands still but for who sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)

    @property
    def pace(self) -> Pace:
        today = lambda: START + timedelta(seconds=self.now)  # noqa: E731
        return Pace(clock=lambda: self.now, sleep=self.sleep, today=today, rng=random.Random(7))


def request(text: str = "Sales rose 9%. Costs fell.", **changes: object) -> ChunkRequest:
    return ChunkRequest.model_validate({"request_id": text, "text_id": text, "text": text, "attempt": 1} | changes)


def teacher_at(*urls: str, time: Time | None = None, key: str | None = None, **changes: object) -> OpenAITeacher:
    settings = OpenAISettings.model_validate({"base_urls": urls, "timeout_s": 5, "patience_s": 65} | changes)
    return OpenAITeacher(settings, settings.recipe(), Key(key), (time or Time()).pace)


async def opened(teacher: OpenAITeacher, then: Callable[[], Awaitable[None]]) -> TeacherInfo:
    """`then`: what happens between the opening and the closing."""
    try:
        info = await teacher.open()
        await then()
        return info
    finally:
        await teacher.close()


def info_of(teacher: OpenAITeacher) -> TeacherInfo:
    async def nothing() -> None:
        pass

    return asyncio.run(opened(teacher, nothing))


def replies_of(
    teacher: OpenAITeacher, *requests: ChunkRequest, before: Callable[[], object] = lambda: None
) -> list[Answered | Failed]:
    """All asked at once, as a worker does. `before`: what happens behind the opening."""
    replies: list[Answered | Failed] = []

    async def ask() -> None:
        before()
        async with asyncio.TaskGroup() as askers:
            asked = [askers.create_task(teacher.answer(one)) for one in requests or [request()]]
        replies.extend(task.result() for task in asked)

    try:
        asyncio.run(opened(teacher, ask))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    return replies


def reply_of(
    teacher: OpenAITeacher, asked: ChunkRequest | None = None, *, before: Callable[[], object] = lambda: None
) -> Answered | Failed:
    (reply,) = replies_of(teacher, asked or request(), before=before)
    return reply


def renamed(server: LlmServer, **changes: str) -> Callable[[], None]:
    """Lets the server be started again with something else behind it."""

    def change() -> None:
        server.served = replace(server.served, **changes)

    return change

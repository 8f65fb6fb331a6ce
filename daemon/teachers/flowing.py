"""Serves a teacher that answers elsewhere: one event loop, many texts at once, each reply as it comes."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import BinaryIO

from daemon.teachers.base import ServedTeacher, TeacherAway, TeacherUnavailable
from daemon.teachers.protocol import ChunkRequest, Ready, Reply, Unavailable, encode
from daemon.teachers.streams import CANNOT_OPEN, failure, leave, read_requests, reply_line, say

_Waiting = asyncio.Queue[ChunkRequest | None]


def flow(
    teacher: ServedTeacher, stdin: BinaryIO, stdout: BinaryIO, *, at_end: Callable[[], None] = lambda: None
) -> int:
    """Opens the teacher and answers requests until `stdin` ends, or until it is away. The exit code of the process.

    `at_end` is called from the reading thread as soon as the input has ended, while texts may still be asked.
    """
    return asyncio.run(_flow(teacher, stdin, stdout, at_end))


async def _flow(teacher: ServedTeacher, stdin: BinaryIO, stdout: BinaryIO, at_end: Callable[[], None]) -> int:
    waiting: _Waiting = asyncio.Queue()
    # Read from the first moment on, so that the end is noticed while a server takes its time to say who it is.
    _read_aside(stdin, waiting, at_end)
    try:
        say(stdout, encode(Ready(info=await teacher.open())))
    except TeacherUnavailable as problem:
        say(stdout, encode(Unavailable(detail=str(problem))))
        return CANNOT_OPEN
    except TeacherAway as away:
        return leave(stdout, away)
    try:
        left = await _serve(teacher, waiting, stdout)
    finally:
        await teacher.close()
    return 0 if left is None else leave(stdout, left)


async def _serve(teacher: ServedTeacher, waiting: _Waiting, stdout: BinaryIO) -> TeacherAway | None:
    """Until the input has ended: None; or that the teacher is away. Then nobody is asked any more, and nothing said."""
    left: list[TeacherAway] = []
    try:
        async with asyncio.TaskGroup() as askers:
            for _ in range(teacher.concurrency):
                askers.create_task(_ask(teacher, waiting, stdout))
    except* TeacherAway as aways:
        left = [away for away in aways.exceptions if isinstance(away, TeacherAway)]
    return left[0] if left else None


async def _ask(teacher: ServedTeacher, waiting: _Waiting, stdout: BinaryIO) -> None:
    while (request := await waiting.get()) is not None:
        say(stdout, reply_line(await _reply(teacher, request)))
    waiting.put_nowait(None)  # for the others


async def _reply(teacher: ServedTeacher, request: ChunkRequest) -> Reply:
    try:
        return await teacher.answer(request)
    except TeacherAway:
        raise
    except Exception as error:  # noqa: BLE001 - one text fails, the others do not
        return failure(request, error)


def _read_aside(stdin: BinaryIO, waiting: _Waiting, at_end: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()

    def put(request: ChunkRequest | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and so will the process
            loop.call_soon_threadsafe(waiting.put_nowait, request)

    threading.Thread(target=read_requests, args=(stdin, put, at_end), daemon=True, name="requests").start()

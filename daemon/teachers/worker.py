"""The child process that holds a teacher: an Opening on the first line, then requests in, replies out, until end of file.

Whatever a library prints must not corrupt the protocol, so descriptor 1 becomes stderr and the protocol gets a copy of it.
"""

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import ValidationError

from daemon.teachers import Opening, TeacherSettings
from daemon.teachers.base import ServedTeacher, Teacher, TeacherAway, TeacherBroken
from daemon.teachers.flowing import flow
from daemon.teachers.protocol import MAX_LINE_BYTES, ChunkRequest, Failed, Ready, Reply, Unavailable, encode
from daemon.teachers.streams import CANNOT_OPEN, MAX_DETAIL, leave, read_requests, reply_line, say
from store.errors import FinsdistillError
from trainer.child import die_with_parent, own_folder

_GATHER_S: Final = 0.005  # requests come line by line: a batch that begins with the first one has no other in it

OpenTeacher = Callable[[TeacherSettings], Teacher | ServedTeacher]

# After end of file a batch may finish what is nearly done; then the process goes, whatever the teacher is doing.
_GRACE_S: Final = 0.8


def serve(teacher: Teacher, stdin: BinaryIO, stdout: BinaryIO, *, at_end: Callable[[], None] = lambda: None) -> None:
    """Says Ready and answers requests until `stdin` ends; all that wait go to the teacher as one batch.

    `at_end` is called from the reading thread as soon as the input has ended, while a batch may still be worked on.
    """
    say(stdout, encode(Ready(info=teacher.describe())))
    waiting: queue.SimpleQueue[ChunkRequest | None] = queue.SimpleQueue()
    reader = threading.Thread(target=read_requests, args=(stdin, waiting.put, at_end), daemon=True, name="requests")
    reader.start()
    while batch := _next_batch(waiting):
        for reply in _replies(teacher, batch):
            say(stdout, reply_line(reply))


def _next_batch(waiting: "queue.SimpleQueue[ChunkRequest | None]") -> list[ChunkRequest]:
    """Waits for one request and takes all that come with it; empty at the end."""
    batch: list[ChunkRequest] = []
    while (request := _next(waiting, first=not batch)) is not None:
        batch.append(request)
    return batch


def _next(waiting: "queue.SimpleQueue[ChunkRequest | None]", *, first: bool) -> ChunkRequest | None:
    """None: no more, or, unless it is to be the first of a batch, none that is on its way."""
    try:
        request = waiting.get(timeout=None if first else _GATHER_S)
    except queue.Empty:
        return None
    if request is None:
        waiting.put(None)
    return request


def _replies(teacher: Teacher, batch: Sequence[ChunkRequest]) -> Iterator[Reply]:
    """One reply per request, whatever the teacher does: only what fails alone is at fault."""
    left = {request.request_id: request for request in batch}
    detail = "the teacher gave no answer"
    try:
        for reply in teacher.label(batch):
            left.pop(reply.request_id, None)
            yield reply
    except (TeacherBroken, TeacherAway):
        raise
    except Exception as error:  # noqa: BLE001 - a library may fail in any way; a request that fails alone becomes a Failed
        detail = f"{type(error).__name__}: {error}"[:MAX_DETAIL]
        sys.excepthook(type(error), error, error.__traceback__)
        if len(batch) > 1:
            for request in left.values():
                yield from _replies(teacher, [request])
            return
    for request_id in left:
        yield Failed(request_id=request_id, detail=detail)


def _leave_soon() -> None:
    timer = threading.Timer(_GRACE_S, os._exit, (0,))
    timer.daemon = True
    timer.start()


def _claim_protocol() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the daemon, under descriptors that no library and no grandchild knows."""
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return stdin, stdout


def main(open_teacher: OpenTeacher | None = None) -> int:
    """The process. `open_teacher` is for scripts that serve a teacher of their own; configuration cannot reach it."""
    die_with_parent()
    # The daemon ends its workers by end of file; SIGTERM keeps its default action and ends the process at once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stdin, stdout = _claim_protocol()
    with own_folder(Path.cwd()):
        return _work(stdin, stdout, open_teacher)


def _work(stdin: BinaryIO, stdout: BinaryIO, open_teacher: OpenTeacher | None) -> int:
    try:
        opening = Opening.model_validate_json(stdin.readline(MAX_LINE_BYTES + 1))
        settings = opening.settings
        teacher = settings.open(opening.recipe) if open_teacher is None else open_teacher(settings)
    except TeacherAway as away:
        return leave(stdout, away)
    except (FinsdistillError, ValidationError) as error:
        say(stdout, encode(Unavailable(detail=str(error))))
        return CANNOT_OPEN
    if isinstance(teacher, ServedTeacher):
        return flow(teacher, stdin, stdout, at_end=_leave_soon)
    try:
        serve(teacher, stdin, stdout, at_end=_leave_soon)
    except TeacherAway as away:
        return leave(stdout, away)
    return 0


if __name__ == "__main__":
    sys.exit(main())

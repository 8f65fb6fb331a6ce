"""A worker's two streams: requests in, one line after the other, and messages out."""

import sys
from collections.abc import Callable
from typing import BinaryIO, Final

from daemon.teachers.base import TeacherAway
from daemon.teachers.protocol import (
    MAX_LINE_BYTES,
    Away,
    ChunkRequest,
    Failed,
    ProtocolBroken,
    Reply,
    decode_request,
    encode,
)

# How a worker ends that has said why, as a process.
CANNOT_OPEN: Final = 3
WENT_AWAY: Final = 4
MAX_DETAIL: Final = 2000  # characters


def say(stdout: BinaryIO, line: bytes) -> None:
    stdout.write(line)
    stdout.flush()


def leave(stdout: BinaryIO, away: TeacherAway) -> int:
    """Says it, and gives the exit code."""
    say(stdout, encode(Away(detail=str(away), seconds=away.seconds)))
    return WENT_AWAY


def reply_line(reply: Reply) -> bytes:
    """Never longer than a line may be."""
    line = encode(reply)
    if len(line) <= MAX_LINE_BYTES:
        return line
    detail = f"the reply takes {len(line)} bytes, more than the {MAX_LINE_BYTES} of a line"
    return encode(Failed(request_id=reply.request_id, detail=detail))


def read_requests(stdin: BinaryIO, put: Callable[[ChunkRequest | None], object], at_end: Callable[[], None]) -> None:
    """Puts each request, and None at the end, which is also where the daemon says what is none."""
    try:
        while line := stdin.readline(MAX_LINE_BYTES + 1):
            put(decode_request(line))
    except ProtocolBroken as error:
        sys.stderr.write(f"worker: {error}\n")
    at_end()
    put(None)


def failure(request: ChunkRequest, error: Exception) -> Failed:
    """A library may fail in any way; its traceback goes to the worker's log, and the request that met it fails."""
    sys.excepthook(type(error), error, error.__traceback__)
    return Failed(request_id=request.request_id, detail=f"{type(error).__name__}: {error}"[:MAX_DETAIL])

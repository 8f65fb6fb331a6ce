"""How an answer travels: length, gzip, and the faults that strike it on the way."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Final

from daemon.standin.answer import Answer
from daemon.standin.faults import Fault

GZIP_UP_TO: Final = 32 * 1024 * 1024  # bytes; a larger body goes as it is, block by block
DRIPS: Final = 20  # pieces of a slow body


def send(handler: BaseHTTPRequestHandler, answer: Answer, fault: Fault | None, stopping: Event) -> None:
    """Raises OSError where the client went away. After `dropped` and `cut` the connection ends."""
    kind = fault.kind if fault else None
    if kind == "dropped":
        handler.close_connection = True
        return
    packed = _packed(answer, handler.headers.get("Accept-Encoding", ""), torn=kind == "cut_gzip")
    size = packed.size
    _send_head(handler, packed, size)
    if handler.command == "HEAD":
        return
    if kind == "cut":
        _write(handler, _first(packed.blocks(), size // 2))
        handler.close_connection = True
    elif fault and kind == "slow":
        _drip(handler, packed, fault.lasts_s, stopping)
    else:
        _write(handler, _first(packed.blocks(), size))


def _packed(answer: Answer, accepted: str, *, torn: bool) -> Answer:
    if not torn and ("gzip" not in accepted or answer.size > GZIP_UP_TO):
        return answer
    body = gzip.compress(answer.read(), compresslevel=1, mtime=0)
    packed = replace(answer, body=body[: len(body) // 2] if torn else body)
    return packed.with_header("Content-Encoding", "gzip")


def _send_head(handler: BaseHTTPRequestHandler, answer: Answer, size: int) -> None:
    handler.send_response(answer.status)
    for name, value in (("Content-Type", answer.content_type), ("Content-Length", str(size)), *answer.headers):
        handler.send_header(name, value)
    handler.send_header("Vary", "Accept-Encoding")
    handler.end_headers()


def _first(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Not more than `size` bytes, though the file may have grown since its length was told."""
    for block in blocks:
        yield block[:size]
        size -= len(block)
        if size <= 0:
            return


def _write(handler: BaseHTTPRequestHandler, blocks: Iterator[bytes]) -> None:
    for block in blocks:
        handler.wfile.write(block)


def _drip(handler: BaseHTTPRequestHandler, answer: Answer, lasts_s: float, stopping: Event) -> None:
    size = answer.size
    piece = max(1, size // DRIPS)
    for block in _first(answer.blocks(), size):
        for start in range(0, len(block), piece):
            drop = block[start : start + piece]
            if stopping.wait(lasts_s * len(drop) / size):
                handler.close_connection = True
                return
            handler.wfile.write(drop)

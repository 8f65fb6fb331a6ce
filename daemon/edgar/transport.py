"""One HTTP request, to its last byte or not at all."""

import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import requests
import urllib3

from daemon.edgar.problems import EdgarTooLarge
from daemon.edgar.verdict import Answer
from daemon.stopped import Stopped

_CONNECT_S: Final = 10.0
_SILENCE_S: Final = 30.0  # between two pieces of an answer
_WHOLE_S: Final = 300.0  # a drip must not hold a thread for ever: the largest filings take seconds
_PIECE: Final = 64 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS


class Broken(Exception):
    """No whole answer came: no connection, cut, too slow, or its packing is damaged."""


def ask(session: requests.Session, url: str, *, limit: int, stop: threading.Event, whole_s: float = _WHOLE_S) -> Answer:
    """Raises Broken, also for what takes longer than `whole_s`; EdgarTooLarge for more than `limit` bytes, packed or not;
    Stopped when the stop comes before the end."""
    try:
        with session.get(url, stream=True, timeout=(_CONNECT_S, _SILENCE_S), allow_redirects=False) as response:
            packed = b"".join(_pieces(response, url, limit, _Patience(stop, time.monotonic() + whole_s)))
            return Answer(response.status_code, response.headers, _unpacked(response, packed, url, limit))
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as cause:
        raise Broken(_reason(cause)) from cause


@dataclass(frozen=True)
class _Patience:
    stop: threading.Event
    until_s: float

    def check(self, size: int) -> None:
        if self.stop.is_set():
            raise Stopped
        if time.monotonic() > self.until_s:
            raise Broken(f"{size:,} bytes in all the time there was, and no end")


def _pieces(response: requests.Response, url: str, limit: int, patience: _Patience) -> Iterator[bytes]:
    """The bytes as they travel. urllib3 notices a body that is shorter than announced, or a chunk that does not end."""
    size = 0
    # `read` would wait until a whole piece is there: a drip of a byte now and then would never come to the questions below.
    while piece := response.raw.read1(_PIECE, decode_content=False):
        size += len(piece)
        if size > limit:
            raise EdgarTooLarge(url, limit)
        patience.check(size)
        yield piece


def _unpacked(response: requests.Response, packed: bytes, url: str, limit: int) -> bytes:
    """gzip is unpacked here because a library that decodes on the fly takes a truncated stream for a whole one."""
    coding = response.headers.get("Content-Encoding", "identity").lower()
    if coding == "identity":
        return packed
    if coding != "gzip":
        raise Broken(f"packed as {coding!r}, which was not asked for")
    unpacker = zlib.decompressobj(_GZIP)
    try:
        body = unpacker.decompress(packed, limit + 1)
    except zlib.error as cause:
        raise Broken(f"damaged gzip: {cause}") from cause
    if len(body) > limit:
        raise EdgarTooLarge(url, limit)
    if not unpacker.eof:
        raise Broken(f"gzip cut after {len(packed):,} bytes")
    return body


def _reason(cause: BaseException) -> str:
    """The innermost of the errors that the libraries wrap around each other: "Connection refused", not where it passed."""
    while cause.__context__ is not None:
        cause = cause.__context__
    return f"{type(cause).__name__}: {cause}"[:300]

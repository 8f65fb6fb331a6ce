"""A chat-completion server on loopback that behaves like a real one, or is broken on purpose: `with LlmServer("vllm")`.

On a loop and a thread of its own, or as a process: `python -m tests.llm_server --flavour vllm` prints its port, and
`GET /_seen` says what it was asked. HTTP by hand: it must be able to break it, and to cost next to nothing.
"""

import argparse
import asyncio
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from time import time
from typing import Final, cast

from tests.llm_answers import passage_of
from tests.llm_faults import Fault, Question, Reply, as_json, good_reply
from tests.llm_flavours import FLAVOURS, Flavour, Json, Served

_OK: Final = 200
_REASONS: Final = {
    _OK: "OK",
    307: "Temporary Redirect",
    401: "Unauthorized",
    404: "Not Found",
    429: "Too Many Requests",
}


@dataclass(frozen=True)
class _Rule:
    """Which questions a fault hits: passages with `on` in them, or canaries; the `first` times that each is asked."""

    fault: Fault
    on: str
    first: int | None
    canaries: bool

    def hits(self, question: Question) -> bool:
        if question.passage is None or self.canaries:
            return self.canaries and question.passage is None
        return self.on in question.passage and (self.first is None or question.nth <= self.first)


class LlmServer:
    """`served`, `loading` and the faults may change while it runs. `calls` counts the questions about each passage."""

    def __init__(
        self, flavour: str = "vllm", *, key: str | None = None, port: int = 0, served: Served | None = None
    ) -> None:
        self.flavour: Flavour = FLAVOURS[flavour]
        self.served = served or Served()
        self.key, self.port = key, port
        self.latency_s = 0.0
        self.loading = False
        self.calls: Counter[str] = Counter()
        self.canaries = 0
        self.in_flight = self.most_in_flight = 0
        self.answered = self.most_unearned = 0  # in flight, less one for each answer so far
        self.groups: list[int] = []  # of answers that are held back until so many wait
        self.held: list[Callable[[], None]] = []
        self.first_at: float | None = None
        self.headers: list[dict[str, str]] = []
        self.paths: Counter[str] = Counter()
        self._rules: list[_Rule] = []
        self.connections: set[asyncio.Transport] = set()

    def misbehave(self, fault: Fault, *, on: str = "", first: int | None = None) -> "LlmServer":
        """About passages with `on` in them, the `first` times each is asked, or always. The first fault that fits wins."""
        self._rules.append(_Rule(fault, on, first, canaries=False))
        return self

    def mislead(self, fault: Fault) -> "LlmServer":
        """About everything that is no passage, as a canary."""
        self._rules.append(_Rule(fault, "", None, canaries=True))
        return self

    def behave(self) -> None:
        self._rules.clear()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def asked(self) -> int:
        """Questions about passages."""
        return self.calls.total()

    @property
    def keys(self) -> set[str | None]:
        """Of every request there was."""
        return {header.get("authorization") for header in self.headers}

    def __enter__(self) -> "LlmServer":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """On the port of before, if there was one."""
        started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, args=(started,), daemon=True, name="llm-server")
        self._thread.start()
        if not started.wait(10):
            raise OSError(f"no server on port {self.port}")

    def stop(self) -> None:
        """Like a killed process: every connection is reset."""
        if self._loop.is_running():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def _work(self, started: threading.Event) -> None:
        listening = self._loop.run_until_complete(self.listen(self._loop))
        started.set()
        self._loop.run_forever()
        listening.close()
        for connection in list(self.connections):
            connection.abort()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def listen(self, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def reply(self, path: str, headers: dict[str, str], body: bytes) -> tuple[Question | None, Reply]:
        """To one request; with the question, where it is one that is counted."""
        self.paths[path] += 1
        if path == "/_seen":
            return None, as_json(200, self._seen())
        self.headers.append(headers)
        if self.loading and path not in self.flavour.open_paths:
            return None, as_json(503, self.flavour.error(503, "Loading model", "unavailable_error"))
        guarded = path.startswith("/v1") if self.flavour.name == "vllm" else path not in self.flavour.open_paths
        if self.key and guarded and headers.get("authorization") != f"Bearer {self.key}":
            return None, as_json(401, self.flavour.unauthorized())
        if path == "/v1/models":
            return None, as_json(200, self.flavour.models(self.served))
        if path != "/v1/chat/completions":
            page = self.flavour.page(path, self.served)
            return None, as_json(404, {"detail": "Not Found"}) if page is None else as_json(200, page)
        return self._complete(path, headers, body)

    def _complete(self, path: str, headers: dict[str, str], body: bytes) -> tuple[Question, Reply]:
        asked = cast("Json", json.loads(body))
        message = next(m["content"] for m in reversed(asked["messages"]) if m["role"] == "user")
        passage = passage_of(message)
        if passage is None:
            self.canaries += 1
        else:
            self.first_at = self.first_at or time()
            self.calls[passage] += 1
        nth = self.calls[passage] if passage is not None else self.canaries
        key = headers.get("authorization", "").removeprefix("Bearer ") or None
        question = Question(passage, nth, asked.get("model", ""), key, path, asked, self.flavour)
        reply = replace(good_reply(question, self.served, len(body)), after_s=self.latency_s)
        rule = next((rule for rule in self._rules if rule.hits(question)), None)
        return question, reply if rule is None else rule.fault(question, reply)

    def _seen(self) -> Json:
        again = sum(times > 1 for times in self.calls.values())
        seen = {"asked": self.asked, "texts": len(self.calls), "again": again, "canaries": self.canaries}
        return seen | {"most_in_flight": self.most_in_flight, "first_at": self.first_at}


class _Connection(asyncio.Protocol):
    """One client's connection; requests one after the other, as HTTP/1.1 clients send them."""

    def __init__(self, server: LlmServer) -> None:
        self._server, self._bytes = server, b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.connections.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self._server.connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        head, mark, rest = self._bytes.partition(b"\r\n\r\n")
        if not mark:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self._bytes = rest[length:]
        question, reply = self._server.reply(first.split(" ")[1], headers, rest[:length])
        self._send_later(reply, counted=question is not None and question.passage is not None)

    def _send_later(self, reply: Reply, *, counted: bool) -> None:
        server = self._server
        server.in_flight += counted
        server.most_in_flight = max(server.most_in_flight, server.in_flight)
        if counted and reply.status == _OK:
            server.most_unearned = max(server.most_unearned, server.in_flight - server.answered)
        if server.groups and counted and reply.status == _OK:
            self._hold(partial(self._send, reply, counted))
        elif reply.after_s:
            asyncio.get_running_loop().call_later(reply.after_s, self._send, reply, counted)
        elif reply.after_s is not None:
            self._send(reply, counted)

    def _hold(self, send: Callable[[], None]) -> None:
        server = self._server
        server.held.append(send)
        if len(server.held) == server.groups[0]:
            del server.groups[0]
            for held in server.held:
                asyncio.get_running_loop().call_later(server.latency_s, held)
            server.held.clear()

    def _send(self, reply: Reply, counted: bool) -> None:
        self._server.in_flight -= counted
        self._server.answered += counted and reply.status == _OK
        if self._transport.is_closing():
            return
        if reply.wire == "nothing":
            self._transport.abort()
            return
        headers = {"Content-Type": "application/json", "Content-Length": str(len(reply.body))} | dict(reply.headers)
        lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Error')}", *map(": ".join, headers.items())]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self._transport.write(head + (reply.body[: len(reply.body) // 2] if reply.wire == "half" else reply.body))
        if reply.wire == "half":
            self._transport.close()


async def _serve(server: LlmServer) -> None:
    await server.listen(asyncio.get_running_loop())
    print(server.port, flush=True)
    await asyncio.to_thread(sys.stdin.read)  # whoever started us holds the other end


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--flavour", choices=FLAVOURS, default="vllm")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds")
    given = parser.parse_args()
    process = LlmServer(given.flavour)
    process.latency_s = given.latency
    asyncio.run(_serve(process))

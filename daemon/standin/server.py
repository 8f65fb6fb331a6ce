"""The two hosts on loopback, one thread a connection, none left when they stop."""

import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socket import SHUT_RDWR, socket
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType
from typing import Any, Final, Self

from daemon.standin.desk import Desk, Seen
from daemon.standin.faults import Fault, Host
from daemon.standin.wire import send

IDLE_S: Final = 60  # a connection on which nothing is asked for so long is closed


class StandIn:
    """EDGAR on this machine: data.sec.gov at `data_url`, www.sec.gov at `www_url`, while the context lasts.

    It serves `folder`, which is laid out as EDGAR is, and shows nothing of the accessions in `hidden` until they are
    published. A failure of its own (a broken file, say) is raised when the context ends.
    """

    data_url: str
    www_url: str

    def __init__(
        self,
        folder: Path,
        *,
        hidden: Collection[str] = (),
        faults: Sequence[Fault] = (),
        requests_per_s: int = 10,
    ) -> None:
        self._desk = Desk(folder, hidden, faults, requests_per_s=requests_per_s)
        self._running = ExitStack()
        self._failures: list[BaseException] = []

    def publish(self, accession: str) -> None:
        """A hidden filing appears, in the JSON, the archive and its index page at once. Raises NothingHidden."""
        self._desk.archive.publish(accession)

    @property
    def requests(self) -> tuple[Seen, ...]:
        return self._desk.requests

    def await_request(self, holds: Callable[[Seen], bool], *, within_s: float = 60.0) -> bool:
        """Whether a request of which that holds came, before or within so long."""
        return self._desk.await_request(holds, within_s=within_s)

    def __enter__(self) -> Self:
        with ExitStack() as started:
            self.data_url = started.enter_context(_serving("data", self._desk, self._failures))
            self.www_url = started.enter_context(_serving("www", self._desk, self._failures))
            self._running = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()
        if self._failures and error is None:
            raise self._failures[0]


@contextmanager
def _serving(name: Host, desk: Desk, failures: list[BaseException]) -> Iterator[str]:
    server = _Server(name, desk, failures)
    # Asked 20 times a second whether to stop: the default of twice makes each test half a second longer.
    loop = threading.Thread(target=server.serve_forever, args=(0.05,), name=f"standin-{name}", daemon=True)
    loop.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.stop()
        loop.join()


class _Server(ThreadingMixIn, TCPServer):
    allow_reuse_address = True
    daemon_threads = True  # joined by `stop`; a process that dies without it shall not hang on them
    request_queue_size = 128

    def __init__(self, name: Host, desk: Desk, failures: list[BaseException]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name, self.desk, self.failures = name, desk, failures
        self.stopping = threading.Event()
        self._open: dict[threading.Thread, socket] = {}
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(target=self._work, args=(request, client_address), daemon=True)
        with self._lock:
            self._open[thread] = request
        thread.start()

    def _work(self, request: socket, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.pop(threading.current_thread(), None)

    def handle_error(self, *_: Any, **__: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError | TimeoutError):  # those: the client went away
            self.failures.append(error)

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            connections = dict(self._open)
        for thread, request in connections.items():
            with suppress(OSError):  # it was closed meanwhile
                request.shutdown(SHUT_RDWR)
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "standin", ""
    timeout = IDLE_S
    disable_nagle_algorithm = True  # head and body are two writes: the second would wait for the first's receipt

    def do_GET(self) -> None:
        answer, fault = self.server.desk.reply(self.server.name, self.path, self.headers.get("User-Agent"))
        send(self, answer, fault, self.server.stopping)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to a terminal: `StandIn.requests` is the record."""

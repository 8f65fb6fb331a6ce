"""The servers of one teacher: which of them a text goes to, and when one rests."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from daemon.teachers.base import TeacherAway, TeacherUnavailable
from daemon.teachers.openai.decisions import Again, Down, Fail, Refused, Rest, Use, decide
from daemon.teachers.openai.greeting import Absent, Greeting
from daemon.teachers.openai.identity import Identity
from daemon.teachers.openai.pace import Pace
from daemon.teachers.openai.server import Served, Server
from daemon.teachers.openai.settings import OpenAISettings
from daemon.waits import backoff

_SHORTEST_REST_S: Final = 1.0  # a server that asks for less means: at once, but not a thousand times a second


@dataclass
class Servers:
    """Used on one event loop."""

    settings: OpenAISettings
    greeting: Greeting
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        self._servers = [Server(url, self.settings.concurrency) for url in self.settings.base_urls]
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._last_settled = 0.0

    async def open(self) -> Identity:
        """Greets all of them. Raises TeacherUnavailable, and TeacherAway when none is there."""
        now = self.pace.today()
        greeted = await asyncio.gather(
            *(self.greeting.greet(server.url, now) for server in self._servers), return_exceptions=True
        )
        there: list[tuple[Server, Identity]] = []
        for server, found in zip(self._servers, greeted, strict=True):
            match found:
                case BaseException():
                    raise found
                case Absent(why=why, seconds=seconds):
                    server.state, server.why, server.until = "down", why, self.pace.clock() + (seconds or 0.0)
                case _:
                    server.known(self.pace.clock())
                    there.append((server, found))
        if not there:
            raise self._away()
        self._identity = identity = _agreed(there)
        for server in self._servers:
            if server.state == "down":
                self._tell("server_down", server)
                self._start(self._revive(server))
        return identity

    async def ask(self, body: bytes) -> Served | Fail:
        """One text's answer, whichever server gives it. Raises TeacherAway."""
        began, tries, avoided = self.pace.clock(), 0, None
        while True:
            server = await self._seat(began, avoided)
            asked = self.pace.clock()
            try:
                if not await self._is_known(server, asked):
                    continue
                outcome = await self.greeting.http.post(f"{server.url}/chat/completions", body)
                server.heard(outcome, self.pace.clock())
            finally:
                server.in_use -= 1
                self._change()
            match decide(outcome, tries=tries + 1, now=self.pace.today()):
                case Use(body=said):
                    return self._served(server, said, asked)
                case Fail() as failed:
                    return self._settled(failed)
                case Again(why=why):
                    tries, avoided = tries + 1, server
                    pause = backoff(tries, self.pace.rng)
                    if self.pace.clock() + pause > self._latest(began):
                        return self._settled(Fail(why))
                    await self.pace.sleep(pause)
                case Rest(why=why, seconds=seconds):
                    self._rest(server, asked, why, seconds)
                case Down(why=why):
                    self._down(server, asked, why)
                case Refused(why=why):
                    raise TeacherAway(f"{server.url} {why}")

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _seat(self, began: float, avoided: Server | None) -> Server:
        """Waits for a server that takes one more, the least busy one. Raises TeacherAway when none will in time."""
        while True:
            free = [server for server in self._servers if server.free]
            if free:
                chosen = min(free, key=lambda server: (server is avoided, server.in_use / server.width))
                chosen.take(self.pace.clock())
                return chosen
            states = {server.state for server in self._servers}
            if states <= {"down", "out"}:
                raise self._away()
            # What is being answered may come back good, and then the others may wait for longer.
            if "up" not in states and not any(server.in_use for server in self._servers):
                soonest = min(server.until for server in self._servers if server.state == "resting")
                if soonest > self._latest(began):
                    raise self._away()
            await self._changed.wait()

    async def _is_known(self, server: Server, asked: float) -> bool:
        """Looks at who answers there now, where that is in doubt; whether it is the one that was met."""
        async with server.looking:
            if server.state != "up" or not server.doubted:
                return server.state == "up"
            try:
                found = await self.greeting.look(server.url, self._identity.model, self.pace.today())
            except TeacherUnavailable as problem:
                self._keep_out(server, str(problem))
                return False
            if isinstance(found, Absent):
                self._down(server, asked, found.why)
                return False
            if found != self._identity.revision:
                self._keep_out(server, f"it is {found} now, and no more {self._identity.revision}")
                return False
            server.known(self.pace.clock())
            return True

    def _latest(self, began: float) -> float:
        """When a text that has waited since `began` may still be asked: while others are answered, nobody is away."""
        return max(began, self._last_settled) + self.settings.waits_s

    def _served(self, server: Server, body: bytes, asked: float) -> Served:
        server.failures = 0
        server.width = min(server.width + 1, self.settings.concurrency)
        now = self.pace.clock()
        self._last_settled = now
        return Served(body, now - asked, server.url)

    def _settled(self, failed: Fail) -> Fail:
        self._last_settled = self.pace.clock()
        return failed

    def _rest(self, server: Server, asked: float, why: str, seconds: float | None) -> None:
        """It is asked for less at once afterwards. What was asked before it rested may only make the rest longer."""
        now = self.pace.clock()
        if server.state in {"down", "out"}:
            return
        if server.state == "resting" or asked < server.since:
            server.until = max(server.until, now + (seconds or 0.0)) if server.state == "resting" else server.until
            return
        server.failures += 1
        server.width = max(1, server.width // 2)
        pause = (
            seconds if seconds is not None and seconds >= _SHORTEST_REST_S else backoff(server.failures, self.pace.rng)
        )
        server.state, server.why, server.since, server.until = "resting", why, now, now + pause
        self._start(self._wake(server))

    async def _wake(self, server: Server) -> None:
        while (left := server.until - self.pace.clock()) > 0:
            await self.pace.sleep(left)
        if server.state == "resting":
            server.state, server.since = "up", self.pace.clock()
            self._change()

    def _down(self, server: Server, asked: float, why: str) -> None:
        if server.state in {"down", "out"} or asked < server.since:
            return
        server.state, server.why, server.since = "down", why, self.pace.clock()
        self._tell("server_down", server)
        self._change()
        self._start(self._revive(server))

    async def _revive(self, server: Server) -> None:
        """Until it greets as the others do. It may have been started again with other weights, or without its grammar."""
        asked_for: float | None = None
        while True:
            server.failures += 1
            await self.pace.sleep(max(asked_for or 0.0, backoff(server.failures, self.pace.rng)))
            try:
                found = await self.greeting.greet(server.url, self.pace.today())
            except TeacherUnavailable as problem:
                return self._keep_out(server, str(problem))
            if isinstance(found, Identity) and found != self._identity:
                return self._keep_out(server, f"it answers as {found}, the others as {self._identity}")
            if isinstance(found, Identity):
                break
            server.why, asked_for = found.why, found.seconds
        server.state, server.failures, server.since = "up", 0, self.pace.clock()
        server.known(server.since)
        self._tell("server_back", server)
        self._change()
        return None

    def _away(self) -> TeacherAway:
        """Until the first of them wants to be asked again."""
        now = self.pace.clock()
        waits = (max(0.0, server.until - now) for server in self._servers if server.state != "out")
        return TeacherAway(f"no server answers now: {'; '.join(map(str, self._servers))}", min(waits, default=0.0))

    def _keep_out(self, server: Server, why: str) -> None:
        server.state, server.why = "out", why
        self._change()
        self._tell("server_kept_out", server)

    def _tell(self, event: str, server: Server) -> None:
        structlog.get_logger().warning(event, server=server.url, why=self.greeting.http.hidden(server.why))

    def _change(self) -> None:
        """Lets everybody who waits look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _agreed(there: Sequence[tuple[Server, Identity]]) -> Identity:
    (first, identity), *others = there
    for server, other in others:
        if other != identity:
            raise TeacherUnavailable(
                f"{first.url} answers as {identity}, {server.url} as {other}: all of teacher.base_urls must serve the same"
            )
    return identity

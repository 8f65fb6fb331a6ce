"""The teacher on servers: a text in, a reply out. Runs in the worker process only."""

import os
import traceback

import structlog

from daemon.teachers.base import TeacherAway, TeacherUnavailable
from daemon.teachers.local.settings import licence_of
from daemon.teachers.openai.decisions import Fail
from daemon.teachers.openai.greeting import Greeting
from daemon.teachers.openai.identity import Identity
from daemon.teachers.openai.keys import Key, key_of
from daemon.teachers.openai.pace import Pace
from daemon.teachers.openai.prompting import Asking
from daemon.teachers.openai.server import Served
from daemon.teachers.openai.servers import Servers
from daemon.teachers.openai.settings import OpenAISettings
from daemon.teachers.openai.transport import Http
from daemon.teachers.openai.wire import Completion, NotUnderstood, read
from daemon.teachers.protocol import Answered, ChunkRequest, Failed, Reply, TeacherInfo
from daemon.teachers.recipe import Recipe

_DETAIL = 2000  # characters


def open_servers(settings: OpenAISettings, recipe: Recipe) -> "OpenAITeacher":
    """Raises TeacherUnavailable for a key that is not there."""
    return OpenAITeacher(settings, recipe, key_of(settings.api_key_env, os.environ))


class OpenAITeacher:
    """`open` first, on the loop that then asks. Nothing that leaves it holds the key."""

    def __init__(self, settings: OpenAISettings, recipe: Recipe, key: Key, pace: Pace | None = None) -> None:
        self._settings, self._key, self._pace = settings, key, pace or Pace()
        self._asking = Asking(settings, recipe.prompt or "")

    @property
    def concurrency(self) -> int:
        return self._settings.concurrency

    async def open(self) -> TeacherInfo:
        self._http = Http(self._key, timeout_s=self._settings.timeout_s)
        self._servers = Servers(self._settings, Greeting(self._settings, self._http), self._pace)
        try:
            self._identity = await self._servers.open()
        except TeacherUnavailable as problem:
            await self.close()
            raise TeacherUnavailable(self._shown(str(problem))) from None
        except TeacherAway as away:
            await self.close()
            raise TeacherAway(self._shown(str(away)), away.seconds) from None
        return self._identity.info(licence_of(self._settings.model))

    async def answer(self, request: ChunkRequest) -> Reply:
        try:
            served = await self._servers.ask(self._asking.request(request).body())
            return self._reply(request, served)
        except TeacherAway as away:
            raise TeacherAway(self._shown(str(away)), away.seconds) from None
        except Exception as error:  # noqa: BLE001 - a library's bug must cost one answer; its words may hold the key
            structlog.get_logger().error("asking_failed", traceback=self._key.hidden(traceback.format_exc()))
            return self._failed(request, f"{type(error).__name__}: {error}")

    async def close(self) -> None:
        await self._servers.close()
        await self._http.close()

    def _reply(self, request: ChunkRequest, served: Served | Fail) -> Reply:
        if isinstance(served, Fail):
            return self._failed(request, served.why)
        try:
            completion = read(Completion, served.body)
        except NotUnderstood as problem:
            return self._failed(request, f"{served.url} sent no chat completion: {problem}")
        if not self._identity.signs(completion, watch=self._settings.watch_fingerprint):
            now = Identity(completion.model, self._identity.revision, completion.fingerprint)
            raise TeacherAway(f"the server at {served.url} now answers as {now}, and no more as {self._identity}")
        prompt_tokens, completion_tokens = completion.tokens
        return Answered(
            request_id=request.request_id,
            raw=self._key.hidden(completion.raw),
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            seconds=served.seconds,
            truncated=completion.truncated,
        )

    def _failed(self, request: ChunkRequest, why: str) -> Failed:
        return Failed(request_id=request.request_id, detail=self._shown(why))

    def _shown(self, words: str) -> str:
        return self._key.hidden(words)[:_DETAIL]

"""What a server must show before it is asked about a text: that it has the model, obeys a schema, and who it is."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from pydantic import BaseModel

from daemon.teachers.base import TeacherUnavailable
from daemon.teachers.openai.canary import canary, complaint, switch_on
from daemon.teachers.openai.decisions import GONE, TRIES, Fail, Got, Outcome, Refused, Rest, TimedOut, Use, decide
from daemon.teachers.openai.identity import Identity, card_of, revision_of
from daemon.teachers.openai.settings import OpenAISettings
from daemon.teachers.openai.transport import Http
from daemon.teachers.openai.wire import (
    Completion,
    ModelCard,
    ModelFile,
    ModelList,
    NotUnderstood,
    OllamaModels,
    read,
    words_of,
)

Page = TypeVar("Page", bound=BaseModel)

_NAMES_SHOWN: Final = 20
_SHOWN: Final = 500
_PATH: Final = "/v1"
_REFUSED_REQUEST: Final = frozenset((400, 422, 501))


@dataclass(frozen=True)
class Absent:
    """It does not answer now; a later try may help. `seconds` if it said when."""

    why: str
    seconds: float | None = None


class _NotNow(Exception):
    def __init__(self, absent: Absent) -> None:
        self.absent = absent


@dataclass(frozen=True)
class Greeting:
    settings: OpenAISettings
    http: Http

    async def greet(self, url: str, now: datetime) -> Identity | Absent:
        """Raises TeacherUnavailable where only a person can help."""
        try:
            card = await self._card(url, now)
            completion = await self._tried(url, card, now)
            own_words = await self._own_words(url, card, now)
        except _NotNow as later:
            return later.absent
        return Identity(
            model=completion.model,
            revision=revision_of(card, completion.model, own_words),
            fingerprint=completion.fingerprint if self.settings.watch_fingerprint else None,
        )

    async def look(self, url: str, answered_as: str, now: datetime) -> str | Absent:
        """The revision only, which costs no answer of the model. Raises TeacherUnavailable."""
        try:
            card = await self._card(url, now)
            return revision_of(card, answered_as, await self._own_words(url, card, now))
        except _NotNow as later:
            return later.absent

    async def _card(self, url: str, now: datetime) -> ModelCard:
        said = _settled(f"{url}/models", await self.http.get(f"{url}/models"), now)
        listed = _understood(ModelList, f"{url}/models", said)
        card = card_of(self.settings.model, listed.data)
        if card is None:
            names = ", ".join(model.id for model in listed.data[:_NAMES_SHOWN]) or "none"
            raise TeacherUnavailable(
                f"{url} has no model {self.settings.model!r}, only {names}: set teacher.model to a name of the server's, "
                "or start the server with the model"
            )
        longest = self.settings.most_tokens(brief=True)
        if card.context is not None and card.context < longest:
            raise TeacherUnavailable(
                f"{url} has room for {card.context} tokens a request, and an answer alone may take {longest}: start it with "
                "more (vLLM --max-model-len, SGLang --context-length, llama-server -c, which is divided by -np), or lower "
                "teacher.max_rationale_tokens and teacher.max_summary_tokens"
            )
        return card

    async def _tried(self, url: str, card: ModelCard, now: datetime) -> Completion:
        """The canary's answer, which obeys the schema."""
        where = f"{url}/chat/completions"
        outcome = await self.http.post(where, canary(self.settings.model).body())
        if isinstance(outcome, Got) and outcome.status in _REFUSED_REQUEST:
            raise TeacherUnavailable(
                f"{where} refuses a question with a schema (HTTP {outcome.status}: {words_of(outcome.body)[:_SHOWN]}); "
                f"{switch_on(card.owned_by)}"
            )
        completion = _understood(Completion, where, _settled(where, outcome, now))
        if (problem := complaint(completion)) is not None:
            raise TeacherUnavailable(
                f"{url} does not keep its answers to a schema: {problem}; {switch_on(card.owned_by)}"
            )
        return completion

    async def _own_words(self, url: str, card: ModelCard, now: datetime) -> str | None:
        """What a server says of the weights at an address of its own. A proxy in front may not know these."""
        root = url.removesuffix(_PATH)
        if root == url:
            return None
        match card.owned_by:
            case "library":
                tags = await self._page(OllamaModels, f"{root}/api/tags", now)
                return next((model.digest for model in tags.models if model.name == card.id), None) if tags else None
            case "sglang":
                info = await self._page(ModelFile, f"{root}/model_info", now)
                info = info or await self._page(ModelFile, f"{root}/get_model_info", now)
                return info.model_path if info else None
            case "llamacpp":
                # Its own name may be an alias, and its fingerprint is that of the build: only the file tells models of
                # one size apart. Without the folder, which may be another one on each machine.
                props = await self._page(ModelFile, f"{root}/props", now)
                return re.split(r"[/\\]", props.model_path)[-1] if props else None
            case _:
                return None

    async def _page(self, model: type[Page], where: str, now: datetime) -> Page | None:
        try:
            return read(model, _settled(where, await self.http.get(where), now))
        except (TeacherUnavailable, NotUnderstood):
            return None


def _settled(where: str, outcome: Outcome, now: datetime) -> bytes:
    """The body of a good response. Raises _NotNow and TeacherUnavailable."""
    match decide(outcome, tries=TRIES - 1, now=now):
        case Use(body=body):
            return body
        case Rest(why=why, seconds=seconds):
            raise _NotNow(Absent(why, seconds))
        case Refused(why=why):
            hint = f"; a base_url mostly ends in {_PATH}" if isinstance(outcome, Got) and outcome.status in GONE else ""
            raise TeacherUnavailable(f"{where} {why}{hint}")
        case Fail(why=why) if not isinstance(outcome, TimedOut):
            raise TeacherUnavailable(
                f"{where} does not answer as OpenAI's interface does ({why}): see teacher.base_urls"
            )
        case other:
            raise _NotNow(Absent(other.why))


def _understood(model: type[Page], where: str, body: bytes) -> Page:
    try:
        return read(model, body)
    except NotUnderstood as problem:
        said = str(problem)[:_SHOWN]
        raise TeacherUnavailable(
            f"{where} does not answer as OpenAI's interface does ({said}): a base_url mostly ends in {_PATH}"
        ) from problem

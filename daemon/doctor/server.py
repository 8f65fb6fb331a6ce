"""Whether the teacher's servers can be asked: each greets us here as it greets the service. One small question each."""

import asyncio
import ipaddress
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from daemon.doctor.base import Finding, Level, Patient
from daemon.teachers.base import TeacherAway, TeacherUnavailable
from daemon.teachers.openai.identity import card_of
from daemon.teachers.openai.keys import Key, key_of
from daemon.teachers.openai.settings import OpenAISettings
from daemon.teachers.openai.wire import ModelList, read
from daemon.teachers.protocol import TeacherInfo
from daemon.teachers.recipe import Recipe

# By the owner that its list of models names.
_KINDS: Final = {"vllm": "vLLM", "sglang": "SGLang", "llamacpp": "llama.cpp", "library": "Ollama"}
_MARGIN_S: Final = 2.0  # a name server that is silent knows no time limit of ours


@dataclass(frozen=True)
class _There:
    """It greeted as a teacher must: it has the model, and keeps to a schema. `kind`: which software, where it says so."""

    kind: str | None
    info: TeacherInfo

    def __str__(self) -> str:
        fingerprint = "" if self.info.fingerprint is None else f", fingerprint {self.info.fingerprint}"
        return f"{self.info.model} ({self.info.revision}{fingerprint})"


@dataclass(frozen=True)
class _Absent:
    """It does not answer now; a later try may help. `why`: a sentence that names the server."""

    why: str


@dataclass(frozen=True)
class _Unusable:
    """It answers, and only a person can help."""

    why: str


_Greeted = _There | _Absent | _Unusable


def server(patient: Patient) -> Iterator[Finding]:
    """All servers at once, so that silent ones cost their limit once. No finding holds the key."""
    teacher = patient.settings.teacher
    if not isinstance(teacher, OpenAISettings):
        return
    try:
        key = key_of(teacher.api_key_env, patient.machine.environment)
    except TeacherUnavailable as problem:
        yield _finding("problem", str(problem), "correct it, then: finsdistill doctor")
        return
    if teacher.api_key_env is not None:
        yield _finding("ok", f"teacher.api_key_env names {teacher.api_key_env}, and a key is there")
        for url in in_the_open(teacher.base_urls):
            yield _finding("warning", f"the key would travel to {url} unencrypted", "use https there")
    greeted = _greet(teacher, key, within_s=patient.machine.server_s)
    for url in teacher.base_urls:
        yield _told(url, greeted[url], others=any(isinstance(one, _There) for one in greeted.values()))
    yield from _all_the_same(greeted)


def in_the_open(urls: Sequence[str]) -> list[str]:
    """Those on whose way others may read what is sent."""
    parts = {url: urlsplit(url) for url in urls}
    return [url for url, part in parts.items() if part.scheme == "http" and not _near(part.hostname or "")]


def _near(host: str) -> bool:
    """Whether `host` is this machine or one of a private network: an address that nobody routes, or a name without a
    public ending, as containers have."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa"))


def _told(url: str, greeted: _Greeted, *, others: bool) -> Finding:
    match greeted:
        case _There(kind=kind):
            who = f" is {kind} and" if kind else ""
            return _finding("ok", f"{url}{who} serves {greeted}, and keeps its answers to a schema")
        case _Unusable(why=why):
            return _finding("problem", why, "correct it, then: finsdistill doctor")
        case _Absent(why=why) if others:
            return _finding("warning", why, "start it; the others label meanwhile")
        case _Absent(why=why):
            do = "start it, or correct teacher.base_urls: the service waits for it, and nothing is labelled meanwhile"
            return _finding("problem", why, do)


def _all_the_same(greeted: Mapping[str, _Greeted]) -> Iterator[Finding]:
    there = [(url, one) for url, one in greeted.items() if isinstance(one, _There)]
    for url, one in there[1:]:
        if one.info != there[0][1].info:
            seen = f"{there[0][0]} answers as {there[0][1]}, {url} as {one}"
            yield _finding("problem", seen, "all of teacher.base_urls must serve the same: start one of them anew")


def _greet(teacher: OpenAISettings, key: Key, *, within_s: float) -> dict[str, _Greeted]:
    """By URL. On a thread that is left behind where it hangs."""
    greeted: dict[str, _Greeted] = {
        url: _Absent(f"{url} says nothing for {within_s:g} s: it may be loading the model") for url in teacher.base_urls
    }
    recipe = teacher.recipe()

    async def one(url: str) -> None:
        try:
            async with asyncio.timeout(within_s):
                greeted[url] = await _greet_one(teacher, recipe, key, url)
        except TimeoutError:
            return  # what stands there says so
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding; its own words may hold the key
            greeted[url] = _Absent(f"{url} could not be asked: {type(error).__name__}")

    async def all_of_them() -> None:
        await asyncio.gather(*map(one, teacher.base_urls))

    thread = threading.Thread(target=lambda: asyncio.run(all_of_them()), name="doctor-servers", daemon=True)
    thread.start()
    thread.join(within_s + _MARGIN_S)
    return dict(greeted)


async def _greet_one(teacher: OpenAISettings, recipe: Recipe, key: Key, url: str) -> _Greeted:
    from daemon.teachers.openai.teacher import OpenAITeacher  # noqa: PLC0415 - its client loads as slowly as all of us

    opened = OpenAITeacher(teacher.model_copy(update={"base_urls": (url,)}), recipe, key)
    try:
        info = await opened.open()
        return _There(await _kind(teacher, key, url), info)
    except TeacherAway as away:
        return _Absent(str(away))
    except TeacherUnavailable as problem:
        return _Unusable(str(problem))
    finally:
        await opened.close()


async def _kind(teacher: OpenAISettings, key: Key, url: str) -> str | None:
    from daemon.teachers.openai.decisions import Got  # noqa: PLC0415 - see above
    from daemon.teachers.openai.transport import Http  # noqa: PLC0415

    http = Http(key, timeout_s=teacher.timeout_s)
    try:
        said = await http.get(f"{url}/models")
    finally:
        await http.close()
    card = card_of(teacher.model, read(ModelList, said.body).data) if isinstance(said, Got) else None
    return _KINDS.get(card.owned_by or "") if card is not None else None


def _finding(level: Level, seen: str, do: str | None = None) -> Finding:
    return Finding(check="server", level=level, seen=seen, do=do)

"""Whether the pair's models are here, or can be had. Nothing is downloaded to find out."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from huggingface_hub import try_to_load_from_cache
from huggingface_hub.errors import HFValidationError
from pydantic import BaseModel, ConfigDict, ValidationError

from daemon.doctor.base import Finding, Level, Patient
from daemon.doctor.disk import existing
from daemon.doctor.hub import Hub, Question, Reply, hub_of
from daemon.settings import Settings
from daemon.teachers.local.settings import LocalSettings
from trainer.spec import SEEDLING

_CONFIG: Final = "config.json"
_TOKENIZERS: Final = ("tokenizer.json", "tokenizer.model", "vocab.json")
_WEIGHTS: Final = "model.safetensors"
_INDEX: Final = "model.safetensors.index.json"


@dataclass(frozen=True)
class _Wanted:
    """`key`: where the configuration names it. `revision`: of the hub."""

    key: str
    model: str
    revision: str

    @property
    def section(self) -> str:
        return f"[{self.key.partition('.')[0]}]"


class _Index(BaseModel):
    """Which file holds which weights, as sharded models list it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    weight_map: dict[str, str]


def access(patient: Patient) -> Iterator[Finding]:
    """Folders and the cache first; then the hub, for all models at once, so that a silent one costs its limit once."""
    wanted = _wanted(patient.settings)
    if not wanted:
        return
    hub = hub_of(patient.machine.environment)
    known = {one: _here(one, hub) for one in wanted}
    within_s = patient.machine.hub_s
    asked = {
        one: Question(hub, one.model, one.revision, within_s=within_s)
        for one, finding in known.items()
        if finding is None
    }
    for question in asked.values():
        question.start()
    until = monotonic() + within_s
    for one, finding in known.items():
        yield finding if finding is not None else _told(one, hub, asked[one].reply(until - monotonic()))


def _wanted(settings: Settings) -> list[_Wanted]:
    """Toys come with the package, and a server's model is the server's business."""
    teacher, student = settings.teacher, settings.student
    found = []
    if isinstance(teacher, LocalSettings):
        found.append(_Wanted("teacher.model", teacher.model, teacher.commit))
    if student.base != SEEDLING:
        found.append(_Wanted("student.base", student.base, student.commit or "main"))
    return found


def lacking(folder: Path) -> tuple[str, ...]:
    """What a model's folder would have to hold besides, to be loaded without a network."""
    wanting = [] if (folder / _CONFIG).is_file() else [_CONFIG]
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        wanting.append(_TOKENIZERS[0])
    return (*wanting, *_lacking_weights(folder))


def _lacking_weights(folder: Path) -> tuple[str, ...]:
    if (folder / _WEIGHTS).is_file():
        return ()
    try:
        index = _Index.model_validate_json((folder / _INDEX).read_bytes())
    except FileNotFoundError:
        return (_WEIGHTS,)
    except ValidationError:
        return (f"a readable {_INDEX}",)
    return tuple(sorted({name for name in index.weight_map.values() if not (folder / name).is_file()}))


def _here(one: _Wanted, hub: Hub) -> Finding | None:
    """None where only the hub can tell."""
    if Path(one.model).is_dir():
        missing = lacking(Path(one.model))
        if missing:
            return _finding(
                one, "problem", f"the folder lacks {_some(missing)}", f"complete it, or name another in {one.section}"
            )
        return _finding(one, "ok", "the folder holds configuration, tokenizer and weights")
    if one.model.startswith(("/", ".", "~")):
        return _finding(one, "problem", "there is no such folder", f"correct {one.section}")
    try:
        cached = try_to_load_from_cache(one.model, _CONFIG, cache_dir=hub.cache, revision=one.revision)
    except HFValidationError:
        return _finding(one, "problem", "neither a folder nor a name on the hub", f"correct {one.section}")
    missing = lacking(Path(cached).parent) if isinstance(cached, str) else (_CONFIG,)
    if not missing:
        return _finding(one, "ok", f"downloaded, revision {one.revision[:12]}, in {hub.cache}")
    if hub.offline:
        seen = f"not whole in {hub.cache} (lacks {_some(missing)}), and HF_HUB_OFFLINE forbids asking the hub"
        return _finding(one, "problem", seen, "unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE, or name a folder")
    return None


def _told(one: _Wanted, hub: Hub, reply: Reply) -> Finding:
    page = f"{hub.shown}/{one.model}"
    match reply.verdict:
        case "open":
            return _downloadable(one, hub, reply.size)
        case "gated":
            token = "use a token that may read it" if hub.token else "set HF_TOKEN"
            seen = "gated, and " + ("HF_TOKEN has no access to it" if hub.token else "no HF_TOKEN is set")
            return _finding(one, "problem", seen, f"ask for access at {page}, then {token}")
        case "token_refused":
            return _finding(one, "problem", f"the hub refuses HF_TOKEN ({reply.why})", "make a new token on the hub")
        case "no_model":
            seen = f"no such model at {hub.shown}, or a private one"
            return _finding(one, "problem", seen, f"correct {one.section}, or set HF_TOKEN if it is private")
        case "no_revision":
            seen = f"the model is there, and its revision {one.revision} is not"
            return _finding(one, "problem", seen, f"correct {one.section} revision")
        case "no_weights":
            return _finding(one, "problem", "the model has no safetensors", f"name one that has in {one.section}")
        case "silent":
            seen = f"not in {hub.cache}, and {hub.shown} did not answer ({reply.why})"
            return _finding(one, "warning", seen, "check the network and HF_ENDPOINT, or name a folder")


def _downloadable(one: _Wanted, hub: Hub, size: int | None) -> Finding:
    if size is None:
        return _finding(one, "ok", "can be downloaded, at the first start")
    free = shutil.disk_usage(existing(hub.cache)).free
    seen = f"can be downloaded, {size / 1e9:.1f} GB at the first start"
    if size > free:
        where = f"{hub.cache} has room for {free / 1e9:.1f} GB"
        return _finding(one, "problem", f"{seen}, and {where}", "free disk space, or set HF_HOME to a larger disk")
    return _finding(one, "ok", seen)


def _finding(one: _Wanted, level: Level, seen: str, do: str | None = None) -> Finding:
    return Finding(check="access", level=level, seen=f"{one.key} = {one.model}: {seen}", do=do)


def _some(names: tuple[str, ...]) -> str:
    """A model of many files may lack them all."""
    rest = len(names) - 3
    return ", ".join(names[:3]) + (f" and {rest} more" if rest > 0 else "")

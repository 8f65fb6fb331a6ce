"""config.toml and the environment become frozen Settings. No other file reads either."""

import difflib
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from daemon import sections
from daemon.teachers import TEACHERS, TeacherSettings
from daemon.teachers.local.settings import LocalSettings
from store.errors import FinsdistillError
from trainer.spec import SEEDLING

PREFIX: Final = "FINSDISTILL_"
CONFIG_VARIABLE: Final = "FINSDISTILL_CONFIG"
DEFAULT_TEACHER: Final = "local"
_PATTERN: Final = "*?["
_SEARCHED: Final = (Path("config.toml"), Path("/etc/finsdistill/config.toml"))


class ConfigProblem(FinsdistillError):
    """The configuration cannot be used as it is."""


class Settings(BaseSettings):
    """Everything a person may set. Relative paths are relative to the config file's folder."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__")

    service: sections.ServiceSettings = sections.ServiceSettings()
    edgar: sections.EdgarSettings = sections.EdgarSettings()
    inbox: sections.InboxSettings = sections.InboxSettings()
    chunk: sections.ChunkSettings = sections.ChunkSettings()
    boilerplate: sections.BoilerplateSettings = sections.BoilerplateSettings()
    teacher: TeacherSettings = Field(default_factory=LocalSettings)
    student: sections.StudentSettings = sections.StudentSettings()
    trainer: sections.TrainerSettings = sections.TrainerSettings()
    evaluator: sections.EvaluatorSettings = sections.EvaluatorSettings()
    metrics: sections.MetricsSettings = sections.MetricsSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings names these five
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment overrides the file; nothing else is read (no .env in whatever folder we were started in)."""
        return env_settings, init_settings


def find_config(given: Path | None, environment: Mapping[str, str]) -> Path:
    """`--config`, else $FINSDISTILL_CONFIG, ./config.toml, /etc/finsdistill/config.toml."""
    named = given or (Path(environment[CONFIG_VARIABLE]) if environment.get(CONFIG_VARIABLE) else None)
    if named is not None:
        if not named.is_file():
            raise ConfigProblem(f"no config at {named}: write one with `finsdistill init {named}`")
        return named
    for path in _SEARCHED:
        if path.is_file():
            return path
    raise ConfigProblem("no config.toml here nor in /etc/finsdistill: write one with `finsdistill init`")


def load_settings(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Raises ConfigProblem with one sentence a line for everything that is wrong."""
    _check_environment(os.environ if environment is None else environment)
    try:
        given = TomlConfigSettingsSource(Settings, toml_file=path)()
        given["teacher"] = {"kind": DEFAULT_TEACHER, **given.get("teacher", {})}
        settings = Settings(**given)
    except OSError as cause:
        raise ConfigProblem(f"{path} cannot be read ({cause.strerror}): make it readable for this user") from cause
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise ConfigProblem(f"{path} is not valid TOML: {cause}") from cause
    except ValidationError as cause:
        raise ConfigProblem("; ".join(_sentence(path, error) for error in cause.errors())) from cause
    if settings.chunk.overlap >= settings.chunk.size:
        raise ConfigProblem(f"{path}: chunk.overlap ({settings.chunk.overlap}) must be below chunk.size")
    anchored = _anchored(settings, path.resolve().parent)
    _check_state_dir(path, anchored.service.state_dir)
    return anchored


def _check_state_dir(path: Path, state_dir: Path) -> None:
    """The views name the published files by their paths, which DuckDB reads as patterns: one that matched other folders
    would show another log's rows."""
    whole = f"{state_dir} {state_dir.resolve()}"
    if found := [character for character in _PATTERN if character in whole]:
        raise ConfigProblem(
            f"{path}: service.state_dir ({state_dir.resolve()}) holds {found[0]!r}, which DuckDB takes for a pattern of "
            "paths: choose a folder without * ? and ["
        )


def _anchored(settings: Settings, folder: Path) -> Settings:
    service = settings.service.model_copy(update={"state_dir": folder / settings.service.state_dir})
    inbox = settings.inbox.model_copy(update={"dir": folder / settings.inbox.dir})
    student = settings.student.model_copy(update={"base": _anchored_model(settings.student.base, folder)})
    teacher = _anchored_teacher(settings.teacher, folder)
    return settings.model_copy(update={"service": service, "inbox": inbox, "student": student, "teacher": teacher})


def _anchored_teacher(teacher: TeacherSettings, folder: Path) -> TeacherSettings:
    changes: dict[str, object] = {}
    if teacher.prompt_file is not None:
        changes["prompt_file"] = folder / teacher.prompt_file.expanduser()
    if isinstance(teacher, LocalSettings):
        changes["model"] = _anchored_model(teacher.model, folder)
    return teacher.model_copy(update=changes)


def _anchored_model(name: str, folder: Path) -> str:
    """A folder that exists becomes absolute, because the children work elsewhere; any other name is the hub's."""
    path = folder / name
    return str(path) if name != SEEDLING and path.is_dir() else name


def _sentence(path: Path, error: Any) -> str:
    location = [str(part) for part in error["loc"]]
    if location[:1] == ["teacher"] and len(location) > 2 and location[1] in _KINDS:
        del location[1]  # pydantic names the union's member, the file does not
    key = ".".join(location)
    if error["type"] == "extra_forbidden":
        return f"{path}: unknown key {key}{_nearest(location)}"
    return f"{path}: {key}: {error['msg'].removeprefix('Value error, ')}"


_KINDS: Final = frozenset(settings.model_fields["kind"].default for settings in TEACHERS)


def known_keys() -> list[str]:
    """Every key as `section.key`, the teachers' ones of all kinds together."""
    keys: list[str] = []
    for name, field in Settings.model_fields.items():
        models: Sequence[Any] = TEACHERS if name == "teacher" else [field.annotation]
        keys += [f"{name}.{key}" for model in models if issubclass(model, BaseModel) for key in model.model_fields]
    return sorted(set(keys))


def _nearest(location: Sequence[str]) -> str:
    key = ".".join(location)
    candidates = known_keys() if len(location) > 1 else list(Settings.model_fields)
    if key in candidates:
        return " for this teacher.kind: remove it, or choose the kind that has it"
    near = difflib.get_close_matches(key, candidates, n=1, cutoff=0.4)
    return f": did you mean {near[0]}?" if near else f"; known are {', '.join(candidates)}"


def _check_environment(environment: Mapping[str, str]) -> None:
    """A misspelt variable would be ignored in silence."""
    known = {PREFIX + key.upper().replace(".", "__") for key in known_keys()}
    for name in environment:
        if name.upper().startswith(PREFIX) and "__" in name and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f": did you mean {near[0]}?" if near else ""
            raise ConfigProblem(f"unknown environment variable {name}{hint}")

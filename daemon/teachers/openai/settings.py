"""Settings of a model on servers. The daemon reads them; what they open runs in the worker process."""

import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from daemon.teachers.base import CommonSettings, ServedTeacher
from daemon.teachers.local.settings import DECODING, licence_of
from daemon.teachers.prompt import prompt_text
from daemon.teachers.recipe import Recipe

# Each part of how a text is asked and an answer decoded that is ours and no field of the recipe. A change makes labels stale.
_POLICY: Final = "chat v1; json_schema v1; control marks broken v1; budgets + 60 tokens"
_RESERVE: Final = 60  # tokens for keys, marks and escapes beside the two fields' budgets
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _base_url(given: str) -> str:
    """Without the slash at its end. No part of it may be a secret: it stands in logs and errors."""
    problem = "a base_url is like http://127.0.0.1:8000/v1"
    try:
        parts = urlsplit(given)
        _ = parts.port
    except ValueError as cause:
        raise ValueError(f"{problem} (this one has no readable host and port)") from cause
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{problem}: with http or https, and a host")
    if "@" in parts.netloc:
        raise ValueError(f"{problem}: without user name and password; name a key's variable in api_key_env instead")
    if parts.query or parts.fragment or given.endswith(("?", "#")):
        raise ValueError(f"{problem}: without ? and #; name a key's variable in api_key_env instead")
    if any(character.isspace() or not character.isprintable() for character in given):
        raise ValueError(f"{problem}: without blanks")
    return given.rstrip("/")


def _servers(given: tuple[str, ...]) -> tuple[str, ...]:
    urls = tuple(_base_url(url) for url in given)
    if not urls or len(set(urls)) < len(urls):
        raise ValueError("name at least one server, and each once")
    return urls


def _variable(given: str) -> str:
    if _VARIABLE.fullmatch(given) is None:
        # Not repeated: it may be the key itself.
        raise ValueError("it is the NAME of an environment variable that holds the key, as OPENAI_API_KEY")
    return given


class OpenAISettings(CommonSettings):
    """A model on one or more servers that all serve the same: vLLM, SGLang, llama.cpp, Ollama or a hosted service."""

    # An error must not quote what was given: somebody may have put a password into a URL.
    model_config = ConfigDict(hide_input_in_errors=True)

    kind: Literal["openai"] = "openai"
    base_urls: Annotated[tuple[str, ...], AfterValidator(_servers)] = ("http://127.0.0.1:8000/v1",)
    model: str = Field(default="meta-llama/Llama-3.1-8B-Instruct", min_length=1, description="what the servers call it")
    api_key_env: Annotated[str, AfterValidator(_variable)] | None = Field(
        default=None, description="NAME of the variable, or of the systemd credential, that holds the key"
    )
    concurrency: int = Field(default=64, ge=1, le=1024, description="requests at once, over all servers together")
    timeout_s: float = Field(default=300, gt=0, description="of one request; below patience_s")
    watch_fingerprint: bool = Field(
        default=True, description="false: for hosted services whose system_fingerprint moves by itself"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "OpenAISettings":
        if self.timeout_s >= self.patience_s:
            raise ValueError(
                f"timeout_s ({self.timeout_s:g}) must be below patience_s ({self.patience_s:g}): a worker that waits for "
                "a server would count as hung"
            )
        return self

    @property
    def window(self) -> int:
        """Twice what is asked at once: the next texts are there when the first are answered."""
        return 2 * self.concurrency

    @property
    def knows_its_teacher(self) -> bool:
        return False

    @property
    def opens_early(self) -> bool:
        return True

    @property
    def secrets(self) -> tuple[str, ...]:
        return () if self.api_key_env is None else (self.api_key_env,)

    @property
    def waits_s(self) -> float:
        """How long the servers may keep us waiting with nothing answered, before the teacher counts as away.

        With the request that comes after the wait, the worker is silent for the mean of timeout_s and patience_s at most.
        """
        return (self.patience_s - self.timeout_s) / 2

    def most_tokens(self, *, brief: bool) -> int:
        """Of one answer: both budgets, twice that where brevity is asked for after an answer that was cut off."""
        return (2 if brief else 1) * (self.max_rationale_tokens + self.max_summary_tokens) + _RESERVE

    def recipe(self) -> Recipe:
        """Raises PromptProblem when the prompt file cannot be used."""
        return Recipe(
            kind=self.kind,
            model=self.model,
            revision=None,
            prompt=prompt_text(self.prompt_file),
            decoding=f"{_POLICY}; {DECODING}",
            max_rationale_tokens=self.max_rationale_tokens,
            max_summary_tokens=self.max_summary_tokens,
            attempts=self.attempts,
            licence=licence_of(self.model),
            toy=False,
        )

    def open(self, recipe: Recipe) -> ServedTeacher:
        """Connects to nothing yet: only in the worker process. Raises TeacherUnavailable."""
        from daemon.teachers.openai.teacher import open_servers  # noqa: PLC0415 - what only the worker needs

        return open_servers(self, recipe)

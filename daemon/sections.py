"""The sections of `config.toml`: keys, bounds and defaults. What a key means to a person stands in the template."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from daemon.cron import cron_trigger
from daemon.edgar.hosts import checked_host, checked_user_agent
from daemon.forms import one_name
from store.task import Objective
from trainer.commits import commit_of

_ANNUAL: Final = ("10-K", "10-K405", "10-KSB", "10-KSB40", "10-KT", "10-KT405")
DEFAULT_FORMS: Final = (*_ANNUAL, *(f"{form}/A" for form in _ANNUAL))


EVERY_FILER: Final = "*"  # beside or in place of companies' names


def _checked_poll(value: int | str) -> int | str:
    if isinstance(value, int):
        if value < 1:
            raise ValueError("poll is a number of seconds of at least 1, or a cron line of five fields")
        return value
    cron_trigger(value)  # raises ValueError with what is wrong
    return value


def _checked_company(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.\-]{1,20}", value.strip()):
        raise ValueError(f"{value!r} is neither a ticker nor a CIK")
    return value.strip()


def _checked_filer(value: str) -> str:
    return EVERY_FILER if value.strip() == EVERY_FILER else _checked_company(value)


Company = Annotated[str, AfterValidator(_checked_company)]
Filer = Annotated[str, AfterValidator(_checked_filer)]
Poll = Annotated[int | str, AfterValidator(_checked_poll)]
Host = Annotated[str, AfterValidator(checked_host)]
UserAgent = Annotated[str, AfterValidator(checked_user_agent)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServiceSettings(Section):
    state_dir: Path = Path("state")
    publish_every_s: float = Field(default=1.0, ge=0.1, le=3600)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"
    min_free_gib: float = Field(default=1.0, ge=0)
    memory_limit: str = Field(default="2GiB", pattern=r"^\d+(\.\d+)?(KiB|MiB|GiB|TiB|KB|MB|GB|TB)$")
    threads: int = Field(default=2, ge=1, le=256)


class EdgarSettings(Section):
    user_agent: UserAgent | None = None
    companies: tuple[Filer, ...] = ("AAPL", "MSFT", "GOOGL")
    forms: tuple[Annotated[str, AfterValidator(one_name)], ...] = DEFAULT_FORMS
    since: date = date(2015, 1, 1)
    poll: Poll = 3600
    data_url: Host = "https://data.sec.gov"
    www_url: Host = "https://www.sec.gov"
    requests_per_s: float = Field(default=8, gt=0, le=10)

    @property
    def every_filer(self) -> bool:
        return EVERY_FILER in self.companies

    @property
    def named(self) -> tuple[str, ...]:
        """The companies that are watched by name."""
        return tuple(name for name in self.companies if name != EVERY_FILER)

    @property
    def whose(self) -> str:
        """Whose filings are wanted, in words."""
        return ", ".join((*(["every filer"] if self.every_filer else []), *self.named)) or "nobody"


class InboxSettings(Section):
    dir: Path = Path("inbox")


class ChunkSettings(Section):
    size: int = Field(default=1500, ge=200, le=20_000)
    overlap: int = Field(default=200, ge=0)
    min_prose: int = Field(default=100, ge=0)


class BoilerplateSettings(Section):
    same: float = Field(default=0.9, ge=0.7, le=1)


class StudentSettings(Section):
    base: str = Field(default="TinyLlama/TinyLlama-1.1B-Chat-v1.0", min_length=1)
    revision: str | None = None
    quantization: Literal["nf4", "none"] = "nf4"

    @property
    def commit(self) -> str | None:
        """The revision that is asked for."""
        return self.revision or commit_of(self.base)


class TrainerSettings(Section):
    threshold: int = Field(default=500, ge=1)
    objective: Objective = "step_by_step"
    rationale_weight: float = Field(default=1.0, ge=0)
    epochs: int = Field(default=3, ge=1)
    lora_r: int = Field(default=16, ge=1)
    lora_alpha: int = Field(default=16, ge=1)
    learning_rate: float | None = Field(default=None, gt=0)
    batch_size: int | None = Field(default=None, ge=1)
    grad_accumulation: int | None = Field(default=None, ge=1)
    max_tokens: int = Field(default=1024, ge=64)
    retrain: Literal["warm", "scratch"] = "warm"
    seed: int = Field(default=0, ge=0)


class EvaluatorSettings(Section):
    heldout: tuple[Company, ...] = ("GOOGL",)
    heldout_share: float = Field(default=0.1, ge=0, le=1)
    max_examples: int = Field(default=300, ge=1)
    max_summary_tokens: int = Field(default=160, ge=1)
    max_rationale_tokens: int = Field(default=256, ge=1)
    seed: int = Field(default=0, ge=0)


class MetricsSettings(Section):
    listen: str = "127.0.0.1:9469"

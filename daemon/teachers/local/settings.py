"""Settings of the local language model. The daemon reads them; what they open runs in the worker process."""

import re
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from daemon.credentials import HUB
from daemon.teachers.base import CommonSettings, Teacher
from daemon.teachers.prompt import prompt_text
from daemon.teachers.recipe import Recipe
from trainer.commits import commit_of
from trainer.hardware import RUNTIME, Hardware, dtype_of, precision_of
from trainer.shapes import shape_of
from trainer.spec import Quantization

# Longest prefix first: which licence the weights come under, as their model cards name it.
_LICENCES: Final = (
    ("meta-llama/Llama-3.3-", "llama3.3"),
    ("meta-llama/Llama-3.2-", "llama3.2"),
    ("meta-llama/Llama-3.1-", "llama3.1"),
    ("meta-llama/Meta-Llama-3.1-", "llama3.1"),
    ("meta-llama/Meta-Llama-3-", "llama3"),
    # As Ollama calls them.
    ("llama3.3", "llama3.3"),
    ("llama3.2", "llama3.2"),
    ("llama3.1", "llama3.1"),
    ("llama3", "llama3"),
)
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
# The whole policy, in words that change when it does: `manner_of` says when, `Manner` what.
TEMPERATURE: Final = 0.7
DECODING: Final = f"greedy; after truncated or too_long once brief, double budgets; then sampled at {TEMPERATURE}"
_CONSTRAINED: Final = "answer grammar v1"


class LocalSettings(CommonSettings):
    """A model of the Hugging Face kind on this machine."""

    kind: Literal["local"] = "local"
    model: str = "meta-llama/Meta-Llama-3-8B-Instruct"
    revision: str | None = Field(default=None, description="of the hub; default: a known model's commit, else `main`")
    quantization: Literal["auto", "none", "nf4"] = "auto"
    constrained: bool = Field(default=True, description="decode inside the answer's grammar; false: the stopper alone")
    batch_tokens: int = Field(default=65_536, ge=1024, description="prompt and answer tokens of one batch together")
    gpu: Literal["share", "exclusive"] = "share"
    device: Literal["cuda", "cpu"] = Field(default="cuda", description="cpu: for models of toy size")

    def on(self, machine: Hardware) -> "LocalSettings":
        """With `auto` settled: it is part of the recipe, so it may not depend on who looks."""
        if self.quantization != "auto":
            return self
        settled = "none" if self.device == "cpu" else precision_of("auto", machine.memory)
        return self.model_copy(update={"quantization": settled})

    def recipe(self) -> Recipe:
        """Raises PromptProblem when the prompt file cannot be used."""
        return Recipe(
            kind=self.kind,
            model=self.model,
            revision=self.commit,
            quantization=self.quantization,
            prompt=prompt_text(self.prompt_file),
            decoding=f"{_CONSTRAINED}; {DECODING}" if self.constrained else DECODING,
            max_rationale_tokens=self.max_rationale_tokens,
            max_summary_tokens=self.max_summary_tokens,
            attempts=self.attempts,
            licence=licence_of(self.model),
            toy=False,
        )

    def kept_bytes(self, machine: Hardware) -> int:
        if self.device == "cpu" or self.gpu == "exclusive":
            return 0
        return int(self.weight_bytes(machine) + self.answer_bytes(machine) + RUNTIME)

    def weight_bytes(self, machine: Hardware) -> float:
        """Computed from the model's shape, not measured, like all of these."""
        quantization: Quantization = "nf4" if self.quantization == "nf4" else "none"
        return shape_of(self.model).loaded(quantization, dtype_of(machine))

    def answer_bytes(self, machine: Hardware) -> float:
        """Keys and values of a whole batch: each has a quarter of the model's width (grouped queries)."""
        shape, wide = shape_of(self.model), 2 if dtype_of(machine) == "bfloat16" else 4
        return self.batch_tokens * shape.layers * 2 * (shape.hidden // 4) * wide

    @property
    def secrets(self) -> tuple[str, ...]:
        """A gated model is downloaded with them."""
        return HUB

    @property
    def knows_its_teacher(self) -> bool:
        """A branch or a tag may move: then the commit that was loaded is part of the recipe."""
        return _COMMIT.fullmatch(self.commit) is not None or Path(self.model).is_dir()

    @property
    def commit(self) -> str:
        """The revision that is asked for."""
        return self.revision or commit_of(self.model) or "main"

    def open(self, recipe: Recipe) -> Teacher:
        """Loads the model: only in the worker process. Raises TeacherUnavailable."""
        from daemon.teachers.local.teacher import open_local  # noqa: PLC0415 - loads torch, which the daemon never does

        return open_local(self, recipe)


def licence_of(model: str) -> str | None:
    """The licence of a well-known model, None for any other: the user then has to look it up."""
    return next((licence for prefix, licence in _LICENCES if model.startswith(prefix)), None)

"""Settings of the local language model. The backend that runs it comes with the teachers issue; opening it says so."""

from typing import Final, Literal

from pydantic import Field

from daemon.teachers.base import CommonSettings, Teacher, TeacherUnavailable
from daemon.teachers.prompt import prompt_text
from daemon.teachers.recipe import Recipe

# Longest prefix first: which licence the weights come under, as their model cards name it.
_LICENCES: Final = (
    ("meta-llama/Llama-3.3-", "llama3.3"),
    ("meta-llama/Llama-3.2-", "llama3.2"),
    ("meta-llama/Llama-3.1-", "llama3.1"),
    ("meta-llama/Meta-Llama-3.1-", "llama3.1"),
    ("meta-llama/Meta-Llama-3-", "llama3"),
)


class LocalSettings(CommonSettings):
    """A model of the Hugging Face kind on this machine's GPU."""

    kind: Literal["local"] = "local"
    model: str = "meta-llama/Meta-Llama-3-8B-Instruct"
    revision: str = "main"
    quantization: Literal["auto", "none", "nf4"] = "auto"
    batch_tokens: int = Field(default=65_536, ge=1024, description="prompt and answer tokens of one batch together")
    gpu: Literal["share", "exclusive"] = "share"

    def recipe(self) -> Recipe:
        """Raises PromptProblem when the prompt file cannot be used."""
        return Recipe(
            kind=self.kind,
            model=self.model,
            revision=self.revision,
            quantization=self.quantization,
            prompt=prompt_text(self.prompt_file),
            decoding="greedy",
            max_rationale_tokens=self.max_rationale_tokens,
            max_summary_tokens=self.max_summary_tokens,
            attempts=self.attempts,
            licence=licence_of(self.model),
            toy=False,
        )

    def open(self) -> Teacher:
        raise TeacherUnavailable(
            f"the local teacher ({self.model}) is not part of this version yet: "
            'set [teacher] kind = "extractive" to try the loop without a language model'
        )


def licence_of(model: str) -> str | None:
    """The licence of a well-known model, None for any other: the user then has to look it up."""
    return next((licence for prefix, licence in _LICENCES if model.startswith(prefix)), None)

"""What a teacher's licence says about training a student on its answers: the one place that knows the sentence. Pure."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from daemon.teachers.recipe import Recipe

_NAMING: Final = '"Llama" in the student\'s name and "Built with Llama" shown'
ALTERNATIVE: Final = f'[teacher] model = "meta-llama/Llama-3.1-8B-Instruct", whose licence allows it with {_NAMING}'
_FORBIDDEN: Final = (
    "Meta's Llama 3 licence (1.b.v) forbids using the outputs of {teacher} to improve any language model but Llama 3 and "
    "its derivatives, and {student} is {none}"
)
_LLAMA_3_BY_NAME: Final = re.compile(r"\bllama-3(?:[.-]|$)", re.IGNORECASE)

Verdict = Literal["allowed", "forbidden", "unknown"]


@dataclass(frozen=True)
class Notice:
    """`sentence`: what is so. `do`: what a person should do about it. Neither ends with a full stop."""

    verdict: Verdict
    sentence: str
    do: str | None

    @property
    def text(self) -> str:
        """For a page: both in one sentence."""
        if self.verdict == "forbidden":
            return f"{self.sentence}; the one-line alternative is {self.do}."
        return f"{self.sentence}{'' if self.do is None else f': {self.do}'}."


def notice_of(recipe: Recipe, base: str) -> Notice | None:
    """For the student `base`, a name on the hub or a folder. None for a toy teacher: its text is nobody's training data."""
    if recipe.toy:
        return None
    teacher, student = recipe.model.rsplit("/", 1)[-1], base.rsplit("/", 1)[-1]
    match recipe.licence:
        case None:
            sentence = f"the licence of {teacher} is not known to finsdistill"
            return Notice("unknown", sentence, "read whether it allows to train other models on its outputs")
        case "llama3" if not _LLAMA_3_BY_NAME.search(student):
            none = "none" if student.startswith("TinyLlama") else "none by its name"
            sentence = _FORBIDDEN.format(teacher=teacher, student=student, none=none)
            return Notice("forbidden", sentence, ALTERNATIVE)
        case "llama3":
            sentence = (
                f"{teacher} comes under Meta's Llama 3 licence, which allows to improve Llama 3 and its derivatives"
            )
            return Notice("allowed", f"{sentence} such as {student}", None)
        case known if known.startswith("llama3."):
            sentence = f"{teacher} comes under Meta's Llama {known.removeprefix('llama')} licence"
            return Notice("allowed", f"{sentence}, which allows to train {student} on its outputs with {_NAMING}", None)
        case known:
            sentence = f"{teacher} comes under {known}"
            return Notice("unknown", sentence, "read whether it allows to train other models on its outputs")

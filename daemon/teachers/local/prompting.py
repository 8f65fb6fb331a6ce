"""What the teacher is asked about one text, as token ids: instructions first and byte-identical, then the passage."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.teachers.prompt import AFTER, BEFORE, BRIEFLY
from daemon.teachers.protocol import Manner
from trainer.template import Template, conversation_of, plain_ids

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Prompts:
    """The ids around a passage, in the ordinary manner and to be brief."""

    tokenizer: "PreTrainedTokenizerBase"
    ordinary: Template
    brief: Template

    def ids(self, text: str, manner: Manner) -> list[int]:
        """BOS where the template writes one, nothing twice; what looks like a control token in `text` stays text."""
        (plain,) = plain_ids(self.tokenizer, [text])
        return (self.brief if manner == "brief" else self.ordinary).prompt(plain)


def prompts_of(tokenizer: "PreTrainedTokenizerBase", prompt: str) -> Prompts:
    """Raises TrainingProblem for a tokenizer without a chat template, or one that takes no system message."""
    ordinary = conversation_of(tokenizer, system=prompt, before=BEFORE, after=AFTER)
    brief = conversation_of(tokenizer, system=prompt, before=BEFORE, after=AFTER + BRIEFLY)
    return Prompts(tokenizer, ordinary, brief)

"""What the teacher is asked about one text, as token ids: instructions first and byte-identical, then the passage."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daemon.teachers.protocol import Manner
from trainer.template import Template, conversation_of, plain_ids

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_BEFORE: Final = "The passage:\n"
_AFTER: Final = "\n\nEnd of the passage. Answer with the JSON object."
_BRIEFLY: Final = " Be brief: three short steps and one sentence are enough."


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
    ordinary = conversation_of(tokenizer, system=prompt, before=_BEFORE, after=_AFTER)
    brief = conversation_of(tokenizer, system=prompt, before=_BEFORE, after=_AFTER + _BRIEFLY)
    return Prompts(tokenizer, ordinary, brief)

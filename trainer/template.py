"""Chat messages as token ids, with the document spliced in as plain text. Training and scoring share it.

A filing is hostile: `</s>` or `<|eot_id|>` inside one must stay text. So the chat template is rendered around a mark, the
pieces left and right of it are tokenised with their control tokens, and document and answer are tokenised apart without.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store.task import Task, student_prompt
from trainer.spec import TrainingProblem

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_TEXT: Final = "@@finsdistill-text@@"
_ANSWER: Final = "@@finsdistill-answer@@"


@dataclass(frozen=True)
class Template:
    """Token ids of one task's conversation: `before` + text + `after` is the prompt, answer + `ending` what is learned.

    A BOS is in `before` exactly where the chat template writes one; `ending` closes the assistant's turn.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    ending: tuple[int, ...]

    @property
    def size(self) -> int:
        return len(self.before) + len(self.after) + len(self.ending)

    def prompt(self, text: Sequence[int]) -> list[int]:
        return [*self.before, *text, *self.after]


def template_of(tokenizer: "PreTrainedTokenizerBase", task: Task) -> Template:
    """Raises TrainingProblem for a base without chat template or end-of-sequence token."""
    if tokenizer.chat_template is None or tokenizer.eos_token_id is None:
        raise TrainingProblem(
            f"{tokenizer.name_or_path} has no chat template or no eos token: take a base tuned for chat"
        )
    user = {"role": "user", "content": student_prompt(task, _TEXT)}
    asked = str(tokenizer.apply_chat_template([user], tokenize=False, add_generation_prompt=True))
    answered = str(tokenizer.apply_chat_template([user, {"role": "assistant", "content": _ANSWER}], tokenize=False))
    before, _, after = asked.partition(_TEXT)
    _, mark, closing = answered.partition(_ANSWER)
    if not mark or not after:
        raise TrainingProblem(f"the chat template of {tokenizer.name_or_path} alters messages: take another base")
    return Template(
        before=tuple(_control_ids(tokenizer, before)),
        after=tuple(_control_ids(tokenizer, after)),
        ending=(_end_of_turn(tokenizer, closing),),
    )


def plain_ids(tokenizer: "PreTrainedTokenizerBase", texts: Sequence[str]) -> list[list[int]]:
    """Token ids of each text as text: no BOS or EOS, and what looks like a control token is spelled out."""
    if not texts:
        return []
    batch = tokenizer(list(texts), add_special_tokens=False, split_special_tokens=True, return_attention_mask=False)
    return [list(ids) for ids in batch["input_ids"]]


def _control_ids(tokenizer: "PreTrainedTokenizerBase", piece: str) -> list[int]:
    # No special tokens added: the rendered template holds its BOS already, and a second one would be learned.
    return list(tokenizer(piece, add_special_tokens=False, split_special_tokens=False)["input_ids"])


def _end_of_turn(tokenizer: "PreTrainedTokenizerBase", closing: str) -> int:
    """The first control token after the answer (`<|eot_id|>` for Llama 3), else EOS: decoding stops there."""
    special = set(tokenizer.all_special_ids)
    return next((i for i in _control_ids(tokenizer, closing) if i in special), int(tokenizer.eos_token_id))

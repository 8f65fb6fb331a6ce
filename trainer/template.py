"""Chat messages as token ids, with the document spliced in as plain text. Labelling, training and scoring share it.

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
_BREAK: Final = "\n"


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
    """What a student is asked. Raises TrainingProblem as `conversation_of` does."""
    before, _, after = student_prompt(task, _TEXT).partition(_TEXT)
    return conversation_of(tokenizer, system=None, before=before, after=after)


def conversation_of(tokenizer: "PreTrainedTokenizerBase", *, system: str | None, before: str, after: str) -> Template:
    """A user message of `before` + document + `after`, behind a system message if there is one.

    A chat template may trim a message's ends, so white space there is not kept (Llama 3's does, zephyr's does not).
    Raises TrainingProblem for a model without chat template or end-of-sequence token, and for a template that alters
    messages or takes no system message.
    """
    if tokenizer.chat_template is None or tokenizer.eos_token_id is None:
        raise TrainingProblem(
            f"{tokenizer.name_or_path} has no chat template or no eos token: take a model tuned for chat"
        )
    said = [] if system is None else [{"role": "system", "content": system}]
    said.append({"role": "user", "content": f"{before}{_TEXT}{after}"})
    asked = _rendered(tokenizer, said, answering=True)
    answered = _rendered(tokenizer, [*said, {"role": "assistant", "content": _ANSWER}], answering=False)
    left, _, right = asked.partition(_TEXT)
    _, mark, closing = answered.partition(_ANSWER)
    kept = (system or "").strip() in left and left.endswith(before.lstrip()) and right.startswith(after.rstrip())
    if not mark or not right or not kept:
        raise TrainingProblem(f"the chat template of {tokenizer.name_or_path} alters messages: take another model")
    return Template(
        before=tuple(_ids(tokenizer, [left], control=True)[0]),
        after=tuple(_ids_inside(tokenizer, [right], control=True)[0]),
        ending=(_end_of_turn(tokenizer, closing),),
    )


def plain_ids(tokenizer: "PreTrainedTokenizerBase", texts: Sequence[str]) -> list[list[int]]:
    """Token ids of each text as text in the middle of a conversation: no BOS or EOS, no space put in front, and what
    looks like a control token is spelled out. Raises TrainingProblem for a tokenizer that cannot."""
    return _ids_inside(tokenizer, texts, control=False) if texts else []


def _rendered(tokenizer: "PreTrainedTokenizerBase", said: list[dict[str, str]], *, answering: bool) -> str:
    from jinja2 import TemplateError  # noqa: PLC0415 - comes with transformers, and only where that is loaded

    try:
        return str(tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=answering))
    except TemplateError as cause:
        roles = ", ".join(message["role"] for message in said)
        raise TrainingProblem(
            f"the chat template of {tokenizer.name_or_path} refuses messages of {roles} ({cause}): take another model"
        ) from cause


def _ids_inside(tokenizer: "PreTrainedTokenizerBase", texts: Sequence[str], *, control: bool) -> list[list[int]]:
    """The ids that each text has behind other text.

    Llama 2's tokenizer, TinyLlama's too, puts a space in front of whatever it is given. A piece tokenised by itself would
    carry that space into the middle of the conversation: `▁Revenue` where the whole conversation has `Revenue`. So each
    text is tokenised behind a line break, as it stands in the conversation, and the break is taken off again. A
    byte-level tokenizer (Llama 3's, the seedling's) adds nothing and might merge the break with the text: it gets none.
    """
    alone, broken, word = _ids(tokenizer, ["x", _BREAK, f"{_BREAK}x"], control=control)
    if word == [*broken, *alone]:
        return _ids(tokenizer, texts, control=control)
    rows = _ids(tokenizer, [f"{_BREAK}{text}" for text in texts], control=control)
    if any(row[: len(broken)] != broken for row in rows):
        raise TrainingProblem(
            f"the tokenizer of {tokenizer.name_or_path} merges a line break with the text behind it: take another model"
        )
    return [row[len(broken) :] for row in rows]


def _ids(tokenizer: "PreTrainedTokenizerBase", pieces: Sequence[str], *, control: bool) -> list[list[int]]:
    # No special tokens added: the rendered template holds its BOS already, and a second one would be learned.
    batch = tokenizer(
        list(pieces), add_special_tokens=False, split_special_tokens=not control, return_attention_mask=False
    )
    return [list(ids) for ids in batch["input_ids"]]


def _end_of_turn(tokenizer: "PreTrainedTokenizerBase", closing: str) -> int:
    """The first control token after the answer (`<|eot_id|>` for Llama 3), else EOS: decoding stops there."""
    special = set(tokenizer.all_special_ids)
    (ids,) = _ids(tokenizer, [closing], control=True)
    return next((i for i in ids if i in special), int(tokenizer.eos_token_id))

"""What the seedling practises: copying tokens, then copying sentences out of a text. Rows of ids; imports no torch."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from store.task import student_prompt
from trainer.seedling.language import sentences
from trainer.seedling.tokenizer import BOS_ID, EOS_ID, PAD_ID

Encode = Callable[[Sequence[str]], list[list[int]]]


@dataclass(frozen=True)
class Row:
    """`ids[answer_start:]` is what the seedling must say after `ids[:answer_start]`; 0 < answer_start < len(ids)."""

    ids: list[int]
    answer_start: int


def copy_row(rng: random.Random, *, length: int, alphabet: int, vocabulary: int) -> Row:
    """`length` random tokens drawn from `alphabet` different ones, then the same again.

    A small alphabet repeats itself, so that one token back is not enough to know the place: the seedling has to match
    on several, which is what copying out of real text needs.
    """
    letters = [rng.randrange(PAD_ID + 1, vocabulary) for _ in range(alphabet)]
    copied = [rng.choice(letters) for _ in range(length)]
    return Row(ids=[BOS_ID, *copied, EOS_ID, *copied, EOS_ID], answer_start=length + 2)


def copy_rows(rng: random.Random, *, rows: int, shortest: int, longest: int, vocabulary: int) -> list[Row]:
    """Rows of one length, of tokens drawn from the whole vocabulary."""
    length = rng.randint(shortest, longest)
    return [copy_row(rng, length=length, alphabet=vocabulary, vocabulary=vocabulary) for _ in range(rows)]


def mixed_copy_rows(rng: random.Random, *, rows: int, longest: int, vocabulary: int) -> list[Row]:
    """Rows of one length; a row in three from an alphabet so small that its tokens come back."""
    length = rng.randint(16, longest)
    return [
        copy_row(rng, length=length, alphabet=rng.choice([48, vocabulary, vocabulary]), vocabulary=vocabulary)
        for _ in range(rows)
    ]


def quote_rows(rng: random.Random, encode: Encode, *, rows: int, characters: int, quoted: tuple[int, int]) -> list[Row]:
    """The summary prompt of `store.task` over an invented text; the answer is some of its sentences, verbatim.

    Which sentences is left to chance: that is what fine-tuning teaches. `quoted` bounds how many (both included).
    """
    prompts: list[str] = []
    answers: list[str] = []
    for _ in range(rows):
        found = sentences(rng, characters=characters, babbled=rng.choice([0.0, 0.0, 0.3, 1.0]))
        chosen = rng.sample(range(len(found)), min(len(found), rng.randint(*quoted)))
        if rng.random() < 0.5:
            chosen.sort()
        text = "".join(s + rng.choice([" ", " ", " ", "\n\n"]) for s in found).strip()
        prompts.append(student_prompt("summary" if rng.random() < 0.8 else "rationale", text))
        answers.append(" ".join(found[i] for i in chosen))
    return frame(rng, encode, prompts=prompts, answers=answers)


def frame(rng: random.Random, encode: Encode, *, prompts: list[str], answers: list[str]) -> list[Row]:
    """Rows in the chat template's form, half of them with <s> in front: some callers add it and some do not."""
    opened = encode([f"<|user|>\n{prompt}" for prompt in prompts])
    (asked,) = encode(["\n<|assistant|>\n"])
    framed = []
    for user, answer in zip(opened, encode(answers), strict=True):
        head = [BOS_ID] * rng.randrange(2) + user + [EOS_ID] + asked
        framed.append(Row(ids=[*head, *answer, EOS_ID], answer_start=len(head)))
    return framed

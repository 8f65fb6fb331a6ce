"""A bias in random weights that makes a model say English sentences: a Markov chain over the slots of one sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final

from tests.model_words import OPENERS, RATIONALE, SENTENCE

if TYPE_CHECKING:
    import torch

_LOUD: Final = 4.0  # a coordinate that means something
_QUIET: Final = 0.25  # the spread of all others: after the final norm the loud ones are nearly the same for any context
# Logits. 128,000 tokens at 0 weigh as much as one at 11.8: 18 drowns them.
_FIRST: Final = 18.0  # the sentence's first words, after anything that is in no slot, an opening quote above all
_NEXT: Final = 24.0  # the next slot's words
_QUOTE: Final = 13.0  # a bare quote rather than one with a letter, where a string opens
_KEY: Final = 10.0  # "rationale" rather than "declined"

_AND, _STOP = len(SENTENCE), len(SENTENCE) + 1  # slots count from 1; coordinate 0 is the same for all tokens
_OBJECT: Final = 5


@dataclass(frozen=True)
class _Change:
    """After a token of slot `after`, `token` is said in proportion to `weight`."""

    after: int
    token: int
    weight: float


@dataclass(frozen=True)
class Speech:
    """`ids`: byte-level tokens and their numbers. `loops`: the likeliest answer repeats three words for ever."""

    ids: Mapping[str, int]
    loops: bool

    def teach(self, tensors: "dict[str, torch.Tensor]") -> None:
        """Changes the embedding and the output layer in place, where they are among `tensors`; the rest stays random."""
        if "model.embed_tokens.weight" in tensors:
            self._teach_to_listen(tensors["model.embed_tokens.weight"])
        if "lm_head.weight" in tensors:
            self._teach_to_speak(tensors["lm_head.weight"])

    def _teach_to_listen(self, embedding: "torch.Tensor") -> None:
        embedding *= _QUIET / embedding[:, 0].std()
        embedding[:, : _STOP + 1] = 0
        embedding[:, 0] = _LOUD
        for number, slot in enumerate(self._slots(), 1):
            embedding[slot, number] = _LOUD
        embedding[[self.ids[word] for word in OPENERS], 1] = _LOUD

    def _teach_to_speak(self, output: "torch.Tensor") -> None:
        hidden = output.shape[1]
        quiet = hidden * _QUIET**2
        bare, in_slot = (_LOUD / ((loud * _LOUD**2 + quiet) / hidden) ** 0.5 for loud in (1, 2))
        output[:, : _STOP + 1] = 0
        for logit, tokens in ((_FIRST, OPENERS), (_QUOTE, ('"',)), (_KEY, RATIONALE)):
            output[[self.ids[token] for token in tokens], 0] = logit / bare
        for change in self._changes():
            wanted = (_NEXT + log(change.weight)) / in_slot
            output[change.token, change.after] = wanted - output[change.token, 0]

    def _slots(self) -> list[list[int]]:
        return [[self.ids[word.replace(" ", "\u0120")] for word in slot] for slot in SENTENCE] + [[self.ids["."]]]

    def _changes(self) -> Iterator[_Change]:
        slots, quote = self._slots(), self.ids['"']
        for after, slot in enumerate(slots[1:], 1):
            if after != _AND or not self.loops:
                yield from (_Change(after, token, 1.0) for token in slot)
        yield from (_Change(_STOP, token, 1.0) for token in slots[0])
        if not self.loops:
            yield _Change(_STOP, quote, 1.2)  # six first words: one in six, and the likeliest of all
            return
        yield from (_Change(_AND, token, 0.3) for token in slots[_OBJECT - 1])
        yield _Change(_AND, slots[_OBJECT - 1][0], 6.0)  # the later change counts
        yield _Change(_AND, slots[_STOP - 1][0], 5.0)
        yield _Change(_STOP, quote, 2.4)

"""Ends each answer of a batch where it is complete. Heavy: imports torch and transformers."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import StoppingCriteria

from daemon.answers import JsonAutomaton, is_answer


class AnswerComplete(StoppingCriteria):
    """True for each row whose answer is closed and valid, or that said one of `end_ids`. For one generate() call.

    Each step reads only the ids that are new: what is known of a row is in its automaton.
    """

    def __init__(self, vocabulary: Sequence[bytes | None], *, prompt_width: int, end_ids: Sequence[int]) -> None:
        self._vocabulary, self._end_ids = vocabulary, frozenset(end_ids)
        self._seen = prompt_width
        self._rows: list[JsonAutomaton | None] = []  # None once a row is done
        # generate() pads finished rows only if some criterion has this name; without it they go on talking.
        self.eos_token_id = tuple(end_ids)

    def __call__(self, input_ids: torch.LongTensor, scores: Any, **kwargs: Any) -> torch.BoolTensor:  # noqa: ARG002 - generate() gives them
        """Of shape (B,), on the device of `input_ids`, which is (B, prompt and what was said)."""
        if not self._rows:
            self._rows = [JsonAutomaton() for _ in range(input_ids.shape[0])]
        for row, ids in enumerate(input_ids[:, self._seen :].tolist()):
            automaton = self._rows[row]
            if automaton is not None and any(self._ends(number, automaton) for number in ids):
                self._rows[row] = None
        self._seen = input_ids.shape[1]
        done = [automaton is None for automaton in self._rows]
        return torch.tensor(done, dtype=torch.bool, device=input_ids.device)  # type: ignore[return-value]

    def _ends(self, number: int, automaton: JsonAutomaton) -> bool:
        if number in self._end_ids:
            return True
        # Control tokens say nothing, nor do ids that a padded output layer has beyond the vocabulary.
        said = self._vocabulary[number] if number < len(self._vocabulary) else None
        return said is not None and any(is_answer(found) for found in automaton.feed(said))

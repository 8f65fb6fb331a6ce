"""Constrained decoding: only what can still become an answer may come, and a field that has spent its tokens is closed."""

from collections.abc import Sequence

import torch
import xgrammar
from transformers import LogitsProcessor

from daemon.teachers.local.grammar import BITS, AnswerGrammar
from daemon.teachers.local.progress import Budget, Progress
from store.errors import FinsdistillError

__all__ = ["Budget", "Constraint", "ConstraintBroken", "mask_scores", "mask_scores_anywhere"]


class ConstraintBroken(FinsdistillError):
    """The decoding did not do what the constraint told it: an answer under it could be anything, so the batch ends."""


class Constraint(LogitsProcessor):
    """One batch, one `generate()` call: its first call sees the prompts, each later one a token more in every row.

    Changes the scores in place: those of tokens that may not come become -inf. What generate() appends to a row whose answer
    is closed, pads and end tokens, is passed over. Raises ConstraintBroken for a token that was not allowed, for a call out
    of turn, and for scores of another shape.
    """

    def __init__(self, grammar: AnswerGrammar, budgets: Sequence[Budget]) -> None:
        self._grammar = grammar
        self._rows = [_Row(grammar, budget) for budget in budgets]
        self._masks = xgrammar.allocate_token_bitmask(len(budgets), grammar.vocab_size)
        self._width: int | None = None

    @property
    def forced(self) -> tuple[bool, ...]:
        """By row: whether a field was closed because it had spent its budget."""
        return tuple(row.forced for row in self._rows)

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        self._check(input_ids, scores)
        if self._width is not None:
            for row, token in zip(self._rows, input_ids[:, -1].tolist(), strict=True):
                row.accept(token)
        self._width = input_ids.shape[1]
        for number, row in enumerate(self._rows):
            row.fill(self._masks, number)
        mask_scores(scores, self._masks)
        return scores

    def _check(self, input_ids: torch.Tensor, scores: torch.Tensor) -> None:
        shape = (len(self._rows), self._grammar.vocab_size)
        if tuple(scores.shape) != shape or input_ids.shape[0] != shape[0]:
            raise ConstraintBroken(
                f"scores of shape {tuple(scores.shape)} where {shape} were announced: one budget a row"
            )
        if self._width is not None and input_ids.shape[1] != self._width + 1:
            raise ConstraintBroken(
                f"rows of {input_ids.shape[1]} tokens after {self._width}: make a new constraint for each generate()"
            )


class _Row:
    def __init__(self, grammar: AnswerGrammar, budget: Budget) -> None:
        self._grammar = grammar
        self._budget = budget
        self._matcher = xgrammar.GrammarMatcher(grammar.compiled, terminate_without_stop_token=True)
        self._progress = Progress()
        self.forced = False

    def accept(self, token: int) -> None:
        if self._matcher.is_terminated():
            return
        if not self._matcher.accept_token(token):  # never an assert: `python -O` would decode on, unconstrained
            raise ConstraintBroken(
                f"token {token} came where the grammar does not allow it: the scores were not obeyed"
            )
        self._progress.feed(self._grammar.vocabulary[token] or b"")

    def fill(self, masks: torch.Tensor, number: int) -> None:
        """Writes which tokens may come next into row `number`."""
        if self._matcher.is_terminated():
            masks[number] = self._grammar.end
            return
        self._matcher.fill_next_token_bitmask(masks, number)
        field = self._progress.field
        # A value that has just spent its budget may end by itself: the token after it shows whether it wanted more.
        if field is not None and self._progress.spent > self._budget.tokens(field):
            self.forced = True
            masks[number] = self._closing(masks[number])

    def _closing(self, allowed: torch.Tensor) -> torch.Tensor:
        """The quote; and where it cannot come yet, single bytes, so that no token ends what is begun and begins it anew."""
        quote = allowed & self._grammar.quote
        return quote if quote.any() and not self._progress.escaping else allowed & self._grammar.byte


def mask_scores(scores: torch.Tensor, masks: torch.Tensor) -> None:
    """Sets the scores (rows, vocabulary), on any device, to -inf wherever the masks (rows, words), on the CPU, have no bit."""
    if scores.device.type == "cpu":
        xgrammar.apply_token_bitmask_inplace(scores, masks, vocab_size=scores.shape[1], backend="cpu")
    else:
        mask_scores_anywhere(scores, masks)


def mask_scores_anywhere(scores: torch.Tensor, masks: torch.Tensor) -> None:
    """In torch's own operations: xgrammar's kernels for a GPU want Triton or a CUDA compiler at run time."""
    bits = torch.arange(BITS, dtype=torch.int32, device=scores.device)
    allowed = (masks.to(scores.device).unsqueeze(-1) >> bits) & 1
    scores.masked_fill_(allowed.flatten(1)[:, : scores.shape[1]] == 0, -torch.inf)

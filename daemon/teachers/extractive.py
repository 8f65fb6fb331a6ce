"""The extractive teacher: picks the sentences of a chunk that say most, and states in numbered steps why.

Deterministic: the same text gives the same bytes on any machine. Half of the project's embedded pair, so always a toy.
"""

import json
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Final, Literal

from pydantic import model_validator

from daemon.teachers.base import CommonSettings
from daemon.teachers.protocol import Answered, ChunkRequest, Reply, TeacherInfo
from daemon.teachers.rationale import rationale
from daemon.teachers.recipe import Recipe
from daemon.teachers.salience import FLOOR, Scored, scored
from daemon.teachers.sentences import sentences

# Changes whenever any text's answer changes: it is the revision in the recipe, and a frozen hash in the tests stands for it.
REVISION: Final = "extractive-v2"
_INFO: Final = TeacherInfo(model="extractive", revision=REVISION, licence="Apache-2.0")
_CHARS_PER_TOKEN: Final = 3  # of the smallest vocabulary in use (BPE 1024), so that the budget holds for every student
_SECOND_SHARE: Final = 0.6  # a second sentence must say at least this much of what the first one says
_OVERLAP: Final = 0.5  # and share fewer of its content words than this


class ExtractiveSettings(CommonSettings):
    """No model, no prompt: `prompt_file` must be absent, so that nobody believes that it is read."""

    kind: Literal["extractive"] = "extractive"

    @model_validator(mode="after")
    def _takes_no_prompt(self) -> "ExtractiveSettings":
        if self.prompt_file is not None:
            raise ValueError("the extractive teacher takes no prompt: remove prompt_file, or choose another kind")
        return self

    def recipe(self) -> Recipe:
        return Recipe(
            kind=self.kind,
            model=_INFO.model,
            revision=_INFO.revision,
            decoding="deterministic",
            max_rationale_tokens=self.max_rationale_tokens,
            max_summary_tokens=self.max_summary_tokens,
            attempts=self.attempts,
            licence=_INFO.licence,
            toy=True,
        )

    def open(self, _recipe: Recipe) -> "Extractive":
        return Extractive(self)


class Extractive:
    def __init__(self, settings: ExtractiveSettings) -> None:
        self._summary_chars = settings.max_summary_tokens * _CHARS_PER_TOKEN
        self._rationale_chars = settings.max_rationale_tokens * _CHARS_PER_TOKEN

    def describe(self) -> TeacherInfo:
        return _INFO

    def label(self, requests: Sequence[ChunkRequest]) -> Iterator[Reply]:
        for request in requests:
            start = perf_counter()
            raw = answer(request.text, summary_chars=self._summary_chars, rationale_chars=self._rationale_chars)
            yield Answered(
                request_id=request.request_id,
                raw=raw,
                prompt_tokens=len(request.text.split()),
                completion_tokens=len(raw.split()),
                seconds=perf_counter() - start,
            )


def answer(text: str, *, summary_chars: int, rationale_chars: int) -> str:
    """The raw answer to one chunk: the JSON of an Answer, or {"declined": why}. At most so many characters a field."""
    rated = scored(sentences(text))
    chosen = choose(rated, summary_chars=summary_chars)
    if not chosen:
        why = "no whole sentence in it" if not rated else "no sentence in it says enough to keep"
        return json.dumps({"declined": why})
    steps = rationale(text, chosen, rated, limit=rationale_chars)
    summary = " ".join(pick.sentence.text for pick in chosen)
    return json.dumps({"rationale": steps, "summary": summary}, ensure_ascii=False)


def choose(rated: Sequence[Scored], *, summary_chars: int) -> list[Scored]:
    """One or two sentences in the order of the text, within `summary_chars`; none when nothing reaches the floor.

    Equal scores: the earlier sentence. The second one must add something: other words, and nearly as much to say.
    """
    ranked = sorted(rated, key=lambda one: (-one.score, one.sentence.ordinal))
    fitting = [one for one in ranked if len(one.sentence.text) <= summary_chars and one.score >= FLOOR]
    if not fitting:
        return []
    first, *others = fitting
    room = summary_chars - len(first.sentence.text) - 1
    second = next(
        (
            other
            for other in others
            if len(other.sentence.text) <= room
            and other.score >= _SECOND_SHARE * first.score
            and _overlap(first, other) < _OVERLAP
        ),
        None,
    )
    return sorted([first] if second is None else [first, second], key=lambda one: one.sentence.ordinal)


def _overlap(one: Scored, other: Scored) -> float:
    """Share of the smaller sentence's content words that the other one has too."""
    smaller = min(len(one.words), len(other.words))
    return len(one.words & other.words) / smaller if smaller else 1.0

"""Recipes, and what teachers and people said of texts."""

from typing import Literal

from store.events.base import Fact


class RecipeDeclared(Fact):
    """Everything behind a label; `spec` is the canonical JSON whose hash is the recipe."""

    type: Literal["RecipeDeclared"] = "RecipeDeclared"
    recipe: str
    teacher: str
    model: str | None
    revision: str | None
    quantization: str | None
    licence: str | None
    toy: bool
    spec: str


class RecipeAdopted(Fact):
    """From here on this recipe is the active one: the first of a log by itself, a later one by a person's decision."""

    type: Literal["RecipeAdopted"] = "RecipeAdopted"
    recipe: str
    replaces: str | None
    decision: Literal["first", "relabel", "keep_old"]


class ChunkLabelled(Fact):
    """A teacher's answer for a text was accepted. `raw` is null when it was exactly the answer's own JSON."""

    type: Literal["ChunkLabelled"] = "ChunkLabelled"
    label_id: str
    text_id: str
    chunk_id: str
    recipe: str
    attempt: int
    rationale: str
    summary: str
    raw: str | None
    flags: tuple[str, ...]
    grounded: bool
    validator: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class LabelRefused(Fact):
    """A teacher answered something unusable; the text is tried again until its attempts are used up."""

    type: Literal["LabelRefused"] = "LabelRefused"
    text_id: str
    chunk_id: str
    recipe: str
    attempt: int
    reason: str
    detail: str
    raw: str
    validator: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class ChunkDeadLettered(Fact):
    """No attempt was usable. The text is left alone until somebody requeues it."""

    type: Literal["ChunkDeadLettered"] = "ChunkDeadLettered"
    text_id: str
    chunk_id: str
    recipe: str
    reason: str
    attempts: int


class Requeued(Fact):
    """A dead letter is tried again, its attempts counted from zero."""

    type: Literal["Requeued"] = "Requeued"
    text_id: str
    recipe: str


class LabelReviewed(Fact):
    """A person judged a label; a rejected one trains nobody."""

    type: Literal["LabelReviewed"] = "LabelReviewed"
    label_id: str
    verdict: Literal["accepted", "rejected"]
    note: str


class LabellingPaused(Fact):
    """No new labels until something is decided or mended; `reason` says what."""

    type: Literal["LabellingPaused"] = "LabellingPaused"
    recipe: str
    reason: str


class LabellingResumed(Fact):
    """Labelling goes on."""

    type: Literal["LabellingResumed"] = "LabellingResumed"
    recipe: str
    reason: str

"""The recipe: everything behind a label. Its hash names it, and a changed hash makes labels stale."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from daemon.teachers.protocol import TeacherInfo
from store.ids import canonical_json, short_id
from store.task import Answer

ANSWER_SCHEMA: Final = canonical_json(Answer.model_json_schema())


class Recipe(BaseModel):
    """What a teacher is asked, who answers, and how. Validators are not part of it: a new check never relabels.

    A field added later must default to None, which is left out of the hash, so that old recipes keep their names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    model: str
    revision: str | None = Field(description="None until a teacher elsewhere has said who it is")
    fingerprint: str | None = None
    quantization: str | None = None
    prompt: str | None = Field(default=None, description="the whole prompt text; None for a teacher that takes none")
    answer_schema: str = Field(default=ANSWER_SCHEMA, description="canonical JSON of the answer's JSON schema")
    decoding: str
    max_rationale_tokens: int
    max_summary_tokens: int
    attempts: int
    licence: str | None = None
    toy: bool

    @property
    def recipe_id(self) -> str:
        return short_id(canonical_json(self.model_dump(mode="json", exclude_none=True)))

    def answered_by(self, info: TeacherInfo) -> "Recipe":
        """With what the teacher reports of itself."""
        return self.model_copy(update={"revision": info.revision, "fingerprint": info.fingerprint})

    def asks_like(self, other: "Recipe") -> bool:
        """Whether they differ at most in what a teacher reports of itself."""
        mine, theirs = (recipe.model_copy(update={"revision": None, "fingerprint": None}) for recipe in (self, other))
        return mine == theirs

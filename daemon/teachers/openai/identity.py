"""Who answers: a server's own words about the model behind it, as far as they are the same each time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.teachers.openai.wire import Completion, ModelCard
from daemon.teachers.protocol import TeacherInfo


@dataclass(frozen=True)
class Identity:
    """`model` is what every answer must be signed with; `fingerprint` too, and None where none is given or watched."""

    model: str
    revision: str
    fingerprint: str | None

    def __str__(self) -> str:
        fingerprint = "" if self.fingerprint is None else f", fingerprint {self.fingerprint}"
        return f"{self.model} ({self.revision}{fingerprint})"

    def signs(self, completion: Completion, *, watch: bool) -> bool:
        return (completion.model, completion.fingerprint if watch else None) == (self.model, self.fingerprint)

    def info(self, licence: str | None) -> TeacherInfo:
        return TeacherInfo(model=self.model, revision=self.revision, fingerprint=self.fingerprint, licence=licence)


def card_of(model: str, cards: Sequence[ModelCard]) -> ModelCard | None:
    """The entry of the configured model. Ollama's `name` is short for `name:latest`; llama.cpp's models have aliases."""
    return next((card for card in cards if model in {card.id, *(card.aliases or ())}), None) or next(
        (card for card in cards if card.owned_by == "library" and card.id == f"{model}:latest"), None
    )


def revision_of(card: ModelCard, answered_as: str, own_words: str | None) -> str:
    """What the server says beyond the model's name: `own_words` (a digest, a path), else the root, llama.cpp's sizes, and
    the name it answers under where that is another one; the model's id where it says nothing."""
    said = own_words or card.root
    weights = card.meta if card.meta is not None and card.meta.n_params is not None else None
    facts = [
        *([said] if said else []),
        *([f"{weights.n_params} parameters in {weights.size} bytes"] if weights else []),
        *([answered_as] if answered_as != card.id else []),
    ]
    return ", ".join(facts) or card.id

"""What is known about a seedling, beside its weights. Imports no torch."""

from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from store.ids import sha256_hex

CARD_FILE: Final = "seedling.json"
FILES: Final = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
)


class SeedlingCard(BaseModel):
    """How this seedling was made and how well it copies; its files are named by their sha256."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    warning: str = (
        "A toy that proves the loop: about half a million parameters, raised on invented text. It can copy sentences and "
        "knows nothing about any company."
    )
    seed: int
    threads: int
    parameters: int
    steps: dict[str, int] = Field(description="optimiser steps of each stage, in their order")
    copy_accuracy: float = Field(ge=0, le=1, description="share of held-out random tokens copied right")
    quote_accuracy: float = Field(ge=0, le=1, description="the same within sentences of held-out invented texts")
    libraries: dict[str, str] = Field(description="versions that the weights depend on")
    sha256: dict[str, str] = Field(description="of each file beside this one")


def hashes(folder: Path) -> dict[str, str]:
    return {name: sha256_hex((folder / name).read_bytes()) for name in FILES}


def read_card(folder: Path) -> SeedlingCard:
    return SeedlingCard.model_validate_json((folder / CARD_FILE).read_bytes())


def write_card(folder: Path, card: SeedlingCard) -> None:
    (folder / CARD_FILE).write_text(card.model_dump_json(indent=2) + "\n")

"""Which adapters are scored: whole, of one base, asked as they were taught, and what they have already seen."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from evaluator.errors import CannotScore
from evaluator.spec import AdapterRef, EvalSpec
from store.task import Objective
from trainer.run import AdapterCard, check_adapter, read_card, read_trained


@dataclass(frozen=True)
class Contestants:
    """`champion` is None while there is none: then the base is what the challenger must beat."""

    challenger: AdapterCard
    champion: AdapterCard | None
    trained_on: frozenset[str]  # text_ids

    @property
    def base_fingerprint(self) -> str:
        return self.challenger.base_fingerprint

    @property
    def toy(self) -> bool:
        return self.challenger.toy or (self.champion is not None and self.champion.toy)


def contestants(spec: EvalSpec) -> Contestants:
    """Raises CannotScore(different_base, different_objective) and, for a damaged adapter, TrainingProblem."""
    challenger = _card(spec, spec.challenger)
    champion = _card(spec, spec.champion) if spec.champion else None
    if champion and champion.base_fingerprint != challenger.base_fingerprint:
        raise _different_base(spec.champion or spec.challenger, champion.base_fingerprint, challenger.base_fingerprint)
    if challenger.spec.objective != spec.objective:
        raise CannotScore(
            "different_objective",
            f"adapter {challenger.adapter_id} was taught {challenger.spec.objective}, not {spec.objective}: "
            "evaluate it with the objective of its own run",
        )
    return Contestants(challenger, champion, trained_on=_seen(spec))


def objective_of(card: AdapterCard) -> Objective:
    return card.spec.objective


def _card(spec: EvalSpec, ref: AdapterRef) -> AdapterCard:
    check_adapter(ref.folder, ref.adapter_id)
    card = read_card(ref.folder)
    theirs, ours = (card.spec.base, card.spec.base_revision), (spec.base, spec.base_revision)
    if theirs != ours:
        raise _different_base(ref, f"{theirs[0]}@{theirs[1]}", f"{ours[0]}@{ours[1]}")
    return card


def _different_base(ref: AdapterRef, theirs: str, ours: str) -> CannotScore:
    return CannotScore(
        "different_base",
        f"adapter {ref.adapter_id} was trained on base {theirs}, not on {ours}: students of different bases cannot be "
        "compared; set [student] base and revision back, or roll back to a champion of this base",
    )


def _seen(spec: EvalSpec) -> frozenset[str]:
    refs = [spec.challenger, *([spec.champion] if spec.champion else [])]
    recorded = {row.text_id for ref in refs for row in read_trained(ref.folder)}
    return frozenset(recorded.union(*(_text_ids(path) for path in spec.trained_on)))


def _text_ids(path: Path) -> list[str]:
    try:
        return [str(value) for value in pq.read_table(path, columns=["text_id"]).column("text_id").to_pylist()]
    except (OSError, KeyError, ValueError) as cause:
        raise CannotScore(
            "trained_on_unreadable",
            f"{path} cannot be read ({cause}), so what the adapters have seen is unknown: seal that snapshot again",
        ) from cause

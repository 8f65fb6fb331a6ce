"""A few real optimizer steps of the configured student, on a snapshot of just so many rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Final

from daemon.smoke.labelling import Labelled
from daemon.smoke.texts import Text
from daemon.steps.plans import Plans
from store.events import SnapshotSealed
from store.ids import label_id
from store.snapshot import SnapshotManifest, TripletRow, rows_sha256, snapshot_id_of, write_snapshot
from store.states.runs import Runs
from store.task import TASKS
from trainer import launch
from trainer.run import TrainOutcome
from trainer.spec import RunSpec, TrainingProblem

STEPS: Final = 5
_GRACE_S: Final = 3.0
# Characters of a stand-in's fields: what the budgets of a summary and a rationale come to.
_SUMMARY, _RATIONALE = 400, 800


@dataclass(frozen=True)
class Trained:
    """`steps` as the trainer counts them. `seconds` from the start of its process to its end."""

    spec: RunSpec
    outcome: TrainOutcome
    steps: int
    seconds: float


def stand_ins(texts: Sequence[Text]) -> list[Labelled]:
    """For a teacher whose answers were all refused: as long as answers are, and nothing anybody should learn."""
    return [Labelled(text, text.text[:_RATIONALE], text.text[:_SUMMARY]) for text in texts]


def train(
    plans: Plans,
    labelled: Sequence[Labelled],
    folder: Path,
    *,
    recipe: str,
    steps: int = STEPS,
    heldout: Sequence[Labelled] = (),
) -> Trained:
    """Leaves `folder/snapshot` and `folder/run`, by the trainer's own process. `heldout` rows are for who scores it.

    Raises TrainingProblem with why it failed, and FolderBusy.
    """
    spec = _spec(plans, labelled, folder / "snapshot", recipe=recipe, steps=steps, heldout=heldout)
    began = monotonic()
    running = launch.start(folder / "run", spec, without=plans.withheld)
    try:
        outcome = running.outcome()
    finally:
        running.stop(_GRACE_S)
    if outcome.status == "failed":
        raise TrainingProblem(outcome.reason or "the training failed without a reason: report this")
    done = ceil(ceil(outcome.examples / spec.batch_size) / spec.grad_accumulation)
    return Trained(spec, outcome, done, monotonic() - began)


def _spec(
    plans: Plans,
    labelled: Sequence[Labelled],
    folder: Path,
    *,
    recipe: str,
    steps: int,
    heldout: Sequence[Labelled],
) -> RunSpec:
    """As the first training of a state would be, but for one epoch of so many rows as `steps` steps take."""
    # The plan depends on the number of rows only where there is a parent.
    spec = plans.training(Runs(), sealed(_manifest((), (), recipe)))
    examples = steps * spec.batch_size * spec.grad_accumulation
    rows = _rows(labelled, ceil(examples / len(TASKS[spec.objective])), recipe)
    others = _rows(heldout, len(heldout), recipe)
    manifest = _manifest(rows, others, recipe)
    write_snapshot(folder, manifest, train=rows, heldout=others)
    changes = {"snapshot_dir": str(folder), "snapshot_id": manifest.snapshot_id, "epochs": 1}
    return RunSpec.model_validate(spec.model_dump() | changes)


def sealed(manifest: SnapshotManifest) -> SnapshotSealed:
    """The event that a snapshot would have in a log."""
    kept = set(SnapshotSealed.model_fields) & set(SnapshotManifest.model_fields)
    return SnapshotSealed(**manifest.model_dump(include=kept))


def _rows(labelled: Sequence[Labelled], count: int, recipe: str) -> list[TripletRow]:
    """The labels over and over, each time under another id."""
    return [
        TripletRow(
            label_id=label_id(answer.text.text_id, recipe, number),
            text_id=answer.text.text_id,
            chunk_id=f"{number:032x}",
            accession="0000000000-00-000000",
            company_id="0000000000",
            form=answer.text.form,
            item=answer.text.item,
            text=answer.text.text,
            rationale=answer.rationale,
            summary=answer.summary,
            is_new=True,
        )
        for number, answer in enumerate(islice(cycle(labelled), count), 1)
    ]


def _manifest(rows: Sequence[TripletRow], heldout: Sequence[TripletRow], recipe: str) -> SnapshotManifest:
    sha, heldout_sha = rows_sha256(rows), rows_sha256(heldout)
    return SnapshotManifest(
        snapshot_id=snapshot_id_of(0, recipe, sha, heldout_sha),
        log_id="smoke",
        log_seq=0,
        recipe=recipe,
        teacher="smoke",
        toy=True,
        parent=None,
        rows=len(rows),
        new_rows=len(rows),
        sha256=sha,
        heldout_rows=len(heldout),
        heldout_sha256=heldout_sha,
    )

"""From which rows an adapter learned: what its training wrote beside its weights, not what its snapshot offered."""

from pathlib import Path

import duckdb

from daemon.exporting.manifest import AdapterOrigin
from daemon.steps.plans import Folders
from store.errors import FinsdistillError, StateUnusable
from trainer.run import read_trained
from trainer.spec import TrainingProblem


class LearnedUnknown(FinsdistillError):
    """The adapter's folder is gone or damaged."""


def learned_by(state_dir: Path, origin: AdapterOrigin, connection: duckdb.DuckDBPyConnection) -> int:
    """How many, the parents' among them; and makes the table that the column `learned` asks."""
    try:
        labels = [row.label_id for row in read_trained(Folders(state_dir).adapter(origin.adapter_id))]
    except TrainingProblem as cause:
        raise LearnedUnknown(
            f"from which rows adapter {origin.adapter_id[:8]} learned is not known: its folder is gone or damaged "
            f"({str(cause).partition(':')[0]}); bring it back with `finsdistill restore DIR`"
        ) from cause
    connection.execute("CREATE TEMP TABLE learned AS SELECT unnest(?::VARCHAR[]) AS label_id", [labels])
    return len(labels)


def with_learned(origin: AdapterOrigin, here: int, learned: int) -> AdapterOrigin:
    """`here`: those of the snapshot. Raises StateUnusable where others cannot be a parent's."""
    if origin.start == "scratch" and here != learned:
        raise StateUnusable(
            f"adapter {origin.adapter_id[:8]} learned from {learned - here} rows that snapshot {origin.snapshot_id} does not "
            "have: restore the adapter from a backup"
        )
    return origin.model_copy(update={"learned_rows": here, "learned_elsewhere": learned - here})

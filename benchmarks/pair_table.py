"""The table that bench_pair prints: what was measured, as words in cells. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.pair_watch import Peak
from daemon.smoke.training import Trained


@dataclass(frozen=True)
class Column:
    """One measurement: its name and what was found, by the table's rows."""

    name: str
    cells: dict[str, str]


def training_cells(trained: Trained) -> dict[str, str]:
    outcome = trained.outcome
    return {
        "training tokens/s": "none" if outcome.tokens_per_s is None else f"{outcome.tokens_per_s:,.0f}",
        "seconds a step": f"{outcome.seconds / trained.steps:,.2f}",
        "examples a step": str(trained.spec.batch_size * trained.spec.grad_accumulation),
        "steps": str(trained.steps),
        "seconds to load": f"{trained.seconds - outcome.seconds:,.1f}",
    }


def memory_cells(peak: Peak) -> dict[str, str]:
    gpu = {} if peak.gpu is None else {"peak GPU memory, GB": f"{peak.gpu / 1e9:,.1f}"}
    return gpu | {"peak memory of the process, GB": f"{peak.host / 1e9:,.1f}"}


def table(columns: Sequence[Column]) -> str:
    names = list(dict.fromkeys(name for column in columns for name in column.cells))
    rows = [["", *(column.name for column in columns)], ["---"] * (len(columns) + 1)]
    rows += [[name, *(column.cells.get(name, "") for column in columns)] for name in names]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)

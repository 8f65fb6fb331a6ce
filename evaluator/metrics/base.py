"""What a metric is: a name, a signature that lets anyone compute the number again, and a score for one text."""

from dataclasses import dataclass
from typing import Protocol


class Metric(Protocol):
    """Add one: its file in this folder and one line in `METRICS`."""

    @property
    def name(self) -> str: ...

    @property
    def signature(self) -> str:
        """Every option that changes the number, `|` between them, with the version of what computed it."""
        ...

    def score(self, reference: str, prediction: str) -> float:
        """In [0, 1]; 1 for the reference itself, when that holds at least two words."""
        ...


@dataclass(frozen=True)
class PerExample:
    """One text's value, with the two groups it can be clustered by."""

    text_id: str
    company_id: str
    accession: str
    value: float

"""Which companies are held out: decided once, from the company alone."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from daemon.directory import Directory, UnknownCompany
from daemon.edgar.problems import EdgarProblem
from daemon.settings import ConfigProblem
from store.events import Split

# Companies that filed under another CIK before: both are one company to the split.
SUCCESSOR: Final = {1288776: 1652044}  # Google Inc. → Alphabet Inc.


@dataclass(frozen=True)
class Assignment:
    split: Split
    rule: str


@dataclass(frozen=True)
class SplitRule:
    """`heldout`: CIKs, successors' ones; `share` of all other companies, by hash."""

    heldout: frozenset[int]
    share: float

    def split_of(self, cik: int | None, company_id: str) -> Assignment:
        """`company_id` decides where there is no CIK."""
        if cik is not None and SUCCESSOR.get(cik, cik) in self.heldout:
            return Assignment("heldout", "listed in evaluator.heldout")
        key = company_id if cik is None else f"{SUCCESSOR.get(cik, cik):010d}"
        place = int.from_bytes(hashlib.sha256(f"split-v1|{key}".encode()).digest()[:8], "big") / 2**64
        split: Split = "heldout" if place < self.share else "train"
        return Assignment(split, f"hash {place:.4f}, heldout_share {self.share:g}")


def resolve(names: Iterable[str], directory: Directory) -> frozenset[int]:
    """Tickers or CIKs to CIKs. Raises ConfigProblem for one that cannot be resolved: a guess would leak held-out texts."""
    ciks = set()
    for name in names:
        try:
            cik = directory.find(name).cik
        except (UnknownCompany, EdgarProblem) as cause:
            raise ConfigProblem(f"evaluator.heldout: {name!r} cannot be resolved: {cause}") from cause
        ciks.add(SUCCESSOR.get(cik, cik))
    return frozenset(ciks)

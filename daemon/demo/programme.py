"""What appears when: the held-out companies' filings first, then one fiscal year of the others for each training. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.samples import HELDOUT_CIKS, Sample


@dataclass(frozen=True)
class Programme:
    """`there`: what EDGAR has when the demo begins. `years`: what appears before each training, in this order."""

    there: tuple[Sample, ...]
    years: tuple[tuple[Sample, ...], ...]


def programme(samples: Sequence[Sample]) -> Programme:
    """The held-out filings are all there at once, so that every training is scored on the same set."""
    there = tuple(sample for sample in samples if sample.cik in HELDOUT_CIKS)
    others = [sample for sample in samples if sample.cik not in HELDOUT_CIKS]
    years = {sample.accession: _year(sample, others) for sample in others}
    return Programme(
        there, tuple(tuple(s for s in others if years[s.accession] == n) for n in sorted(set(years.values())))
    )


def _year(sample: Sample, samples: Sequence[Sample]) -> int:
    """The how-manieth of its company's fiscal years, which end in different months: an amendment is of the year it amends."""
    return len({other.period for other in samples if other.cik == sample.cik and other.period < sample.period})

"""Sample filings of twelve invented companies in real EDGAR shapes, as a mirror folder in EDGAR's own layout."""

from daemon.samples.marks import HELDOUT_CIKS, SAMPLE_CIKS, SAMPLE_MARK, is_sample
from daemon.samples.mirror import Sample, write_samples

__all__ = ["HELDOUT_CIKS", "SAMPLE_CIKS", "SAMPLE_MARK", "Sample", "is_sample", "write_samples"]

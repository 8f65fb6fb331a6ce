"""The samples, written once for all tests of them and read by our own extraction."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from daemon.filing import ChunkOptions, extract
from daemon.filing.extraction import Extraction
from daemon.samples import Sample, write_samples
from daemon.samples.companies import COMPANIES
from daemon.samples.mirror import reports
from daemon.samples.report import Report


@dataclass(frozen=True)
class Read:
    """A sample as written, what was meant to stand in it, and what we read out of it."""

    sample: Sample
    report: Report
    body: bytes
    extraction: Extraction


def read_all(folder: Path, *, seed: int) -> Iterator[Read]:
    samples = write_samples(folder, seed=seed)
    meant = {report.accession: report for company in COMPANIES for report, _, _ in reports(company, seed=seed)}
    for sample in samples:
        body = (folder / sample.path).read_bytes()
        found = extract(body, form=sample.form, options=ChunkOptions())
        yield Read(sample, meant[sample.accession], body, found)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mirror")


@pytest.fixture(scope="session")
def filings(folder: Path) -> tuple[Read, ...]:
    return tuple(read_all(folder, seed=0))


@pytest.fixture(scope="session")
def other_seeds(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[Read, ...], ...]:
    return tuple(tuple(read_all(tmp_path_factory.mktemp("other"), seed=seed)) for seed in (1, 2))

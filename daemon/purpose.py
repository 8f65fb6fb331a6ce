"""Sample data never enters a real log, and nothing real enters a demo's. Pure."""

from collections.abc import Iterable
from typing import Final, Literal

from daemon.samples import SAMPLE_CIKS, is_sample

Purpose = Literal["real", "demo"]
Stranger = Literal["sample", "not_a_sample"]

WHY: Final[dict[Stranger, str]] = {
    "sample": "it is one of finsdistill's own invented samples, and this log holds real filings",
    "not_a_sample": "this is a demo's log, which holds finsdistill's own invented samples only",
}


def strange_filing(purpose: Purpose, ciks: Iterable[int], accession: str, body: bytes | None = None) -> Stranger | None:
    """Why a log of that purpose must not hold the filing; None where it may."""
    return _stranger(purpose, sample=is_sample(ciks, accession, body))


def strange_company(purpose: Purpose, cik: int) -> Stranger | None:
    return _stranger(purpose, sample=cik in SAMPLE_CIKS)


def _stranger(purpose: Purpose, *, sample: bool) -> Stranger | None:
    if sample == (purpose == "demo"):
        return None
    return "sample" if sample else "not_a_sample"

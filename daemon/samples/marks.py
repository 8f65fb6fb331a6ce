"""What tells a sample filing from a real one, whatever happened to its name."""

from collections.abc import Iterable
from typing import Final

from daemon.samples.companies import HELD_OUT

# No real CIK is near: EDGAR hands them out upwards and was at about two million in 2026.
SAMPLE_CIKS: Final = range(9_990_000_001, 9_990_001_000)
HELDOUT_CIKS: Final[tuple[int, ...]] = tuple(company.cik for company in HELD_OUT)
# Stands in every sample document: in a comment of HTML, in a line of the header of a full submission.
SAMPLE_MARK: Final = b"finsdistill-sample"
NOTICE: Final = (
    "This is a sample filing written for the finsdistill project. The company, its places and every figure in it are "
    "invented."
)


def is_sample(ciks: Iterable[int], accession: str, body: bytes | None = None) -> bool:
    """True for a filing of an invented company: by its CIKs, by the prefix of its accession, or by the mark in its bytes."""
    prefix = accession.partition("-")[0]
    if any(cik in SAMPLE_CIKS for cik in ciks) or (prefix.isdecimal() and int(prefix) in SAMPLE_CIKS):
        return True
    return body is not None and SAMPLE_MARK in body

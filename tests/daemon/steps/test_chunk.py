"""Filings whose bytes are lost wait for them; everything else goes on."""

import pytest

from tests.builders import accession


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"other bytes")])
def test_a_filing_whose_bytes_are_lost_holds_up_no_other_and_is_read_when_they_are_back(chunking, harm):
    harm(chunking.accept(1))
    chunking.accept(2)
    assert chunking.settle() == {accession(1): "fetched", accession(2): "chunked"}
    (trouble,) = chunking.troubles()
    assert trouble.startswith(f"{accession(1)} waits for its bytes")

    chunking.accept(1)  # the same bytes, dropped or fetched once more
    assert chunking.settle() == {accession(1): "chunked", accession(2): "chunked"}


def test_lost_bytes_that_stay_lost_are_told_once(chunking):
    chunking.accept(1).unlink()
    chunking.settle()
    chunking.settle()
    assert len(chunking.troubles()) == 1

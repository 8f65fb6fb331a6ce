"""What DuckDB and the system say, in a sentence that says what to do. The words are theirs, as DuckDB 2.0 wrote them."""

from pathlib import Path

import pytest

from store.errors import StateUnusable
from store.faults import sentence
from store.highwater import HighWater

LOG = Path("/state/log.duckdb")


@pytest.mark.parametrize(
    ("words", "what", "do"),
    [
        (
            'IO Error: Failure while replaying WAL file "/state/log.duckdb.wal": WAL does not match database file.',
            "its WAL belongs to another file",
            "finsdistill restore",
        ),
        (
            'Failure while replaying WAL file "/state/log.duckdb.wal": Corrupt WAL file: entry at byte position 52 '
            "computed checksum 2554 does not match stored checksum 1831",
            "its WAL is damaged",
            "finsdistill restore",
        ),
        (
            "Corrupt database file: computed checksum 307 does not match stored checksum 303 in block at location 274432",
            "a block of it is damaged",
            "finsdistill rebuild",
        ),
        (
            'IO Error: Could not read enough bytes from file "/state/log.duckdb": attempted to read 4096 bytes',
            "a block of it is damaged",
            "finsdistill restore",
        ),
        (
            'IO Error: The file "/state/log.duckdb" exists, but it is not a valid DuckDB database file!',
            "it is no DuckDB file",
            "finsdistill restore",
        ),
        (
            'IO Error: Could not set lock on file "/state/log.duckdb": Conflicting lock is held in /bin/duckdb (PID 4081).',
            "another process has it open",
            "close that one",
        ),
        (
            'IO Error: Cannot open file "/state/log.duckdb": Permission denied',
            "this user may not use it",
            "user that runs",
        ),
        (
            'IO Error: Cannot open file "/state/log.duckdb": Read-only file system',
            "only be read",
            "mount it for writing",
        ),
        ("IO Error: Could not write file: No space left on device", "the disk is full", "free disk space"),
        ("Out of Memory Error: failed to pin block of size 256.0 KiB", "memory", "service.memory_limit"),
        (
            "FATAL Error: Failed: database has been invalidated because of a previous fatal error.",
            "closed after an earlier error",
            "start again",
        ),
        ("Binder Error: something new", "DuckDB refuses it", "finsdistill restore"),
        ("", "no reason given", "start again"),
    ],
)
def test_an_error_becomes_a_sentence_that_names_the_file_and_the_way_back(words, what, do):
    told = sentence(LOG, words)
    assert told.startswith(f"{LOG} cannot be used: ")
    assert what in told
    assert do in told
    assert len(told.splitlines()) == 1


def test_a_mark_that_may_not_be_opened_says_so(tmp_path):
    (tmp_path / "high-water").mkdir()  # root may open what others may not, but not write to a folder
    with pytest.raises(StateUnusable, match=r"high-water cannot be used: .*Is a directory"):
        HighWater(tmp_path / "high-water")

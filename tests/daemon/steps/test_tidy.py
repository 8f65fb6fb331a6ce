"""Tidying in a service: merged when nothing else is to be done, and a damaged file is somebody's news."""

import pytest
from structlog.testing import capture_logs

from daemon.activity import Activity
from daemon.steps.tidy import Tidy
from store.publishing.publish import Publisher
from tests.builders import a_chunk, a_log, put


@pytest.fixture
def log(tmp_path):
    with a_log(tmp_path) as log:
        yield log


def test_it_works_until_there_is_nothing_to_merge(log, tmp_path):
    publisher, activity = Publisher(log, tmp_path), Activity()
    for n in range(5):
        put(log, a_chunk(f"Text {n}."))
        publisher.publish()
    step = Tidy(publisher, activity, lambda: False)
    while step.advance():
        assert not step.waiting
    assert [len(entry.segments) for entry in publisher.manifest.tables if entry.segments] == [1, 1, 1]
    assert activity.troubles() == []


def test_what_was_damaged_is_said_and_made_again(log, tmp_path):
    put(log, a_chunk("Sales rose."))
    publisher, activity = Publisher(log, tmp_path), Activity()
    harmed = publisher.manifest.segments_of("chunks")[0].file
    (tmp_path / "published" / harmed).write_bytes(b"x" * (tmp_path / "published" / harmed).stat().st_size)
    with capture_logs() as said:
        Tidy(publisher, activity, lambda: False).advance()
    assert [(line["event"], line["file"]) for line in said] == [("published_file_made_again", harmed)]
    assert "damaged or gone" in activity.troubles()[0].what
    assert harmed not in publisher.manifest.files

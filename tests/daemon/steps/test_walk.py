"""What was appended is read back a piece at a time; what a start finds unread is bounded by it."""

from contextlib import suppress

import pytest

from daemon.steps.walk import Walk
from store.errors import StateUnusable
from store.log import open_log
from tests.builders import Clock, labelled


@pytest.fixture
def log(tmp_path):
    log = open_log(tmp_path / "state", purpose="real", clock=Clock())
    yield log
    with suppress(StateUnusable):  # a damaged one says so again
        log.close()


def test_a_piece_is_read_back_when_there_is_one(log):
    walk = Walk(log, piece=4)
    assert (walk.advance(), log.verified) == (False, 0)  # the log's creation alone
    labelled(log, "Sales rose.", "Costs fell.")
    assert [walk.advance() for _ in range(3)] == [True, True, False]
    assert (log.verified, log.head.seq) == (8, 8)


def test_what_does_not_follow_ends_the_service(log):
    labelled(log, "Sales rose.", "Costs fell.")
    log.cursor().execute("UPDATE raw.events SET payload = replace(payload, 'Costs', 'Gains') WHERE seq = 6")
    walk = Walk(log, piece=4)
    assert walk.advance()
    with pytest.raises(StateUnusable, match="damaged at event 6: its hash does not follow"):
        walk.advance()


def test_the_next_start_begins_where_the_last_walk_ended(log, tmp_path):
    labelled(log, "Sales rose.", "Costs fell.")
    log.close()
    again = open_log(tmp_path / "state", purpose="real")
    assert again.verified == again.head.seq == 8
    again.close()

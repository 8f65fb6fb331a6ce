import errno
import os

import pytest

from daemon.disk import as_state_problem, check_disk
from store.errors import StateUnusable


def test_a_disk_with_less_than_asked_for_stops_the_service_before_it_is_full(tmp_path):
    check_disk(tmp_path, 0)
    with pytest.raises(StateUnusable, match=r"less than service.min_free_gib = 1e\+09: free disk space"):
        check_disk(tmp_path, 1e9)


@pytest.mark.parametrize(
    ("number", "a_state_s"),
    [(errno.ENOSPC, True), (errno.EROFS, True), (errno.EDQUOT, True), (errno.ENOENT, False), (errno.EACCES, True)],
)
def test_only_errors_of_the_disk_and_its_owner_become_a_sentence_about_the_state(number, a_state_s):
    problem = as_state_problem(OSError(number, os.strerror(number), "/state/x"))
    assert (problem is not None) == a_state_s
    assert problem is None or "/state/x" in str(problem)

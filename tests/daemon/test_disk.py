import errno

import pytest

from daemon.disk import as_state_problem, check_disk
from store.errors import StateUnusable


def test_a_disk_with_less_than_asked_for_stops_the_service_before_it_is_full(tmp_path):
    check_disk(tmp_path, 0)
    with pytest.raises(StateUnusable, match=r"less than service.min_free_gib = 1e\+09: free disk space"):
        check_disk(tmp_path, 1e9)


@pytest.mark.parametrize(
    ("number", "the_disk_s"),
    [(errno.ENOSPC, True), (errno.EROFS, True), (errno.EDQUOT, True), (errno.ENOENT, False), (errno.EACCES, False)],
)
def test_only_the_disk_s_own_errors_become_a_sentence_about_it(number, the_disk_s):
    problem = as_state_problem(OSError(number, "no room", "/state/x"))
    assert (problem is not None) == the_disk_s
    assert problem is None or "/state/x" in str(problem)

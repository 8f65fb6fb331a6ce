"""Who holds a state folder, as other processes see it."""

import pytest

from daemon.lock import StateLock, holder, holder_in

OURS = "2: FLOCK  ADVISORY  WRITE 77 fe:01:5678 0 EOF"
LOCKS = """1: POSIX  ADVISORY  WRITE 11 fe:01:5678 0 EOF
{}
2: -> FLOCK  ADVISORY  WRITE 99 fe:01:5678 0 EOF
3: FLOCK  ADVISORY  WRITE 33 fe:01:1111 0 EOF
"""


@pytest.mark.parametrize(
    ("line", "said", "pid"),
    [
        (OURS, 77, 77),
        (OURS, None, 77),  # the file is another user's
        (OURS.replace("fe:01", "00:2f"), 77, 77),  # btrfs tells the locks another device
        (OURS.replace("fe:01", "00:2f"), 12, None),  # a file of the same number on another disk
        (OURS.replace("FLOCK", "POSIX"), 77, None),
    ],
)
def test_the_holder_is_known_by_its_file_and_its_device_or_by_what_it_wrote(line, said, pid):
    assert holder_in(LOCKS.format(line), inode=5678, device="fe:01", said=said) == pid


def test_a_held_folder_has_its_holder_and_a_free_one_none(tmp_path):
    assert holder(tmp_path) is None
    lock = StateLock(tmp_path)
    held = holder(tmp_path)
    lock.release()
    assert (held is not None, holder(tmp_path)) == (True, None)

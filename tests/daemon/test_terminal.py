import pytest

from daemon.terminal import screen


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b", "\x85", "\u2028"])
def test_what_a_server_says_cannot_pass_for_a_line_of_ours(end):
    assert screen([f"PAUSED       no server: HTTP 500{end}service      running", "now"]) == (
        "PAUSED       no server: HTTP 500 service      running\nnow\n"
    )


def test_nothing_that_moves_a_terminal_is_shown():
    assert screen(["a\x1b[2Jb\u202ec", ""]) == "a[2Jbc\n\n"

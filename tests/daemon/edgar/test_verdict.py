"""What EDGAR's answers mean, the captured ones first."""

from datetime import datetime

import pytest

from daemon.edgar.verdict import Again, Answer, Good, Missing, judge

NOW = datetime(2026, 11, 22, 12, 0)
PAGE = b"<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head><body>Slow down</body></html>"


def verdict(status, body=b"", **headers):
    return judge(Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body), now=NOW)


@pytest.mark.parametrize(
    ("name", "status", "meaning"),
    [
        ("http403-missing-index-a.xml", 403, Missing(403)),
        ("http404-submissions-badcik.xml", 404, Missing(404)),
    ],
)
def test_a_captured_nothing_is_nothing(edgar, name, status, meaning):
    assert verdict(status, (edgar / "files/_edgar" / name).read_bytes()) == meaning


@pytest.mark.parametrize(
    ("name", "statuses", "first_s", "everyone", "said"),
    [
        ("http503-getcurrent-start5100.htm", (200,), 10, True, "refusal_page"),
        ("http503-getcurrent-start5100.htm", (503,), 1, True, "File Unavailable"),
        ("http503-getcurrent-start5100.htm", (403,), 10, True, "refuses us"),
        ("trap-ixviewer-shell-instead-of-10k.htm", (200,), 1, False, "viewer_shell"),
        ("http403-missing-index-a.xml", (200,), 10, True, "refusal_page"),
    ],
)
def test_a_captured_refusal_is_never_good(edgar, name, statuses, first_s, everyone, said):
    for status in statuses:
        again = verdict(status, (edgar / "files/_edgar" / name).read_bytes())
        assert isinstance(again, Again) and said in again.why
        assert (again.after_s, again.first_s, again.everyone) == (None, first_s, everyone)


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (200, b"{}", Good(b"{}")),
        (200, b"", Good(b"")),
        (200, b"x" * 200_000 + b"Undeclared Automated Tool", Good(b"x" * 200_000 + b"Undeclared Automated Tool")),
        (404, b"", Missing(404)),
        (410, PAGE, Missing(410)),
        (403, b"<Error><Code>NoSuchKey</Code></Error>", Missing(403)),
    ],
)
def test_good_and_nothing_are_told_apart(status, body, meaning):
    assert verdict(status, body) == meaning


@pytest.mark.parametrize(
    ("status", "everyone"),
    [(403, True), (429, True), (503, True), (500, False), (502, False), (301, False), (206, False), (204, False)],
)
def test_everything_else_is_asked_again_and_some_of_it_by_nobody_for_a_while(status, everyone):
    again = verdict(status, PAGE, Retry_After="17")
    assert isinstance(again, Again)
    assert (again.after_s, again.everyone) == (17.0, everyone)
    assert "Request Rate Threshold Exceeded" in again.why

import pytest

from daemon.preconditions import check_hosts
from daemon.purpose import strange_company, strange_filing
from daemon.samples import SAMPLE_CIKS, SAMPLE_MARK
from daemon.settings import ConfigProblem, Settings

REAL, SAMPLE = 320193, SAMPLE_CIKS[0]


@pytest.mark.parametrize(
    ("purpose", "ciks", "accession", "body", "reason"),
    [
        ("real", [REAL], "0000320193-25-000079", b"<html>", None),
        ("real", [SAMPLE], "0000320193-25-000079", None, "sample"),
        ("real", [], f"{SAMPLE}-24-000002", None, "sample"),
        ("real", [], "local-0123456789ab", b"<!-- " + SAMPLE_MARK + b" -->", "sample"),
        ("real", [REAL, SAMPLE], "0000320193-25-000079", None, "sample"),
        ("demo", [SAMPLE], f"{SAMPLE}-24-000002", None, None),
        ("demo", [REAL], "0000320193-25-000079", b"<html>", "not_a_sample"),
        ("demo", [], "local-0123456789ab", b"<html>", "not_a_sample"),
    ],
)
def test_a_real_log_refuses_samples_and_a_demo_s_log_everything_else(purpose, ciks, accession, body, reason):
    assert strange_filing(purpose, ciks, accession, body) == reason


@pytest.mark.parametrize(
    ("purpose", "cik", "reason"), [("real", REAL, None), ("real", SAMPLE, "sample"), ("demo", REAL, "not_a_sample")]
)
def test_the_watch_list_refuses_them_too(purpose, cik, reason):
    assert strange_company(purpose, cik) == reason


def test_a_demo_s_log_refuses_sec_gov():
    with pytest.raises(ConfigProblem, match=r"a demo's log takes nothing from https://data\.sec\.gov"):
        check_hosts(Settings(), "demo")


def test_a_real_log_may_be_fed_by_sec_gov_and_by_a_mirror_on_this_machine():
    check_hosts(Settings(), "real")

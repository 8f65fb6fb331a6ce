"""Who asks, and who may be asked."""

import pytest

from daemon.edgar.hosts import checked_host, checked_user_agent, on_this_machine, same_host


@pytest.mark.parametrize(
    "agent",
    [
        "Your Company you@company.com",
        "Jane Doe jane.doe+edgar@research.example.org",
        "Example LLC (admin@example.com)",
        "finsdistill/0.1 admin@example.com",
    ],
)
def test_a_name_and_an_address_are_enough(agent):
    assert checked_user_agent(agent) == agent


@pytest.mark.parametrize(
    "agent",
    [
        *("", " ", "finsdistill", "you@company.com", "Your Company", "Jane jane@company", "Jane @company.com"),
        *(
            "Jané jane@company.com",
            "Jane jane@company.com\r\nX: y",
            "Jane\tjane@company.com",
            "Jane jane@@company.com ",
        ),
        "Your Company you@example.com",  # the template's own
    ],
)
def test_anything_less_is_refused_with_a_reason(agent):
    with pytest.raises(ValueError, match=r"is not a name|the template's"):
        checked_user_agent(agent)


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("https://www.sec.gov", "https://www.sec.gov"),
        ("https://data.sec.gov/", "https://data.sec.gov"),
        ("https://mirror.example.com:8443", "https://mirror.example.com:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_host_is_encrypted_or_this_machine(host, kept):
    assert checked_host(host) == kept


@pytest.mark.parametrize(
    "host",
    [
        *("http://www.sec.gov", "www.sec.gov", "", "https://", "ftp://www.sec.gov", "https://www.sec.gov/Archives"),
        *("https://user:password@www.sec.gov", "https://www.sec.gov?x=y", "http://127.0.0.1.example.com"),
        *("http://localhost.example.com", "file:///etc/passwd", "https://www.sec.gov:99999", "http://0.0.0.0:80"),
        *("https://www.sec.gov#x", "https://www.sec gov"),
    ],
)
def test_any_other_host_is_refused(host):
    with pytest.raises(ValueError, match=r".+"):
        checked_host(host)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://www.sec.gov/x", True),
        ("https://WWW.SEC.GOV/x", True),
        ("https://www.sec.gov.example.com/x", False),
        ("https://www.sec.gov@example.com/x", False),
        ("http://www.sec.gov/x", False),
        ("https://www.sec.gov:444/x", False),
        ("//www.sec.gov/x", False),
    ],
)
def test_the_same_host_is_scheme_name_and_port(url, same):
    assert same_host(url, "https://www.sec.gov") is same


def test_this_machine_is_told_from_others():
    assert on_this_machine("http://127.0.0.1:80") and on_this_machine("http://localhost")
    assert not on_this_machine("https://www.sec.gov") and not on_this_machine("nonsense")

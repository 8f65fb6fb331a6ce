"""Who is watched: what the configuration says, what people's commands say, and in which order."""

import pytest

from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.directory import Directory
from daemon.edgar.problems import EdgarUnavailable
from daemon.intake import Intake
from daemon.splits import SplitRule
from daemon.watchlist import WatchList
from store.log import open_log
from tests.daemon.test_directory import Edgar


@pytest.fixture
def log(tmp_path):
    log = open_log(tmp_path / "state", purpose="real")
    yield log
    log.close()


@pytest.fixture
def edgar():
    return Edgar()


@pytest.fixture
def a_list(tmp_path, log, edgar):
    """The watch list as a service that starts now has it."""

    def start():
        intake = Intake(log, blobs=Blobs(tmp_path / "blobs"), splits=SplitRule(frozenset(), 0.0), activity=Activity())
        return WatchList(log, Directory(tmp_path / "edgar", edgar), intake, Activity())

    return start


def names(watch):
    return [company.ticker or company.cik for company in watch.watched()]


def types(log):
    sql = "SELECT type FROM raw.events WHERE type LIKE 'Company%' ORDER BY seq"
    return [kind.removeprefix("Company") for (kind,) in log.query(sql)]


def test_the_configuration_is_recorded_once_and_followed_when_it_changes(a_list, log):
    watch = a_list()
    watch.settle(["AAPL", "MSFT"])
    watch.settle(["AAPL", "MSFT"])
    assert (names(watch), types(log)) == (["AAPL", "MSFT"], ["Watched", "Watched"])
    watch.settle(["MSFT"])
    assert (names(watch), types(log)) == (["MSFT"], ["Watched", "Watched", "Unwatched"])
    watch.settle(["AAPL", "MSFT"])
    assert sorted(names(a_list())) == ["AAPL", "MSFT"]  # the next service knows


def test_a_company_written_in_two_ways_is_one(a_list):
    watch = a_list()
    watch.settle(["AAPL", "320193", "0000320193", "aapl"])
    assert names(watch) == ["AAPL"]


def test_what_a_command_took_off_stays_off_until_a_command_puts_it_back(a_list):
    watch = a_list()
    watch.settle(["AAPL"])
    watch.remove(["AAPL"], key="command-1")
    watch.settle(["AAPL"])
    assert names(watch) == []
    watch.add(["AAPL"], key="command-2")
    assert names(watch) == ["AAPL"]
    watch.settle([])
    assert names(watch) == ["AAPL"]  # a command's company is not the configuration's to take off


def test_the_same_command_twice_has_one_effect_also_after_others(a_list, log):
    watch = a_list()
    for key, act in (("1", watch.add), ("2", watch.remove), ("1", watch.add), ("2", watch.remove)):
        act(["OURS"], key=f"command-{key}")
    assert types(log) == ["Watched", "Unwatched"]
    a_list().add(["OURS"], key="command-1")
    assert names(a_list()) == []


def test_the_same_command_twice_has_one_effect_also_when_more_is_known_of_the_company(a_list, log):
    watch = a_list()
    watch.add(["9001"], key="command-1")
    watch.add(["OURS"], key="command-2")  # EDGAR's table is here from now on
    watch.add(["9001"], key="command-1")
    assert types(log) == ["Watched", "Watched"]
    assert names(watch) == ["OURS"]


def test_an_unknown_ticker_is_one_fact_and_the_others_are_watched(a_list, log):
    watch = a_list()
    watch.settle(["NOSUCH", "AAPL"])
    watch.settle(["NOSUCH", "AAPL"])
    watch.add(["NOSUCH", "MSFT"], key="command-1")
    assert types(log) == ["Refused", "Watched", "Refused", "Watched"]
    assert log.query("SELECT payload->>'$.reason' FROM raw.events WHERE type = 'CompanyRefused'") == [("unknown",)] * 2


def test_a_real_log_watches_no_sample_company(a_list, log):
    watch = a_list()
    watch.settle(["9990000001"])
    assert (names(watch), types(log)) == ([], ["Refused"])


def test_while_edgar_is_away_what_was_decided_stays_and_the_rest_is_done_later(a_list, edgar, log):
    edgar.body, table = None, edgar.body
    watch = a_list()
    with pytest.raises(EdgarUnavailable):
        watch.add(["AAPL", "OURS", "MSFT"], key="command-1")
    assert names(watch) == ["AAPL"]
    edgar.body = table
    a_list().add(["AAPL", "OURS", "MSFT"], key="command-1")
    assert sorted(names(a_list())) == ["AAPL", "MSFT", "OURS"]
    assert types(log) == ["Watched"] * 3


def test_a_ticker_means_the_company_that_it_meant_at_first(a_list, edgar):
    a_list().settle(["OURS"])
    edgar.body = edgar.body.replace(b"9001", b"9009")
    watch = a_list()
    watch.remove(["OURS"], key="command-1")
    assert names(watch) == []


def test_removing_who_was_never_watched_is_nothing(a_list, log):
    a_list().remove(["AAPL", "NOSUCH"], key="command-1")
    assert types(log) == ["Refused"]

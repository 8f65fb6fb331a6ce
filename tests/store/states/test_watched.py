from functools import reduce

import pytest

from store import events as e
from store.states.watched import fold

APPLE = e.CompanyWatched(company_id="0000320193", cik=320193, ticker="AAPL", name="Apple Inc.", by="config")
BACK = APPLE.model_copy(update={"by": "command"})
GONE = e.CompanyUnwatched(company_id="0000320193", by="command")


@pytest.mark.parametrize(
    ("events", "watched", "by"),
    [
        ([APPLE], True, "config"),
        ([APPLE, GONE], False, "command"),
        ([APPLE, GONE, BACK], True, "command"),
        ([APPLE, GONE, BACK, APPLE], True, "config"),
    ],
)
def test_the_last_word_counts_and_who_spoke_it_is_kept(events, watched, by):
    company = reduce(fold, events, {})["0000320193"]
    assert (company.watched, company.by, company.ticker) == (watched, by, "AAPL")


def test_a_company_that_was_never_watched_cannot_be_unwatched():
    assert fold({}, GONE) == {}


def test_companies_keep_the_order_in_which_they_were_first_seen():
    other = e.CompanyWatched(company_id="0000789019", cik=789019, ticker="MSFT", name=None)
    assert list(reduce(fold, [APPLE, other, GONE, BACK], {})) == ["0000320193", "0000789019"]

"""company_tickers.json."""

import json

import pytest

from daemon.edgar.tickers import Named, TickerTable, ticker_table


def test_the_captured_table_knows_the_large_companies(edgar):
    table = ticker_table((edgar / "files/_edgar/company_tickers-2026.json").read_bytes())
    assert table.of_ticker("AAPL") == Named(320193, "AAPL", "Apple Inc.")
    assert table.of_ticker("brk.b").cik == table.of_ticker("BRK-B").cik == 1067983
    assert table.of_cik(1652044).ticker == "GOOGL"
    assert table.of_ticker("NO-SUCH") is None and table.of_cik(1) is None


def test_the_first_of_a_ticker_and_of_a_company_wins():
    table = TickerTable([Named(1, "A", "One"), Named(1, "B", "One"), Named(2, "A", "Two")])
    assert table.of_ticker("A").cik == 1
    assert table.of_cik(1).ticker == "A"


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b"null", b'"x"', b"<html>", b"\xff", b'{"0":{"ticker":"A"}}', b'{"0":[]}'),
        json.dumps({"0": {"cik_str": 0, "ticker": "A"}}).encode(),
        json.dumps({"0": {"cik_str": 10**10, "ticker": "A"}}).encode(),
        b"[" * 100_000,
    ],
)
def test_what_is_no_table_is_refused(body):
    with pytest.raises(ValueError, match=r".*"):
        ticker_table(body)

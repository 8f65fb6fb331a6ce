"""The real command on an original, its amendment and a change of [chunk], killed in between: the same texts count."""

import signal

from tests.acceptance.driving import Home, accession

SALES = "Sales of milling machines fell by 12 percent because two large customers in Ohio postponed their orders. " * 4
ORIGINAL = accession(1001, 2020)
AMENDED = ORIGINAL.replace("-000001", "-000002")
# Whose text of which Item counts, whether it was cut as asked for, and what the filing amends.
COUNTING = """
SELECT accession, item, max(char_end - char_start) <= 600 AS small, any_value(a.amends) AS amends
FROM chunks LEFT JOIN amendments a USING (accession) WHERE NOT retired GROUP BY ALL ORDER BY ALL
"""


def killed(home: Home, moment: str, *, times: int) -> None:
    service = home.start("--once")
    service.until(moment, times=times)
    service.end(signal.SIGKILL)


def test_an_amendment_and_a_reading_anew_end_where_no_kill_would_have(home: Home) -> None:
    home.drop(1001, 2020)
    home.drop_amendment(1001, 2020, "7", SALES)
    killed(home, "filing_chunked", times=2)  # both, and what the second one replaces stands nowhere yet
    assert home.run("run", "--once").returncode == 0

    config = home.folder / "config.toml"
    config.write_text(config.read_text() + "\n[chunk]\nsize = 600\n")
    assert home.run("rechunk").stdout.startswith("2 filings: noted")
    killed(home, "filing_rechunked", times=1)
    assert home.run("run", "--once").returncode == 0
    assert [tuple(row.values()) for row in home.sql(COUNTING)] == [
        (ORIGINAL, "1", True, None),
        (ORIGINAL, "1A", True, None),
        (AMENDED, "7", True, ORIGINAL),
    ]

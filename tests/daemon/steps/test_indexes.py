"""Every filer: what EDGAR's indexes name is found once, whatever is missed, cut or killed on the way."""

from datetime import date, datetime

import pytest

from daemon.commands import Backfill
from daemon.edgar.quarters import Quarter
from daemon.standin import Fault
from tests.daemon.steps.conftest import accession, write_company
from tests.edgar_indexes import Filed, write_day, write_quarter

TODAY = datetime(2026, 11, 23, 12)
MONDAY, TUESDAY, WEDNESDAY, FRIDAY = (date(2026, 11, day) for day in (16, 17, 18, 20))  # Thursday was a holiday
LAST = Quarter(2026, 4)


def filed(cik: int, day: date, **changes: object) -> Filed:
    return Filed(cik, f"{cik:010d}-{day:%y}-{day:%m%d}01", day, **changes)  # type: ignore[arg-type]


@pytest.fixture
def every(watching):
    return lambda **options: watching(["*"], **{"today": TODAY} | options)


def read(edgar) -> list[str]:
    return [name for (name,) in edgar.log.query("SELECT name FROM raw.indexes ORDER BY seq")]


def test_it_begins_with_the_last_index_there_is_and_a_second_round_appends_nothing(mirror, every):
    write_day(mirror, WEDNESDAY, [filed(1, WEDNESDAY)])
    write_day(mirror, FRIDAY, [filed(2, FRIDAY), filed(3, FRIDAY, form="8-K"), filed(4, FRIDAY, form="10-K/A")])
    edgar = every()
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [filed(2, FRIDAY).accession, filed(4, FRIDAY).accession]
    assert edgar.log.query("SELECT name, rows, wanted FROM indexes ORDER BY seq") == [
        ("2026-11-18", 1, 0),  # of before our time: it marks where we began
        ("2026-11-20", 3, 2),
    ]
    before = edgar.log.head.seq
    edgar.poll()
    assert (edgar.log.head.seq, edgar.asked("master.20261120.idx")) == (before, 1)


@pytest.mark.parametrize("broken", ["0000009001-21-000001-index", "master.20261118.idx"])
def test_what_edgar_never_answers_holds_up_nothing_behind_it(mirror, every, broken):
    write_day(mirror, TUESDAY, [filed(1, TUESDAY)])
    edgar = every(faults=[Fault("dropped", path=broken)])
    edgar.poll()
    for cik in (9001, 9002, 9003):
        write_company(mirror, cik, [2021])
    write_day(mirror, WEDNESDAY, [Filed(cik, accession(cik, 2021), WEDNESDAY) for cik in (9001, 9002)])
    write_day(mirror, FRIDAY, [Filed(9003, accession(9003, 2021), FRIDAY)])
    edgar.poll()
    assert edgar.events("FilingDiscovered")[-1] == accession(9003, 2021)
    assert read(edgar) == ["2026-11-17", "2026-11-20"]


def test_three_bad_answers_in_a_row_end_the_round(mirror, every):
    write_day(mirror, FRIDAY, [filed(cik, FRIDAY) for cik in range(1, 9)])
    edgar = every(faults=[Fault("dropped", path="-index.htm")])
    edgar.poll()
    assert (edgar.asked("-index.htm"), read(edgar)) == (3 * 5, [])


def test_where_it_began_is_remembered_though_it_was_killed_in_the_first_index(mirror, every):
    write_day(mirror, TUESDAY, [filed(1, TUESDAY)])
    write_day(mirror, WEDNESDAY, [filed(cik, WEDNESDAY) for cik in (2, 3, 4)])
    edgar = every()
    edgar.poll_some(5)  # the round, the day before in two pieces, the index and one of its filings
    assert edgar.events("FilingDiscovered") == [filed(2, WEDNESDAY).accession]
    write_day(mirror, FRIDAY, [filed(5, FRIDAY)])
    edgar.indexes._clear()
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [
        *(filed(cik, WEDNESDAY).accession for cik in (2, 3, 4)),
        filed(5, FRIDAY).accession,
    ]


def test_rounds_that_are_asked_for_more_quickly_than_they_are_planned_get_on_all_the_same(mirror, every):
    write_day(mirror, TUESDAY, [filed(1, TUESDAY)])
    write_day(mirror, WEDNESDAY, [filed(2, WEDNESDAY), filed(3, WEDNESDAY)])
    edgar = every()
    for _ in range(20):
        edgar.poll_some(1)  # begins a round
    assert edgar.events("FilingDiscovered") == [filed(cik, WEDNESDAY).accession for cik in (2, 3)]
    assert read(edgar)[-1] == f"{WEDNESDAY}"


def test_missed_days_are_caught_up_with_oldest_first_and_a_holiday_is_not_asked_for(mirror, every):
    write_day(mirror, MONDAY, [filed(1, MONDAY)])
    edgar = every()
    edgar.poll()
    for cik, day in enumerate([TUESDAY, WEDNESDAY, FRIDAY], start=2):
        write_day(mirror, day, [filed(cik, day)])
    edgar.poll()
    assert read(edgar) == ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-20"]
    assert edgar.asked("master.20261119.idx") == 0
    assert len(edgar.events("FilingDiscovered")) == 4


def test_missed_days_reach_back_over_the_ends_of_quarters_and_years(mirror, every):
    days = [date(2025, 12, 31), date(2026, 1, 2), date(2026, 4, 1), FRIDAY]
    write_day(mirror, days[0], [filed(1, days[0])])
    edgar = every(today=datetime(2026, 1, 1))
    edgar.poll()
    for cik, day in enumerate(days[1:], start=2):
        write_day(mirror, day, [filed(cik, day)])
    edgar.indexes._agenda._now = lambda: TODAY
    edgar.poll()
    assert read(edgar) == [f"{day}" for day in days]


def test_one_accession_of_several_companies_is_one_filing_with_all_of_them(mirror, every):
    joint = "0000000004-26-000001"
    write_day(mirror, FRIDAY, [Filed(cik, joint, FRIDAY) for cik in (9, 4, 7)])
    edgar = every()
    edgar.poll()
    (event,) = [record.event for record in edgar.log.records(types=["FilingDiscovered"])]
    assert (event.ciks, event.company_id, event.company) == ((4, 7, 9), "0000000004", "COMPANY 4")
    assert edgar.log.query("SELECT count(*) FROM raw.splits") == [(3,)]


def test_a_name_that_plays_tricks_is_stored_as_plain_text(mirror, every):
    write_day(mirror, FRIDAY, [filed(1, FRIDAY, company="EVIL\u202e\u200b\x1b[2J | CO &amp; SONS")])
    edgar = every()
    edgar.poll()
    ((name,),) = edgar.log.query("SELECT company FROM raw.filings")
    assert name.isprintable() and name.startswith("EVIL") and name.endswith("| CO & SONS")


def test_a_filing_of_the_index_is_fetched_with_its_period_and_its_main_document(mirror, every):
    write_company(mirror, 9001, [2021])
    write_day(mirror, FRIDAY, [Filed(9001, accession(9001, 2021), FRIDAY)])
    edgar = every()
    edgar.poll()
    edgar.fetch_all()
    assert edgar.events("FilingFetched") == [accession(9001, 2021)]


@pytest.mark.parametrize("kind", ["cut", "viewer_shell", "503"])
def test_an_index_that_cannot_be_read_is_read_by_the_next_round(mirror, every, kind):
    for day in (TUESDAY, FRIDAY):
        write_day(mirror, day, [filed(day.day, day)])
    edgar = every(faults=[Fault(kind, on=tuple(range(1, 6)), path="20261120.idx")])
    edgar.poll()
    assert (read(edgar), edgar.events("FilingDiscovered")) == (["2026-11-17"], [])
    edgar.poll()
    assert read(edgar) == ["2026-11-17", "2026-11-20"]
    assert edgar.events("FilingDiscovered") == [filed(20, FRIDAY).accession]


def test_an_index_that_ends_within_a_row_is_not_taken_for_whole_and_holds_no_later_day_up(mirror, every):
    write_day(mirror, MONDAY, [filed(1, MONDAY)])
    edgar = every()
    edgar.poll()
    cut = write_day(mirror, TUESDAY, [filed(2, TUESDAY), filed(3, TUESDAY)])
    whole = cut.read_bytes()
    cut.write_bytes(whole[:-10])
    write_day(mirror, WEDNESDAY, [filed(4, WEDNESDAY)])
    edgar.poll()
    assert read(edgar) == ["2026-11-16", "2026-11-18"]
    assert "2026-11-17 could not be read" in edgar.activity.troubles()[-1].what
    cut.write_bytes(whole)
    edgar.poll()
    assert read(edgar)[-1] == "2026-11-17" and len(edgar.events("FilingDiscovered")) == 4


def test_a_filing_that_edgar_answers_badly_about_is_not_lost(mirror, every):
    write_company(mirror, 9001, [2021])
    write_company(mirror, 9002, [2021])
    write_day(mirror, FRIDAY, [Filed(cik, accession(cik, 2021), FRIDAY) for cik in (9001, 9002)])
    edgar = every(faults=[Fault("dropped", on=tuple(range(1, 6)), path="0000009002-21-000001-index")])
    edgar.poll()
    assert (edgar.events("FilingDiscovered"), read(edgar)) == ([accession(9001, 2021)], [])
    edgar.poll()
    assert len(edgar.events("FilingDiscovered")) == 2 and read(edgar) == ["2026-11-20"]


def ask(edgar, year: int, key: str = "one") -> None:
    edgar.backfills.ask(Backfill(since=year), key=key)


def write_quarters(mirror, *quarters: Quarter) -> None:
    for quarter in quarters:
        write_quarter(mirror, quarter, [filed(quarter.year * 10 + quarter.number, quarter.last)])


def test_a_backfill_reads_the_quarters_newest_first_and_each_once(mirror, every):
    write_quarters(mirror, *(Quarter(2026, number) for number in (1, 2, 3, 4)), Quarter(2025, 4))
    edgar = every()
    ask(edgar, 2026)
    edgar.poll()
    edgar.poll()
    assert read(edgar) == ["2026-Q4", "2026-Q3", "2026-Q2", "2026-Q1"]
    assert edgar.asked("master.gz") == 4
    days = edgar.log.query("SELECT filed FROM raw.filings ORDER BY seq")
    assert days == sorted(days, reverse=True)


def test_forms_are_found_as_edgar_spells_them(mirror, every):
    spelled = ("10KSB", "10KSB40/A", "10KT405", "10-K405", "10QSB")
    write_quarter(mirror, LAST, [filed(cik, FRIDAY, form=form) for cik, form in enumerate(spelled, start=1)])
    edgar = every()
    ask(edgar, 2026)
    edgar.poll()
    forms = [form for (form,) in edgar.log.query("SELECT form FROM filings ORDER BY cik")]
    assert forms == ["10-KSB", "10-KSB40/A", "10-KT405", "10-K405"]


def test_a_backfill_asked_for_again_reads_again_and_finds_what_is_wanted_now(mirror, every):
    write_quarter(mirror, LAST, [filed(1, FRIDAY), filed(2, FRIDAY, form="10-KSB")])
    edgar = every(settings={"forms": ["10-K"]})
    ask(edgar, 2026)
    edgar.poll()
    edgar.indexes.edgar = edgar.indexes.edgar.model_copy(update={"forms": ("10-K", "10-KSB")})
    ask(edgar, 2026, key="two")
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [filed(1, FRIDAY).accession, filed(2, FRIDAY).accession]


def test_the_last_year_that_was_asked_for_holds_so_that_a_backfill_can_be_ended(mirror, every):
    write_quarters(mirror, LAST, Quarter(2025, 4))
    edgar = every()
    ask(edgar, 2025)
    ask(edgar, 2026, key="two")
    edgar.poll()
    assert read(edgar) == ["2026-Q4", "2026-Q3", "2026-Q2", "2026-Q1"]
    assert edgar.asked("full-index/2025") == 0


def test_the_next_quarter_waits_while_enough_filings_do(mirror, every, monkeypatch):
    monkeypatch.setattr("daemon.steps.indexes._ENOUGH", 1)
    write_company(mirror, 9001, [2021])
    write_quarter(mirror, LAST, [Filed(9001, accession(9001, 2021), FRIDAY)])
    write_quarters(mirror, Quarter(2026, 3))
    edgar = every()
    ask(edgar, 2026)
    edgar.poll()
    assert read(edgar) == ["2026-Q4"]
    assert "1 to be fetched" in next(task.note for task in edgar.activity.tasks() if "backfill" in task.what)
    edgar.fetch_all()
    while edgar.indexes.advance():
        pass
    assert read(edgar)[:2] == ["2026-Q4", "2026-Q3"]


def test_a_quarter_without_an_index_is_settled_only_long_after_its_end(mirror, every):
    edgar = every()
    ask(edgar, 2026)
    edgar.poll()
    assert edgar.log.query("SELECT name, sha256, rows FROM indexes") == [
        (name, None, 0) for name in ("2026-Q3", "2026-Q2", "2026-Q1")
    ]


def test_news_is_found_before_a_quarter_that_is_being_read_is_at_its_end(mirror, every):
    write_quarter(mirror, LAST, [filed(cik, FRIDAY) for cik in range(1, 9)])
    edgar = every()
    ask(edgar, 2026)
    edgar.poll_some(6)
    write_day(mirror, FRIDAY, [filed(99, FRIDAY)])
    edgar.poll()
    found = edgar.events("FilingDiscovered")
    assert found.index(filed(99, FRIDAY).accession) < 8 and len(found) == 9
    assert edgar.asked("master.gz") == 1 + 3  # the three before it are not there


def test_nothing_is_read_while_companies_are_named_and_a_backfill_reaches_back_over_their_lists(mirror, watching):
    write_company(mirror, 9001, [2001, 2020], others=1500)
    write_day(mirror, FRIDAY, [filed(1, FRIDAY)])
    edgar = watching([9001], today=TODAY, settings={"since": "2015-01-01"})
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(9001, 2020)]
    ask(edgar, 2001)
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(9001, 2020), accession(9001, 2001)]
    assert (read(edgar), edgar.asked("-index/20")) == ([], 0)


def test_who_is_named_beside_every_filer_is_watched_by_name_too(mirror, watching):
    write_company(mirror, 9001, [2020])
    edgar = watching(["*", 9001], today=TODAY)
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(9001, 2020)]


def test_a_round_ends_when_edgar_is_away_and_nothing_is_shown_as_being_done(mirror, every):
    write_day(mirror, FRIDAY, [filed(1, FRIDAY)])
    edgar = every(faults=[Fault("503", path="daily-index")])
    ask(edgar, 2026)
    edgar.poll()
    assert (read(edgar), edgar.activity.tasks()) == ([], [])

"""What a round over the watch list finds, and that no bad day of EDGAR makes it lose anything."""

import json
from datetime import date

import pytest

from daemon.standin import Fault
from tests.daemon.steps.conftest import accession, write_company
from tests.edgar_submissions import a_head, a_row, write_submissions

OURS, OTHER = 9001, 9002


def test_everything_wanted_is_found_once_oldest_first_and_a_second_round_appends_nothing(mirror, watching):
    write_company(mirror, OURS, [2001, 2003, 2002], others=1500)
    edgar = watching([OURS])
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(OURS, year) for year in (2001, 2002, 2003)]
    before = edgar.log.head.seq
    edgar.poll()
    assert edgar.log.head.seq == before
    assert edgar.asked("-submissions-001.json") == 1  # a page that did not change is not read again
    assert (edgar.activity.last_poll.companies, edgar.activity.last_poll.found) == (1, 0)


def test_what_appears_is_found_by_the_next_round(mirror, watching):
    write_company(mirror, OURS, [2024, 2025])
    edgar = watching([OURS], hidden=[accession(OURS, 2025)])
    edgar.poll()
    edgar.edgar.publish(accession(OURS, 2025))
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(OURS, 2024), accession(OURS, 2025)]


def test_filings_on_a_page_are_not_lost_when_their_index_pages_fail_for_a_whole_round(mirror, watching):
    write_company(mirror, OURS, [2001, 2002, 2003], others=1500)
    edgar = watching([OURS], faults=[Fault("dropped", on=tuple(range(2, 7)), path="-index.htm")])
    edgar.poll()
    assert edgar.activity.last_poll.failed == 1
    edgar.poll()
    assert sorted(edgar.events("FilingDiscovered")) == [accession(OURS, year) for year in (2001, 2002, 2003)]


def test_filings_on_one_page_are_not_lost_when_the_next_page_fails(mirror, watching):
    write_company(mirror, OURS, [2001, 2016], others=3500)
    edgar = watching([OURS], faults=[Fault("dropped", on=tuple(range(1, 6)), path="-submissions-002.json")])
    edgar.poll()
    assert edgar.activity.last_poll.failed == 1
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(OURS, 2001), accession(OURS, 2016)]


def test_a_filing_that_edgar_never_answers_about_holds_up_no_newer_one(mirror, watching):
    write_company(mirror, OURS, [2001, 2002, 2003])
    edgar = watching([OURS], faults=[Fault("dropped", path=f"{accession(OURS, 2001)}-index")])
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(OURS, 2002), accession(OURS, 2003)]
    assert (edgar.activity.last_poll.found, edgar.activity.last_poll.failed) == (2, 1)


@pytest.mark.parametrize(
    ("first", "then"),
    [({"since": "2005-01-01"}, {"since": "1990-01-01"}), ({"forms": ["10-KSB"]}, {"forms": ["10-K"]})],
)
def test_a_wider_wish_after_a_reload_reads_the_pages_again(mirror, watching, first, then):
    write_company(mirror, OURS, [2001], others=1500)
    edgar = watching([OURS], settings=first)
    edgar.poll()
    edgar.discover.edgar = type(edgar.discover.edgar).model_validate(edgar.discover.edgar.model_dump() | then)
    edgar.poll()
    assert accession(OURS, 2001) in edgar.events("FilingDiscovered")


def test_a_form_is_wanted_however_it_is_written(mirror, watching):
    write_company(mirror, OURS, [2020])
    edgar = watching([OURS], settings={"forms": ["10-k"]})
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(OURS, 2020)]


def test_a_form_is_found_as_edgar_spells_it(mirror, watching):
    rows = [a_row(accession(OURS, 2005), "10KSB", date(2005, 3, 1), primaryDocument="")]
    write_submissions(mirror / "submissions", a_head(OURS, "OURS", ()), rows)
    edgar = watching([OURS])
    edgar.poll()
    assert edgar.log.query("SELECT accession, form FROM filings") == [(accession(OURS, 2005), "10-KSB")]


def test_lists_that_cannot_be_read_keep_nobody_behind_them_from_being_polled(mirror, watching):
    for cik in range(OURS, OURS + 4):
        write_company(mirror, cik, [2020])
    for cik in range(OURS, OURS + 3):
        (mirror / "submissions" / f"CIK{cik:010d}.json").write_text(
            '{"cik": "nobody", "name": "", "filings": {"recent": {"accessionNumber": []}, "files": []}}'
        )
    edgar = watching(range(OURS, OURS + 4))
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(OURS + 3, 2020)]
    assert edgar.activity.last_poll.failed == 3


def test_a_round_ends_when_edgar_is_away_and_the_next_one_finds_all(mirror, watching):
    for cik in range(OURS, OURS + 6):
        write_company(mirror, cik, [2020])
    edgar = watching(range(OURS, OURS + 6), faults=[Fault("503", on=tuple(range(1, 16)), host="data")])
    edgar.poll()
    assert edgar.activity.last_poll.failed == 6
    assert edgar.asked("/submissions/") == 15  # three companies, five tries each
    edgar.poll()
    assert len(edgar.events("FilingDiscovered")) == 6


def test_who_was_not_reached_comes_first_in_the_next_round(mirror, watching):
    for cik in range(OURS, OURS + 4):
        write_company(mirror, cik, [2020])
    away = Fault("503", host="data", path=f"CIK000000({OURS}|{OURS + 1}|{OURS + 2})")
    edgar = watching(range(OURS, OURS + 4), faults=[away])
    edgar.poll()
    assert edgar.events("FilingDiscovered") == []
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(OURS + 3, 2020)]


def test_polls_that_come_during_a_round_are_one_round_after_it(mirror, watching):
    write_company(mirror, OURS, [2020])
    edgar = watching([OURS])
    edgar.discover.begin()
    assert edgar.discover.advance()
    for _ in range(5):
        edgar.discover.begin()
    while edgar.discover.advance():
        pass
    assert edgar.asked("/submissions/") == 2


def test_a_company_without_a_list_is_said_and_the_others_are_polled(mirror, watching):
    write_company(mirror, OTHER, [2020])
    edgar = watching([OURS, OTHER])
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(OTHER, 2020)]
    assert "no list of filings" in edgar.activity.troubles()[-1].what


def test_a_joint_filing_is_discovered_once_with_all_its_companies(mirror, watching):
    write_company(mirror, OURS, [2020])
    own = (mirror / "submissions" / f"CIK{OURS:010d}.json").read_text()
    (mirror / "submissions" / f"CIK{OTHER:010d}.json").write_text(own.replace(f'"{OURS:010d}"', f'"{OTHER:010d}"', 1))
    edgar = watching([OURS, OTHER])
    edgar.poll()
    assert edgar.events("FilingDiscovered") == [accession(OURS, 2020)]
    assert edgar.log.query("SELECT payload->>'$.ciks' FROM raw.events WHERE type = 'FilingDiscovered'") == [
        (f"[{OURS},{OTHER}]",)
    ]


def test_the_lists_of_a_parent_and_its_subsidiaries_give_each_joint_filing_once(edgar, mirror, watching):
    filers = {}
    for cik in (4904, 1721781, 6879, 50172):
        captured = (edgar / f"files/{cik}/CIK{cik:010d}-2026.json").read_bytes()
        (mirror / f"submissions/CIK{cik:010d}.json").write_bytes(captured)
        rows = json.loads(captured)["filings"]["recent"]
        for name, form, filed in zip(rows["accessionNumber"], rows["form"], rows["filingDate"], strict=True):
            if form == "10-K" and filed >= "2018-06-01":
                filers.setdefault(name, set()).add(cik)
    service = watching([4904, 1721781, 6879, 50172], settings={"since": "2018-06-01"})
    service.poll()
    assert sorted(service.events("FilingDiscovered")) == sorted(filers)
    found = service.log.query("SELECT accession, ciks FROM filings")
    assert {name: set(ciks) for name, ciks in found} == filers
    assert max(map(len, filers.values())) == 4

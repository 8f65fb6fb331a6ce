"""Who filed what: sidecar, inline XBRL, SGML header, cover page and file name, in this order."""

import json
from datetime import date

import pytest

from daemon.filing import FilingUnreadable
from daemon.identify import Identity, identify
from store.ids import sha256_hex

ACCESSION = "0001234567-21-000042"
IXBRL = (
    "<html><body><ix:header><ix:hidden>"
    '<ix:nonNumeric contextRef="c" name="dei:EntityCentralIndexKey">0001234567</ix:nonNumeric></ix:hidden></ix:header>'
    "<ix:nonNumeric name='dei:EntityCentralIndexKey' id='2'>0000000077</ix:nonNumeric>"
    '<ix:nonNumeric name="dei:DocumentType">10-K<span>/A</span></ix:nonNumeric>'
    '<ix:nonNumeric name="dei:DocumentPeriodEndDate"><ix:nonNumeric name="dei:CurrentFiscalYearEndDate">March&#160;31'
    "</ix:nonNumeric>, 2021</ix:nonNumeric>"
    '<ix:nonNumeric name="dei:EntityRegistrantName">Acorn &amp; Oak Inc.</ix:nonNumeric>'
    '<ix:nonNumeric name="dei:TradingSymbol">ACRN</ix:nonNumeric></body></html>'
)
HEADER = f"""<SEC-HEADER>
ACCESSION NUMBER:\t\t{ACCESSION}
CONFORMED SUBMISSION TYPE:\t10-K405
CONFORMED PERIOD OF REPORT:\t19971231
FILED AS OF DATE:\t\t19980311
\tCOMPANY CONFORMED NAME:\t\t\tBIRCH CO
\tCENTRAL INDEX KEY:\t\t\t0000000055
\tCOMPANY CONFORMED NAME:\t\t\tBIRCH POWER CO
\tCENTRAL INDEX KEY:\t\t\t0000000056
</SEC-HEADER>
<DOCUMENT>
<TYPE>10-K405
<TEXT>
For the fiscal year ended December 31, 1998
</TEXT>
"""
COVER = """
                              FORM 10-K/A
(Amendment No. 1)
            For the fiscal year ended June 30, 1999 or

Commission File Number 1-0000
                       CEDAR STORES, INC.
       (Exact name of Registrant as specified in its Charter)
"""


def seen(body: str, name: str = "x.htm", sidecar: object = None) -> Identity:
    return identify(name, body.encode(), None if sidecar is None else json.dumps(sidecar).encode())


def test_a_cover_in_a_table_is_read_figures_included() -> None:
    rows = "<tr><td>For the fiscal year ended</td><td>June 30,</td><td>1999</td></tr><tr><td>File number</td><td>1</td></tr>"
    assert seen(f"<html><body><p>FORM 10-K</p><table>{rows}</table></body></html>").period == date(1999, 6, 30)


def test_inline_xbrl_tells_all_but_the_accession() -> None:
    found = seen(IXBRL)
    assert found.ciks == (1234567, 77)
    assert (found.company, found.ticker, found.form) == ("Acorn & Oak Inc.", "ACRN", "10-K/A")
    assert (found.period, found.filed, found.amends) == (date(2021, 3, 31), None, None)
    assert found.accession == f"local-{sha256_hex(IXBRL.encode())[:12]}"


def test_a_header_tells_accession_filers_and_days() -> None:
    found = seen(HEADER, name="0009999999-99-999999.txt")
    assert (found.accession, found.ciks) == (ACCESSION, (55, 56))
    assert (found.company, found.form) == ("BIRCH CO", "10-K405")
    assert (found.period, found.filed) == (date(1997, 12, 31), date(1998, 3, 11))


def test_a_cover_tells_form_period_and_company() -> None:
    found = seen(COVER)
    assert (found.form, found.period, found.company) == ("10-K/A", date(1999, 6, 30), "CEDAR STORES, INC.")
    assert (found.ciks, found.ticker, found.filed) == ((), None, None)


@pytest.mark.parametrize(
    ("cover", "form"),
    [
        ("FORM 10-K", "10-K"),
        ("Form 10-KSB", "10-KSB"),
        ("FORM 10-K405", "10-K405"),
        ("FORM 10-KT", "10-KT"),
        ("FORM 10-K The report", "10-K"),
        ("Form 10-K\nAmendment No. 2", "10-K/A"),
        ("Form 10-K\n(Amendment No.   )", "10-K"),
        ("a letter", None),
    ],
)
def test_the_form_stands_on_the_cover(cover: str, form: str | None) -> None:
    assert seen(cover).form == form


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("fiscal year ended December 31, 2003", date(2003, 12, 31)),
        ("fiscal year ended: Sept. 30, 2003", date(2003, 9, 30)),
        ("fiscal year ended February 29, 2001", None),
        ("fiscal year ended 12/31/2003", date(2003, 12, 31)),
        ("fiscal year ended __________", None),
        ("year ended\nJune 30,\n2004", date(2004, 6, 30)),
    ],
)
def test_the_period_stands_on_the_cover(written: str, day: date | None) -> None:
    assert seen(f"FORM 10-K\nFor the {written}\n").period == day


@pytest.mark.parametrize(
    ("name", "accession"),
    [
        (f"{ACCESSION}.txt", ACCESSION),
        (f"{ACCESSION}-main.htm", ACCESSION),
        (f"in/box/{ACCESSION}.txt", ACCESSION),
        (f"{ACCESSION}9.txt", None),
        (f"a{ACCESSION}.txt", None),
    ],
)
def test_the_accession_comes_from_a_name_that_starts_with_one(name: str, accession: str | None) -> None:
    assert seen("text", name=name).accession == (accession or f"local-{sha256_hex(b'text')[:12]}")


def test_a_sidecar_goes_before_everything() -> None:
    given = {"accession": "0000000001-01-000001", "cik": 9, "company": "Elm", "ticker": "elm", "form": "10k",
             "period": "2000-01-31", "filed": "2000-04-01", "amends": ACCESSION}  # fmt: skip
    assert seen(HEADER, sidecar=given) == Identity(
        accession="0000000001-01-000001",
        ciks=(9,),
        company="Elm",
        ticker="ELM",
        form="10-K",
        period=date(2000, 1, 31),
        filed=date(2000, 4, 1),
        amends=ACCESSION,
    )


def test_what_a_sidecar_leaves_out_comes_from_the_filing() -> None:
    assert seen(HEADER, sidecar={"company": "Elm"}).form == "10-K405"


@pytest.mark.parametrize(
    "sidecar",
    [
        b"",
        b"not json",
        b"[]",
        b'{"cik": 0}',
        b'{"cik": "a"}',
        b'{"accession": "1-2-3"}',
        b'{"period": "31 June 2000"}',
        b'{"unknown": 1}',
        b'{"company": ""}',
        b'{"ticker": "A B"}',
        b"\xff\xfe\x00",
        b'{"company": "' + b"x" * 70_000 + b'"}',
    ],
)
def test_a_sidecar_that_cannot_be_used_is_an_error(sidecar: bytes) -> None:
    with pytest.raises(FilingUnreadable) as refused:
        identify("x.htm", b"text", sidecar)
    assert refused.value.reason == "sidecar"


def test_names_lose_what_a_terminal_would_obey() -> None:
    header = HEADER.replace("BIRCH CO", "BIRCH\x1b[31m \u202eOC" + "x" * 300)
    found = seen(header).company
    assert found is not None
    assert found.startswith("BIRCH[31m OC") and len(found) <= 200

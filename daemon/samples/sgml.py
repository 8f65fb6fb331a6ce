# ruff: noqa: E501 - markup and lists of slots read best on one line
"""A full submission as EDGAR took it in the 1990s: an SGML header, then text typed to 80 columns with <PAGE> between."""

import textwrap
from collections.abc import Iterator, Sequence
from string import capwords
from typing import Final

from daemon.samples.cover import Cover, cover, file_number, long_date
from daemon.samples.marks import NOTICE, SAMPLE_MARK
from daemon.samples.pages import Block, Opening, contents, pages
from daemon.samples.report import Heading, Report, Text
from daemon.samples.tables import Table

_WIDTH: Final = 76
_LABELS: Final = 38
_COLUMN: Final = 12


def sgml(report: Report) -> bytes:
    """The bytes of `<accession>.txt`."""
    paged = pages(report)
    lines = [*_header(report), *_cover(cover(report)), *_contents(contents(paged))]
    for number, page in enumerate(paged, start=1):
        lines += ["<PAGE>", f"{report.company.short.upper()}  {report.form}  {report.now.number}".center(_WIDTH), ""]
        for block in page:
            lines += _block(block)
        lines += [str(number).center(_WIDTH)]
    lines += ["<PAGE>", *_signatures(report), "</TEXT>", "</DOCUMENT>", "</SEC-DOCUMENT>", ""]
    return "\n".join(lines).encode("ascii")


def _header(report: Report) -> list[str]:
    company, accession = report.company, report.accession
    month, day = company.year_end
    return [
        f"<SEC-DOCUMENT>{accession}.txt : {report.filed:%Y%m%d}",
        f"<SEC-HEADER>{accession}.hdr.sgml : {report.filed:%Y%m%d}",
        f"ACCESSION NUMBER:\t\t{accession}",
        f"CONFORMED SUBMISSION TYPE:\t{report.form}",
        "PUBLIC DOCUMENT COUNT:\t\t1",
        f"CONFORMED PERIOD OF REPORT:\t{report.period:%Y%m%d}",
        f"FILED AS OF DATE:\t\t{report.filed:%Y%m%d}",
        f"COMMENT:\t\t\t{SAMPLE_MARK.decode()}",
        "",
        "FILER:",
        "",
        "\tCOMPANY DATA:\t",
        f"\t\tCOMPANY CONFORMED NAME:\t\t\t{company.name}",
        f"\t\tCENTRAL INDEX KEY:\t\t\t{company.cik:010d}",
        f"\t\tSTANDARD INDUSTRIAL CLASSIFICATION:\t{company.sic_name.upper()} [{company.sic}]",
        f"\t\tSTATE OF INCORPORATION:\t\t\t{company.state_code}",
        f"\t\tFISCAL YEAR END:\t\t\t{month:02d}{day:02d}",
        "",
        "\tFILING VALUES:",
        f"\t\tFORM TYPE:\t\t{report.form}",
        "\t\tSEC ACT:\t\t1934 Act",
        f"\t\tSEC FILE NUMBER:\t{file_number(report)}",
        "",
        "\tBUSINESS ADDRESS:\t",
        f"\t\tSTREET 1:\t\t{company.street.upper()}",
        f"\t\tCITY:\t\t\t{company.city.upper()}",
        f"\t\tSTATE:\t\t\t{company.state_code}",
        "</SEC-HEADER>",
        "<DOCUMENT>",
        f"<TYPE>{report.form}",
        "<SEQUENCE>1",
        f"<FILENAME>{report.accession}.txt",
        "<TEXT>",
    ]


def _cover(on: Cover) -> list[str]:
    centred = [
        "UNITED STATES", "SECURITIES AND EXCHANGE COMMISSION", "WASHINGTON, D.C. 20549", "", on.form,
        *([on.amendment] if on.amendment else []), "",
        "[X] ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF", "THE SECURITIES EXCHANGE ACT OF 1934", "",
        f"FOR THE FISCAL YEAR ENDED {on.period.upper()}", "", f"COMMISSION FILE NUMBER {on.file_number}", "",
        on.name.upper(), "(Exact name of registrant as specified in its charter)", "",
        f"{on.state}                    {on.employer_number}", "(State of incorporation)     (Employer number)", "",
        on.address, "(Address of principal executive offices)", "",
        f"Common Stock, traded on {on.exchange} as {on.ticker}",
    ]  # fmt: skip
    return [
        *_wrapped(NOTICE), "", *(line.center(_WIDTH).rstrip() for line in centred), "",
        *_wrapped("Indicate by check mark whether the registrant has filed all reports required to be filed. Yes [X] No [ ]"), "",
        *_wrapped(f"The aggregate market value of the voting stock held by non-affiliates was {on.value}. Shares of common stock "
                  f"outstanding: {on.shares}."), "",
        *_wrapped("Documents incorporated by reference: parts of the proxy statement, in Part III."), "",
    ]  # fmt: skip


def _contents(entries: Sequence[tuple[Opening, int]]) -> list[str]:
    lines = ["<PAGE>", "TABLE OF CONTENTS".center(_WIDTH), ""]
    for opening, page in entries:
        label = textwrap.shorten(f"Item {opening.number}. {opening.title}", 60, placeholder="")
        lines.append(f"{label} {'.' * (_WIDTH - 5 - len(label))} {page}")
    return [*lines, ""]


def _block(block: Block) -> Iterator[str]:
    match block:
        case Opening(number, title, part):
            if part:
                yield from (part.center(_WIDTH).rstrip(), "")
            yield from _wrapped(f"ITEM {number}. {title.upper()}")
        case Heading(text):
            yield from _wrapped(_title(text))
        case Text(text):
            yield from _wrapped(text)
        case Table():
            yield from _table(block)
    yield ""


def _title(text: str) -> str:
    """Plain text has no bold: a heading is in capitals where it is short, and ends without a full stop."""
    return text.upper() if len(text) < 60 else capwords(text)


def _table(table: Table) -> Iterator[str]:
    yield "<TABLE>"
    yield f"<CAPTION>{table.caption}"
    yield "<S>" + " " * (_LABELS - 3) + "".join("<C>".ljust(_COLUMN) for _ in table.header[1:])
    wide = any(len(cell) > _COLUMN for row in table.rows for cell in row[1:])
    for row in (table.header, *table.rows):
        label, *figures = row
        if wide:
            yield f"{label:<32}{figures[0]:<34.34}{figures[1]:>10}"
        else:
            yield f"{label[:_LABELS]:<{_LABELS}}" + "".join(f"{figure:>{_COLUMN}}" for figure in figures)
    yield "</TABLE>"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_on_hyphens=False)


def _signatures(report: Report) -> list[str]:
    return [
        "SIGNATURES".center(_WIDTH).rstrip(), "",
        *_wrapped("Pursuant to the requirements of Section 13 or 15(d) of the Securities Exchange Act of 1934, the registrant has "
                  "duly caused this report to be signed on its behalf by the undersigned."), "",
        report.company.name.upper(), "", long_date(report.filed),
    ]  # fmt: skip

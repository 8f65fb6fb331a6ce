# ruff: noqa: E501 - markup and lists of slots read best on one line
"""A 10-K in the HTML of about 2000 to 2010: <font> in every paragraph, rules between pages, page numbers, running heads."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from daemon.samples.cover import Cover, cover, long_date
from daemon.samples.marks import NOTICE, SAMPLE_MARK
from daemon.samples.pages import Block, Opening, contents, pages
from daemon.samples.report import Heading, Report, Text
from daemon.samples.tables import Table

_RUNNING: Final = 4  # pages from which on each one has a running head
_FONT: Final = '<FONT FACE="Times New Roman" SIZE="2">'


def page(report: Report) -> bytes:
    """Windows-1252 bytes, as such pages are: an apostrophe is `&#146;`."""
    paged = pages(report)
    title = f"{report.form} {report.company.name}"
    head = [
        "<HTML>", f"<!-- {SAMPLE_MARK.decode()} -->", f"<HEAD><TITLE>{escape(title)}</TITLE></HEAD>",
        '<BODY BGCOLOR="#FFFFFF">', *_cover(cover(report)), *_contents(contents(paged)),
    ]  # fmt: skip
    body: list[str] = []
    for number, blocks in enumerate(paged, start=1):
        if len(paged) >= _RUNNING:
            body += [_centred(f"<I>{_text(report.company.name)} &#150; {report.form} {report.now.number}</I>")]
        for block in blocks:
            body += _block(block)
        body += [_centred(str(number)), '<HR SIZE="3" NOSHADE style="page-break-after:always">']
    return "\n".join([*head, *body, *_signatures(report), "</BODY>", "</HTML>", ""]).encode("cp1252")


def _cover(on: Cover) -> list[str]:
    lines = (
        "UNITED STATES", "SECURITIES AND EXCHANGE COMMISSION", "Washington, D.C. 20549", f"<B>{on.form}</B>",
        *([f"<B>{on.amendment}</B>"] if on.amendment else []),
        "[X] ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
        f"For the fiscal year ended {on.period}", f"Commission file number {on.file_number}", f"<B>{_text(on.name)}</B>",
        "(Exact name of registrant as specified in its charter)", f"{_text(on.state)} &nbsp;&nbsp; {on.employer_number}",
        _text(on.address), "(Address of principal executive offices)",
        f"Securities registered pursuant to Section 12(b) of the Act: Common Stock ({on.ticker}), {on.exchange}",
        "Indicate by check mark whether the registrant has filed all reports required to be filed. Yes [X] No [&nbsp;]",
        f"The aggregate market value of the common stock held by non-affiliates was {on.value}; {on.shares} shares were outstanding.",
        "Documents incorporated by reference: parts of the proxy statement, in Part III.",
    )  # fmt: skip
    return [_paragraph(f"<I>{_text(NOTICE)}</I>"), *(_centred(line) for line in lines)]


def _contents(entries: Sequence[tuple[Opening, int]]) -> Iterator[str]:
    yield _centred('<A NAME="toc"></A><B>TABLE OF CONTENTS</B>')
    yield '<TABLE WIDTH="100%" CELLPADDING="0" BORDER="0">'
    for opening, number in entries:
        yield (
            f'<TR VALIGN="TOP"><TD WIDTH="12%">{_FONT}Item {opening.number}.</FONT></TD><TD>{_FONT}{_text(opening.title)}</FONT>'
            f'</TD><TD ALIGN="RIGHT">{_FONT}{number}</FONT></TD></TR>'
        )
    yield "</TABLE>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Opening(number, title, part):
            if part:
                yield _centred(f"<B>{part}</B>")
            yield _paragraph(f"<B>ITEM {number}.&nbsp;&nbsp;{_text(title.upper())}</B>")
        case Heading(text):
            yield _paragraph(f"<B><I>{_text(text)}</I></B>")
        case Text(text):
            yield _paragraph(_text(text))
        case Table():
            yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    yield _centred(f"<B>{_text(table.caption)}</B>")
    yield '<TABLE CELLSPACING="0" BORDER="0" WIDTH="90%">'
    for row in (table.header, *table.rows):
        label, *figures = row
        cells = "".join(f'<TD ALIGN="RIGHT">{_FONT}{_text(figure)}</FONT></TD>' for figure in figures)
        yield f'<TR BGCOLOR="#CCEEFF"><TD>{_FONT}{_text(label)}</FONT></TD>{cells}</TR>'
    yield "</TABLE>"


def _paragraph(markup: str) -> str:
    return f'<P ALIGN="JUSTIFY">{_FONT}{markup}</FONT></P>'


def _centred(markup: str) -> str:
    return f'<P ALIGN="CENTER">{_FONT}{markup}</FONT></P>'


def _text(text: str) -> str:
    return escape(text, quote=False).replace("'", "&#146;")


def _signatures(report: Report) -> list[str]:
    return [
        _centred("<B>SIGNATURES</B>"),
        _paragraph("Pursuant to the requirements of Section 13 or 15(d) of the Securities Exchange Act of 1934, the registrant "
                   "has duly caused this report to be signed on its behalf by the undersigned."),
        _paragraph(f"<B>{_text(report.company.name)}</B>"), _paragraph(long_date(report.filed)),
    ]  # fmt: skip

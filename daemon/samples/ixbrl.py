# ruff: noqa: E501 - markup and lists of slots read best on one line
"""A 10-K as inline XBRL, the shape of today: XHTML with a hidden header, tagged cover and tagged figures."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from daemon.samples.cover import Cover, cover, long_date
from daemon.samples.marks import NOTICE, SAMPLE_MARK
from daemon.samples.pages import Block, Opening, contents, pages
from daemon.samples.report import Heading, Report, Text
from daemon.samples.tables import Table

_SPACES: Final = (
    'xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" '
    'xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:link="http://www.xbrl.org/2003/linkbase" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:iso4217="http://www.xbrl.org/2003/iso4217" '
    'xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"'
)
_SPAN: Final = (
    "style=\"color:#000000;font-family:'Times New Roman',sans-serif;font-size:10pt;font-weight:400;line-height:120%\""
)
_BOLD: Final = _SPAN.replace("400", "700")
_MONEY: Final = re.compile(r"\$([\d,]+\.\d) million")


def ixbrl(report: Report) -> bytes:
    """ASCII bytes: on one line for every second company, as some filing agents write them."""
    paged = pages(report)
    lines = [
        "<?xml version='1.0' encoding='ASCII'?>",
        f"<!--{SAMPLE_MARK.decode()}: an invented company-->",
        f'<html {_SPACES} xmlns:dei="http://xbrl.sec.gov/dei/{report.filed.year}" '
        f'xmlns:us-gaap="http://fasb.org/us-gaap/{report.filed.year}" xml:lang="en-US">',
        f'<head><meta http-equiv="Content-Type" content="text/html"/><title>{_file(report)}</title></head><body>',
        *_header(report),
        *_cover(cover(report)),
        *_contents(contents(paged)),
    ]
    for number, blocks in enumerate(paged, start=1):
        lines.append(_div(f'<a {_SPAN} href="#toc">Table of Contents</a>'))
        for block in blocks:
            lines += _block(block, report)
        foot = f"{report.company.name} | {report.now.number} {report.form} | {number}"
        lines += [_div(_span(_text(foot)), "text-align:center"), '<hr style="page-break-after:always"/>']
    lines += [*_signatures(report), "</body></html>"]
    return ("" if report.company.cik % 2 else "\n").join(lines).encode("ascii", "xmlcharrefreplace")


def _file(report: Report) -> str:
    return f"{report.company.ticker.lower()}-{report.period:%Y%m%d}"


def _header(report: Report) -> Iterator[str]:
    company, start = report.company, report.years[report.index - 1].end
    hidden = {
        "AmendmentFlag": str(report.form.endswith("/A")).lower(),
        "DocumentFiscalYearFocus": str(report.now.number),
        "DocumentFiscalPeriodFocus": "FY",
        "EntityCentralIndexKey": f"{company.cik:010d}",
        "CurrentFiscalYearEndDate": f"--{company.year_end[0]:02d}-{company.year_end[1]:02d}",
    }
    yield '<div style="display:none"><ix:header><ix:hidden>'
    for i, (name, value) in enumerate(hidden.items(), start=1):
        yield f'<ix:nonNumeric contextRef="c-1" name="dei:{name}" id="f-{i}">{value}</ix:nonNumeric>'
    yield f'</ix:hidden><ix:references><link:schemaRef xlink:type="simple" xlink:href="{_file(report)}.xsd"/></ix:references>'
    yield (
        '<ix:resources><xbrli:context id="c-1"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">'
        f"{company.cik:010d}</xbrli:identifier></xbrli:entity><xbrli:period><xbrli:startDate>{start}</xbrli:startDate>"
        f"<xbrli:endDate>{report.period}</xbrli:endDate></xbrli:period></xbrli:context>"
        '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit></ix:resources></ix:header></div>'
    )


def _cover(on: Cover) -> Iterator[str]:
    def tagged(name: str, value: str, form: str = "") -> str:
        return f'<ix:nonNumeric contextRef="c-1" name="dei:{name}"{form} id="f-{name}">{_text(value)}</ix:nonNumeric>'

    yield _div(_span(_text(NOTICE)))
    day = tagged("DocumentPeriodEndDate", on.period, ' format="ixt:date-monthname-day-year-en"')
    for line in (
        "UNITED STATES SECURITIES AND EXCHANGE COMMISSION", "Washington, D.C. 20549",
        "FORM " + tagged("DocumentType", on.form.removeprefix("FORM ")), *([on.amendment] if on.amendment else []),
        "☒ ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
        f"For the fiscal year ended {day}", "Commission File Number: " + tagged("EntityFileNumber", on.file_number),
        tagged("EntityRegistrantName", on.name), "(Exact name of Registrant as specified in its charter)",
        tagged("EntityIncorporationStateCountryCode", on.state) + " " + tagged("EntityTaxIdentificationNumber", on.employer_number),
        _text(on.address), "Securities registered pursuant to Section 12(b) of the Act:",
        f"Common Stock, trading symbol {tagged('TradingSymbol', on.ticker)}, {tagged('SecurityExchangeName', on.exchange)}",
        "Indicate by check mark whether the Registrant has filed all reports required to be filed. Yes ☒ No ☐",
        f"The aggregate market value of the voting stock held by non-affiliates was approximately {on.value}. "
        f"{tagged('EntityCommonStockSharesOutstanding', on.shares)} shares of common stock were outstanding.",
        "Documents incorporated by reference: parts of the proxy statement, in Part III.",
    ):  # fmt: skip
        yield _div(_span(line), "text-align:center")


def _contents(entries: Sequence[tuple[Opening, int]]) -> Iterator[str]:
    yield _div(f'<span id="toc" {_BOLD}>TABLE OF CONTENTS</span>', "text-align:center") + "<table>"
    for opening, number in entries:
        title = f'<a href="#i{opening.number}">{_text(opening.title)}</a>'
        yield f"<tr><td>{_span(f'Item {opening.number}.')}</td><td>{title}</td><td>{_span(str(number))}</td></tr>"
    yield "</table>"


def _block(block: Block, report: Report) -> Iterator[str]:
    match block:
        case Opening(number, title, part):
            if part:
                yield _div(f"<span {_BOLD}>{part}</span>", "text-align:center")
            name = f"Item {number}.&#160;&#160;&#160;&#160;{_text(title)}"
            yield f'<div id="i{number}" style="margin-top:18pt"><span {_BOLD}>{name}</span></div>'
        case Heading(text):
            yield _div(f"<span {_BOLD}>{_text(text)}</span>")
        case Text(text):
            yield _div(_span(_tagged_money(_text(text), report)), "text-align:justify;margin-top:9pt")
        case Table():
            yield from _table(block)


def _tagged_money(text: str, report: Report) -> str:
    name = f"{report.company.ticker.lower()}:AmountInText"
    tag = f'<ix:nonFraction unitRef="usd" contextRef="c-1" decimals="-5" name="{name}" scale="6">'
    return _MONEY.sub(lambda found: f"${tag}{found[1]}</ix:nonFraction> million", text)


def _table(table: Table) -> Iterator[str]:
    yield _div(f"<span {_BOLD}>{_text(table.caption)}</span>") + "<table>"
    yield "<tr>" + "".join(f"<td>{_span(_text(cell))}</td>" for cell in table.header) + "</tr>"
    tags = table.tags or (None,) * len(table.rows)
    for row, tag in zip(table.rows, tags, strict=True):
        label, *figures = row
        cells = "".join(f'<td style="text-align:right">{_span(_figure(figure, tag))}</td>' for figure in figures)
        yield f"<tr><td>{_span(_text(label))}</td>{cells}</tr>"
    yield "</table>"


def _figure(figure: str, tag: str | None) -> str:
    if tag is None:
        return _text(figure)
    return f'<ix:nonFraction unitRef="usd" contextRef="c-1" decimals="-5" name="us-gaap:{tag}" scale="6">{figure}</ix:nonFraction>'


def _div(markup: str, style: str = "margin-top:9pt") -> str:
    return f'<div style="{style}">{markup}</div>'


def _span(markup: str) -> str:
    return f"<span {_SPAN}>{markup}</span>"


def _text(text: str) -> str:
    return escape(text, quote=False).replace("'", "&#8217;")


def _signatures(report: Report) -> list[str]:
    return [
        _div(f"<span {_BOLD}>SIGNATURES</span>", "text-align:center"),
        _div(_span("Pursuant to the requirements of Section 13 or 15(d) of the Securities Exchange Act of 1934, the Registrant has "
                   "duly caused this report to be signed on its behalf by the undersigned, thereunto duly authorized.")),
        _div(_span(_text(report.company.name))), _div(_span(long_date(report.filed))),
    ]  # fmt: skip

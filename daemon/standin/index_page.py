"""A filing's index page, in the shape of the captured ones: form, dates, documents, and a block for each filer."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from pathlib import Path
from typing import Final

from daemon.standin.listing import Filer
from daemon.standin.submissions import Address, Row

_TITLES: Final = {
    "10-K": "Annual report [Section 13 and 15(d), not S-K Item 405]",
    "10-Q": "Quarterly report [Sections 13 or 15(d)]",
}
_GRAPHICS: Final = {".jpg", ".gif", ".png"}
_COLUMNS: Final = ('<acronym title="Sequence Number">Seq</acronym>', "Description", "Document", "Type", "Size")

_PAGE: Final = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>EDGAR Filing Documents for {accession}</title>
</head>
<body style="margin: 0; font-size: 16px; ">
<div id="contentDiv">
<!-- START FILING DIV -->
<div class="formDiv">
   <div id="formHeader">
      <div id="formName">
         <strong>Form {form}</strong>{title}
      </div>
      <div id="secNum">
         <strong><acronym title="Securities and Exchange Commission">SEC</acronym> Accession
            <acronym title="Number">No.</acronym></strong> {accession}
      </div>
   </div>
   <div class="formContent">
{facts}
      <div style="clear:both"></div>
<!-- END FILING DIV -->
<!-- START DOCUMENT DIV -->
   </div>
</div>
<div class="formDiv">
   <div>
      <p>Document Format Files</p>
      <table class="tableFile" summary="Document Format Files">
{documents}
      </table>
   </div>
</div>
<!-- END DOCUMENT DIV -->
<!-- START FILER DIV -->
{filers}
<!-- END FILER DIV -->
</div>
</body>
</html>
"""


@dataclass(frozen=True)
class Held:
    """What the folder holds of one filing: its documents (the primary one among them) and the complete submission."""

    documents: tuple[Path, ...]
    complete: Path | None


@dataclass(frozen=True)
class _Line:
    seq: str
    description: str
    link: str
    type: str
    size: str


def index_page(cik: int, filers: Sequence[Filer], held: Held) -> str:
    """`cik` is the one in the address: EDGAR's links keep it, whoever else filed with it."""
    row = next((filer.row for filer in filers if filer.company.cik == cik), filers[0].row)
    lines = _lines(cik, row, held)
    return _PAGE.format(
        accession=row.accession,
        form=escape(row.form),
        title=f" - {_TITLES[row.form]}: " if row.form in _TITLES else "",
        facts=_facts(row, documents=max(1, len(held.documents))),
        documents=_table(lines),
        filers="\n".join(_filer(filer) for filer in filers),
    )


def _facts(row: Row, *, documents: int) -> str:
    accepted = row.accepted[:19].replace("T", " ")
    first = (("Filing Date", row.filed), ("Accepted", accepted), ("Documents", str(documents)))
    groups = [first, (("Period of Report", row.period),)] if row.period else [first]
    return "\n".join(_group(group) for group in groups)


def _group(facts: Sequence[tuple[str, str]]) -> str:
    inside = "\n".join(
        f'         <div class="infoHead">{name}</div>\n         <div class="info">{escape(value)}</div>'
        for name, value in facts
    )
    return f'      <div class="formGrouping">\n{inside}\n      </div>'


def _lines(cik: int, row: Row, held: Held) -> list[_Line]:
    base = f"/Archives/edgar/data/{cik}/{row.accession.replace('-', '')}/"
    rest = sorted(path for path in held.documents if path.name != row.document)
    primary = next((path for path in held.documents if path.name == row.document), None)
    size = primary.stat().st_size if primary else row.size
    lines = [_Line("1", row.description or row.form, _primary_link(base, row), row.form, str(size))]
    for seq, path in zip(count(2), rest, strict=False):
        kind = "GRAPHIC" if path.suffix.lower() in _GRAPHICS else "EX-99"
        lines.append(_Line(str(seq), kind, _link(base + path.name, path.name), kind, str(path.stat().st_size)))
    if held.complete:
        name = f"{row.accession}.txt"
        size = held.complete.stat().st_size
        lines.append(_Line("&nbsp;", "Complete submission text file", _link(base + name, name), "&nbsp;", str(size)))
    return lines


def _primary_link(base: str, row: Row) -> str:
    """Without a name, a link to the folder with no text: so it is on the captured page of 2000."""
    if row.inline and row.document:
        return f'{_link(f"/ix?doc={base}{row.document}", row.document)} &nbsp;&nbsp;<span style="color: green">iXBRL</span>'
    return _link(base + row.document, row.document)


def _link(target: str, text: str) -> str:
    return f'<a href="{escape(target)}">{escape(text)}</a>'


def _table(lines: Sequence[_Line]) -> str:
    head = "\n".join(f'            <th scope="col">{column}</th>' for column in _COLUMNS)
    rows = [f"         <tr>\n{head}\n         </tr>"]
    for number, line in enumerate(lines):
        cells = (line.seq, escape(line.description), line.link, line.type, line.size)
        inside = "\n".join(f'            <td scope="row">{cell}</td>' for cell in cells)
        even = ' class="evenRow"' if number % 2 else ""
        rows.append(f"         <tr{even}>\n{inside}\n         </tr>")
    return "\n".join(rows)


def _filer(filer: Filer) -> str:
    company, row = filer.company, filer.row
    cik = f"{company.cik:010d}"
    company_link = _link(f"/cgi-bin/browse-edgar?CIK={cik}&action=getcompany", f"{cik} (see all company filings)")
    identity = _named(
        ('<acronym title="Internal Revenue Service Number">EIN.</acronym>', company.ein),
        ("State of Incorp.", company.state_of_incorporation),
        ("Fiscal Year End", company.fiscal_year_end),
    )
    papers = _named(("Type", row.form), ("Act", row.act), ("File No.", row.file_number), ("Film No.", row.film_number))
    sic = f'<acronym title="Standard Industrial Code">SIC</acronym>: <b>{escape(company.sic)}</b>'
    return f"""<div class="filerDiv">
{_mailer("Mailing Address", company.addresses.mailing)}
{_mailer("Business Address", company.addresses.business)}
<div class="companyInfo">
  <span class="companyName">{escape(company.name)} (Filer)
 <acronym title="Central Index Key">CIK</acronym>: {company_link}</span>
<p class="identInfo">{identity}<br />{papers}<br />{sic} {escape(company.sic_description)}</p>
</div>
<div class="clear"></div>
</div>"""


def _named(*values: tuple[str, str | None]) -> str:
    return " | ".join(f"{name}: <strong>{escape(value or '')}</strong>" for name, value in values)


def _mailer(title: str, address: Address) -> str:
    town = " ".join(part for part in (address.city, address.state_or_country, address.zip_code) if part)
    lines = [line for line in (address.street1, address.street2, town) if line]
    inside = "\n".join(f'      <span class="mailerAddress">{escape(line)}</span>' for line in lines)
    return f'   <div class="mailer">{title}\n{inside}\n   </div>'

"""The index page, read as a reader of EDGAR's reads it, beside the captured pages."""

from datetime import date
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup, Tag

from tests.daemon.standin.conftest import DOCUMENT, JOINT
from tests.edgar_submissions import a_head, a_row, rows_of, write_submissions


class Line(NamedTuple):
    seq: str
    description: str
    link: str
    name: str
    type: str
    size: str


class Page(NamedTuple):
    form: str
    accession: str
    facts: dict[str, str]
    columns: list[str]
    lines: list[Line]
    filers: list[str]
    identities: list[str]


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def read(body: bytes) -> Page:
    soup = BeautifulSoup(body, "lxml")
    rows = soup.select("table.tableFile[summary='Document Format Files'] tr")
    names, infos = soup.select(".infoHead"), soup.select(".info")
    return Page(
        form=words(soup.select_one("#formName")),
        accession=words(soup.select_one("#secNum")),
        facts={words(name): words(info) for name, info in zip(names, infos, strict=True)},
        columns=[words(cell) for cell in rows[0].select("th")],
        lines=[line(row) for row in rows[1:]],
        filers=[words(filer) for filer in soup.select(".companyName")],
        identities=[words(identity) for identity in soup.select(".identInfo")],
    )


def line(row: Tag) -> Line:
    seq, description, document, kind, size = row.select("td")
    link = document.select_one("a")
    assert link is not None
    return Line(words(seq), words(description), str(link["href"]), words(document), words(kind), words(size))


@pytest.fixture
def captured_company(edgar, tmp_path):
    """A folder with the newest capture of a company and, where there is one, its filing."""
    import json

    def make(capture: str, *, document: str | None = None, at: str = "") -> object:
        (tmp_path / "submissions").mkdir()
        captured = json.loads((edgar / "files" / capture).read_text())
        recent = captured.pop("filings")["recent"]
        write_submissions(tmp_path / "submissions", captured, rows_of(recent))
        if document:
            (tmp_path / at).parent.mkdir(parents=True)
            (tmp_path / at).symlink_to(edgar / "files" / document)
        return tmp_path

    return make


def test_a_10k_has_the_page_that_was_captured(captured_company, edgar_of, session, edgar):
    real = read((edgar / "files/1009672/0001564590-18-004771-index.htm").read_bytes())
    at = "Archives/edgar/data/1009672/000156459018004771/crr-10k_20171231.htm"
    folder = captured_company("1009672/CIK0001009672.json", document="1009672/0001564590-18-004771.htm", at=at)
    path = "/Archives/edgar/data/1009672/000156459018004771/0001564590-18-004771-index.htm"
    ours = read(session.get(edgar_of(folder).www_url + path, timeout=10).content)
    # Its exhibits are not in the folder.
    assert ours.facts == real.facts | {"Documents": "1"}
    assert ours._replace(facts={}, lines=ours.lines[:1]) == real._replace(facts={}, lines=real.lines[:1])


def test_a_filing_of_2000_has_a_link_without_a_name_as_captured(captured_company, edgar_of, session, edgar):
    real = read((edgar / "files/320193/0000912057-00-023442-index.htm").read_bytes())
    folder = captured_company("320193/CIK0000320193-2026-06-mergedpages.json")
    path = "/Archives/edgar/data/320193/000091205700023442/0000912057-00-023442-index.htm"
    ours = read(session.get(edgar_of(folder).www_url + path, timeout=10).content)
    assert (ours.form, ours.accession, ours.columns) == (real.form, real.accession, real.columns)
    assert {name: ours.facts[name] for name in ("Filing Date", "Period of Report")} == {
        name: real.facts[name] for name in ("Filing Date", "Period of Report")
    }
    assert (ours.lines[0].seq, ours.lines[0].link, ours.lines[0].name) == ("1", real.lines[0].link, "")
    assert real.lines[0].name == ""


def test_an_inline_document_is_linked_through_the_viewer_as_captured(folder, edgar_of, session, edgar):
    real = read((edgar / "files/920760/0001628280-17-000327-index.htm").read_bytes())
    row = a_row(JOINT, "10-K", date(2026, 2, 20), primaryDocument="ours-20251231.htm", isInlineXBRL=1)
    write_submissions(folder / "submissions", a_head(9001, "OURS INC", ()), [row])
    ours = read(
        session.get(f"{edgar_of(folder).www_url}/Archives/edgar/data/9001/{JOINT}-index.htm", timeout=10).content
    )
    for page, file in ((real, "len-20161130x10k.htm"), (ours, "ours-20251231.htm")):
        first = page.lines[0]
        assert first.link.startswith("/ix?doc=/Archives/edgar/data/") and first.link.endswith(f"/{file}")
        assert first.name == f"{file} iXBRL"
    assert ours.lines[0].size == str(len(DOCUMENT))


def test_each_company_that_filed_has_its_block_and_the_links_keep_the_number_asked_for(folder, edgar_of, session):
    edgar = edgar_of(folder)
    path = f"/Archives/edgar/data/9002/{JOINT.replace('-', '')}/{JOINT}-index.htm"
    ours = read(session.get(edgar.www_url + path, timeout=10).content)
    assert ours.filers == [
        "OURS & SONS INC (Filer) CIK : 0000009001 (see all company filings)",
        "PARTNER LP (Filer) CIK : 0000009002 (see all company filings)",
    ]
    assert ours.lines[0].link == "/Archives/edgar/data/9002/000000900126000007/ours-20251231.htm"
    assert session.get(edgar.www_url + ours.lines[0].link, timeout=10).content == DOCUMENT


def test_every_file_beside_the_main_document_has_a_line(folder, edgar_of, session):
    beside = folder / "Archives/edgar/data/9001/000000900126000007"
    (beside / "logo.jpg").write_bytes(b"12345")
    (beside / "a-exhibit.htm").write_bytes(b"123")
    page = read(
        session.get(f"{edgar_of(folder).www_url}/Archives/edgar/data/9001/{JOINT}-index.htm", timeout=10).content
    )
    assert [(line.seq, line.name, line.type, line.size) for line in page.lines[1:]] == [
        ("2", "a-exhibit.htm", "EX-99", "3"),
        ("3", "logo.jpg", "GRAPHIC", "5"),
    ]
    assert page.facts["Documents"] == "3"


def test_a_company_that_did_not_file_it_has_no_page(folder, edgar_of, session):
    path = f"/Archives/edgar/data/9003/{JOINT.replace('-', '')}/{JOINT}-index.htm"
    assert session.get(edgar_of(folder).www_url + path, timeout=10).status_code == 403

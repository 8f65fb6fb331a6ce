"""EDGAR's small HTML pages, read with BeautifulSoup: who filed what, and what a refusal says. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from bs4 import BeautifulSoup, Tag

_LARGEST: Final = 2_000_000  # bytes; an index page of a hundred documents has 30,000
_TOLD: Final = 160  # characters of a page that an error quotes
# The viewer's page is XHTML: BeautifulSoup would warn about it, and means well, but lxml's HTML parser reads what comes.
_DECLARATION: Final = re.compile(rb"\s*<\?xml[^>]*>")
_CIK: Final = re.compile(r"\b\d{10}\b")
_SIZE: Final = re.compile(r"\d{1,12}")
_FILER: Final = re.compile(r"\((?:Filer|Filed by|Subject)\)", re.IGNORECASE)


@dataclass(frozen=True)
class Filer:
    cik: int
    name: str


@dataclass(frozen=True)
class Document:
    """One of a filing: `kind` is what it is filed as, '' for the complete submission; bytes as the page has them."""

    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class Described:
    """What a filing's index page says; empty, or None, where it does not."""

    filers: tuple[Filer, ...] = ()
    period: date | None = None
    documents: tuple[Document, ...] = ()


def described(page: bytes) -> Described:
    """Nothing of a page that is no filing's index page."""
    soup = _soup(page)
    heads, infos = soup.select(".infoHead"), soup.select(".info")
    facts = {_words(head): _words(info) for head, info in zip(heads, infos, strict=False)}
    rows = soup.select("table.tableFile tr")
    return Described(_filers(soup), _day(facts.get("Period of Report", "")), tuple(filter(None, map(_document, rows))))


def _document(row: Tag) -> Document | None:
    """None for the line of heads, and for a document that has no name, as in old filings."""
    cells = row.select("td")
    link = cells[2].select_one("a") if len(cells) == 5 else None
    name, size = _words(link) if link else "", _words(cells[-1]) if cells else ""
    return Document(name, _words(cells[3]).upper(), int(size)) if name and _SIZE.fullmatch(size) else None


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filers(soup: BeautifulSoup) -> tuple[Filer, ...]:
    """The companies, in the page's order."""
    found = []
    for span in soup.select("span.companyName"):
        text = _words(span)
        cik = _CIK.search(text)
        if cik and _FILER.search(text):
            found.append(Filer(int(cik[0]), _FILER.split(text)[0].strip()))
    return tuple(dict.fromkeys(found))


def sentence_of(page: bytes) -> str:
    """What a page says first to a person: its title and heading, or its first words."""
    soup = _soup(page)
    for useless in soup(["script", "style", "noscript"]):
        useless.decompose()
    said = [" ".join(tag.get_text(" ").split()) for tag in soup(["title", "h1", "h2"])] or [
        " ".join(soup.get_text(" ").split())
    ]
    return ". ".join(dict.fromkeys(filter(None, said)))[:_TOLD] or "an empty page"


def _soup(page: bytes) -> BeautifulSoup:
    declared = _DECLARATION.match(page)
    return BeautifulSoup(page[declared.end() if declared else 0 : _LARGEST], "lxml")

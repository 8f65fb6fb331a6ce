"""EDGAR's small HTML pages, read with BeautifulSoup: who filed what, and what a refusal says. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from bs4 import BeautifulSoup

_LARGEST: Final = 2_000_000  # bytes; an index page of a hundred documents has 30,000
_TOLD: Final = 160  # characters of a page that an error quotes
# The viewer's page is XHTML: BeautifulSoup would warn about it, and means well, but lxml's HTML parser reads what comes.
_DECLARATION: Final = re.compile(rb"\s*<\?xml[^>]*>")
_CIK: Final = re.compile(r"\b\d{10}\b")
_FILER: Final = re.compile(r"\((?:Filer|Filed by|Subject)\)", re.IGNORECASE)


@dataclass(frozen=True)
class Filer:
    cik: int
    name: str


def filers(page: bytes) -> tuple[Filer, ...]:
    """The companies that a filing's index page names, in its order; empty for any other page."""
    soup = _soup(page)
    found = []
    for span in soup.select("span.companyName"):
        text = " ".join(span.get_text(" ").split())
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

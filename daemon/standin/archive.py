"""A folder in EDGAR's own layout, asked with EDGAR's own addresses. Names are matched, never joined as they come."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from daemon.standin.answer import HTML, JSON, Answer, file_answer
from daemon.standin.index_listing import index_listing
from daemon.standin.index_page import Held, index_page
from daemon.standin.listing import Listing
from daemon.standin.pages import access_denied, no_such_key, viewer_shell

# No name begins with a dot or holds a slash: nothing outside the folder can be asked for.
_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
_SUBMISSIONS: Final = re.compile(r"/submissions/(CIK\d{10}(?:-submissions-\d{3})?\.json)", re.ASCII)
_LISTS: Final = re.compile(r"/files/([a-z_]+\.json)")
_IN_FOLDER: Final = re.compile(rf"/Archives/edgar/data/(\d{{1,10}})/(\d{{18}})/({_NAME})", re.ASCII)
_BESIDE: Final = re.compile(r"/Archives/edgar/data/(\d{1,10})/(\d{10}-\d{2}-\d{6}(?:\.txt|-index\.html?))", re.ASCII)
_INDEX: Final = re.compile(r"/Archives/edgar/(?:full|daily)-index/")
_OF_A_QUARTER: Final = re.compile(rf"/Archives/edgar/((?:full|daily)-index)/(\d{{4}})/(QTR[1-4])/({_NAME})", re.ASCII)


@dataclass(frozen=True)
class _Asked:
    cik: int
    accession: str
    name: str


class Archive:
    def __init__(self, folder: Path, hidden: Collection[str]) -> None:
        self._folder = folder
        self._listing = Listing(folder / "submissions", hidden)

    def publish(self, accession: str) -> None:
        """Raises NothingHidden."""
        self._listing.publish(accession)

    def data(self, target: str) -> Answer:
        """What data.sec.gov says; `target` as it stands in the request line."""
        path = unquote(urlsplit(target).path)
        name = _SUBMISSIONS.fullmatch(path)
        body = self._listing.body(name[1]) if name else None
        return no_such_key(path.lstrip("/")) if body is None else Answer(200, JSON, body)

    def www(self, target: str) -> Answer:
        """What www.sec.gov says."""
        path = unquote(urlsplit(target).path)
        if path == "/ix":
            return viewer_shell()
        if _INDEX.match(path):
            return self._index_of_a_quarter(path)
        if name := _LISTS.fullmatch(path):
            return self._file(self._folder / "files" / name[1], path)
        asked = _asked(path)
        return self._of_filing(asked, path) if asked else no_such_key(path.lstrip("/"))

    def _index_of_a_quarter(self, path: str) -> Answer:
        """A file of the folder as it lies there, or its listing; no such index is no secret, but EDGAR says so."""
        asked = _OF_A_QUARTER.fullmatch(path)
        folder = self._data.parent / asked[1] / asked[2] / asked[3] if asked else self._folder
        if asked and asked[4] == "index.json" and folder.is_dir():
            return Answer(200, JSON, index_listing("/".join(asked.groups()[:3]), sorted(folder.iterdir())))
        return file_answer(folder / asked[4]) if asked and (folder / asked[4]).is_file() else access_denied(path)

    def _of_filing(self, asked: _Asked, path: str) -> Answer:
        if asked.name in {f"{asked.accession}-index.htm", f"{asked.accession}-index.html"}:
            return self._index(asked, path)
        if self._listing.is_hidden(asked.accession):
            return no_such_key(path.lstrip("/"))
        found = self._complete(asked) if asked.name == f"{asked.accession}.txt" else self._document(asked)
        return self._file(found, path)

    def _index(self, asked: _Asked, path: str) -> Answer:
        filers = self._listing.filers(asked.accession)
        if asked.cik not in {filer.company.cik for filer in filers}:
            return access_denied(path)
        first = next((filer.row.document for filer in filers if filer.row.document), "")
        primary = self._document(_Asked(asked.cik, asked.accession, first)) if first else None
        documents = tuple(sorted(entry for entry in primary.parent.iterdir() if entry.is_file())) if primary else ()
        page = index_page(asked.cik, filers, Held(documents, self._complete(asked)))
        return Answer(200, HTML, page.encode())

    def _document(self, asked: _Asked) -> Path | None:
        digits = asked.accession.replace("-", "")
        return self._found(asked, lambda cik: self._data / str(cik) / digits / asked.name)

    def _complete(self, asked: _Asked) -> Path | None:
        return self._found(asked, lambda cik: self._data / str(cik) / f"{asked.accession}.txt")

    def _found(self, asked: _Asked, place: Callable[[int], Path]) -> Path | None:
        """EDGAR gives a filing's files under the number of each company that filed it; the folder has them once."""
        if place(asked.cik).is_file():
            return place(asked.cik)
        ciks = [filer.company.cik for filer in self._listing.filers(asked.accession)]
        places = (place(cik) for cik in ciks) if asked.cik in ciks else ()
        return next((path for path in places if path.is_file()), None)

    @property
    def _data(self) -> Path:
        return self._folder / "Archives" / "edgar" / "data"

    def _file(self, file: Path | None, path: str) -> Answer:
        return file_answer(file) if file and file.is_file() else no_such_key(path.lstrip("/"))


def _asked(path: str) -> _Asked | None:
    if within := _IN_FOLDER.fullmatch(path):
        digits = within[2]
        return _Asked(int(within[1]), f"{digits[:10]}-{digits[10:12]}-{digits[12:]}", within[3])
    if beside := _BESIDE.fullmatch(path):
        return _Asked(int(beside[1]), beside[2][:20], beside[2])
    return None

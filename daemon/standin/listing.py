"""The submissions folder as it is served: without the rows of filings that have not appeared yet."""

import threading
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count, takewhile
from pathlib import Path
from typing import Final

from daemon.standin.submissions import Company, Row, company_in, row_in, without
from daemon.standin.whereabouts import Whereabouts
from store.errors import FinsdistillError

KEPT_BODIES: Final = 128  # filtered files held in memory, some 200 KB each


class NothingHidden(FinsdistillError):
    """Asked to publish what was never held back."""

    def __init__(self, accession: str) -> None:
        super().__init__(f"accession {accession} was not hidden, so it cannot appear: name it in `hidden` at the start")
        self.accession = accession


@dataclass(frozen=True)
class Filer:
    """One company that filed the accession."""

    company: Company
    row: Row


class Listing:
    """Used by many threads. Files are read when they are asked for; only filtered ones are kept."""

    def __init__(self, folder: Path, hidden: Collection[str]) -> None:
        self._folder = folder
        self._whereabouts = Whereabouts(folder)
        self._known = frozenset(hidden)
        self._hidden = self._known  # replaced as a whole: a request works with the one it began with
        self._bodies: dict[tuple[str, int, frozenset[str]], bytes] = {}
        self._lock = threading.Lock()

    def publish(self, accession: str) -> None:
        """Twice is once. Raises NothingHidden."""
        if accession not in self._known:
            raise NothingHidden(accession)
        with self._lock:
            self._hidden -= {accession}
            self._bodies.clear()

    def is_hidden(self, accession: str) -> bool:
        return accession in self._hidden

    def body(self, name: str) -> bytes | None:
        """What is served as `/submissions/<name>`."""
        path = self._folder / name
        hidden = self._hidden
        if not path.is_file():
            return None
        key = (name, path.stat().st_mtime_ns, hidden)
        with self._lock:
            kept = self._bodies.get(key)
        return kept if kept is not None else self._filtered(path, key)

    def filers(self, accession: str) -> tuple[Filer, ...]:
        """Every company that lists it, whose number begins the accession first. Empty while it is hidden."""
        if self.is_hidden(accession):
            return ()
        naming = {int(path.name[3:13]): path for path in self._whereabouts.files(accession)}
        own = int(accession[:10])
        return tuple(
            self._filer(cik, naming[cik], accession) for cik in sorted(naming, key=lambda cik: (cik != own, cik))
        )

    def _filer(self, cik: int, naming: Path, accession: str) -> Filer:
        main = self._folder / f"CIK{cik:010d}.json"
        return Filer(company_in(main.read_bytes()), row_in(naming.read_bytes(), accession))

    def _filtered(self, path: Path, key: tuple[str, int, frozenset[str]]) -> bytes:
        hidden = key[2]
        gone = self._whereabouts.named(path, hidden)
        pages = self._gone_from_pages(path, hidden)
        if not gone and not pages:
            return path.read_bytes()
        body = without(path.read_bytes(), gone, pages)
        with self._lock:
            if hidden is self._hidden:  # else something was published meanwhile
                self._bodies[key] = body
                while len(self._bodies) > KEPT_BODIES:
                    del self._bodies[next(iter(self._bodies))]
        return body

    def _gone_from_pages(self, path: Path, hidden: frozenset[str]) -> dict[str, int]:
        """{page: how many of its rows are hidden} of a main file; nothing for a page."""
        names = (f"{path.stem}-submissions-{number:03d}.json" for number in count(1))
        pages = takewhile(Path.is_file, map(path.with_name, names)) if hidden else ()
        counts = {page.name: len(self._whereabouts.named(page, hidden)) for page in pages}
        return {name: gone for name, gone in counts.items() if gone}

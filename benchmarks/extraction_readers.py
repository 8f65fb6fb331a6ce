"""Readers that bench_extraction.py compares, one process each: `PYTHON extraction_readers.py READER`.

It imports no more than its reader needs, so it runs under the interpreter of another environment. On standard input it
takes a path and a form a line, separated by a tab, and answers with one JSON object a line: CPU seconds of one reading
(imports and reading the file not counted), the peak memory so far, and what was read as `[Item or null, text]` pairs.
The first line it prints names the library and the memory in use before anything was read."""

# ruff: noqa: PLC0415  each process imports its own library only
import json
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

Pieces = list[tuple[str | None, str]]
Reader = Callable[[bytes, str], Any]  # what the library gives, which `pieces` of its entry turns into Items and texts

_SIZE: Final = 1500
_OVERLAP: Final = 200
_ITEM: Final = re.compile(r"\s*Item\s*(\d{1,2}[A-C]?)\b", re.IGNORECASE)
_SENTENCE: Final = "<p>We make small parts for large machines, and we sell them to those who build the machines.</p>"
_WARM: Final = f"<html><body><p><b>Item 1. Business</b></p>{_SENTENCE * 30}</body></html>".encode()


def finsdistill() -> tuple[Reader, Callable[[Any], Pieces]]:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from daemon.filing import ChunkOptions, extract

    def read(body: bytes, form: str) -> Any:
        return extract(body, form=form, options=ChunkOptions()).passages

    return read, lambda found: [(passage.item, passage.text) for passage in found]


def selectolax() -> tuple[Reader, Callable[[Any], Pieces]]:
    """The tree alone: what any reader built on lexbor must pay."""
    from selectolax.lexbor import LexborHTMLParser

    return lambda body, _: LexborHTMLParser(_decoded(body)), lambda _: []


def beautifulsoup4() -> tuple[Reader, Callable[[Any], Pieces]]:
    """As in a notebook: all text of the page, cut every 1,500 characters with 200 of overlap; no Items, tables and all."""
    from bs4 import BeautifulSoup

    def read(body: bytes, _: str) -> Any:
        text = BeautifulSoup(body, "lxml").get_text(" ", strip=True)
        return [text[start : start + _SIZE] for start in range(0, len(text), _SIZE - _OVERLAP)]

    return read, lambda texts: [(None, text) for text in texts]


def edgartools() -> tuple[Reader, Callable[[Any], Pieces]]:
    """Its document of a local file, its sections and the text of each."""
    from edgar.documents import ParserConfig, parse_html

    def read(body: bytes, form: str) -> Any:
        document = parse_html(_decoded(body), ParserConfig(form=form.removesuffix("/A")))
        found = [(section.item, section.text()) for section in document.sections.values()]
        return found or [(None, document.text())]

    return read, lambda found: [(item, part) for item, text in found for part in _cut(text)]


def sec_parser() -> tuple[Reader, Callable[[Any], Pieces]]:
    """It has a parser for 10-Q only; Items are read from the titles it finds. Its tables are left out."""
    import sec_parser as library

    def read(body: bytes, _: str) -> Any:
        elements = library.Edgar10QParser().parse(_decoded(body))
        library.TreeBuilder().build(elements)
        return [(type(element).__name__, element.text) for element in elements]

    return read, _by_title


READERS: Final = {
    "finsdistill": finsdistill,
    "selectolax": selectolax,
    "beautifulsoup4": beautifulsoup4,
    "edgartools": edgartools,
    "sec-parser": sec_parser,
}


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _cut(text: str) -> Iterator[str]:
    """At white space, so that the scorer can put the pieces together again."""
    while text.strip():
        stop = len(text) if len(text) <= _SIZE else max(text.rfind(" ", 0, _SIZE), text.rfind("\n", 0, _SIZE))
        stop = stop if stop > 0 else _SIZE
        yield text[:stop].strip()
        text = text[stop:]


def _by_title(elements: list[tuple[str, str]]) -> Pieces:
    item: str | None = None
    found: Pieces = []
    for kind, text in elements:
        if kind == "TopSectionTitle" and (match := _ITEM.match(text)):
            item = match[1].upper()
        if kind not in {"TableElement", "ImageElement", "PageNumberElement", "PageHeaderElement"}:
            found.extend((item, part) for part in _cut(text))
    return found


def peak_bytes() -> int:
    """The highest resident size of this process (ru_maxrss would carry over what the parent had)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/self/status has no VmHWM: peak memory is measured on Linux only")


def main() -> int:
    warnings.simplefilter("ignore")
    name = sys.argv[1]
    read, pieces = READERS[name]()
    read(_WARM, "10-K")  # what a library loads or compiles on first use is none of a filing's cost
    own = "" if name == "finsdistill" else version(name)
    answer = {"library": name, "version": own, "python": sys.version.split()[0], "baseline": peak_bytes()}
    print(json.dumps(answer), flush=True)
    for line in sys.stdin:
        path, form = line.rstrip("\n").split("\t")
        body = Path(path).read_bytes()
        started = time.process_time()
        found = read(body, form)
        seconds = time.process_time() - started
        peak = peak_bytes()
        print(json.dumps({"seconds": seconds, "peak": peak, "pieces": pieces(found)}), flush=True)
        del found
    return 0


if __name__ == "__main__":
    sys.exit(main())

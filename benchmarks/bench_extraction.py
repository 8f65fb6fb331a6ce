"""Speed, memory and quality of reading real HTML filings, beside other libraries, in one run:
`python benchmarks/bench_extraction.py [EDGAR_FOLDER] [--edgartools PYTHON] [--sec-parser PYTHON]
[--rounds N] [--readers NAME …]`.

Each reader (benchmarks/extraction_readers.py says what it does) is a process of its own. Every filing goes to each of them
in turn, round after round; a reader's time for a filing is the median of its rounds, in CPU seconds without imports. Peak
memory is that of a fresh process that reads one filing, less what it had after imports and a page of warm-up, over the
size of the file. Quality is what the folder's own scorer says of the HTML filings of its oracle."""

import argparse
import csv
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

_READERS: Final = Path(__file__).with_name("extraction_readers.py")
_OURS: Final = "finsdistill"
_OTHERS: Final = ("edgartools", "sec-parser")  # in environments of their own: they never come near this project's pins
_SCORES: Final = ("sentence_recall", "item_accuracy", "junk_rate", "items_precision", "items_recall", "not_prose_share")


@dataclass(frozen=True)
class Filing:
    path: Path
    file: str
    form: str
    size: int


@dataclass
class Reader:
    """Seconds, and peak bytes over the file's size, by filing."""

    name: str
    python: str
    label: str = ""
    seconds: dict[str, list[float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    score: dict[str, Any] = field(default_factory=dict)

    def median(self, filing: Filing) -> float:
        return statistics.median(self.seconds[filing.file])


class Child:
    """A reader's process; `hello` is what it said of itself."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout
        self.hello = self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self._out.readline()
        if not line:
            raise RuntimeError("a reader's process ended; what it said stands above")
        found: dict[str, Any] = json.loads(line)
        return found

    def read(self, filing: Filing) -> dict[str, Any]:
        self._in.write(f"{filing.path}\t{filing.form}\n")
        self._in.flush()
        return self._answer()


@contextmanager
def child(reader: Reader) -> Iterator[Child]:
    command = [reader.python, str(_READERS), reader.name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Child(process)


def main() -> int:
    options = _options()
    filings = _filings(options.edgar, options.only)
    readers = _readers(options)
    print(
        f"{_machine()}\n{len(filings)} HTML filings, {sum(f.size for f in filings) / 1e6:.0f} MB, {options.rounds} rounds"
    )
    with tempfile.TemporaryDirectory() as folder:
        _time(readers, filings, options.rounds, Path(folder))
        for reader in readers:
            reader.score = _score(reader, filings, options.edgar / "expected", Path(folder))
    if not options.no_memory:
        _weigh(readers, filings)
    _report(readers, filings)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("edgar", nargs="?", type=Path, default=Path(__file__).resolve().parents[2] / "shared/edgar")
    parser.add_argument("--only", nargs="*", default=[], help="parts of file names")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readers", nargs="*", default=[], help="names of readers, the first of them to compare with")
    parser.add_argument("--no-memory", action="store_true", help="leave out the processes that measure memory")
    for name in _OTHERS:
        parser.add_argument(f"--{name}", metavar="PYTHON", help=f"the interpreter of an environment that has {name}")
    return parser.parse_args()


def _filings(edgar: Path, only: list[str]) -> list[Filing]:
    rows = csv.DictReader((edgar / "manifest.csv").read_text(encoding="utf-8").splitlines())
    return [
        Filing(edgar / row["file"], row["file"], row["form"], int(row["bytes"]))
        for row in rows
        if row["kind"] in {"html", "ixbrl_html"} and (not only or any(part in row["file"] for part in only))
    ]


def _readers(options: argparse.Namespace) -> list[Reader]:
    wanted = options.readers or [_OURS, "selectolax", "beautifulsoup4", *_OTHERS]
    found = []
    for name in wanted:
        python = getattr(options, name.replace("-", "_")) if name in _OTHERS else sys.executable
        if python:
            found.append(Reader(name, python))
        else:
            print(f"{name} is left out. To have it: python -m venv /tmp/{name} && /tmp/{name}/bin/pip install {name}")
            print(f"  and then the option --{name} /tmp/{name}/bin/python")
    return found


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    load = Path("/proc/loadavg").read_text(encoding="ascii").split()[0]
    return f"{model}, {sum(line.startswith('processor') for line in lines)} cores, load {load}, {platform.platform()}"


def _time(readers: list[Reader], filings: list[Filing], rounds: int, folder: Path) -> None:
    with ExitStack() as stack:
        children = [(reader, stack.enter_context(child(reader))) for reader in readers]
        for reader, process in children:
            reader.label = f"{reader.name} {process.hello['version'] or version(_OURS)}"
        for turn in range(rounds):
            for filing in filings:
                for reader, process in children:
                    answer = process.read(filing)
                    reader.seconds.setdefault(filing.file, []).append(answer["seconds"])
                    if turn == 0:
                        _keep(folder / reader.name, filing.file, answer["pieces"])


def _keep(path: Path, file: str, pieces: list[tuple[str | None, str]]) -> None:
    with path.open("a", encoding="utf-8") as out:
        for item, text in pieces:
            out.write(json.dumps({"file": file, "item": item, "text": text}) + "\n")


def _weigh(readers: list[Reader], filings: list[Filing]) -> None:
    for reader in readers:
        for filing in filings:
            with child(reader) as process:
                peak = process.read(filing)["peak"] - process.hello["baseline"]
            reader.memory[filing.file] = peak / filing.size


def _score(reader: Reader, filings: list[Filing], expected: Path, folder: Path) -> dict[str, Any]:
    """The scorer's totals over those filings of the oracle that were read; empty where a reader gives no text."""
    read = {filing.file for filing in filings}
    known = [entry for entry in json.loads((expected / "oracle.json").read_text()) if entry["file"] in read]
    if not known or not (folder / reader.name).stat().st_size:
        return {}
    oracle = folder / "oracle.json"
    oracle.write_text(json.dumps(known))
    command = [sys.executable, str(expected / "score.py"), str(oracle), str(folder / reader.name), "--quiet"]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def _report(readers: list[Reader], filings: list[Filing]) -> None:
    """Ratios are of medians of the same filing: how often another library's time, or lexbor's, goes into ours."""
    ours = readers[0]
    print(f"\n{'':26}{'CPU s':>8}{'MB/s':>8}{'all/ours':>10}{'median':>8}{'largest':>9}{'memory':>8}{'most':>7}")
    largest = max(filings, key=lambda filing: filing.size)
    for reader in readers:
        total = sum(reader.median(filing) for filing in filings)
        ratio = statistics.median(reader.median(filing) / ours.median(filing) for filing in filings)
        weights = list(reader.memory.values())
        memory = f"{statistics.median(weights):8.1f}{max(weights):7.1f}" if weights else ""
        print(
            f"{reader.label:26}{total:8.2f}{sum(f.size for f in filings) / 1e6 / total:8.1f}"
            f"{total / sum(ours.median(f) for f in filings):10.2f}{ratio:8.2f}{reader.median(largest):9.3f}{memory}"
        )
    print(f"largest: seconds for {largest.file}. memory: peak over the file's size, median and most.\n")
    print(f"{'':26}" + "".join(f"{name:>17}" for name in _SCORES))
    for reader in readers:
        if reader.score:
            print(f"{reader.label:26}" + "".join(f"{reader.score[name]!s:>17}" for name in _SCORES))


if __name__ == "__main__":
    sys.exit(main())

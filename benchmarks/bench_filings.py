"""How well and how fast real filings are read: `python benchmarks/bench_filings.py [EDGAR_FOLDER] [--only PART …]`.

Runs every filing of the folder's manifest through identify and extract in one process, prints a line for each, then how
often each fact of the manifest was found, then the totals of the folder's own scorer for both of its answer files. The
passages stay in `--chunks` for a closer look (`score.py … --missing`)."""

import argparse
import csv
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.items_check import Checked
from daemon.filing import ChunkOptions, Extraction, FilingUnreadable, extract
from daemon.identify import Identity, identify

_KINDS: Final = ("ixbrl_html", "html", "full_submission", "text")
_FACTS: Final = ("cik", "accession", "form", "year", "company")


@dataclass
class Tally:
    files: int = 0
    refused: int = 0
    seconds: float = 0.0
    few_items: list[str] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    checked: Checked = field(default_factory=Checked)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("edgar", nargs="?", type=Path, default=Path(__file__).resolve().parents[2] / "shared/edgar")
    parser.add_argument("--only", nargs="*", default=[], help="parts of file names")
    parser.add_argument("--chunks", type=Path, default=Path("/tmp/finsdistill-filings.jsonl"))  # noqa: S108
    options = parser.parse_args()
    tally = Tally()
    with options.chunks.open("w", encoding="utf-8") as out:
        for row in csv.DictReader((options.edgar / "manifest.csv").read_text(encoding="utf-8").splitlines()):
            if row["kind"] in _KINDS and (not options.only or any(part in row["file"] for part in options.only)):
                run(options.edgar, row, tally, out)
    report(tally)
    for answers in ("oracle.json", "silver.json"):
        expected = options.edgar / "expected"
        command = [sys.executable, str(expected / "score.py"), str(expected / answers), str(options.chunks)]
        print(f"\n{answers}", flush=True)
        subprocess.run(command, check=True)
    return 0


def run(edgar: Path, row: dict[str, str], tally: Tally, out: TextIO) -> None:
    path = edgar / row["file"]
    body = path.read_bytes()
    started = time.perf_counter()
    identity = identify(path.name, body, None)
    seen = time.perf_counter()
    tally.files += 1
    try:
        extraction = extract(body, form=identity.form, options=ChunkOptions())
    except FilingUnreadable as problem:
        tally.refused += 1
        print(f"{row['file'][6:]:50} {problem.reason}")
        return
    done = time.perf_counter()
    tally.seconds += done - started
    compare(row, identity, tally)
    tally.checked.add(row["file"][6:], row["form"], int(row["fiscal_year"] or 0), extraction)
    for passage in extraction.passages:
        out.write(json.dumps({"file": row["file"], "item": passage.item, "text": passage.text}) + "\n")
    print(
        f"{row['file'][6:][:46]:46} {row['form']:8} {len(body) / 1e6:5.1f} MB {seen - started:5.2f}+{done - seen:5.2f} s "
        f"{len(extraction.passages):4} chunks {items_line(extraction)}"
    )
    if "/A" not in row["form"] and len({span.item for span in extraction.items}) < 8:
        tally.few_items.append(row["file"])


def items_line(extraction: Extraction) -> str:
    """`1:26 1A:67 …`: chunks by Item, in order, those without an Item last."""
    counts = Counter(passage.item for passage in extraction.passages)
    items = dict.fromkeys(span.item for span in extraction.items)
    return " ".join(f"{item}:{counts[item]}" for item in [*items, None])


def compare(row: dict[str, str], identity: Identity, tally: Tally) -> None:
    found = {
        "cik": str(identity.ciks[0]) if identity.ciks else "",
        "accession": identity.accession,
        "form": identity.form or "",
        "year": str(identity.period.year) if identity.period else "",
        "company": _letters(identity.company or ""),
    }
    wanted = {
        "cik": row["cik"],
        "accession": row["accession"],
        "form": row["form"],
        "year": row["fiscal_year"],
        "company": _letters(row["company"]),
    }
    for fact in _FACTS:
        if wanted[fact]:
            tally.known[fact] += 1
            tally.hits[fact] += found[fact] == wanted[fact]
            if found[fact] != wanted[fact]:
                print(f"    {fact}: {found[fact]!r}, not {wanted[fact]!r}")


def _letters(name: str) -> str:
    """Company names compare without punctuation, `THE` and endings that EDGAR abbreviates."""
    parts = "".join(c if c.isalnum() else " " for c in name.upper().replace(".", "").replace("'", "")).split()
    plain = {"CORPORATION": "CORP", "COMPANY": "CO", "INCORPORATED": "INC", "LIMITED": "LTD", "AND": "", "THE": ""}
    return "".join(plain.get(part, part) for part in parts)


def report(tally: Tally) -> None:
    print(f"\n{tally.files} filings, {tally.refused} refused, {tally.seconds:.1f} s")
    print("facts found: " + ", ".join(f"{fact} {tally.hits[fact]}/{tally.known[fact]}" for fact in _FACTS))
    print(f"full 10-Ks with fewer than 8 Items: {tally.few_items or 'none'}")
    tally.checked.report()


if __name__ == "__main__":
    sys.exit(main())

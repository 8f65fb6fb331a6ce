"""Thirty real filings through the whole loop: `python benchmarks/bench_thirty.py [--folder DIR] [--threshold N]`.

Eight companies are held out. Prints what `run --once` made of them, every score with its interval beside the baselines,
the scorer's figures for the extraction, and whether a second `run --once` changed anything. Takes about half an hour on
two cores, and a new folder each time unless one is named.
"""

import argparse
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import duckdb

from store.ids import sha256_hex

ROOT = Path(__file__).resolve().parents[1]
EDGAR = ROOT.parent / "shared" / "edgar"
COMMAND = Path(sys.executable).with_name("finsdistill")

# By CIK: Alphabet, Walmart, Boeing, Intel, Marathon Digital, Procter & Gamble, Amazon, Galaxy Gaming.
HELDOUT = ("1652044", "104169", "12927", "50863", "1507605", "80424", "1018724", "13156")
FILES = (
    *("1652044/0001652044-24-000022.htm", "104169/0000104169-25-000021.htm", "12927/0000012927-25-000015.htm"),
    *("50863/0000050863-96-000002.txt", "1507605/0001628280-24-007680.htm", "80424/0000080424-25-000076.htm"),
    *("1018724/amazon-com-inc-10-k-fy2024.htm", "13156/galaxy-gaming-inc-10-k-fy2021.htm"),
    *("320193/0000320193-19-000119.htm", "320193/0000320193-20-000096.htm", "320193/0000320193-21-000105.htm"),
    *("320193/0000320193-22-000108.htm", "320193/0000320193-24-000123.htm", "320193/0000320193-25-000079.htm"),
    *("320193/0000320193-94-000016.txt", "320193/0000320193-96-000023.txt"),
    *("789019/0000891020-95-000433.txt", "789019/0001193125-05-174825.htm"),
    *("789019/0000950170-25-100235-derivedtext.txt",),
    *("1045810/0001045810-23-000017.htm", "1045810/0001045810-24-000029.htm", "1045810/0001045810-25-000023.htm"),
    *("2488/0000002488-23-000047.htm", "2488/0000002488-24-000012.htm"),
    *("21344/0000021344-24-000009.htm", "21344/0000021344-98-000004.txt"),
    *("1318605/0001628280-24-002390.htm", "1318605/0001628280-25-003063.htm", "1318605/0001104659-25-042659.htm"),
    *("217346/0000950135-02-001340.txt",),
)

CONFIG = """
[edgar]
companies = []
[teacher]
kind = "extractive"
[student]
base = "seedling"
quantization = "{quantization}"
[trainer]
threshold = {threshold}
epochs = {epochs}
objective = "{objective}"
[evaluator]
heldout = {heldout}
heldout_share = 0
max_examples = 300
"""

TABLES = {
    "filings": "SELECT status, count(*) AS filings, sum(chunks) AS chunks FROM filings GROUP BY status",
    "triplets": "SELECT split, count(*) AS triplets, count(DISTINCT company_id) AS companies FROM triplets GROUP BY split",
    "snapshots": "SELECT rows, new_rows, heldout_rows, log_seq FROM snapshots ORDER BY seq",
    "adapters": "SELECT adapter_id[:8] AS adapter, start, parent[:8] AS parent, rows, seconds::INT AS seconds, tokens, "
    "loss_first::DECIMAL(6,3) AS loss_first, loss_last::DECIMAL(6,3) AS loss_last, status, reason FROM adapters "
    "ORDER BY recorded_at",
    "scores of each adapter": "SELECT adapter_id[:8] AS adapter, system, metric, value::DECIMAL(6,4) AS value, "
    "low::DECIMAL(6,4) AS low, high::DECIMAL(6,4) AS high, n, clusters FROM metrics WHERE field = 'summary' "
    "ORDER BY seq, metric, value DESC",
    "comparisons": "SELECT adapter_id[:8] AS adapter, against, difference::DECIMAL(6,4) AS difference, "
    "low::DECIMAL(6,4) AS low, high::DECIMAL(6,4) AS high, n, clusters, signature FROM comparisons ORDER BY seq",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--threshold", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--objective", default="summary")
    parser.add_argument("--quantization", default="none")
    given = parser.parse_args()
    if not EDGAR.is_dir():
        sys.exit(f"no real filings at {EDGAR}")
    folder = given.folder or Path(tempfile.mkdtemp(prefix="thirty-"))
    prepare(folder, given)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions()}")
    print(
        f"folder {folder}, threshold {given.threshold}, {given.epochs} epochs, {given.objective}, {given.quantization}"
    )
    print(f"first `run --once`: {run_once(folder):.0f} s")
    show(folder)
    before = state_of(folder)
    print(f"second `run --once`: {run_once(folder):.1f} s, nothing changed: {state_of(folder) == before}")
    score_extraction(folder)


def prepare(folder: Path, given: argparse.Namespace) -> None:
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    manifest = {row["file"]: row for row in csv.DictReader((EDGAR / "manifest.csv").open())}
    for name in FILES:
        target = inbox / name.replace("/", "-")
        shutil.copyfile(EDGAR / "files" / name, target)
        target.with_name(target.name + ".json").write_text(json.dumps(sidecar(manifest[f"files/{name}"])))
        os.utime(target, (1_700_000_000, 1_700_000_000))
    chosen = {"threshold": given.threshold, "epochs": given.epochs, "objective": given.objective}
    config = CONFIG.format(heldout=json.dumps(HELDOUT), quantization=given.quantization, **chosen)
    (folder / "config.toml").write_text(config)


def sidecar(row: dict[str, str]) -> dict[str, object]:
    """Who filed it, which a page of before 2019 does not say in a form that a machine reads."""
    known = {"accession": row["accession"], "cik": int(row["cik"]), "company": row["company"], "form": row["form"]}
    return {key: value for key, value in known.items() if value}


def run_once(folder: Path) -> float:
    started = time.monotonic()
    with (folder / "run.log").open("ab") as log:
        subprocess.run([COMMAND, "run", "--once"], cwd=folder, stderr=log, check=True)
    return time.monotonic() - started


def show(folder: Path) -> None:
    with duckdb.connect(str(folder / "state" / "finsdistill.duckdb"), read_only=True) as connection:
        for title, query in TABLES.items():
            result = connection.execute(query)
            columns = [column[0] for column in result.description or ()]
            print(f"\n{title}\n" + " | ".join(columns))
            for row in result.fetchall():
                print(" | ".join("-" if value is None else str(value) for value in row))
    print()


def state_of(folder: Path) -> tuple[str, list[str]]:
    """The manifest's hash, which names the last seq, and every file there is."""
    state = folder / "state"
    files = sorted(str(path.relative_to(state)) for path in state.rglob("*"))
    return sha256_hex((state / "published" / "manifest.json").read_bytes()), files


def score_extraction(folder: Path) -> None:
    names = {name.replace("/", "-"): f"files/{name}" for name in FILES}
    with (
        duckdb.connect(str(folder / "state" / "finsdistill.duckdb"), read_only=True) as connection,
        (folder / "chunks.jsonl").open("w") as out,
    ):
        query = "SELECT f.url, c.item, c.text FROM chunks c JOIN filings f USING (accession) ORDER BY c.accession, c.ordinal"
        for url, item, text in connection.execute(query).fetchall():
            out.write(json.dumps({"file": names[url.rsplit("/", 1)[-1]], "item": item, "text": text}) + "\n")
    oracle = [x for x in json.loads((EDGAR / "expected" / "oracle.json").read_text()) if x["file"] in names.values()]
    (folder / "oracle.json").write_text(json.dumps(oracle))
    scorer = EDGAR / "expected" / "score.py"
    subprocess.run([sys.executable, scorer, folder / "oracle.json", folder / "chunks.jsonl", "--quiet"], check=True)


def versions() -> str:
    return ", ".join(f"{name} {version(name)}" for name in ("torch", "transformers", "trl", "peft", "duckdb"))


if __name__ == "__main__":
    main()

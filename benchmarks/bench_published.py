"""The extraction as users get it: the development filings through `run --once`, the scorer fed from the published `chunks`.

`python benchmarks/bench_published.py`; half a minute. What the filings say about themselves is all the service is told.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
from bench_thirty import CONFIG, EDGAR, run_once

CHUNKS = "SELECT f.url, c.item, c.text FROM chunks c JOIN filings f USING (accession) ORDER BY c.accession, c.ordinal"


def main() -> None:
    if not EDGAR.is_dir():
        sys.exit(f"no real filings at {EDGAR}")
    folder = Path(tempfile.mkdtemp(prefix="published-"))
    expected = EDGAR / "expected"
    names = {
        name.replace("/", "-"): name for name in (x["file"] for x in json.loads((expected / "oracle.json").read_text()))
    }
    (folder / "inbox").mkdir()
    for flat, name in names.items():
        shutil.copyfile(EDGAR / name, folder / "inbox" / flat)
        os.utime(folder / "inbox" / flat, (1_700_000_000, 1_700_000_000))
    (folder / "config.toml").write_text(
        CONFIG.format(heldout="[]", quantization="none", threshold=10**9, epochs=1, objective="summary")
    )
    print(f"{len(names)} filings, `run --once`: {run_once(folder):.1f} s")
    with (
        duckdb.connect(str(folder / "state" / "finsdistill.duckdb"), read_only=True) as connection,
        (folder / "chunks.jsonl").open("w") as out,
    ):
        for url, item, text in connection.execute(CHUNKS).fetchall():
            out.write(json.dumps({"file": names[url.rsplit("/", 1)[-1]], "item": item, "text": text}) + "\n")
    for oracle in ("oracle.json", "silver.json"):
        print(oracle, flush=True)
        subprocess.run([sys.executable, expected / "score.py", expected / oracle, folder / "chunks.jsonl"], check=True)


if __name__ == "__main__":
    main()

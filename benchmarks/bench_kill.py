"""kill -9 at ten moments of one state's life, then to the end: `python benchmarks/bench_kill.py [--folder DIR]`.

Each line says in which phase the service was hit, as its own log lines tell it. After each kill: no process is left, the
chain holds, every projection equals its rebuild, and every event that was there before still is, byte for byte. At the
end the content must equal that of a control run that nobody killed.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
EDGAR = ROOT.parent / "shared" / "edgar"
COMMAND = Path(sys.executable).with_name("finsdistill")

FILES = (
    *("50863/0000050863-96-000002.txt", "789019/0000891020-95-000433.txt", "217346/0000950135-02-001340.txt"),
    *("892832/0001410578-22-000504.htm", "1025315/0000930413-08-001093.txt", "320193/0000320193-94-000016.txt"),
)

CONFIG = """
[service]
log_format = "json"
log_level = "debug"
publish_every_s = 0.2
[edgar]
companies = []
[teacher]
kind = "extractive"
[student]
base = "seedling"
quantization = "none"
[trainer]
threshold = 150
epochs = 1
objective = "summary"
[evaluator]
heldout = ["50863", "892832"]
heldout_share = 0
max_examples = 16
max_summary_tokens = 48
max_rationale_tokens = 32
"""


@dataclass(frozen=True)
class Moment:
    """Killed when the log has said `event` for the n-th time in this life, `after_s` later."""

    phase: str
    event: str
    nth: int = 1
    after_s: float = 0.0


MOMENTS = (
    Moment("ingest", "file_reading", 2),
    Moment("ingest", "filing_chunking", 3),
    Moment("publish", "publishing", 2),
    Moment("label", "labels_appending", 1),
    Moment("label", "labels_appending", 2),
    Moment("seal", "snapshot_sealing", 1),
    Moment("train", "training_started", 1, after_s=0.2),
    Moment("train", "training_started", 1, after_s=3.0),
    Moment("seal", "snapshot_sealing", 1),
    Moment("publish", "publishing", 1),
)

# What begins a phase, and what ends it: between the two, a kill hits the phase.
SPANS = {
    "ingest": (("file_reading", "filing_chunking"), ("filing_fetched", "filing_refused", "filing_chunked")),
    "label": (("labels_appending",), ("labels_appended",)),
    "seal": (("snapshot_sealing",), ("snapshot_sealed",)),
    "train": (("training_started",), ("adapter_trained", "training_failed")),
    "publish": (("publishing",), ("published",)),
}

CONTENT = {
    "chunks": "SELECT chunk_id, text_id, accession, ordinal FROM chunks ORDER BY ALL",
    "labels": "SELECT text_id, rationale, summary FROM labels ORDER BY ALL",
    "dead letters": "SELECT text_id, reason FROM dead_letters ORDER BY ALL",
    "filings": "SELECT accession, status, chunks FROM filings ORDER BY ALL",
    "snapshots": "SELECT rows, new_rows FROM snapshots ORDER BY ALL",
}
ONCE = {
    "chunks": "SELECT count(*) FROM chunks GROUP BY chunk_id HAVING count(*) > 1",
    "labels": "SELECT count(*) FROM labels GROUP BY text_id, recipe HAVING count(*) > 1",
    "adapters": "SELECT count(*) FROM adapters GROUP BY snapshot_id HAVING count(*) > 1",
    "snapshots": "SELECT count(*) FROM snapshots GROUP BY log_seq HAVING count(*) > 1",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=None)
    given = parser.parse_args()
    if not EDGAR.is_dir():
        sys.exit(f"no real filings at {EDGAR}")
    folder = given.folder or Path(tempfile.mkdtemp(prefix="kill-"))
    control, struck = prepare(folder / "control"), prepare(folder / "struck")
    subprocess.run([COMMAND, "run", "--once"], cwd=control, stderr=subprocess.DEVNULL, check=True)
    known: dict[int, str] = {}
    missed = 0
    for number, moment in enumerate(MOMENTS, start=1):
        hit = strike(struck, moment)
        missed += moment.phase not in hit
        known = check(struck, known)
        print(f"kill {number:2}: aimed at {moment.phase:<7} hit {hit:<22} {len(known):5} events, all whole", flush=True)
    print(f"{len(MOMENTS) - missed} of {len(MOMENTS)} hit the phase they were aimed at")
    subprocess.run([COMMAND, "run", "--once"], cwd=struck, stderr=subprocess.DEVNULL, check=True)
    check(struck, known)
    for name, query in CONTENT.items():
        same = ask(control, query) == ask(struck, query)
        print(f"{name}: {len(ask(struck, query))} rows, {'as' if same else 'NOT as'} without a kill")
    for name, query in ONCE.items():
        print(f"{name}: {len(ask(struck, query))} there twice")


def prepare(home: Path) -> Path:
    (home / "inbox").mkdir(parents=True)
    for name in FILES:
        target = home / "inbox" / name.replace("/", "-")
        shutil.copyfile(EDGAR / "files" / name, target)
        os.utime(target, (1_700_000_000, 1_700_000_000))
    (home / "config.toml").write_text(CONFIG)
    return home


def strike(home: Path, moment: Moment) -> str:
    """Runs until the moment, kills, and says which phases were under way."""
    process = subprocess.Popen([COMMAND, "run", "--once"], cwd=home, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    under_way: set[str] = set()
    left = moment.nth
    for line in process.stderr:
        event = json.loads(line)["event"] if line.startswith("{") else ""
        for phase, (begins, ends) in SPANS.items():
            if event in begins:
                under_way.add(phase)
            elif event in ends:
                under_way.discard(phase)
        left -= event == moment.event
        if left == 0:
            time.sleep(moment.after_s)
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    return "+".join(sorted(under_way)) if left == 0 else "the end: it was done before"


def check(home: Path, known: dict[int, str]) -> dict[int, str]:
    """The hash of every event. Whatever was known before must be there, unchanged."""
    deadline = time.monotonic() + 10
    while (left := processes_in(home)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left, f"processes {left} are left in {home}"
    proof = subprocess.run([COMMAND, "rebuild", "--verify"], cwd=home, capture_output=True, text=True, check=False)
    assert proof.returncode == 0, proof.stdout + proof.stderr
    with duckdb.connect(str(home / "state" / "log.duckdb"), read_only=True) as log:
        now: dict[int, str] = dict(log.execute("SELECT seq, hash FROM raw.events ORDER BY seq").fetchall())
    assert list(now) == list(range(1, len(now) + 1)), "seq has gaps"
    assert all(now.get(seq) == digest for seq, digest in known.items()), "an event was lost or changed"
    acknowledged = int(re.split(r"\s+", (home / "state" / "high-water").read_text())[1])
    assert acknowledged == len(now), f"{acknowledged} acknowledged, {len(now)} there"
    return now


def processes_in(home: Path) -> list[str]:
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            folder = link.readlink()
        except OSError:
            continue
        if folder.is_relative_to(home):
            found.append(link.parent.name)
    return found


def ask(home: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "state" / "finsdistill.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


if __name__ == "__main__":
    main()

"""What near-duplicates save, and what they cost: `python benchmarks/bench_near.py [EDGAR_FOLDER] [--texts N]`.

First, on five companies' real filings, through the same code as the service and a log of each company's own: how much of
the next filing needs no label of its own. Then all filings of the folder in one log, with Alphabet held out: how much is
shared between companies, and how much of it is kept from training. Last the index at N texts: memory, look-ups, start."""

import argparse
import csv
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from daemon.activity import Activity
from daemon.chunking import chunk_events, parser_id
from daemon.filing import ChunkOptions, FilingUnreadable, extract
from daemon.near import Near
from daemon.near.bands import BANDS, bands_of, candidates, run_of
from daemon.near.cache import Cache
from daemon.near.index import Index
from daemon.near.shingles import figures_of, shingles_of, similarity
from daemon.standing import Standing
from store.events import ChunkAppended, Event, FilingChunked, TextLinked
from store.log import EventLog, open_log
from store.records import Append
from store.states.texts.keys import Keys

COMPANIES: Final = {"AAPL": 320193, "AMD": 2488, "NVDA": 1045810, "KO": 21344, "TSLA": 1318605}
HELDOUT: Final = {"1652044", "1288776"}  # Alphabet and Google
_KINDS: Final = ("ixbrl_html", "html", "full_submission", "text")
_GROUPS: Final = ("equal", "nearly", "figures", "alike", "new")


@dataclass(frozen=True)
class Filing:
    file: str
    cik: str
    form: str
    year: int
    chunks: tuple[ChunkAppended, ...]
    done: FilingChunked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("edgar", nargs="?", type=Path, default=Path(__file__).resolve().parents[2] / "shared/edgar")
    parser.add_argument("--texts", type=int, default=1_000_000)
    options = parser.parse_args()
    filings = sorted(read(options.edgar), key=lambda filing: (filing.year, filing.file))
    print_shares(filings)
    print_between(filings)
    print_scale(options.texts)


def read(edgar: Path) -> list[Filing]:
    rows = csv.DictReader((edgar / "manifest.csv").read_text(encoding="utf-8").splitlines())
    return [found for row in rows if row["kind"] in _KINDS and (found := read_one(edgar, row)) is not None]


def read_one(edgar: Path, row: dict[str, str]) -> Filing | None:
    options, cik = ChunkOptions(), row["file"].split("/")[1]
    try:
        extraction = extract((edgar / row["file"]).read_bytes(), form=row["form"], options=options)
    except FilingUnreadable:
        return None
    split = "heldout" if cik in HELDOUT else "train"
    events = chunk_events(Path(row["file"]).stem, split, extraction, parser=parser_id(options), known={})
    chunks = tuple(event for event in events if isinstance(event, ChunkAppended))
    done = next(event for event in events if isinstance(event, FilingChunked))
    return Filing(row["file"], cik, row["form"], int(row["fiscal_year"] or 0), chunks, done)


def linked(log: EventLog, near: Near, filing: Filing) -> tuple[TextLinked, ...]:
    """As the service appends a filing."""
    links = near.links(filing.chunks)
    events: tuple[Event, ...] = (*filing.chunks, *links, filing.done)
    log.append(Append(f"filing-{filing.done.accession}", events, f"chunked-{filing.done.accession}"))
    return links


def near_of(log: EventLog, folder: Path) -> Near:
    activity, stop = Activity(), threading.Event()
    return Near(Standing(log, activity, stop), same=0.9, folder=folder / "near", activity=activity, stop=stop)


_EXPLAINED: Final = """saved    equal and nearly: chunks that need no label of their own
equal    the same text, but for white space, stands in an earlier filing of the company, or before it in this one
nearly   0.9 or more of its runs of three words are shared with one text, and all figures and turning words are equal
figures  as near as that, but a figure, a `not` or an `increase` changed: it is labelled
alike    half of it or more is shared with one earlier text: mostly paragraphs that were added to, cut or put together anew
new      less than half
A filing whose predecessor is not in the folder (AMD 2020, NVDA 2023, AAPL 2024) is compared with what is there."""


def print_shares(filings: list[Filing]) -> None:
    print("share of a filing's text by what earlier filings of the company hold, % of characters (% of texts):")
    print(f"{'':6}{'year':6}{'chunks':>7}  {'saved':>13}  " + "".join(f"{name:>13}" for name in _GROUPS))
    for name, cik in COMPANIES.items():
        own = [
            filing for filing in filings if filing.cik == str(cik) and filing.year >= 2016 and "/A" not in filing.form
        ]
        with tempfile.TemporaryDirectory() as folder:
            log = open_log(Path(folder), purpose="real")
            near, before = near_of(log, Path(folder)), list[str]()
            for filing in own:
                seen = set(before)
                links = {link.text_id for link in linked(log, near, filing)}
                sound = [chunk for chunk in filing.chunks if not chunk.marks]
                if before:
                    print_row(name, filing, sound, grouped(sound, seen, links, before))
                before += [" ".join(chunk.text.split()) for chunk in sound]
            log.close()
    print(_EXPLAINED)


def grouped(sound: list[ChunkAppended], seen: set[str], links: set[str], before: list[str]) -> list[str]:
    """The group of each chunk. `figures`: as near, but with other figures; `alike`: half of it or more is there."""
    old = [shingles_of(text) for text in before]
    new = [shingles_of(chunk.text) for chunk in sound]
    best: Counter[int] = Counter()
    for found in candidates([run_of(bands_of(old), np.arange(len(old)))], bands_of(new)):
        for row, slot in zip(found.row.tolist(), found.slot.tolist(), strict=True):
            best[row] = max(best[row], similarity(new[row], old[slot]))
    names, told = [], set[str]()
    for row, chunk in enumerate(sound):
        equal = " ".join(chunk.text.split()) in seen or chunk.text_id in told
        near = "figures" if best[row] >= 0.9 else "alike" if best[row] >= 0.5 else "new"
        names.append("equal" if equal else "nearly" if chunk.text_id in links else near)
        told.add(chunk.text_id)
    return names


def print_row(name: str, filing: Filing, sound: list[ChunkAppended], groups: list[str]) -> None:
    characters, counts = Counter[str](), Counter(groups)
    for chunk, group in zip(sound, groups, strict=True):
        characters[group] += len(chunk.text)
    whole = sum(characters.values())

    def share(*wanted: str) -> str:
        part, number = sum(characters[one] for one in wanted), sum(counts[one] for one in wanted)
        return f"{100 * part / whole:.1f} ({100 * number / len(sound):.1f})"

    cells = "".join(f"{share(group):>13}" for group in _GROUPS)
    print(f"{name:6}{filing.year:<6}{len(sound):>7}  {share('equal', 'nearly'):>13}  {cells}")


def print_between(filings: list[Filing]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = open_log(Path(folder), purpose="real")
        near, whose, saved, barred = near_of(log, Path(folder)), dict[str, str](), Counter[str](), set[str]()
        texts: dict[str, str] = {}
        began, worked = time.perf_counter(), time.process_time()
        for filing in filings:
            links = linked(log, near, filing)
            for chunk in filing.chunks:
                if chunk.text_id in whose:
                    saved["equal, own" if whose[chunk.text_id] == filing.cik else "equal, another company's"] += 1
                whose.setdefault(chunk.text_id, filing.cik)
                texts.setdefault(chunk.text_id, chunk.text)
            for link in links:
                if link.across:
                    barred.add(link.text_id)
                else:
                    own = whose[link.to_text_id] == filing.cik
                    saved["nearly, own" if own else "nearly, another company's"] += 1
        seconds, chunks = time.perf_counter() - began, sum(len(filing.chunks) for filing in filings)
        print(
            f"\nall {len(filings)} filings of {len({filing.cik for filing in filings})} companies in one log: {chunks:,} chunks"
        )
        for kind, count in saved.most_common():
            print(f"  {kind:26} {count:>6,} chunks, {count / chunks:.2%}")
        print(f"  near Alphabet's            {len(barred):>6,} texts of others train nobody")
        for text in sorted(barred)[:5]:
            print(f"    {texts[text][:110]!r}")
        print(f"  judged and appended in {seconds:.1f} s: {chunks / seconds:,.0f} chunks/s, "
              f"{1e3 * (time.process_time() - worked) / chunks:.2f} ms of processor each")  # fmt: skip
        log.close()


def print_scale(count: int) -> None:
    random = np.random.default_rng(1)
    vocabulary = ["".join(random.choice(list("abcdefghijklmnop"), 7)) for _ in range(20_000)]
    some = [" ".join(vocabulary[i] for i in random.zipf(1.3, 200) % 20_000) for _ in range(2_000)]
    began = time.perf_counter()
    shingles = [shingles_of(text) for text in some]
    cut = time.perf_counter()
    bands_of(shingles)
    signed = time.perf_counter()
    for text in some:
        figures_of(text)
    print(
        f"\na text of 200 words: runs of words {1e3 * (cut - began) / len(some):.2f} ms, bands "
        f"{1e3 * (signed - cut) / len(some):.2f} ms, figures {1e3 * (time.perf_counter() - signed) / len(some):.2f} ms"
    )
    before = resident()
    index, began = Index(), time.perf_counter()
    for start in range(0, count, 5_000):
        size = min(5_000, count - start)
        keys = Keys(*(random.integers(0, 2**64, size, np.uint64) for _ in range(2)))
        bands = random.integers(0, 2**32, (size, BANDS), np.uint32)
        index.add(keys, seq=np.arange(start, start + size), splits=np.ones(size, np.int64), bands=bands)
    print(f"{count:,} texts in {time.perf_counter() - began:.1f} s beside their signatures; {len(index.runs)} runs; "
          f"{(resident() - before) / 2**20:,.0f} MiB")  # fmt: skip
    asked = random.integers(0, 2**32, (300, BANDS), np.uint32)
    began = time.perf_counter()
    for _ in range(10):
        list(index.near(asked))
    print(f"look-ups of a filing's 300 texts: {(time.perf_counter() - began) * 100:.1f} ms")
    print_start(index)


def print_start(index: Index) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = open_log(Path(folder), purpose="real")
        cache, began = Cache(Path(folder) / "near", log), time.perf_counter()
        cache.save(index, 1)
        saved = time.perf_counter()
        found, _ = cache.load()
        loaded = time.perf_counter()
        size = sum(path.stat().st_size for path in (Path(folder) / "near").rglob("*") if path.is_file())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"on disk {size / 2**20:,.0f} MiB: saved in {saved - began:.2f} s, loaded in {loaded - saved:.2f} s")
        print(f"{len(found):,} texts; at most {peak:,.0f} MiB in all")
        log.close()


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()

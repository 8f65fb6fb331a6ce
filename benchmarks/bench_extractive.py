"""What the extractive teacher makes of real filings: `python benchmarks/bench_extractive.py [EDGAR_FOLDER]`.

Prints its rate on one core, the shares answered, declined, refused and ungrounded, the lengths, and ROUGE-L of lead-2 and
random-2 (whole sentences of the same chunk) against its summaries: lead-2 must stay below 0.8, else it is lead-2 in
disguise. `--show N` prints N chunks with their answers."""

import argparse
import csv
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rouge_score.rouge_scorer import RougeScorer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from daemon.answers import Accepted, Refused, limits, read_answer
from daemon.filing import ChunkOptions, FilingUnreadable, extract
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.protocol import Answered, ChunkRequest
from daemon.teachers.sentences import sentences

_KINDS: Final = ("ixbrl_html", "html", "full_submission", "text")
_LEAD_MUST_STAY_BELOW: Final = 0.8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("edgar", nargs="?", type=Path, default=Path(__file__).resolve().parents[2] / "shared/edgar")
    parser.add_argument("--filings", type=int, default=12, help="how many, evenly spread over the manifest")
    parser.add_argument("--texts", type=int, default=1000, help="how many chunks ROUGE is measured on")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    texts = chunks(options.edgar, options.filings)
    answers = label(texts)
    lengths([answer for answer in answers if isinstance(answer, Accepted)])
    rng = random.Random(options.seed)
    pairs = [(text, answer) for text, answer in zip(texts, answers, strict=True)]
    for text, answer in rng.sample(pairs, min(options.show, len(pairs))):
        print(f"\n--- {text}\n>>> {answer}")
    accepted = [(text, answer.summary) for text, answer in pairs if isinstance(answer, Accepted)]
    return against_baselines(rng.sample(accepted, min(options.texts, len(accepted))), rng)


def chunks(edgar: Path, count: int) -> list[str]:
    """The different chunks of `count` filings with the default chunk settings."""
    rows = [row for row in csv.DictReader((edgar / "manifest.csv").read_text().splitlines()) if row["kind"] in _KINDS]
    texts: dict[str, None] = {}
    for row in rows[:: max(1, len(rows) // count)]:
        try:
            found = extract((edgar / row["file"]).read_bytes(), form=row["form"] or None, options=ChunkOptions())
        except FilingUnreadable as error:
            print(f"{row['file']}: {error}")
            continue
        texts.update(dict.fromkeys(passage.text for passage in found.passages))
        print(f"{row['file']}: {len(found.passages)} chunks", flush=True)
    return list(texts)


def label(texts: Sequence[str]) -> list[Accepted | Refused]:
    settings = ExtractiveSettings()
    requests = [ChunkRequest(request_id=str(n), text_id=str(n), text=text, attempt=1) for n, text in enumerate(texts)]
    start = time.process_time()
    replies = list(settings.open(settings.recipe()).label(requests))
    seconds = time.process_time() - start
    print(f"\n{len(texts)} chunks in {seconds:.2f} CPU-seconds: {len(texts) / seconds:.0f} a second on one core")
    bounds = limits(settings.max_rationale_tokens, settings.max_summary_tokens)
    start = time.process_time()
    answers = [
        read_answer(reply.raw, text, limits=bounds)
        for text, reply in zip(texts, replies, strict=True)
        if isinstance(reply, Answered)
    ]
    print(f"validated: {len(answers) / (time.process_time() - start):.0f} a second")
    kinds = Counter(a.reason if isinstance(a, Refused) else "+".join(a.flags) or "accepted" for a in answers)
    print("outcomes:", ", ".join(f"{kind} {n} ({n / len(answers):.1%})" for kind, n in kinds.most_common()))
    print("declined because:", Counter(a.detail for a in answers if isinstance(a, Refused)).most_common(5))
    return answers


def lengths(accepted: Sequence[Accepted]) -> None:
    for name, words in (
        ("summary", [len(answer.summary.split()) for answer in accepted]),
        ("rationale", [len(answer.rationale.split()) for answer in accepted]),
    ):
        tenths = statistics.quantiles(words, n=10)
        print(
            f"{name}: {statistics.mean(words):.0f} words on average, 10 % below {tenths[0]:.0f}, 10 % above {tenths[-1]:.0f}"
        )
    different = len({answer.rationale for answer in accepted})
    print(f"different rationales: {different} of {len(accepted)}")


def against_baselines(pairs: Sequence[tuple[str, str]], rng: random.Random) -> int:
    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    scores: dict[str, list[float]] = {"lead-2": [], "random-2": [], "self": []}
    for text, summary in pairs:
        whole = [sentence.text for sentence in sentences(text) if sentence.whole]
        predictions = {"lead-2": whole[:2], "random-2": sorted(rng.sample(whole, min(2, len(whole))), key=whole.index)}
        for system, prediction in {**predictions, "self": [summary]}.items():
            scores[system].append(scorer.score(summary, " ".join(prediction))["rougeL"].fmeasure)
    for system, values in scores.items():
        error = statistics.stdev(values) / len(values) ** 0.5
        print(
            f"ROUGE-L of {system} against the teacher: {statistics.mean(values):.3f} ± {1.96 * error:.3f} (n={len(values)})"
        )
    equal = sum(value > 0.999 for value in scores["lead-2"]) / len(pairs)
    print(f"lead-2 is the very summary for {equal:.1%} of the chunks")
    return 0 if statistics.mean(scores["lead-2"]) < _LEAD_MUST_STAY_BELOW else 1


if __name__ == "__main__":
    sys.exit(main())

"""What reading answers costs: `python benchmarks/bench_answers.py`.

Prints what the stopper costs a token and a step of a batch, what each rung of the ladder costs, and the ladder at its worst
on text made to be slow, where json_repair's looks at it are bounded, beside json_repair without the bound. Seeded."""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import json_repair

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from daemon.answers import JsonAutomaton, Refused, is_answer, limits, read_answer

_STEP_MS: Final = 25.0  # a decoding step of an 8B model on one GPU, for scale
_TOKEN_BYTES: Final = 5  # Llama 3's vocabulary has four to five bytes of English a token
_BATCH: Final = 32
_HEADS: Final = ('{"rationale": "', '{"rationale"', '{"rationale": [', "{'rationale': '", '{"rationale": {')
_UNITS: Final = ('"', "'", *"{}[](),:\\a1 \n#`-", "//", "/*", "*/", "```", '"a":', '",', '"}', "null", "{1", '{"]', "€")
_KNOWN_SLOW: Final = (("", '{"]'), ("{", "{1"), ("[", "{…1```"))  # found by 600 random mixtures
_MATTERS: Final = ("net sales", "the gross margin", "income taxes", "capital returned to shareholders", "inventory")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--mixtures", type=int, default=150, help="random texts made to be slow, besides the plain ones"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    stopping("an answer", answer().encode())
    stopping("nothing but marks", b'{"a":[{"b":[{"c":1},[],{}]}]},' * 30)
    ladder()
    worst(random.Random(options.seed), options.mixtures)
    return 0


def answer() -> str:
    steps = [f"{n}. The passage reports that {what} changed and why." for n, what in enumerate(_MATTERS, start=1)]
    summary = "Net sales rose 9% to $33.9 billion on phones, while the margin fell as components cost more."
    return json.dumps({"rationale": " ".join(steps), "summary": summary})


def stopping(name: str, said: bytes) -> None:
    tokens = [said[at : at + _TOKEN_BYTES] for at in range(0, len(said), _TOKEN_BYTES)]
    cost = 1e6 * median_s(lambda: fed(tokens)) / len(tokens)
    share = 100 * _BATCH * cost / 1000 / _STEP_MS
    of_a_step = f"{share:.2f} % of a {_STEP_MS:.0f} ms step of {_BATCH} rows"
    print(f"the stopper, {name} of {len(tokens)} tokens: {cost:.2f} us a token, {of_a_step}")


def fed(tokens: list[bytes]) -> int:
    automaton = JsonAutomaton()
    return sum(is_answer(found) for token in tokens for found in automaton.feed(token))


def ladder() -> None:
    for rung, raw in (
        ("JSON", answer()),
        ("what Python takes for JSON", answer().replace(". The", ".\n The")),
        ("json_repair", answer().replace(" passage ", ' "passage" ')),
    ):
        read = partial(read_answer, raw, answer(), limits=limits(1000, 500))
        print(f"the ladder up to {rung}: {1e3 * median_s(read):.2f} ms: {getattr(read(), 'flags', read())}")


def worst(rng: random.Random, mixtures: int) -> None:
    mixed = ["".join(rng.choices(_UNITS, k=rng.randint(2, 6))) for _ in range(mixtures)]
    texts = [(head, unit) for head in _HEADS for unit in _UNITS] + [(rng.choice(_HEADS), unit) for unit in mixed]
    for size in (2_000, 4_000, 8_000, 16_000):
        timed = [(*bounded(slow(head, unit, size)), head, unit) for head, unit in texts]
        seconds, what, head, unit = max(timed)
        print(f"the ladder, the worst of {len(texts)} texts of {size}: {seconds:.3f} s ({head} then {unit!r}: {what})")
    for size in (1_000, 2_000, 4_000):
        seconds, head, unit = max((unbounded(slow(head, unit, size)), head, unit) for head, unit in _KNOWN_SLOW)
        print(
            f"json_repair alone, the worst of {len(_KNOWN_SLOW)} texts of {size}: {seconds:.3f} s ({head} then {unit!r})"
        )


def slow(head: str, unit: str, size: int) -> str:
    return head + (unit * size)[:size] + '"}'


def bounded(text: str) -> tuple[float, str]:
    began = time.perf_counter()
    read = read_answer(text, "", limits=limits(10_000, 10_000))
    return time.perf_counter() - began, read.reason if isinstance(read, Refused) else "accepted"


def unbounded(text: str) -> float:
    began = time.perf_counter()
    with suppress(ValueError, RecursionError):
        json_repair.repair_json(text, return_objects=True, skip_json_loads=True)
    return time.perf_counter() - began


def median_s(act: Callable[[], object], *, times: int = 15) -> float:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


if __name__ == "__main__":
    sys.exit(main())

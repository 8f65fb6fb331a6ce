"""`python -m tests.fuzz TARGET [--runs N] [--seconds S] [--seed N] [--into DIR]`: mutated filings against the reader.

`--replay FILE` tries one input, as a crash leaves it in DIR. Needs atheris; TARGET is one of tests/fuzz/targets.py.
"""

import argparse
import importlib.util
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.fuzz.fragments import OF, seeds

_SLOWEST_S = 20  # an input that takes longer counts as a crash
_MOST_MIB = 2048


def main() -> int:
    given = _arguments()
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: it has no wheel for this machine or this Python", file=sys.stderr)
        return 2
    import atheris

    with atheris.instrument_imports(include=["daemon.filing", "daemon.forms", "daemon.identify"]):
        from tests.fuzz.targets import TARGETS

    target = TARGETS[given.target]
    if given.replay is not None:
        target(given.replay.read_bytes())
        return 0
    corpus = given.into / given.target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(given.target)):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    # Looked up at each call: atheris puts the real one in its place when it begins.
    mutator = mutating(OF[given.target], lambda data, longest: atheris.Mutate(data, longest))  # noqa: PLW0108
    atheris.Setup(_flags(given, corpus), target, custom_mutator=mutator)
    atheris.Fuzz()  # ends the process
    return 0


def mutating(
    fragments: tuple[bytes, ...], of_bytes: Callable[[bytes, int], bytes]
) -> Callable[[bytes, int, int], bytes]:
    """Half the mutations are libFuzzer's, of bytes; the others put fragments in, and double or drop what is there."""

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        choice, seed = seed & 7, seed >> 3
        if choice < 4:
            return of_bytes(data, longest)
        at = (seed >> 8) % (len(data) + 1)
        end = min(len(data), at + 1 + (seed >> 4) % 64)
        fragment = fragments[seed % len(fragments)]
        if choice == 4:
            data = data[:at] + fragment + data[at:]
        elif choice == 5:
            data = data + fragment
        elif choice == 6:
            data = data[:end] + data[at:]
        else:
            data = data[:at] + fragment + data[end:]
        return data[:longest]

    return mutate


def _flags(given: argparse.Namespace, corpus: Path) -> list[str]:
    limits = [
        f"-max_len={given.longest}",
        f"-timeout={_SLOWEST_S}",
        f"-rss_limit_mb={_MOST_MIB}",
        "-print_final_stats=1",
    ]
    until = [f"-runs={given.runs}"] if given.runs else []
    until += [f"-max_total_time={given.seconds}"] if given.seconds else []
    return ["fuzz", f"-seed={given.seed}", f"-artifact_prefix={given.into}/", *limits, *until, str(corpus)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=sorted(OF))
    parser.add_argument("--runs", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--into", type=Path, help="folder of the corpus and of crashes; else one that goes away by itself"
    )
    parser.add_argument("--longest", type=int, default=400, help="bytes of an input; small ones are fast")
    parser.add_argument("--replay", type=Path, help="an input")
    given = parser.parse_args()
    given.into = given.into or Path(tempfile.mkdtemp(prefix="finsdistill-fuzz-"))
    return given


if __name__ == "__main__":
    sys.exit(main())

"""The Llama 3 teacher and the TinyLlama student in their real shapes, with random weights, through the real workers:
`python benchmarks/bench_pair.py --shape real` on a GPU machine; the default is a tiny pair of the same architecture.

Writes both models (needs nothing but the repository), labels `--texts` invented texts with the teacher's own process in
bf16 and in NF4, trains the student with QLoRA in the trainer's process and asks it in the evaluator's, and prints a table.
Random weights end their answers where they happen to: compare tokens, and divide by what your answers take for labels.
What is measured how: docs/benchmarks.md."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final, Literal

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pair_limits import Row, bandwidth_of, kv_bytes, least_seconds, weights_read
from benchmarks.pair_table import Column, memory_cells, table, training_cells
from benchmarks.pair_watch import Peak
from daemon.answers import is_answer
from daemon.filing import ChunkOptions
from daemon.parts import plans_of
from daemon.settings import Settings
from daemon.smoke.labelling import Labelled, Tally, ask, open_worker, wait_until_ready
from daemon.smoke.texts import Text, sample_texts
from daemon.smoke.training import Trained, sealed, stand_ins, train
from daemon.steps.facts import trained_fact
from daemon.teachers.local.batching import Cost, batches
from daemon.teachers.local.progress import Budget
from daemon.teachers.local.settings import LocalSettings
from evaluator import launch as evaluation
from evaluator.spec import AdapterRef, EvalDone
from store.errors import FinsdistillError
from store.snapshot import read_manifest
from store.states.runs import Runs
from tests.models import LLAMA3_8B, TINY, TINY_STUDENT, TINYLLAMA_1B, Shape, write_llama3, write_tinyllama
from trainer.hardware import look
from trainer.run import ADAPTER

Quantization = Literal["none", "nf4"]
_VOCABS: Final = (128_256, 32_000)
_HELDOUT: Final = 2
_SHARD, _LIBRARIES = 2.0, 0.5  # GB of memory while writing, measured


@dataclass(frozen=True)
class Pair:
    """`rationale` and `summary` are the answers' token budgets."""

    name: str
    teacher: Shape
    student: Shape
    rationale: int
    summary: int

    @property
    def disk(self) -> int:
        """Bytes of both models in bfloat16; their tokenizers take 10 MB more."""
        return 2 * (self.teacher.parameters(_VOCABS[0]) + self.student.parameters(_VOCABS[1]))


PAIRS: Final = {
    "tiny": Pair("tiny", TINY, TINY_STUDENT, 40, 32),
    "real": Pair("real", LLAMA3_8B, TINYLLAMA_1B, 256, 160),
}


def main() -> int:
    options = _options()
    pair, gpu = PAIRS[options.shape], look().gpu
    if options.shape == "real" and gpu is None and not options.on_cpu:
        print(
            "no NVIDIA GPU is here, and 8 billion parameters on a CPU take hours: ask for it with --on-cpu",
            file=sys.stderr,
        )
        return 1
    folder = options.dir or Path(tempfile.mkdtemp(prefix="bench-pair-"))
    try:
        return _run(pair, folder, options, gpu)
    except FinsdistillError as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        if options.dir is None:
            shutil.rmtree(folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=list(PAIRS), default="tiny")
    parser.add_argument(
        "--texts", type=int, default=None, help="to label; default 8 of the tiny shape, 128 of the real"
    )
    parser.add_argument("--dir", type=Path, help="where the models are written and kept; default: a temporary folder")
    parser.add_argument("--batch-tokens", type=int, default=65_536, help="prompt and answer tokens of one batch")
    parser.add_argument("--steps", type=int, default=5, help="optimizer steps of the student")
    parser.add_argument("--on-cpu", action="store_true", help="the real shapes without a GPU: hours")
    return parser.parse_args()


def _run(pair: Pair, folder: Path, options: argparse.Namespace, gpu: str | None) -> int:
    print(_announcement(pair, folder, gpu), flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    teacher, student = _written(pair, folder)
    texts = sample_texts(ChunkOptions(), (options.texts or (8 if pair.name == "tiny" else 128)) + _HELDOUT)
    kept, texts = texts[:_HELDOUT], texts[_HELDOUT:]
    bench = Bench(pair, folder, gpu, options.batch_tokens)
    columns, labelled = [], list[Labelled]()
    for quantization in ("none", "nf4"):
        column, labelled = bench.label(teacher, quantization, texts)
        columns.append(column)
    if not labelled:
        print("no answer of the random teacher can be learned: the student learns stand-ins as long as answers are")
    columns += bench.student(student, labelled or stand_ins(texts), stand_ins(kept), steps=options.steps)
    print(table(columns))
    return 0 if all(column.cells.get("valid answers", "100.0 %") == "100.0 %" for column in columns) else 1


def _announcement(pair: Pair, folder: Path, gpu: str | None) -> str:
    disk, weights = pair.disk / 1e9, 2 * pair.teacher.parameters(_VOCABS[0]) / 1e9
    return (
        f"{pair.name} pair on {gpu or 'the CPU'}: writes {disk:.3g} GB of random weights to {folder}, with up to "
        f"{min(disk, _SHARD) + _LIBRARIES:.2g} GB of memory; the teacher's weights take {weights:.3g} GB in bf16, "
        f"its keys and values {kv_bytes(pair.teacher) / 1e3:.3g} KB a token"
    )


def _written(pair: Pair, folder: Path) -> tuple[Path, Path]:
    """Both models; what an earlier run left is taken as it is."""
    teacher, student = folder / f"{pair.name}-teacher", folder / f"{pair.name}-student"
    for target, write, shape in ((teacher, write_llama3, pair.teacher), (student, write_tinyllama, pair.student)):
        began = perf_counter()
        if not target.exists():
            partial = target.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            write(partial, shape=shape, dtype="bfloat16").rename(target)
            print(f"{target.name} written in {perf_counter() - began:,.1f} s", flush=True)
    return teacher, student


@dataclass(frozen=True)
class Bench:
    pair: Pair
    folder: Path
    gpu: str | None
    batch_tokens: int

    def label(self, model: Path, quantization: Quantization, texts: Sequence[Text]) -> tuple[Column, list[Labelled]]:
        """Each text asked once: what is refused for its words, as random ones are, is no fault of the decoding."""
        settings = LocalSettings(
            model=str(model),
            quantization=quantization,
            device="cuda" if self.gpu else "cpu",
            batch_tokens=self.batch_tokens,
            max_rationale_tokens=self.pair.rationale,
            max_summary_tokens=self.pair.summary,
            attempts=1,
        )
        with Peak(gpu=self.gpu is not None) as peak:
            worker = open_worker(settings, settings.recipe(), self.folder / "work" / f"teacher-{quantization}")
            try:
                loaded = wait_until_ready(worker)
                ask(worker, texts[:1], settings)  # what is made at the first question (kernels, the grammar) is no rate
                tally = ask(worker, texts, settings)
            finally:
                worker.close()
        name = f"teacher, {'NF4' if quantization == 'nf4' else 'bf16' if self.gpu else 'float32'}"
        return Column(name, self._labelling(tally, loaded, peak, quantization)), tally.accepted

    def _labelling(self, tally: Tally, loaded: float, peak: Peak, quantization: Quantization) -> dict[str, str]:
        valid = sum(is_answer(reply.raw.encode()) for reply in tally.replies)
        return {
            "valid answers": f"{valid / tally.answers:.1%}".replace("%", " %"),
            "of these declined": str(sum('"declined"' in reply.raw for reply in tally.replies)),
            "seconds to load": f"{loaded:,.1f}",
            "answers/s": f"{tally.answers / tally.seconds:,.2f}",
            "prompt tokens/s": f"{tally.prompt_tokens / tally.seconds:,.0f}",
            "completion tokens an answer": f"{tally.completion_tokens / tally.answers:,.0f}",
            "completion tokens/s": f"{tally.completion_tokens / tally.seconds:,.0f}",
            "share of the bandwidth limit": self._share(tally, nf4=quantization == "nf4"),
            **memory_cells(peak),
        }

    def _share(self, tally: Tally, *, nf4: bool) -> str:
        bandwidth = bandwidth_of(self.gpu)
        if bandwidth is None:
            return "unknown"
        rows = [Row(reply.prompt_tokens, reply.completion_tokens) for reply in tally.replies]
        answer = Budget(self.pair.rationale, self.pair.summary).max_new_tokens
        planned = batches([Cost(row.prompt, answer) for row in rows], self.batch_tokens)
        least = least_seconds(
            [[rows[place] for place in batch] for batch in planned],
            weights=weights_read(self.pair.teacher, _VOCABS[0], nf4=nf4),
            kv=kv_bytes(self.pair.teacher),
            bandwidth=bandwidth,
        )
        return f"{least / tally.seconds:.1%}"

    def student(
        self, base: Path, labelled: Sequence[Labelled], heldout: Sequence[Labelled], *, steps: int
    ) -> list[Column]:
        """QLoRA, and then base and adapter asked as for a score."""
        settings = Settings(
            service={"state_dir": self.folder / "work", "threads": 2},
            teacher={"kind": "extractive"},
            student={"base": str(base), "quantization": "nf4"},
            evaluator={"max_summary_tokens": self.pair.summary, "max_rationale_tokens": self.pair.rationale},
        )
        work = self.folder / "work" / "student"
        shutil.rmtree(work, ignore_errors=True)
        with Peak(gpu=self.gpu is not None) as peak:
            trained = train(plans_of(settings), labelled, work, recipe="0" * 32, steps=steps, heldout=heldout)
        training = Column("student, QLoRA", training_cells(trained) | memory_cells(peak))
        with Peak(gpu=self.gpu is not None) as peak:
            done = self._scored(settings, trained, work)
        rate = "none" if done.texts_per_s is None else f"{done.texts_per_s:,.2f}"
        return [
            training,
            Column("student, asked", {"answers/s": rate, "outputs": str(done.outputs)} | memory_cells(peak)),
        ]

    def _scored(self, settings: Settings, trained: Trained, work: Path) -> EvalDone:
        adapter = trained_fact(trained.spec, trained.outcome)
        spec = plans_of(settings).scoring(Runs(), sealed(read_manifest(work / "snapshot")), adapter)
        ref = AdapterRef(adapter_id=adapter.adapter_id, folder=work / "run" / ADAPTER)
        spec = spec.model_copy(update={"snapshot_dir": work / "snapshot", "challenger": ref})
        outcome = evaluation.start(work / "eval", spec).outcome()
        if not isinstance(outcome, EvalDone):
            raise FinsdistillError(f"the student could not be asked ({outcome.reason}): {outcome.detail}")
        return outcome


if __name__ == "__main__":
    sys.exit(main())

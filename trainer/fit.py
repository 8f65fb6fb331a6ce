"""One training run: snapshot and spec in, adapter and outcome out. Heavy: imports torch, transformers, trl and peft."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

import torch
from transformers import set_seed

from store.snapshot import TRAIN, SnapshotManifest, TripletRow, read_manifest, read_rows, rows_sha256
from trainer.hardware import Hardware, dtype_of, probe
from trainer.model import fingerprint, load_base, load_tokenizer, save_adapter, train_in_float32, with_adapter
from trainer.rows import Example, Lessons, choose_rows, make_lessons
from trainer.run import (
    ADAPTER,
    AdapterCard,
    PackageVersion,
    TrainedRow,
    TrainOutcome,
    adapter_id_of,
    make_config_canonical,
    make_durable,
    read_trained,
    write_card,
    write_trained,
)
from trainer.sft import WeightedTrainer, build_trainer
from trainer.spec import SEEDLING, RunSpec, TrainingProblem

_VERSIONS: Final = ("torch", "transformers", "trl", "peft", "bitsandbytes", "accelerate")
_WINDOW: Final = 10  # steps behind loss_first and loss_last

Stage = Literal["loading", "preparing", "training", "saving"]
Report = Callable[[Stage, int, int, float | None], None]


@dataclass(frozen=True)
class _Material:
    """What the run learns from."""

    manifest: SnapshotManifest
    rows: Sequence[TripletRow]
    lessons: Lessons
    learned_before: Sequence[TrainedRow]


@dataclass(frozen=True)
class _Trained:
    losses: Sequence[float]
    seconds: float


def fit(spec: RunSpec, run_dir: Path, report: Report) -> TrainOutcome:
    """Trains and leaves `run_dir/adapter`. Raises TrainingProblem or StateUnusable for what a person can act on, and
    whatever torch raises, out of memory included."""
    _be_deterministic(spec)
    hardware = probe()
    dtype = dtype_of(hardware)
    report("loading", 0, 1, None)
    tokenizer = load_tokenizer(spec.base, spec.base_revision)
    base = load_base(spec.base, spec.base_revision, quantization=spec.quantization, dtype=dtype)
    _check_length(spec, base.config)
    base_fingerprint = fingerprint(spec.base, base)
    report("preparing", 0, 1, None)
    material = _prepare(spec, tokenizer)
    model = with_adapter(base, spec)
    with TemporaryDirectory(dir=run_dir) as scratch:
        trainer = build_trainer(
            model,
            tokenizer,
            material.lessons.examples,
            spec=spec,
            dtype=dtype,
            scratch_dir=Path(scratch),
            report=lambda done, total, loss: report("training", done, total, loss),
        )
        train_in_float32(model)
        trained = _train(trainer)
    report("saving", 0, 1, None)
    adapter_id = _save(model, run_dir / ADAPTER, spec=spec, material=material, base_fingerprint=base_fingerprint)
    return _outcome(
        spec, material, trained, hardware=hardware, adapter_id=adapter_id, base_fingerprint=base_fingerprint
    )


def _be_deterministic(spec: RunSpec) -> None:
    torch.set_num_threads(spec.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    # Part of the line above, for finding reads of memory that nobody wrote: it would cost a write of every buffer.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    set_seed(spec.seed)  # before the adapter is made: its first weights are random


def _check_length(spec: RunSpec, config: Any) -> None:
    positions = config.max_position_embeddings
    if spec.max_tokens > positions:
        raise TrainingProblem(f"max_tokens is {spec.max_tokens}, and {spec.base} knows {positions} positions: lower it")


def _prepare(spec: RunSpec, tokenizer: Any) -> _Material:
    manifest, all_rows = _sealed_rows(spec)
    before = [] if spec.parent_adapter is None else read_trained(spec.parent_adapter)
    learned = None if spec.parent_adapter is None else frozenset(row.label_id for row in before)
    rows = choose_rows(all_rows, learned, replay_rows=spec.replay_rows, seed=spec.seed)
    lessons = make_lessons(
        rows,
        tokenizer,
        objective=spec.objective,
        rationale_weight=spec.rationale_weight,
        max_tokens=spec.max_tokens,
    )
    if not lessons.examples:
        reasons = ", ".join(f"{dropped.reason}: {dropped.examples}" for dropped in lessons.dropped)
        raise TrainingProblem(f"no example of {len(rows)} rows can be trained on ({reasons}): raise max_tokens")
    return _Material(manifest, rows, lessons, before)


def _sealed_rows(spec: RunSpec) -> tuple[SnapshotManifest, list[TripletRow]]:
    manifest, rows = read_manifest(spec.snapshot_dir), read_rows(spec.snapshot_dir / TRAIN)
    if manifest.snapshot_id != spec.snapshot_id or rows_sha256(rows) != manifest.sha256:
        raise TrainingProblem(
            f"{spec.snapshot_dir} does not hold the sealed rows of snapshot {spec.snapshot_id}: remove the folder, "
            "`finsdistill run` seals it again"
        )
    return manifest, rows


def _train(trainer: WeightedTrainer) -> _Trained:
    started = time.monotonic()
    trainer.train()
    return _Trained(tuple(trainer.losses), time.monotonic() - started)


def _save(model: Any, adapter: Path, *, spec: RunSpec, material: _Material, base_fingerprint: str) -> str:
    save_adapter(model, adapter)
    make_config_canonical(adapter, spec.base)
    learned = [TrainedRow(label_id=row.label_id, text_id=row.text_id) for row in material.lessons.taught]
    write_trained(adapter, [*material.learned_before, *learned])
    adapter_id = adapter_id_of(adapter)
    card = AdapterCard(
        adapter_id=adapter_id,
        base=spec.base,
        base_fingerprint=base_fingerprint,
        toy=material.manifest.toy or spec.base == SEEDLING,
        teacher=material.manifest.teacher,
        recipe=material.manifest.recipe,
        spec=spec,
    )
    write_card(adapter, card)
    make_durable(adapter)
    return adapter_id


def _outcome(
    spec: RunSpec, material: _Material, trained: _Trained, *, hardware: Hardware, adapter_id: str, base_fingerprint: str
) -> TrainOutcome:
    tokens = tokens_of(material.lessons.examples) * spec.epochs
    return TrainOutcome(
        run_id=spec.run_id,
        snapshot_id=spec.snapshot_id,
        status="done",
        reason=None,
        adapter_id=adapter_id,
        base_fingerprint=base_fingerprint,
        rows=len(material.rows),
        examples=len(material.lessons.examples),
        dropped=material.lessons.dropped,
        trimmed=material.lessons.trimmed,
        tokens=tokens,
        seconds=round(trained.seconds, 3),
        tokens_per_s=round(tokens / trained.seconds, 1),
        loss_first=_mean(trained.losses[:_WINDOW]),
        loss_last=_mean(trained.losses[-_WINDOW:]),
        device=hardware.device,
        versions=tuple(PackageVersion(name=name, version=version(name)) for name in _VERSIONS),
    )


def tokens_of(examples: Sequence[Example]) -> int:
    return sum(len(example.ids) for example in examples)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)

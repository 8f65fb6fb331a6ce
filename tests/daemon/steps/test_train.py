"""When a training is due, and that it is not found out by counting all labels each time."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.activity import Activity
from daemon.blobs import Blobs
from daemon.handover import Handover
from daemon.sections import EvaluatorSettings, StudentSettings, TrainerSettings
from daemon.standing import Standing
from daemon.steps.plans import Folders, Plans
from daemon.steps.train import Train
from store.log import EventLog
from tests.builders import a_chunk, a_filing, a_label, a_log, a_recipe, an_adoption, put
from trainer.hardware import Hardware

A, B = "a" * 32, "b" * 32
TEXTS = ("One rose.", "Two fell.", "Three grew.")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with a_log(tmp_path / "state") as log:
        put(log, a_recipe(A), a_recipe(B), a_filing(), *map(a_chunk, TEXTS), an_adoption(A))
        yield log


def training(log: EventLog, tmp_path: Path, *, threshold: int, may_seal: bool = True) -> Train:
    student = StudentSettings(base="seedling", quantization="none")
    machine = Hardware(None, 8 * 2**30, bf16=False, cpus=2)
    plans = Plans(student, TrainerSettings(), EvaluatorSettings(), machine, 2, Folders(tmp_path))
    gpu = Handover(exclusive=False)
    activity, stop = Activity(), threading.Event()
    return Train(
        Standing(log, activity, stop),
        plans,
        blobs=Blobs(tmp_path / "blobs"),
        threshold=threshold,
        activity=activity,
        gpu=gpu,
        may_seal=lambda: may_seal,
        stop=stop,
    )


def test_a_training_is_due_when_the_threshold_is_crossed(log, tmp_path):
    train = training(log, tmp_path, threshold=2)
    put(log, a_label(TEXTS[0], recipe=A))
    assert not train.due()
    put(log, a_label(TEXTS[1], recipe=A))
    assert train.due()


def test_a_decision_that_brings_labels_back_into_use_is_noticed_at_once(log, tmp_path):
    """One event, where each label that was missing would have been one."""
    put(log, *(a_label(text, recipe=A) for text in TEXTS))
    put(log, an_adoption(B, decision="relabel"))
    train = training(log, tmp_path, threshold=3)
    assert not train.due()
    put(log, an_adoption(A, decision="keep_old"))
    assert train.due()


@pytest.mark.parametrize(("may_seal", "snapshots"), [(True, 1), (False, 0)])
def test_no_snapshot_is_sealed_before_it_is_known_what_is_near_to_held_out_texts(log, tmp_path, may_seal, snapshots):
    train = training(log, tmp_path, threshold=1, may_seal=may_seal)
    put(log, a_label(TEXTS[0], recipe=A))
    assert train.advance() is may_seal
    assert log.query("SELECT count(*) FROM snapshots") == [(snapshots,)]

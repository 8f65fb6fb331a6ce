"""Whether the pair fits into the memory there is. Sizes are those of trainer.shapes, by the models' names."""

from datetime import datetime

import pytest

from daemon.doctor import gpu
from daemon.doctor.base import Machine, Patient
from daemon.settings import Settings
from trainer.hardware import Hardware

GB = 10**9


def looked(check, hardware, *, teacher=None, **sections):
    settings = Settings.model_validate({"teacher": {"kind": "local", **(teacher or {})}, **sections})
    machine = Machine({}, datetime(2026, 11, 22), "ann", look=lambda environment: hardware)
    return list(check(Patient(settings.service.state_dir / "config.toml", settings, lambda url: None, machine)))


def card(memory, *, bf16=True):
    return Hardware("a card", memory and int(memory), bf16=bf16, cpus=8)


# Llama-3-8B: weights 17.7 GB (really 16.1: keys and values are counted at full width), 6.1 in NF4; a batch of 65,536 tokens
# 8.6; libraries 1.1. TinyLlama in NF4 with one example of 1,024 tokens: 1.1 + 2.5 + 1.1 = 4.6. Usable is 0.92 of a card.
@pytest.mark.parametrize(
    ("memory", "teacher", "levels", "do"),
    [
        (85.5 * GB, {}, ["ok", "ok"], ""),  # 27.3, and as much with 42.2 of 78.7
        (42.5 * GB, {}, ["ok", "ok"], ""),  # 27.3, and with 4.6 or more of 39.1
        (34.2 * GB, {"quantization": "none"}, ["ok", "warning"], 'gpu = "exclusive"'),  # 27.3, and with 4.6 of 31.5
        (25.7 * GB, {}, ["ok", "ok"], ""),  # 15.8, and with 4.6 of 23.6
        (21.5 * GB, {}, ["ok", "warning"], 'gpu = "exclusive"'),  # of 19.8
        (21.5 * GB, {"gpu": "exclusive"}, ["ok", "ok"], ""),
        (21.5 * GB, {"batch_tokens": 32768}, ["ok", "ok"], ""),  # 11.5 + 4.6
        (16.1 * GB, {"gpu": "exclusive"}, ["warning", "ok"], "batch_tokens = 57344"),  # 7.2 + 8.6 of 14.8
        (16.1 * GB, {"quantization": "none"}, ["problem"], 'quantization = "nf4"'),
        (6.4 * GB, {}, ["problem"], "a smaller model"),  # 7.2 of 5.9
    ],
)
def test_the_pair_fits_alone_together_or_not(memory, teacher, levels, do):
    found = looked(gpu.memory, card(memory), teacher=teacher)
    assert [finding.level for finding in found] == levels
    assert do in " ".join(finding.do or "" for finding in found)
    assert all("computed" in finding.seen and "GB" in finding.seen for finding in found)


def test_a_card_without_bfloat16_takes_twice_the_memory():
    old = card(34.2 * GB, bf16=False)
    assert [f.level for f in looked(gpu.memory, old, teacher={"quantization": "none"})] == ["problem"]  # 36.4 of 31.5
    assert "float32" in looked(gpu.gpu, old)[0].seen


def test_a_student_that_does_not_fit_alone_is_a_problem():
    found = looked(gpu.memory, card(25.7 * GB), student={"base": "some/Model-70B"}, teacher={"gpu": "exclusive"})
    assert [finding.level for finding in found] == ["ok", "problem"]


def test_a_batch_that_is_set_is_the_one_that_is_counted():
    _, student = looked(gpu.memory, card(85.5 * GB), trainer={"batch_size": 24})  # 62.2 beside 31.4 of 78.7
    assert (student.level, "24 examples at a time" in student.seen) == ("warning", True)


def test_unknown_memory_is_said_and_what_follows_from_it():
    assert [(f.level, "unknown" in f.seen) for f in looked(gpu.gpu, card(None))] == [("warning", True)]
    (finding,) = looked(gpu.memory, card(None))
    assert (finding.level, "in 4 bits (NF4)" in finding.seen) == ("warning", True)


def test_a_gpu_is_named_with_its_memory():
    assert [(f.level, f.seen) for f in looked(gpu.gpu, card(85.5 * GB))] == [("ok", "a card with 85.5 GB")]


@pytest.mark.parametrize(("memory", "level"), [(32 * GB, "ok"), (8 * GB, "warning")])  # 6.1 GB in float32, of half
def test_without_a_gpu_the_student_is_measured_against_the_machine(memory, level):
    hardware = Hardware(None, memory, bf16=False, cpus=2)
    (finding,) = looked(gpu.memory, hardware)
    assert (finding.level, "half of the machine's memory" in finding.seen) == (level, True)
    assert "no NVIDIA GPU" in looked(gpu.gpu, hardware)[0].seen


def test_toys_fit_everywhere():
    toys = {"teacher": {"kind": "extractive"}, "student": {"base": "seedling"}}
    assert looked(gpu.memory, Hardware(None, GB, bf16=False, cpus=2), **toys) == []


def test_a_teacher_on_the_cpu_takes_nothing_of_the_gpu():
    (finding,) = looked(gpu.memory, card(16.1 * GB), teacher={"device": "cpu"})
    assert finding.seen.startswith("TinyLlama")

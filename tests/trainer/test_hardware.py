import subprocess
import sys
from pathlib import Path

import pytest

from trainer.hardware import (
    Advice,
    Hardware,
    accumulation_of,
    advise,
    dtype_of,
    first_visible,
    gpu_present,
    look,
    precision_of,
)
from trainer.nvml import Gpu
from trainer.shapes import TINYLLAMA, shape_of

GIB = 2**30
H100 = Gpu("GPU-aa11", "NVIDIA H100 80GB HBM3", 85_520_809_984, (9, 0))
T4 = Gpu("GPU-bb22", "Tesla T4", 16_106_127_360, (7, 5))


# TinyLlama, 1,024 tokens an example. Kept for the backward pass: bf16 2.25 MB for the layers and 0.19 for the logits a
# token, so 2.33 GiB an example; float32 3.42 + 0.19, so 3.44 GiB. Usable: 0.92 of a GPU, less 1 GiB and the weights.
@pytest.mark.parametrize(
    ("hardware", "quantization", "expected"),
    [
        (Hardware("H100", 80 * GIB, bf16=True, cpus=16), "nf4", Advice(16, 1)),
        (Hardware("A100 80", 80 * GIB, bf16=True, cpus=16), "none", Advice(16, 1)),
        (
            Hardware("A100 40", 42_505_273_344, bf16=True, cpus=16),
            "nf4",
            Advice(8, 2),
        ),  # 39.6: (36.4 - 2.0) / 2.33 = 14
        (Hardware("A100 40", 42_505_273_344, bf16=True, cpus=16), "none", Advice(8, 2)),
        (Hardware("RTX 4090", 24 * GIB, bf16=True, cpus=16), "nf4", Advice(8, 2)),  # (22.1 - 2.1) / 2.33 = 8.6
        (Hardware("RTX 4090", 24 * GIB, bf16=True, cpus=16), "none", Advice(4, 4)),  # (22.1 - 3.6) / 2.33 = 7.9
        (Hardware("T4", 15 * GIB, bf16=False, cpus=4), "nf4", Advice(2, 8)),  # (13.8 - 2.3) / 3.44 = 3.3
        (Hardware("GTX 1050", 4 * GIB, bf16=False, cpus=4), "nf4", Advice(1, 16)),
        (Hardware("GPU", None, bf16=False, cpus=4), "nf4", Advice(1, 16)),  # its driver does not say
        (Hardware(None, 8 * GIB, bf16=False, cpus=2), "nf4", Advice(1, 16)),  # (4.0 - 2.3) / 3.44: hardly
        (Hardware(None, 64 * GIB, bf16=False, cpus=2), "nf4", Advice(8, 2)),
    ],
)
def test_the_advice_fits_the_memory_and_keeps_the_size_of_a_step(hardware, quantization, expected):
    assert advise(hardware, TINYLLAMA, quantization=quantization, max_tokens=1024) == expected
    assert expected.batch_size * expected.grad_accumulation == 16


@pytest.mark.parametrize(
    ("reserved", "batch_size"),
    [(0, 16), (int(16.1e9), 16), (int(40e9), 8), (int(70e9), 2), (int(90e9), 1)],  # 79e9 usable, 40e9 for 16 examples
)
def test_what_a_teacher_keeps_is_left_to_it(reserved, batch_size):
    hardware = Hardware("H100", 80 * GIB, bf16=True, cpus=16)
    assert advise(hardware, TINYLLAMA, quantization="nf4", max_tokens=1024, reserved=reserved).batch_size == batch_size


def test_shorter_examples_and_smaller_bases_take_larger_batches():
    hardware = Hardware("RTX 4090", 24 * GIB, bf16=True, cpus=16)
    assert advise(hardware, TINYLLAMA, quantization="nf4", max_tokens=512).batch_size == 16
    small = Hardware(None, 4 * GIB, bf16=False, cpus=2)
    assert advise(small, shape_of("seedling"), quantization="none", max_tokens=1024) == Advice(16, 1)


@pytest.mark.parametrize(("batch_size", "steps"), [(1, 16), (4, 4), (5, 3), (16, 1), (32, 1)])
def test_a_batch_that_is_set_leaves_its_accumulation_to_the_step(batch_size, steps):
    assert accumulation_of(batch_size) == steps


@pytest.mark.parametrize(
    ("gpu", "bf16", "expected"), [("H100", True, "bfloat16"), ("T4", False, "float32"), (None, True, "float32")]
)
def test_bfloat16_only_where_a_gpu_computes_in_it(gpu, bf16, expected):
    assert dtype_of(Hardware(gpu, None, bf16=bf16, cpus=1)) == expected


@pytest.mark.parametrize(
    ("quantization", "memory", "expected"),
    [
        ("auto", 85_520_809_984, "none"),
        ("auto", 42_505_273_344, "none"),  # an A100 of 40 GB
        ("auto", 34_190_458_880, "nf4"),  # 32 GB
        ("auto", 25_757_220_864, "nf4"),  # 24 GB
        ("auto", None, "nf4"),
        ("none", 16_106_127_360, "none"),
        ("nf4", 85_520_809_984, "nf4"),
    ],
)
def test_a_teacher_is_in_bf16_from_40_gb_and_as_it_is_set_to_be(quantization, memory, expected):
    assert precision_of(quantization, memory) == expected


@pytest.mark.parametrize(
    ("visible", "expected"),
    [
        (None, H100),
        ("1,0", T4),
        (" 1 ", T4),
        ("GPU-bb", T4),
        ("GPU-", None),  # both begin so
        ("2,0", None),  # names nothing, and hides what follows
        ("-1", None),
        ("", None),
        ("MIG-cc", H100),  # a slice is looked up by itself
    ],
)
def test_the_gpu_that_cuda_shows_first_is_the_one(visible, expected):
    assert first_visible(visible, [H100, T4], by_uuid=lambda uuid: H100 if uuid == "MIG-cc" else None) == expected


def test_a_look_tells_name_memory_and_whether_it_computes_in_bfloat16(tmp_path):
    seen = look({"CUDA_VISIBLE_DEVICES": "1"}, tmp_path, gpus=lambda: (H100, T4))
    assert (seen.gpu, seen.memory, seen.bf16) == ("Tesla T4", 16_106_127_360, False)
    assert look({}, tmp_path, gpus=lambda: (H100, T4)).bf16


def test_without_a_gpu_the_memory_is_the_machines(tmp_path):
    seen = look({}, tmp_path, gpus=tuple)
    assert seen.gpu is None
    assert seen.memory is not None
    assert seen.memory > GIB / 2


def test_device_files_alone_tell_of_a_gpu_that_nothing_is_known_of(tmp_path):
    (tmp_path / "nvidia0").touch()
    seen = look({}, tmp_path, gpus=lambda: None)
    assert (seen.gpu, seen.memory, seen.bf16) == ("GPU", None, False)


@pytest.mark.parametrize("hidden", ["", "-1", " -1 "])
def test_a_gpu_that_is_hidden_from_torch_is_not_present(hidden, tmp_path):
    (tmp_path / "nvidia0").touch()
    assert not gpu_present({"CUDA_VISIBLE_DEVICES": hidden}, tmp_path)


def test_nothing_of_the_light_half_loads_torch():
    names = ("spec", "launch", "hardware", "nvml", "shapes", "memory", "run", "rows", "child", "processes", "__main__")
    light = ", ".join(f"trainer.{name}" for name in names)
    code = f"import {light}, sys; sys.exit(any(m in sys.modules for m in ('torch', 'transformers', 'peft', 'trl')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0

import subprocess
import sys
from pathlib import Path

import pytest

from trainer.hardware import Advice, Hardware, advise, gpu_present

GIB = 2**30


@pytest.mark.parametrize(
    ("hardware", "expected"),
    [
        (Hardware(None, 8 * GIB, bf16=False, cpus=2), Advice("float32", 16, 1)),
        (Hardware("H100", 80 * GIB, bf16=True, cpus=16), Advice("bfloat16", 16, 1)),
        (Hardware("RTX 4090", 24 * GIB, bf16=True, cpus=16), Advice("bfloat16", 8, 2)),
        (Hardware("A100", 40 * GIB, bf16=True, cpus=16), Advice("bfloat16", 16, 1)),
        (Hardware("GTX 1050", 4 * GIB, bf16=False, cpus=4), Advice("float32", 1, 16)),
        (Hardware("T4", 15 * GIB, bf16=False, cpus=4), Advice("float32", 4, 4)),
    ],
)
def test_the_advice_fits_the_memory_and_keeps_the_size_of_a_step(hardware, expected):
    assert advise(hardware) == expected
    assert expected.batch_size * expected.grad_accumulation == 16


@pytest.mark.parametrize("hidden", ["", "-1", " -1 "])
def test_a_gpu_that_is_hidden_from_torch_is_not_present(hidden, tmp_path):
    (tmp_path / "nvidia0").touch()
    assert not gpu_present({"CUDA_VISIBLE_DEVICES": hidden}, tmp_path)


def test_nothing_of_the_light_half_loads_torch():
    names = ("spec", "launch", "hardware", "run", "rows", "child", "processes", "__main__")
    light = ", ".join(f"trainer.{name}" for name in names)
    code = f"import {light}, sys; sys.exit(any(m in sys.modules for m in ('torch', 'transformers', 'peft', 'trl')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0

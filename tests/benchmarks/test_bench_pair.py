"""The script for the real shapes runs through on the tiny pair; its arithmetic is checked by hand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.pair_limits import Row, bandwidth_of, kv_bytes, least_seconds, weights_read
from tests.models import LLAMA3_8B

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "bench_pair.py"


@pytest.mark.parametrize(("nf4", "gigabytes"), [(False, 15.0), (True, 4.65)])
def test_a_step_reads_all_of_llama_3_s_weights_but_the_embedding(nf4, gigabytes):
    assert weights_read(LLAMA3_8B, 128_256, nf4=nf4) / 1e9 == pytest.approx(gigabytes, rel=0.01)


def test_a_token_of_llama_3_keeps_131_kilobytes():
    assert kv_bytes(LLAMA3_8B) == 131_072  # keys and values, 32 layers, 8 heads of 128, 2 bytes


def test_the_limit_counts_weights_a_step_and_keys_and_values_a_token():
    batches = [[Row(10, 2), Row(10, 1)], [Row(20, 1)]]
    # Steps: 2 + 1. Looked at: 11 + 12 by the first row, 11 by the second, 21 by the third.
    assert least_seconds(batches, weights=100.0, kv=2, bandwidth=10.0) == (3 * 100 + 55 * 2) / 10


@pytest.mark.parametrize(
    ("gpu", "bandwidth"),
    [
        ("NVIDIA H100 80GB HBM3", 3.35e12),
        ("NVIDIA H100 PCIe", 2.0e12),
        ("NVIDIA A100-SXM4-80GB", 2.04e12),
        ("NVIDIA A100-PCIE-40GB", 1.56e12),
        ("NVIDIA L4", 0.3e12),
        ("NVIDIA L40S", 0.864e12),
        ("NVIDIA A10G", 0.6e12),
        ("Somebody's GPU", None),
        (None, None),
    ],
)
def test_a_gpu_s_bandwidth_is_found_by_its_name(gpu, bandwidth):
    assert bandwidth_of(gpu) == bandwidth


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        capture_output=True, text=True, timeout=300, check=False, env=os.environ | environment,
    )  # fmt: skip


@pytest.mark.slow
def test_the_tiny_pair_labels_trains_and_answers_on_any_machine(tmp_path):
    done = run("--shape", "tiny", "--texts", "3", "--steps", "2", "--dir", str(tmp_path), OMP_NUM_THREADS="1")
    assert done.returncode == 0, done.stdout + done.stderr
    cells = {row.split("|")[1].strip(): row.split("|")[2:-1] for row in done.stdout.splitlines() if row.startswith("|")}
    assert [cell.strip() for cell in cells["valid answers"][:2]] == ["100.0 %", "100.0 %"]
    assert float(cells["training tokens/s"][2].replace(",", "")) > 0
    assert cells["outputs"][3].strip() == "8"  # two held-out texts, two tasks, base and adapter


def test_the_real_shapes_are_refused_without_a_gpu():
    done = run("--shape", "real", CUDA_VISIBLE_DEVICES="")
    assert (done.returncode, "--on-cpu" in done.stderr) == (1, True)

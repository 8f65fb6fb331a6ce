"""What the machine offers, and what follows from it. `gpu_present` needs no torch, so the daemon may ask it."""

import ctypes
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Dtype = Literal["bfloat16", "float32"]

# Examples in an optimizer step. Measured on 1,000 real triplets with the seedling, one epoch at 1e-2: a loss of 0.78 with
# 16 against 0.94 with 32, for the same tokens. (The seedling's own making is another matter: it needs 32 to learn to copy.)
_STEP_EXAMPLES: Final = 16
# What TinyLlama's 22 layers keep for the backward pass, in bytes a token, and its weights with the runtime's own share;
# computed from the shapes, not measured. An example is taken as 1,024 tokens.
_KEPT_PER_EXAMPLE: Final = 1024 * 2.2 * 2**20
_WEIGHTS: Final = 4 * 2**30


@dataclass(frozen=True)
class Hardware:
    """`memory` in bytes: the GPU's, or the machine's where there is no GPU. `bf16`: the GPU computes in bfloat16."""

    gpu: str | None
    memory: int
    bf16: bool
    cpus: int

    @property
    def device(self) -> str:
        return f"{self.cpus} CPU cores" if self.gpu is None else self.gpu


@dataclass(frozen=True)
class Advice:
    """`batch_size` · `grad_accumulation` is the same on every machine, so that the result is nearly so."""

    dtype: Dtype
    batch_size: int
    grad_accumulation: int


def advise(hardware: Hardware) -> Advice:
    """bfloat16 only on a GPU that computes in it: on CPUs float32 is as fast for small models, and exact."""
    dtype: Dtype = "bfloat16" if hardware.gpu is not None and hardware.bf16 else "float32"
    if hardware.gpu is None:
        return Advice(dtype, _STEP_EXAMPLES, 1)
    fit = max(1, int((hardware.memory - _WEIGHTS) / _KEPT_PER_EXAMPLE))
    batch_size = min(_STEP_EXAMPLES, 2 ** (fit.bit_length() - 1))  # a power of two divides the step
    return Advice(dtype, batch_size, _STEP_EXAMPLES // batch_size)


def probe() -> Hardware:
    """Looks at the machine; imports torch, which takes seconds."""
    import torch  # noqa: PLC0415 - this module must load without it

    cpus = len(os.sched_getaffinity(0))
    if not torch.cuda.is_available():
        return Hardware(None, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), bf16=False, cpus=cpus)
    properties = torch.cuda.get_device_properties(0)
    return Hardware(properties.name, properties.total_memory, bf16=torch.cuda.is_bf16_supported(), cpus=cpus)


def gpu_present(environment: Mapping[str, str] | None = None, devices: Path = Path("/dev")) -> bool:
    """Whether an NVIDIA GPU is there for us. NVML's count where its library loads, else the driver's device files.

    `CUDA_VISIBLE_DEVICES` set to nothing or to -1 hides every GPU from torch, so from us too.
    """
    visible = (os.environ if environment is None else environment).get("CUDA_VISIBLE_DEVICES")
    if visible is not None and visible.strip() in ("", "-1"):
        return False
    counted = _nvml_count()
    return any(devices.glob("nvidia[0-9]*")) if counted is None else counted > 0


def _nvml_count() -> int | None:
    """None where NVML is not installed or does not start, as in a container that was given the device files only."""
    try:
        nvml = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return None
    count = ctypes.c_uint(0)
    if nvml.nvmlInit_v2() != 0:
        return None
    try:
        return count.value if nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)) == 0 else None
    finally:
        nvml.nvmlShutdown()

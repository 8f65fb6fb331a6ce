"""What the machine offers, and what follows from it. `look` needs no torch, so the daemon may call it."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from trainer.nvml import Gpu, all_gpus, gpu_of
from trainer.shapes import BaseShape
from trainer.spec import Quantization

Dtype = Literal["bfloat16", "float32"]

# Examples in an optimizer step. Measured on 1,000 real triplets with the seedling, one epoch at 1e-2: a loss of 0.78 with
# 16 against 0.94 with 32, for the same tokens. (The seedling's own making is another matter: it needs 32 to learn to copy.)
STEP_EXAMPLES: Final = 16
# A card sold as one of 40 GB reports 42.5e9 bytes, one of 32 GB 34e9. Llama-3-8B takes 16 GB in bf16; with the student
# beside it in training and the keys and values of 64 answers, 24 GB do not hold it.
_BF16_TEACHER: Final = 40e9
_AMPERE: Final = (8, 0)  # the first generation that computes in bfloat16
RUNTIME: Final = (
    2**30
)  # of each process: torch's kernels and libraries on the GPU: 0.4 to 0.8 GB; computed and read, not measured here
_USABLE: Final = 0.92  # the allocator's rounding and what other programs of the machine hold


@dataclass(frozen=True)
class Hardware:
    """`memory` in bytes: the GPU's, or the machine's where there is no GPU; None where the driver does not say.

    `bf16`: the GPU is known to compute in bfloat16.
    """

    gpu: str | None
    memory: int | None
    bf16: bool
    cpus: int

    @property
    def device(self) -> str:
        return f"{self.cpus} CPU cores" if self.gpu is None else self.gpu


@dataclass(frozen=True)
class Advice:
    """`batch_size` · `grad_accumulation` is the same on every machine, so that the result is nearly so."""

    batch_size: int
    grad_accumulation: int


def dtype_of(hardware: Hardware) -> Dtype:
    """bfloat16 only on a GPU that computes in it: on CPUs float32 is as fast for small models, and exact."""
    return "bfloat16" if hardware.gpu is not None and hardware.bf16 else "float32"


def precision_of(quantization: Literal["auto", "none", "nf4"], memory: int | None) -> Quantization:
    """How a teacher of 8 billion parameters is loaded: `auto` is bf16 on a GPU of 40 GB or more, NF4 on a smaller one and
    on one that does not say how large it is."""
    if quantization != "auto":
        return quantization
    return "none" if memory is not None and memory >= _BF16_TEACHER else "nf4"


def advise(
    hardware: Hardware, shape: BaseShape, *, quantization: Quantization, max_tokens: int, reserved: int = 0
) -> Advice:
    """The most examples of a step that fit at once, each taken as `max_tokens` long; 1 where the memory is unknown.

    `reserved`: bytes of the GPU that others keep while the student trains. 16 examples of a 10-K's chunks are 8,000 to
    16,000 tokens, which keeps a GPU busy; without checkpointing, which would cost 32 % for 1.1 billion parameters.
    """
    if hardware.memory is None:
        return Advice(1, STEP_EXAMPLES)
    dtype = dtype_of(hardware)
    ours = usable(hardware, hardware.memory) - reserved - RUNTIME
    fit = int((ours - shape.weights(quantization, dtype)) / (shape.kept_per_token(dtype) * max_tokens))
    batch_size = min(STEP_EXAMPLES, 2 ** (max(1, fit).bit_length() - 1))  # a power of two divides the step
    return Advice(batch_size, accumulation_of(batch_size))


def usable(hardware: Hardware, memory: int) -> float:
    """Bytes of `memory` to plan with. Without a GPU it is the machine's, which belongs to everybody."""
    return memory * (_USABLE if hardware.gpu is not None else 0.5)


def accumulation_of(batch_size: int) -> int:
    """How many batches make a step of 16 examples, or as near to it as whole batches come."""
    return max(1, round(STEP_EXAMPLES / batch_size))


def probe() -> Hardware:
    """Looks at the machine; imports torch, which takes seconds."""
    import torch  # noqa: PLC0415 - this module must load without it

    if not torch.cuda.is_available():
        return _without_gpu()
    properties = torch.cuda.get_device_properties(0)
    bf16 = (properties.major, properties.minor) >= _AMPERE  # torch.cuda.is_bf16_supported() counts emulation in
    return Hardware(properties.name, properties.total_memory, bf16=bf16, cpus=_cpus())


def look(
    environment: Mapping[str, str] | None = None,
    devices: Path = Path("/dev"),
    *,
    gpus: Callable[[], Sequence[Gpu] | None] = all_gpus,
    by_uuid: Callable[[str], Gpu | None] = gpu_of,
) -> Hardware:
    """What torch will find, without torch: the first GPU that `CUDA_VISIBLE_DEVICES` shows.

    Where NVML does not answer, the driver's device files tell of a GPU that nothing more is known of.
    """
    visible = (os.environ if environment is None else environment).get("CUDA_VISIBLE_DEVICES")
    found = gpus()
    if found is None:
        hidden = visible is not None and visible.strip() in ("", "-1")
        gpu = None if hidden or not any(devices.glob("nvidia[0-9]*")) else Gpu(None, None, None, None)
    else:
        gpu = first_visible(visible, found, by_uuid=by_uuid)
    return _without_gpu() if gpu is None else _with(gpu)


def first_visible(
    visible: str | None, gpus: Sequence[Gpu], *, by_uuid: Callable[[str], Gpu | None] = gpu_of
) -> Gpu | None:
    """As CUDA reads the variable: a number, a UUID or its beginning, or a slice of a divided GPU; an entry that names
    nothing hides itself and all behind it. Numbers are taken in the order of the PCI bus, which is CUDA's own where all
    GPUs are alike, or with `CUDA_DEVICE_ORDER=PCI_BUS_ID`."""
    if visible is None:
        return next(iter(gpus), None)
    first = visible.split(",")[0].strip()
    if first.startswith("MIG-"):
        return by_uuid(first)
    if first.isdecimal():
        return gpus[int(first)] if int(first) < len(gpus) else None
    named = [gpu for gpu in gpus if first.startswith("GPU-") and (gpu.uuid or "").startswith(first)]
    return named[0] if len(named) == 1 else None


def gpu_present(environment: Mapping[str, str] | None = None, devices: Path = Path("/dev")) -> bool:
    """Whether an NVIDIA GPU is there for us."""
    return look(environment, devices).gpu is not None


def _with(gpu: Gpu) -> Hardware:
    capable = gpu.capability is not None and gpu.capability >= _AMPERE
    return Hardware(gpu.name or "GPU", gpu.memory, bf16=capable, cpus=_cpus())


def _without_gpu() -> Hardware:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Hardware(None, memory, bf16=False, cpus=_cpus())


def _cpus() -> int:
    return len(os.sched_getaffinity(0))

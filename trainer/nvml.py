"""What NVIDIA's management library says about the GPUs, through ctypes: no torch, and no process of its own.

Signatures and numbers as in nvml.h; the `_v2` calls are what every driver since 2013 has.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

_SUCCESS: Final = 0
_TEXT_BYTES: Final = 96  # NVML_DEVICE_NAME_V2_BUFFER_SIZE and NVML_DEVICE_UUID_V2_BUFFER_SIZE


@dataclass(frozen=True)
class Gpu:
    """None where the driver does not answer. `memory` in bytes, all of it; `capability` as (major, minor)."""

    uuid: str | None
    name: str | None
    memory: int | None
    capability: tuple[int, int] | None


class _Memory(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


def all_gpus(library: str = "libnvidia-ml.so.1") -> tuple[Gpu, ...] | None:
    """In the order of the PCI bus, hidden ones too. None where the library is missing or does not start, as in a container
    that was given the device files only."""
    with _started(library) as nvml:
        count = ctypes.c_uint(0)
        if nvml is None or nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)) != _SUCCESS:
            return None
        found = []
        for index in range(count.value):
            handle = ctypes.c_void_p()
            if nvml.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(index), ctypes.byref(handle)) == _SUCCESS:
                found.append(_gpu(nvml, handle))
            else:  # it is there, and says nothing: its place in the order counts
                found.append(Gpu(None, None, None, None))
        return tuple(found)


def gpu_of(uuid: str, library: str = "libnvidia-ml.so.1") -> Gpu | None:
    """By its whole UUID; the only way to one slice of a divided GPU (`MIG-…`). None where there is no such thing."""
    with _started(library) as nvml:
        handle = ctypes.c_void_p()
        if nvml is None or nvml.nvmlDeviceGetHandleByUUID(uuid.encode(), ctypes.byref(handle)) != _SUCCESS:
            return None
        return _gpu(nvml, handle)


@contextmanager
def _started(library: str) -> Iterator[Any]:
    """The library between its init and its shutdown; None where it cannot be had."""
    try:
        nvml = ctypes.CDLL(library)
    except OSError:
        yield None
        return
    if nvml.nvmlInit_v2() != _SUCCESS:
        yield None
        return
    try:
        yield nvml
    finally:
        nvml.nvmlShutdown()


def _gpu(nvml: Any, handle: ctypes.c_void_p) -> Gpu:
    memory, major, minor = _Memory(), ctypes.c_int(), ctypes.c_int()
    told = nvml.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory)) == _SUCCESS
    asked = nvml.nvmlDeviceGetCudaComputeCapability(handle, ctypes.byref(major), ctypes.byref(minor))
    return Gpu(
        uuid=_text(nvml.nvmlDeviceGetUUID, handle),
        name=_text(nvml.nvmlDeviceGetName, handle),
        memory=memory.total if told else None,
        capability=(major.value, minor.value) if asked == _SUCCESS else None,
    )


def _text(call: Any, handle: ctypes.c_void_p) -> str | None:
    buffer = ctypes.create_string_buffer(_TEXT_BYTES)
    if call(handle, buffer, ctypes.c_uint(_TEXT_BYTES)) != _SUCCESS:
        return None
    return buffer.value.decode(errors="replace")

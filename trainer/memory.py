"""Whether an error says that memory ran out. Loads nothing heavy: torch is known by the names of its errors."""

from typing import Final

# What torch's CPU allocator says in a plain RuntimeError ("DefaultCPUAllocator: can't allocate memory: you tried …"), and
# CUDA's libraries where they allocate by themselves.
_WORDS: Final = (
    "can't allocate memory",
    "not enough memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Also for Python's own MemoryError. A smaller batch may then still fit."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in _WORDS)

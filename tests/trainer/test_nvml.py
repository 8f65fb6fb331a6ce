"""A stand-in for NVIDIA's library, compiled on the spot where there is a compiler: the calls' real signatures count."""

import shutil
import subprocess

import pytest

from trainer.nvml import Gpu, all_gpus, gpu_of

# As nvml.h declares them. GPU 0 answers everything, GPU 1 has no handle, GPU 2 answers nothing but its handle.
LIBRARY = r"""
#include <string.h>
typedef struct { int index; } *nvmlDevice_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;
static struct { int index; } devices[3] = {{0}, {1}, {2}};
static int refuses(nvmlDevice_t device) { return device->index ? 3 : 0; }
int nvmlInit_v2(void) { return STARTS; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned int *count) { *count = 3; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device) {
  if (index == 1) return 15;
  *device = (nvmlDevice_t)&devices[index];
  return 0;
}
int nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *device) {
  *device = (nvmlDevice_t)&devices[0];
  return strcmp(uuid, "MIG-1") ? 6 : 0;
}
int nvmlDeviceGetName(nvmlDevice_t device, char *name, unsigned int length) {
  strncpy(name, "NVIDIA H100 80GB HBM3", length);
  return refuses(device);
}
int nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int length) {
  strncpy(uuid, "GPU-4b1d", length);
  return refuses(device);
}
int nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory) {
  memory->total = 85520809984ULL;
  return refuses(device);
}
int nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int *major, int *minor) {
  *major = 9, *minor = 0;
  return refuses(device);
}
"""
H100 = Gpu("GPU-4b1d", "NVIDIA H100 80GB HBM3", 85_520_809_984, (9, 0))
SILENT = Gpu(None, None, None, None)


@pytest.fixture
def compiled(tmp_path):
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler here")

    def make(starts=0):
        source, library = tmp_path / "nvml.c", tmp_path / "libnvml.so"
        source.write_text(LIBRARY)
        subprocess.run([compiler, "-shared", "-fPIC", f"-DSTARTS={starts}", "-o", library, source], check=True)
        return str(library)

    return make


def test_every_gpu_is_read_and_one_that_does_not_answer_keeps_its_place(compiled):
    assert all_gpus(compiled()) == (H100, SILENT, SILENT)


def test_a_slice_of_a_gpu_is_found_by_its_uuid(compiled):
    library = compiled()
    assert gpu_of("MIG-1", library) == H100
    assert gpu_of("MIG-2", library) is None


def test_a_library_that_does_not_start_knows_nothing(compiled):
    assert all_gpus(compiled(starts=9)) is None


def test_neither_does_one_that_is_not_there():
    assert all_gpus("no-such-library.so") is None

"""Reads hostile filings, each in a process of its own under limits of the kernel's, and prints what became of it as JSON.

`python -m tests.daemon.filing.hostile_child` has the parent's limits on processor time and memory, not on a clock: a test
that fails here fails on a loaded machine too.
"""

import json
import os
import resource
import sys

from daemon.filing import ChunkOptions, FilingUnreadable, extract
from daemon.identify import identify
from tests.daemon.filing.hostile import FILINGS, markup

CPU_S = 60  # a quadratic step takes hours on these; the slowest takes 4 s on the machine where they were chosen
ROOM = 768 << 20  # bytes, beside those of the interpreter: a million cells of five bytes take 0.5 GiB as a tree
_TIMES = 10  # the bytes of a file that reading it may take


def main() -> None:
    own_kib = next(int(line.split()[1]) for line in _lines("/proc/self/status") if line.startswith("VmSize"))
    for name in sys.argv[1:] or FILINGS:
        print(json.dumps({"name": name} | _tried(name, own_kib << 10)), flush=True)


def _lines(path: str) -> list[str]:
    with open(path) as file:  # noqa: PTH123 - /proc
        return file.read().splitlines()


def _tried(name: str, own: int) -> dict[str, object]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _limited(name, own, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status, used = os.wait4(child, 0)
    end = said if os.WIFEXITED(status) and said else f"status {status}"
    return {"end": end, "cpu_s": round(used.ru_utime + used.ru_stime, 2), "peak_mib": used.ru_maxrss >> 10}


def _limited(name: str, own: int, writing: int) -> None:
    said = "no answer"
    try:
        body = markup(name)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        most = own + ROOM + _TIMES * len(body)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        said = _read(body)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
        said = f"{type(error).__name__}: {error}"[:300]
    finally:
        os.write(writing, said.encode())
        os._exit(0)


def _read(body: bytes) -> str:
    """How it ended; both ways that a file in the inbox goes."""
    try:
        identify("hostile.htm", body, None)
        found = extract(body, form="10-K", options=ChunkOptions())
    except FilingUnreadable as refused:
        return refused.reason
    longest = max(len(passage.text) for passage in found.passages)
    assert longest <= ChunkOptions().size
    return "read"


if __name__ == "__main__":
    main()

"""A worker whose teacher fails as the first word of each text tells it to. Run by the tests as a real child process.

die: killed at each try. die-once MARKER: killed unless the marker file is there. hang: silent for ever. junk: prose and
half a JSON. become REVISION: killed, and another one from then on. oom: the engine runs out of memory. slow-start MARKER:
not ready the first time. Any other text is answered. A file `revision` in its folder says who it is.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from daemon.teachers import TeacherSettings, worker
from daemon.teachers.protocol import Answered, ChunkRequest, Reply, TeacherInfo

ANSWER = json.dumps(
    {"rationale": "1. The passage says that sales rose.\n2. It is what a reader keeps.", "summary": "The sales rose."}
)


class OutOfMemoryError(RuntimeError):
    """As torch's."""


class Failing:
    def describe(self) -> TeacherInfo:
        named = Path("revision")
        return TeacherInfo(model="failing", revision=named.read_text() if named.exists() else "1")

    def label(self, requests: Sequence[ChunkRequest]) -> Iterator[Reply]:
        for request in requests:
            yield Answered(
                request_id=request.request_id,
                raw=self._raw(request),
                prompt_tokens=1,
                completion_tokens=1,
                seconds=0.0,
                truncated=request.text.startswith("cut"),
            )

    def _raw(self, request: ChunkRequest) -> str:
        word, _, rest = request.text.partition(" ")
        match word:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "die-once" if not Path(rest).exists():
                Path(rest).touch()
                os.kill(os.getpid(), signal.SIGKILL)
            case "become" if not Path("revision").exists():
                Path("revision").write_text(rest)
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                threading.Event().wait()
            case "junk":
                return f'Sure! Here is the JSON you asked for: {{"rationale": "1. {request.manner}'
            case "oom":
                raise OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
            case "cut" if request.manner == "greedy":
                return ANSWER[:40]
        return ANSWER


def open_failing(_settings: TeacherSettings) -> Failing:
    return Failing()


if __name__ == "__main__":
    sys.exit(worker.main(open_failing))

"""A worker whose teacher does what the text of each request says. Run by the tests as a real child process.

scripted_worker.py [not-ready|refuses|refuses-after MARKER]. A text "leave MARKER" or "rest MARKER"
is answered once the marker file is there.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from daemon.teachers import TeacherSettings, worker
from daemon.teachers.base import TeacherAway, TeacherUnavailable
from daemon.teachers.protocol import Answered, ChunkRequest, Reply, TeacherInfo


class Scripted:
    def describe(self) -> TeacherInfo:
        return TeacherInfo(model="scripted", revision="1")

    def label(self, requests: Sequence[ChunkRequest]) -> Iterator[Reply]:
        for request in requests:
            yield self._answer(request)

    def _answer(self, request: ChunkRequest) -> Answered:
        raw, answers = request.text, request.request_id
        match request.text.partition(" "):
            case "die", _, _:
                os.kill(os.getpid(), signal.SIGKILL)
            case "die-once", _, marker:
                if not Path(marker).exists():
                    Path(marker).touch()
                    os.kill(os.getpid(), signal.SIGKILL)
            case "leave", _, marker if not Path(marker).exists():
                Path(marker).touch()
                raise TeacherAway("nobody listens there")
            case "rest", _, marker if not Path(marker).exists():
                Path(marker).touch()
                raise TeacherAway("it is too busy", 300.0)
            case "hang", _, _:
                threading.Event().wait()
            case "raise", _, _:
                raise RuntimeError("the engine broke")
            case "huge", _, _:
                raw = "x" * (2 << 20)
            case "print", _, _:
                print('{"type": "answered"')
                os.write(1, b"a C library says hello\n")
            case "unasked", _, _:
                answers = "nobody asked this"
            case "sigint", _, _:
                os.kill(os.getpid(), signal.SIGINT)
        return Answered(request_id=answers, raw=raw, prompt_tokens=1, completion_tokens=1, seconds=0.0)


def open_scripted(_settings: TeacherSettings) -> Scripted:
    match sys.argv[1:]:
        case ["not-ready"]:
            raise MemoryError("no memory for the model")
        case ["refuses"]:
            raise TeacherUnavailable("the model is gated: ask for access")
        case ["refuses-after", marker] if Path(marker).exists():
            raise TeacherUnavailable("the model is gone")
    return Scripted()


if __name__ == "__main__":
    sys.exit(worker.main(open_scripted))

"""A process that appends until it is killed, printing what was acknowledged. Run as a script by test_crash.py."""

import resource
import signal
import sys
from pathlib import Path

from store.errors import StateUnusable
from store.log import open_log
from store.publishing.publish import Publisher
from store.records import Append, Cursor
from tests.builders import a_chunk, a_label


def main(state: Path) -> None:
    log = open_log(state, purpose="real")
    publisher = Publisher(log, state)
    done = log.cursor_of("child")
    while True:
        done += 1
        facts = (a_chunk(f"Text {done}.", ordinal=done), a_label(f"Text {done}."))
        answer = log.append(Append(stream="s", events=facts, key=f"k{done}", cursor=Cursor("child", done)))
        print(done, answer.first_seq, answer.last_seq, flush=True)
        if done % 5 == 0:
            publisher.publish()


def fill_up(state: Path, limit: int) -> None:
    """No file may grow beyond `limit` bytes: what a full disk does, without one."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        main(state)
    except StateUnusable as full:
        print(full, flush=True)
        sys.exit(full.exit_code)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        fill_up(Path(sys.argv[1]), int(sys.argv[2]))
    main(Path(sys.argv[1]))

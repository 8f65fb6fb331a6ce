"""A process that appends, publishes and closes, as a service does, and prints each acknowledgement. Run as a script.

`storing_child.py STATE SEED APPENDS`: ends with 3 and one sentence where the disk fails it.
"""

import random
import sys
from pathlib import Path

from store.errors import FinsdistillError, StateUnusable
from store.log import Limits, open_log
from store.publishing.publish import Publisher
from store.records import Append, Cursor
from tests.builders import a_chunk, a_label


def main(state: Path, seed: int, appends: int) -> None:
    rng = random.Random(seed)
    log = open_log(state, purpose="real", limits=Limits("256MiB", 1))
    publisher = Publisher(log, state)
    done = log.cursor_of("child")
    for _ in range(appends):
        done += 1
        text = f"Text {done}. {'It said so. ' * rng.randint(1, 100)}"
        facts = (a_chunk(text, ordinal=done), a_label(text))
        answer = log.append(Append(stream="s", events=facts, key=f"k{done}", cursor=Cursor("child", done)))
        sys.stdout.write(f"{answer.first_seq} {answer.last_seq}\n")
        sys.stdout.flush()
        if rng.random() < 0.3:
            publisher.publish()
        if rng.random() < 0.2:
            publisher.tidy()
    publisher.publish()
    log.close()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    except (FinsdistillError, OSError) as failure:
        # As `daemon.cli` does: an error of the disk is the state's.
        sentence = failure if isinstance(failure, StateUnusable) else f"the disk takes no more: {failure}"
        sys.stderr.write(f"finsdistill: {sentence}\n")
        sys.exit(3)

"""A log as hypothesis drives it: appends, publishing, tidying, rebuilding, clean restarts and crashes in any order, held to a
model that knows nothing but what was acknowledged."""

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from store.errors import AppendKeyReused, StateUnusable, StreamMoved
from store.events import Event
from store.log import EventLog, open_log
from store.publishing.publish import Publisher
from store.rebuild import rebuild, verify
from store.records import Append, Appended, Cursor
from tests.builders import Clock, a_chunk, a_label
from tests.torture.oracle import LIMITS, differences, events_in

STREAMS = st.sampled_from(["a", "b", "c"])
KEYS = st.integers(0, 30)
SIZES = st.integers(1, 6)


class LogMachine(RuleBasedStateMachine):
    """`acknowledged`: append key to what was answered; `versions`: of each stream; `hashes`: of every event, in order. `taken`
    counts the steps of this process."""

    taken: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.state = self.folder / "state-0"
        self.lives = 0
        self.clock = Clock()
        self.acknowledged: dict[str, tuple[Append, Appended]] = {}
        self.versions: dict[str, int] = {}
        self.hashes: list[str] = []
        self.cursor = 0

    @initialize()
    def begin(self) -> None:
        self.taken["begin"] += 1
        self._open()

    @rule(stream=STREAMS, key=KEYS, size=SIZES)
    def append(self, stream: str, key: int, size: int) -> None:
        """A key that was used gives the old positions back, or is refused where it stands for something else."""
        self.taken["append"] += 1
        self._append(self._batch(stream, key, size, None))

    @rule(stream=STREAMS, key=KEYS, size=SIZES, off=st.integers(-1, 1))
    def decide(self, stream: str, key: int, size: int, off: int) -> None:
        """On the version of the stream, or on one that it never had or no longer has."""
        self.taken["decide"] += 1
        self._append(self._batch(stream, key, size, max(0, self.versions.get(stream, 0) + off)))

    @rule(seconds=st.integers(-50, 50))
    def the_clock_moves(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule()
    def publish(self) -> None:
        self.taken["publish"] += 1
        self.publisher.publish()
        assert self.publisher.seq == self.log.head.seq
        assert differences(self.log, self.state) == []

    @rule(hours=st.sampled_from([0, 0, 25]))
    def tidy(self, hours: int) -> None:
        self.taken["tidy"] += 1
        self.clock.advance(hours=hours)
        while self.publisher.tidy().worked:
            pass
        assert differences(self.log, self.state) == []

    @rule()
    def restart(self) -> None:
        self.taken["restart"] += 1
        self.log.close()
        self._open()

    @rule()
    def crash(self) -> None:
        """The folder as kill -9 would leave it: a copy while all is open, and the old one is never looked at again."""
        self.taken["crash"] += 1
        self._abandon()
        self._open()

    @rule()
    def rebuild_all(self) -> None:
        self.taken["rebuild_all"] += 1
        self.log.close()
        log = open_log(self.state, purpose=None, limits=LIMITS, clock=self.clock)
        rebuild(log, lambda _: None)
        log.close()
        self._open()

    @precondition(lambda self: self.log.head.seq > 1)
    @rule(name=st.sampled_from(["manifest.json", "*/*.parquet"]))
    def somebody_removes_what_is_published(self, name: str) -> None:
        """It is made again at the next start."""
        self.taken["somebody_removes_what_is_published"] += 1
        self._abandon()
        for path in sorted((self.state / "published").glob(name))[:1]:
            path.unlink()
        self._open()

    @rule()
    def verify_all(self) -> None:
        self.taken["verify_all"] += 1
        assert all(proof.agrees for proof in verify(self.log, lambda _: None))

    @invariant()
    def everything_acknowledged_is_there_once(self) -> None:
        now = [event.hash for event in events_in(self.log)]
        assert now[: len(self.hashes)] == self.hashes
        assert len(now) == 1 + sum(len(batch.events) for batch, _ in self.acknowledged.values())
        self.hashes = now

    @invariant()
    def cursor_and_versions_are_as_acknowledged(self) -> None:
        assert self.log.cursor_of("reader") == self.cursor
        assert {stream: self.log.version_of(stream) for stream in self.versions} == self.versions

    def teardown(self) -> None:
        with suppress(AttributeError):
            self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _batch(self, stream: str, key: int, size: int, expect: int | None) -> Append:
        facts = tuple(fact for n in range(size) for fact in _facts(f"{stream}-{key}-{size}-{n}"))
        return Append(stream, facts, f"k{key}", expect=expect, cursor=Cursor("reader", key))

    def _append(self, batch: Append) -> None:
        known = self.acknowledged.get(batch.key)
        try:
            answer = self.log.append(batch)
        except AppendKeyReused:
            assert known is not None and (known[0].stream, known[0].events) != (batch.stream, batch.events)
        except StreamMoved:
            assert known is None and batch.expect != self.versions.get(batch.stream, 0)
        else:
            self._take(batch, answer, known)

    def _take(self, batch: Append, answer: Appended, known: tuple[Append, Appended] | None) -> None:
        if known is not None:
            assert (answer.first_seq, answer.last_seq) == (known[1].first_seq, known[1].last_seq)
            assert answer.repeated
            return
        assert answer.last_seq - answer.first_seq + 1 == len(batch.events)
        self.acknowledged[batch.key] = (batch, answer)
        self.versions[batch.stream] = self.versions.get(batch.stream, 0) + len(batch.events)
        assert batch.cursor is not None
        self.cursor = batch.cursor.seq

    def _abandon(self) -> None:
        self.lives += 1
        copy = self.folder / f"state-{self.lives}"
        shutil.copytree(self.state, copy)
        with suppress(StateUnusable):
            self.log.close()
        shutil.rmtree(self.state)
        self.state = copy

    def _open(self) -> None:
        self.log: EventLog = open_log(self.state, purpose="real", limits=LIMITS, clock=self.clock)
        self.publisher = Publisher(self.log, self.state, self.clock)
        assert differences(self.log, self.state) == []


def _facts(name: str) -> tuple[Event, ...]:
    text = f"Text {name}. It said so."
    return (a_chunk(text), a_label(text))

"""Restoring: a log made anew from a backup, or from what its own state still holds, in the place of the present one.

Nothing of the present log is changed or removed: it is moved aside, and only once the new one is finished and proven.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from store.backups.contents import Backup, BackupProblem, read_backup
from store.backups.copies import Unreadable
from store.backups.walking import EventSource, SegmentFile, Walk
from store.errors import StateUnusable
from store.log import Limits, utc_now
from store.records import Head
from store.restoring import swap
from store.restoring.build import Gathered, Stretch, fold_and_prove, write_log
from store.restoring.files import AdapterId, Mended, mend
from store.restoring.mark import is_interrupted
from store.restoring.sources import Present, look


@dataclass(frozen=True)
class Wish:
    """`replace`: also a sound log that holds what the backup lacks. `accept_loss`: also where acknowledged events are gone."""

    replace: bool = False
    accept_loss: bool = False


@dataclass(frozen=True)
class Restored:
    """What was done. `head` is the log's end now; `stretches` is empty where the present log was sound and left alone, or
    where a restore was finished that had been killed. `lost`: first and last of the events that are gone."""

    head: Head | None
    stretches: tuple[Stretch, ...] = ()
    troubles: tuple[str, ...] = ()
    lost: tuple[int, int] | None = None
    aside: Path | None = None
    mended: Mended = field(default_factory=lambda: Mended(0, 0, ()))


@dataclass(frozen=True)
class Hands:
    """What a restore is given to work with."""

    limits: Limits
    adapter_id_of: AdapterId
    progress: Callable[[str], None] = lambda _: None
    clock: Callable[[], datetime] = utc_now


def restore(state_dir: Path, folder: Path | None, wish: Wish, hands: Hands) -> Restored:
    """From the backup in `folder`; without one, from what the state itself holds. The caller holds the state's lock.

    Raises StateUnusable where events would be lost, or the disk fails, and BackupProblem for a backup that cannot be used
    or would take something away. Then nothing was replaced.
    """
    try:
        if is_interrupted(state_dir):
            return Restored(None, aside=swap.finish(state_dir, hands.limits, hands.progress))
        backup = None if folder is None else _read(folder)
        peek = swap.begin(state_dir)
        present = look(state_dir, hands.limits, peek / "peek")
        return _Restoring(state_dir, folder, backup, present, wish, hands).run(peek)
    except OSError as cause:
        where = f" ({cause.filename})" if cause.filename else ""
        raise StateUnusable(
            f"{state_dir} takes no restore: {cause.strerror}{where}; mend that and restore again"
        ) from cause
    finally:
        swap.abandon(state_dir)


def _read(folder: Path) -> Backup:
    backup = read_backup(folder)
    if backup is None:
        raise BackupProblem(f"{folder} holds no backup (no backup.json): name a folder that `finsdistill backup` wrote")
    return backup


@dataclass(frozen=True)
class _Restoring:
    state_dir: Path
    folder: Path | None
    backup: Backup | None
    present: Present
    wish: Wish
    hands: Hands

    def run(self, building: Path) -> Restored:
        self._check_backup()
        alone = self.backup is not None and self.wish.replace
        if alone or (sound := self._sound()) is None:
            return self._anew(building, (*self._backed_up(), *(() if alone else self.present.sources)), alone=alone)
        return self._beside(building, sound)

    def _check_backup(self) -> None:
        """Raises BackupProblem for one that does not belong here."""
        if self.backup is None:
            if not self.present.sources:
                raise BackupProblem(f"{self.state_dir} holds nothing to recover a log from: name a backup")
            return
        purpose = self.present.purpose or self.backup.purpose  # where there is no log it becomes what the backup is
        if self.backup.purpose != purpose:
            raise BackupProblem(
                f"{self.folder} is the backup of a {self.backup.purpose} log, and {self.state_dir} is for a {purpose} one: "
                "give it another service.state_dir"
            )
        if self.present.log_id not in (None, self.backup.log_id) and not self.wish.replace:
            raise BackupProblem(
                f"{self.folder} is a backup of another log than {self.state_dir} holds ({self.backup.log_id}, not "
                f"{self.present.log_id}): give it another service.state_dir, or put it in the place of this one with --replace"
            )

    def _backed_up(self) -> tuple[SegmentFile, ...]:
        if self.backup is None or self.folder is None:
            return ()
        return tuple(SegmentFile(self.folder / f.path, f.first_seq, f.last_seq) for f in self.backup.events)

    def _sound(self) -> Walk | None:
        """The walk over the present log, read from end to end; None where it is not all there, or not whole."""
        present = self.present
        if present.log is None or present.log_id is None or (present.mark is None and present.marked_at is not None):
            return None
        watched = {*((present.mark.seq,) if present.mark else ()), *((self.backup.seq,) if self.backup else ())}
        walk = Walk(present.log_id, watched=frozenset(watched))
        try:
            walk.go(present.log, lambda _: self.hands.progress(f"looking at event {walk.head.seq:,}"))
            present.log.read_all()
        except Unreadable:
            return None
        mark = present.mark
        if mark is not None and (mark.log_id, walk.passed.get(mark.seq)) != (walk.log_id, mark.hash):
            return None
        return walk if walk.head.seq >= max(present.acknowledged, 1) else None

    def _beside(self, building: Path, sound: Walk) -> Restored:
        """The present log is sound."""
        backup, log = self.backup, self.state_dir / "log.duckdb"
        if backup is None:
            if self.wish.replace:
                return self._anew(building, self.present.sources, alone=False)
            raise BackupProblem(
                f"{log} is sound to event {sound.head.seq}: there is nothing to recover (`finsdistill rebuild` makes its "
                "tables anew, and --replace all of it)"
            )
        if backup.seq > sound.head.seq:
            return self._anew(building, self._backed_up(), alone=False, behind=sound.head)
        if sound.passed.get(backup.seq) != backup.hash:
            raise self._would_take(sound.head.seq)
        mended = self._mend(sound)
        if not mended.copied:
            raise BackupProblem(
                f"{log} is sound to event {sound.head.seq} and holds everything that {self.folder} does (to event "
                f"{backup.seq}): there is nothing to restore (to go back to it all the same: --replace)"
            )
        return Restored(sound.head, mended=mended)

    def _would_take(self, seq: int) -> BackupProblem:
        one, other = (self.state_dir, self.folder) if self.folder else (self.state_dir / "log.duckdb", "published/")
        return BackupProblem(
            f"{one} holds events that {other} lacks: the two went different ways before event {seq}; to go on from "
            f"{other} all the same: --replace, which keeps the present log aside"
        )

    def _anew(
        self, building: Path, sources: Sequence[EventSource], *, alone: bool, behind: Head | None = None
    ) -> Restored:
        """A log from `sources`. `alone`: nothing that the backup lacks is missed. `behind`: the end of the sound present log,
        which the new one must pass."""
        log_id = self.backup.log_id if self.backup else self.present.log_id
        if log_id is None:
            raise BackupProblem(f"nothing in {self.state_dir} can be read as a log: name a backup")
        passes = {} if alone else self._must_pass(log_id, behind)
        walk = Walk(log_id, watched=frozenset(passes))
        gathered = write_log(building, walk, sources, limits=self.hands.limits, progress=self.hands.progress)
        if other := [seq for seq, digest in walk.passed.items() if digest != passes[seq]]:
            raise self._would_take(other[0])
        if walk.head.seq == 0:
            raise BackupProblem(f"no event can be read: {'; '.join(gathered.troubles) or 'there is none'}")
        if self.backup is not None and walk.purpose != self.backup.purpose:
            raise BackupProblem(
                f"{self.folder} says that it is of a {self.backup.purpose} log, and its events are of a {walk.purpose} one: "
                "name another backup"
            )
        lost = self._check_loss(walk, gathered, alone=alone, ends=behind is not None)
        fold_and_prove(building, limits=self.hands.limits, progress=self.hands.progress)
        mended = self._mend(walk)
        swap.commit(self.state_dir, f"replaced-{self.hands.clock():%Y%m%dT%H%M%SZ}")
        aside = swap.finish(self.state_dir, self.hands.limits, self.hands.progress)
        return Restored(walk.head, gathered.stretches, gathered.troubles, lost, aside, mended)

    def _must_pass(self, log_id: str, behind: Head | None) -> dict[int, str]:
        """Hashes by seq: what was acknowledged here, or is here, must be in a log that goes that far; not where what was
        published is to take the log's place."""
        if self.folder is None and self.wish.replace:
            return {}
        mark = self.present.mark
        marked = {mark.seq: mark.hash} if mark is not None and mark.log_id == log_id else {}
        return marked | ({behind.seq: behind.hash} if behind else {})

    def _check_loss(self, walk: Walk, gathered: Gathered, *, alone: bool, ends: bool) -> tuple[int, int] | None:
        """Raises StateUnusable where acknowledged events are gone and nobody agreed to that. `ends`: where the present log
        ends is known without its mark."""
        present, known = self.present, self.backup.seq if self.backup else 0
        known = known if alone else max(known, present.acknowledged)
        lost = (walk.head.seq + 1, known) if known > walk.head.seq else None
        if self.wish.accept_loss or (alone and not lost):
            return lost
        if lost:
            why = "; ".join(gathered.troubles) or "no file that holds them is there"
            raise StateUnusable(
                f"events {lost[0]} to {lost[1]} are missing: they were acknowledged{_until(present, lost[1])} but are neither "
                f"published nor readable ({why}); put the missing files back, or go on without them with --accept-loss"
            )
        if present.sources and not ends and (present.mark is None or present.mark.log_id != walk.log_id):
            why = present.mark_problem or "the high-water mark is another log's"
            raise StateUnusable(
                f"whether events after {walk.head.seq} were acknowledged is not known ({why}): go on with --accept-loss"
            )
        return None

    def _mend(self, walk: Walk) -> Mended:
        source = (self.folder, self.backup) if self.folder is not None and self.backup is not None else None
        return mend(
            self.state_dir, walk, source=source, adapter_id_of=self.hands.adapter_id_of, progress=self.hands.progress
        )


def _until(present: Present, seq: int) -> str:
    """When the mark was written last, where it tells of that event."""
    at = present.marked_at
    return f" by {at:%Y-%m-%d %H:%M:%S} UTC" if at and present.mark and present.mark.seq == seq else ""

"""The commands folder: how a process that does not own the log asks the one that does.

A command is a file `<ulid>.json`, renamed into place. It waits safely while no service runs, its name makes it one fact
however often it comes, and it is removed once its facts are in the log.
"""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from daemon.edgar.quarters import FIRST_YEAR
from daemon.ulid import ULID, new_ulid
from store.errors import FinsdistillError
from store.files import fsync_dir, write_durably

MAX_BYTES: Final = 64 * 1024
FOLDER: Final = "commands"
_REFUSED: Final = "refused"
_REASON: Final = ".reason.txt"
REST_S: Final = 2.0  # who writes in place, and not by renaming, is done when nothing changed for so long
_REASON_LENGTH: Final = 500  # characters; a file may say 64 KiB of nonsense
# What a file itself can be; any other error is ours or the disk's, and no reason to refuse a command.
_NO_COMMAND: Final = frozenset({errno.ELOOP, errno.EACCES, errno.EPERM, errno.ENXIO, errno.ENODEV})

MAX_IDS: Final = 1000  # of 32 digits each: half of what a command file holds
MAX_WORDS: Final = 500  # characters

Name = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9.\-]{1,20}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Reason = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
Accession = Annotated[str, StringConstraints(pattern=r"^(?:[0-9]{10}-[0-9]{2}-[0-9]{6}|local-[0-9a-f]{12})$")]
ParserId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9/.\-]{1,60}$")]


def _one_line(words: str) -> str:
    if not words.isprintable():
        raise ValueError("one line without control characters")
    return words


Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_WORDS), AfterValidator(_one_line)
]


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WatchAdd(_Command):
    command: Literal["watch_add"] = "watch_add"
    companies: tuple[Name, ...] = Field(min_length=1, max_length=1000)


class WatchRemove(_Command):
    command: Literal["watch_remove"] = "watch_remove"
    companies: tuple[Name, ...] = Field(min_length=1, max_length=1000)


class Backfill(_Command):
    """Filings of whoever is wanted, as far back as the first day of that year."""

    command: Literal["backfill"] = "backfill"
    since: int = Field(ge=FIRST_YEAR, le=2100)


class Requeue(_Command):
    """These texts."""

    command: Literal["requeue"] = "requeue"
    recipe: Id
    texts: tuple[Id, ...] = Field(min_length=1, max_length=MAX_IDS)


class RequeueAll(_Command):
    """Every dead letter of the recipe, or those of one reason, as they are when the command is obeyed."""

    command: Literal["requeue_all"] = "requeue_all"
    recipe: Id
    reason: Reason | None = None


class Rechunk(_Command):
    """These filings again, or all that another parser read. `parser` is the one that is to read them, so that nobody asks
    for a reading by mistake, and the same command never means another one."""

    command: Literal["rechunk"] = "rechunk"
    parser: ParserId
    accessions: tuple[Accession, ...] = Field(default=(), max_length=MAX_IDS)


class Promote(_Command):
    command: Literal["promote"] = "promote"
    adapter_id: Id


class Rollback(_Command):
    """`adapter_id` is the champion's, so that nobody takes back another one by mistake."""

    command: Literal["rollback"] = "rollback"
    adapter_id: Id
    reason: Words


class Relabel(_Command):
    """This recipe from here on, and every text labelled by it. Named, so that nobody decides on another one by mistake."""

    command: Literal["relabel"] = "relabel"
    recipe: Id


class Adopt(_Command):
    """This recipe from here on, and the labels in use stay in use."""

    command: Literal["adopt_keep_old"] = "adopt_keep_old"
    recipe: Id


Command = Annotated[
    WatchAdd | WatchRemove | Backfill | Requeue | RequeueAll | Rechunk | Promote | Rollback | Relabel | Adopt,
    Field(discriminator="command"),
]
_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


class CommandMalformed(FinsdistillError):
    """A file in the commands folder that is no command. `reason` stands beside it when it is set aside; `unfinished` where
    more bytes could still make it one."""

    def __init__(self, path: Path, reason: str, *, unfinished: bool = False) -> None:
        super().__init__(f"{path} is no command ({reason}): write commands with finsdistill")
        self.path, self.reason, self.unfinished = path, reason, unfinished


class FolderClosed(FinsdistillError):
    """The commands folder belongs to the service's user, or is no folder."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"you may not write into {folder} ({why}): run the command as the user whose service it is (sudo -u …)"
        )


@dataclass(frozen=True)
class Dropped:
    path: Path
    command: Command

    @property
    def key(self) -> str:
        return f"command-{self.path.stem}"


def drop(state_dir: Path, command: Command) -> Path:
    """Hands the command over; returns when it is on disk. Raises FolderClosed."""
    folder = state_dir / FOLDER
    path = folder / f"{new_ulid()}.json"
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            fsync_dir(state_dir)
        write_durably(path, command.model_dump_json().encode())
    except (PermissionError, FileExistsError, NotADirectoryError) as cause:
        raise FolderClosed(folder, cause.strerror or "it cannot be written") from cause
    return path


def waiting(state_dir: Path) -> list[Path]:
    """Oldest first, as their names sort."""
    folder = state_dir / FOLDER
    return sorted(path for path in folder.glob("*.json") if not path.name.startswith(".")) if folder.is_dir() else []


def read(path: Path) -> Dropped:
    """Raises CommandMalformed, and FileNotFoundError when it was taken back. Whoever may write into the folder may write
    commands, but not make us read elsewhere."""
    if not ULID.fullmatch(path.stem):
        raise CommandMalformed(path, "its name is no ULID: by its name a command is known when it comes again")
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as cause:
        if cause.errno not in _NO_COMMAND:
            raise
        raise CommandMalformed(path, cause.strerror or "it cannot be opened") from cause
    try:
        body = _body(fd, path)
    finally:
        os.close(fd)
    if len(body) > MAX_BYTES:
        raise CommandMalformed(path, f"more than {MAX_BYTES:,} bytes")
    try:
        return Dropped(path, _COMMAND.validate_json(body))
    except ValidationError as cause:
        raise _malformed(path, cause) from cause


def _malformed(path: Path, cause: ValidationError) -> CommandMalformed:
    problem = cause.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"])[:_REASON_LENGTH]
    reason = f"{where or 'the file'}: {problem['msg'][:_REASON_LENGTH]}"
    if problem["type"] in ("union_tag_invalid", "extra_forbidden"):
        reason += "; if a newer finsdistill wrote it, restart the service with that one"
    return CommandMalformed(path, reason, unfinished=problem["type"] == "json_invalid")


def is_at_rest(path: Path, now_s: float) -> bool:
    """Whether nobody has written to the file lately; also when it is gone, or its time is in the future."""
    try:
        age_s = now_s - path.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return True
    return not 0 <= age_s < REST_S


def _body(fd: int, path: Path) -> bytes:
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        raise CommandMalformed(path, "it is no regular file")
    if status.st_uid not in {os.geteuid(), 0}:
        raise CommandMalformed(path, f"it belongs to user {status.st_uid}, not to {os.geteuid()}")
    with os.fdopen(fd, "rb", closefd=False) as file:
        return file.read(MAX_BYTES + 1)


def remove(path: Path) -> None:
    """Its facts are in the log: gone for good, so that a power cut does not bring it back."""
    path.unlink(missing_ok=True)
    fsync_dir(path.parent)


def set_aside(path: Path, reason: str) -> Path:
    """Into `refused/`, the reason beside it: first the reason, for whoever waits until the file is gone."""
    folder = path.parent / _REFUSED
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if os.path.lexists(target) or not ULID.fullmatch(path.stem):  # a folder would not give way, a name may be too long
        target, reason = folder / f"{new_ulid()}.json", f"{reason} (it came as {shown(path)})"
    write_durably(target.with_suffix(_REASON), f"{reason}\n".encode())
    path.rename(target)
    fsync_dir(folder)
    fsync_dir(path.parent)
    return target


def shown(path: Path) -> str:
    """The file's name as text that can be stored and shown, whatever bytes it has."""
    return ascii(path.name)[1:-1]


def refusal_of(path: Path) -> str | None:
    """Why the command that was handed over at `path` was set aside; None when it was not."""
    try:
        return (path.parent / _REFUSED / path.name).with_suffix(_REASON).read_text("utf-8").strip()
    except FileNotFoundError:
        return None

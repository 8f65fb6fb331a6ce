"""What a person hands over to be answered, as pieces that a student can read: a filing's chunks, or plain text cut alike."""

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daemon.filing import ChunkOptions
from daemon.filing.chunks import passages
from daemon.filing.document import MAX_BYTES, decoded, is_html, refuse_bytes
from daemon.parsing import Parser
from store.errors import FinsdistillError

# What EDGAR's submissions begin with. A text file without it is plain text: a person's own, not a filing.
_SUBMISSION: Final = re.compile(r"<(?:SEC-DOCUMENT|IMS-DOCUMENT|SEC-HEADER|DOCUMENT)>", re.IGNORECASE)
_HEAD: Final = 100_000
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MOST_CONTROLS: Final = 0.01  # of a text's characters; prose has none, compressed data one in nine


class NothingToAnswer(FinsdistillError):
    """There is no text in what was given."""


@dataclass(frozen=True)
class Source:
    """`name` is a path's, or None for standard input; its ending says what it holds."""

    name: str | None
    body: bytes

    @property
    def ending(self) -> str:
        return Path(self.name or "").suffix.lower()

    @property
    def called(self) -> str:
        return self.name or "standard input"


@dataclass(frozen=True)
class Piece:
    """`item` where a filing says it."""

    item: str | None
    text: str


class _Line(BaseModel):
    """A line of a .jsonl file; what else it says is not our business."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str = Field(min_length=1)


def pieces_of(source: Source, *, options: ChunkOptions, parser: Parser) -> tuple[Piece, ...]:
    """One at least. A .jsonl file has one a line, never cut. Raises NothingToAnswer, FilingUnreadable and ParserCrashed."""
    refuse_bytes(source.body)
    if source.ending == ".jsonl":
        found = tuple(_lines(source))
    elif _is_filing(source):
        found = _chunks(source, options, parser)
    else:
        found = tuple(_cut(source, options))
    if not found:
        raise NothingToAnswer(f"{source.called} holds no text: give a filing, plain text, or a .jsonl file")
    return found


def read_source(path: Path | None, standard_input: "Iterator[bytes]") -> Source:
    """A whole file, or everything that comes in. What is too large is not read to its end; `pieces_of` refuses it.

    Raises NothingToAnswer where there is no such file.
    """
    if path is None:
        return Source(None, b"".join(_at_most(standard_input)))
    try:
        with path.open("rb") as file:
            return Source(str(path), file.read(MAX_BYTES + 1))
    except OSError as cause:
        why = (cause.strerror or str(cause)).lower()
        raise NothingToAnswer(f"{path} cannot be read ({why}): name a file, or give the text on stdin") from cause


def _at_most(blocks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for block in blocks:
        yield block
        size += len(block)
        if size > MAX_BYTES:
            return


def _is_filing(source: Source) -> bool:
    if source.ending in (".htm", ".html"):
        return True
    head = decoded(source.body[:_HEAD])
    return _SUBMISSION.search(head) is not None or is_html(head)


def _chunks(source: Source, options: ChunkOptions, parser: Parser) -> tuple[Piece, ...]:
    """As the service reads a filing, in a process of its own: a filing is hostile."""
    with tempfile.NamedTemporaryFile(prefix="finsdistill-", suffix=source.ending) as copy:
        copy.write(source.body)
        copy.flush()
        extraction = parser.extract(Path(copy.name), form=None, options=options)
    return tuple(Piece(passage.item, passage.text) for passage in extraction.passages)


def _cut(source: Source, options: ChunkOptions) -> Iterator[Piece]:
    text = decoded(source.body).replace("\r\n", "\n").strip()
    if len(_CONTROLS.findall(text)) > _MOST_CONTROLS * len(text):
        raise NothingToAnswer(f"{source.called} is no text: give a filing, plain text, or a .jsonl file")
    for passage in passages(text, 0, None, options):
        if passage.text.strip():
            yield Piece(None, passage.text.strip())


def _lines(source: Source) -> Iterator[Piece]:
    for number, line in enumerate(decoded(source.body).split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = _Line.model_validate(json.loads(line))
        except (ValueError, ValidationError, RecursionError) as cause:
            wanted = 'each line is an object with a "text" that is not empty'
            raise NothingToAnswer(f"line {number} of {source.called} cannot be read: {wanted}") from cause
        yield Piece(None, found.text)

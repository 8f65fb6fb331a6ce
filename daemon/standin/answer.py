"""What EDGAR says to one request, before anything happens to it on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

BLOCK: Final = 64 * 1024  # bytes read and sent at a time: a filing of 200 MB is never held whole

HTML: Final = "text/html"
JSON: Final = "application/json"
XML: Final = "application/xml"
_TYPES: Final = {
    ".htm": HTML,
    ".html": HTML,
    ".json": JSON,
    ".xml": XML,
    ".xsd": XML,
    ".txt": "text/plain",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
}


@dataclass(frozen=True)
class Answer:
    """`body` is the bytes, or the file that holds them; `headers` come on top of type, encoding and length."""

    status: int
    content_type: str
    body: bytes | Path
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body) if isinstance(self.body, bytes) else self.body.stat().st_size

    def read(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else self.body.read_bytes()

    def blocks(self) -> Iterator[bytes]:
        if isinstance(self.body, bytes):
            yield self.body
            return
        with self.body.open("rb") as file:
            while block := file.read(BLOCK):
                yield block

    def with_header(self, name: str, value: str) -> "Answer":
        return replace(self, headers=(*self.headers, (name, value)))


def file_answer(path: Path) -> Answer:
    return Answer(200, _TYPES.get(path.suffix.lower(), "application/octet-stream"), path)

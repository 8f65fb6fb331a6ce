"""Filing bytes under their hash: `blobs/ab/abcd…`. Written once, before the event that names them."""

from pathlib import Path
from typing import Self

from store.errors import StateUnusable
from store.files import write_durably
from store.ids import sha256_hex


class BlobUnusable(StateUnusable):
    """The bytes are gone, or are no longer what their name says."""


class Blobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def swept(cls, folder: Path) -> Self:
        """Without what a killed writer left half-written. For who owns the folder."""
        for leftover in folder.glob("??/.*.tmp"):
            leftover.unlink(missing_ok=True)
        return cls(folder)

    def path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def put(self, body: bytes) -> str:
        """The sha256. Bytes that are there already are not written again, damaged ones are."""
        sha256 = sha256_hex(body)
        path = self.path(sha256)
        if not _holds(path, sha256):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, body)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Raises BlobUnusable."""
        path = self.path(sha256)
        try:
            body = path.read_bytes()
        except FileNotFoundError as cause:
            raise BlobUnusable(f"{path} is missing: restore blobs/ from a backup") from cause
        if sha256_hex(body) != sha256:
            raise BlobUnusable(f"{path} does not have the hash it is named by: restore blobs/ from a backup")
        return body


def _holds(path: Path, sha256: str) -> bool:
    try:
        return sha256_hex(path.read_bytes()) == sha256
    except FileNotFoundError:
        return False

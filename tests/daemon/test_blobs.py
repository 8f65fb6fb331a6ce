"""Bytes under their hash."""

import pytest

from daemon.blobs import Blobs, BlobUnusable


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"other")])
def test_lost_bytes_are_refused_until_they_are_put_again(tmp_path, harm):
    blobs = Blobs(tmp_path)
    sha256 = blobs.put(b"body")
    harm(blobs.path(sha256))
    with pytest.raises(BlobUnusable, match="from a backup"):
        blobs.get(sha256)
    blobs.put(b"body")
    assert blobs.get(sha256) == b"body"


def test_what_a_killed_writer_left_is_swept_and_nothing_else(tmp_path):
    sha256 = Blobs(tmp_path).put(b"body")
    (tmp_path / sha256[:2] / f".{sha256}.tmp").write_bytes(b"bo")
    assert Blobs.swept(tmp_path).get(sha256) == b"body"
    assert [path.name for path in tmp_path.glob("*/*")] == [sha256]

"""The seed of a text's draw. Pure, and the same for every teacher that draws."""

import hashlib

from daemon.teachers.protocol import ChunkRequest


def seed_of(request: ChunkRequest) -> int:
    """Below 2**63. Another one for each text and each time it is asked."""
    digest = hashlib.sha256(f"{request.text_id}|{request.seed}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1

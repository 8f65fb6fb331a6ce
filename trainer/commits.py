"""Which commit of a well-known model is meant when no revision is named. Light.

A branch of the hub moves, and takes the meaning of labels and scores with it. Each hash is named by many public repositories
as the snapshot they downloaded; none could be asked of the hub itself when it was written down (2026-11-22).
"""

from typing import Final

_COMMITS: Final = (
    ("meta-llama/Meta-Llama-3-8B-Instruct", "8afb486c1db24fe5011ec46dfbe5b5dccdb575c2"),
    ("meta-llama/Llama-3.1-8B-Instruct", "0e9e39f249a16976918f6564b8830bc894c89659"),
    ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "fe8a4ea1ffedaf415f4da2f062534de366a451e6"),
)


def commit_of(model: str) -> str | None:
    """None for any other model: then the hub's `main` is."""
    return next((commit for name, commit in _COMMITS if name == model), None)

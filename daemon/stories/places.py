"""Where a chunk stands: what its filing says before and after it."""

from dataclasses import dataclass
from typing import Final

import duckdb

from daemon.stories.reading import quoted, rows

_AROUND: Final = 400  # characters before and after

_PLACE: Final = """
SELECT accession, item, char_start, char_end, retired AND amended_by IS NULL FROM occurrences WHERE chunk_id = ?
"""
# The chunks of a filing that its last reading found, replaced by an amendment or not, hold all of its text.
_NEAR: Final = """
SELECT char_start, text FROM chunks WHERE accession = ? AND (NOT retired OR amended_by IS NOT NULL)
    AND char_start < ? AND char_end > ? ORDER BY char_start
"""


@dataclass(frozen=True)
class Neighbourhood:
    """What stands before and after, to the beginning and end of a word; a gap in the chunks is a blank line."""

    before: str
    after: str


def neighbourhood(connection: duckdb.DuckDBPyConnection, chunk_id: str) -> list[str]:
    """Lines. The chunk's own text is not among them."""
    accession, item, start, end, older = rows(connection, _PLACE, chunk_id)[0]
    if older:
        return ["", f"what stands around it is of an older reading of {accession}, and not kept"]
    near = rows(connection, _NEAR, accession, end + _AROUND, max(0, start - _AROUND))
    found = around([(int(at), str(text)) for at, text in near], start, end)
    return [
        "",
        f"before it in {accession}, Item {item}:",
        *(quoted(found.before, 2) if found.before else ["  nothing"]),
        "after it:",
        *(quoted(found.after, 2) if found.after else ["  nothing"]),
    ]


def around(pieces: list[tuple[int, str]], start: int, end: int, room: int = _AROUND) -> Neighbourhood:
    """From pieces of a text, each with the position of its first character, which may overlap: up to `room` characters before
    `start` and behind `end`."""
    first = max(0, start - room)
    laid = ["\n"] * (end + room - first)
    for at, text in pieces:
        for position in range(max(at, first), min(at + len(text), end + room)):
            laid[position - first] = text[position - at]
    before, after = "".join(laid[: start - first]), "".join(laid[end - first :])
    return Neighbourhood(_from_a_word(before, cut=first > 0).strip(), _to_a_word(after).strip())


def _from_a_word(text: str, *, cut: bool) -> str:
    return "… " + text.split(maxsplit=1)[-1] if cut and text.strip() else text


def _to_a_word(text: str) -> str:
    return text.rstrip("\n").rsplit(maxsplit=1)[0] + " …" if text.strip() and not text.endswith("\n") else text

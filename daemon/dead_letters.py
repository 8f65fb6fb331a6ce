"""The texts that no attempt could label, from what is published."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import duckdb
from pydantic import BaseModel, ConfigDict

from daemon.requeuing import Names, NoDeadLetter
from daemon.terminal import printable

_END: Final = 160  # characters of what was said last
_WHERE: Final = "(d.recipe = $recipe OR $recipe IS NULL) AND (d.reason = $reason OR $reason IS NULL)"
_ROWS: Final = f"""
SELECT d.text_id, d.chunk_id, c.accession, f.company, f.form, c.item, d.recipe, d.reason, d.attempts, d.detail, d.raw,
    d.recorded_at
FROM dead_letters d
LEFT JOIN (SELECT chunk_id, any_value(accession) AS accession, any_value(item) AS item FROM raw_chunks GROUP BY chunk_id) c
    ON c.chunk_id = d.chunk_id
LEFT JOIN filings f ON f.accession = c.accession
WHERE {_WHERE} ORDER BY d.seq DESC, d.text_id LIMIT $limit
"""  # noqa: S608 - our own words
_COUNTS: Final = f"""
SELECT d.reason, count(*) FROM dead_letters d WHERE {_WHERE} GROUP BY d.reason ORDER BY count(*) DESC, d.reason
"""  # noqa: S608 - our own words
_IDS: Final = """
SELECT text_id, text_id FROM dead_letters WHERE recipe = $recipe
UNION SELECT c.chunk_id, c.text_id FROM raw_chunks c JOIN dead_letters d ON d.text_id = c.text_id WHERE d.recipe = $recipe
ORDER BY ALL
"""
_LISTED: Final = '`finsdistill sql "SELECT recipe, teacher FROM recipes"` lists them'


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReasonCount(_Frozen):
    reason: str
    count: int


class DeadLetter(_Frozen):
    """`detail` and `raw` are of the last attempt; `recorded_at` is UTC. Null is what is not known of the filing."""

    text_id: str
    chunk_id: str
    accession: str | None
    company: str | None
    form: str | None
    item: str | None
    recipe: str
    reason: str
    attempts: int
    detail: str | None
    raw: str | None
    recorded_at: datetime


class DeadLetters(_Frozen):
    """`finsdistill dead-letters --json`. `recipe` is null for all recipes, and while there is none; `total` and `by_reason`
    count what was asked for, and `dead_letters` are the newest of them, newest first."""

    format: int = 1
    recipe: str | None
    total: int
    by_reason: tuple[ReasonCount, ...]
    dead_letters: tuple[DeadLetter, ...]


def active_recipe(connection: duckdb.DuckDBPyConnection) -> str | None:
    row = connection.execute("SELECT recipe FROM recipes WHERE active").fetchone()
    return str(row[0]) if row else None


def required_recipe(connection: duckdb.DuckDBPyConnection) -> str:
    """The active one. Raises NoDeadLetter while there is none."""
    recipe = active_recipe(connection)
    if recipe is None:
        raise NoDeadLetter("no recipe is active, so nothing was labelled yet: start the service with `finsdistill run`")
    return recipe


def recipe_named(connection: duckdb.DuckDBPyConnection, start: str) -> str:
    """Raises NoDeadLetter unless exactly one recipe's id begins with `start`."""
    rows = connection.execute("SELECT recipe FROM recipes WHERE starts_with(recipe, ?) LIMIT 2", [start]).fetchall()
    if len(rows) != 1:
        many = "more than one recipe's id begins with" if rows else "no recipe is called"
        raise NoDeadLetter(f"{many} {start!r}: {_LISTED}")
    return str(rows[0][0])


def read_dead_letters(
    connection: duckdb.DuckDBPyConnection, *, recipe: str | None, reason: str | None, limit: int
) -> DeadLetters:
    """`recipe` and `reason` None for any."""
    asked = {"recipe": recipe, "reason": reason}
    counts = connection.execute(_COUNTS, asked).fetchall()
    rows = connection.execute(_ROWS, {**asked, "limit": limit}).fetchall()
    return DeadLetters(
        recipe=recipe,
        total=sum(count for _, count in counts),
        by_reason=tuple(ReasonCount(reason=name, count=count) for name, count in counts),
        dead_letters=tuple(_dead_letter(row) for row in rows),
    )


def _dead_letter(row: Sequence[Any]) -> DeadLetter:
    return DeadLetter(**dict(zip(DeadLetter.model_fields, row, strict=True)))


def names_of(connection: duckdb.DuckDBPyConnection, recipe: str) -> Names:
    """What the dead letters of a recipe may be called."""
    return Names(connection.execute(_IDS, {"recipe": recipe}).fetchall())


def lines(found: DeadLetters) -> Iterator[str]:
    """The screen, top to bottom. Pure."""
    for letter in found.dead_letters:
        yield from _letter_lines(letter)
    reasons = ", ".join(f"{entry.count:,} {entry.reason}" for entry in found.by_reason)
    yield f"{found.total:,} dead letters{f': {reasons}' if reasons else ''}"
    if found.total > len(found.dead_letters):
        yield f"the newest {len(found.dead_letters):,} are shown: `--limit` shows more"
    if found.total:
        yield "`finsdistill explain ID` tells one's story, `finsdistill requeue ID` has it asked again (or --reason R, --all)"


def _letter_lines(letter: DeadLetter) -> Iterator[str]:
    where = f"{letter.company or letter.accession or 'unknown filing'}, {letter.form or '-'}, Item {letter.item or '-'}"
    attempts = f"{letter.attempts} attempt{'' if letter.attempts == 1 else 's'}"
    when = f"{letter.recorded_at:%Y-%m-%d %H:%M}"
    yield f"{when}  {letter.text_id[:12]}  {letter.reason:<12} after {attempts}  {where}"
    if said := letter.detail or letter.raw:
        yield f"    {_end(said)}"


def _end(said: str) -> str:
    """The end of it, on one line: what went wrong is seen there."""
    line = printable(" ".join(said[-4 * _END :].split()))
    return line if len(line) <= _END else f"…{line[-_END:]}"

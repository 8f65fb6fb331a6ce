"""The story of a recipe, and how one is introduced in the story of a text."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import duckdb

from daemon.stories.reading import IN_USE, moment, quoted, rows

_HEAD: Final = """
SELECT recipe, teacher, model, revision, fingerprint, quantization, toy, spec, active, in_set FROM recipes
WHERE recipe IN (SELECT unnest(?))
"""
_ADOPTED: Final = """
SELECT seq, recorded_at, recipe, decision, replaces FROM raw_recipe_changes WHERE recipe IN (SELECT unnest(?)) ORDER BY seq
"""
_DECISIONS: Final = {
    "first": "first: nobody had to decide",
    "relabel": "relabel: every text is asked again",
    "keep_old": "keep-old: the labels of before stay in use",
}
# Told apart from the other fields, since they are long.
_TEXTS: Final = ("prompt", "answer_schema")
_LATEST: Final = 10  # pauses, and snapshots, that are told: there may be thousands


@dataclass(frozen=True)
class Adoption:
    """A decision that made the recipe the active one."""

    seq: int
    recorded_at: datetime
    decision: str
    replaces: str | None

    @property
    def line(self) -> str:
        instead = "" if self.replaces is None else f", instead of recipe {self.replaces}"
        why = _DECISIONS.get(self.decision, self.decision)
        return f"  event {self.seq}, {moment(self.recorded_at)}: adopted, {why}{instead}"


@dataclass(frozen=True)
class Introduced:
    """Who a recipe asks, and where it stands. `adoptions` in their order."""

    recipe: str
    who: str
    standing: str
    spec: str
    adoptions: tuple[Adoption, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        adopted = (adoption.line for adoption in self.adoptions)
        return (f"recipe {self.recipe}: {self.who}", f"  {self.standing}", *adopted)

    def unlike(self, before: "Introduced") -> list[str]:
        """The parts in which it differs."""
        mine, theirs = json.loads(self.spec), json.loads(before.spec)
        return sorted(part for part in mine.keys() | theirs.keys() if mine.get(part) != theirs.get(part))


def introduced(connection: duckdb.DuckDBPyConnection, recipes: Sequence[str]) -> dict[str, Introduced]:
    """By recipe, in the order they are asked for."""
    adoptions: dict[str, list[Adoption]] = {recipe: [] for recipe in recipes}
    for seq, at, recipe, decision, replaces in rows(connection, _ADOPTED, list(recipes)):
        adoptions[recipe].append(Adoption(seq, at, decision, replaces))
    found = {}
    for recipe, teacher, model, revision, fingerprint, quantization, toy, spec, *standing in rows(
        connection, _HEAD, list(recipes)
    ):
        named = (("revision", revision), ("fingerprint", fingerprint), ("quantization", quantization))
        parts = [teacher, *([model] if model else []), *(f"{name} {value}" for name, value in named if value)]
        who = ", ".join([*parts, *(["toy"] if toy else [])])
        where = _standing(*standing, adopted=bool(adoptions[recipe]))
        found[recipe] = Introduced(recipe, who, where, spec, tuple(adoptions[recipe]))
    return {recipe: found[recipe] for recipe in recipes}


def _standing(active: bool, in_set: bool, *, adopted: bool) -> str:
    if active:
        return "the active recipe"
    if in_set:
        return "kept: its labels are in use beside the active recipe's"
    return "earlier: its labels are no longer in use" if adopted else "declared, and never adopted"


def recipe(connection: duckdb.DuckDBPyConnection, wanted: str) -> list[str]:
    head = introduced(connection, [wanted])[wanted]
    ((seq, declared, spec),) = rows(
        connection, "SELECT seq, recorded_at, spec FROM raw_recipes WHERE recipe = ? ORDER BY seq LIMIT 1", wanted
    )
    fields = json.loads(spec)
    return [
        f"recipe {wanted}: {head.who}",
        f"  {head.standing}",
        *(f"  {name}: {_shown(value)}" for name, value in fields.items() if name not in _TEXTS),
        f"  event {seq}, {moment(declared)}: declared",
        *(adoption.line for adoption in head.adoptions),
        *_pauses(connection, wanted),
        *_answers(connection, wanted),
        *_sealed(connection, wanted),
        *(line for name in _TEXTS if fields.get(name) for line in (f"  {name}:", *quoted(fields[name], 4))),
    ]


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value


def _pauses(connection: duckdb.DuckDBPyConnection, wanted: str) -> Iterator[str]:
    found = rows(
        connection, "SELECT seq, recorded_at, paused, reason FROM raw_pauses WHERE recipe = ? ORDER BY seq", wanted
    )
    if len(found) > _LATEST:
        yield f"  {len(found) - _LATEST:,} earlier pauses and resumptions: `finsdistill sql` has them, in events"
    for seq, at, paused, reason in found[-_LATEST:]:
        yield f"  event {seq}, {moment(at)}: labelling {'paused' if paused else 'resumed'}, {reason}"


def _answers(connection: duckdb.DuckDBPyConnection, wanted: str) -> Iterator[str]:
    """What it was asked and what came of it."""
    ((labels, ungrounded, flagged, asked, answered),) = rows(
        connection,
        "SELECT count(*), count(*) FILTER (WHERE NOT grounded), count(*) FILTER (WHERE len(flags) > 0), "
        "coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0) FROM raw_labels WHERE recipe = ?",
        wanted,
    )
    refusals = rows(
        connection,
        "SELECT reason, count(*), sum(prompt_tokens), sum(completion_tokens) FROM raw_refusals WHERE recipe = ? "
        "GROUP BY reason ORDER BY count(*) DESC, reason",
        wanted,
    )
    ((dead,),) = rows(connection, "SELECT count(*) FROM dead_letters WHERE recipe = ?", wanted)
    reasons = ", ".join(f"{count:,} {reason}" for reason, count, *_ in refusals)
    refused = sum(count for _, count, *_ in refusals)
    yield f"  labels: {labels:,}, of them {ungrounded:,} not grounded, {flagged:,} flagged"
    yield f"  refusals: {refused:,}{f' ({reasons})' if reasons else ''}"
    yield f"  dead letters: {dead:,}"
    asked, answered = asked + sum(row[2] for row in refusals), answered + sum(row[3] for row in refusals)
    yield f"  tokens: {asked:,} asked, {answered:,} answered, those of refused answers among them"


def _sealed(connection: duckdb.DuckDBPyConnection, wanted: str) -> Iterator[str]:
    """Snapshots of a time when its labels were in use."""
    found = rows(
        connection,
        f"SELECT snapshot_id, log_seq, rows, active FROM ({IN_USE}) WHERE recipe = ? ORDER BY seq",  # noqa: S608 - our own
        wanted,
    )
    earlier = len(found) - _LATEST
    if earlier > 0:
        yield f"  in {earlier:,} earlier training snapshots: `finsdistill sql` has them, in snapshots"
    for snapshot, position, count, active in found[-_LATEST:]:
        beside = "" if active else ", kept beside the recipe that was active then"
        yield f"  in training snapshot {snapshot}, sealed at event {position:,} with {count:,} rows{beside}"

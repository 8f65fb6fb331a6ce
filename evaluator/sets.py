"""The evaluation set: frozen, free of what a scored adapter has seen, balanced over companies, named by content."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from store.ids import canonical_json, sha256_hex
from store.snapshot import TripletRow

_WORD: Final = re.compile(r"[a-z0-9]+", re.IGNORECASE)
# rouge2 of a one-word reference against itself is 0: such a reference can measure nothing.
_MIN_REFERENCE_WORDS: Final = 2


@dataclass(frozen=True)
class EvalSet:
    """`rows` by text_id, each text once; `sha256` names texts and references: equal names mean equal tests."""

    rows: tuple[TripletRow, ...]
    sha256: str
    dropped_trained_on: int
    dropped_repeated: int
    dropped_unscorable: int
    left_out: int  # eligible, but over `max_examples`


def freeze(heldout: Iterable[TripletRow], *, trained_on: frozenset[str], max_examples: int, seed: int) -> EvalSet:
    """`trained_on` holds text_ids. The order of `heldout` changes nothing."""
    offered = list(heldout)
    fresh = [row for row in offered if row.text_id not in trained_on]
    scorable = [row for row in fresh if _scorable(row.summary) and _scorable(row.rationale)]
    once = _once(scorable)
    chosen = tuple(sorted(balanced(once, limit=max_examples, seed=seed), key=lambda row: row.text_id))
    return EvalSet(
        rows=chosen,
        sha256=set_sha256(chosen),
        dropped_trained_on=len(offered) - len(fresh),
        dropped_unscorable=len(fresh) - len(scorable),
        dropped_repeated=len(scorable) - len(once),
        left_out=len(once) - len(chosen),
    )


def set_sha256(rows: Iterable[TripletRow]) -> str:
    """Of text ids and references by text_id; companies and labels' ids are no part of what is measured."""
    named = sorted((row.text_id, row.rationale, row.summary) for row in rows)
    return sha256_hex("eval-v1|" + canonical_json(named))


def balanced(rows: Sequence[TripletRow], *, limit: int, seed: int) -> list[TripletRow]:
    """At most `limit` rows, one company after the other in turn, and within a company one filing after the other.

    So a company with ten times the text weighs no more than the next until that one has run out, and as many clusters
    as possible are in the set. Within a filing, and for who comes first, the order is a hash of seed and id: a text added
    later moves few others.
    """

    def rank(name: str) -> str:
        return sha256_hex(f"sample|{seed}|{name}")

    by_company = _groups(rows, lambda row: row.company_id)
    queues = []
    for company in sorted(by_company, key=rank):
        filings = _groups(by_company[company], lambda row: row.accession)
        shuffled = [sorted(filings[a], key=lambda row: rank(row.text_id)) for a in sorted(filings, key=rank)]
        queues.append(_in_turn(shuffled))
    return _in_turn(queues)[:limit]


def _once(rows: Iterable[TripletRow]) -> list[TripletRow]:
    """One row a text: the one with the smallest ids, whatever the order they came in."""
    first: dict[str, TripletRow] = {}
    for row in sorted(rows, key=lambda row: (row.text_id, row.company_id, row.accession, row.label_id)):
        first.setdefault(row.text_id, row)
    return list(first.values())


def _groups(rows: Iterable[TripletRow], key: Callable[[TripletRow], str]) -> dict[str, list[TripletRow]]:
    groups: dict[str, list[TripletRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _in_turn(queues: Sequence[Sequence[TripletRow]]) -> list[TripletRow]:
    longest = max((len(queue) for queue in queues), default=0)
    return [queue[i] for i in range(longest) for queue in queues if i < len(queue)]


def _scorable(reference: str) -> bool:
    return len(_WORD.findall(reference)) >= _MIN_REFERENCE_WORDS

"""The parse ladder: a closed object as JSON, as what Python takes for JSON, and as what json_repair makes of it."""

from itertools import islice
from typing import Final

from daemon.answers.automaton import MAX_BYTES
from daemon.answers.checks import problem
from daemon.answers.objects import Declined, Read, complete_objects, like_an_answer, read_object
from daemon.answers.outcomes import MAX_DETAIL, Accepted, Flag, Limits, Refused
from daemon.answers.repair import repaired
from daemon.figures import ungrounded

_MAX_OBJECTS: Final = 32  # that begin as an answer; an echoed schema and its example are two or three


def read_answer(
    raw: str, text: str, *, limits: Limits, truncated: bool = False, forced_close: bool = False
) -> Accepted | Refused:
    """Reads `raw`, the answer to `text`. `truncated` and `forced_close` are what the engine said about it.

    A refusal in prose ("I cannot …") is not_json and not declined: a decline is final, and one asked again mostly answers.
    """
    found = _find(raw[:MAX_BYTES], limits, truncated=truncated)
    if isinstance(found, Refused):
        return found
    if isinstance(found.said, Declined):
        return Refused("declined", found.said.declined[:MAX_DETAIL])
    rationale, summary = found.said.rationale.strip(), found.said.summary.strip()
    if (refused := problem(rationale, summary, limits)) is not None:
        return refused
    grounded = not ungrounded(f"{rationale}\n", text) and not ungrounded(summary, text)
    said: tuple[tuple[Flag, bool], ...] = (
        ("forced_close", forced_close),
        ("repaired", found.repaired),
        ("ungrounded", not grounded),
    )
    return Accepted(rationale, summary, tuple(flag for flag, holds in said if holds), grounded)


def _find(raw: str, limits: Limits, *, truncated: bool) -> Read | Refused:
    """The first object that is an answer, else what can be repaired to one; else why there is none."""
    objects = list(complete_objects(raw))
    reads = [read_object(text) for text in islice(filter(like_an_answer, objects), _MAX_OBJECTS)]
    # Repairing costs three times what all the rest does, so it is tried only where nothing else is an answer.
    if not any(isinstance(read, Read) for read in reads) and (read := repaired(raw, limits, truncated=truncated)):
        reads.append(read)
    if usable := next((read for read in reads if isinstance(read, Read)), None):
        return usable
    refusals = [read for read in (*reads, *map(read_object, objects[:1])) if isinstance(read, Refused)]
    refusals.append(Refused("not_json", f"no complete JSON object in {raw[:200]!r}"))
    # An object of the wrong shape says more than a text that is no JSON; the limit explains both.
    why = next((refusal for refusal in refusals if refusal.reason == "schema"), refusals[0])
    return Refused("truncated", f"the token limit cut the answer: {why.detail}"[:MAX_DETAIL]) if truncated else why

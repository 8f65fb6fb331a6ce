"""How a plan is shown. Pure."""

from collections.abc import Iterator
from typing import Final

from daemon.planning.changes import Change
from daemon.planning.report import Choice, Expected, Measured, Plan, RecipeName

TYPED: Final = {"relabel": "finsdistill relabel", "keep_old": "finsdistill adopt --keep-old"}
_SHORT: Final = 60  # characters of a value that stands in a line


def lines(plan: Plan, *, running: bool) -> Iterator[str]:
    """The screen, top to bottom. `running`: a service is up."""
    yield _row("active", name(plan.active) if plan.active else "none yet")
    yield _row("", _texts(plan))
    if plan.standing == "same":
        as_far = "" if plan.whole else ", as far as is known before its teacher is asked again"
        yield _row("configured", f"the same: nothing changed{as_far}, and nothing is to be decided")
        return
    yield _row("configured", f"{name(plan.configured)}{_tried(plan)}")
    yield from _asked(plan)
    yield from _changed(plan)
    for choice in plan.choices:
        yield ""
        yield TYPED[choice.decision]
        yield from choice_lines(choice)
    if plan.choices:
        yield ""
        yield from _measured(plan)
    yield _row("next", _next(plan, running=running))


def name(recipe: RecipeName) -> str:
    return f"{recipe.recipe[:8]} ({recipe.teacher}, {recipe.model}){' [toy]' if recipe.toy else ''}"


def choice_lines(choice: Choice) -> Iterator[str]:
    """What one decision does."""
    if choice.refused is not None:
        yield f"    cannot be chosen: {choice.refused}"
        return
    gone = f"{_count(choice.stale, 'label')} {'goes' if choice.stale == 1 else 'go'} stale: kept, no longer in use"
    yield f"    {gone if choice.stale else 'no label goes stale'}"
    if not choice.calls:
        yield "    no call: nothing is left to ask"
        return
    yield f"    {_count(choice.calls, 'call')}, one a text; refused answers are asked for again"
    yield f"    {_cost(choice.expected)}"


def _row(label: str, words: str) -> str:
    return f"{label:<12} {words}".rstrip()


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _texts(plan: Plan) -> str:
    if plan.active is None:
        return _count(plan.texts, "text")
    dead = plan.texts - plan.in_use - plan.linked - plan.pending
    linked = f", {plan.linked:,} nearly another" if plan.linked else ""
    left = f"{plan.in_use:,} with a label in use{linked}, {plan.pending:,} pending, {_count(dead, 'dead letter')}"
    return f"{_count(plan.texts, 'text')}: {left}"


def _tried(plan: Plan) -> str:
    return f" with the prompt of {plan.tried}" if plan.tried else ""


def _asked(plan: Plan) -> Iterator[str]:
    """What is not known of the configured recipe, and what it has done before."""
    if plan.assumed:
        yield _row("", "its teacher was never asked like this: who answers is taken to be who did before")
    if plan.labelled:
        yield _row("", f"labelled by it before: {_count(plan.labelled, 'text')}, not asked again")
    if plan.dead:
        yield _row("", f"its dead letters: {_count(plan.dead, 'text')}, not asked again unless requeued")


def _changed(plan: Plan) -> Iterator[str]:
    for change in plan.changes:
        yield _row("changed", _change(change))
        yield from (_row("", line) for line in change.diff)


def _change(change: Change) -> str:
    if not change.diff:
        return f"{change.part}: {_value(change.before)} -> {_value(change.after)}"
    longer = len(change.after or "") - len(change.before or "")
    return f"{change.part}, {_count(abs(longer), 'character')} {'shorter' if longer < 0 else 'longer'}:"


def _value(value: str | None) -> str:
    if value is None:
        return "(not set)"
    return value if len(value) <= _SHORT else f"{value[:_SHORT]}…"


def _cost(expected: Expected | None) -> str:
    if expected is None:
        return "tokens, time and price: not measured yet"
    both = expected.prompt_tokens + expected.completion_tokens
    tokens = f"about {both:,} tokens ({expected.prompt_tokens:,} prompt, {expected.completion_tokens:,} answer)"
    hours = "time not measured yet" if expected.hours is None else _time(expected.hours)
    price = "" if expected.price is None else f", price {expected.price:,.2f}"
    return f"{tokens}, {hours}{price}"


def _time(hours: float) -> str:
    minutes = round(hours * 60)
    if not minutes:
        return "under a minute"
    return f"{hours:,.1f} hours" if hours >= 2 else _count(minutes, "minute")


def _measured(plan: Plan) -> Iterator[str]:
    cost = plan.measured
    if cost is None:
        toy = plan.active is not None and plan.active.toy != plan.configured.toy
        yield _row("measured", f"nothing yet{': a toy and a model say nothing about each other' if toy else ''}")
        return
    own = cost.recipe == plan.configured.recipe
    yield _row("measured", f"under {'this recipe itself' if own else 'the active recipe'}, over {_means(cost)}")
    if not own:
        yield _row("", "what changed may change these figures")


def _means(cost: Measured) -> str:
    tokens = f"{cost.prompt_tokens:,.0f} prompt and {cost.completion_tokens:,.0f} answer tokens a text"
    rate = "" if cost.texts_per_hour is None else f", {cost.texts_per_hour:,.0f} texts an hour while it labelled"
    return f"{_count(cost.texts, 'text')}: {tokens} ({cost.answers:.2f} answers){rate}"


def _next(plan: Plan, *, running: bool) -> str:
    if plan.standing == "first":
        return "nothing to decide: no label is in use yet, so the service adopts it by itself"
    either = f"`{TYPED['relabel']}`"
    if all(choice.refused is None for choice in plan.choices):
        either += f" or `{TYPED['keep_old']}`"
    if plan.tried is not None:
        return f'to use it: prompt_file = "{plan.tried}" in [teacher], restart the service, then {either}'
    back = ", or put [teacher] back as it was"
    if plan.declared:
        return f"{either}{back}"
    if plan.assumed:
        return f"{'restart' if running else 'start'} the service: it asks its teacher who answers; then {either}{back}"
    return f"{'restart the service, then ' if running else ''}{either}{back}"

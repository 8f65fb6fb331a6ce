"""The figures of a smoke run as findings for a person. Pure."""

from collections.abc import Iterator

from daemon.doctor.base import Finding
from daemon.smoke.figures import LabellingFigures, Smoke, TrainingFigures


def of_service(pid: int | None) -> Iterator[Finding]:
    if pid is not None:
        seen = f"the service runs (process {pid}) and shares processor and GPU with this: the figures are low"
        yield Finding(
            check="smoke", level="warning", seen=seen, do="stop the service first for figures of its own speed"
        )


def of_labelling(figures: LabellingFigures) -> Iterator[Finding]:
    where = "chunks of this state" if figures.source == "state" else "chunks of the invented samples"
    seen = (
        f"{figures.teacher} labelled {figures.accepted} of {figures.texts} {where} with {figures.answers} answers in "
        f"{figures.seconds:.3g} s, after {figures.seconds_to_load:.3g} s of loading"
    )
    if figures.accepted == 0:
        why = "; ".join(figures.refused)[:400]
        do = "read what was refused and why, and change [teacher] model, prompt_file or its token budgets"
        yield Finding(check="labelling", level="problem", seen=f"{seen}; refused: {why}", do=do)
        return
    rates = (
        f"{figures.labels_per_s:,.3g} labels/s, {figures.prompt_tokens / figures.seconds:,.0f} prompt and "
        f"{figures.completion_tokens / figures.seconds:,.0f} completion tokens/s"
    )
    yield Finding(check="labelling", level="ok", seen=f"{seen}: {rates}")
    if figures.refused:
        seen = f"{len(figures.refused)} of {figures.texts} ended as dead letters: {'; '.join(figures.refused)[:400]}"
        yield Finding(
            check="labelling", level="warning", seen=seen, do="see whether the reason is the text's or [teacher]'s"
        )


def of_training(figures: TrainingFigures) -> Iterator[Finding]:
    on = f"; no label was accepted, so {figures.examples} stand-in examples were used" if figures.stand_in else ""
    seen = (
        f"{figures.base} trained {figures.steps} steps of {figures.examples} examples in {figures.seconds:.3g} s on "
        f"{figures.device or 'an unknown device'}, after {figures.seconds_to_start:.3g} s of starting: "
        f"{figures.tokens_per_s or 0:,.0f} tokens/s, {figures.seconds_per_step:.3g} s a step{on}"
    )
    yield Finding(check="training", level="ok", seen=seen)


def of_estimate(smoke: Smoke) -> Iterator[Finding]:
    found, parts = smoke.estimate, []
    if found.hours_to_label is not None:
        parts.append(f"at most {_hours(found.hours_to_label)} to label the {found.pending:,} pending texts")
    elif smoke.labelling is not None and (share := smoke.labelling.seconds_per_text):
        parts.append(f"at most {_hours(1000 * share / 3600)} to label each 1,000 texts")
    if found.minutes_per_training is not None:
        parts.append(f"about {_hours(found.minutes_per_training / 60)} for one training")
    if parts:
        assumes = f" (assuming {'; '.join(found.assumes)})" if found.assumes else ""
        yield Finding(check="estimate", level="ok", seen=" and ".join(parts) + assumes)


def _hours(hours: float) -> str:
    if hours >= 1:
        return f"{hours:,.1f} hours"
    return f"{hours * 60:.1f} minutes" if hours * 60 >= 1 else f"{hours * 3600:.0f} seconds"

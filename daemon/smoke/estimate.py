"""From the rates of a smoke run to hours and minutes. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from daemon.smoke.figures import Estimate, LabellingFigures, TrainingFigures
from store.task import TASKS, Objective


@dataclass(frozen=True)
class Work:
    """What lies ahead: texts to label (None: unknown), and what one training takes."""

    pending: int | None
    threshold: int
    epochs: int
    objective: Objective

    @property
    def examples(self) -> int:
        """Of a training from scratch right at the first threshold."""
        return self.threshold * len(TASKS[self.objective]) * self.epochs


def estimate(labelling: LabellingFigures | None, training: TrainingFigures | None, work: Work) -> Estimate:
    minutes = _minutes(training, work)
    assumes = (*_of_labels(labelling), *(_of_training(training, work) if minutes else ()))
    hours = _hours(labelling, work)
    return Estimate(pending=work.pending, hours_to_label=hours, minutes_per_training=minutes, assumes=assumes)


def _hours(labelling: LabellingFigures | None, work: Work) -> float | None:
    """Loading counts once, where there is anything to do."""
    if labelling is None or labelling.seconds_per_text is None or work.pending is None:
        return None
    return (labelling.seconds_to_load + work.pending * labelling.seconds_per_text) / 3600 if work.pending else 0.0


def _minutes(training: TrainingFigures | None, work: Work) -> float | None:
    if training is None or not training.tokens_per_s or not training.examples:
        return None
    tokens = work.examples * training.tokens / training.examples
    return (training.seconds_to_start + tokens / training.tokens_per_s) / 60


def _of_labels(labelling: LabellingFigures | None) -> Iterator[str]:
    if labelling is None or not labelling.accepted:
        return
    yield (
        f"all texts are like these {labelling.texts}, and are asked as few at a time: the service's batches of "
        "many texts on a GPU, or many requests at once to a server, are several times faster, so this is the most that it takes"
    )
    if labelling.source == "samples":
        yield "the texts were invented samples, since this state has no chunks yet"


def _of_training(training: TrainingFigures | None, work: Work) -> Iterator[str]:
    yield (
        f"a training from scratch on {work.threshold:,} triplets, {work.epochs} epochs, {work.examples:,} examples in "
        "all, at the pace of the first steps; scoring comes on top, and later trainings take new triplets and as many old ones"
    )
    if training is not None and training.stand_in:
        yield "answers as long as the stand-ins that were trained on"

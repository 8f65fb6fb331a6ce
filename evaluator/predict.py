"""The students' answers: one base in memory, its adapters switched by name. Heavy: imports torch, transformers and peft."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from peft import PeftModel
from transformers import GenerationConfig, PreTrainedModel

from evaluator.adapters import Contestants
from evaluator.errors import CannotScore
from evaluator.generate import Decoding, generate
from evaluator.outputs import Output, SystemOutputs
from evaluator.spec import EvalProgress, EvalSpec, StudentSystem
from store.snapshot import TripletRow
from store.task import TASKS, Task
from trainer.hardware import dtype_of, probe
from trainer.model import fingerprint, load_base, load_tokenizer
from trainer.rows import MIN_TEXT_TOKENS
from trainer.run import AdapterCard
from trainer.spec import Quantization
from trainer.template import Template, plain_ids, template_of

Tell = Callable[[EvalProgress], None]


@dataclass(frozen=True)
class Students:
    """A base with every scored adapter loaded, in evaluation mode."""

    model: Any
    tokenizer: Any
    who: Contestants

    def systems(self) -> list[tuple[StudentSystem, AdapterCard]]:
        """Each with the card that says how it is asked: the base is asked as the challenger is."""
        champion: list[tuple[StudentSystem, AdapterCard]] = (
            [("champion", self.who.champion)] if self.who.champion else []
        )
        return [("base", self.who.challenger), *champion, ("challenger", self.who.challenger)]

    def as_system(self, system: StudentSystem) -> AbstractContextManager[None]:
        """While inside, the model is that student."""
        if system == "base":
            return self.model.disable_adapter()  # type: ignore[no-any-return]
        self.model.set_adapter(system)
        return nullcontext()


@dataclass(frozen=True)
class Prompts:
    """Token ids a text, in the texts' order; `cut` where a text lost its end."""

    ids: tuple[tuple[int, ...], ...]
    cut: tuple[bool, ...]
    stop_ids: tuple[int, ...]

    @property
    def trimmed(self) -> int:
        return sum(self.cut)


class Limits(Protocol):
    """Tokens of an answer, its end included."""

    @property
    def max_new_tokens_summary(self) -> int: ...
    @property
    def max_new_tokens_rationale(self) -> int: ...


@dataclass(frozen=True)
class Said:
    """A student's output for one text. `trimmed`: the text did not fit whole."""

    raw: str
    tokens: int
    hit_limit: bool
    trimmed: bool


def predict(spec: EvalSpec, who: Contestants, rows: Sequence[TripletRow], *, tell: Tell) -> list[SystemOutputs]:
    """Base, champion if there is one, challenger; see `evaluate.Predict`. Raises CannotScore and TrainingProblem."""
    torch.set_num_threads(spec.threads)
    students = load_students(spec, who)
    systems = students.systems()
    total = len(rows) * sum(len(TASKS[card.spec.objective]) for _, card in systems)
    counter = _Counter(tell, total)
    return [_ask(students, system, card, rows, spec=spec, counter=counter) for system, card in systems]


def load_students(spec: EvalSpec, who: Contestants) -> Students:
    tokenizer = load_tokenizer(spec.base, spec.base_revision)
    base = load_student_base(
        spec.base, spec.base_revision, quantization=spec.quantization, expected=who.base_fingerprint
    )
    model = PeftModel.from_pretrained(base, str(spec.challenger.folder), adapter_name="challenger")
    if spec.champion:
        model.load_adapter(str(spec.champion.folder), adapter_name="champion")
    model.eval()
    return Students(model, tokenizer, who)


def load_student_base(
    base: str, revision: str | None, *, quantization: Quantization, expected: str | None
) -> PreTrainedModel:
    """With nothing left that decides how it answers but us. `expected`: the fingerprint that its adapters were trained on.

    Raises CannotScore for other weights, and TrainingProblem where they cannot be loaded.
    """
    model = load_base(base, revision, quantization=quantization, dtype=dtype_of(probe()))
    if expected is not None and (found := fingerprint(base, model)) != expected:
        raise CannotScore(
            "different_base",
            f"base {base!r} is now {found}, and the adapters were trained on {expected}: put the old weights back, or "
            "train from scratch",
        )
    # generate() fills what we leave unset from here: a base's own penalties or forced tokens would change a score.
    model.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    return model


def say(
    model: Any,
    tokenizer: Any,
    task: Task,
    texts: Sequence[str],
    *,
    max_tokens: int,
    limits: Limits,
    batch_size: int,
    tell: Callable[[int], None],
) -> list[Said]:
    """What the model, in evaluation mode, says to each text. `tell` gets the number of answers that were finished.

    `max_tokens`: of prompt and answer, as the student was trained. Raises CannotScore when they leave no room.
    """
    limit = new_tokens(task, limits)
    prompts = prompts_of(tokenizer, task, texts, max_tokens=max_tokens, max_new_tokens=limit)
    how = Decoding(prompts.stop_ids, _pad_id(tokenizer), limit, batch_size)
    generated = generate(model, prompts.ids, how, tell=tell)
    raws = tokenizer.batch_decode([list(one.ids) for one in generated], skip_special_tokens=True)
    return [
        Said(raw, tokens=len(one.ids), hit_limit=one.hit_limit, trimmed=cut)
        for raw, one, cut in zip(raws, generated, prompts.cut, strict=True)
    ]


def prompts_of(tokenizer: Any, task: Task, texts: Sequence[str], *, max_tokens: int, max_new_tokens: int) -> Prompts:
    """As in training: the text as plain tokens inside the template, its end cut so that the answer fits `max_tokens`."""
    template = template_of(tokenizer, task)
    room = _room(template, task, max_tokens=max_tokens, max_new_tokens=max_new_tokens)
    plain = plain_ids(tokenizer, texts)
    return Prompts(
        ids=tuple(tuple(template.prompt(text[:room])) for text in plain),
        cut=tuple(len(text) > room for text in plain),
        stop_ids=tuple(sorted({*template.ending, int(tokenizer.eos_token_id)})),
    )


def new_tokens(task: Task, limits: Limits) -> int:
    summary, rationale = limits.max_new_tokens_summary, limits.max_new_tokens_rationale
    return {"summary": summary, "rationale": rationale, "joint": summary + rationale}[task]


def _room(template: Template, task: Task, *, max_tokens: int, max_new_tokens: int) -> int:
    room = max_tokens - template.size - max_new_tokens
    if room < MIN_TEXT_TOKENS:
        raise CannotScore(
            "no_room",
            f"the student was trained on {max_tokens} tokens; the {task} prompt takes {template.size} and its answer up "
            f"to {max_new_tokens}, which leaves {room} for the text: lower max_new_tokens or raise max_tokens",
        )
    return room


def _ask(
    students: Students,
    system: StudentSystem,
    card: AdapterCard,
    rows: Sequence[TripletRow],
    *,
    spec: EvalSpec,
    counter: "_Counter",
) -> SystemOutputs:
    began, trimmed = time.monotonic(), 0
    outputs: list[Output] = []
    for task in TASKS[card.spec.objective]:
        with students.as_system(system):
            said = say(
                students.model,
                students.tokenizer,
                task,
                [row.text for row in rows],
                max_tokens=card.spec.max_tokens,
                limits=spec,
                batch_size=spec.batch_size,
                tell=lambda answers: counter.add(answers, system),
            )
        outputs += _outputs(task, rows, said)
        trimmed += sum(one.trimmed for one in said)
    return SystemOutputs(system, tuple(outputs), trimmed, time.monotonic() - began)


def _outputs(task: Task, rows: Sequence[TripletRow], said: Sequence[Said]) -> list[Output]:
    return [
        Output(row.text_id, task, raw=one.raw, tokens=one.tokens, hit_limit=one.hit_limit)
        for row, one in zip(rows, said, strict=True)
    ]


def _pad_id(tokenizer: Any) -> int:
    """Masked where it stands left of a prompt, and cut off behind a stop: any id does where a base names none."""
    return int(tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id)


class _Counter:
    """Answers so far over all students and tasks."""

    def __init__(self, tell: Tell, total: int) -> None:
        self._tell, self._done, self._total = tell, 0, total

    def add(self, answers: int, system: StudentSystem) -> None:
        self._done += answers
        self._tell(EvalProgress(phase="predicting", done=self._done, total=self._total, system=system))

"""What the pair takes of the GPU's memory, and whether it is there. Everything is computed from the models' shapes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from daemon.doctor.base import Finding, Patient
from daemon.settings import Settings
from daemon.teachers.local.settings import LocalSettings
from trainer.hardware import RUNTIME, Advice, Hardware, advise, dtype_of, usable
from trainer.shapes import shape_of
from trainer.spec import SEEDLING, Quantization

_WORDS: Final = {"nf4": "in 4 bits (NF4)", "none": "unquantised"}


@dataclass(frozen=True)
class _Teacher:
    """Bytes. `answers`: keys and values of a whole batch, which is halved where it does not fit."""

    settings: LocalSettings
    weights: float
    answers: float

    @property
    def least(self) -> float:
        return self.weights + RUNTIME

    @property
    def alone(self) -> float:
        return self.weights + self.answers + RUNTIME


@dataclass(frozen=True)
class _Student:
    """Bytes: `least` with one example at a time, `whole` with as many as are trained at once."""

    base: str
    least: float
    whole: float
    batch_size: int


def gpu(patient: Patient) -> Iterator[Finding]:
    machine = patient.machine.look(patient.machine.environment)
    if machine.gpu is None:
        memory = "" if machine.memory is None else f" and {_gb(machine.memory)} of memory"
        yield Finding(check="gpu", level="ok", seen=f"no NVIDIA GPU is here; the machine has {machine.device}{memory}")
    elif machine.memory is None:
        seen = f"{machine.gpu}: how much memory it has is unknown, since NVIDIA's library (NVML) does not say"
        yield Finding(
            check="gpu", level="warning", seen=seen, do="see what `nvidia-smi` says; the driver may be broken"
        )
    else:
        bf16 = "" if machine.bf16 else "; it does not compute in bfloat16, so float32 is used: twice the memory"
        yield Finding(check="gpu", level="ok", seen=f"{machine.gpu} with {_gb(machine.memory)}{bf16}")


def memory(patient: Patient) -> Iterator[Finding]:
    """Nothing where there is nothing to choose: for toys, and for a teacher that has no GPU, which another check says."""
    settings, machine = patient.settings, patient.machine.look(patient.machine.environment)
    if machine.memory is None:
        if machine.gpu is not None and isinstance(settings.teacher, LocalSettings):
            yield _unknown(settings.teacher.on(machine))
        return
    room = usable(machine, machine.memory)
    teacher = _teacher(settings, machine)
    if teacher is not None:
        yield _alone(teacher, room)
    if settings.student.base != SEEDLING:
        yield from _beside(teacher, room, settings, machine)


def _beside(teacher: _Teacher | None, room: float, settings: Settings, machine: Hardware) -> Iterator[Finding]:
    if teacher is None or teacher.settings.gpu == "exclusive":
        yield _training(_student(settings, machine, reserved=0), room, machine)
    elif teacher.least <= room:  # else another teacher comes first
        student = _student(settings, machine, reserved=int(teacher.alone))
        yield _together(student, teacher, room) if student.least <= room else _training(student, room, machine)


def _teacher(settings: Settings, machine: Hardware) -> _Teacher | None:
    """None for one that takes nothing of a GPU here."""
    teacher = settings.teacher.on(machine)
    if not isinstance(teacher, LocalSettings) or teacher.device == "cpu" or machine.gpu is None:
        return None
    return _Teacher(teacher, teacher.weight_bytes(machine), teacher.answer_bytes(machine))


def _student(settings: Settings, machine: Hardware, *, reserved: int) -> _Student:
    student, trainer = settings.student, settings.trainer
    dtype, shape = dtype_of(machine), shape_of(student.base)
    advice: Advice = advise(
        machine, shape, quantization=student.quantization, max_tokens=trainer.max_tokens, reserved=reserved
    )
    batch_size = trainer.batch_size or advice.batch_size
    fixed = shape.weights(student.quantization, dtype) + RUNTIME
    example = shape.kept_per_token(dtype) * trainer.max_tokens
    return _Student(student.base, fixed + example * (trainer.batch_size or 1), fixed + example * batch_size, batch_size)


def _alone(teacher: _Teacher, room: float) -> Finding:
    model, precision = teacher.settings.model.rsplit("/", 1)[-1], _WORDS[_kept(teacher.settings)]
    parts = f"{_gb(teacher.weights)} of weights, {_gb(teacher.answers)} for a batch, {_gb(RUNTIME)} for the libraries"
    seen = f"{model} {precision} takes {_gb(teacher.alone)} of the usable {_gb(room)} (computed: {parts})"
    if teacher.alone <= room:
        return Finding(check="memory", level="ok", seen=seen)
    smaller = '[teacher] quantization = "nf4", or ' if _kept(teacher.settings) == "none" else ""
    tokens = int(teacher.settings.batch_tokens * (room - teacher.least) / teacher.answers) // 1024 * 1024
    if tokens > 0:
        do = f"{smaller}[teacher] batch_tokens = {tokens}; else batches are halved until they fit"
        return Finding(check="memory", level="warning", seen=seen, do=do)
    return Finding(check="memory", level="problem", seen=seen, do=f"{smaller}a smaller model, or a larger GPU")


def _together(student: _Student, teacher: _Teacher, room: float) -> Finding:
    if student.least + teacher.alone <= room:
        both = f"{_gb(student.whole + teacher.alone)} of the usable {_gb(room)} (computed)"
        seen = f"{_trains(student)} beside the teacher: {both}"
        return Finding(check="memory", level="ok", seen=seen)
    both = f"{_gb(student.least)} and the teacher's {_gb(teacher.alone)}"
    seen = f"{_trains(student)}: {both} do not fit into the usable {_gb(room)} together (computed)"
    do = '[teacher] gpu = "exclusive", so that the teacher leaves for each training; or a smaller batch_tokens'
    return Finding(check="memory", level="warning", seen=seen, do=do)


def _training(student: _Student, room: float, machine: Hardware) -> Finding:
    where = "the usable" if machine.gpu else "half of the machine's memory,"
    seen = f"{_trains(student)}: {_gb(student.whole)} of {where} {_gb(room)} (computed)"
    if student.least <= room:
        return Finding(check="memory", level="ok", seen=seen)
    do = '[student] quantization = "nf4", a smaller base, or a smaller [trainer] max_tokens or batch_size'
    return Finding(check="memory", level="problem" if machine.gpu else "warning", seen=seen, do=do)


def _unknown(teacher: LocalSettings) -> Finding:
    seen = (
        f"whether {teacher.model} fits is unknown: it is loaded {_WORDS[_kept(teacher)]}, and the student is trained with "
        "one example at a time"
    )
    return Finding(check="memory", level="warning", seen=seen, do="finsdistill doctor --smoke tries it")


def _kept(teacher: LocalSettings) -> Quantization:
    return "nf4" if teacher.quantization == "nf4" else "none"


def _trains(student: _Student) -> str:
    examples = "1 example" if student.batch_size == 1 else f"{student.batch_size} examples"
    return f"{student.base.rsplit('/', 1)[-1]} trains with {examples} at a time"


def _gb(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"

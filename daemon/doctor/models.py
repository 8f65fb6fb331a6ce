"""Whether the pair can run here, whether it is a toy, and what its licence says."""

from collections.abc import Iterator
from typing import Final

from daemon.doctor.base import Finding, Level, Patient
from daemon.licence import notice_of
from daemon.preconditions import check_machine
from daemon.settings import ConfigProblem
from daemon.teachers import TeacherSettings
from daemon.teachers.local.settings import LocalSettings
from trainer.hardware import Hardware, gpu_present, look
from trainer.spec import SEEDLING

_TOY: Final = "tries the loop, and its text is no training data for anything else"


def teacher(patient: Patient) -> Iterator[Finding]:
    """Nothing falls back: a local teacher without a GPU does not start."""
    settings = patient.settings.teacher
    recipe = settings.recipe()
    if recipe.toy:
        seen = f'[teacher] kind = "{settings.kind}" is a toy: it {_TOY}'
        yield Finding(check="teacher", level="warning", seen=seen, do='[teacher] kind = "local" for real labels')
        return
    try:
        check_machine(patient.settings)
    except ConfigProblem as error:
        seen, _, do = str(error).partition(": ")
        yield Finding(check="teacher", level="problem", seen=seen, do=do)
    else:
        yield _runs(settings, recipe.model, look())


def _runs(teacher: TeacherSettings, model: str, machine: Hardware) -> Finding:
    """Where it runs, and as what it is loaded."""
    if not isinstance(teacher, LocalSettings):
        return Finding(check="teacher", level="ok", seen=f"{model} ({teacher.kind}); no GPU is needed for it")
    settled = teacher.on(machine).quantization
    kept = {"nf4": "in 4 bits (NF4)", "none": "unquantised"}.get(settled, "as it is")
    became = f', since quantization = "auto" is "{settled}" here' if teacher.quantization == "auto" else ""
    if teacher.device == "cpu":
        seen = f"{model} (local) runs on the CPU, {kept}{became}: for models of toy size"
        return Finding(check="teacher", level="warning", seen=seen, do='[teacher] device = "cuda" for any other')
    seen = f"{model} (local) runs on {machine.gpu or 'the GPU'}, {kept}{became}"
    return Finding(check="teacher", level="ok", seen=seen)


def student(patient: Patient) -> Iterator[Finding]:
    base = patient.settings.student.base
    if base == SEEDLING:
        seen = f'[student] base = "{SEEDLING}" is a toy: it {_TOY}'
        yield Finding(
            check="student", level="warning", seen=seen, do="[student] base = a model of the hub, for real use"
        )
    elif gpu_present():
        yield Finding(check="student", level="ok", seen=f"{base} trains on the GPU")
    else:
        seen = f"{base} would train without a GPU: hours for what takes a GPU minutes"
        yield Finding(check="student", level="warning", seen=seen, do="run on a machine with an NVIDIA GPU")


def licence(patient: Patient) -> Iterator[Finding]:
    notice = notice_of(patient.settings.teacher.recipe(), patient.settings.student.base)
    if notice is not None:
        level: Level = "ok" if notice.verdict == "allowed" else "warning"
        yield Finding(check="licence", level=level, seen=notice.sentence, do=notice.do)

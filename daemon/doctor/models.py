"""Whether the pair can run here, whether it is a toy, and what its licence says."""

from collections.abc import Iterator
from typing import Final

from daemon.doctor.base import Finding, Level, Patient
from daemon.licence import notice_of
from daemon.preconditions import check_machine
from daemon.settings import ConfigProblem
from daemon.teachers.local.settings import LocalSettings
from trainer.hardware import gpu_present
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
        where = "an NVIDIA GPU is here" if isinstance(settings, LocalSettings) else "no GPU is needed for it"
        yield Finding(check="teacher", level="ok", seen=f"{recipe.model} ({settings.kind}); {where}")


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

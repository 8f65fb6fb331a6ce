"""What must hold before a service starts: nothing ever falls back to something simpler."""

from typing import Final

from daemon.edgar.hosts import on_this_machine
from daemon.purpose import Purpose
from daemon.settings import ConfigProblem, Settings
from daemon.teachers.local.settings import LocalSettings
from trainer.hardware import gpu_present

NO_GPU: Final = (
    "no NVIDIA GPU is here for the local teacher {model}: run on a machine that has one, or let a server label "
    '([teacher] kind = "openai", base_urls = ["http://…/v1"]), or try the loop with the embedded toys '
    '([teacher] kind = "extractive", [student] base = "seedling")'
)
NOT_HERE: Final = (
    "a demo's log takes nothing from {host}: the demo serves its own samples on this machine; for real filings use "
    "`finsdistill run` with another service.state_dir"
)


def check_machine(settings: Settings) -> None:
    """Raises ConfigProblem where the configured teacher cannot run here: nothing ever falls back to a simpler one."""
    teacher = settings.teacher
    if isinstance(teacher, LocalSettings) and teacher.device == "cuda" and not gpu_present():
        raise ConfigProblem(NO_GPU.format(model=teacher.model))


def check_hosts(settings: Settings, purpose: Purpose) -> None:
    """Raises ConfigProblem: a demo's log refuses sec.gov."""
    for host in (settings.edgar.data_url, settings.edgar.www_url):
        if purpose == "demo" and not on_this_machine(host):
            raise ConfigProblem(NOT_HERE.format(host=host))

"""The teachers. A new one is a file here and a member of this union: configuration, validation and construction follow."""

from typing import Annotated, Final, get_args

from pydantic import Field, TypeAdapter

from daemon.teachers.base import CommonSettings
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.local.settings import LocalSettings

TeacherSettings = Annotated[ExtractiveSettings | LocalSettings, Field(discriminator="kind")]
TEACHERS: Final[tuple[type[CommonSettings], ...]] = get_args(get_args(TeacherSettings)[0])
SETTINGS: Final[TypeAdapter[TeacherSettings]] = TypeAdapter(TeacherSettings)

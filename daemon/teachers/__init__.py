"""The teachers. A new one is a file here and a line in this union: configuration, validation and construction follow."""

from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.local import LocalSettings

TEACHERS: Final = (ExtractiveSettings, LocalSettings)
TeacherSettings = Annotated[ExtractiveSettings | LocalSettings, Field(discriminator="kind")]
SETTINGS: Final[TypeAdapter[ExtractiveSettings | LocalSettings]] = TypeAdapter(TeacherSettings)

__all__ = ["SETTINGS", "TEACHERS", "ExtractiveSettings", "LocalSettings", "TeacherSettings"]

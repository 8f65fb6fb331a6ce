"""The teachers. A new one is a file here and a member of this union: configuration, validation and construction follow."""

from typing import Annotated, Final, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from daemon.teachers.base import CommonSettings
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.local.settings import LocalSettings
from daemon.teachers.openai.settings import OpenAISettings
from daemon.teachers.recipe import Recipe

TeacherSettings = Annotated[ExtractiveSettings | LocalSettings | OpenAISettings, Field(discriminator="kind")]
TEACHERS: Final[tuple[type[CommonSettings], ...]] = get_args(get_args(TeacherSettings)[0])
SETTINGS: Final[TypeAdapter[TeacherSettings]] = TypeAdapter(
    TeacherSettings,
    config=ConfigDict(hide_input_in_errors=True),  # somebody may have put a password into a URL
)


class Opening(BaseModel):
    """The first line a worker gets: the settings, and the recipe as it was declared (its prompt file may have changed)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    settings: TeacherSettings
    recipe: Recipe

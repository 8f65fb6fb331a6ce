"""Options that every command shares."""

import os
from pathlib import Path
from typing import Annotated

import typer

from daemon.settings import Settings, find_config, load_settings

Config = Annotated[
    Path | None,
    typer.Option("--config", help="config.toml; else $FINSDISTILL_CONFIG, ./config.toml, /etc/finsdistill/config.toml"),
]


def settings_of(config: Path | None) -> Settings:
    return load_settings(find_config(config, os.environ))

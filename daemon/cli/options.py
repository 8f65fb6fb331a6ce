"""Options that every command shares."""

import os
from pathlib import Path
from typing import Annotated

import typer

from daemon.as_of import Wanted, wanted_of
from daemon.settings import Settings, find_config, load_settings

Config = Annotated[
    Path | None,
    typer.Option("--config", help="config.toml; else $FINSDISTILL_CONFIG, ./config.toml, /etc/finsdistill/config.toml"),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="SEQ|TIME",
        help="as it was: after this event, or at this time (UTC unless it has an offset; a date is its first moment)",
    ),
]


def position_asked(as_of: str | None) -> Wanted | None:
    """What `--as-of` says. Raises BadParameter."""
    try:
        return None if as_of is None else wanted_of(as_of)
    except ValueError as cause:
        raise typer.BadParameter(str(cause), param_hint="--as-of") from cause


def settings_of(config: Path | None) -> Settings:
    return load_settings(find_config(config, os.environ))

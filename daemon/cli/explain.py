"""finsdistill explain ID"""

import sys
from typing import Annotated

import typer

from daemon.cli.options import Config, settings_of
from daemon.terminal import screen

_HELP = "of a triplet, text, chunk, recipe, filing, snapshot or adapter, or its start"


def register(app: typer.Typer) -> None:
    app.command("explain")(explain)


def explain(wanted: Annotated[str, typer.Argument(metavar="ID", help=_HELP)], config: Config = None) -> None:
    """Tell the whole story of one thing: where it came from and what came of it."""
    from daemon.query import published  # noqa: PLC0415 - DuckDB's import is a quarter of what `status` may take
    from daemon.stories import story  # noqa: PLC0415

    with published(settings_of(config).service.state_dir) as connection:
        sys.stdout.write(screen(story(connection, wanted)))

"""finsdistill rechunk"""

import sys
from typing import Annotated

import typer

from daemon.cli.asking import ask
from daemon.cli.options import Config, settings_of
from daemon.terminal import printable

_NAMES = "filings to read again; else all that another parser read"


def register(app: typer.Typer) -> None:
    app.command("rechunk")(rechunk)


def rechunk(
    accessions: Annotated[list[str] | None, typer.Argument(metavar="ACCESSION...", help=_NAMES)] = None,
    plan: Annotated[bool, typer.Option("--plan", help="only say what would be read again")] = False,
    config: Config = None,
) -> None:
    """Read filings again with the parser and the [chunk] settings as they are now; what is found again keeps its label."""
    from daemon.chunking import parser_id  # noqa: PLC0415 - the parser's imports, and DuckDB's with the next two
    from daemon.filing import ChunkOptions  # noqa: PLC0415
    from daemon.older import command_of, lines, read_older  # noqa: PLC0415
    from daemon.query import published  # noqa: PLC0415

    settings = settings_of(config)
    parser = parser_id(ChunkOptions(**settings.chunk.model_dump()))
    with published(settings.service.state_dir) as connection:
        older = read_older(connection, parser)
        command = command_of(connection, older, accessions or [])
    if plan or command is None:
        sys.stdout.write(printable("\n".join(lines(older, command))) + "\n")
        return
    count = len(command.accessions) or older.count
    ask(
        settings.service.state_dir,
        command,
        what=f"{count:,} filing{'' if count == 1 else 's'}",
        later="read again",
        done="all of them are read again",
        waits="the service reads them one at a time, after what is new, and goes on when it is started again; "
        "`finsdistill status` shows how many are left",
    )

"""The command. One file a group of commands, each a few lines over the library; one place prints errors and exits."""

import os
import sys
import traceback
from typing import Final, NoReturn

import typer

from daemon.cli import (
    backfill,
    backup,
    demo,
    doctor,
    explain,
    export,
    init,
    labels,
    predict,
    rebuild,
    rechunk,
    recipes,
    run,
    service,
    sql,
    status,
    students,
    verify,
    watch,
)
from daemon.disk import as_state_problem
from daemon.terminal import printable
from store.errors import FinsdistillError, StateUnusable

_BUG: Final = 70  # EX_SOFTWARE of sysexits.h

app = typer.Typer(
    help="Turns SEC 10-K filings into an ever-growing dataset of triplets and keeps a small student trained on it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (
    run,
    demo,
    status,
    sql,
    init,
    doctor,
    watch,
    backfill,
    labels,
    recipes,
    students,
    predict,
    explain,
    export,
    rechunk,
    rebuild,
    verify,
    backup,
    service,
):
    group.register(app)


def main() -> None:
    """Exit codes: 0 done, 1 an error a person can act on, 2 usage, 3 the state cannot be used, 70 a bug of ours."""
    try:
        app()
    except FinsdistillError as error:
        _end(error)
    except BrokenPipeError:
        # The reader (`| head`) has gone; what is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last place: what nobody foresaw is shown whole and ends with a code of its own
        if isinstance(error, OSError) and (problem := as_state_problem(error)) is not None:
            _end(problem)
        traceback.print_exc()
        sys.exit(_BUG)  # not 1, which systemd takes for a configuration that a restart would not mend


def _end(error: FinsdistillError) -> NoReturn:
    print(f"finsdistill: {printable(str(error))}", file=sys.stderr, flush=True)  # noqa: T201
    if error.exit_code == StateUnusable.exit_code:
        # A database whose disk failed cannot be closed, and DuckDB's own complaints at exit would bury the sentence.
        sys.stdout.flush()
        os._exit(error.exit_code)
    sys.exit(error.exit_code)

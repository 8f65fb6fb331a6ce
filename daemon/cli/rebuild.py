"""finsdistill rebuild [--verify]"""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from daemon.cli.options import Config, settings_of
from store.errors import StateUnusable


def register(app: typer.Typer) -> None:
    app.command("rebuild")(rebuild)


def rebuild(
    config: Config = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="change nothing: prove by hash that nothing would change")
    ] = False,
) -> None:
    """Rebuild the projections from the log, or prove that they equal their rebuild. The service must be stopped."""
    from daemon.app import open_state  # noqa: PLC0415 - only this command needs the log itself
    from store import rebuild as rebuilding  # noqa: PLC0415
    from store.whole import check_log  # noqa: PLC0415

    settings = settings_of(config)
    check_log(settings.service.state_dir)
    lock, log = open_state(settings, None)
    try:
        if verify:
            proofs = rebuilding.verify(log, _progress(log.head.seq))
            wrong = [proof.table for proof in proofs if not proof.agrees]
            for proof in proofs:
                sys.stdout.write(f"{'equal' if proof.agrees else 'WRONG':<6} {proof.table:<16} {proof.rows:>9,} rows\n")
            if wrong:
                raise StateUnusable(f"{', '.join(wrong)} differ from the log: mend them with `finsdistill rebuild`")
            sys.stdout.write(f"{log.head.seq:,} events: the chain holds, and every projection equals its rebuild\n")
            sys.stdout.write(f"not compared, since no event tells them: {rebuilding.DECLARED}\n")
        else:
            rebuilding.rebuild(log, _progress(log.head.seq))
            sys.stdout.write(f"rebuilt from {log.head.seq:,} events\n")
    finally:
        log.close()
        lock.release()


def _progress(total: int) -> Callable[[int], None]:
    def show(seq: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{seq:,} of {total:,} events\x1b[K" + ("\n" if seq == total else ""))

    return show

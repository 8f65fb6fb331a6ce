"""finsdistill run [--once]"""

import os
import sys
import threading
from typing import Annotated

import typer

from daemon.cli.options import Config, settings_of
from daemon.origin import check_origin


def register(app: typer.Typer) -> None:
    app.command("run")(run)


def run(
    config: Config = None,
    once: Annotated[bool, typer.Option("--once", help="poll once, work until nothing is pending, then exit")] = False,
) -> None:
    """Run the service: watch EDGAR and the inbox, label, train and score."""
    check_origin()  # before anything of ours that could be somebody else's is run
    from daemon.app import build  # noqa: PLC0415 - half a second that `status` need not wait for
    from daemon.cli.progress import Bars  # noqa: PLC0415
    from daemon.credentials import secret  # noqa: PLC0415
    from daemon.logs import set_up_logs  # noqa: PLC0415
    from daemon.notify import Notifier  # noqa: PLC0415
    from daemon.service import Outside, run_once, run_service  # noqa: PLC0415
    from daemon.signals import reload_on_signal, stop_on_signals  # noqa: PLC0415

    settings = settings_of(config)
    if token := secret("HF_TOKEN", os.environ):
        os.environ["HF_TOKEN"] = token  # where the libraries of the children look for it
    set_up_logs(settings.service.log_level, settings.service.log_format)
    stop, reload = threading.Event(), threading.Event()
    with stop_on_signals(stop), reload_on_signal(reload):
        service = build(settings, stop, label_while_training=not once)
        try:
            with Bars(service.activity, shown=sys.stderr.isatty()) as bars:
                if once:
                    run_once(service, show=bars.refresh)
                else:
                    outside = Outside(bars.refresh, Notifier(os.environ), reload, lambda: settings_of(config))
                    run_service(service, outside)
        finally:
            service.close()

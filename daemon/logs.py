"""Log lines are events too: one name, then values. Set up once, by the command."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from daemon.terminal import printable


def _clean(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {key: printable(value) if isinstance(value, str) else value for key, value in event.items()}


def set_up_logs(level: str, style: Literal["console", "json"]) -> None:
    """To stderr, so that a command's own output stays clean."""
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _clean,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        # Looked up anew for each line: progress bars put a stderr of their own in place while they are shown.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # A late tick is coalesced, which is what we asked for and no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)

"""systemd's notify protocol (sd_notify(3)): one datagram of NAME=value lines a message."""

import os
import socket
import time
from collections.abc import Mapping
from typing import Final

import structlog

from daemon.terminal import printable

_LONGEST_STATUS: Final = 500  # characters; systemctl shows one line of it
_TIMEOUT_S: Final = 2.0  # a manager that does not read must not hold the service up


class Notifier:
    """systemd's notify socket. Every method does nothing where $NOTIFY_SOCKET is not set.

    A message that cannot be sent is a warning, once until the next one arrives: the work goes on, and systemd's own
    watchdog decides whether it wants to wait for a service that it no longer hears.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` carries $NOTIFY_SOCKET (a path, or @name for an abstract socket), $WATCHDOG_USEC and $WATCHDOG_PID."""
        named = os.fsencode(environment.get("NOTIFY_SOCKET", ""))
        # An abstract socket's address begins with a zero byte, which an environment cannot hold: systemd writes @.
        self._address = b"\0" + named[1:] if named.startswith(b"@") else named
        self._silent = False
        self.watchdog_every_s = _watchdog_every_s(environment) if named else None

    def ready(self, status: str) -> None:
        """The service is up, or its reload is over."""
        self._send("READY=1", _status(status))

    def status(self, text: str) -> None:
        self._send(_status(text))

    def alive(self) -> None:
        """To be sent every `watchdog_every_s` by the loop that would notice if the service no longer worked."""
        self._send("WATCHDOG=1")

    def reloading(self) -> None:
        """A reload began; `ready` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.settimeout(_TIMEOUT_S)
                sender.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)
        except OSError as error:
            if not self._silent:
                structlog.get_logger().warning("systemd_not_told", socket=repr(self._address[:100]), error=str(error))
            self._silent = True
        else:
            self._silent = False


def _status(text: str) -> str:
    """One line whatever `text` holds, so that nothing in it can be a message of its own."""
    return f"STATUS={printable(' '.join(text.split()))[:_LONGEST_STATUS]}"


def _watchdog_every_s(environment: Mapping[str, str]) -> float | None:
    """Half of what systemd waits, in seconds; None where it does not wait for this process."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    given = environment.get("WATCHDOG_USEC", "")
    if given and not (given.isascii() and given.isdigit()):
        structlog.get_logger().warning("watchdog_not_understood", watchdog_usec=given[:100])
        return None
    return int(given) / 2e6 if given and int(given) else None

import os
import socket
import time
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from daemon.notify import Notifier


@contextmanager
def systemd(address):
    """The manager's end of the socket; `address` as the kernel takes it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(2)
        yield lambda: manager.recv(4096).decode()


@pytest.fixture(params=["path", "abstract"])
def pair(request, tmp_path):
    """A notifier and what its manager hears."""
    name = f"finsdistill-{os.getpid()}-{tmp_path.name}"
    address, told = {"path": (str(tmp_path / "n"),) * 2, "abstract": (f"\0{name}", f"@{name}")}[request.param]
    with systemd(address) as heard:
        yield Notifier({"NOTIFY_SOCKET": told}), heard


@pytest.mark.parametrize(
    ("say", "message"),
    [
        (lambda n: n.ready("watching 3 companies"), "READY=1\nSTATUS=watching 3 companies"),
        (lambda n: n.status("labelling 7/12"), "STATUS=labelling 7/12"),
        (lambda n: n.alive(), "WATCHDOG=1"),
        (lambda n: n.stopping(), "STOPPING=1"),
    ],
)
def test_each_message_arrives_as_sd_notify_defines_it(pair, say, message):
    notifier, heard = pair
    say(notifier)
    assert heard() == message


def test_a_reload_carries_the_clock_systemd_compares_with(pair):
    notifier, heard = pair
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notifier.reloading()
    first, second = heard().split("\n")
    assert first == "RELOADING=1"
    name, _, usec = second.partition("=")
    assert name == "MONOTONIC_USEC"
    assert before <= int(usec) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


@given(text=st.text())
def test_no_status_can_hold_a_second_message(tmp_path_factory, text):
    path = str(tmp_path_factory.mktemp("n") / "s")
    with systemd(path) as heard:
        Notifier({"NOTIFY_SOCKET": path}).status(f"{text}\nREADY=1\r\x1b[2J\x00MAINPID=1")
        message = heard()
    assert message.startswith("STATUS=")
    assert not set(message) & set("\n\r\x00\x1b")


def test_a_socket_that_vanished_is_one_warning_until_it_is_back(tmp_path):
    path = str(tmp_path / "n")
    notifier = Notifier({"NOTIFY_SOCKET": path})
    with capture_logs() as logs:
        notifier.alive()
        notifier.alive()
        with systemd(path) as heard:
            notifier.alive()
            assert heard() == "WATCHDOG=1"
        notifier.alive()
    assert [(line["event"], line["log_level"]) for line in logs] == [("systemd_not_told", "warning")] * 2


@pytest.mark.parametrize("address", ["vsock:2:1234", "/" + "x" * 200, "/x\udcff"])
def test_an_address_that_is_none_stops_nothing(address):
    with capture_logs() as logs:
        Notifier({"NOTIFY_SOCKET": address}).ready("up")
    assert [line["event"] for line in logs] == ["systemd_not_told"]


def test_without_a_socket_nothing_is_said_and_nothing_is_waited_for():
    notifier = Notifier({"WATCHDOG_USEC": "120000000"})
    with capture_logs() as logs:
        notifier.ready("up")
        notifier.alive()
    assert (logs, notifier.watchdog_every_s) == ([], None)


@pytest.mark.parametrize(
    ("watchdog", "every_s"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "120000000"}, 60.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": str(os.getpid())}, 60.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "1"}, None),  # meant for our parent
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_fed_twice_as_often_as_systemd_asks(watchdog, every_s):
    assert Notifier({"NOTIFY_SOCKET": "/run/n"} | watchdog).watchdog_every_s == every_s

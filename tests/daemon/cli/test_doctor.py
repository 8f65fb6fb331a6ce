import json
import threading
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer import Typer
from typer.testing import CliRunner

from daemon.cli import doctor
from daemon.cli.doctor import lines
from daemon.doctor.base import Finding, Report

AT = datetime(2026, 11, 22)
TOYS = '[teacher]\nkind = "extractive"\n[student]\nbase = "seedling"\n'


def screen(*findings, width=100):
    return lines(Report(examined_at=AT, findings=findings), width=width)


def test_each_finding_is_a_line_of_what_is_and_a_line_of_what_to_do():
    shown = screen(
        Finding(check="disk", level="ok", seen="plenty"),
        Finding(check="identity", level="problem", seen="nobody", do="say who"),
    )
    assert shown == [
        "ok        disk      plenty",
        "PROBLEM   identity  nobody",
        "                    → say who",
        "",
        "1 problem and 0 warnings.",
    ]


@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_a_long_finding_is_folded_under_itself(width):
    finding = Finding(check="hosts", level="warning", seen="word " * 60, do="do it " * 40)
    shown = screen(finding, width=width)
    assert all(len(line) <= max(width, 60) for line in shown)
    assert all(line.startswith(" " * 20) for line in shown[1:-2])
    assert " ".join(" ".join(shown).split()).count("word") == 60


def test_nothing_found_is_said_in_words():
    assert screen(Finding(check="disk", level="ok", seen="plenty"))[-1] == "Nothing stands in the way."


class Small(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *words):
        """The test's output is not the server's."""


@contextmanager
def a_host():
    with ThreadingHTTPServer(("127.0.0.1", 0), Small) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(tmp_path, url, *words):
    config = tmp_path / "config.toml"
    edgar = f'[edgar]\nuser_agent = "Ann Lee ann@lee-books.com"\ndata_url = "{url}"\nwww_url = "{url}"\n'
    config.write_text(f"[service]\nmin_free_gib = 0\n{edgar}{TOYS}")
    app = Typer()
    app.callback()(lambda: None)
    doctor.register(app)
    return CliRunner().invoke(app, ["doctor", "--config", str(config), *words])


def test_hosts_that_answer_are_asked_through_the_gateway(tmp_path):
    with a_host() as url:
        done = run(tmp_path, url)
    assert f"ok        hosts     {url} answers" in done.output
    assert done.exit_code == 0, done.output


def test_a_host_that_does_not_answer_ends_in_exit_code_1_and_a_stable_object(tmp_path):
    done = run(tmp_path, "http://127.0.0.1:9", "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["format"], set(report)) == (1, 1, {"format", "examined_at", "findings"})
    assert [f["level"] for f in report["findings"] if f["check"] == "hosts"] == ["problem"]
    assert all(set(f) == {"check", "level", "seen", "do"} for f in report["findings"])

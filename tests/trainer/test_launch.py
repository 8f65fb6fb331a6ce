"""Real child processes: they die with their parent, own their folder, and never end in silence."""

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from trainer.__main__ import main
from trainer.child import FolderBusy, own_folder
from trainer.launch import ChildRun, Running, finished, start
from trainer.run import LOG, OUTCOME, SPEC, adapter_id_of, failed_outcome, read_outcome, read_progress, write_outcome

ROOT = Path(__file__).resolve().parents[2]
# A child that owns its folder, says so on a pipe, and then waits for ever.
SLEEPER = """
import signal, sys
from pathlib import Path
from trainer.child import die_with_parent, own_folder
die_with_parent()
with own_folder(Path(sys.argv[1])):
    Path(sys.argv[1], "ready").open("w").close()  # a FIFO: opening it waits for the reader
    signal.pause()
"""
PARENT = """
import sys
from pathlib import Path
from trainer.launch import ChildRun
child = ChildRun.start("sleeper", Path(sys.argv[1]), "{}")
Path(sys.argv[1], "ready").open().close()
print(child.process.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A run folder for `sleeper`, which becomes importable."""
    (tmp_path / "sleeper.py").write_text(SLEEPER)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    os.mkfifo(run_dir / "ready")
    return run_dir


def wait_until_ready(folder):
    (folder / "ready").open().close()


def ends(pid, within_s=20):
    """Whether the process ends in time; it need not be our child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], within_s)[0])
    finally:
        os.close(descriptor)


def test_a_child_dies_when_its_parent_is_killed(folder):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    assert ends(child)


def test_a_child_outlives_the_thread_that_asked_for_it(folder):
    started = []
    thread = threading.Thread(target=lambda: started.append(ChildRun.start("sleeper", folder, "{}")))
    thread.start()
    wait_until_ready(folder)
    thread.join()
    (child,) = started
    assert child.wait(0.3) is None
    child.stop(grace_s=5)
    assert child.poll() == -signal.SIGTERM


def test_a_run_folder_belongs_to_one_child_at_a_time(folder):
    child = ChildRun.start("sleeper", folder, "{}")
    wait_until_ready(folder)
    with pytest.raises(FolderBusy, match="another process works in"), own_folder(folder, within_s=0):
        pass
    child.stop(grace_s=0)
    with own_folder(folder):
        assert child.poll() is not None


def test_a_child_in_a_run_folder_gets_no_withheld_variable(folder, monkeypatch):
    monkeypatch.setenv("TEACHERS_KEY", "hush")
    child = ChildRun.start("sleeper", folder, "{}", without={"TEACHERS_KEY"})
    wait_until_ready(folder)  # by then it is a program of its own
    given = Path(f"/proc/{child.process.pid}/environ").read_bytes()
    child.stop(grace_s=0)
    assert b"CUDA_VISIBLE_DEVICES=" in given and b"hush" not in given


def test_a_child_started_over_one_that_was_left_behind_ends_it(folder):
    orphan = ChildRun.start("sleeper", folder, "{}")
    wait_until_ready(folder)
    child = ChildRun.start("sleeper", folder, "{}")
    assert orphan.wait(5) == -signal.SIGKILL
    wait_until_ready(folder)
    assert (folder / "lock").read_text() == str(child.process.pid)
    child.stop(grace_s=0)


def test_a_killed_child_leaves_a_failed_outcome_with_the_signal(folder, a_spec):
    running = Running(a_spec(), ChildRun.start("sleeper", folder, "{}"))
    wait_until_ready(folder)
    os.kill(running.child.process.pid, signal.SIGKILL)
    outcome = running.outcome()
    assert outcome.status == "failed"
    assert "killed by SIGKILL" in outcome.reason


def test_a_training_runs_in_a_child_and_is_not_repeated(a_spec, tmp_path):
    spec = a_spec(epochs=1)
    running = start(tmp_path, spec)
    outcome = running.outcome()
    assert outcome.status == "done", (tmp_path / LOG).read_text()
    assert running.poll() == 0
    assert outcome.adapter_id == adapter_id_of(tmp_path / "adapter")
    assert read_progress(tmp_path).stage == "saving"
    assert finished(tmp_path, spec) == outcome
    assert finished(tmp_path, a_spec(seed=9)) is None


def test_what_an_earlier_attempt_left_is_not_taken_for_this_ones(folder, a_spec):
    write_outcome(folder, failed_outcome(a_spec(), "an earlier attempt"))
    child = ChildRun.start("sleeper", folder, "{}")
    assert not (folder / OUTCOME).exists()
    child.stop(grace_s=0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"snapshot_id": "0" * 32}, "does not hold the sealed rows"),
        ({"lora_r": 10**11}, "lower batch_size or max_tokens"),  # really out of memory: 25 TB of adapter
    ],
)
def test_a_failed_run_ends_with_its_reason_and_status_1(a_spec, tmp_path, changes, words):
    (tmp_path / SPEC).write_text(a_spec(**changes).model_dump_json())
    assert main([str(tmp_path)]) == 1
    assert words in read_outcome(tmp_path).reason


def test_a_child_started_without_a_folder_explains_itself(capsys):
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err

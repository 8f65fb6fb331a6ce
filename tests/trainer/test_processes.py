"""Real child processes, whatever they do: killed with us, alone in their folder, and no decoy in it is imported."""

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from trainer import processes
from trainer.child import PARENT_PID, FolderBusy, own_folder
from trainer.processes import child_environment, end, evict, module_command, spawn

ROOT = Path(__file__).resolve().parents[2]
BEGINS = (
    "import signal; from pathlib import Path; from trainer.child import die_with_parent, own_folder; die_with_parent();"
)
WAITS = f"{BEGINS} print('up', flush=True); signal.pause()"
HOLDS = f"{BEGINS} own = own_folder(Path('.')); own.__enter__(); print('up', flush=True); signal.pause()"


def python(code: str) -> list[str]:
    return [sys.executable, "-P", "-c", code]


def ended_within(pid: int, seconds: float) -> bool:
    """Whether the process, ours or not, ends in time; a pidfd becomes readable when it does."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    readable, _, _ = select.select([descriptor], [], [], seconds)
    os.close(descriptor)
    return bool(readable)


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    # The grandchild's stdin stays open through our own pipe, so only the death signal can end it.
    code = (
        "import subprocess, sys, os; from trainer.processes import child_environment;"
        f"p = subprocess.Popen({python(WAITS)!r}, env=child_environment(os.environ), stdout=subprocess.PIPE);"
        "p.stdout.readline(); print(p.pid, flush=True); p.wait()"
    )
    environment = child_environment(os.environ)
    parent = subprocess.Popen(python(code), env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    grandchild = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert ended_within(grandchild, 5.0)


def test_a_child_whose_parent_is_gone_already_does_not_start() -> None:
    environment = {**child_environment(os.environ), PARENT_PID: "1"}
    done = subprocess.run(python(WAITS), env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and "ended before" in done.stderr and not done.stdout


def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=lambda: started.append(spawn(python(WAITS), tmp_path, log_name="log", pipes=True)))
    thread.start()
    thread.join()
    (child,) = started
    assert child.stdout is not None and child.stdout.readline() == b"up\n"
    assert not ended_within(child.pid, 0.1)
    assert end(child, grace_s=0.0) == -signal.SIGKILL


def test_a_folder_is_held_by_one_process_and_its_orphan_is_ended(tmp_path: Path) -> None:
    orphan = spawn(python(HOLDS), tmp_path, log_name="log", pipes=True)
    assert orphan.stdout is not None and orphan.stdout.readline() == b"up\n"
    with pytest.raises(FolderBusy), own_folder(tmp_path, within_s=0):
        pass
    threading.Thread(target=orphan.wait).start()  # reaps it, as init would
    assert evict(tmp_path) == orphan.pid
    with own_folder(tmp_path, within_s=0):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_a_holder_that_works_elsewhere_is_never_killed(tmp_path: Path) -> None:
    # Held by this very process, whose working folder is another.
    with own_folder(tmp_path), pytest.raises(FolderBusy, match=str(os.getpid())):
        evict(tmp_path, within_s=0.05)
    assert evict(tmp_path) is None


def test_a_decoy_in_the_run_folder_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "store.py").write_text("raise SystemExit('decoy')")
    command = [*python("import store; print(store.__file__)")]
    child = spawn(command, tmp_path, log_name="log", pipes=True)
    output, _ = child.communicate()
    assert Path(output.decode().strip()).parent.name == "store"


def test_a_long_log_is_set_aside_before_the_next_child_writes_to_it(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * (2 << 20))
    spawn(python("import sys; sys.stderr.write('new')"), tmp_path, log_name="log", pipes=True).communicate()
    assert (tmp_path / "log").read_text() == "new" and (tmp_path / "log.old").stat().st_size == 2 << 20


def test_a_child_without_pipes_finds_no_input_and_speaks_to_its_log(tmp_path: Path) -> None:
    code = "import os, sys; print(repr(sys.stdin.read()), os.environ['QUIET'])"
    child = spawn(python(code), tmp_path, log_name="log", pipes=False, variables={"QUIET": "yes"})
    assert child.wait(timeout=20) == 0 and (child.stdin, child.stdout) == (None, None)
    assert (tmp_path / "log").read_text() == "'' yes\n"


def test_a_child_gets_our_variables_but_for_the_withheld_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "yes")
    monkeypatch.setenv("SECRET", "hush")
    child = spawn(python(WAITS), tmp_path, log_name="log", pipes=True, without={"SECRET", "NEVER_SET"})
    assert child.stdout is not None and child.stdout.readline() == b"up\n"
    given = Path(f"/proc/{child.pid}/environ").read_bytes()
    end(child, grace_s=0.0)
    assert b"OURS=yes" in given and b"hush" not in given


def test_a_child_that_does_not_end_when_asked_is_killed_with_what_it_started(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"p = subprocess.Popen({python('import signal; signal.pause()')!r}); print(p.pid, flush=True); p.wait()"
    )
    child = spawn(python(code), tmp_path, log_name="log", pipes=True)
    assert child.stdout is not None
    grandchild = int(child.stdout.readline())
    assert end(child, grace_s=0.05, ask=signal.SIGTERM) == -signal.SIGKILL
    assert ended_within(grandchild, 5.0)


@pytest.mark.parametrize("inherited", [None, "/theirs"])
def test_a_child_of_a_checkout_finds_our_packages_before_others(inherited: str | None) -> None:
    base = {} if inherited is None else {"PYTHONPATH": inherited}
    paths = child_environment(base)["PYTHONPATH"].split(os.pathsep)
    assert paths == [str(ROOT), *([inherited] if inherited else [])]


def test_an_installed_package_puts_nothing_before_the_standard_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "__file__", "/usr/lib/python3/site-packages/trainer/processes.py")
    assert child_environment({"A": "b"}) == {"A": "b", PARENT_PID: str(os.getpid())}


def test_our_modules_are_run_by_this_interpreter_without_the_working_folder() -> None:
    assert module_command("evaluator", "run") == [sys.executable, "-P", "-m", "evaluator", "run"]

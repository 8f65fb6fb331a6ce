import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from daemon import children

WAITS = (
    "from daemon import children; children.die_with_parent(); print('up', flush=True); import signal; signal.pause()"
)
HOLDS = WAITS.replace("print", "from pathlib import Path; fd = children.hold_folder(Path('.')); print")


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
        "import subprocess, sys, os; from daemon import children;"
        f"p = subprocess.Popen({python(WAITS)!r}, env=children.child_environment(os.environ), stdout=subprocess.PIPE);"
        "p.stdout.readline(); print(p.pid, flush=True); p.wait()"
    )
    environment = children.child_environment(os.environ)
    parent = subprocess.Popen(python(code), env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    grandchild = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert ended_within(grandchild, 5.0)


def test_a_child_whose_parent_is_gone_already_does_not_start() -> None:
    environment = {**children.child_environment(os.environ), children.PARENT_VARIABLE: "1"}
    done = subprocess.run(python(WAITS), env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and "ended before" in done.stderr and not done.stdout


def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=lambda: started.append(children.spawn(python(WAITS), tmp_path, log_name="log")))
    thread.start()
    thread.join()
    (child,) = started
    assert child.stdout is not None and child.stdout.readline() == b"up\n"
    assert not ended_within(child.pid, 0.1)
    assert children.end(child, grace_s=0.0) == -signal.SIGKILL


def test_a_folder_is_held_by_one_process_and_its_orphan_is_ended(tmp_path: Path) -> None:
    orphan = children.spawn(python(HOLDS), tmp_path, log_name="log")
    assert orphan.stdout is not None and orphan.stdout.readline() == b"up\n"
    with pytest.raises(children.RunFolderBusy):
        children.hold_folder(tmp_path)
    threading.Thread(target=orphan.wait).start()  # reaps it, as init would
    assert children.evict(tmp_path) == orphan.pid
    os.close(children.hold_folder(tmp_path))


def test_a_holder_that_works_elsewhere_is_never_killed(tmp_path: Path) -> None:
    descriptor = children.hold_folder(tmp_path)  # held by this very process, whose working folder is another
    with pytest.raises(children.RunFolderBusy, match=str(os.getpid())):
        children.evict(tmp_path, within_s=0.05)
    os.close(descriptor)
    assert children.evict(tmp_path) is None


def test_a_decoy_in_the_run_folder_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "store.py").write_text("raise SystemExit('decoy')")
    command = [*python("import store; print(store.__file__)")]
    child = children.spawn(command, tmp_path, log_name="log")
    output, _ = child.communicate()
    assert Path(output.decode().strip()).parent.name == "store"


def test_a_long_log_is_set_aside_before_the_next_child_writes_to_it(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * (2 << 20))
    children.spawn(python("import sys; sys.stderr.write('new')"), tmp_path, log_name="log").communicate()
    assert (tmp_path / "log").read_text() == "new" and (tmp_path / "log.old").stat().st_size == 2 << 20

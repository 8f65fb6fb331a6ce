import os
import shutil
from pathlib import Path

import pytest

from daemon.systemd.install import install, uninstall
from daemon.systemd.places import system_places, user_places
from daemon.systemd.systemctl import Answer, systemctl
from daemon.systemd.units import Unit, UnitProblem, system_unit, user_unit

UNIT = Unit(Path("/bin/true"), Path("/etc/finsdistill/config.toml"))
needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("systemd-sysusers") is None,
    reason="making an account needs root and systemd-sysusers",
)


@pytest.fixture
def at_home(tmp_path):
    return user_places({"XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": "/nowhere"})


@pytest.mark.parametrize(
    ("environment", "unit"),
    [
        ({"HOME": "/h"}, "/h/.config/systemd/user/finsdistill.service"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "/x/systemd/user/finsdistill.service"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "relative"}, "/h/.config/systemd/user/finsdistill.service"),
    ],
)
def test_a_user_unit_lies_where_systemd_looks(environment, unit):
    places = user_places(environment)
    assert (str(places.unit), places.system) == (unit, False)


def test_an_installed_unit_is_readable_and_goes_again_without_a_trace(at_home, tmp_path):
    said = install(at_home, user_unit(UNIT))
    assert at_home.unit.read_text() == user_unit(UNIT)
    assert oct(at_home.unit.stat().st_mode & 0o777) == "0o644"
    assert said[0] == f"{at_home.unit} written."
    assert uninstall(at_home)[-1] == f"{at_home.unit} removed."
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_installing_again_replaces_our_own_unit_only(at_home):
    install(at_home, user_unit(UNIT))
    install(at_home, user_unit(Unit(UNIT.command, Path("/srv/other.toml"))))
    assert "/srv/other.toml" in at_home.unit.read_text()
    at_home.unit.write_text("[Service]\nExecStart=/bin/false\n")
    for act in (lambda: install(at_home, user_unit(UNIT)), lambda: uninstall(at_home)):
        with pytest.raises(UnitProblem, match="was not written by finsdistill: move it away first"):
            act()
    assert "/bin/false" in at_home.unit.read_text()


def test_removing_what_is_not_there_says_so(at_home):
    assert uninstall(at_home) == [f"There was nothing to remove: no {at_home.unit}."]


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "config").write_text("a file where the folder should be")
    with pytest.raises(UnitProblem, match="cannot be written"):
        install(user_places({"XDG_CONFIG_HOME": str(tmp_path / "config")}), user_unit(UNIT))


@needs_root
def test_a_system_install_makes_the_account_and_leaves_the_state_when_it_goes(tmp_path):
    places = system_places(tmp_path)
    state = tmp_path / "var/lib/finsdistill/log.duckdb"
    state.parent.mkdir(parents=True)
    state.touch()
    install(places, system_unit(UNIT))
    assert any(line.startswith("finsdistill:") for line in (tmp_path / "etc/passwd").read_text().splitlines())
    assert any(line.startswith("finsdistill:") for line in (tmp_path / "etc/group").read_text().splitlines())
    uninstall(places)
    assert not places.unit.exists()
    assert not places.sysusers.exists()
    assert state.exists()


@needs_root
def test_an_account_that_cannot_be_made_leaves_no_unit(tmp_path):
    places = system_places(tmp_path)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/group").mkdir()
    with pytest.raises(UnitProblem, match="could not be made"):
        install(places, system_unit(UNIT))
    assert not places.unit.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may do it")
def test_a_system_unit_needs_root(tmp_path):
    with pytest.raises(UnitProblem, match="run it with sudo"):
        install(system_places(tmp_path), system_unit(UNIT))


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """A `systemctl` that notes what it is asked, in place of the machine's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "systemctl").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\necho active\n')
    (folder / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return lambda: (tmp_path / "asked").read_text().splitlines()


def test_systemd_is_told_of_a_unit_and_stops_it_before_it_goes(at_home, manager):
    assert install(at_home, user_unit(UNIT)) == [f"{at_home.unit} written."]
    assert uninstall(at_home) == [f"{at_home.unit} removed."]
    assert manager() == [
        "--user daemon-reload", "--user disable --now finsdistill.service", "--user daemon-reload",
    ]  # fmt: skip


def test_what_systemctl_says_is_an_answer_and_so_is_a_machine_without_it(manager, monkeypatch):
    assert systemctl("is-active", "x", system=True) == Answer(ok=True, text="active")
    monkeypatch.setenv("PATH", "/nowhere")
    assert systemctl("is-active", "x", system=True) == Answer(ok=False, text="systemctl: No such file or directory")

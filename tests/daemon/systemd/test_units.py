import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon.systemd.units import NAME, Unit, UnitProblem, quoted, system_unit, user_unit

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed here")
TEXTS = {
    "user": user_unit,
    "system": system_unit,
    "system with folders": lambda unit: system_unit(unit, (Path("/srv/state"), Path("/srv/in box 100%"))),
}


def a_unit(config="/etc/finsdistill/config.toml"):
    return Unit(Path("/bin/true"), Path(config))  # verify wants a command that is there


def analyze(tmp_path, text, *words):
    path = tmp_path / NAME
    path.write_text(text)
    where = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "SYSTEMD_COLORS": "0"}
    command = [ANALYZE, *words, "--no-pager", str(path)]
    return subprocess.run(command, env=where, capture_output=True, text=True, check=False, timeout=60)


@needs_systemd
@pytest.mark.parametrize("config", ["/etc/finsdistill/config.toml", "/srv/my files/100%h it's.toml"])
@pytest.mark.parametrize("kind", TEXTS)
def test_systemd_has_nothing_to_say_about_a_unit(tmp_path, kind, config):
    done = analyze(tmp_path, TEXTS[kind](a_unit(config)), "verify", *(["--user"] if kind == "user" else []))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("kind", ["system", "system with folders"])
def test_the_system_unit_is_exposed_by_less_than_1_8_of_10(tmp_path, kind):
    done = analyze(tmp_path, TEXTS[kind](a_unit()), "security", "--offline=true", "--threshold=18")
    level = float(re.search(r"Overall exposure level for .*: ([0-9.]+)", done.stdout)[1])
    assert (done.returncode, level <= 1.8) == (0, True), done.stdout


@needs_systemd
def test_the_gate_of_this_test_does_find_an_exposed_unit(tmp_path):
    assert analyze(tmp_path, user_unit(a_unit()), "security", "--offline=true", "--threshold=18").returncode != 0


def settings_of(text):
    pairs = [line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#")]
    return {key: [value for name, value in pairs if name == key] for key, _ in pairs}


@pytest.mark.parametrize("kind", ["user", "system"])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Type", "notify"),
        ("NotifyAccess", "main"),
        ("ExecStart", '"/bin/true" run --config "/etc/finsdistill/config.toml"'),
        ("ExecReload", "/bin/kill -HUP $MAINPID"),
        ("Restart", "on-failure"),
        ("RestartPreventExitStatus", "1 2"),  # 3 may be a full disk, which a restart finds freed
        ("KillMode", "mixed"),
        ("SetCredential", r"hf_token:\n"),
        ("StartLimitIntervalSec", "0"),
    ],
)
def test_both_units_say_how_the_service_is_run(kind, key, value):
    assert settings_of(TEXTS[kind](a_unit()))[key] == [value]


@pytest.mark.parametrize("kind", ["user", "system"])
def test_a_servers_key_comes_as_a_credential_beside_the_hubs_token(kind):
    unit = Unit(Path("/bin/true"), Path("/etc/finsdistill/config.toml"), ("hf_token", "vllm_key"))
    files = ["hf_token:%E/finsdistill/hf_token", "vllm_key:%E/finsdistill/vllm_key"]
    assert settings_of(TEXTS[kind](unit))["LoadCredential"] == files


def test_only_the_system_unit_has_a_user_and_folders_of_its_own():
    user, system = settings_of(user_unit(a_unit())), settings_of(system_unit(a_unit(), (Path("/srv/state"),)))
    assert (system["User"], system["StateDirectory"], system["ReadWritePaths"]) == (
        ["finsdistill"], ["finsdistill"], ['"/srv/state"'],
    )  # fmt: skip
    assert not {"User", "StateDirectory", "ReadWritePaths", "CacheDirectory"} & user.keys()


def test_what_torch_and_cuda_need_is_left_open():
    system = settings_of(system_unit(a_unit()))
    assert system["DeviceAllow"] == ["char-nvidia* rw"]
    assert not {"MemoryDenyWriteExecute", "ProcSubset", "PrivateDevices", "PrivateNetwork"} & system.keys()


@pytest.mark.parametrize("path", ["relative/x", "/a\nExecStartPre=/bin/sh", '/a"b', "/a\\b", "/a$b", "/a\tb"])
def test_a_path_cannot_say_anything_else_in_a_unit(path):
    with pytest.raises(UnitProblem, match="cannot stand in a unit file"):
        quoted(Path(path))


def test_a_per_cent_sign_is_no_specifier():
    assert quoted(Path("/a b/100%h")) == '"/a b/100%%h"'

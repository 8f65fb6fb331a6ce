import pytest
from typer import Typer
from typer.testing import CliRunner

from daemon.cli import service
from daemon.settings import ConfigProblem
from daemon.systemd.units import UnitProblem


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Runs `finsdistill service …` for a person whose folders are below tmp_path."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    app = Typer()
    app.callback()(lambda: None)
    service.register(app)
    return lambda *words: CliRunner().invoke(app, ["service", *map(str, words)])


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("")
    return path


def units(tmp_path):
    return list(tmp_path.rglob("*.service"))


def test_printing_a_unit_writes_nothing(call, config, tmp_path):
    done = call("install", "--print", "--config", config)
    assert f'/finsdistill" run --config "{config}"' in done.stdout
    assert (done.exit_code, units(tmp_path)) == (0, [])


def test_a_user_unit_comes_says_what_to_type_next_and_goes(call, config, tmp_path):
    done = call("install", "--config", config)
    assert (done.exit_code, len(units(tmp_path))) == (0, 1)
    assert "systemctl --user enable --now finsdistill" in done.stdout
    assert "enable-linger" in done.stdout
    gone = call("uninstall")
    assert (gone.exit_code, units(tmp_path)) == (0, [])
    assert "The state stays" in gone.stdout


def test_a_relative_config_stands_in_the_unit_by_its_whole_path(call, config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert f'"{config}"' in call("install", "--print", "--config", "config.toml").stdout


def test_a_config_that_is_not_there_writes_no_unit(call, tmp_path):
    done = call("install", "--config", tmp_path / "none.toml")
    assert isinstance(done.exception, ConfigProblem)
    assert units(tmp_path) == []


def test_a_system_unit_wants_its_state_where_it_may_write(call, config):
    done = call("install", "--system", "--print", "--config", config)
    assert isinstance(done.exception, UnitProblem)
    assert "set it to a folder in /var/lib/finsdistill" in str(done.exception)


def test_a_system_unit_that_would_not_see_its_config_is_printed_with_a_warning(call, config):
    config.write_text('[service]\nstate_dir = "/var/lib/finsdistill"\n[inbox]\ndir = "/srv/inbox"\n')
    done = call("install", "--system", "--print", "--config", config)
    assert 'ReadWritePaths="/srv/inbox"' in done.stdout
    assert "this unit would not start" in done.stderr

from pathlib import Path

import pytest

from daemon.settings import Settings
from daemon.systemd.reach import check_reach, writable_paths
from daemon.systemd.units import UnitProblem


def settings(state_dir="/var/lib/finsdistill", inbox="/var/lib/finsdistill/inbox"):
    return Settings(service={"state_dir": state_dir}, inbox={"dir": inbox})


@pytest.mark.parametrize(
    ("given", "writable"),
    [
        ({}, []),
        ({"state_dir": "/var/lib/finsdistill/state"}, []),
        ({"state_dir": "/data/fins"}, ["/data/fins"]),
        ({"state_dir": "/data/fins", "inbox": "/data/fins"}, ["/data/fins"]),
        ({"inbox": "/srv/inbox"}, ["/srv/inbox"]),
        ({"state_dir": "/var/lib/finsdistill/../other"}, ["/var/lib/other"]),
        ({"state_dir": "/var/lib/finsdistillery"}, ["/var/lib/finsdistillery"]),
    ],
)
def test_what_lies_outside_the_state_directory_is_opened_by_name(given, writable):
    assert writable_paths(settings(**given)) == tuple(map(Path, writable))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"state_dir": "/etc/finsdistill/state"}, "service.state_dir is /etc/finsdistill/state"),
        ({"state_dir": "/home/ann/state"}, "service.state_dir is /home/ann/state"),
        ({"inbox": "/run/in"}, "inbox.dir is /run/in"),
        ({"inbox": "/var/lib/../../root/inbox"}, "inbox.dir is /root/inbox"),
        ({"inbox": "/"}, "inbox.dir is /,"),
    ],
)
def test_a_folder_that_a_hardened_service_must_not_write_is_refused_by_its_key(given, words):
    with pytest.raises(UnitProblem) as problem:
        writable_paths(settings(**given))
    assert words in str(problem.value)
    assert "set it to a folder in /var/lib/finsdistill" in str(problem.value)


def test_a_program_or_a_config_in_a_home_is_refused():
    config = Path("/etc/finsdistill/config.toml")
    check_reach([Path("/opt/finsdistill/bin/python")], config)
    with pytest.raises(UnitProblem, match="sees nothing of /home: install it elsewhere"):
        check_reach([Path("/opt/x"), Path("/home/ann/.venv")], config)
    with pytest.raises(UnitProblem, match="put it into /etc/finsdistill"):
        check_reach([], Path("/root/config.toml"))

import pytest

from daemon.demo.home import FolderTaken, make_home
from daemon.lock import StateLock
from daemon.samples import HELDOUT_CIKS
from daemon.settings import load_settings
from daemon.standin import StandIn


def test_a_folder_with_somebody_s_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FolderTaken, match="--dir"):
        make_home(tmp_path, seed=0)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_former_demo_is_replaced(tmp_path):
    folder = tmp_path / "demo"
    make_home(folder, seed=0)
    (folder / "state").mkdir()
    make_home(folder, seed=0)
    assert not (folder / "state").exists()


def test_a_demo_that_still_runs_is_left_alone(tmp_path):
    make_home(tmp_path / "demo", seed=0)
    lock = StateLock(tmp_path / "demo" / "state")
    with pytest.raises(FolderTaken, match="still runs"):
        make_home(tmp_path / "demo", seed=0)
    lock.release()


def test_its_configuration_is_valid_and_asks_nobody_but_the_stand_in(tmp_path):
    home = make_home(tmp_path / "demo", seed=3)
    with StandIn(home.edgar) as edgar:
        home.configure(edgar, seed=3)
    settings = load_settings(home.config, {})
    assert (settings.edgar.data_url, settings.edgar.www_url) == (edgar.data_url, edgar.www_url)
    assert settings.evaluator.heldout == tuple(str(cik) for cik in HELDOUT_CIKS)
    assert (settings.teacher.kind, settings.student.base, settings.trainer.seed) == ("extractive", "seedling", 3)

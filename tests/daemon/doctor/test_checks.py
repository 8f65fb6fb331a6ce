from datetime import datetime, timedelta

import pytest

from daemon.doctor import Machine, examine
from daemon.edgar.problems import EdgarProblem
from daemon.lock import StateLock
from daemon.status import Status, write_status
from daemon.systemd.places import system_places, user_places
from daemon.systemd.systemctl import Answer
from store.log import open_log
from store.publishing.publish import Publisher

NOW = datetime(2026, 11, 22, 12, 0)
TOYS = '[teacher]\nkind = "extractive"\n[student]\nbase = "seedling"\n'
NAMED = '[edgar]\nuser_agent = "Ann Lee ann@lee-books.com"\n'


RUNS = Answer(ok=True, text="active")


def examined(tmp_path, config=NAMED + TOYS, *, probe=lambda url: None, said=RUNS):
    (tmp_path / "config.toml").write_text(config)
    machine = Machine(
        {"HOME": str(tmp_path / "home")}, NOW, "ann", tmp_path / "linger", tmp_path / "root",
        lambda *words, system: said,
    )  # fmt: skip
    return examine(tmp_path / "config.toml", machine, probe_of=lambda settings: probe)


def found(report, check):
    return [(finding.level, finding.seen) for finding in report.findings if finding.check == check]


def only(report, check):
    (finding,) = [finding for finding in report.findings if finding.check == check]
    return finding


def a_status(**changes):
    plain = {
        "written_at": NOW, "purpose": "real", "seq": 7, "filings": 0, "companies": 0, "heldout_companies": 0,
        "filings_by_status": (), "chunks": 0, "texts": 0, "labelled": 0, "pending": 0, "refused": 0, "dead_letters": 0,
        "recipe": None, "eligible": 0, "threshold": 500, "until_next_training": 500, "snapshots": 0, "adapters": (),
        "champion": None, "newest": None, "scores": (), "labels_last_10_min": 0, "filings_last_24_h": 0, "running": (),
        "troubles": (),
    }  # fmt: skip
    return Status(**(plain | changes))


@pytest.fixture
def state(tmp_path):
    """A state folder as the service leaves it."""
    folder = tmp_path / "state"
    log = open_log(folder, purpose="real")
    Publisher(log, folder)
    log.close()
    write_status(folder, a_status())
    return folder


def everything_under(folder):
    return sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*"))


def test_a_sound_installation_has_no_problem(tmp_path, state):
    report = examined(tmp_path)
    assert report.healthy
    assert {finding.check for finding in report.findings} == {
        "packages", "config", "identity", "hosts", "disk", "inbox", "state", "log", "tables", "figures", "teacher",
        "student", "gpu", "service",
    }  # fmt: skip


@pytest.mark.parametrize("with_state", [True, False])
def test_the_doctor_changes_nothing(tmp_path, request, with_state):
    if with_state:
        request.getfixturevalue("state")
    examined(tmp_path)
    before = everything_under(tmp_path)
    (tmp_path / "config.toml").unlink()
    examined(tmp_path)
    assert [entry[0] for entry in everything_under(tmp_path)] == [entry[0] for entry in before]
    assert [e for e in everything_under(tmp_path) if "config.toml" not in e[0] and e not in before] == []


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("[servce]\n", "did you mean service"),
        ("not toml", "is not valid TOML"),
        ('[edgar]\nuser_agent = "x"\n', "edgar.user_agent"),
    ],
)
def test_a_config_that_cannot_be_used_is_a_finding(tmp_path, config, words):
    report = examined(tmp_path, config)
    assert not report.healthy
    assert words in only(report, "config").seen


def test_a_config_that_is_not_there_is_a_finding(tmp_path):
    report = examine(tmp_path / "none.toml", Machine({}, NOW, "ann"), probe_of=lambda settings: lambda url: None)
    assert "finsdistill init" in only(report, "config").seen


def test_nobody_is_asked_anonymously(tmp_path):
    asked = []
    report = examined(tmp_path, TOYS, probe=asked.append)
    assert (only(report, "identity").level, asked, found(report, "hosts")) == ("problem", [], [])


def test_without_companies_and_user_agent_the_inbox_is_enough(tmp_path):
    assert only(examined(tmp_path, "[edgar]\ncompanies = []\n" + TOYS), "identity").level == "ok"


def test_each_host_is_asked_once_and_a_silent_one_is_a_problem(tmp_path):
    def probe(url):
        if "www" in url:
            raise EdgarProblem(url, "connection refused", "wait")

    assert [level for level, _ in found(examined(tmp_path, probe=probe), "hosts")] == ["ok", "problem"]


@pytest.mark.parametrize(("min_free_gib", "level"), [("0", "ok"), ("1e9", "problem")])
def test_a_disk_with_too_little_room_is_a_problem(tmp_path, min_free_gib, level):
    report = examined(tmp_path, f"[service]\nmin_free_gib = {min_free_gib}\n{NAMED}{TOYS}")
    assert found(report, "disk")[-1][0] == level


def test_a_state_folder_that_is_a_file_is_a_problem(tmp_path):
    (tmp_path / "state").write_text("")
    assert "is no folder" in found(examined(tmp_path), "disk")[0][1]


def test_a_running_service_is_named_and_not_disturbed(tmp_path, state):
    lock = StateLock(state)
    assert "in use by process" in only(examined(tmp_path), "state").seen
    lock.release()


@pytest.mark.parametrize(("age", "running", "level"), [(1000, True, "problem"), (100, True, "ok"), (1000, False, "ok")])
def test_old_figures_of_a_running_service_mean_that_it_hangs(tmp_path, state, age, running, level):
    write_status(state, a_status(written_at=NOW - timedelta(seconds=age)))
    lock = StateLock(state) if running else None
    assert only(examined(tmp_path), "figures").level == level
    if lock is not None:
        lock.release()


def test_a_demo_s_log_is_no_place_for_the_real_service(tmp_path, state):
    write_status(state, a_status(purpose="demo"))
    assert only(examined(tmp_path), "purpose").level == "problem"


@pytest.mark.parametrize(
    ("damage", "check", "level"),
    [
        (lambda state: (state / "high-water").unlink(), "log", "warning"),
        (lambda state: (state / "log.duckdb").unlink(), "log", "problem"),
        (lambda state: (state / "published/manifest.json").write_text("{"), "tables", "problem"),
        (lambda state: (state / "finsdistill.duckdb").write_bytes(b"x" * 9000), "tables", "problem"),
        (lambda state: (state / "finsdistill.duckdb").unlink(), "tables", "problem"),
        (lambda state: (state / "status.json").write_text("{}"), "figures", "problem"),
    ],
)  # fmt: skip
def test_what_is_missing_or_damaged_in_the_state_is_found(tmp_path, state, damage, check, level):
    damage(state)
    finding = only(examined(tmp_path), check)
    assert (finding.level, finding.do is not None, "\n" in finding.seen) == (level, True, False)


def test_a_local_teacher_without_a_gpu_is_a_problem_and_its_licence_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    report = examined(tmp_path, NAMED)
    assert (only(report, "teacher").level, only(report, "licence").level) == ("problem", "warning")
    assert "Llama-3.1-8B-Instruct" in only(report, "licence").do


@pytest.mark.parametrize(
    ("model", "base", "level"),
    [
        ("meta-llama/Meta-Llama-3-8B-Instruct", "TinyLlama/TinyLlama-1.1B-Chat-v1.0", "warning"),
        ("meta-llama/Meta-Llama-3-8B-Instruct", "meta-llama/Llama-3.2-1B", "ok"),
        ("meta-llama/Llama-3.1-8B-Instruct", "TinyLlama/TinyLlama-1.1B-Chat-v1.0", "ok"),
        ("somebody/else", "TinyLlama/TinyLlama-1.1B-Chat-v1.0", "warning"),
    ],
)
def test_the_licence_of_a_pair_is_the_teacher_s(tmp_path, model, base, level):
    config = f'{NAMED}[teacher]\nmodel = "{model}"\n[student]\nbase = "{base}"\n'
    assert only(examined(tmp_path, config), "licence").level == level


def test_toys_are_called_toys(tmp_path):
    report = examined(tmp_path)
    assert [("toy" in only(report, name).seen, only(report, name).level) for name in ("teacher", "student")] == [
        (True, "warning"), (True, "warning"),
    ]  # fmt: skip


def test_a_check_that_cannot_look_is_a_finding_and_the_others_go_on(tmp_path):
    report = examined(tmp_path, f'{NAMED}[teacher]\nprompt_file = "/nowhere/prompt.txt"\n')
    assert only(report, "teacher").level == "problem"
    assert only(report, "service").level == "ok"


@pytest.mark.parametrize(
    ("said", "level"),
    [
        (Answer(ok=True, text="active"), "ok"),
        (Answer(ok=False, text="failed"), "problem"),
        (Answer(ok=False, text="inactive"), "warning"),
        (Answer(ok=False, text="Failed to connect to bus"), "warning"),
    ],
)
def test_an_installed_unit_says_how_it_is(tmp_path, said, level):
    unit = system_places(tmp_path / "root").unit
    unit.parent.mkdir(parents=True)
    unit.touch()
    assert only(examined(tmp_path, said=said), "service").level == level


@pytest.mark.parametrize(("lingers", "levels"), [(True, ["ok"]), (False, ["ok", "warning"])])
def test_a_user_unit_needs_lingering_to_outlive_a_login(tmp_path, lingers, levels):
    unit = user_places({"HOME": str(tmp_path / "home")}).unit
    unit.parent.mkdir(parents=True)
    unit.touch()
    if lingers:
        (tmp_path / "linger").mkdir()
        (tmp_path / "linger/ann").touch()
    assert [level for level, _ in found(examined(tmp_path), "service")] == levels


def test_a_teacher_on_the_cpu_is_for_toy_sizes_and_says_what_auto_became(tmp_path):
    finding = only(examined(tmp_path, f'{NAMED}[teacher]\ndevice = "cpu"\n'), "teacher")
    assert (finding.level, "toy size" in finding.seen, '"auto" is "none" here' in finding.seen) == (
        "warning", True, True,
    )  # fmt: skip

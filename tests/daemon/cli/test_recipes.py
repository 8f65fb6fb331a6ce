"""finsdistill plan, relabel and adopt, from a published state without a service."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from daemon.cli import recipes
from daemon.cli.recipes import NothingToDecide
from daemon.commands import Adopt, Relabel, drop, read, waiting
from daemon.lock import StateLock
from daemon.settings import load_settings
from daemon.teachers.prompt import DEFAULT_PROMPT
from store.publishing.publish import Publisher
from tests.builders import a_chunk, a_dead_letter, a_filing, a_label, a_log, an_adoption, put
from tests.daemon.planning.conftest import declared
from trainer.hardware import look

CONFIG = """
[service]
state_dir = "{state}"
[edgar]
companies = []
[teacher]
{teacher}
"""
MODEL = f'kind = "local"\nmodel = "a/model"\nrevision = "{"0" * 40}"\ndevice = "cpu"\n'


@dataclass(frozen=True)
class Home:
    """A configuration, and the state folder that it names."""

    config: Path
    state: Path

    def configure(self, teacher: str) -> "Home":
        self.config.write_text(CONFIG.format(state=self.state, teacher=teacher))
        return self

    @property
    def recipe(self):
        return load_settings(self.config, {}).teacher.on(look()).recipe()

    def __call__(self, *words):
        app = Typer()
        recipes.register(app)
        return CliRunner().invoke(app, [*words, "--config", str(self.config)])

    def commands(self):
        return [read(path).command for path in waiting(self.state)]


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """Four texts: two labelled, one pending, one dead letter."""
    folder = tmp_path_factory.mktemp("home")
    home = Home(folder / "config.toml", folder / "state").configure(MODEL)
    recipe = home.recipe.recipe_id
    with a_log(home.state) as log:
        put(log, declared(home.recipe), an_adoption(recipe), a_filing(), *map(a_chunk, "RSTU"))
        put(log, *(a_label(text, recipe=recipe) for text in "RS"), a_dead_letter("T", recipe=recipe))
        Publisher(log, home.state).publish()
    return home.state


@pytest.fixture
def home(tmp_path, state):
    yield Home(tmp_path / "config.toml", state).configure(MODEL)
    shutil.rmtree(state / "commands", ignore_errors=True)


def a_prompt(home):
    path = home.config.with_name("prompt.txt")
    path.write_text(DEFAULT_PROMPT.replace("five numbered", "six \x1b[2Jnumbered"))
    return path


def test_nothing_to_decide_is_said_with_what_is_pending(home):
    done = home("plan")
    assert (done.exit_code, "nothing changed" in done.stdout, "1 pending" in done.stdout) == (0, True, True)
    for words in (["relabel"], ["adopt", "--keep-old"]):
        assert "nothing to decide" in str(home(*words).exception)
    assert home.commands() == []


def test_another_prompt_can_be_tried_before_it_is_configured(home):
    done = home("plan", "--prompt", str(a_prompt(home)))
    assert done.exit_code == 0
    assert "-rationale: two to five numbered" in done.stdout and "+rationale: two to six [2Jnumbered" in done.stdout
    assert "2 labels go stale" in done.stdout and "4 calls" in done.stdout and "\x1b" not in done.stdout


def test_the_plan_is_one_json_object(home):
    home.configure(MODEL + 'attempts = 5\nprice_per_mtok = 0.5\nprompt_file = "prompt.txt"\n')
    a_prompt(home)
    found = json.loads(home("plan", "--json").stdout)
    assert found["configured"]["recipe"] == home.recipe.recipe_id
    assert [change["part"] for change in found["changes"]] == ["prompt", "attempts"]
    assert [(choice["decision"], choice["stale"], choice["calls"]) for choice in found["choices"]] == [
        ("relabel", 2, 4),
        ("keep_old", 0, 2),
    ]


@pytest.mark.parametrize(
    ("words", "kind", "cost"), [(["relabel"], Relabel, "4 calls"), (["adopt", "--keep-old"], Adopt, "2 calls")]
)
def test_a_decision_is_handed_over_with_what_it_costs_and_waits_for_the_service(home, words, kind, cost):
    home.configure(MODEL + "attempts = 5\n")
    done = home(*words)
    assert done.exit_code == 0 and cost in done.stdout and "finsdistill run" in done.stdout
    assert home.commands() == [kind(recipe=home.recipe.recipe_id)]


def test_of_two_decisions_the_second_is_not_handed_over(home):
    home.configure(MODEL + "attempts = 5\n")
    drop(home.state, Relabel(recipe="7" * 32))  # about another recipe
    (home.state / "commands" / "broken.json").write_text("{")
    home("relabel")
    assert "waits already: remove" in str(home("adopt", "--keep-old").exception)
    assert len(waiting(home.state)) == 3


def test_adopt_says_what_there_is(home):
    done = home("adopt")
    assert done.exit_code == 2 and "--keep-old" in done.stderr and "finsdistill relabel" in done.stderr


@pytest.mark.parametrize("words", [["relabel"], ["adopt", "--keep-old"]])
def test_a_running_service_that_reads_another_configuration_must_be_restarted_first(home, words):
    home.configure(MODEL + "attempts = 5\n")
    lock = StateLock(home.state)
    done = home(*words)
    lock.release()
    assert isinstance(done.exception, NothingToDecide) and "restart it" in str(done.exception)
    assert home.commands() == []


def test_a_server_must_be_asked_who_answers_before_anybody_decides(home):
    home.configure('kind = "openai"\n')
    assert "asks its teacher who answers; then" in home("plan").stdout
    done = home("relabel")
    assert isinstance(done.exception, NothingToDecide) and "asks its teacher who answers" in str(done.exception)


def test_a_toy_is_never_kept_beside_a_model(home):
    home.configure('kind = "extractive"\n')
    assert "never stand in one set" in str(home("adopt", "--keep-old").exception)
    assert home("relabel").exit_code == 0
    assert "takes no prompt" in str(home("plan", "--prompt", str(a_prompt(home))).exception)


def test_what_needs_no_decision_is_left_to_the_service(tmp_path):
    other = Home(tmp_path / "config.toml", tmp_path / "state").configure(MODEL)
    with a_log(other.state) as log:
        Publisher(log, other.state).publish()
    assert "adopts it by itself" in other("plan").stdout
    assert "just run it" in str(other("relabel").exception)

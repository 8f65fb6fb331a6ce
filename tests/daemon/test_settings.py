from pathlib import Path

import pytest

from daemon.cli.init import template
from daemon.settings import ConfigProblem, find_config, known_keys, load_settings
from daemon.teachers.extractive import ExtractiveSettings
from daemon.teachers.local.settings import LocalSettings


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_the_template_holds_every_default(tmp_path):
    assert load_settings(written(tmp_path, template())) == load_settings(written(tmp_path, ""))


def test_the_default_pair_is_llama_and_tinyllama(tmp_path):
    settings = load_settings(written(tmp_path, ""))
    assert isinstance(settings.teacher, LocalSettings)
    assert (settings.teacher.model, settings.student.base) == (
        "meta-llama/Meta-Llama-3-8B-Instruct",
        "TinyLlama/TinyLlama-1.1B-Chat-v1.0",
    )


def test_a_model_in_a_folder_and_a_prompt_start_at_the_config_file_too(tmp_path):
    (tmp_path / "model").mkdir()
    path = tmp_path / "config.toml"
    path.write_text('[teacher]\nmodel = "model"\nprompt_file = "prompt.txt"\n')
    teacher = load_settings(path, {}).teacher
    assert (teacher.model, teacher.prompt_file) == (str(tmp_path / "model"), tmp_path / "prompt.txt")


def test_relative_paths_start_at_the_config_file(tmp_path):
    settings = load_settings(written(tmp_path, '[service]\nstate_dir = "s"\n[inbox]\ndir = "/in"\n'))
    assert (settings.service.state_dir, settings.inbox.dir) == (tmp_path / "s", Path("/in"))


@pytest.mark.parametrize("character", ["*", "?", "["])
def test_a_state_whose_path_is_a_pattern_to_duckdb_is_refused_also_behind_a_link(tmp_path, character):
    strange = tmp_path / f"my{character}state"
    strange.mkdir()
    (tmp_path / "link").symlink_to(strange)
    for name in (strange.name, "link"):
        with pytest.raises(ConfigProblem, match=r"state_dir .* takes for a pattern of paths: choose a folder"):
            load_settings(written(tmp_path, f'[service]\nstate_dir = "{name}"\n'))


def test_a_base_that_is_a_folder_is_found_from_anywhere(tmp_path):
    (tmp_path / "models" / "mine").mkdir(parents=True)
    (tmp_path / "seedling").mkdir()
    given = ("models/mine", str(tmp_path / "models"), "TinyLlama/TinyLlama-1.1B-Chat-v1.0", "models/gone", "seedling")
    bases = [load_settings(written(tmp_path, f'[student]\nbase = "{base}"\n')).student.base for base in given]
    assert bases == [str(tmp_path / "models" / "mine"), *given[1:]]


def test_the_environment_overrides_the_file_key_by_key(tmp_path, monkeypatch):
    monkeypatch.setenv("FINSDISTILL_TRAINER__THRESHOLD", "7")
    monkeypatch.setenv("FINSDISTILL_TEACHER__KIND", "extractive")
    settings = load_settings(written(tmp_path, "[trainer]\nthreshold = 5\nepochs = 2\n"))
    assert (settings.trainer.threshold, settings.trainer.epochs) == (7, 2)
    assert isinstance(settings.teacher, ExtractiveSettings)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[trainer]\ntreshold = 5", "unknown key trainer.treshold: did you mean trainer.threshold?"),
        ("[trainr]\nthreshold = 5", "unknown key trainr: did you mean trainer?"),
        ('[teacher]\nkind = "extractive"\nmodel = "x"', "unknown key teacher.model for this teacher.kind"),
        ('[teacher]\nkind = "magic"', "'extractive', 'local'"),
        ("[trainer]\nthreshold = 0", "trainer.threshold: Input should be greater than or equal to 1"),
        ("[edgar]\nrequests_per_s = 11", "edgar.requests_per_s: Input should be less than or equal to 10"),
        ('[edgar]\npoll = "now and then"', "edgar.poll"),
        ('[evaluator]\nheldout = ["*"]', "'*' is neither a ticker nor a CIK"),
        ('[edgar]\ncompanies = ["Apple Inc."]', "neither a ticker nor a CIK"),
        ('[edgar]\nuser_agent = "curl/8"', "a name and an e-mail address"),
        ('[edgar]\nuser_agent = "Your Company you@example.com"', "edgar.user_agent: it is the template's own example"),
        ('[edgar]\nwww_url = "http://www.sec.gov"', "is not encrypted"),
        ('[edgar]\ndata_url = "ftp://data.sec.gov"', "is not like https://www.sec.gov"),
        ("[chunk]\nsize = 300\noverlap = 300", "chunk.overlap (300) must be below chunk.size"),
        ("threshold = ", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path, text, sentence):
    with pytest.raises(ConfigProblem) as problem:
        load_settings(written(tmp_path, text))
    assert sentence in str(problem.value)
    assert problem.value.exit_code == 1


def test_a_misspelt_variable_is_an_error_too(tmp_path):
    with pytest.raises(ConfigProblem, match="FINSDISTILL_TRAINER__EPOCHS"):
        load_settings(written(tmp_path, ""), {"FINSDISTILL_TRAINER__EPOCH": "3"})


def test_the_config_is_looked_for_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here, named = written(tmp_path, ""), tmp_path / "other.toml"
    named.write_text("")
    assert find_config(None, {}) == Path(here.name)
    assert find_config(None, {"FINSDISTILL_CONFIG": str(named)}) == named
    assert find_config(here, {"FINSDISTILL_CONFIG": str(named)}) == here


def test_every_key_is_known_once():
    keys = known_keys()
    assert len(keys) == len(set(keys)) > 40

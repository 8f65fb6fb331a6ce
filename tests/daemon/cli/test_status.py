"""finsdistill status where there are no figures."""

import pytest
from typer import Typer
from typer.testing import CliRunner

from daemon.cli import status
from store.errors import FinsdistillError


@pytest.mark.parametrize(
    ("body", "sentence"),
    [(None, "no service has told its figures"), ("", "is damaged, or of another"), ("{}", "the figures are not known")],
)
def test_figures_that_are_not_there_or_damaged_are_a_persons_to_bring_back_and_not_a_damaged_log(
    tmp_path, body, sentence
):
    (tmp_path / "state").mkdir()
    (tmp_path / "config.toml").touch()
    if body is not None:
        (tmp_path / "state" / "status.json").write_text(body)
    app = Typer()
    status.register(app)
    done = CliRunner().invoke(app, ["--config", str(tmp_path / "config.toml")])
    assert isinstance(done.exception, FinsdistillError)
    assert sentence in str(done.exception) and done.exception.exit_code == 1

"""finsdistill init"""

import pytest
from typer import Typer
from typer.testing import CliRunner

from daemon.cli import init


@pytest.mark.parametrize(
    ("given", "written"), [(".", "config.toml"), ("etc", "etc/config.toml"), ("my.toml", "my.toml")]
)
def test_the_configuration_goes_into_a_folder_or_a_file_of_that_name_and_never_over_another(
    tmp_path, monkeypatch, given, written
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "etc").mkdir()
    app = Typer()
    init.register(app)
    assert CliRunner().invoke(app, [given]).output.startswith(f"{written} written.")
    assert (tmp_path / written).read_text() == init.template()
    assert f"{written} is there already" in str(CliRunner().invoke(app, [given]).exception)

"""finsdistill rechunk, from a published state without a service."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from daemon.chunking import parser_id
from daemon.cli import rechunk
from daemon.commands import Rechunk, read, waiting
from daemon.filing import ChunkOptions
from daemon.older import NotChunked
from store.publishing.publish import Publisher
from tests.builders import a_chunk, a_chunking, a_filing, a_filing_refusal, a_log, accession, put

NOW = parser_id(ChunkOptions())


@dataclass(frozen=True)
class Home:
    """Filings 1 and 2 were read by an older parser, 3 by this one; 4 was refused, 5 is not read yet."""

    config: Path
    state: Path

    def __call__(self, *words):
        app = Typer()
        rechunk.register(app)
        done = CliRunner().invoke(app, [*words, "--config", str(self.config)])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    @property
    def asked(self):
        return [read(path).command for path in waiting(self.state)]


@pytest.fixture
def home(tmp_path):
    state = tmp_path / "state"
    with a_log(state) as log:
        for n, parser in ((1, "filing-0"), (2, "filing-0"), (3, NOW)):
            put(log, a_filing(n), a_chunk(f"Text {n}.", filing=n), a_chunking(n, parser=parser))
        put(log, a_filing(4), a_filing_refusal(4), a_filing(5))
        Publisher(log, state).publish()
    config = tmp_path / "config.toml"
    config.write_text(f'[service]\nstate_dir = "{state}"\n[teacher]\nkind = "extractive"\n')
    return Home(config, state)


def test_all_that_another_parser_read_is_asked_for(home):
    assert home().startswith("2 filings: noted; read again as soon as the service runs")
    assert home.asked == [Rechunk(parser=NOW)]


def test_the_plan_says_what_would_be_read_and_asks_for_nothing(home):
    said = home("--plan")
    assert "2 filings are to be read again by filing-" in said and "2 chunks, read by filing-0" in said
    assert home.asked == []


@pytest.mark.parametrize(
    ("names", "again"), [((1,), (1,)), ((1, 3, 1), (1,)), ((4,), (4,))], ids=["one", "not what is new", "refused once"]
)
def test_filings_may_be_named(home, names, again):
    home(*map(accession, names))
    assert home.asked == [Rechunk(parser=NOW, accessions=tuple(map(accession, again)))]


def test_what_this_parser_read_is_not_read_again(home):
    assert home(accession(3)).startswith("nothing to read again")
    assert home.asked == []


@pytest.mark.parametrize("name", [accession(5), accession(9), "../../etc/passwd"])
def test_what_was_never_read_cannot_be_read_again(home, name):
    with pytest.raises(NotChunked, match="no chunked filing"):
        home(name)


def test_other_chunk_settings_are_another_parser(home):
    home.config.write_text(home.config.read_text() + "[chunk]\nsize = 1000\n")
    assert home("--plan").startswith("3 filings are to be read again by filing-")

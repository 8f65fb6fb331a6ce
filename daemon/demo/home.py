"""The demo's folder: sample filings, a configuration and a state of its own."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from daemon.lock import holder
from daemon.samples import HELDOUT_CIKS, Sample, write_samples
from daemon.standin import StandIn
from store.errors import FinsdistillError

_MARK: Final = ".finsdistill-demo"  # what tells our folder from anybody else's

# A year of the nine training companies gives about 170 triplets to train on, so that each trips the threshold once. Batch,
# rate and epochs were chosen for two cores and four minutes (docs/decisions.md).
_CONFIG: Final = """\
# Written by `finsdistill demo`: invented companies, a toy teacher and a toy student. Nothing here is real.
[service]
log_level = "warning"
publish_every_s = 0.5
min_free_gib = 0.2

[edgar]
user_agent = "finsdistill demo demo@example.com"
companies = {companies}
since = 2015-01-01
poll = 2
data_url = "{data_url}"
www_url = "{www_url}"

[teacher]
kind = "extractive"
max_summary_tokens = 72

[student]
base = "seedling"
quantization = "none"

[trainer]
threshold = 150
objective = "summary"
epochs = 5
batch_size = 16
learning_rate = 0.005
seed = {seed}

[evaluator]
heldout = {heldout}
heldout_share = 0
max_examples = 200
max_summary_tokens = 96
seed = {seed}
"""


class FolderTaken(FinsdistillError):
    """The demo writes only into a folder that is empty, or was a demo's that has ended."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"{folder} {why}: name another one with --dir")


@dataclass(frozen=True)
class Home:
    """`samples` in the order of their filing dates."""

    folder: Path
    samples: tuple[Sample, ...]

    @property
    def edgar(self) -> Path:
        return self.folder / "edgar"

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def configure(self, edgar: StandIn, *, seed: int) -> None:
        tickers = sorted({sample.ticker for sample in self.samples})
        text = _CONFIG.format(
            companies=json.dumps(tickers),
            heldout=json.dumps([str(cik) for cik in HELDOUT_CIKS]),
            data_url=edgar.data_url,
            www_url=edgar.www_url,
            seed=seed,
        )
        self.config.write_text(text, "utf-8")


def make_home(folder: Path, *, seed: int) -> Home:
    """A new one; a former demo there is removed. Raises FolderTaken."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise FolderTaken(folder, "is not empty and was not made by a demo")
        if (pid := holder(folder / "state")) is not None:
            raise FolderTaken(folder, f"is a demo's that still runs (process {pid})")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
    return Home(folder, write_samples(folder / "edgar", seed=seed))

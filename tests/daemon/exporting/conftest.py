"""A published state made by hand: a filing of each split, one from the inbox, and whatever a training would not take."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from daemon.exporting.export import Wish, export
from daemon.exporting.manifest import ExportManifest
from daemon.teachers.extractive import ExtractiveSettings
from store.events import RecipeDeclared
from store.log import EventLog
from store.publishing.publish import Publisher
from tests.builders import a_chunk, a_fetch, a_filing, a_label, a_log, a_recipe, a_review, an_adoption, put

TOY = ExtractiveSettings().recipe()
RECIPE = TOY.recipe_id
LATER = datetime(2026, 12, 1)


def declared(recipe: Any) -> RecipeDeclared:
    shown = {name: getattr(recipe, name) for name in ("model", "revision", "quantization", "licence", "toy")}
    return a_recipe(recipe.recipe_id, teacher=recipe.kind, spec=recipe.model_dump_json(), **shown)


@dataclass
class Published:
    """What was put into the log is published when it is exported."""

    folder: Path
    state: Path
    log: EventLog | None = None
    publisher: Publisher | None = None

    def put(self, *facts: Any) -> int:
        """Gives the position."""
        assert self.log is not None
        return put(self.log, *facts).last_seq

    def publish(self) -> None:
        if self.publisher is not None:
            self.publisher.publish()

    def export(self, to: str = "out", form: str = "jsonl", base: str = "seedling", **wish: Any) -> ExportManifest:
        self.publish()
        asked = Wish(form, base, **wish)
        return export(self.state, self.folder / to, asked, now=LATER, progress=lambda _: None)

    def read(self, name: str, of: str = "out") -> str:
        return (self.folder / of / name).read_text("utf-8")


@contextmanager
def opened(folder: Path, state: Path) -> Iterator[Published]:
    with a_log(state) as log:
        yield Published(folder, state, log, Publisher(log, state))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three rows to train on, one held out; one text of both splits and three unsound labels are left out."""
    folder = tmp_path_factory.mktemp("made")
    texts = ("A.", "B.", "C.", "Both.", "Ungrounded.", "Repaired.", "Rejected.")
    with opened(folder, folder / "state") as made:
        made.put(declared(TOY), an_adoption(RECIPE), a_filing(1), a_fetch(1))
        made.put(a_filing(2, source="inbox", url="file:///home/me/secret/10k.htm"), a_filing(3))
        made.put(*(a_chunk(text, filing=1 + n % 2) for n, text in enumerate(texts)))
        made.put(a_chunk("H.", filing=3, split="heldout"), a_chunk("Both.", filing=3, split="heldout"))
        made.put(*(label(text) for text in ("A.", "B.", "C.", "Both.", "H.", "Rejected.")))
        made.put(label("Ungrounded.", grounded=False), label("Repaired.", flags=("repaired",)))
        made.put(a_review("Rejected.", "rejected", recipe=RECIPE))
        made.publish()
    return folder / "state"


@pytest.fixture
def still(tmp_path: Path, made: Path) -> Published:
    """Shared, while no service runs."""
    return Published(tmp_path, made)


@pytest.fixture
def state(tmp_path: Path, made: Path) -> Iterator[Published]:
    """A copy that grows."""
    shutil.copytree(made, tmp_path / "state")
    with opened(tmp_path, tmp_path / "state") as copied:
        yield copied


def label(text: str, **changes: Any) -> Any:
    return a_label(text, recipe=RECIPE, **changes)

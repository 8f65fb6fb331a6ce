"""The card says what a person must know before using the rows, and nothing that others could write into it."""

import json

import pytest

from daemon.exporting.card import Card, plain
from daemon.exporting.columns import COLUMNS
from daemon.exporting.manifest import ExportManifest, LeftOut, RecipeUsed, SplitFile
from daemon.teachers.local.settings import LocalSettings
from tests.builders import an_adoption
from tests.daemon.exporting.conftest import RECIPE, declared, label

TINY = "TinyLlama/TinyLlama-1.1B-Chat-v1.0"
# As tests/daemon/test_licence.py spells it out.
LICENCE = (
    "Meta's Llama 3 licence (1.b.v) forbids using the outputs of Meta-Llama-3-8B-Instruct to improve any language model"
)
ALTERNATIVE = 'the one-line alternative is [teacher] model = "meta-llama/Llama-3.1-8B-Instruct"'


def test_a_toy_is_called_one_and_has_no_licence_of_a_model(still):
    still.export()
    card = still.read("README.md")
    assert "(toy)" in card and "**This is a toy.**" in card and "\n- toy\n" in card
    assert "Meta" not in card


def test_the_licence_of_a_models_answers_is_said_for_the_student_that_they_are_for(state):
    real = LocalSettings().recipe()
    state.put(declared(real), an_adoption(real.recipe_id, replaces=RECIPE, decision="relabel"))
    state.put(label("A.").model_copy(update={"recipe": real.recipe_id, "label_id": "f" * 32}))
    state.export(base=TINY)
    card = state.read("README.md")
    assert LICENCE in card and ALTERNATIVE in card and "(toy)" not in card


def test_the_card_names_position_rows_and_the_command_that_makes_them_again(still):
    manifest = still.export()
    card = still.read("README.md")
    assert f"as it was at event {manifest.log_seq}" in card
    assert f"| train | train.jsonl | 3 | `{manifest.splits[0].rows_sha256}` |" in card
    assert "Left out: 1 texts of both splits, 3 labels" in card
    assert f"finsdistill export DIR --format jsonl --as-of {manifest.log_seq}\n" in card
    assert json.loads(still.read("export.json"))["recipes"][0]["recipe"] == RECIPE


def test_no_two_columns_have_one_name_and_each_is_in_the_card(still):
    names = [column.name for column in COLUMNS]
    still.export()
    assert len(set(names)) == len(names)
    assert all(f"| {name} | " in still.read("README.md") for name in names)


HOSTILE = "x\n---\nlicense: mit\n---\n# Free `rm` | <script>\u202e\x1b[31m [click](http://evil.example)"


def card_of(**changes):
    recipe = RecipeUsed(
        recipe=RECIPE, active=True, teacher="openai", model=HOSTILE, revision=HOSTILE, licence=HOSTILE, toy=False
    )
    values = {
        "export_format": 1,
        "finsdistill": "0",
        "purpose": "real",
        "log_id": "l",
        "log_seq": 9,
        "data_format": "jsonl",
        "toy": False,
        "recipes": (recipe,),
        "splits": (SplitFile(split="train", file="train.jsonl", rows=1, rows_sha256="0" * 64),),
        "left_out": LeftOut(both_splits=0, unsound=0),
        "adapter": None,
    }
    return Card(ExportManifest(**values | changes), COLUMNS, [f"{HOSTILE} comes under no licence."], "export").text()


def test_what_a_server_says_of_itself_stays_one_line_and_is_no_markup():
    card = card_of()
    assert card.count("\n---\n") == 1 and card.startswith("---\n")
    for mark in ("<script>", "\u202e", "\x1b", "](http", "\nlicense: mit", "\n# Free"):
        assert mark not in card
    assert plain(HOSTILE).count("|") == 0


def test_a_demos_companies_are_said_to_be_invented():
    assert "invented" in card_of(purpose="demo") and "invented" not in card_of()


@pytest.mark.parametrize("rows", [0, 1])
def test_a_split_without_rows_is_not_promised_to_whoever_loads_it(rows):
    split = SplitFile(split="heldout", file="heldout.jsonl", rows=rows, rows_sha256="0" * 64)
    assert card_of(splits=(split,)).count("- split: heldout") == rows

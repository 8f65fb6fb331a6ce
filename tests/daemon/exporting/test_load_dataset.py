"""What `datasets` makes of an export, offline."""

import datetime

import pytest

from tests.builders import a_chunk
from tests.daemon.exporting.conftest import label


@pytest.fixture
def load(tmp_path, monkeypatch):
    import datasets

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()
    return lambda folder: datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_load_dataset_gives_both_splits_with_their_types(still, load, form):
    still.export(form=form)
    loaded = load(still.folder / "out")
    assert {split: rows.num_rows for split, rows in loaded.items()} == {"train": 3, "heldout": 1}
    assert loaded["train"]["text"][:] == ["A.", "B.", "C."]
    row = loaded["train"][1]
    assert (row["filed"], row["labelled_at"]) == (datetime.date(2025, 10, 31), datetime.datetime(2026, 11, 22, 12))
    assert (row["flags"], row["review"], row["toy"], row["cik"]) == ([], None, True, 320193)


def test_what_only_some_rows_have_and_what_no_row_of_a_split_has_loads_all_the_same(state, load):
    hostile = "A\u2028\u202e\x00 \U0001f600\r\n"
    state.put(a_chunk(hostile, item=None), label(hostile, flags=("hit_limit",)))
    state.export()
    assert load(state.folder / "out")["train"][3]["text"] == hostile


def test_an_export_without_heldout_companies_loads(still, load):
    still.export(as_of=17)  # the first label
    assert {split: rows.num_rows for split, rows in load(still.folder / "out").items()} == {"train": 1}

import json

from hypothesis import given
from hypothesis import strategies as st

from daemon.standin.whereabouts import Whereabouts

ACCESSIONS = st.from_regex(r"[0-9]{10}-[0-9]{2}-[0-9]{6}", fullmatch=True)


def write(folder, name, accessions):
    (folder / name).write_text(json.dumps({"accessionNumber": accessions, "form": ["10-K"] * len(accessions)}))


@given(st.lists(ACCESSIONS), st.lists(ACCESSIONS))
def test_a_file_names_what_stands_in_it_and_nothing_else(tmp_path_factory, there, elsewhere):
    folder = tmp_path_factory.mktemp("submissions")
    write(folder, "CIK0000000001.json", there)
    named = Whereabouts(folder).named(folder / "CIK0000000001.json", [*there, *elsewhere])
    assert set(named) == set(there)


def test_all_files_that_name_it_are_found_and_a_changed_one_is_searched_again(tmp_path):
    write(tmp_path, "CIK0000000002.json", ["0000000001-26-000001"])
    write(tmp_path, "CIK0000000001-submissions-001.json", ["0000000001-26-000001"])
    write(tmp_path, "CIK0000000003.json", [])
    (tmp_path / "notes.txt").write_text('"0000000001-26-000001"')
    whereabouts = Whereabouts(tmp_path)
    names = [path.name for path in whereabouts.files("0000000001-26-000001")]
    assert names == ["CIK0000000001-submissions-001.json", "CIK0000000002.json"]
    write(tmp_path, "CIK0000000003.json", ["0000000001-26-000001"])
    assert len(whereabouts.files("0000000001-26-000001")) == 3

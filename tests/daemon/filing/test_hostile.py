"""A filing may cost what its size allows, and no more: under the kernel's limits on processor time and memory."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.filing import FilingUnreadable
from daemon.identify import identify
from store.ids import ACCESSION
from tests.daemon.filing.hostile import FILINGS

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def ends():
    """How each ended."""
    command = [sys.executable, "-m", "tests.daemon.filing.hostile_child"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return {said["name"]: said for said in map(json.loads, run.stdout.splitlines())}


@pytest.mark.parametrize("name", FILINGS)
def test_a_hostile_filing_is_read_or_refused_within_a_minute_and_ten_times_its_size(ends, name):
    wanted = FILINGS[name][1]
    end = ends[name]["end"]
    assert end == wanted if wanted else end in {"read", "too_tangled", "no_prose", "not_a_filing", "truncated"}, ends[
        name
    ]


LEADING_ELSEWHERE = (
    "../../etc/passwd",
    "/etc/passwd",
    "0000001234-98-000001/../../x",
    "..\\..\\x",
    "0000001234-98-000001\x00/x",
)


@pytest.mark.parametrize("path", LEADING_ELSEWHERE)
def test_no_path_in_a_name_or_a_header_becomes_part_of_an_accession(path):
    header = f"ACCESSION NUMBER: {path}\n<DOCUMENT>\n<TYPE>10-K\n<FILENAME>{path}\n<TEXT>\n"
    for name, body in ((path, "FORM 10-K"), ("a.txt", header), (f"{path}.txt", header)):
        found = identify(name, body.encode(), None).accession
        assert ACCESSION.fullmatch(found) or re.fullmatch(r"local-[0-9a-f]{12}", found)


@pytest.mark.parametrize("fact", ["accession", "amends"])
@pytest.mark.parametrize("path", LEADING_ELSEWHERE)
def test_a_path_in_a_sidecar_is_refused(path, fact):
    with pytest.raises(FilingUnreadable, match=fact):
        identify("a.htm", b"FORM 10-K", json.dumps({fact: path}).encode())

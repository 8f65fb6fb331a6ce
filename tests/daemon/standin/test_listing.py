import json

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from daemon.standin import NothingHidden
from daemon.standin.submissions import Rows, without
from tests.daemon.standin.conftest import COMPLETE, DOCUMENT, JOINT, OLD

MAIN, PAGE = "/submissions/CIK0000009001.json", "/submissions/CIK0000009001-submissions-001.json"
JOINT_DOCUMENT = "/Archives/edgar/data/9001/000000900126000007/ours-20251231.htm"
JOINT_INDEX = "/Archives/edgar/data/9001/000000900126000007/0000009001-26-000007-index.htm"
OLD_TEXT = "/Archives/edgar/data/9001/0000009001-99-000003.txt"
OLD_INDEX = "/Archives/edgar/data/9001/000000900199000003/0000009001-99-000003-index.htm"


def accessions(answer: requests.Response) -> list[str]:
    document = answer.json()
    return (document["filings"]["recent"] if "filings" in document else document)["accessionNumber"]


def test_submissions_are_served_to_the_byte_while_nothing_in_them_is_hidden(folder, edgar_of, session):
    edgar = edgar_of(folder, hidden=["0000009001-26-555555"])
    for path in (MAIN, PAGE):
        answer = session.get(edgar.data_url + path, timeout=10)
        assert answer.content == (folder / path.lstrip("/")).read_bytes()
        assert answer.headers["Content-Type"] == "application/json"


def test_a_hidden_filing_is_nowhere_and_a_published_one_everywhere_at_once(folder, edgar_of, session):
    edgar = edgar_of(folder, hidden=[JOINT])

    def look() -> tuple[bool, bool, int, int]:
        lists = [session.get(f"{edgar.data_url}/submissions/CIK000000{cik}.json", timeout=10) for cik in (9001, 9002)]
        pages = [session.get(edgar.www_url + path, timeout=10).status_code for path in (JOINT_DOCUMENT, JOINT_INDEX)]
        return JOINT in accessions(lists[0]), JOINT in accessions(lists[1]), pages[0], pages[1]

    assert look() == (False, False, 404, 403)
    edgar.publish(JOINT)
    assert look() == (True, True, 200, 200)


def test_a_filing_hidden_in_a_page_is_missing_from_the_page_and_its_count(folder, edgar_of, session):
    edgar = edgar_of(folder, hidden=[OLD])

    def look() -> tuple[int, int, bool, int]:
        named = session.get(edgar.data_url + MAIN, timeout=10).json()["filings"]["files"][0]["filingCount"]
        listed = accessions(session.get(edgar.data_url + PAGE, timeout=10))
        return named, len(listed), OLD in listed, session.get(edgar.www_url + OLD_TEXT, timeout=10).status_code

    assert look() == (201, 201, False, 404)  # 1,202 rows, 1,000 of them recent, one hidden
    edgar.publish(OLD)
    assert look() == (202, 202, True, 200)


def test_a_page_with_nothing_to_show_is_not_named():
    rows = {"accessionNumber": ["a", "b"], "form": ["4", "10-K"]}
    files = [{"name": "one", "filingCount": 3}, {"name": "two", "filingCount": 2}]
    body = json.dumps({"filings": {"recent": rows, "files": files}}).encode()
    shown = json.loads(without(body, ["a"], {"one": 2, "two": 2}))["filings"]
    assert shown["files"] == [{"name": "one", "filingCount": 1}]
    assert shown["recent"] == {"accessionNumber": ["b"], "form": ["10-K"]}


@given(st.lists(st.text(), unique=True), st.data())
def test_hiding_rows_keeps_the_columns_parallel(listed, data):
    hidden = data.draw(st.sets(st.sampled_from(listed))) if listed else set()
    rows = Rows({"accessionNumber": list(listed), "twice": [accession * 2 for accession in listed]}).without(hidden)
    assert rows.accessions == [accession for accession in listed if accession not in hidden]
    assert rows.columns["twice"] == [str(accession) * 2 for accession in rows.accessions]


def test_what_was_never_hidden_cannot_appear(folder, edgar_of):
    with pytest.raises(NothingHidden, match="was not hidden"):
        edgar_of(folder).publish(JOINT)


def test_publishing_twice_is_publishing_once(folder, edgar_of, session):
    edgar = edgar_of(folder, hidden=[JOINT])
    edgar.publish(JOINT)
    edgar.publish(JOINT)
    assert accessions(session.get(edgar.data_url + MAIN, timeout=10)).count(JOINT) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (JOINT_DOCUMENT, DOCUMENT),
        (JOINT_DOCUMENT.replace("/9001/", "/9002/"), DOCUMENT),  # EDGAR has it under each company that filed it
        (OLD_TEXT, COMPLETE),
        ("/Archives/edgar/data/9001/000000900199000003/0000009001-99-000003.txt", COMPLETE),
        (JOINT_DOCUMENT.replace("/9001/", "/9003/"), None),
        (OLD_TEXT.replace("/9001/", "/9002/"), None),
    ],
)
def test_a_document_lies_where_edgar_has_it(folder, edgar_of, session, path, body):
    answer = session.get(edgar_of(folder).www_url + path, timeout=10)
    assert answer.status_code == (200 if body else 404)
    assert body is None or answer.content == body


def test_a_file_that_was_changed_meanwhile_is_read_again(folder, edgar_of, session):
    edgar = edgar_of(folder, hidden=[JOINT])
    session.get(edgar.data_url + MAIN, timeout=10)
    path = folder / MAIN.lstrip("/")
    path.write_text(path.read_text().replace("OURS & SONS", "OURS & DAUGHTERS"))
    assert session.get(edgar.data_url + MAIN, timeout=10).json()["name"] == "OURS & DAUGHTERS INC"


@pytest.mark.parametrize("path", ["/submissions/CIK0000009001.json/..", "/submissions/../files/company_tickers.json"])
def test_only_submissions_are_on_the_data_host(folder, edgar_of, path):
    prepared = requests.Request("GET", "http://x", headers={"User-Agent": "me me@example.com"}).prepare()
    edgar = edgar_of(folder)
    prepared.url = edgar.data_url + path  # as it is: requests would resolve the dots
    with requests.Session() as client:
        assert client.send(prepared, timeout=10).status_code == 404


def test_the_old_filings_index_names_the_complete_submission(folder, edgar_of, session):
    page = session.get(edgar_of(folder).www_url + OLD_INDEX, timeout=10)
    assert page.status_code == 200
    assert "Complete submission text file" in page.text

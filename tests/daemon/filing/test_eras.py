"""What filings of each era do to their Items: one invented filing a trap."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.filing import ChunkOptions, Extraction, extract
from daemon.filing.document import decoded, documents

OPTIONS = ChunkOptions()
PROSE = (
    "The company builds wooden boats and sells them to the harbours of the northern coast, as it has done for many years. "
    "It also repairs the boats of other builders, and it trains young people who want to learn the trade. "
) * 2
REFERENCE = (
    "The information required by this Item is incorporated herein by reference to the definitive Proxy Statement."
)
HEADINGS = {
    "1": "Item 1. Business",
    "2": "Item 2. Properties",
    "3": "Item 3. Legal Proceedings",
    "7": "Item 7. Management's Discussion and Analysis of Financial Condition and Results of Operations",
}


def filing(*parts: tuple[str, str]) -> bytes:
    """HTML of (heading, text), behind three Items that every annual report has."""
    paragraphs = (f"<p><b>{heading}</b></p><p>{text}</p>" for heading, text in parts)
    return f"<html><body><p>FORM 10-K</p>{''.join(paragraphs)}<p>SIGNATURES</p></body></html>".encode()


def whole(*parts: tuple[str, str]) -> bytes:
    return filing(*((HEADINGS[key], PROSE) for key in ("1", "2", "3")), *parts)


def read(body: bytes, form: str = "10-K") -> Extraction:
    return extract(body, form=form, options=OPTIONS)


def items_of(found: Extraction) -> list[str | None]:
    return list(dict.fromkeys(passage.item for passage in found.passages))


@pytest.mark.parametrize(
    ("heading", "items"),
    [
        ("Item Seven A. Quantitative and Qualitative Disclosures About Market Risk", ["7A"]),
        ("ITEM SEVEN-A: Disclosures About Market Risk", ["7A"]),
        ("Item VIII. Financial Statements and Supplementary Data", ["8"]),
        ("Item Fourteen. Exhibits, Financial Statement Schedules and Reports on Form 8-K", ["14"]),
        ("PART II ITEM 7. Management's Discussion and Analysis", ["7"]),
        ("Part II, Item 7 - MANAGEMENT'S DISCUSSION AND ANALYSIS", ["7"]),
        ("Item<br>9A. Controls and Procedures", ["9A"]),
        ("Item 9A(T). Controls and Procedures", ["9A"]),
        ("Item 14. Controls and Procedures", ["14"]),  # 2002 and 2003
        ("Item 15. Exhibits, Financial Statement Schedules, and Reports on Form 8-K", ["15"]),
        ("Item 16. Principal Accountant Fees and Services", ["16"]),
        ("ITEMS 10, 11, 12 and 13. Directors; Compensation; Ownership; Relationships", ["10"]),
        ("Item 7. Management's</b></p><p><b>Discussion and Analysis of Financial Condition", ["7"]),
    ],
)
def test_a_heading_of_any_era_opens_its_item(heading: str, items: list[str]) -> None:
    assert items_of(read(whole((heading, PROSE)))) == ["1", "2", "3", *items]


@pytest.mark.parametrize(
    "line",
    [
        "Item 7 of this report describes the results of the year and should be read by all who own a share.",
        "Item 2.02 Results of Operations and Financial Condition",
        "Item 5(c). Transactions in other shares",
        "See Item 7A for more.",
        "Item 3. Legal Proceedings (Continued)",
    ],
)
def test_a_reference_or_a_running_head_cuts_no_item(line: str) -> None:
    found = read(whole(("More of it", f"{PROSE}</p><p>{line}</p><p>{PROSE}")))
    assert items_of(found) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (REFERENCE, "reference"),
        (
            "See Note 12 of the Notes to Consolidated Financial Statements, which is incorporated by reference.",
            "reference",
        ),
        ("The information appears on pages 19 through 32 of our Annual Report to Shareholders.", "reference"),
        ("None.", "empty"),
        ("Not applicable.", "empty"),
        (
            "As a smaller reporting company, we are not required to provide the information required by this Item.",
            "empty",
        ),
        (
            "There were no disagreements with accountants on accounting and financial disclosure in the last two years.",
            "empty",
        ),
        (PROSE, "full"),
        (f"{PROSE} {REFERENCE}", "full"),
    ],
)
def test_only_an_item_with_text_of_its_own_gives_passages(text: str, status: str) -> None:
    found = read(whole(("Item 9. Changes in and Disagreements with Accountants", text)))
    (span,) = [span for span in found.items if span.item == "9"]
    assert (span.status, span.char_end > span.char_start) == (status, status == "full")
    assert ("9" in items_of(found)) == (status == "full")
    if status == "full":
        assert text.split(".")[-2].strip() in found.text  # the reference beside it stays


def test_what_introduces_a_part_belongs_to_no_item() -> None:
    intro = "Certain information required by Part III is omitted from this report, as we will file our proxy statement."
    body = whole(
        ("Item 9B. Other Information", f"None.</p><p><b>PART III</b></p><p>{intro}"),
        ("Item 11. Executive Compensation", PROSE),
    )
    found = read(body)
    assert [(span.item, span.status) for span in found.items][-2:] == [("9B", "empty"), ("11", "full")]
    assert intro not in found.text


def test_items_under_one_heading_are_told_apart_where_their_titles_stand() -> None:
    text = f"{PROSE}</p><p><b>Properties</b></p><p>{PROSE.replace('boats', 'yards')}"
    body = filing(("Items 1 and 2. Business and Properties", text), (HEADINGS["3"], PROSE), (HEADINGS["7"], PROSE))
    assert items_of(read(body)) == ["1", "2", "3", "7"]


def test_each_item_of_a_heading_over_several_has_a_span() -> None:
    found = read(whole(("Items 10 through 13. Part III", REFERENCE)))
    assert [(span.item, span.status) for span in found.items][3:] == [
        (item, "reference") for item in ("10", "11", "12", "13")
    ]


def test_fewer_than_three_items_in_a_whole_form_are_not_believed() -> None:
    parts = ((HEADINGS["1"], PROSE), (HEADINGS["7"], PROSE))
    assert items_of(read(filing(*parts))) == [None]
    assert items_of(read(filing(*parts), "10-K/A")) == ["1", "7"]


def submission(*documents: tuple[str, str]) -> bytes:
    """An SGML submission of 1996 on, in a PEM envelope."""
    parts = "".join(f"<DOCUMENT>\n<TYPE>{kind}\n<TEXT>\n{text}\n</TEXT>\n</DOCUMENT>\n" for kind, text in documents)
    pem = "-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 2001,MIC-CLEAR\nMIC-Info: RSA-MD5,RSA,\n AbC/+=\n\n"
    return f"{pem}<IMS-DOCUMENT>x\n{parts}</IMS-DOCUMENT>\n-----END PRIVACY-ENHANCED MESSAGE-----\n".encode()


def report(
    extra: str = "", eight: str = "See the annual report, pages 20 through 40, incorporated by reference."
) -> str:
    texts = {"1": PROSE, "2": PROSE, "3": PROSE, "7": "Reported on pages 12-19 of the Annual Report to Shareholders."}
    items = "\n\n".join(f"{HEADINGS[key]}\n\n{text}" for key, text in texts.items())
    return f"FORM 10-K\n\n{items}\n\nItem 8. Financial Statements and Supplementary Data\n\n{eight}\n\n{extra}"


def test_discussion_and_statements_in_exhibit_13_are_their_items_text_by_reference() -> None:
    notes = PROSE.replace("boats", "ships")
    annual = (
        "CONTENTS\n\nManagement's Discussion\n\nNotes to Financial Statements\n\n"
        f"MANAGEMENT'S DISCUSSION AND ANALYSIS\n\n{PROSE}\n\nNOTES TO CONSOLIDATED FINANCIAL STATEMENTS\n\n{notes}\n"
    )
    found = read(submission(("10-K", report()), ("EX-13", annual)))
    assert {(p.item, p.by_reference) for p in found.passages if p.item in {"7", "8"}} == {("7", True), ("8", True)}
    assert [span.status for span in found.items if span.item == "7"] == ["reference", "full"]
    assert all("ships" in p.text for p in found.passages if p.item == "8")


def test_statements_behind_the_last_item_are_item_8_by_reference_and_end_at_the_exhibits() -> None:
    index = (
        "The agreement of the company with its owners is filed with this list, as are all of the others that it has."
    )
    pages = (
        f"Item 14. Exhibits\n\n{PROSE}\n\nSIGNATURES\n\nA. Person\n\n"
        f"REPORT OF INDEPENDENT AUDITORS\n\n{PROSE}\n\nINDEX TO EXHIBITS\n\n{index}"
    )
    found = read(report(pages).encode())
    (eight,) = [span for span in found.items if span.item == "8" and span.by_reference]
    assert PROSE[:60] in found.text[eight.char_start : eight.char_end]
    assert "agreement of the company" not in found.text


def test_a_list_of_documents_is_no_annual_report() -> None:
    listed = (
        "Item 14. Exhibits\n\n(a) 1. Financial Statements\n\nNotes to Consolidated Financial Statements\n\n"
        "Report of Independent Auditors\n\nThe statements listed above are filed as part of this report, without others.\n"
    )
    assert not any(span.by_reference for span in read(report(listed).encode()).items)


GRAPHIC = "begin 644 a.jpg\nM" + "_" * 60 + "\nM" + "A" * 60 + "\n`\nend\n"


def test_containers_leave_nothing_in_the_text() -> None:
    found = read(
        submission(("GRAPHIC", GRAPHIC), ("10-K", report() + "\n" + GRAPHIC), ("XML", "<XBRL>Item 1. Business</XBRL>"))
    )
    assert not any(junk in found.text for junk in ("PRIVACY", "Proc-Type", "begin 644", "____", "<", "MIC-Info"))
    assert items_of(found)[:3] == ["1", "2", "3"]


def test_inline_xbrl_is_read_inside_its_wrapper() -> None:
    page = whole().decode()
    assert read(submission(("10-K", f"<XBRL>\n{page}\n</XBRL>"))).text == read(whole()).text


def test_a_submission_whose_tags_are_gone_keeps_no_envelope() -> None:
    (only,) = documents(
        b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 1\n\nFORM 10-K\n-----END PRIVACY-ENHANCED MESSAGE-----\n"
    )
    assert only.text.strip() == "FORM 10-K"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("the company\x92s".encode(), "the company\u2019s"),
        (("\u2019s " * 30).encode() + b"\x92", "\u2019s " * 30 + " "),
        (b"AT&amp;T &#146; &lt;S&gt;", "AT&amp;T &#146; &lt;S&gt;"),
    ],
)
def test_broken_encodings_are_mended(body: bytes, text: str) -> None:
    assert decoded(body) == text


def test_entities_of_plain_text_are_read() -> None:
    assert "AT&T\u2019s lines" in read(report().replace("wooden", "AT&amp;T&#146;s lines of").encode()).text


@pytest.mark.parametrize(
    ("heading", "text", "mark"),
    [
        ("Item 5. Other Events", PROSE, "no_heading"),
        ("Item 9C. Disclosure Regarding Foreign Jurisdictions", PROSE * 60, "implausible_length"),
        (
            "Item 2. Properties",
            f"{'The plants are described in Item 1 of this report, Business. ' * 3} They are good.",
            None,
        ),
        ("Item 13. Certain Relationships and Related Transactions", PROSE, None),
    ],
)
def test_a_check_that_fails_marks_the_item_and_its_passages(heading: str, text: str, mark: str | None) -> None:
    found = read(whole((heading, text), (HEADINGS["7"], PROSE)) if "Item 5" in heading else whole((heading, text)))
    key = heading.split()[1].rstrip(".")
    marks = {mark for passage in found.passages if passage.item == key for mark in passage.marks}
    assert marks == ({mark} if mark else set())
    assert all(set(span.marks) == marks for span in found.items if span.item == key and span.char_end > span.char_start)


TITLES = st.sampled_from(list(HEADINGS.items()))
BODIES = st.sampled_from([PROSE, REFERENCE, "None.", "", f"{PROSE} {REFERENCE}", "See Item 7.", "Item 1. Business 3"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TITLES, BODIES), max_size=8))
def test_only_full_items_hold_passages_and_each_passage_is_in_a_span_of_its_item(
    parts: list[tuple[tuple[str, str], str]],
) -> None:
    found = read(whole(*((title, text) for (_, title), text in parts)))
    for span in found.items:
        assert span.status == "full" or span.char_start == span.char_end
        assert 0 <= span.prose <= 1
    for passage in found.passages:
        inside = [s for s in found.items if s.item == passage.item and s.char_start <= passage.char_start < s.char_end]
        assert passage.item is None or [(s.by_reference, s.marks) for s in inside] == [
            (passage.by_reference, passage.marks)
        ]

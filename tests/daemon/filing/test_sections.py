"""Items by the best ascending chain of headings."""

import pytest

from daemon.filing.annual import annual_report
from daemon.filing.blocks import Block
from daemon.filing.headings import is_contents_line, is_item_heading
from daemon.filing.sections import sections
from daemon.forms import Form, form_of

PROSE = "The company sells its goods in the towns of the north, and it has done so for many of the past years. " * 4


def tenk() -> Form:
    form = form_of("10-K")
    assert form is not None
    return form


def found(*texts: str, form: str = "10-K", strong: bool = True) -> list[tuple[str | None, int]]:
    """(Item, first block) of each section that is not empty; texts other than prose are headings."""
    blocks = [Block(PROSE) if text == "…" else Block(text, "text", strong) for text in texts]
    known = form_of(form)
    assert known is not None
    return [(s.item, s.start) for s in sections(blocks, known, whole=False) if s.stop > s.start]


@pytest.mark.parametrize(
    ("heading", "item"),
    [
        ("Item 1A. Risk Factors", "1A"),
        ("ITEM 1A - RISK FACTORS", "1A"),
        ("Item 1A: Risk Factors.", "1A"),
        ("ITEM 1A", "1A"),
        ("Item 1 A. Risk Factors", "1A"),
        ("PART I, Item 1A. Risk Factors", "1A"),
        ("PART I — ITEM 1A. RISK FACTORS", "1A"),
        ("Item 1(A). Risk Factors", "1A"),
        ("Items 1 and 2. Business and Properties", "1"),
        ("ITEMS 10, 11, 12 and 13. DIRECTORS; EXECUTIVE COMPENSATION", "10"),
        ("Items 10 through 14. Incorporated", "10"),
        ("Item 9A(T). Controls and Procedures", "9A"),
        ("Item 5. Market for Registrant\u2019s Common Equity, Related Stockholder Matters", "5"),
        ("Item X. Executive Officers of the Company", "X"),
    ],
)
def test_a_heading_opens_its_item(heading: str, item: str) -> None:
    assert found(heading, "…") == [(item, 0)]


@pytest.mark.parametrize(
    "line",
    [
        "Item 1A of this report describes the risks that we face in the course of our business in detail.",
        "Item 7, “Management\u2019s Discussion and Analysis,” and Item 8 are to be read together.",
        "Item 405 of Regulation S-K",
        "Item 1A. Risk Factors (Continued)",
        "Item 1A. Risk Factors 17",
        "Item 1A. Risk Factors.................. 17",
    ],
)
def test_references_contents_and_running_heads_open_nothing(line: str) -> None:
    assert found("Item 1. Business", "…", line, "…", strong=False) == [("1", 0)]


def test_the_contents_lose_against_the_headings_with_text() -> None:
    contents = ("Item 1. Business", "Item 2. Properties", "Item 3. Legal Proceedings")
    assert found(*contents, contents[0], "…", contents[1], "…", contents[2], "…") == [
        (None, 0),
        ("1", 3),
        ("2", 5),
        ("3", 7),
    ]


def test_contents_at_the_end_lose_too() -> None:
    contents = ("Item 1. Business", "Item 2. Properties")
    assert found(contents[0], "…", contents[1], "…", *contents) == [("1", 0), ("2", 2)]


def test_the_title_may_stand_in_the_next_block() -> None:
    assert found("Item 1.", "Business", "…", "Item 2.", "Properties", "…") == [("1", 0), ("2", 3)]


def test_headings_without_numbers_count_only_where_numbers_have_no_text() -> None:
    numbered = ("Item 2. Properties", "Item 3. Legal Proceedings", "Item 5. Market for Registrant's Common Equity")
    with_text = [text for heading in numbered for text in (heading, "\u2026")]
    assert found("Item 1. Business", "\u2026", "Risk Factors", "\u2026", *with_text) == [
        ("1", 0),
        ("2", 4),
        ("3", 6),
        ("5", 8),
    ]
    assert found("Business", "\u2026", "Risk Factors", "\u2026", "Legal Proceedings", "\u2026", *numbered) == [
        ("1", 0),
        ("1A", 2),
        ("3", 4),
    ]


def test_a_small_business_form_has_its_own_numbers() -> None:
    texts = (
        "Item 6. Plan of Operation",
        "…",
        "Item 7. Financial Statements",
        "…",
        "Item 8A(T). Controls and Procedures",
        "…",
    )
    assert found(*texts, form="10-KSB") == [("6", 0), ("7", 2), ("8A", 4)]


def test_the_last_item_ends_at_the_signatures() -> None:
    assert found("Item 15. Exhibits", "…", "SIGNATURES", "…") == [("15", 0), (None, 3)]


def test_statements_behind_the_last_item_belong_to_the_item_that_points_to_them() -> None:
    texts = (
        "Item 8. Financial Statements",
        "See the end.",
        "Item 15. Exhibits",
        "…",
        "Notes to Consolidated Financial Statements",
        "…",
    )
    assert found(*texts) == [("8", 0), ("15", 2), ("8", 4)]


def test_the_cover_page_is_left_out() -> None:
    cover = (
        "Indicate by check mark whether …",
        "The aggregate market value of the stock is …",
        "Our words",
        "Item 1. Business",
        "…",
    )
    assert found(*cover)[0] == (None, 2)


def test_an_annual_report_is_told_apart_by_names() -> None:
    titles = ("Letter", "Management's Discussion and Analysis", "…", "Notes to Consolidated Financial Statements", "…")
    blocks = [Block(PROSE) if text == "…" else Block(text, "text", strong=True) for text in titles]
    assert [(s.item, s.start, s.stop) for s in annual_report(blocks, tenk())] == [
        (None, 0, 1),
        ("7", 1, 3),
        ("8", 3, 5),
    ]


def test_no_heading_at_all_gives_one_section_without_an_item() -> None:
    assert found("…", "…") == [(None, 0)]


def test_lines_are_told_from_headings_by_their_page_number() -> None:
    assert is_contents_line("Item 7A. Disclosures about Market Risk 49")
    assert not is_contents_line("Item 7A. Disclosures about Market Risk")
    assert is_item_heading("Item 7A. Disclosures about Market Risk")
    assert not is_item_heading("Item 7A of the report")
    assert tenk().order("7A") is not None


def test_statements_behind_the_signatures_have_the_number_of_their_form() -> None:
    texts = (
        "Item 14. Principal Accountant Fees and Services",
        "\u2026",
        "SIGNATURES",
        "Notes to Financial Statements",
        "\u2026",
    )
    assert found(*texts, form="10-KSB") == [("14", 0), ("7", 3)]
    assert found(*texts, form="10-K") == [("14", 0), ("8", 3)]

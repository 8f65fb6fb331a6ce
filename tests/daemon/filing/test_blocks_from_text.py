"""Plain text to blocks: wrapped lines, headings, columns, SGML tags and pages."""

import pytest

from daemon.filing import plain
from daemon.filing.furniture import without_furniture


def texts(text: str) -> list[str]:
    return [block.text for block in plain.blocks(text) if block.text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one line\nand the next\n\nanother", ["one line and the next", "another"]),
        (
            "     A first one goes on\nand ends.\n     Another one starts\nand goes on",
            ["A first one goes on and ends.", "Another one starts and goes on"],
        ),
        ("long-\nterm debt is owed", ["long-term debt is owed"]),
        ("Item 2.     Properties\n\nWe own them.", ["Item 2. Properties", "We own them."]),
        (
            "ITEM  12.  CERTAIN   RELATIONSHIPS  AND   RELATED   TRANSACTIONS",
            ["ITEM 12. CERTAIN RELATIONSHIPS AND RELATED TRANSACTIONS"],
        ),
        ("PART II\nItem 5. Market", ["PART II", "Item 5. Market"]),
        ("<S>      <C>   <C>\n<CAPTION>\nwords here", ["words here"]),
        ("Net sales          $18,958     $25,789", []),
        ("<TABLE>\nNorth  12  13\n</TABLE>\nAfter it", ["After it"]),
        ("Item 3 Legal Proceedings.............................I-7", []),
        ("Item 1.  Business                        3", []),
        ("-----------\n===========\ntext", ["text"]),
        ("as of the end of the month of February\n15, 2008.", ["as of the end of the month of February 15, 2008."]),
        (
            "We  currently  have  no   definitive   agreements  or  understandings   with  any\nof them.",
            ["We currently have no definitive agreements or understandings with any of them."],
        ),
        (
            "as is told in\nItem 7. Management's Discussion and Analysis",
            ["as is told in Item 7. Management's Discussion and Analysis"],
        ),
        ("We stop here.\nItem 3. Legal Proceedings\nNone.", ["We stop here.", "Item 3. Legal Proceedings None."]),
    ],
)
def test_lines_become_paragraphs(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_a_page_tag_ends_a_page_and_its_number_goes() -> None:
    text = "The company makes its own parts in a\n\n                 5\n<PAGE>\n\nnumber of places in the country.\n"
    assert [b.text for b in without_furniture(plain.blocks(text))] == [
        "The company makes its own parts in a number of places in the country."
    ]


def test_running_heads_go_and_the_first_heading_of_an_item_stays() -> None:
    page = "Item 1. Business\n\nThe company makes parts for the ships of the world, page {}.\n\n<PAGE>\n\n"
    found = without_furniture(plain.blocks("".join(page.format("abcd"[n]) for n in range(4))))
    assert [block.text for block in found].count("Item 1. Business") == 1

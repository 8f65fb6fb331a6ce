"""Markup to blocks: hidden parts, paragraphs, emphasis, tables by row, pages."""

import pytest

from daemon.filing import html
from daemon.filing.assembly import Assembly
from daemon.filing.blocks import Block
from daemon.filing.furniture import without_furniture

BEFORE = (
    "We lease our head office in Springfield and we do not believe that our business would be materially affected by"
)
AFTER = "the end of that lease, because other offices are to be had in the same part of the town."
FULL = f"{BEFORE} {AFTER}"


def blocks(markup: str) -> list[Block]:
    assembly = Assembly()
    html.fill(f"<html><body>{markup}</body></html>", assembly, figures=False)
    return assembly.finish()


def texts(markup: str) -> list[str]:
    return [block.text for block in blocks(markup) if block.text]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>one</p><p>two</p>", ["one", "two"]),
        ("<p>one<br>line</p>", ["one line"]),
        ("<p>one<br><br>two</p>", ["one", "two"]),
        ("<div>a<div style='display:inline'>b</div>c</div>", ["abc"]),
        ("<p>x&nbsp;&#160; y</p>", ["x y"]),
        ("<p>it&#146;s</p>", ["it\u2019s"]),
        ("<p>\u202eevil\u202c\u200b soft\u00ad ware</p>", ["evil soft ware"]),
        ("<p>say <|eot_id|> here</p>", ["say <|eot_id|> here"]),
        ("<p>say &lt;|eot_id|&gt; here</p>", ["say <|eot_id|> here"]),
        ("<ix:header><ix:hidden>no</ix:hidden></ix:header><p>yes</p>", ["yes"]),
        ("<div style='DISPLAY: none'>no</div><p>yes</p>", ["yes"]),
        ("<p hidden>no</p><script>no</script><style>no</style><p>yes</p>", ["yes"]),
        ("<div style='display:none'/><p>yes</p>", ["yes"]),  # XHTML closes it in place
        ("<p><ix:nonnumeric>a</ix:nonnumeric><ix:nonfraction>5</ix:nonfraction></p>", ["a5"]),
        (
            "<pre>wrapped lines\nof one paragraph\n\nand another</pre>",
            ["wrapped lines of one paragraph", "and another"],
        ),
    ],
)
def test_visible_text_comes_paragraph_by_paragraph(markup: str, expected: list[str]) -> None:
    assert texts(markup) == expected


@pytest.mark.parametrize(
    ("markup", "strong"),
    [
        ("<p><b>Overview</b></p>", True),
        ("<h3>Overview</h3>", True),
        ("<p><span style='font-weight:700'>Overview</span></p>", True),
        ("<p><u>Overview</u>.</p>", False),
        ("<b><p>a <span style='font-weight:400'>plain paragraph inside</span></p></b>", False),
        ("<p>The <b>word</b> is bold</p>", False),
    ],
)
def test_a_block_is_strong_when_all_of_it_is_set_apart(markup: str, strong: bool) -> None:
    assert [block.strong for block in blocks(markup) if block.text] == [strong]


SENTENCE = "We design the parts in our own offices and have them made by others."


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (f"<tr><td>{SENTENCE}</td></tr>", [SENTENCE]),
        (f"<tr><td>•</td><td>{SENTENCE}</td></tr>", [f"• {SENTENCE}"]),
        ("<tr><td>Item 2.</td><td>Properties</td></tr>", ["Item 2. Properties"]),
        ("<tr><td>Item 2.</td><td>Properties</td><td>17</td></tr>", []),
        ("<tr><td>Net sales</td><td>$</td><td>1,234</td><td>(56)</td></tr>", []),
        ("<tr><td>Year ended June 30,</td><td>2015</td><td>2014</td></tr>", []),
        ("<tr><td>Total assets</td><td>—</td></tr>", []),
        ("<tr><td>By:</td><td>/s/ A. Person</td></tr>", []),
        (
            "<tr><td>A. Person</td><td>57</td><td>Head of the works since 2010</td></tr>",
            ["A. Person 57 Head of the works since 2010"],
        ),
        (f"<tr><td><table><tr><td>{SENTENCE}</td></tr><tr><td>Cash</td><td>5</td></tr></table></td></tr>", [SENTENCE]),
        (
            f"<tr><td>Net sales</td><td>5</td></tr><tr><td colspan=2>{SENTENCE}</td></tr><tr><td>(In millions)</td></tr>",
            [SENTENCE],
        ),
    ],
)
def test_a_table_is_decided_row_by_row(rows: str, expected: list[str]) -> None:
    assert texts(f"<table>{rows}</table>") == expected


PAGE = "<hr style='page-break-after:always'>"


@pytest.mark.parametrize(
    "furniture",
    [
        f"<p>5</p>{PAGE}",
        f"<p>- 5 -</p>{PAGE}<p><a href='#toc'>Table of Contents</a></p>",
        f"<p>F-12</p>{PAGE}",
        "<p style='page-break-before:always'></p>",
        f"<div>Acorn Widgets 2015 Form 10-K 5</div>{PAGE}<p>Item 2. Properties (Continued)</p>",
    ],
)
def test_a_sentence_that_runs_on_across_a_page_is_joined(furniture: str) -> None:
    ends = "".join(f"<p>A paragraph that ends.</p><div>Acorn Widgets 2015 Form 10-K {n}</div>{PAGE}" for n in (2, 3, 4))
    found = without_furniture(blocks(f"{ends}<p>{BEFORE}</p>{furniture}<p>{AFTER}</p>"))
    assert [block.text for block in found if "paragraph" not in block.text] == [FULL]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We own our offices.", "the next one"),  # a full stop
        (BEFORE, "<b>Item 3. Legal Proceedings</b>"),  # a heading
        ("<b>Our Properties</b>", "we own them"),  # after a heading
    ],
)
def test_what_does_not_run_on_is_left_apart(before: str, after: str) -> None:
    found = without_furniture(blocks(f"<p>{before}</p><p>5</p>{PAGE}<p>{after}</p>"))
    assert len(found) == 2

"""Rows of figures are left out before a document is parsed, and nothing else changes by it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.filing import html
from daemon.filing.assembly import Assembly
from daemon.filing.blocks import Block
from daemon.filing.figures import without_figures

SENTENCE = "We believe that the sale of the plant to the county will be completed in the first half of the year."
LABEL = "Net cash provided by (used in) operating activities, net of the effects of acquisitions"
FIGURES = "<tr><td>Net sales</td><td>$</td><td>1,234</td></tr>"


def blocks(markup: bytes) -> list[Block]:
    assembly = Assembly()
    html.fill(markup.decode(), assembly, figures=True)
    return assembly.finish()


def table(*rows: str) -> bytes:
    return f"<p>Before</p><table border='0'>{''.join(rows)}</table><p>Behind</p>".encode()


@pytest.mark.parametrize(
    "rows",
    [
        [FIGURES] * 3,
        ["<tr><td></td><th>2024<th>2023", "<tr><td><b>Net sales</b><td>(5)<td>&nbsp;7&nbsp;%"],
        [
            "<tbody>",
            f"<tr style='x'><td>{LABEL}</td><td colspan='3' style='display:none'/><td>12</td></tr>",
            "</tbody>",
        ],
        ["<tr><td><div><span>Net</span> sales</div></td><td><ix:nonFraction name='a'>7</ix:nonFraction></td></tr>"],
    ],
)
def test_a_table_of_figures_is_next_to_nothing_before_it_is_parsed(rows: list[str]) -> None:
    markup = table(*rows)
    lighter = without_figures(markup)
    assert lighter.count(b"<tr") == lighter.count(b"<td") == 1
    assert blocks(lighter) == blocks(markup)


@pytest.mark.parametrize(
    "row",
    [
        f"<tr><td>{SENTENCE}</td></tr>",
        f"<tr><td>(1)</td><td>{SENTENCE}</td></tr>",
        f"<tr><td><font>{SENTENCE[:40]}</font><font>{SENTENCE[40:]}</font></td></tr>",
        "<tr><td>Item 7.</td><td>Management's Discussion</td></tr>",
        "<tr><td>PART II Item 8</td></tr>",
        "<tr><td>&#8226;&#8195;Item 7</td></tr>",
        "<tr><td>Jane Doe</td><td>54</td><td>Director of several companies since 1999</td></tr>",
        "<tr><td><hr></td></tr>",
    ],
)
def test_what_is_more_than_figures_stays_in_the_table(row: str) -> None:
    markup = table(FIGURES, FIGURES, row, FIGURES, FIGURES)
    lighter = without_figures(markup)
    assert row.encode() in lighter and len(lighter) < len(markup)
    assert blocks(lighter) == blocks(markup)


@pytest.mark.parametrize(
    "row",
    [
        "<tr>stray words<td>a</td><td>1</td></tr>",
        "<tr><td>a</td>stray words<td>1</td></tr>",
        "</tr><td>a</td><td>1</td>",
        "<tr><td style='display:none'>words</td><td>1</td></tr>",
        "<tr><td hidden>words</td><td>1</td></tr>",
        "<tr><td style='page-break-before:always'>a</td><td>1</td></tr>",
        "<tr><td><script>a</script></td><td>1</td></tr>",
        "<tr><td><!-- a --></td><td>1</td></tr>",
        "<tr><td title='a>b'>a</td><td>1</td></tr>",
        "<tr><td title='<b'>a</td><td>1</td></tr>",
        "<tr><td\x0b>a</td><td>1</td></tr>",  # no white space in HTML
        "<tr><td>&#65;&#66;</td><td>1</td></tr>",
        "<tr><td>It&#8203;em 7</td><td>1</td></tr>",
        "<tr><td>\x12</td><td>1</td></tr>",
        "<caption>words</caption><tr><td>a</td><td>1</td></tr>",
    ],
)
def test_a_table_of_doubtful_markup_is_left_to_the_parser(row: str) -> None:
    markup = table(FIGURES, row, FIGURES)
    assert without_figures(markup) == markup


def test_rows_behind_a_table_that_is_closed_in_place_stay() -> None:
    markup = f"<table/>{FIGURES}</table>".encode()
    assert without_figures(markup) == markup


@pytest.mark.parametrize(
    "front",
    [
        "<pre>",
        "<!-- <b>",
        "<p title='never ends>",
        "<table title='never ends><tr><td>a</td></tr></table>",
        "<p>less than 5 < 6</p>",
        "<xmp>",
    ],
)
def test_behind_markup_that_may_swallow_a_table_all_is_left_to_the_parser(front: str) -> None:
    markup = front.encode() + table(FIGURES) + table(FIGURES)
    assert without_figures(markup) == markup


TEXTS = st.sampled_from(
    [*("", " ", "&nbsp;", "\n", "Net sales", LABEL, SENTENCE, "$", "1,234", "(5", ")%", "&#8212;", "-", "54", "2024"),
     *("Item 7.", "Item", "7", "PART II", "Director of several companies since then", "words", "&#65;", "a.", "12.5"),
     *("\x12", "&#8203;", "&#8195;", "\u2003", "It\x12em", "&shy", "&nbsp", "said.\u201d", "&bull;", "AT&T", "&copy;", "\xad"),
     *("of the", "and the other parts of it", "\x01", "\u2022", "Sales:", "&lt;", "......... 12", "it&#146;s")]
)  # fmt: skip
WRAPPED = st.sampled_from(
    [*("{}", "<b>{}</b>", "<font>{}", "{}</font>", "<div>{}</div>", "<p>{}", "{}<br>", "<br/>{}", "<span style='x'>{}</span>"),
     *("<div/>{}", "<hr>{}", "{}<hr/>", "<a name='x'>{}", "</b>{}", "</div>{}", "<ix:nonFraction>{}</ix:nonFraction>"),
     *("<td>{}", "<tr>{}", "<table>{}</table>", "<u>{}</u>", "<i>{}</i>", "<sup>{}</sup>", "<img src='a'>{}", "{}")]
)  # fmt: skip
INSIDE = st.lists(st.tuples(WRAPPED, TEXTS).map(lambda pair: pair[0].format(pair[1])), max_size=3).map("".join)
OPENED = st.sampled_from(
    [*("<td>", "<td>", "<td>", "<TD align='right'>", "<th>", "<td colspan='2' style='display:none'>", "<td/>", "<td hidden>"),
     *("<td style='display:none'/>", "<td style='display:inline'>", "<td><div>", "")]
)  # fmt: skip
CLOSED = st.sampled_from(["</td>", "</td>", "</td>\n", "", "</th>", "</b></td>", "</tr>"])
CELLS = st.tuples(OPENED, INSIDE, CLOSED).map("".join)
ROWS = st.tuples(
    st.sampled_from(
        ["<tr>", "<tr>", "<tr>\n", "<TR valign='top'>", "<tbody><tr>", "", "<tr/>", "<tr><hr>", "<col><tr>"]
    ),
    st.lists(CELLS, max_size=4).map("".join),
    st.sampled_from(["</tr>", "</tr>", "</tr>\n", "", "</tbody>", "</tr></tbody>", "<caption>words</caption>"]),
).map("".join)
TABLES = st.lists(st.one_of(ROWS, st.just(FIGURES), st.just(FIGURES)), max_size=6).map("".join)
DOCUMENTS = st.lists(
    st.one_of(TABLES.map("<table>{}</table>".format), INSIDE.map("<p>{}</p>".format), TABLES.map("<TABLE>{}".format)),
    max_size=4,
).map("".join)


@settings(max_examples=300)
@given(DOCUMENTS)
def test_nothing_but_rows_of_figures_goes_whatever_the_markup(document: str) -> None:
    markup = document.encode()
    assert blocks(without_figures(markup)) == blocks(markup)

"""What an Item must look like, as a table, and passages that cannot stand alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.filing import ChunkOptions, Passage
from daemon.filing.checks import marks
from daemon.filing.prose import plainness, reads_plainly
from daemon.filing.recut import recut
from daemon.filing.references import Standing, is_pointer, says_none
from daemon.filing.section import Section
from daemon.forms import form_of

OPTIONS = ChunkOptions()
PLAIN = "The company repairs the boats of other builders, and it trains young people who want to learn the trade. " * 4
NAMES = "Model 427; Benzlers; Bob-Cat; Boesner; Brouwer; Bunton; Cadillac Gage; Camcar; Caravan; Citation; Cone Drive. "


@pytest.mark.parametrize(
    ("item", "standing", "titled", "by_reference", "failed"),
    [
        ("7", Standing("full", 0.9, 0.0, 50_000), True, False, ()),
        ("7", Standing("full", 0.9, 0.0, 50_000), False, False, ("no_heading",)),
        ("7A", Standing("full", 0.9, 0.0, 100_000), True, False, ("implausible_length",)),
        ("8", Standing("full", 0.9, 0.0, 150), True, False, ("implausible_length",)),
        ("8", Standing("full", 0.9, 0.0, 150), True, True, ()),  # a part of the statements that stands elsewhere
        ("6", Standing("full", 0.9, 0.95, 600), True, False, ("cross_reference_stub",)),
        ("6", Standing("full", 0.9, 0.95, 3000), True, False, ()),
        ("15", Standing("full", 0.2, 0.0, 3000), True, False, ("little_prose",)),
        ("9A", Standing("full", 0.2, 0.9, 1400), False, False, ("no_heading", "cross_reference_stub", "little_prose")),
        ("4", Standing("empty", 0.0, 0.0, 0), False, False, ()),  # without text there is nothing to mark
    ],
)
def test_each_check_is_named_where_it_fails(
    item: str, standing: Standing, titled: bool, by_reference: bool, failed: tuple[str, ...]
) -> None:
    form = form_of("10-K")
    assert form is not None
    section = Section(item, 0, 9, heading=True, by_reference=by_reference, titled=titled)
    assert marks(section, standing, form) == failed


@pytest.mark.parametrize(
    "sentence",
    [
        "The information required by this Item is incorporated herein by reference to the Proxy Statement.",
        "Reference is made to the information regarding Directors appearing under \u201cElection of Directors.\u201d",
        "Our Financial Statements, the accompanying Notes and the Report thereon are set forth on pages 43 through 66.",
        "See Item 8 of Part II, \u201cFinancial Statements \u2014 Note 7 \u2014 Legal Proceedings.\u201d",
        "Refer to the Market Risk Management section on pages 133-140 for quantitative disclosures about market risk.",
    ],
)
def test_a_pointer_is_known(sentence: str) -> None:
    assert is_pointer(sentence) and not says_none(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "We are party to no legal proceedings that could have a material effect on our results.",
        "Our common stock is listed on the New York Stock Exchange, and the number of holders of record is 135,640.",
        "None of our directors adopted or terminated a trading arrangement in the fourth quarter of the year.",
        "We own our manufacturing facilities in Georgia and lease offices in Texas.",
    ],
)
def test_an_answer_is_neither_a_pointer_nor_none(sentence: str) -> None:
    assert not is_pointer(sentence) and not says_none(sentence)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (PLAIN, True),
        (NAMES * 3, False),
        (
            "The fees were $8,145, $9,001 and $10,020 in 1997, 1998 and 1999, of which $1,201 and $1,345 were due.",
            False,
        ),
        ("Too few words.", False),
    ],
)
def test_figures_and_names_do_not_read_plainly(text: str, plain: bool) -> None:
    assert reads_plainly(text) is plain
    assert -10 < plainness(text) < 2


def passages(*texts: str) -> tuple[str, list[Passage]]:
    text, found = "", list[Passage]()
    for one in texts:
        found.append(Passage("1", len(text), len(text) + len(one.strip()), one.strip()))
        text += one.strip() + "\n\n"
    return text, found


def test_a_list_of_names_joins_the_text_beside_it() -> None:
    text, found = passages(PLAIN, NAMES, PLAIN)
    joined = recut(text, found, OPTIONS)
    assert len(joined) < 3
    assert all(reads_plainly(passage.text) for passage in joined)


def test_passages_that_stand_alone_stay_as_they_are() -> None:
    text, found = passages(PLAIN, PLAIN, PLAIN)
    assert recut(text, found, OPTIONS) == found


@given(st.lists(st.sampled_from([PLAIN, NAMES, NAMES * 12, PLAIN * 3, "Net sales 5.", PLAIN + NAMES * 8]), max_size=8))
def test_what_is_cut_anew_is_all_the_text_in_order_and_not_too_long(texts: list[str]) -> None:
    text, found = passages(*texts)
    found = [passage for passage in found if len(passage.text) <= OPTIONS.size]
    cut = recut(text, found, OPTIONS)
    assert all(text[p.char_start : p.char_end] == p.text and len(p.text) <= OPTIONS.size for p in cut)
    assert sorted(p.char_start for p in cut) == [p.char_start for p in cut]
    kept = "".join("".join(p.text.split()) for p in cut)
    assert all("".join(p.text.split()) in kept for p in found)

"""What an amendment tells anew, in tables: the filings of a report on the left, what counts no more on the right."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.amendments import Link, Told, decide, relatives, report_of, successors, why_alone

YEAR, OLD = date(2024, 12, 31), date(1999, 12, 31)
GOOGLE, ALPHABET = 1288776, 1652044


def a_filing(accession, *full, form="10-K", filed=1, period=YEAR, ciks=(1,), amends=None):
    """`filed`: the day in March, None if unknown."""
    day = date(2025, 3, filed) if filed else None
    return Told(accession, successors(ciks), form, period, day, amends, full)


def an_amendment(accession, *full, filed=2, form="10-K/A", **more):
    return a_filing(accession, *full, form=form, filed=filed, **more)


ORIGINAL = a_filing("o", "1", "7", "8")


@pytest.mark.parametrize(
    ("filings", "links", "replaced"),
    [
        pytest.param([ORIGINAL, an_amendment("a", "7")], {"a": ("o", "7")}, {"o7": "a"}, id="one Item"),
        pytest.param(
            [ORIGINAL, an_amendment("a", "10", "11")], {"a": ("o", "10 11")}, {"o10": "a", "o11": "a"}, id="Part III"
        ),
        pytest.param([ORIGINAL, an_amendment("a")], {"a": ("o", "")}, {}, id="only exhibits"),
        pytest.param([ORIGINAL, an_amendment("a", "15")], {"a": ("o", "")}, {}, id="the list of exhibits"),
        pytest.param([ORIGINAL, an_amendment("a", "14")], {"a": ("o", "14")}, {"o14": "a"}, id="what 14 became"),
        pytest.param(
            [a_filing("o", period=OLD), an_amendment("a", "13", "14", period=OLD)],
            {"a": ("o", "13")},
            {"o13": "a"},
            id="the list of exhibits of old",
        ),
        pytest.param(
            [a_filing("o", form="10-KSB"), an_amendment("a", "13", "14", form="10-KSB/A")],
            {"a": ("o", "14")},
            {"o14": "a"},
            id="a small business's list",
        ),
        pytest.param([an_amendment("a", "7")], {}, {}, id="no original"),
        pytest.param([ORIGINAL, an_amendment("a", "7", period=None)], {}, {}, id="period unknown"),
        pytest.param([ORIGINAL, an_amendment("a", "7", period=date(2023, 12, 31))], {}, {}, id="another year"),
        pytest.param([ORIGINAL, an_amendment("a", "7", ciks=(2,))], {}, {}, id="another company"),
        pytest.param([ORIGINAL, an_amendment("a", "7", ciks=())], {}, {}, id="company unknown"),
        pytest.param([ORIGINAL, an_amendment("a", "7", form="10-KSB/A")], {}, {}, id="another family of forms"),
        pytest.param([ORIGINAL, a_filing("p", "7", filed=9)], {}, {}, id="the same report filed twice is no amendment"),
        pytest.param(
            [ORIGINAL, an_amendment("a", "7", form="10-K405/A")], {"a": ("o", "7")}, {"o7": "a"}, id="one family"
        ),
        pytest.param(
            [ORIGINAL, an_amendment("a", "7", filed=2), an_amendment("b", "7", "8", filed=3)],
            {"a": ("o", "7"), "b": ("o", "7 8")},
            {"o7": "b", "a7": "b", "o8": "b", "a8": "b"},
            id="the last one counts",
        ),
        pytest.param(
            [ORIGINAL, an_amendment("a", "7", filed=3), an_amendment("b", "8", filed=2)],
            {"a": ("o", "7"), "b": ("o", "8")},
            {"o7": "a", "o8": "b", "b7": "a"},  # an Item that it did not tell whole is replaced too
            id="each its own Item",
        ),
        pytest.param(
            [an_amendment("a", "7", filed=2), an_amendment("b", "7", filed=3)], {}, {"a7": "b"}, id="two, no original"
        ),
        pytest.param(
            [an_amendment("a", "7", filed=None), an_amendment("b", "7", filed=3)], {}, {"a7": "b"}, id="of unknown date"
        ),
        pytest.param(
            [ORIGINAL, an_amendment("a", "7", filed=None)],
            {"a": ("o", "7")},
            {"o7": "a"},
            id="never before its original",
        ),
        pytest.param(
            [ORIGINAL, a_filing("p", "7", filed=4), an_amendment("a", "7", filed=6)],
            {"a": ("p", "7")},
            {"o7": "a", "p7": "a"},
            id="of a report that was filed twice",
        ),
        pytest.param(
            [ORIGINAL, a_filing("p", "7", filed=4), an_amendment("a", "7", filed=3)],
            {"a": ("o", "7")},
            {"o7": "a", "p7": "a"},
            id="before the report was filed again",
        ),
        pytest.param(
            [a_filing("o", ciks=(1, 2)), an_amendment("a", "7", ciks=(2,))],
            {"a": ("o", "")},
            {},
            id="by one of the companies that filed together",
        ),
        pytest.param(
            [a_filing("o", ciks=(2,)), an_amendment("a", "7", ciks=(1, 2))],
            {"a": ("o", "7")},
            {"o7": "a"},
            id="by the company and others",
        ),
        pytest.param(
            [a_filing("o", ciks=(GOOGLE,)), an_amendment("a", "7", ciks=(ALPHABET,))],
            {"a": ("o", "7")},
            {"o7": "a"},
            id="by its successor",
        ),
        pytest.param(
            [ORIGINAL, a_filing("p"), an_amendment("a", "7", amends="p", period=None, ciks=())],
            {"a": ("p", "7")},
            {"p7": "a"},
            id="by a person's word",
        ),
        pytest.param([ORIGINAL, an_amendment("a", "7", amends="z")], {}, {}, id="a person's word goes first"),
    ],
)
def test_of_each_item_the_text_that_was_filed_last_counts(filings, links, replaced):
    found = decide(filings)
    assert found.links == {name: Link(amends, tuple(items.split())) for name, (amends, items) in links.items()}
    assert {accession + item: by for (accession, item), by in found.replaced.items()} == replaced


reports = st.lists(
    st.builds(
        lambda n, form, filed, items, ciks, amends: a_filing(
            f"f{n}", *items, form=form, filed=filed, ciks=ciks, amends=amends
        ),
        st.integers(0, 9),
        st.sampled_from(["10-K", "10-K/A", "10-K405/A", "10-KSB/A", None]),
        st.sampled_from([None, 1, 2, 3]),
        st.sets(st.sampled_from(["1", "7", "8"])),
        st.sampled_from([(), (1,), (2,), (1, 2)]),
        st.sampled_from([None, None, None, "f0", "f1"]),
    ),
    max_size=6,
    unique_by=lambda filing: filing.accession,
)


@given(report=reports, shuffled=st.randoms(use_true_random=False))
def test_the_order_in_which_filings_came_does_not_matter(report, shuffled):
    other = list(report)
    shuffled.shuffle(other)
    assert decide(other) == decide(report)


@given(filings=reports)
def test_a_report_by_itself_is_decided_as_among_all_filings(filings):
    whole = decide(filings)
    for filing in filings:
        alone = decide(report_of(filing.accession, filings))
        assert alone.links.get(filing.accession) == whole.links.get(filing.accession)
        assert {item: by for (name, item), by in alone.replaced.items() if name == filing.accession} == {
            item: by for (name, item), by in whole.replaced.items() if name == filing.accession
        }


@given(report=reports)
def test_only_an_amendment_replaces_and_only_what_it_tells_whole(report):
    told = {filing.accession: filing for filing in report}
    for (accession, item), by in decide(report).replaced.items():
        assert told[by].is_amendment
        assert item in told[by].full
        assert told[accession].place < told[by].place


@given(report=reports)
def test_the_text_that_replaces_is_replaced_by_none(report):
    replaced = decide(report).replaced
    latest = max(report, key=lambda filing: filing.place, default=None)
    assert not any(accession == latest.accession for accession, _ in replaced if latest)


@pytest.mark.parametrize(
    ("form", "period", "ciks", "words"),
    [
        ("10-K", YEAR, (1,), None),
        (None, YEAR, (1,), None),
        ("10-K/A", None, (1,), "period"),
        ("10-K/A", YEAR, (), "company"),
        ("10-KSB/A", YEAR, (1,), "no 10-KSB of its company for 2024-12-31"),
    ],
)
def test_why_an_amendment_stands_alone(form, period, ciks, words):
    why = why_alone(form, period, ciks)
    assert (why is None) if words is None else (words in why)


def test_companies_are_looked_for_under_all_their_numbers():
    assert relatives([GOOGLE]) == relatives([ALPHABET]) == {GOOGLE, ALPHABET}

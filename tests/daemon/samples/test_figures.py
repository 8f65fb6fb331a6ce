"""The invented figures agree with each other, and the marks in sentences mean what `daemon.samples.wording` says."""

import random
import re

import pytest

from daemon.samples import topics
from daemon.samples.books import books
from daemon.samples.companies import COMPANIES
from daemon.samples.facts import facts
from daemon.samples.wording import UnknownSlot, fill

MONEY = re.compile(r"\$([\d,.]+) (million|billion)")
SENTENCES = [
    sentence
    for group in (topics.BUSINESS, topics.RISKS, topics.DISCUSSION, topics.MARKET_RISK, topics.NOTES)
    for topic in group
    for para in topic.paras
    for sentence in (*topic.heading.split("|"), *para.leads, *para.pool)
]
WE = {"we": "we", "x": "[a|b]"}
IT = {"we": "the Company"}


def millions(text):
    amount, unit = MONEY.fullmatch(text).groups()
    return float(amount.replace(",", "")) * (1000 if unit == "billion" else 1)


def every_fact():
    for company in COMPANIES:
        years = books(company, seed=3)
        for index in (1, 2, 3):
            yield company, facts(company, years, index, seed=3)


def test_each_change_follows_from_the_two_amounts_beside_it():
    for _, known in every_fact():
        for name in (name.removesuffix("_diff") for name in known if name.endswith("_diff")):
            now, was = millions(known.get(f"{name}_rev", known.get(name, ""))), millions(known[f"{name}_was"])
            assert known[f"{name}_by"] == f"{abs(now / was - 1):.1%}"
            assert millions(known[f"{name}_diff"]) == pytest.approx(abs(now - was), abs=0.06)
            assert ("increased" in known[f"{name}_moved"]) == (now >= was)


def test_what_was_this_year_is_last_year_a_year_later():
    for company in COMPANIES:
        years = books(company, seed=0)
        first, second = (facts(company, years, index, seed=0) for index in (1, 2))
        for name in ("rev", "net", "debt", "staff", "units", "tax_rate", "rate_a", "share_b", "dividend"):
            assert second[f"{name}_was"] == first[name]


def test_segments_add_up_and_no_company_goes_under():
    for seed in range(20):
        for company in COMPANIES:
            for year in books(company, seed=seed):
                assert sum(year.segments) == pytest.approx(year.revenue, abs=0.05)
                assert year.net > 0
                assert year.per_share > 0


@pytest.mark.parametrize("sentence", sorted(set(SENTENCES)))
def test_every_company_can_say_every_sentence(sentence):
    for company, known in every_fact():
        said = fill(sentence, known, random.Random(company.cik))
        assert not re.search(r"[{}\[\]|]|\b[a-z]+/[a-z]+\b", said)


def test_every_sentence_of_a_company_is_used_as_it_should():
    for company, known in every_fact():
        for sentence in (*company.about, *(s for risk in company.risks for s in risk.sentences), company.season):
            assert fill(sentence, known, random.Random(0)).endswith(".")


@pytest.mark.parametrize(
    ("pattern", "known", "said"),
    [
        ("{we} have/has a plan.", WE, "We have a plan."),
        ("{we} have/has a plan.", IT, "The Company has a plan."),
        ("[one|one] of two", WE, "One of two"),
        ("{x} letter", WE, "A letter|B letter"),
    ],
)
def test_marks_become_words(pattern, known, said):
    assert fill(pattern, known, random.Random(1)) in said.split("|")


def test_a_fact_that_nobody_has_is_an_error_that_names_it():
    with pytest.raises(UnknownSlot, match="'weather'"):
        fill("because of {weather}", WE, random.Random(0))

"""One filing as content, before any shape: the cover's facts and the Items with their headings, paragraphs and tables."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from daemon.samples import topics
from daemon.samples.books import Year
from daemon.samples.companies import Company
from daemon.samples.facts import facts
from daemon.samples.tables import Table, balance, income, segments
from daemon.samples.topics import Para, Topic
from daemon.samples.wording import fill, paragraph, some

TITLES: Final[dict[str, str]] = {
    "1": "Business",
    "1A": "Risk Factors",
    "1B": "Unresolved Staff Comments",
    "2": "Properties",
    "3": "Legal Proceedings",
    "4": "Mine Safety Disclosures",
    "5": "Market for Registrant's Common Equity, Related Stockholder Matters and Issuer Purchases of Equity Securities",
    "7": "Management's Discussion and Analysis of Financial Condition and Results of Operations",
    "7A": "Quantitative and Qualitative Disclosures About Market Risk",
    "8": "Financial Statements and Supplementary Data",
    "9A": "Controls and Procedures",
    "10": "Directors, Executive Officers and Corporate Governance",
    "15": "Exhibits and Financial Statement Schedules",
}
_BY_REFERENCE: Final = "Incorporated by reference to the proxy statement for the annual meeting in {yn}."
_NO_SUITS: Final = "{short} was party to no material proceedings in fiscal {y}."
_FULL: Final = 0.5  # how often a short Item is written out


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Text:
    text: str


Part = Heading | Text | Table


@dataclass(frozen=True)
class Item:
    number: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Report:
    company: Company
    form: Literal["10-K", "10-K/A"]
    accession: str
    period: date
    filed: date
    years: tuple[Year, ...]
    index: int
    items: tuple[Item, ...]

    @property
    def now(self) -> Year:
        return self.years[self.index]


def items(company: Company, years: Sequence[Year], index: int, *, seed: int) -> tuple[Item, ...]:
    """The Items of the 10-K for the fiscal year `years[index]`."""
    rng = random.Random(f"text|{seed}|{company.cik}|{years[index].number}")
    shown = years[max(0, index - 2) : index + 1]
    known = facts(company, years, index, seed=seed)
    said: dict[str, list[Part]] = {
        "1": [
            *_about(company, known, rng),
            *_topics(_kept(_fitting(topics.BUSINESS, company), 3, rng), company, known, rng),
        ],
        "1A": _risks(company, known, rng),
        "1B": [Text("None.")],
        "2": [*_text(topics.PROPERTIES, known, rng), _sites(company)],
        "3": _text(topics.LEGAL, known, rng) if rng.random() < _FULL else [Text(fill(_NO_SUITS, known, rng))],
        "4": [Text("Not applicable.")],
        "5": _text(topics.STOCK, known, rng) if rng.random() < _FULL else [Text(fill(_BY_REFERENCE, known, rng))],
        "7": _discussion(company, shown, known, rng),
        "7A": _topics(_kept(_fitting(topics.MARKET_RISK, company), 1, rng), company, known, rng),
        "8": [
            income(company, shown),
            balance(company, shown),
            *_topics(_kept(topics.NOTES, 1, rng), company, known, rng),
        ],
        "9A": _text(topics.CONTROLS, known, rng),
        "10": [Text(fill(_BY_REFERENCE, known, rng))],
        "15": [Text("The index of exhibits is left out of this sample.")],
    }
    return tuple(Item(number, TITLES[number], tuple(parts)) for number, parts in said.items())


def amended(report_items: Sequence[Item], why: str) -> tuple[Item, ...]:
    """What a 10-K/A repeats: an explanatory note in front of Item 7, and Items 7 and 9A in full."""
    kept = [item for item in report_items if item.number in {"7", "9A"}]
    first, *others = kept
    noted = Item(first.number, first.title, (Heading("Explanatory Note"), Text(why), *first.parts))
    return (noted, *others)


def _about(company: Company, known: Mapping[str, str], rng: random.Random) -> Iterator[Part]:
    opening = (
        "{short} {trade}, mainly {product1}, {product2} and {product3}, and {sells_to} {customers} in {region1} and "
        "{region2}."
    )
    yield Heading(fill("[General|Overview|The Company]", known, rng))
    first, *others = company.about
    chosen = [first, *some(others, len(others) - 1, rng)]
    half = len(chosen) // 2
    yield Text(paragraph([opening, *chosen[:half]], known, rng))
    yield Text(paragraph(chosen[half:], known, rng))


def _risks(company: Company, known: Mapping[str, str], rng: random.Random) -> list[Part]:
    """The company's own risks and the common ones, in an order of the company's choice that lasts."""
    own = [Topic(risk.heading, (Para((risk.sentences[0],), risk.sentences[1:], 3),)) for risk in company.risks]
    every = [*_kept(own, 3, rng), *_kept(_fitting(topics.RISKS, company), 2, rng)]
    order = random.Random(f"risks|{company.cik}")
    places = {topic.heading: order.random() for topic in (*own, *topics.RISKS)}
    return _topics(sorted(every, key=lambda topic: places[topic.heading]), company, known, rng)


def _discussion(company: Company, shown: Sequence[Year], known: Mapping[str, str], rng: random.Random) -> list[Part]:
    fitting = _fitting(topics.DISCUSSION, company)
    parts = _topics([*fitting[:3], *_kept(fitting[3:], 2, rng)], company, known, rng)
    place = next((i for i, part in enumerate(parts) if isinstance(part, Heading) and i > 0), len(parts))
    return [*parts[:place], segments(company, shown), *parts[place:]]


def _topics(chosen: Sequence[Topic], company: Company, known: Mapping[str, str], rng: random.Random) -> list[Part]:
    parts: list[Part] = []
    for topic in chosen:
        heading = topic.heading.split("|")
        # A company keeps its headings from year to year.
        parts.append(Heading(fill(heading[(company.cik + len(topic.paras)) % len(heading)], known, rng)))
        for para in topic.paras:
            parts += _text(para, known, rng)
    return parts


def _text(para: Para, known: Mapping[str, str], rng: random.Random) -> list[Part]:
    return [Text(paragraph([rng.choice(para.leads), *some(para.pool, para.count, rng)], known, rng))]


def _fitting(chosen: Sequence[Topic], company: Company) -> list[Topic]:
    return [topic for topic in chosen if topic.only is None or (topic.only == "goods") == company.goods]


def _kept(chosen: Sequence[Topic], count: int, rng: random.Random) -> list[Topic]:
    """`count` of the topics, in their order: no filing says everything."""
    places = sorted(rng.sample(range(len(chosen)), min(count, len(chosen))))
    return [chosen[place] for place in places]


def _sites(company: Company) -> Table:
    rows = tuple((site.place, site.use, site.size) for site in company.sites)
    return Table("Principal sites", ("Location", "Use", "Square feet"), rows)

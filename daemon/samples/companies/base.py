"""What the samples know about an invented company; everything else in its filings is computed or chosen from this."""

from dataclasses import dataclass
from typing import Literal

Shape = Literal["ixbrl", "html", "sgml"]
Voice = Literal["we", "the Company"]


@dataclass(frozen=True)
class Segment:
    """`share` of revenue (0 to 1) in the year before the first filing; `growth` a year on average (0.05 is 5 %)."""

    name: str
    does: str
    share: float
    growth: float


@dataclass(frozen=True)
class Site:
    place: str
    use: str
    size: str


@dataclass(frozen=True)
class Risk:
    """The first sentence states the risk; the others say how it would come about or what it did before."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Company:
    """Sentences and phrases may hold the marks that `daemon.samples.wording` explains. Three filings, for the fiscal
    years that end in `first_year` and the two after it; `shapes` are theirs. `revenue` in millions of dollars, `units` in
    thousands, both of the year before the first filing; margins and the debt are shares of revenue, 0 to 1."""

    cik: int
    name: str
    short: str
    ticker: str
    voice: Voice
    state: str
    state_code: str
    city: str
    street: str
    exchange: str
    sic: str
    sic_name: str
    year_end: tuple[int, int]
    first_year: int
    shapes: tuple[Shape, Shape, Shape]
    goods: bool

    revenue: float
    gross: float
    selling: float
    debt: float
    staff: int
    units: float
    shares: float

    sales_name: str
    cost_name: str
    margin_name: str
    staff_name: str
    unit_name: str
    customers: str
    founded: int
    trade: str

    segments: tuple[Segment, Segment, Segment]
    products: tuple[str, ...]
    regions: tuple[str, str, str]
    inputs: tuple[str, str, str]
    rivals: tuple[str, str, str]
    rules: tuple[str, str]
    sites: tuple[Site, ...]
    more: tuple[str, ...]
    less: tuple[str, ...]
    dearer: tuple[str, ...]
    cheaper: tuple[str, ...]
    project: str
    deal: str
    suit: str
    season: str
    about: tuple[str, ...]
    risks: tuple[Risk, ...]

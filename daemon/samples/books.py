"""The invented books: four years of figures a company, each following from the year before, in millions of dollars."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from daemon.samples.companies import Company


@dataclass(frozen=True)
class Year:
    """Amounts in millions of dollars, `units` in thousands, `shares` in millions; `segments` add up to `revenue`.
    `rate` is the interest paid on the debt, `tax_rate` and `abroad` are shares, 0 to 1."""

    number: int
    end: date
    segments: tuple[float, float, float]
    units: float
    cost: float
    selling: float
    research: float
    interest: float
    rate: float
    tax_rate: float
    debt: float
    cash: float
    depreciation: float
    capex: float
    dividend: float
    buyback: float
    staff: int
    shares: float
    abroad: float
    stock: float
    backlog: float
    loans: float

    @property
    def revenue(self) -> float:
        return round(sum(self.segments), 1)

    @property
    def gross(self) -> float:
        return round(self.revenue - self.cost, 1)

    @property
    def operating(self) -> float:
        return round(self.gross - self.selling, 1)

    @property
    def pretax(self) -> float:
        return round(self.operating - self.interest, 1)

    @property
    def tax(self) -> float:
        return round(max(0.0, self.pretax) * self.tax_rate, 1)

    @property
    def net(self) -> float:
        return round(self.pretax - self.tax, 1)

    @property
    def per_share(self) -> float:
        return round(self.net / self.shares, 2)

    @property
    def operating_cash(self) -> float:
        """Of the statement of cash flows: what was earned, with depreciation put back and stocks paid for."""
        return round(self.net + self.depreciation - 0.05 * self.stock, 1)


@dataclass(frozen=True)
class _Ratios:
    """What drifts from year to year."""

    gross: float
    selling: float
    rate: float
    debt: float
    units: float
    shares: float
    staff: float
    dividend: float


def books(company: Company, *, seed: int) -> tuple[Year, Year, Year, Year]:
    """The year before the first filing, then the three that are filed. The same seed gives the same figures."""
    rng = random.Random(f"books|{seed}|{company.cik}")
    segments = tuple(round(company.revenue * segment.share, 1) for segment in company.segments)
    ratios = _Ratios(
        gross=company.gross,
        selling=company.selling,
        rate=rng.uniform(0.041, 0.056),
        debt=company.revenue * company.debt,
        units=company.units,
        shares=company.shares,
        staff=company.staff,
        dividend=round(rng.uniform(0.2, 0.9), 2),
    )
    fixed = (rng.uniform(0.19, 0.26), rng.uniform(0.08, 0.34))
    found = [_year(company, company.first_year - 1, segments, ratios, fixed=fixed, rng=rng)]
    for number in range(company.first_year, company.first_year + 3):
        factors = [1 + segment.growth + rng.uniform(-0.075, 0.07) for segment in company.segments]
        segments = tuple(round(amount * factor, 1) for amount, factor in zip(segments, factors, strict=True))
        ratios = _drifted(ratios, factors[0], rng)
        found.append(_year(company, number, segments, ratios, fixed=fixed, rng=rng))
    before, first, second, third = found
    return before, first, second, third


def _drifted(old: _Ratios, factor: float, rng: random.Random) -> _Ratios:
    return _Ratios(
        gross=old.gross + rng.uniform(-0.021, 0.022),
        selling=old.selling + rng.uniform(-0.009, 0.008),
        rate=old.rate + rng.uniform(-0.002, 0.006),
        debt=old.debt * rng.uniform(0.88, 1.09),
        units=old.units * (factor + rng.uniform(-0.035, 0.02)),
        shares=old.shares * rng.uniform(0.978, 1.004),
        staff=old.staff * (1 + (factor - 1) * 0.6 + rng.uniform(-0.02, 0.02)),
        dividend=round(old.dividend + rng.choice([0.0, 0.02, 0.04, 0.06]), 2),
    )


def _year(
    company: Company,
    number: int,
    segments: tuple[float, ...],
    ratios: _Ratios,
    *,
    fixed: tuple[float, float],
    rng: random.Random,
) -> Year:
    revenue = sum(segments)
    selling = round(revenue * ratios.selling, 1)
    return Year(
        number=number,
        end=year_end(company, number),
        segments=(segments[0], segments[1], segments[2]),
        units=round(ratios.units, 1) if ratios.units < 1000 else float(round(ratios.units)),
        cost=round(revenue * (1 - ratios.gross), 1),
        selling=selling,
        research=round(selling * rng.uniform(0.27, 0.31), 1),
        interest=round(ratios.debt * ratios.rate, 1),
        rate=round(ratios.rate, 4),
        tax_rate=round(fixed[0] + rng.uniform(-0.02, 0.02), 3),
        debt=round(ratios.debt, 1),
        cash=round(revenue * rng.uniform(0.05, 0.13), 1),
        depreciation=round(revenue * rng.uniform(0.04, 0.06) + ratios.debt * 0.03, 1),
        capex=round(revenue * rng.uniform(0.035, 0.075), 1),
        dividend=ratios.dividend,
        buyback=round(revenue * rng.uniform(0.005, 0.025), 1),
        staff=round(ratios.staff / 10) * 10,
        shares=round(ratios.shares, 1),
        abroad=round(fixed[1] + rng.uniform(-0.02, 0.03), 3),
        stock=round(revenue * rng.uniform(0.13, 0.19), 1),
        backlog=round(revenue * rng.uniform(0.28, 0.44), 1),
        loans=round(revenue * 9.4 * rng.uniform(0.97, 1.03), 1),
    )


def year_end(company: Company, number: int) -> date:
    """The last day of the fiscal year `number`, which is named after the calendar year in which it ends."""
    month, day = company.year_end
    return date(number, month, day)


def filing_day(company: Company, number: int, *, seed: int) -> date:
    """Ten to twelve weeks after the year's end, on a weekday."""
    rng = random.Random(f"filed|{seed}|{company.cik}|{number}")
    day = year_end(company, number) + timedelta(days=rng.randint(58, 75))
    return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)

# ruff: noqa: E501 - markup and lists of slots read best on one line
"""What a filing can say in figures: the slots of its sentences, all computed from the company's books."""

import random
from collections.abc import Callable, Sequence
from typing import Final

from daemon.samples.books import Year
from daemon.samples.companies import Company

_UP: Final = "[increased|rose|grew]"
_DOWN: Final = "[decreased|declined|fell]"


def money(amount: float) -> str:
    """Millions of dollars as filings print them."""
    if amount >= 1000 and round(amount, 1) % 100 == 0:
        return f"${amount / 1000:.1f} billion"
    return f"${amount:,.1f} million"


def percent(share: float) -> str:
    return f"{100 * abs(share):.1f}%"


def day(value: Year) -> str:
    return f"{value.end:%B} {value.end.day}, {value.end.year}"


def change(now: float, was: float) -> str:
    return percent(now / was - 1)


def facts(company: Company, years: Sequence[Year], index: int, *, seed: int) -> dict[str, str]:
    """All slots for the fiscal year `years[index]`, index 1 to 3; `_was` names the year before, `_old` the one before that
    where it is in the books, else the year before."""
    now, was = years[index], years[index - 1]
    found = _names(company, now)
    found |= _amounts(now, was)
    found |= _moves(company, now, was)
    for place in range(3):
        found |= _segment(company, now, was, place)
    loose = _loose(company, now.number, seed=seed)
    before = _loose(company, was.number, seed=seed)
    found |= loose | {f"{name}_was": text for name, text in before.items()}
    found |= {"lease": money(round(company.revenue * 0.019, 1)), "years": str(9 + company.founded % 8)}
    return found


def _names(company: Company, now: Year) -> dict[str, str]:
    plural = company.voice == "we"
    found = {
        "we": company.voice, "sells_to": "sells to" if company.goods else "serves", "our": "our" if plural else "its", "us": "us" if plural else "the Company",
        "company": company.name, "short": company.short, "state": company.state, "city": company.city,
        "trade": company.trade, "founded": str(company.founded), "customers": company.customers,
        "sales": company.sales_name, "cost": company.cost_name, "margin": company.margin_name,
        "people": company.staff_name, "units_name": company.unit_name, "exchange": company.exchange,
        "ticker": company.ticker, "project": company.project, "deal": company.deal, "suit": company.suit,
        "season": company.season, "deal_name": company.deal.split(",")[0], "y": str(now.number), "yp": str(now.number - 1), "ypp": str(now.number - 2),
        "yn": str(now.number + 1), "ylater": str(now.number + 6), "yfar": str(now.number + 4), "end": day(now),
    }  # fmt: skip
    for name, entries in (
        ("product", company.products), ("region", company.regions), ("input", company.inputs),
        ("rival", company.rivals), ("rule", company.rules), ("more", company.more), ("less", company.less),
        ("dearer", company.dearer), ("cheaper", company.cheaper),
    ):  # fmt: skip
        found |= {f"{name}{i}": entry for i, entry in enumerate(entries, start=1)}
    return found


def _amounts(now: Year, was: Year) -> dict[str, str]:
    """Each amount as `name`, `name_was`, `name_by` (its change in per cent) and `name_diff`."""
    amounts: dict[str, Callable[[Year], float]] = {
        "rev": lambda y: y.revenue, "cogs": lambda y: y.cost, "gross": lambda y: y.gross, "sga": lambda y: y.selling,
        "op": lambda y: y.operating, "net": lambda y: y.net, "interest": lambda y: y.interest, "rnd": lambda y: y.research,
        "debt": lambda y: y.debt, "cash": lambda y: y.cash, "cfo": lambda y: y.operating_cash, "capex": lambda y: y.capex,
        "stock": lambda y: y.stock, "backlog": lambda y: y.backlog, "loans": lambda y: y.loans, "buyback": lambda y: y.buyback,
        "tax": lambda y: y.tax, "depreciation": lambda y: y.depreciation,
    }  # fmt: skip
    found: dict[str, str] = {}
    for name, of in amounts.items():
        a, b = of(now), of(was)
        found |= {name: money(a), f"{name}_was": money(b), f"{name}_diff": money(abs(round(a - b, 1)))}
        found[f"{name}_by"] = change(a, b) if b else percent(0)
        found[f"{name}_moved"] = _UP if a >= b else _DOWN
    return found | {
        "eps": f"${now.per_share:.2f}", "eps_was": f"${was.per_share:.2f}",
        "dividend": f"${now.dividend:.2f}", "dividend_was": f"${was.dividend:.2f}",
        "units": f"{now.units:,.10g}", "units_was": f"{was.units:,.10g}", "units_by": change(now.units, was.units),
        "units_moved": _UP if now.units >= was.units else _DOWN,
        "staff": f"{now.staff:,}", "staff_was": f"{was.staff:,}",
        "shares": f"{now.shares:.1f} million", "rate": percent(now.rate), "rate_was": percent(was.rate),
        "tax_rate": percent(now.tax_rate), "tax_rate_was": percent(was.tax_rate),
        "sga_share": percent(now.selling / now.revenue), "sga_share_was": percent(was.selling / was.revenue),
        "rnd_share": percent(now.research / now.revenue), "abroad": percent(now.abroad), "abroad_was": percent(was.abroad),
        "capex_next": money(round(now.capex * 1.15, 0)), "price": f"${buyback_price(now):.2f}",
        "bought": f"{now.buyback / buyback_price(now) * 1000:,.0f} thousand",
        "line": money(round(now.revenue * 0.25, -1)), "drawn": money(round(now.revenue * 0.25, -1) * 0.2),
        "floating": money(round(now.debt * 0.4, 1)), "point": money(round(now.debt * 0.004, 1)),
        "tenth": money(round(now.revenue * now.abroad * 0.1, 1)), "deposits": money(round(now.loans * 1.07, 1)),
        "point100": money(round(now.revenue * 0.01, 1)), "allowance": money(round(now.loans * 0.0118, 1)), "recurring": money(round(now.segments[0] * 1.04, 1)),
    }  # fmt: skip


def buyback_price(year: Year) -> float:
    return round(max(year.per_share, 0.4) * 14.3, 2)


def _moves(company: Company, now: Year, was: Year) -> dict[str, str]:
    """The words that fit the signs: what rose, what fell, and the reasons the company gives for either."""
    margin, margin_was = now.gross / now.revenue, was.gross / was.revenue
    wider = margin >= margin_was
    causes = company.more if now.revenue >= was.revenue else company.less
    against = company.less if now.revenue >= was.revenue else company.more
    return {
        "margin_rate": percent(margin), "margin_was": percent(margin_was),
        "margin_moved": "[improved|widened|increased]" if wider else "[narrowed|fell|declined]",
        "margin_points": f"{abs(round((round(margin, 3) - round(margin_was, 3)) * 10_000)):d} basis points",
        "margin_why": f"[{'|'.join(company.cheaper if wider else company.dearer)}]",
        "margin_against": f"[{'|'.join(company.dearer if wider else company.cheaper)}]",
        "why": f"[{'|'.join(causes)}]", "why1": causes[now.number % 2], "why2": causes[2 + now.number % 2],
        "against": f"[{'|'.join(against)}]",
        "op_rate": percent(now.operating / now.revenue), "op_rate_was": percent(was.operating / was.revenue),
        "staff_moved": "more" if now.staff >= was.staff else "fewer",
    }  # fmt: skip


def _segment(company: Company, now: Year, was: Year, place: int) -> dict[str, str]:
    segment, a, b = company.segments[place], now.segments[place], was.segments[place]
    causes = company.more if a >= b else company.less
    key = f"s{place + 1}"
    # Each segment has reasons of its own, so that a reader never sees the same one three times on a page.
    ordered = (causes[0], causes[1]) if place == 0 else (causes[place + 1],) * 2
    return {
        key: segment.name, f"{key}_does": segment.does, f"{key}_rev": money(a), f"{key}_was": money(b),
        f"{key}_by": change(a, b), f"{key}_diff": money(abs(round(a - b, 1))),
        f"{key}_moved": _UP if a >= b else _DOWN, f"{key}_share": percent(a / now.revenue),
        f"{key}_share_was": percent(b / was.revenue), f"{key}_why": ordered[0], f"{key}_why2": ordered[1],
    }  # fmt: skip


def _loose(company: Company, number: int, *, seed: int) -> dict[str, str]:
    """Figures that no statement holds (shares of a supplier, days, small amounts): drawn once, then drifting."""
    base, drift = (
        random.Random(f"loose|{seed}|{company.cik}"),
        random.Random(f"drift|{seed}|{company.cik}|{number}"),
    )
    found: dict[str, str] = {}
    for letter in "abcdefgh":
        count = base.randint(14, 86) + drift.randint(-4, 4)
        found[f"share_{letter}"] = f"{base.randint(12, 58) + drift.randint(-3, 3)}%"
        found |= {f"count_{letter}": str(count), f"hundreds_{letter}": f"{100 * count:,}"}
        found[f"small_{letter}"] = money(
            round(company.revenue * base.uniform(0.004, 0.02) * drift.uniform(0.9, 1.1), 1)
        )
        found[f"rate_{letter}"] = f"{base.uniform(1.4, 9.6) + drift.uniform(-0.5, 0.5):.1f}%"
    found["busy"] = f"{base.randint(71, 92) + drift.randint(-3, 3)}%"
    found["used"] = f"{base.uniform(94, 97) + drift.uniform(-1, 1):.1f}%"
    found["top1"], found["top3"] = f"{base.randint(9, 16) + drift.randint(-1, 1)}%", f"{base.randint(24, 38)}%"
    found["stay"] = f"{base.uniform(4.2, 4.8) + drift.uniform(-0.2, 0.2):.1f}"
    low = base.uniform(2.0, 5.0)
    found["rate_lo"], found["rate_hi"] = f"{low:.1f}%", f"{low + 1.5:.1f}%"
    found["capital"], found["roe"] = (f"{base.uniform(a, a + 1) + drift.uniform(-0.3, 0.3):.1f}%" for a in (12.4, 8.9))
    return found

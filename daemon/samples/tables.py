"""The tables of a filing: statements and segments in figures, as cells of text."""

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.samples.books import Year
from daemon.samples.companies import Company


@dataclass(frozen=True)
class Table:
    """`tags[i]` is the us-gaap name of row i, None for a row without one; the columns after the first are figures of the
    newest year, then the years before."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tags: tuple[str | None, ...] = ()


_Line = tuple[str, str | None, Sequence[float]]


def income(company: Company, years: Sequence[Year]) -> Table:
    newest = list(reversed(years))
    return _statement(
        "Consolidated Statements of Income (in millions, except per share data)",
        newest,
        (
            (company.sales_name, "Revenues", [y.revenue for y in newest]),
            (company.cost_name, "CostOfRevenue", [y.cost for y in newest]),
            (company.margin_name, "GrossProfit", [y.gross for y in newest]),
            ("operating expenses", "OperatingExpenses", [y.selling for y in newest]),
            ("operating income", "OperatingIncomeLoss", [y.operating for y in newest]),
            ("interest expense", "InterestExpense", [y.interest for y in newest]),
            ("income taxes", "IncomeTaxExpenseBenefit", [y.tax for y in newest]),
            ("net income", "NetIncomeLoss", [y.net for y in newest]),
            ("earnings per share", "EarningsPerShareDiluted", [y.per_share for y in newest]),
        ),
    )


def balance(company: Company, years: Sequence[Year]) -> Table:
    newest = list(reversed(years))
    stock = ("inventories", "InventoryNet") if company.goods else ("receivables", "AccountsReceivableNetCurrent")
    return _statement(
        "Selected Balance Sheet Data (in millions)",
        newest,
        (
            ("cash and cash equivalents", "CashAndCashEquivalentsAtCarryingValue", [y.cash for y in newest]),
            (*stock, [y.stock for y in newest]),
            ("debt", "LongTermDebt", [y.debt for y in newest]),
            ("capital expenditures", "PaymentsToAcquirePropertyPlantAndEquipment", [y.capex for y in newest]),
        ),
    )


def segments(company: Company, years: Sequence[Year]) -> Table:
    newest = list(reversed(years))
    lines: list[_Line] = [
        (segment.name, "Revenues", [y.segments[i] for y in newest]) for i, segment in enumerate(company.segments)
    ]
    lines.append(("total", "Revenues", [y.revenue for y in newest]))
    return _statement(f"{company.sales_name.capitalize()} by segment (in millions)", newest, lines)


def _statement(caption: str, newest: Sequence[Year], lines: Sequence[_Line]) -> Table:
    rows = tuple((_label(name), *(_figure(name, amount) for amount in amounts)) for name, _, amounts in lines)
    return Table(caption, ("", *(str(year.number) for year in newest)), rows, tuple(tag for _, tag, _ in lines))


def _label(name: str) -> str:
    return name[0].upper() + name[1:]


def _figure(name: str, amount: float) -> str:
    digits = 2 if name == "earnings per share" else 1
    return f"({abs(amount):,.{digits}f})" if amount < 0 else f"{amount:,.{digits}f}"

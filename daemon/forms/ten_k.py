"""Form 10-K and its siblings: 10-K405 (until 2003) and the transition report 10-KT. Regulation S-K, with the eras of
each Item: 7A from 1997, 1A and 1B from 2005, 9A to 9C and 15 to 16 as they came, 1C from 2023."""

from typing import Final

from daemon.forms.base import Form, FormItem

TEN_K: Final = Form(
    names=("10-K", "10-K405", "10-KT", "10-KT405"),
    discussion="7",
    market_risk="7A",
    statements="8",
    selected="6",
    stock="5",
    accountants="9",
    items=(
        FormItem(
            "1",
            ("business", "description of business", "description of the business", "general"),
            least=200,
            most=800_000,
        ),
        FormItem("1A", ("risk factors",), since=2005, least=200, most=600_000),
        FormItem("1B", ("unresolved staff comments",), since=2005, most=40_000),
        FormItem("1C", ("cybersecurity",), since=2023, most=40_000),
        FormItem("2", ("properties", "description of properties", "property"), most=200_000),
        FormItem("3", ("legal proceedings",), most=200_000),
        FormItem(
            "4",
            (
                "submission of matters to a vote of security holders",
                "mine safety disclosures",
                "removed and reserved",
                "reserved",
            ),
        ),
        FormItem("4A", ("executive officers of the registrant", "executive officers")),
        FormItem("X", ("executive officers of the registrant", "executive officers of the company")),
        FormItem(
            "5",
            (
                "market for registrant's common equity",
                "market for the registrant's common equity",
                "market for registrant's common stock",
                "market for the registrant's common stock",
                "market for company's common equity",
                "market for the company's common stock",
                "market for common equity",
                "market for our common equity",
                "market for our common stock",
            ),
        ),
        FormItem("6", ("selected financial data", "selected consolidated financial data", "reserved")),
        FormItem(
            "7", ("management's discussion and analysis", "management's discussion & analysis"), least=200, most=800_000
        ),
        FormItem(
            "7A",
            (
                "quantitative and qualitative disclosures",
                "quantitative and qualitative disclosure",
                "disclosures about market risk",
                "market risk",
                "qualitative and quantitative disclosure",
            ),
            since=1997,
            most=60_000,
        ),
        FormItem(
            "8",
            (
                "financial statements and supplementary data",
                "consolidated financial statements",
                "financial statements",
                "independent auditors' report",
                "report of independent",
                "index to financial statements",
                "index to consolidated financial statements",
            ),
            least=200,
            most=1_500_000,
        ),
        FormItem("9", ("changes in and disagreements with accountants", "disagreements on accounting"), most=40_000),
        FormItem("9A", ("controls and procedures",), since=2003, most=60_000),
        FormItem("9B", ("other information",), since=2004, most=60_000),
        FormItem("9C", ("disclosure regarding foreign jurisdictions",), since=2021, most=20_000),
        FormItem(
            "10", ("directors and executive officers", "directors, executive officers", "directors"), most=150_000
        ),
        FormItem("11", ("executive compensation",), most=300_000),
        FormItem("12", ("security ownership of certain beneficial owners",)),
        FormItem("13", ("certain relationships and related",)),
        FormItem(
            "14",
            (
                "exhibits, financial statement schedules",
                "exhibits and financial statement schedules",
                "controls and procedures",
                "principal accountant fees and services",
                "principal accounting fees and services",
                "principal accountant's fees and services",
            ),
            most=60_000,
        ),
        FormItem(
            "15",
            (
                "exhibits, financial statement schedules",
                "exhibits and financial statement schedules",
                "exhibit and financial statement schedules",
                "exhibits",
                "principal accountant fees and services",
            ),
            since=2002,
            most=80_000,
        ),
        FormItem(
            "16",
            ("form 10-k summary", "exhibits", "principal accountant fees and services", "summary"),
            since=2003,
            most=80_000,
        ),
    ),
)

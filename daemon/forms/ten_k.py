"""Form 10-K and its siblings: 10-K405 (until 2003) and the transition report 10-KT. Regulation S-K, with the eras of
each Item: 7A from 1997, 1A and 1B from 2005, 9A to 9C and 15 to 16 as they came, 1C from 2023."""

from typing import Final

from daemon.forms.base import Form, FormItem

TEN_K: Final = Form(
    names=("10-K", "10-K405", "10-KT", "10-KT405"),
    discussion="7",
    market_risk="7A",
    statements="8",
    items=(
        FormItem("1", ("business", "description of business", "general")),
        FormItem("1A", ("risk factors",), since=2005),
        FormItem("1B", ("unresolved staff comments",), since=2005),
        FormItem("1C", ("cybersecurity",), since=2023),
        FormItem("2", ("properties", "description of properties", "property")),
        FormItem("3", ("legal proceedings",)),
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
            "7",
            ("management's discussion and analysis", "management's discussion & analysis"),
        ),
        FormItem(
            "7A", ("quantitative and qualitative disclosures", "quantitative and qualitative disclosure"), since=1997
        ),
        FormItem(
            "8",
            (
                "financial statements and supplementary data",
                "consolidated financial statements",
                "financial statements",
            ),
        ),
        FormItem("9", ("changes in and disagreements with accountants", "disagreements on accounting")),
        FormItem("9A", ("controls and procedures",), since=2003),
        FormItem("9B", ("other information",), since=2004),
        FormItem("9C", ("disclosure regarding foreign jurisdictions",), since=2021),
        FormItem("10", ("directors and executive officers", "directors, executive officers", "directors")),
        FormItem("11", ("executive compensation",)),
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
        ),
        FormItem("16", ("form 10-k summary", "exhibits"), since=2003),
    ),
)

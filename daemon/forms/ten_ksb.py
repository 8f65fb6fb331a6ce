"""Form 10-KSB of small businesses (1993 to 2009), with a numbering of its own (Regulation S-B)."""

from typing import Final

from daemon.forms.base import Form, FormItem

TEN_KSB: Final = Form(
    names=("10-KSB", "10-KSB40", "10-KTSB"),
    discussion="6",
    market_risk=None,
    statements="7",
    selected=None,
    stock="5",
    accountants="8",
    items=(
        FormItem("1", ("description of business", "business", "general"), least=200, most=800_000),
        FormItem("1A", ("risk factors",), since=2005, least=200, most=600_000),
        FormItem("1B", ("unresolved staff comments",), since=2005, most=40_000),
        FormItem("2", ("description of property", "description of properties", "properties", "property"), most=200_000),
        FormItem("3", ("legal proceedings",), most=200_000),
        FormItem("4", ("submission of matters to a vote of security holders",)),
        FormItem(
            "5", ("market for common equity", "market for registrant's common equity", "market for our common equity")
        ),
        FormItem("6", ("management's discussion and analysis", "plan of operation"), least=200, most=400_000),
        FormItem("7", ("financial statements", "consolidated financial statements"), least=200, most=800_000),
        FormItem("8", ("changes in and disagreements with accountants",), most=40_000),
        FormItem("8A", ("controls and procedures",), since=2003, most=60_000),
        FormItem("8B", ("other information",), since=2004, most=40_000),
        FormItem("9", ("directors, executive officers", "directors and executive officers"), most=150_000),
        FormItem("10", ("executive compensation",), most=200_000),
        FormItem("11", ("security ownership of certain beneficial owners",)),
        FormItem("12", ("certain relationships and related",)),
        FormItem("13", ("exhibits", "exhibits and reports on form 8-k"), most=80_000),
        FormItem("14", ("principal accountant fees and services", "controls and procedures"), most=60_000),
    ),
)

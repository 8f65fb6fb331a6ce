"""How rows are printed: as a terminal, a program and a spreadsheet can take them."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest

from daemon.cli.sql import OneNameTwice, _print_csv, _print_json, _print_table

NAN, INFINITE = float("nan"), float("inf")
HOSTILE = "a\x1b[2J\u202eb\u2066\u061c\u200f\x9b\U000e0041c"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (NAN, None),
        (INFINITE, None),
        ([1.5, NAN], [1.5, None]),
        ({"a": (-INFINITE, 2)}, {"a": [None, 2]}),
        (date(2026, 11, 23), "2026-11-23"),
        (Decimal("1.10"), "1.10"),
        (10**30, 10**30),
        (True, True),
        (HOSTILE, HOSTILE),
        ([HOSTILE], [HOSTILE]),
    ],
)
def test_json_is_json_whatever_a_row_holds(capsys, value, said):
    _print_json(["v"], [(value,)])
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail) == [{"v": said}]


@pytest.mark.parametrize("show", [_print_json, _print_csv, _print_table])
def test_nothing_that_moves_a_terminal_is_printed_of_a_column_or_a_cell(capsys, show):
    show([HOSTILE], [(HOSTILE,), ([HOSTILE],), ({HOSTILE: HOSTILE},)])
    assert not set(HOSTILE.translate(str.maketrans("", "", "ab[2Jc"))) & set(capsys.readouterr().out)


def test_a_name_that_two_columns_share_would_lose_one_in_json_and_is_refused(capsys):
    with pytest.raises(OneNameTwice, match="two columns are called 'seq'"):
        _print_json(["seq", "seq"], [(1, 2)])
    _print_csv(["seq", "seq"], [(1, 2)])
    assert capsys.readouterr().out == "seq,seq\n1,2\n"


def test_a_spreadsheet_runs_nothing_that_a_filing_said_nor_what_a_column_is_called(capsys):
    _print_csv(["=1+1"], [("=cmd()",), (-5,), (Decimal("-1.5"),), ("@x",), (None,)])
    printed = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert printed == [["'=1+1"], ["'=cmd()"], ["-5"], ["-1.5"], ["'@x"], [""]]

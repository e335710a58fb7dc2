from __future__ import annotations

from typing import Any

import pytest

from sheetflow.emulator.sheets.formulas import CellError
from tests.unit.emulator.formulas.sheets import at, engine, result

DATA = """
Name  | Sum | Day        | Paid
Anna  | 10  | 2026-01-05 | TRUE
Boris | 20  | 2026-02-05 | FALSE
Anna  | 30  | 2026-02-07 | TRUE
Clara |     | 2026-03-01 | FALSE
"""


def asked(query: str, headers: str = "", data: str = "A1:D5") -> list[list[Any]]:
    """The block that a QUERY gives, blanks at the right and below cut off."""
    on = engine(DATA.rstrip() + "\n" + "|||||" + f'=QUERY({data};"{query}"{headers})', size=(30, 20))
    rows = [[at(on, f"{letter}{row}") for letter in "FGHI"] for row in range(6, 13)]
    shown = [[str(one) if isinstance(one, CellError) else one for one in row] for row in rows]
    for row in shown:
        while row and row[-1] is None:
            row.pop()
    while shown and not shown[-1]:
        shown.pop()
    return shown


@pytest.mark.parametrize(
    ("query", "block"),
    [
        ("select A, B where B > 10", [["Name", "Sum"], ["Boris", 20], ["Anna", 30]]),
        ("select B where A = 'Anna' order by B desc", [["Sum"], [30], [10]]),
        ("select A where B is null", [["Name"], ["Clara"]]),
        ("select A where not (A contains 'a' or B = 20)", [["Name"]]),
        ("select A where A starts with 'B' or A ends with 'ra'", [["Name"], ["Boris"], ["Clara"]]),
        ("select A where A matches '.*n+a' limit 1", [["Name"], ["Anna"]]),
        ("select A where A like '_or%'", [["Name"], ["Boris"]]),
        ("select A where C >= date '2026-02-06' and D = true", [["Name"], ["Anna"]]),
        ("select A where D", [["Name"], ["Anna"], ["Anna"]]),
        ("select B order by B limit 2 offset 1", [["Sum"], [10], [20]]),
        (
            "select A, sum(B), count(B) group by A order by sum(B) desc",
            [["Name", "sum Sum", "count Sum"], ["Anna", 40, 2], ["Boris", 20, 1], ["Clara", None, 0]],
        ),
        ("select max(B), min(B), avg(B)", [["max Sum", "min Sum", "avg Sum"], [30, 10, 20]]),
        ("select A, B * 2 + 1 where B = 10", [["Name", "sum(product(Sum 2()) 1())"], ["Anna", 21]]),
        ("select month(C), sum(B) group by month(C) label month(C) 'Month', sum(B) ''", None),
        ("select upper(A) where year(C) = 2026 and (B + 5) > 30 label upper(A) ''", [["ANNA"]]),
        ("", [["Name", "Sum", "Day", "Paid"], ["Anna", 10, 46027, True]]),
    ],
)
def test_query__a_useful_part_of_the_language(query: str, block: list[list[Any]] | None) -> None:
    found = asked(query)
    if block is None:
        assert found == [["Month"], [0, 10], [1, 50], [2]]
    else:
        assert found[: len(block)] == block
        assert len(found) == len(block) or not query


@pytest.mark.parametrize(
    ("query", "block"),
    [
        ("select sum(B) pivot A", [["Anna", "Boris", "Clara"], [40, 20]]),
        (
            "select A, sum(B) group by A pivot D",
            [["Name", "false", "true"], ["Anna", None, 40], ["Boris", 20], ["Clara"]],
        ),
        (
            "select A, sum(B), count(C) where B is not null group by A pivot D order by A desc",
            [
                ["Name", "false sum Sum", "false count Day", "true sum Sum"],
                ["Boris", 20, 1],
                ["Anna", None, None, 40],
            ],
        ),
        (
            "select max(B) pivot A, month(C) label max(B) 'top'",
            [["Anna,0 top", "Anna,1 top", "Boris,1 top", "Clara,2 top"], [10, 30, 20]],
        ),
        ("select B where B > 0 order by B skipping 2", [["Sum"], [10], [30]]),
        ("select B where B > 0 options no_values", [["Sum"]]),
        ("select B where B = 10 format B '0.00' options no_format", [["Sum"], [10]]),
        ("select datediff(C, date '2026-01-01') where B = 10 label datediff(C, date '2026-01-01') ''", [[4]]),
    ],
)
def test_query__pivots_skips_and_takes_options(query: str, block: list[list[Any]]) -> None:
    assert asked(query) == block


def test_query__arrays_have_numbered_columns() -> None:
    assert asked("select Col2 where Col1 = 'Boris'", ";1", "{A1:B5}") == [["Sum"], [20]]
    assert asked("select B", ";0", "A2:B3") == [[10], [20]]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select Z", "NO_COLUMN: Z"),
        ("select A, sum(B)", "ADD_COL_TO_GROUP_BY_OR_AGG: A"),
        ("select A wher B", "PARSE_ERROR"),
        ("select sum(A)", "AVG_SUM_ONLY_NUMERIC"),
        ("select A where B = 'x", "PARSE_ERROR"),
        ("where A matches '('", "Invalid regular expression"),
        ("select A pivot B", "CANNOT_PIVOT_WITHOUT_AGG"),
        ("select A, sum(B) pivot D", "ADD_COL_TO_GROUP_BY_OR_AGG: A"),
        ("select A label B 'x'", "COL_IN_LABEL_MUST_BE_IN_SELECT"),
        ("select A format B '0'", "COL_IN_FORMAT_MUST_BE_IN_SELECT"),
        ("select A options fast", "PARSE_ERROR"),
        ("select A skipping 0", "INVALID_SKIPPING"),
        ("select A limit 1 pivot B", "PARSE_ERROR"),
    ],
)
def test_query__says_what_is_wrong(query: str, words: str) -> None:
    on = engine(DATA.rstrip() + f'\n|||||=QUERY(A1:D5;"{query}";1)', size=(30, 20))
    answer = at(on, "F6")
    assert isinstance(answer, CellError)
    assert answer.kind == "VALUE"
    assert words in answer.message


def test_query__without_a_match_and_a_header() -> None:
    assert asked("select A where B > 99", ";0", "A2:D5") == [["#N/A"]]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=LET(x,2,y,x*3,y+1)", 7),
        ("=LET(double,LAMBDA(n,n*2),double(double(5)))", 20),
        ("=LAMBDA(a,b,a-b)(9,4)", 5),
        ("=SUM(MAP({1,2,3},LAMBDA(x,x*x)))", 14),
        ("=SUM(MAP({1,2},{10,20},LAMBDA(x,y,x*y)))", 50),
        ("=REDUCE(0,{1,2;3,4},LAMBDA(sum_,x,sum_+x))", 10),
        ('=JOIN(";",SCAN(0,{1,2,3},LAMBDA(a,x,a+x)))', "1;3;6"),
        ('=JOIN(";",BYROW({1,2;3,4},LAMBDA(r,SUM(r))))', "3;7"),
        ('=JOIN(";",BYCOL({1,2;3,4},LAMBDA(c,MAX(c))))', "3;4"),
        ("=SUM(MAKEARRAY(2,3,LAMBDA(r,c,r*10+c)))", 102),
        ("=LET(x,1,LET(x,2,x)+x)", 3),
        ("=IFERROR(SUM(MAP({1,0},LAMBDA(x,1/x))),-1)", -1),
        ("=LAMBDA(x,x)", "#N/A"),
        ("=MAP({1,2},5)", "#VALUE!"),
        ("=LAMBDA(x,x)(1,2)", "#N/A"),
        ("=LET(x,1)", "#N/A"),
        ("=x", "#NAME?"),
    ],
)
def test_lambda__names_functions_and_what_calls_them(formula: str, value: Any) -> None:
    assert result(formula) == value


def test_lambda__spills_and_sees_its_cells() -> None:
    on = engine("1|2\n3|4\n=MAP(A1:A2,LAMBDA(x,x+$B$1))")
    assert [at(on, "A3"), at(on, "A4")] == [3, 5]

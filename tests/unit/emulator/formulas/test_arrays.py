"""Array formulas: element by element, each with its own error; and fast over thousands of rows."""

from __future__ import annotations

from sheetflow.emulator.sheets.formulas import CellError, Engine, Formula, Value
from tests.unit.emulator.formulas.sheets import ListGrid, at, column, engine

_CONFIRMED = (
    '=ARRAYFORMULA(IF(ROW($A$1:$A)=1;"{title}";IF($A$1:$A="";"";IF((XMATCH($A$1:$A;$A$1:$A;0)=ROW($A$1:$A))'
    "*(XMATCH($A$1:$A;$A$1:$A;0;-1)=ROW($A$1:$A));"
    'IF(EXACT($C$1:$C&"¦"&ROUND($D$1:$D*1000;0)&"¦"&$E$1:$E;IFERROR(VLOOKUP($A$1:$A;State!$A$3:$D;3;FALSE);""));'
    'IFERROR(VLOOKUP($A$1:$A;State!$A$3:$D;2;FALSE);"");"");""))))'
)


def _shown(values: list[Value]) -> list[Value]:
    return [str(value) if isinstance(value, CellError) else value for value in values]


def test_elements__scalars_are_repeated_and_sizes_padded_with_na() -> None:
    on = engine("1 | 10 | =ARRAYFORMULA(A1:A3+1) | =ARRAYFORMULA(A1:A3+B1:B2)\n2 | 20\n3")

    assert column(on, "C", 3) == [2, 3, 4]
    assert _shown(column(on, "D", 3)) == [11, 22, "#N/A"]


def test_elements__a_row_and_a_column_make_a_table() -> None:
    on = engine("=ARRAYFORMULA({1;2}*{10,20,30})")

    assert on.block(0, 0, 2, 0, 3) == [(10, 20, 30), (20, 40, 60)]


def test_elements__an_error_stays_its_elements() -> None:
    on = engine('5 | =ARRAYFORMULA(10/A1:A3) | =ARRAYFORMULA(IFERROR(10/A1:A3,"none"))\n0\nx')

    assert _shown(column(on, "B", 3)) == [2, "#DIV/0!", "#VALUE!"]
    assert column(on, "C", 3) == [2, "none", "none"]


def test_elements__if_passes_only_the_error_of_the_branch_taken() -> None:
    on = engine('5 | =ARRAYFORMULA(IF(A1:A4=0,"zero",10/A1:A4))\n0\nx\n#N/A')

    assert _shown(column(on, "B", 4)) == [2, "zero", "#VALUE!", "#N/A"]


def test_elements__and_reduces_multiplication_does_not() -> None:
    on = engine("1 | 1 | =ARRAYFORMULA(IF(AND(A1:A2,B1:B2),1,0)) | =ARRAYFORMULA(IF(A1:A2*B1:B2,1,0))\n1 | 0")

    assert column(on, "C", 2) == [0, None]
    assert column(on, "D", 2) == [1, 0]


def test_elements__functions_of_texts_switch_ifs_and_counts() -> None:
    on = engine(
        'ab | =ARRAYFORMULA(LEN(A1:A3)) | =ARRAYFORMULA(IFS(A1:A3="ab",1,TRUE,2))'
        ' | =ARRAYFORMULA(COUNTIF(A1:A3,A1:A3)) | =ARRAYFORMULA(SWITCH(A1:A3,"x","is x","other"))\nx\nAB'
    )

    assert column(on, "B", 3) == [2, 1, 2]
    assert column(on, "C", 3) == [1, 2, 1]
    assert column(on, "D", 3) == [2, 1, 2]
    assert column(on, "E", 3) == ["other", "is x", "other"]


def test_elements__sums_by_group() -> None:
    on = engine("a | 1 | =ARRAYFORMULA(SUMIFS(B1:B3,A1:A3,UNIQUE(A1:A3)))\nb | 2\na | 4")

    assert column(on, "C", 3) == [5, 2, None]


def test_filter_sort_unique_transpose__spill() -> None:
    on = engine("b | 2 | =SORT(FILTER(A1:B3,B1:B3>1),2,FALSE)\nc | 3\na | 1 | \n=TRANSPOSE(A1:A3)")

    assert on.block(0, 0, 3, 2, 4) == [("c", 3), ("b", 2), (None, None)]
    assert on.block(0, 3, 4, 0, 3) == [("b", "c", "a")]


def _registry(rows: int, columns: int) -> ListGrid:
    state: list[list[Value | Formula]] = [["id"], [""]]
    registry: list[list[Value | Formula]] = [["ID", "", "Account", "Amount", "Currency"]]
    for number in range(rows):
        account = f"40702810{number:012d}"
        state.append([f"PR-{number:06d}", "Approved", f"{account}¦{number * 1500}¦RUB"])
        registry.append([f"PR-{number:06d}", "x", account, number * 1.5, "RUB"])
    registry[0] += [Formula(_CONFIRMED.format(title=f"Column {place}")) for place in range(columns)]
    return ListGrid({"Registry": registry, "State": state}, (rows + 10, 20))


def test_confirmed__shows_only_what_stands_as_it_was_approved() -> None:
    grid = _registry(8, 1)
    rows = grid.cells[0]
    rows[2][2] = "40702810999999999999"  # the account was swapped
    rows[3][3] = "much"  # no number
    rows[4][0] = "PR-000004"  # twice
    rows[6][0] = "PR-999999"  # unknown
    rows[7][0] = None
    on = Engine(grid)

    shown = _shown(column(on, "F", 10))
    assert shown == ["Column 0", "Approved", "", "#VALUE!", "", "", "", "", "Approved", ""]


def test_confirmed__seven_columns_of_thousands_of_rows() -> None:
    on = Engine(_registry(10_000, 7))

    assert len(on.spilled(0)) == 7 * 10_009
    assert at(on, "L10001") == "Approved"


def test_lookup__thousands_of_keys_in_thousands_of_rows_are_hashed() -> None:
    rows: list[list[Value | Formula]] = [[f"key {number}", number] for number in range(10_000)]
    rows[0] += [
        Formula('=ARRAYFORMULA(VLOOKUP("KEY "&(ROW(A1:A10000)-1);A:B;2;FALSE))'),
        Formula("=ARRAYFORMULA(COUNTIF(A1:A10000;A1:A10000))"),
        Formula("=ARRAYFORMULA(SUMIF(A1:A10000;A1:A10000;B1:B10000))"),
        Formula("=ARRAYFORMULA(XLOOKUP(A1:A10000;A:A;B:B))"),
        Formula("=ARRAYFORMULA(VLOOKUP(B1:B10000;B:B;1))"),
    ]
    on = Engine(ListGrid({"Sheet1": rows}, (10_000, 8)))

    assert on.block(0, 9_999, 10_000, 2, 7) == [(9_999, 1, 9_999, 9_999, 9_999)]

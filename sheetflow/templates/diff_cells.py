"""The cells below the headers: number formats, checkboxes and dropdowns, which a paste can overwrite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from sheetflow.templates import looks
from sheetflow.templates.actual import Json
from sheetflow.templates.diff_tabs import body
from sheetflow.templates.looks import Request
from sheetflow.templates.plan import Change
from sheetflow.templates.schema import RegistryColumn
from sheetflow.templates.stand import Stand

OURS = ("BOOLEAN", "ONE_OF_LIST")
"""Kinds of validation that stand in our columns; where none belongs, a paste has left them there."""


def cells(stand: Stand) -> Iterator[Change]:
    """What a tab's columns hold besides values. Whole columns are put right: people move rows at any time."""
    if stand.new:
        return
    wrong: dict[str, tuple[int, int]] = {}
    rules: dict[str, tuple[int, int]] = {}
    for key, place in stand.now.items():
        pattern = _number_format(stand, key)
        if pattern is not None:
            count, first = _count(stand, place, partial(_has_format, pattern))
            if count:
                wrong[key] = count, first
        column = _column(stand, key)
        compared = None if column is None else _rule_test(stand, column)
        if compared is not None:
            count, first = _count(stand, place, compared)
            if count:
                rules[key] = count, first
    below = stand.sheet.rows - stand.top - 1
    if stand.tab.rows > stand.sheet.rows:
        return  # it gets more rows, and with them all of its formats
    if len(wrong) > 2 and len(wrong) == sum(_number_format(stand, key) is not None for key in stand.now):
        yield Change(
            "change", "format", stand.title,
            f"{max(count for count, _ in wrong.values())} of {below} rows are not formatted as they should "
            "be; they are", requests=tuple(body(stand)),
        )  # fmt: skip
        return
    for key, (count, first) in wrong.items():
        form = {"numberFormat": _number_format(stand, key)}
        yield Change(
            "change", "format", stand.name(key),
            f"{_told(count, first)} another number format; the column gets its own again",
            requests=(looks.formatted(stand.cells(key), form),),
        )  # fmt: skip
    for key, (count, first) in rules.items():
        column = _column(stand, key)
        rule = stand.target.registry(stand.then).validation(column) if column else None
        kind = "checkbox" if column and column.checkbox else "dropdown"
        detail = f"{_told(count, first)} " + (
            f"another {kind} or none; the column gets its own again"
            if rule
            else "a dropdown that is not theirs; it goes"
        )
        request: Request = {
            "setDataValidation": {"range": stand.cells(key), **({"rule": rule} if rule else {})}
        }
        yield Change("change", kind, stand.name(key), detail, requests=(request,))


def _told(count: int, first: int) -> str:
    return f"{count} cells have" if count > 1 else f"the cell in row {first + 1} has"


def _column(stand: Stand, key: str) -> RegistryColumn | None:
    if stand.tab.key != "registry":
        return None
    return next(column for column in stand.target.template.columns if column.key == key)


def _number_format(stand: Stand, key: str) -> dict[str, str] | None:
    template = stand.target.template
    column = _column(stand, key)
    name = stand.tab.format if column is None else column.format
    return template.formats[name].in_language(stand.target.words.language) if name else None


def _rule_test(stand: Stand, column: RegistryColumn) -> Callable[[Json], bool] | None:
    """Whether a cell has the validation that it should have; None where people may have their own.

    That is so where the list is empty by the settings: a dropdown of somebody's own is then a help.
    """
    rule = stand.target.registry(stand.now).validation(column)
    if rule is None:
        if column.choices:
            return None
        return lambda cell: _kind(cell.get("dataValidation", {})) not in OURS
    wanted = _comparable(rule)
    return lambda cell: _comparable(cell.get("dataValidation", {})) == wanted


def _kind(rule: Json) -> str:
    return str(rule.get("condition", {}).get("type", ""))


def _comparable(rule: Json) -> tuple[object, ...]:
    values = [value.get("userEnteredValue", "") for value in rule.get("condition", {}).get("values", ())]
    return _kind(rule), tuple(values), bool(rule.get("strict"))


def _has_format(wanted: Json, cell: Json) -> bool:
    found = cell.get("userEnteredFormat", {}).get("numberFormat", {})
    if found.get("type") != wanted["type"]:
        return False
    return "pattern" not in wanted or found.get("pattern") == wanted["pattern"]


def _count(stand: Stand, place: int, right: Callable[[Json], bool]) -> tuple[int, int]:
    """How many cells of a column below the header are not right, and the row of the first of them."""
    count, first = 0, -1
    sheet = stand.sheet
    for row in range(stand.top + 1, sheet.rows):
        if not right(sheet.cell(row, place)):
            count, first = count + 1, row if first < 0 else first
    return count, first

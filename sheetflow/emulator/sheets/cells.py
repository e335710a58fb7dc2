"""A cell and a row: what they hold, and how they are written down.

A `Cell` never changes; a `Row` belongs to the snapshot that made it and is copied before another one writes
to it (see `book`). Decided here as well: Google's ExtendedValue, and the compact JSON under which a row is
kept on disk.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sheetflow.emulator.sheets.formulas import CellError, Formula, Value
from sheetflow.emulator.wire import Json, invalid

CELL_LIMIT = 50_000
"""Characters that one cell can hold."""

EXACT = 2**53
"""Whole numbers up to here are kept exactly; a longer one (an account number) loses its last digits."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What was put into a cell; every part may be absent.

    Attributes:
        value: a constant or a formula.
        format: userEnteredFormat.
        note: text of the note.
        validation: a DataValidationRule.
        more: further fields of CellData that are kept and given back (textFormatRuns, chipRuns, pivotTable).
    """

    value: Value | Formula = None
    format: Json | None = None
    note: str | None = None
    validation: Json | None = None
    more: Json | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing at all is in it."""
        return self.value is None and not (self.format or self.note or self.validation or self.more)

    @property
    def number_format(self) -> Json | None:
        """The NumberFormat that was set on the cell."""
        return (self.format or {}).get("numberFormat")

    def holding(self, value: Value | Formula) -> Cell:
        """The same cell with another value; text format runs go with the old one."""
        more = (
            {k: v for k, v in self.more.items() if k not in ("textFormatRuns", "chipRuns")}
            if self.more
            else None
        )
        return Cell(value, self.format, self.note, self.validation, more or None)


BLANK = Cell()


class _Facts(NamedTuple):
    """What is derived from a row's cells."""

    width: int
    formulas: tuple[int, ...]
    pointing: tuple[int, ...]
    pivots: tuple[int, ...]


def _points(rule: Json) -> bool:
    """Whether a validation rule has a formula in it."""
    values = rule.get("condition", {}).get("values", ())
    return any(str(value.get("userEnteredValue", "")).startswith("=") for value in values)


class Row:
    """The cells of one row, as far to the right as something is in them."""

    __slots__ = ("_facts", "cells", "encoded", "owner")

    def __init__(self, owner: object, cells: list[Cell | None]) -> None:
        self.owner = owner
        self.cells = cells
        self.encoded: str | None = None
        self._facts: _Facts | None = None

    @classmethod
    def stored(cls, owner: object, text: str) -> Row:
        """A row from its JSON, which is read when the first cell of it is asked for."""
        row = cls(owner, [])
        del row.cells
        row.encoded = text
        return row

    def __getattr__(self, name: str) -> list[Cell | None]:
        """Called for an attribute that is not there yet: the cells of a row that came from the store."""
        if name != "cells" or self.encoded is None:
            raise AttributeError(name)
        self.cells = list(_decoded(self.encoded))
        return self.cells

    def get(self, column: int) -> Cell:
        """The cell in a column."""
        if column < len(self.cells):
            return self.cells[column] or BLANK
        return BLANK

    def put(self, column: int, cell: Cell) -> None:
        """Put a cell; only the owner may."""
        cells = self.cells
        if column >= len(cells):
            if cell.blank:
                return
            cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = None if cell.blank else cell
        self.changed()

    def changed(self) -> None:
        """Forget what was derived from the cells."""
        self.encoded = None
        self._facts = None

    @property
    def width(self) -> int:
        """One more than the last column that holds a value or formula."""
        return self._derived().width

    @property
    def formula_columns(self) -> tuple[int, ...]:
        """Columns with a formula."""
        return self._derived().formulas

    @property
    def pointing_columns(self) -> tuple[int, ...]:
        """Columns with a formula or a validation rule that names cells: what follows when cells move."""
        return self._derived().pointing

    @property
    def pivot_columns(self) -> tuple[int, ...]:
        """Columns with a pivot table's definition."""
        return self._derived().pivots

    def _derived(self) -> _Facts:
        if self._facts is None:
            width = 0
            formulas: list[int] = []
            pointing: list[int] = []
            pivots: list[int] = []
            for column, cell in enumerate(self.cells):
                if cell is None:
                    continue
                if cell.value is not None:
                    width = column + 1
                    if isinstance(cell.value, Formula):
                        formulas.append(column)
                        pointing.append(column)
                        continue
                if cell.validation is not None and _points(cell.validation):
                    pointing.append(column)
                if cell.more is not None and "pivotTable" in cell.more:
                    pivots.append(column)
            self._facts = _Facts(width, tuple(formulas), tuple(pointing), tuple(pivots))
        return self._facts

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return all(cell is None for cell in self.cells)

    def text(self) -> str:
        """The row's JSON for the store."""
        if self.encoded is None:
            self.encoded = f"[{','.join(map(_encode, self.cells))}]"
        return self.encoded


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_fragments: dict[int, tuple[Json, str]] = {}
_FRAGMENTS_KEPT = 10_000
_ROWS_KEPT = 2_000


def _fragment(part: Json) -> str:
    """The JSON of a format or rule, which many cells share: made once."""
    known = _fragments.get(id(part))
    if known is None or known[0] is not part:
        if len(_fragments) >= _FRAGMENTS_KEPT:
            _fragments.clear()
        known = _fragments[id(part)] = (part, _encoder.encode(part))
    return known[1]


def _encode(cell: Cell | None) -> str:
    if cell is None:
        return "null"
    value = cell.value
    plain = not isinstance(value, Formula | CellError)
    if plain and cell.format is None and cell.note is None and cell.validation is None and cell.more is None:
        return _encoder.encode(value)
    parts = []
    if isinstance(value, Formula):
        parts.append(f'"f":{_encoder.encode(value.text)}')
    elif isinstance(value, CellError):
        parts.append(f'"e":{_encoder.encode([value.kind, value.message])}')
    elif value is not None:
        parts.append(f'"v":{_encoder.encode(value)}')
    if cell.note is not None:
        parts.append(f'"n":{_encoder.encode(cell.note)}')
    for key, part in (("s", cell.format), ("d", cell.validation), ("m", cell.more)):
        if part is not None:
            parts.append(f'"{key}":{_fragment(part)}')
    return "{" + ",".join(parts) + "}"


@lru_cache(_ROWS_KEPT)
def _decoded(text: str) -> tuple[Cell | None, ...]:
    """The cells of a row's JSON; most rows below the last filled one say the same."""
    return tuple(_decode(item) for item in json.loads(text))


def _decode(item: Any) -> Cell | None:
    if item is None:
        return None
    if not isinstance(item, dict):
        return Cell(item)
    value: Value | Formula = item.get("v")
    if "f" in item:
        value = Formula(item["f"])
    elif "e" in item:
        value = CellError(*item["e"])
    return Cell(value, item.get("s"), item.get("n"), item.get("d"), item.get("m"))


def tidy(value: Value) -> Value:
    """A whole float as an integer, as Google writes numbers in JSON."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    return value


def extended(value: Value | Formula) -> Json | None:
    """The ExtendedValue of a value; None for an empty cell."""
    if value is None:
        return None
    if isinstance(value, Formula):
        return {"formulaValue": value.text}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int | float):
        return {"numberValue": tidy(value)}
    if isinstance(value, CellError):
        error = {"type": value.kind}
        if value.message:
            error["message"] = value.message
        return {"errorValue": error}
    return {"stringValue": value}


def from_extended(extended_value: Json) -> Value | Formula:
    """The value of an ExtendedValue; an empty string stays one, an empty message is an empty cell.

    Raises:
        GoogleError: 400 when the text is too long, or is no formula where one is said to be.
    """
    if "formulaValue" in extended_value:
        text = str(extended_value["formulaValue"])
        if not text.startswith("="):
            raise invalid(f'Invalid formula: "{text}". Formulas must begin with "=".')
        return Formula(checked(text))
    if "stringValue" in extended_value:
        return checked(str(extended_value["stringValue"]))
    if "boolValue" in extended_value:
        return bool(extended_value["boolValue"])
    if "numberValue" in extended_value:
        return as_number(extended_value["numberValue"])
    if "errorValue" in extended_value:
        raise invalid("errorValue is read-only and cannot be set.")
    return None


def as_number(number: float) -> float | int:
    """A number as a cell keeps it: a double."""
    return number if isinstance(number, int) and abs(number) <= EXACT else float(number)


def checked(text: str) -> str:
    """The text, if a cell can hold it.

    Raises:
        GoogleError: 400 with Google's sentence when it is longer than a cell takes.
    """
    if len(text) > CELL_LIMIT:
        raise invalid(
            f"Your input contains more than the maximum of {CELL_LIMIT} characters in a single cell."
        )
    return text

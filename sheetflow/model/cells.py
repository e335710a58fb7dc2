"""Cell values as the Sheets API gives them, and their canonical text.

The canonical text is what the edit trigger reports and what attribution compares: the same cell has the
same text whether it is seen by Apps Script, by `values.batchGet` or in the State tab.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal

Cell = str | int | float | bool
"""A cell read with valueRenderOption FORMULA and dateTimeRenderOption SERIAL_NUMBER; blank is ""."""

LONG_TEXT = 1_000
"""Longer texts are reported by the trigger as their SHA-256, so that an event fits into a cell."""

_EXACT = 2**53
"""Whole numbers below it are exact; of a larger one JavaScript writes the shortest digits that tell it."""


def canonical(cell: Cell | None) -> str:
    """The text by which a cell is compared, as JavaScript's String() would write it.

    An unticked checkbox is as good as an empty cell.

    >>> canonical(12500.0), canonical(0.1), canonical(True), canonical(False), canonical(" a ")
    ('12500', '0.1', 'TRUE', '', ' a ')
    """
    if isinstance(cell, str):
        return cell if len(cell) <= LONG_TEXT else digest(cell)
    if cell is None or cell is False:
        return ""
    if isinstance(cell, bool):
        return "TRUE"
    if isinstance(cell, int):
        return str(cell) if abs(cell) < _EXACT else canonical(float(cell))
    if cell.is_integer() and abs(cell) < 1e21:
        return str(int(cell)) if abs(cell) < _EXACT else f"{Decimal(repr(cell).removesuffix('.0')):f}"
    return _javascript(repr(cell))


def _javascript(text: str) -> str:
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    power = int(exponent)
    if -7 < power < 0:  # JavaScript writes 0.00001 where Python writes 1e-05
        digits = mantissa.replace(".", "").removeprefix("-")
        sign = "-" if mantissa.startswith("-") else ""
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    return f"{mantissa}e{power:+d}"


def whole_text(cell: Cell) -> str:
    """The cell as text: a text as it is, however long, anything else in its canonical text.

    >>> whole_text(" a "), whole_text(100.0), whole_text(True)
    (' a ', '100', 'TRUE')
    """
    return cell if isinstance(cell, str) else canonical(cell)


def digest(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, as the trigger writes it."""
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_blank(cell: Cell | None) -> bool:
    """Whether a person would call the cell empty; an unticked checkbox is."""
    return cell is None or cell is False or (isinstance(cell, str) and not cell.strip())


def is_formula(cell: Cell | None) -> bool:
    """Whether the cell holds a formula (read with valueRenderOption FORMULA)."""
    return isinstance(cell, str) and cell.startswith("=")


def text_of(cell: Cell | None) -> str:
    """The cell as trimmed text."""
    return canonical(cell).strip() if not isinstance(cell, str) else cell.strip()

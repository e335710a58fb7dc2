"""What a cell shows: its value written by its number format and the spreadsheet's locale.

Decided here: which pattern a format without one has, and what a value without any format looks like. How a
pattern is read stands in `formulas.patterns`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetflow.emulator.sheets.formulas.locales import Locale, locale_named
from sheetflow.emulator.sheets.formulas.patterns import general, render
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from collections.abc import Mapping


def format_value(value: Value, number_format: Mapping[str, Any] | None, locale: str) -> str:
    """The formattedValue of a cell.

    Args:
        value: the effective value; dates are serials.
        number_format: Google's NumberFormat, `{"type": …, "pattern": …}`, or None for "automatic".
        locale: the spreadsheet's locale, such as "ru_RU".

    >>> format_value(1234.5, {"type": "NUMBER"}, "de_DE")
    '1.234,50'
    """
    conventions = locale_named(locale)
    if value is None:
        return ""
    if isinstance(value, CellError):
        return str(value)
    if isinstance(value, bool):
        return conventions.boolean(value)
    pattern = _pattern(number_format, conventions)
    if isinstance(value, str):
        return render(value, pattern, conventions) if "@" in pattern else value
    return render(value, pattern, conventions) if pattern else general(value, conventions)


def _pattern(number_format: Mapping[str, Any] | None, conventions: Locale) -> str:
    """The pattern of a format; "" for none."""
    if not number_format:
        return ""
    pattern = number_format.get("pattern")
    if pattern:
        return str(pattern)
    defaults = {
        "NUMBER": "#,##0.00",
        "PERCENT": "0.00%",
        "CURRENCY": conventions.currency,
        "DATE": conventions.date,
        "TIME": conventions.time,
        "DATE_TIME": conventions.date_time,
        "SCIENTIFIC": "0.00E+00",
    }
    return defaults.get(str(number_format.get("type", "")), "")

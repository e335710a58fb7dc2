"""What a person's typing becomes: a number, a date, a boolean, a formula or a text (USER_ENTERED).

Decided here: the order in which these are tried. How numbers and dates are spelled stands in
`formulas.literals`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheetflow.emulator.sheets.formulas.literals import read_literal
from sheetflow.emulator.sheets.formulas.locales import locale_named
from sheetflow.emulator.sheets.formulas.values import CellError, Formula, Value

if TYPE_CHECKING:
    from datetime import date


class Entry(NamedTuple):
    """What goes into the cell: the value, and the number format that its spelling brings (None: keep)."""

    value: Value | Formula
    number_format: dict[str, str] | None = None


def parse_entry(text: str, locale: str, *, text_format: bool = False, today: date | None = None) -> Entry:
    """The entry that typing `text` into a cell makes.

    Args:
        text: what was typed; "" empties the cell.
        locale: the spreadsheet's locale, such as "de_DE".
        text_format: the cell is formatted as plain text, so nothing is read into it.
        today: the year of a date that is typed without one; None: such a text is no date.

    >>> parse_entry("12%", "en_US")
    Entry(value=0.12, number_format={'type': 'PERCENT', 'pattern': '0%'})
    >>> parse_entry("'007", "en_US")
    Entry(value='007', number_format=None)
    """
    if text_format:
        return Entry(text or None)
    if text.startswith("'"):
        return Entry(text[1:])
    if not text:
        return Entry(None)
    if text.startswith("=") and len(text) > 1:
        return Entry(Formula(text))
    word = text.strip().upper()
    conventions = locale_named(locale)
    if word in ("TRUE", conventions.true):
        return Entry(value=True)
    if word in ("FALSE", conventions.false):
        return Entry(value=False)
    error = CellError.spelled(word)
    if error is not None:
        return Entry(error)
    literal = read_literal(text, locale, today)
    if literal is not None:
        spelled = {"type": literal.type, "pattern": literal.pattern} if literal.type else None
        return Entry(literal.value, spelled)
    if text[0] in "+-" and len(text) > 1:
        # Google takes a sign for the beginning of a formula: "+7 900" typed as it is ends as #ERROR!.
        return Entry(Formula("=" + text))
    return Entry(text)

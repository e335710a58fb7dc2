"""QUERY: what the data is called, which rows are headers, and what the answer looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas import query, regular
from sheetflow.emulator.sheets.formulas.arrays import Area, Array, Operand, Plain
from sheetflow.emulator.sheets.formulas.references import column_letters
from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, number_of, text_of
from sheetflow.emulator.sheets.formulas.values import Value

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator

_EPOCH = 693594


@function("QUERY", "rxx", 1, arrays=True, maker=True)
def _query(evaluator: Evaluator, data: Operand, text: Plain = None, headers: Plain = None) -> Operand:
    table = evaluator.table(data)
    asked = text_of(evaluator.single(text), evaluator.locale)
    given = evaluator.single(headers)
    count = (
        -1 if given is None else int(number_of(given, evaluator.locale_name, "Function QUERY parameter 3"))
    )
    if count < 0:
        count = _guessed(table)
    rows = [column[:count] for column in table.columns]
    labels = [
        " ".join(text_of(value, evaluator.locale) for value in head if value is not None) for head in rows
    ]
    if isinstance(data, Area):
        names = [column_letters(data.col0 + place) for place in range(table.cols)]
    else:
        names = [f"Col{place + 1}" for place in range(table.cols)]
    now = evaluator.now().replace(tzinfo=None)
    serial = now.toordinal() - _EPOCH + (now.hour * 3600 + now.minute * 60 + now.second) / 86400
    source = query.Source(names, labels, [column[count:] for column in table.columns], serial)
    try:
        shown, columns, _ = query.run(query.parse(asked), source)
    except query.QueryError as error:
        message = f"Unable to parse query string for Function QUERY parameter 2: {error}"
        raise Fail("VALUE", message) from None
    except regular.TooLong:
        raise Fail("VALUE", "The regular expression takes too long on this data.") from None
    if any(shown) and columns:
        return Array([[head or None, *column] for head, column in zip(shown, columns, strict=True)])
    if not columns or not columns[0]:
        raise Fail("N_A", "Query completed with an empty output.")
    return Array(columns)


def _guessed(table: Array) -> int:
    """One header, when a column of numbers begins with a text."""
    for column in table.columns:
        below = [value for value in column[1:] if value not in (None, "")]
        if below and _is_text(column[0]) and sum(map(_is_text, below)) * 2 <= len(below):
            return 1
    return 0


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and value != ""

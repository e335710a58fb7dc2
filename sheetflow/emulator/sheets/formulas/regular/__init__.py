"""Regular expressions of Google Sheets (RE2's syntax), in time that the text's length bounds.

    >>> found = expression("(a+)b").search("xaab")
    >>> found
    [(1, 4), (1, 3)]

`expression` raises `ValueError` for what RE2 refuses: looking around, back-references. Searching raises
`TooLong` for a text and an expression that together take more steps than anybody waits for.
"""

from sheetflow.emulator.sheets.formulas.regular.matching import (
    BUDGET,
    Expression,
    TooLong,
    expanded,
    expression,
    replaced,
)

__all__ = ["BUDGET", "Expression", "TooLong", "expanded", "expression", "replaced"]

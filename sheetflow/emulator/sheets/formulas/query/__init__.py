"""QUERY's language: select, where, group by, pivot, order by, limit, offset, label, format, options.

`parse` reads a query, `run` answers it; both raise `QueryError`, whose text is what Google says behind
"Unable to parse query string for Function QUERY parameter 2: ".
"""

from sheetflow.emulator.sheets.formulas.query.language import Query, QueryError
from sheetflow.emulator.sheets.formulas.query.reading import parse
from sheetflow.emulator.sheets.formulas.query.running import run
from sheetflow.emulator.sheets.formulas.query.terms import Source

__all__ = ["Query", "QueryError", "Source", "parse", "run"]

"""QUERY's language: select, where, group by, order by, limit, offset and label over columns.

`parse` reads a query, `run` answers it; both raise `QueryError`, whose text is what Google says behind
"Unable to parse query string for Function QUERY parameter 2: ".
"""

from sheetflow.emulator.sheets.formulas.query.language import Query, QueryError
from sheetflow.emulator.sheets.formulas.query.reading import parse
from sheetflow.emulator.sheets.formulas.query.running import Source, run

__all__ = ["Query", "QueryError", "Source", "parse", "run"]

"""Foreign registries read from files: Excel workbooks by openpyxl, CSV by pandas.

Everything is read as it stands; what it means is decided in `core.migration`. Of a formula the value counts
that the spreadsheet program kept for it.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sheetflow.core.migration.table import BLANK, Found, Table
from sheetflow.errors import ConfigError
from sheetflow.model.cells import canonical

EXCEL = (".xlsx", ".xlsm")
MOST_ROWS, MOST_COLUMNS = 100_000, 200
"""Larger sheets are no registries; they are refused before they fill the memory."""
EPOCH_1904 = 1462
"""Days between the two date systems that a workbook may use."""

_FORMAT_SIGN = re.compile(r'\[\$([^\]\-]+)(?:-[^\]]*)?\]|"([^"]*)"|([$€£₽¥₸₴])')


def sheet_names(path: Path) -> list[str]:
    """The visible sheets of a workbook, in order; one without a name for a CSV file.

    Raises:
        ConfigError: the file cannot be read.
    """
    if path.suffix.lower() not in EXCEL:
        return [""]
    book = _open(path, data_only=True, read_only=True)
    try:
        return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    finally:
        book.close()


def read_table(path: Path, sheet: str = "") -> Table:
    """Read a sheet, the first visible one without a name, or a CSV file.

    Raises:
        ConfigError: the file or the sheet cannot be read, or is too large.
    """
    if path.suffix.lower() in EXCEL:
        return _read_excel(path, sheet)
    if path.suffix.lower() in (".xls", ".ods", ".numbers"):
        raise ConfigError([f"{path.name}: save it as .xlsx or .csv first; this format cannot be read"])
    if sheet:
        raise ConfigError([f"{path.name}: a CSV file has no sheets"])
    return _read_csv(path)


def _open(path: Path, *, data_only: bool, read_only: bool = False) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return load_workbook(path, data_only=data_only, read_only=read_only)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ConfigError([f"{path.name}: it cannot be read as a workbook ({error})"]) from error


def _read_excel(path: Path, name: str) -> Table:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    values = _open(path, data_only=True)
    visible = [sheet.title for sheet in values.worksheets if sheet.sheet_state == "visible"]
    if name and name not in values.sheetnames:
        raise ConfigError([f"{path.name}: there is no sheet {name!r}; there are: {', '.join(visible)}"])
    sheet = values[name or visible[0]]
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        size = f"{sheet.max_row} rows and {sheet.max_column} columns"
        raise ConfigError([f"{path.name}: {sheet.title} has {size}; split it, or delete what is empty"])
    formulas = _open(path, data_only=False)[sheet.title]
    rows = [[_found(cell, formulas.cell(cell.row, cell.column)) for cell in row] for row in sheet.iter_rows()]
    for merge in sheet.merged_cells.ranges:
        _spread(rows, merge.min_row, merge.max_row, merge.min_col, merge.max_col)
    shift = EPOCH_1904 if values.epoch == CALENDAR_MAC_1904 else 0
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Table(path.name, digest, sheet.title, rows, shift)


def _found(cell: Any, formula: Any) -> Found:
    value = cell.value
    if value is None and isinstance(formula.value, str) and formula.data_type == "f":
        return Found(None, formula.value, problem="formula-without-value")
    if cell.data_type == "e":
        return Found(None, str(value), problem="cell-error")
    if value is None:
        return BLANK
    if isinstance(value, time):
        value = value.isoformat()
    link = getattr(cell, "hyperlink", None)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    sign = _sign(cell.number_format or "") if number else ""
    return Found(value, _text(value), (link.target or "") if link else "", sign)


def _text(value: object) -> str:
    """A value as the report shows it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M") if value.time() != time(0) else value.strftime("%Y-%m-%d")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bool, int, float)):
        return "FALSE" if value is False else canonical(value)
    return str(value)


def _sign(number_format: str) -> str:
    """The currency sign of a number format, "" where it has none."""
    for code, quoted, sign in _FORMAT_SIGN.findall(number_format.split(";")[0]):
        if text := (code or quoted or sign).strip():
            return str(text)
    return ""


def _spread(rows: list[list[Found]], top: int, bottom: int, left: int, right: int) -> None:
    """Let a merged cell's value stand in every row it spans; in the columns beside it only as a title."""
    source = rows[top - 1][left - 1]
    if source.blank:
        return
    own = Found(
        source.value, source.text, source.link, source.sign,
        (top, bottom) if bottom > top else None, source.problem,
    )  # fmt: skip
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            rows[row - 1][column - 1] = own if column == left else Found(None, source.text)


def _read_csv(path: Path) -> Table:
    import pandas as pd

    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path.name}: it cannot be read ({error})"]) from error
    text = _decoded(path.name, data)
    delimiter = _delimiter(text)
    width = max((line.count(delimiter) for line in text.splitlines()), default=0) + 1
    if width > MOST_COLUMNS:
        raise ConfigError([f"{path.name}: it has {width} columns; this is no registry"])
    try:
        frame = pd.read_csv(
            io.StringIO(text), sep=delimiter, header=None, names=range(width), dtype=str,
            keep_default_na=False, skip_blank_lines=False, engine="python", quoting=csv.QUOTE_MINIMAL,
        )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ConfigError([f"{path.name}: it cannot be read as CSV ({error})"]) from error
    rows = [
        [Found(value, value) if isinstance(value, str) and value else BLANK for value in row]
        for row in frame.itertuples(index=False, name=None)
    ]
    return Table(path.name, hashlib.sha256(data).hexdigest(), "", rows)


def _decoded(name: str, data: bytes) -> str:
    """UTF-8, UTF-16 with a mark, or the encoding that Russian Excel writes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError([f"{name}: its encoding is not known; save it as UTF-8"])


def _delimiter(text: str) -> str:
    """What separates the cells: whichever sign the first lines have the same number of, and most of."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    return max(";\t,", key=lambda sign: sum(line.count(sign) for line in lines))

"""Spreadsheets as files of other kinds, and the way back: exports and imports.

An export shows what the cells show. CSV and TSV hold the first visible sheet, lines parted by CR LF without
one at the end, as recorded from Google; XLSX and ODS hold all sheets, numbers and texts as values, without
formats; the archive of web pages, all that are not hidden. PDF is not made.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape

from sheetflow.emulator.drive.errors import DriveError, bad
from sheetflow.emulator.drive.opendocument import ODS_TYPE, pages, spreadsheet
from sheetflow.emulator.files import NATIVE, SPREADSHEET, File
from sheetflow.emulator.sheets.a1 import Box, column_letters
from sheetflow.emulator.sheets.document import Document
from sheetflow.emulator.sheets.service import SheetsService
from sheetflow.emulator.sheets.sheet import Sheet

CSV, TSV = "text/csv", "text/tab-separated-values"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS, OLDER_ODS = ODS_TYPE, "application/x-vnd.oasis.opendocument.spreadsheet"
PAGES = "application/zip"
FORMATS = {XLSX: "xlsx", ODS: "ods", OLDER_ODS: "ods", TSV: "tsv", CSV: "csv", PAGES: "zip"}
"""What a spreadsheet can be exported as, with the ending of such files."""

IMPORTS = {CSV: ",", TSV: "\t"}
"""What can become a spreadsheet, with what parts the cells of a line."""

EXPORT_MAX = 10 * 1024 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def exported(
    sheets: SheetsService, file: File, caller: str, mime_type: str, sheet_id: int | None = None
) -> bytes:
    """A file's content as another kind of file.

    Args:
        sheets: the service.
        file: the spreadsheet.
        caller: who reads it.
        mime_type: the kind.
        sheet_id: the sheet that a kind of one sheet shows; without it the first visible one.

    Raises:
        DriveError: 403 for a file that has bytes of its own, or too many for an export; 400 for a kind that
            is not made.
    """
    check_export(file, mime_type)
    doc = sheets.open(file.id, caller)
    with doc.lock:
        if mime_type == XLSX:
            data = _workbook(sheets, doc)
        elif mime_type in (ODS, OLDER_ODS):
            data = spreadsheet(
                (sheet.title, _lines(sheets, doc, sheet, "UNFORMATTED_VALUE")) for sheet in doc.book.sheets
            )
        elif mime_type == PAGES:
            data = pages(
                (sheet.title, _even(_lines(sheets, doc, sheet, "FORMATTED_VALUE")))
                for sheet in doc.book.sheets
                if not sheet.properties.get("hidden")
            )
        else:
            text = io.StringIO()
            sheet = doc.book.first_visible() if sheet_id is None else doc.book.sheet(sheet_id)
            lines = _even(_lines(sheets, doc, sheet, "FORMATTED_VALUE"))
            csv.writer(text, delimiter=IMPORTS[mime_type]).writerows(lines)
            data = text.getvalue().removesuffix("\r\n").encode()
    if len(data) > EXPORT_MAX:
        raise DriveError(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
    return data


def check_export(file: File, mime_type: str) -> None:
    """Refuse what cannot be exported so.

    Raises:
        DriveError: 403 for a file that has bytes of its own, 400 for a kind that is not made.
    """
    if not file.mime_type.startswith(NATIVE):
        raise DriveError(403, "fileNotExportable", "Export only supports Docs Editors files.")
    if file.mime_type != SPREADSHEET or mime_type not in FORMATS:
        raise bad("The requested conversion is not supported.", "convertTo")


def imported(data: bytes, mime_type: str) -> list[list[str]]:
    """The rows of a text that becomes a spreadsheet.

    Raises:
        DriveError: 400 for what cannot become one.
    """
    if mime_type not in IMPORTS:
        raise bad("The requested conversion is not supported.", "convertTo")
    text = data.decode("utf-8-sig", errors="replace")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=IMPORTS[mime_type]))


def _lines(sheets: SheetsService, doc: Document, sheet: Sheet, option: str) -> list[list[object]]:
    box = Box(0, sheet.row_count, 0, sheet.column_count)
    return [list(line) for line in sheets.shown(doc, sheet.sheet_id).texts(box, option, "SERIAL_NUMBER")]


def _even(lines: list[list[object]]) -> Iterable[list[object]]:
    width = max((len(line) for line in lines), default=0)
    return ([*line, *[""] * (width - len(line))] for line in lines)


def _workbook(sheets: SheetsService, doc: Document) -> bytes:
    """An Office Open XML workbook of the least parts that a reader needs; source: ECMA-376."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    tabs, types, relations, parts = [], [], [], {}
    for number, sheet in enumerate(doc.book.sheets, 1):
        name = escape(sheet.title, {'"': "&quot;"})
        tabs.append(f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>')
        place = f"worksheets/sheet{number}.xml"
        types.append(f'<Override PartName="/xl/{place}" ContentType="{kinds}.worksheet+xml"/>')
        relations.append(f'<Relationship Id="rId{number}" Type="{links}/worksheet" Target="{place}"/>')
        rows = _lines(sheets, doc, sheet, "UNFORMATTED_VALUE")
        cells = "".join(_row(number, row) for number, row in enumerate(rows, 1))
        parts[f"xl/{place}"] = f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{package}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override'
        f' PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>{"".join(types)}</Types>'
    )
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1"'
        f' Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>{"".join(tabs)}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{package}/relationships">{"".join(relations)}</Relationships>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(path, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}')
    return file.getvalue()


def _row(number: int, row: list[object]) -> str:
    cells = []
    for column, value in enumerate(row):
        place = f'r="{column_letters(column)}{number}"'
        if isinstance(value, bool):
            cells.append(f'<c {place} t="b"><v>{int(value)}</v></c>')
        elif isinstance(value, int | float):
            cells.append(f"<c {place}><v>{value!r}</v></c>")
        elif value not in ("", None):
            text = escape(_CONTROL.sub("", str(value)))
            cells.append(f'<c {place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'

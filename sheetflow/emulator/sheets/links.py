"""CellData.hyperlink: where a cell leads to, when it leads to one place.

A link comes from HYPERLINK, from the cell's own text format, or from a run of the text; several different
ones are none, as at Google.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas import Formula
from sheetflow.emulator.sheets.formulas.nodes import Call

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.book import Book
    from sheetflow.emulator.sheets.cells import Cell


def hyperlink(book: Book, sheet_id: int, row: int, column: int, cell: Cell) -> str:
    """The address that a cell leads to; "" for none or several."""
    if isinstance(cell.value, Formula):
        if "HYPERLINK" in cell.value.text.upper():
            node = book.engine.read(cell.value.text).node
            if isinstance(node, Call) and node.name == "HYPERLINK" and node.arguments:
                address = book.engine.answer_node(node.arguments[0], sheet_id, row, column)
                return address if isinstance(address, str) else ""
        return ""
    own = (cell.format or {}).get("textFormat", {}).get("link", {}).get("uri", "")
    found = {run.get("format", {}).get("link", {}).get("uri", "") for run in _runs(cell)} - {""}
    for run in (cell.more or {}).get("chipRuns", ()):
        found.add(run.get("chip", {}).get("richLinkProperties", {}).get("uri", ""))
    found.discard("")
    if not found:
        return str(own)
    return str(found.pop()) if len(found) == 1 and own in ("", *found) else ""


def _runs(cell: Cell) -> list[dict[str, dict[str, dict[str, str]]]]:
    return list((cell.more or {}).get("textFormatRuns", ()))

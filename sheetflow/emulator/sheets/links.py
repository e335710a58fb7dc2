"""CellData.hyperlink: where a cell leads to, when it leads to one place.

A link comes from HYPERLINK, also where a formula only chooses it or an array formula spills it, from the
cell's own text format, or from a run of the text; several different ones are none, as at Google.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas import Formula
from sheetflow.emulator.sheets.formulas.nodes import Braces, Call, Forest, Node

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.book import Book
    from sheetflow.emulator.sheets.cells import Cell
    from sheetflow.emulator.sheets.formulas import Value

_NAME = "HYPERLINK"
# Functions that give one of their arguments, and which of these: a slice of the arguments' places.
_CHOOSING = {
    "IF": slice(1, None),
    "IFS": slice(1, None, 2),
    "CHOOSE": slice(1, None),
    "IFNA": slice(0, None),
    "ARRAYFORMULA": slice(0, 1),
    "ARRAY_CONSTRAIN": slice(0, 1),
    "LET": slice(-1, None),
    "LAMBDA": slice(-1, None),
    "MAP": slice(-1, None),
    "BYROW": slice(-1, None),
    "BYCOL": slice(-1, None),
    "UNIQUE": slice(0, 1),
}


class Links:
    """The links of one sheet, at one state of the book.

    Args:
        book: the state.
        sheet_id: of the sheet.
    """

    def __init__(self, book: Book, sheet_id: int) -> None:
        self._engine = book.engine
        self._book = book
        self._sheet_id = sheet_id
        self._forest = Forest()
        self._addresses: dict[tuple[int, int], list[list[Value]]] = {}
        self._blocks: list[tuple[int, int, int, int]] | None = None

    def at(self, row: int, column: int, cell: Cell) -> str:
        """The address that a cell leads to; "" for none or several."""
        if isinstance(cell.value, Formula):
            return self._of_formula(row, column, cell.value.text, 0, 0)
        if cell.value is None:
            for top, left, height, width in self._spilled():
                if top <= row < top + height and left <= column < left + width:
                    source = self._book.sheet(self._sheet_id).cell(top, left).value
                    text = source.text if isinstance(source, Formula) else ""
                    return self._of_formula(top, left, text, row - top, column - left)
        own = (cell.format or {}).get("textFormat", {}).get("link", {}).get("uri", "")
        more = cell.more or {}
        found = {
            run.get("format", {}).get("link", {}).get("uri", "") for run in more.get("textFormatRuns", ())
        }
        for run in more.get("chipRuns", ()):
            found.add(run.get("chip", {}).get("richLinkProperties", {}).get("uri", ""))
        found.discard("")
        if not found:
            return str(own)
        return str(found.pop()) if len(found) == 1 and own in ("", *found) else ""

    def _spilled(self) -> list[tuple[int, int, int, int]]:
        if self._blocks is None:
            self._blocks = self._engine.blocks(self._sheet_id)
        return self._blocks

    def _of_formula(self, row: int, column: int, text: str, down: int, across: int) -> str:
        if _NAME not in text.upper():
            return ""
        if (row, column) not in self._addresses:
            self._addresses[row, column] = self._read(row, column, text)
        lines = self._addresses[row, column]
        if down >= len(lines) or across >= len(lines[down]):
            return ""
        address = lines[down][across]
        return address if isinstance(address, str) else ""

    def _read(self, row: int, column: int, text: str) -> list[list[Value]]:
        """The addresses of all cells that a formula fills."""
        node = self._engine.read(text).node
        address = None if node is None else self._address(node)
        if address is None:
            return []
        return self._engine.block_of(address, self._sheet_id, row, column)

    def _address(self, node: Node) -> Node | None:
        """What gives the address where `node` gives a link, else nothing; None where it never does."""
        if isinstance(node, Braces):
            rows = [[self._address(part) or self._forest.literal(None) for part in row] for row in node.rows]
            return self._forest.braces(tuple(map(tuple, rows)))
        if not isinstance(node, Call) or not node.arguments:
            return None
        if node.name == _NAME:
            return node.arguments[0]
        if node.name == "IFERROR":
            return self._instead(node)
        if node.name == "SWITCH":
            last = len(node.arguments) - 1
            chosen = [p for p in range(1, last + 1) if p % 2 == 0 or (p == last and last % 2 == 1)]
        else:
            chosen = list(range(len(node.arguments)))[_CHOOSING.get(node.name, slice(0))]
        addresses = {place: self._address(node.arguments[place]) for place in chosen}
        if not any(addresses.values()):
            return None
        blank = self._forest.literal(None)
        arguments = [
            (addresses[place] or blank) if place in addresses else argument
            for place, argument in enumerate(node.arguments)
        ]
        return self._forest.call(node.name, tuple(arguments))

    def _instead(self, node: Call) -> Node | None:
        """IFERROR(x, y): the address of y where x is an error, else that of x."""
        parts = [self._address(argument) for argument in node.arguments]
        if not any(parts):
            return None
        blank = self._forest.literal(None)
        first, second = (*(part or blank for part in parts), blank)[:2]
        failed = self._forest.call("ISERROR", (node.arguments[0],))
        return self._forest.call("IF", (failed, second, first))

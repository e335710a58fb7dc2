"""A spreadsheet of plain lists: what the engine asks of a document, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sheetflow.emulator.sheets.entry import parse_entry
from sheetflow.emulator.sheets.formulas import CellError, Engine, Formula, GridArea, TableShape, Value
from sheetflow.emulator.sheets.formulas.references import Reference

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class ListGrid:
    """Sheets as lists of rows; each entry is a Value or a Formula. Grids are as large as said."""

    def __init__(
        self,
        sheets: dict[str, list[list[Value | Formula]]],
        size: tuple[int, int] = (20, 10),
        locale: str = "en_US",
        names: dict[str, GridArea] | None = None,
        tables: dict[str, TableShape] | None = None,
    ) -> None:
        self.titles = list(sheets)
        self.cells = list(sheets.values())
        self.extent = size
        self.locale = locale
        self.time_zone = "Etc/UTC"
        self.names = names or {}
        self.tables = tables or {}

    def now(self) -> datetime:
        return NOW

    def sheet_ids(self) -> Iterable[int]:
        return range(len(self.titles))

    def sheet_by_title(self, title: str) -> int | None:
        folded = [known.casefold() for known in self.titles]
        return folded.index(title.casefold()) if title.casefold() in folded else None

    def size(self, sheet_id: int) -> tuple[int, int]:
        return self.extent

    def entered(self, sheet_id: int, row: int, col: int) -> Value | Formula:
        rows = self.cells[sheet_id]
        return rows[row][col] if row < len(rows) and col < len(rows[row]) else None

    def used_rows(self, sheet_id: int) -> int:
        return len(self.cells[sheet_id])

    def formulas(self, sheet_id: int) -> Iterable[tuple[int, int, str]]:
        for row, line in enumerate(self.cells[sheet_id]):
            for col, entry in enumerate(line):
                if isinstance(entry, Formula):
                    yield row, col, entry.text

    def named_range(self, name: str) -> GridArea | None:
        return self.names.get(name.casefold())

    def table(self, name: str) -> TableShape | None:
        return self.tables.get(name.casefold())


def sheet(text: str, locale: str = "en_US") -> list[list[Value | Formula]]:
    """A sheet as people see it: a line for each row, cells separated by `|`, typed as USER_ENTERED."""
    lines = [line.strip() for line in text.strip("\n").splitlines()]
    return [[parse_entry(cell.strip(), locale).value for cell in line.split("|")] for line in lines]


def engine(text: str, locale: str = "en_US", size: tuple[int, int] = (20, 10), **others: str) -> Engine:
    """An engine over the tab "Sheet1" and further tabs."""
    sheets = {"Sheet1": sheet(text, locale)} | {title: sheet(rows, locale) for title, rows in others.items()}
    return Engine(ListGrid(sheets, size, locale))


def at(on: Engine, name: str, sheet_id: int = 0) -> Value:
    """The effective value of a cell by its A1 name."""
    corner = Reference.read(name).first
    assert corner.row is not None
    assert corner.col is not None
    return on.effective(sheet_id, corner.row, corner.col)


def result(formula: str, text: str = "", locale: str = "en_US") -> Value:
    """What one formula gives in J20 of the sheet `text`; an error in Google's spelling."""
    grid = ListGrid({"Sheet1": sheet(text, locale) if text else []}, (20, 10), locale)
    rows = grid.cells[0]
    rows += [[] for _ in range(20 - len(rows))]
    rows[19] = [*[None] * 9, Formula(formula)]
    value = Engine(grid).effective(0, 19, 9)
    return str(value) if isinstance(value, CellError) else value


def column(on: Engine, letter: str, rows: int, sheet_id: int = 0) -> list[Value]:
    """The first `rows` values of a column."""
    return [at(on, f"{letter}{row + 1}", sheet_id) for row in range(rows)]

"""A spreadsheet at one moment: sheets in order, properties, named ranges, developer metadata.

A batch works on a `draft` of the book and either replaces it or is thrown away whole; sheets and rows that it
does not write to are shared. Decided here too: what a text in A1 notation means in this spreadsheet, and the
`Grid` through which formulas see it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import datetime

from sheetflow.emulator.sheets import a1, following, formulas, shifts, tables
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.formulas import Engine, Formula, GridArea, TableShape, Value
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.zones import zone_named
from sheetflow.emulator.wire import Json, invalid

CELLS_OF_A_BOOK = 10_000_000


class Book:
    """A snapshot of a spreadsheet.

    Attributes:
        properties: SpreadsheetProperties.
        sheets: in the order of their tabs.
        named_ranges: NamedRange objects, ranges with explicit sheet ids.
        metadata: DeveloperMetadata objects of all locations.
    """

    def __init__(self, properties: Json, now: Callable[[], datetime]) -> None:
        self.properties = properties
        self.sheets: list[Sheet] = []
        self.named_ranges: list[Json] = []
        self.metadata: list[Json] = []
        self.token = object()
        self._now = now
        self._engine: Engine | None = None
        self._computed: tuple[object, ...] = ()
        self._computed_at: datetime | None = None

    def draft(self) -> Book:
        """A copy to work on; it shares all sheets until they are written to."""
        twin = Book(copy.deepcopy(self.properties), self._now)
        twin.sheets = list(self.sheets)
        twin.named_ranges = copy.deepcopy(self.named_ranges)
        twin.metadata = copy.deepcopy(self.metadata)
        return twin

    @property
    def locale(self) -> str:
        """Such as `en_US`."""
        return str(self.properties["locale"])

    @property
    def time_zone(self) -> str:
        """Such as `Europe/Moscow`."""
        return str(self.properties["timeZone"])

    def now(self) -> datetime:
        """This moment in the spreadsheet's time zone, by which TODAY and NOW go."""
        return self._now().astimezone(zone_named(self.time_zone))

    @property
    def engine(self) -> Engine:
        """What computes the formulas of this state; for NOW() it starts anew when a second has passed."""
        now = self._now()
        state = tuple((sheet, sheet.version) for sheet in self.sheets)
        aged = self._computed_at is None or abs((now - self._computed_at).total_seconds()) >= 1
        if self._engine is None or state != self._computed or (aged and self._volatile()):
            self._engine = Engine(self)
            self._computed, self._computed_at = state, now
        return self._engine

    def touch(self) -> None:
        """Forget what formulas gave: something other than a sheet's cells changed."""
        self._engine = None

    def _volatile(self) -> bool:
        return any(
            name in text.upper()
            for sheet in self.sheets
            for _, _, text in self.formulas(sheet.sheet_id)
            for name in ("NOW(", "TODAY(", "RAND")
        )

    def find(self, sheet_id: int) -> Sheet | None:
        """A sheet by its id."""
        return next((sheet for sheet in self.sheets if sheet.sheet_id == sheet_id), None)

    def sheet(self, sheet_id: int) -> Sheet:
        """A sheet by its id.

        Raises:
            GoogleError: 400 `No grid with id: …`.
        """
        sheet = self.find(sheet_id)
        if sheet is None:
            raise invalid(f"No grid with id: {sheet_id}")
        return sheet

    def writable(self, sheet_id: int) -> Sheet:
        """The sheet, made this draft's own. Whoever calls it is going to change something."""
        sheet = self.sheet(sheet_id)
        self._engine = None
        if sheet.owner is not self.token:
            place = self.sheets.index(sheet)
            sheet = self.sheets[place] = sheet.copy(self.token)
        return sheet

    def titled(self, title: str) -> Sheet | None:
        """A sheet by its title; the case of letters does not matter, an exact match wins."""
        folded = title.casefold()
        found = [sheet for sheet in self.sheets if sheet.title.casefold() == folded]
        return next((sheet for sheet in found if sheet.title == title), found[0] if found else None)

    def first_visible(self) -> Sheet:
        """The sheet that a range without a title means."""
        return next((sheet for sheet in self.sheets if not sheet.properties.get("hidden")), self.sheets[0])

    def area(self, text: str) -> Area:
        """The area that a text in A1 or R1C1 notation, a tab's title, or a named range's name stands for.

        Raises:
            GoogleError: 400 `Unable to parse range: …`.
        """
        reference = a1.parse(text)
        if reference is not None:
            if reference.title is not None:
                sheet = self.titled(reference.title)
                if sheet is not None and reference.box is not None:
                    return Area(sheet.sheet_id, *reference.box)
            elif reference.box is not None:
                return Area(self.first_visible().sheet_id, *reference.box)
            elif reference.name is not None:
                named = self.named_range(reference.name)
                if named is not None:
                    return Area(*named)
                sheet = self.titled(reference.name)
                if sheet is not None:
                    return sheet.whole()
        raise invalid(f"Unable to parse range: {text}")

    def box(self, area: Area, *, clip: bool = True) -> Box:
        """The cells of an area.

        Args:
            area: any area of this spreadsheet.
            clip: whether an end beyond the grid is cut off; else it is refused.

        Raises:
            GoogleError: 400 `Range (…) exceeds grid limits. …` when it begins outside the grid.
        """
        sheet = self.sheet(area.sheet_id)
        rows, columns = sheet.row_count, sheet.column_count
        outside = (area.row0 or 0) >= rows or (area.col0 or 0) >= columns
        if not clip:
            outside = outside or (area.row1 or 0) > rows or (area.col1 or 0) > columns
        if outside:
            wanted = Box(area.row0 or 0, area.row1 or rows, area.col0 or 0, area.col1 or columns)
            name = a1.range_name(sheet.title, wanted)
            raise invalid(f"Range ({name}) exceeds grid limits. Max rows: {rows}, max columns: {columns}")
        return sheet.box(area)

    def name_of(self, sheet_id: int, box: Box) -> str:
        """A range in A1 notation as Google answers it."""
        return a1.range_name(self.sheet(sheet_id).title, box)

    def guard_size(self) -> None:
        """Refuse to grow over Google's number of cells."""
        if sum(sheet.row_count * sheet.column_count for sheet in self.sheets) > CELLS_OF_A_BOOK:
            raise invalid(
                "This action would increase the number of cells in the workbook above the limit of"
                f" {CELLS_OF_A_BOOK} cells."
            )

    def carry(self, change: shifts.Shifted) -> None:
        """Carry every range and formula of the book through a change that a sheet's grid has undergone."""
        following.carry(self, change)

    def rewrite(self, change: formulas.Change) -> None:
        """Rewrite all formulas, those of validation rules and conditional formats among them."""
        following.rewrite(self, change)

    # The grid as formulas see it.

    def sheet_ids(self) -> Iterable[int]:
        """Ids in the order of the tabs."""
        return [sheet.sheet_id for sheet in self.sheets]

    def sheet_by_title(self, title: str) -> int | None:
        """The id of a sheet."""
        sheet = self.titled(title)
        return None if sheet is None else sheet.sheet_id

    def size(self, sheet_id: int) -> tuple[int, int]:
        """Rows and columns."""
        sheet = self.sheet(sheet_id)
        return sheet.row_count, sheet.column_count

    def entered(self, sheet_id: int, row: int, col: int) -> Value | Formula:
        """What was entered into a cell."""
        return self.sheet(sheet_id).cell(row, col).value

    def used_rows(self, sheet_id: int) -> int:
        """Rows up to the last one with something entered."""
        return self.sheet(sheet_id).used_rows

    def formulas(self, sheet_id: int) -> Iterable[tuple[int, int, str]]:
        """Every formula of a sheet."""
        found = []
        for index, row in enumerate(self.sheet(sheet_id).rows):
            if row is not None and row.formula_columns:
                for column in row.formula_columns:
                    value = row.get(column).value
                    if isinstance(value, Formula):
                        found.append((index, column, value.text))
        return found

    def named_range(self, name: str) -> GridArea | None:
        """The area of a named range; the case of letters does not matter."""
        folded = name.casefold()
        for item in self.named_ranges:
            if item["name"].casefold() == folded:
                return GridArea(*a1.area_of(item["range"]))
        return None

    def table(self, name: str) -> TableShape | None:
        """The table that formulas write so; the case of letters does not matter."""
        return tables.shape(self, name)

"""The spreadsheet as it is: answers of `spreadsheets.get` as plain values that can be compared.

Google leaves out what is zero, false or empty; here everything is there. Colours are `#rrggbb`, whatever
their rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]

TAG = "sf_column"
"""The key of the developer metadata that says which column of the Registry a column is."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Which column of ours the system once made of a column. `id`: of the developer metadata."""

    id: int
    key: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab.

    `protections`, `rules`, `views`, `bandings`, `merges`, `charts`: as Google tells them. `cells`: CellData
    by row from the top, as far as it was read; short rows and missing ones are blank. `tags`: by column.
    """

    sheet_id: int
    title: str
    hidden: bool = False
    rows: int = 0
    columns: int = 0
    frozen_rows: int = 0
    frozen_columns: int = 0
    color: str = ""
    protections: Sequence[Json] = ()
    rules: Sequence[Json] = ()
    views: Sequence[Json] = ()
    bandings: Sequence[Json] = ()
    merges: Sequence[Json] = ()
    charts: Sequence[Json] = ()
    cells: Sequence[Sequence[Json]] = ()
    hidden_columns: frozenset[int] = frozenset()
    tags: Mapping[int, Sequence[Tag]] = field(default_factory=dict)

    def cell(self, row: int, column: int) -> Json:
        """A cell's CellData, {} where it is blank."""
        if row < len(self.cells) and column < len(self.cells[row]):
            return self.cells[row][column]
        return {}

    def values(self) -> list[list[Any]]:
        """Values as `valueRenderOption` FORMULA gives them, "" for a blank cell."""
        return [[value_of(cell) for cell in row] for row in self.cells]


@dataclass(frozen=True, slots=True)
class Actual:
    """The whole spreadsheet. `sheets`: from the left. `names`: named ranges as Google tells them."""

    locale: str
    time_zone: str
    sheets: Sequence[Sheet] = ()
    names: Sequence[Json] = ()

    def sheet(self, sheet_id: int) -> Sheet | None:
        """The tab with this id."""
        return next((sheet for sheet in self.sheets if sheet.sheet_id == sheet_id), None)


def read_actual(layout: Json, cells: Json) -> Actual:
    """Put two answers together.

    Args:
        layout: of a call without grid data: properties, tabs and what they have.
        cells: of a call with grid data, each range beginning at A1.
    """
    data = {
        sheet["properties"].get("sheetId", 0): (sheet.get("data") or [{}])[0]
        for sheet in cells.get("sheets", ())
    }
    properties = layout["properties"]
    return Actual(
        str(properties.get("locale", "")),
        str(properties.get("timeZone", "")),
        tuple(_sheet(sheet, data) for sheet in layout.get("sheets", ())),
        tuple(layout.get("namedRanges", ())),
    )


def _sheet(sheet: Json, data: Mapping[int, Json]) -> Sheet:
    properties = sheet["properties"]
    grid = properties.get("gridProperties", {})
    sheet_id = int(properties.get("sheetId", 0))
    found = data.get(sheet_id, {})
    columns = found.get("columnMetadata", ())
    return Sheet(
        sheet_id,
        str(properties.get("title", "")),
        bool(properties.get("hidden", False)),
        int(grid.get("rowCount", 0)),
        int(grid.get("columnCount", 0)),
        int(grid.get("frozenRowCount", 0)),
        int(grid.get("frozenColumnCount", 0)),
        color_of(properties.get("tabColorStyle")),
        tuple(sheet.get("protectedRanges", ())),
        tuple(sheet.get("conditionalFormats", ())),
        tuple(sheet.get("filterViews", ())),
        tuple(sheet.get("bandedRanges", ())),
        tuple(sheet.get("merges", ())),
        tuple(sheet.get("charts", ())),
        tuple(tuple(row.get("values", ())) for row in found.get("rowData", ())),
        frozenset(place for place, one in enumerate(columns) if one.get("hiddenByUser")),
        {place: tags for place, one in enumerate(columns) if (tags := _tags(one))},
    )


def _tags(column: Json) -> tuple[Tag, ...]:
    return tuple(
        Tag(int(one["metadataId"]), str(one.get("metadataValue", "")))
        for one in column.get("developerMetadata", ())
        if one.get("metadataKey") == TAG
    )


def value_of(cell: Json) -> Any:
    """What was entered into a cell: text, number, truth or formula; "" where nothing was."""
    for kind, value in cell.get("userEnteredValue", {}).items():
        if kind in ("stringValue", "numberValue", "boolValue", "formulaValue"):
            return value
    return ""


def color_of(style: Json | None) -> str:
    """A ColorStyle as `#rrggbb`, a theme's colour by its name, "" for none."""
    if not style:
        return ""
    if "rgbColor" not in style:
        return str(style.get("themeColor", ""))
    parts = (round(255 * style["rgbColor"].get(name, 0)) for name in ("red", "green", "blue"))
    return "#" + "".join(f"{part:02x}" for part in parts)

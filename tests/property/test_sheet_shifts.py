"""Every object that has a range follows its cells: checked against a model in which each cell has a name.

The model knows nothing of ranges: it moves named cells about. A range is right when it spans those of its
cells that are left.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetflow.emulator.sheets import a1
from sheetflow.emulator.sheets.a1 import Area, Box
from tests.long import examples
from tests.unit.emulator.sheets.world import World, open_world

ROWS, COLUMNS = 8, 7
Cell = tuple[int, int]


class Change(NamedTuple):
    """A request, and where each cell (row, column) of the old grid is afterwards."""

    request: dict[str, Any]
    places: dict[Cell, Cell]
    block: frozenset[Cell] = frozenset()
    strip: Box | None = None
    to: int = 0


def _span(draw: st.DrawFn, size: int) -> tuple[int, int]:
    start = draw(st.integers(0, size - 1))
    return start, draw(st.integers(start + 1, size))


def _box(draw: st.DrawFn) -> Box:
    return Box(*_span(draw, ROWS), *_span(draw, COLUMNS))


def _cells(box: Box) -> list[Cell]:
    return [(row, column) for row in range(box.row0, box.row1) for column in range(box.col0, box.col1)]


def _grid(box: Box) -> dict[str, Any]:
    return a1.grid_range(Area(0, *box))


GRID = Box(0, ROWS, 0, COLUMNS)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Rows, columns or cells are inserted, deleted or moved."""
    rows = draw(st.booleans())
    name, size = ("ROWS", ROWS) if rows else ("COLUMNS", COLUMNS)
    kind = draw(st.sampled_from(["insert", "delete", "move", "insertRange", "deleteRange"]))
    if kind in ("insertRange", "deleteRange"):
        return _of_cells(kind, _box(draw), rows=rows)
    start, end = _span(draw, size)
    if kind == "delete" and end - start == size:
        end -= 1
    span = {"sheetId": 0, "dimension": name, "startIndex": start, "endIndex": end}

    def line(cell: Cell) -> int:
        return cell[0] if rows else cell[1]

    def at(cell: Cell, index: int) -> Cell:
        return (index, cell[1]) if rows else (cell[0], index)

    if kind == "insert":
        places = {c: at(c, line(c) + (end - start if line(c) >= start else 0)) for c in _cells(GRID)}
        return Change({"insertDimension": {"range": span}}, places)
    if kind == "delete":
        kept = [cell for cell in _cells(GRID) if not start <= line(cell) < end]
        places = {c: at(c, line(c) - (end - start if line(c) >= end else 0)) for c in kept}
        return Change({"deleteDimension": {"range": span}}, places)
    to = draw(st.integers(0, size))
    order = list(range(size))
    block = order[start:end]
    rest = [index for index in order if index not in block]
    if not start <= to <= end:
        ahead = sum(index < to for index in rest)
        order = [*rest[:ahead], *block, *rest[ahead:]]
    places = {cell: at(cell, order.index(line(cell))) for cell in _cells(GRID)}
    moved = frozenset(cell for cell in _cells(GRID) if line(cell) in block and not start <= to <= end)
    request = {"moveDimension": {"source": span, "destinationIndex": to}}
    return Change(request, places, moved, to=to)


def _of_cells(kind: str, box: Box, *, rows: bool) -> Change:
    sign = 1 if kind == "insertRange" else -1
    places = {}
    for row, column in _cells(GRID):
        across = box.col0 <= column < box.col1 if rows else box.row0 <= row < box.row1
        first, last = (box.row0, box.row1) if rows else (box.col0, box.col1)
        line = row if rows else column
        if not across or line < first:
            places[row, column] = (row, column)
        elif sign > 0 or line >= last:
            by = sign * (last - first)
            places[row, column] = (row + by, column) if rows else (row, column + by)
    request = {kind: {"range": _grid(box), "shiftDimension": "ROWS" if rows else "COLUMNS"}}
    strip = Box(0, 10**6, box.col0, box.col1) if rows else Box(box.row0, box.row1, 0, 10**6)
    return Change(request, places, strip=strip)


def expected(change: Change, box: Box, size: Cell) -> Box | None:
    """Where a range is after a change, by its cells; None when it is gone."""
    strip = change.strip
    if strip is not None and not (
        strip.row0 <= box.row0
        and box.row1 <= strip.row1
        and strip.col0 <= box.col0
        and box.col1 <= strip.col1
    ):
        return box
    cells = _cells(box)
    if change.block and not change.block.issuperset(cells):
        rows = change.request["moveDimension"]["source"]["dimension"] == "ROWS"
        first, last = (box.row0, box.row1) if rows else (box.col0, box.col1)
        source = change.request["moveDimension"]["source"]
        if first <= source["startIndex"] and source["endIndex"] <= last and first <= change.to <= last:
            return box
        cells = [cell for cell in cells if cell not in change.block]
    left = [change.places[cell] for cell in cells if cell in change.places]
    if not left:
        return None
    rows_left, columns_left = zip(*left, strict=True)
    found = Box(min(rows_left), max(rows_left) + 1, min(columns_left), max(columns_left) + 1)
    if strip is None:
        return found
    return Box(found.row0, min(found.row1, size[0]), found.col0, min(found.col1, size[1]))


def _world(folder: str) -> World:
    world = open_world(Path(folder))
    size = {"gridProperties": {"rowCount": ROWS, "columnCount": COLUMNS}}
    world.batch(
        {"updateSheetProperties": {"properties": {"sheetId": 0, **size}, "fields": "gridProperties"}},
        {"addSheet": {"properties": {"sheetId": 9, "title": "Other"}}},
    )
    return world


def _objects(world: World, box: Box) -> dict[str, dict[str, Any] | None]:
    """The ranges of all objects on the first sheet and that of a chart on the other one."""
    answer = world.get()
    sheet, other = answer["sheets"]
    found = {
        "named": [item["range"] for item in answer.get("namedRanges", [])],
        "protected": [item["range"] for item in sheet.get("protectedRanges", [])],
        "view": [item["range"] for item in sheet.get("filterViews", [])],
        "banding": [item["range"] for item in sheet.get("bandedRanges", [])],
        "format": [place for item in sheet.get("conditionalFormats", []) for place in item["ranges"]],
        "filter": [sheet["basicFilter"]["range"]] if "basicFilter" in sheet else [],
        "chart": [
            place
            for chart in other["charts"]
            for place in chart["spec"]["basicChart"]["series"][0]["series"]["sourceRange"].get("sources", [])
        ],
        "merge": sheet.get("merges", []),
    }
    assert all(len(places) <= 1 for places in found.values())
    del box
    return {name: places[0] if places else None for name, places in found.items()}


def _requests(box: Box, *, merged: bool) -> list[dict[str, Any]]:
    place = _grid(box)
    condition = {"type": "NOT_BLANK"}
    rule = {
        "ranges": [place],
        "booleanRule": {"condition": condition, "format": {"textFormat": {"bold": True}}},
    }
    series = [{"series": {"sourceRange": {"sources": [place]}}}]
    chart = {
        "spec": {"basicChart": {"chartType": "LINE", "series": series}},
        "position": {"overlayPosition": {"anchorCell": {"sheetId": 9, "rowIndex": 0, "columnIndex": 0}}},
    }
    requests: list[dict[str, Any]] = [
        {"addNamedRange": {"namedRange": {"name": "Named", "range": place}}},
        {"addProtectedRange": {"protectedRange": {"range": place}}},
        {"addFilterView": {"filter": {"range": place}}},
        {"addBanding": {"bandedRange": {"range": place, "rowProperties": {"firstBandColor": {"red": 1}}}}},
        {"addConditionalFormatRule": {"rule": rule}},
        {"setBasicFilter": {"filter": {"range": place}}},
        {"addChart": {"chart": chart}},
    ]
    if merged:
        requests.append({"mergeCells": {"range": place, "mergeType": "MERGE_ALL"}})
    return requests


def _shown(box: Box | None) -> dict[str, Any] | None:
    if box is None:
        return None
    return {name: side for name, side in _grid(box).items() if name != "sheetId"}


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """A range of the grid."""
    return _box(draw)


@settings(max_examples=examples(120), deadline=None, suppress_health_check=list(HealthCheck))
@given(changes(), boxes(), st.booleans())
def test_shifts__ranges_span_those_of_their_cells_that_are_left(
    change: Change, box: Box, merged: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = _world(folder)
        name = a1.range_name("Sheet1", box)
        world.put("Other!A1:B1", [[f"=SUM({name})", f"=ROWS({name})"]])
        world.batch(*_requests(box, merged=merged))
        status, answer = world.call("POST", f"{world.url}:batchUpdate", {"requests": [change.request]})
        if status == 400:  # cells may not tear a merge apart
            assert merged, answer
            assert change.strip is not None, answer
            return
        grid = world.get()["sheets"][0]["properties"]["gridProperties"]
        wanted = expected(change, box, (grid["rowCount"], grid["columnCount"]))
        found = _objects(world, box)
        if wanted is None or (wanted.row1 - wanted.row0) * (wanted.col1 - wanted.col0) == 1 or not merged:
            assert found.pop("merge") is None
        assert found == dict.fromkeys(found, _shown(wanted))
        text = world.values("Other!A1", "FORMULA")[0][0]
        assert text == f"=SUM({'#REF!' if wanted is None else _reference(box, wanted)})"
        assert world.reopened().get("?includeGridData=true") == world.get("?includeGridData=true")


def _reference(old: Box, new: Box) -> str:
    """A range in a formula; one that was written with two corners keeps them."""
    single = (old.row1 - old.row0) * (old.col1 - old.col0) == 1
    first = a1.cell_name(new.row0, new.col0)
    return f"Sheet1!{first}" if single else f"Sheet1!{first}:{a1.cell_name(new.row1 - 1, new.col1 - 1)}"


def _whole(world: World) -> bool:
    """Whether the grid is at least of its first size."""
    grid = world.get("?fields=sheets.properties.gridProperties")["sheets"][0]["properties"]["gridProperties"]
    return bool(grid["rowCount"] >= ROWS and grid["columnCount"] >= COLUMNS)


@settings(max_examples=examples(80), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(changes(), min_size=1, max_size=4))
def test_shifts__cells_are_where_the_model_has_them(several: list[Change]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = _world(folder)
        texts = [[f"r{row}c{column}" for column in range(COLUMNS)] for row in range(ROWS)]
        world.put("A1", texts)
        model = {(row, column): texts[row][column] for row in range(ROWS) for column in range(COLUMNS)}
        for change in several:
            if change.strip is not None and not _whole(world):
                return  # a range that ends beyond the grid is cut there, which the model does not know
            status, _ = world.call("POST", f"{world.url}:batchUpdate", {"requests": [change.request]})
            if status != 200:
                continue
            beyond = {cell: text for cell, text in model.items() if cell not in _cells(GRID)}
            if beyond:
                return  # the model is of the first grid's size
            model = {change.places[cell]: text for cell, text in model.items() if cell in change.places}
            shown = world.values("Sheet1")
            found = {
                (row, column): text
                for row, line in enumerate(shown)
                for column, text in enumerate(line)
                if text
            }
            assert found == model

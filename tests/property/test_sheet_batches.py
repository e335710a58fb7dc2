"""Random batches: all or nothing, never a state that cannot be shown, and on disk what is in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetflow.emulator.sheets import a1
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.kinds import KINDS
from tests.long import examples
from tests.unit.emulator.sheets.world import World, open_world

Request = dict[str, Any]
index = st.integers(0, 9)
sheet_ids = st.sampled_from([0, 0, 0, 0, 0, 9, 9, 77])


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    """Half-open, seldom empty."""
    start = draw(index)
    return start, start + draw(st.sampled_from([0, 1, 1, 2, 3, 4]))


@st.composite
def places(draw: st.DrawFn) -> Request:
    """A GridRange, open sides among them."""
    sides = [draw(st.one_of(st.just((None, None)), spans())) for _ in range(2)]
    return a1.grid_range(Area(draw(sheet_ids), *sides[0], *sides[1]))


@st.composite
def lines(draw: st.DrawFn) -> Request:
    """A DimensionRange."""
    start, end = draw(spans())
    dimension = draw(st.sampled_from(["ROWS", "COLUMNS"]))
    return {"sheetId": draw(sheet_ids), "dimension": dimension, "startIndex": start, "endIndex": end}


corners = st.builds(lambda s, r, c: {"sheetId": s, "rowIndex": r, "columnIndex": c}, sheet_ids, index, index)
dimensions = st.sampled_from(["ROWS", "COLUMNS"])
groups = st.builds(lambda line, shut: {"range": line, "depth": 1, "collapsed": shut}, lines(), st.booleans())
values = st.one_of(
    st.sampled_from(["a", "b 2", "2026-01-05", "x@example.com"]).map(lambda text: {"stringValue": text}),
    st.integers(-5, 50).map(lambda number: {"numberValue": number}),
    st.booleans().map(lambda truth: {"boolValue": truth}),
    st.sampled_from(
        [
            "=A1",
            "=SUM(A1:C4)",
            "=Other!B2&1",
            "=ARRAYFORMULA(A1:A3+1)",
            "=Named",
            "=SUM(one[Column 1])+COUNTA(two)",
            "=FILTER(one;one[Column 1]<>0)",
            "=two[[#ALL],[Column 1]:[Column 2]]",
            "=FILTER(A1:B5,A1:A5>1)",
            "=1/0",
            "=(",
        ]
    ).map(lambda text: {"formulaValue": text}),
)
conditions = st.sampled_from(
    [
        {"type": "NOT_BLANK"},
        {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A1>B$2"}]},
        {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "=Other!A1:A3"}]},
        {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "3"}]},
    ]
)
formats = st.sampled_from([{"textFormat": {"bold": True}}, {"numberFormat": {"type": "DATE"}}, {}])
cells = st.builds(
    lambda value, style, note: {
        "userEnteredValue": value,
        "userEnteredFormat": style,
        **({"note": "n"} if note else {}),
    },
    values,
    formats,
    st.booleans(),
)
rows = st.lists(st.builds(lambda line: {"values": line}, st.lists(cells, max_size=3)), max_size=3)
ids = st.sampled_from(["one", "two"])


def kind(name: str, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Request]:
    """Requests of one kind."""
    return st.fixed_dictionaries(fields).map(lambda inner: {name: inner})


def wrapped(name: str, field: str, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Request]:
    """Requests of one kind whose fields stand in one object."""
    return st.fixed_dictionaries(fields).map(lambda inner: {name: {field: inner}})


masks = st.sampled_from(["*", "userEnteredValue", "userEnteredFormat.textFormat.bold,note"])
sorts = st.lists(st.builds(lambda c: {"dimensionIndex": c, "sortOrder": "DESCENDING"}, index), max_size=2)
requests = st.one_of(
    kind("updateCells", start=corners, rows=rows, fields=masks),
    kind("updateCells", range=places(), rows=rows, fields=masks),
    kind("repeatCell", range=places(), cell=cells, fields=masks),
    kind("appendCells", sheetId=sheet_ids, rows=rows, fields=masks),
    kind("appendCells", tableId=ids, rows=rows, fields=masks),
    kind("insertDimension", range=lines()),
    kind("deleteDimension", range=lines()),
    kind("moveDimension", source=lines(), destinationIndex=index),
    kind("insertRange", range=places(), shiftDimension=dimensions),
    kind("deleteRange", range=places(), shiftDimension=dimensions),
    kind("copyPaste", source=places(), destination=places()),
    kind("cutPaste", source=places(), destination=corners),
    kind("autoFill", range=places()),
    kind(
        "mergeCells", range=places(), mergeType=st.sampled_from(["MERGE_ALL", "MERGE_ROWS", "MERGE_COLUMNS"])
    ),
    kind("unmergeCells", range=places()),
    kind("sortRange", range=places(), sortSpecs=sorts),
    kind("deleteDuplicates", range=places()),
    kind(
        "setDataValidation",
        range=places(),
        rule=conditions.map(lambda one: {"condition": one, "strict": True}),
    ),
    kind("addDimensionGroup", range=lines()),
    kind(
        "findReplace",
        find=st.sampled_from(["a", "2"]),
        replacement=st.just("zz"),
        allSheets=st.just(value=True),
    ),
    wrapped(
        "addNamedRange",
        "namedRange",
        name=st.sampled_from(["Named", "Other_"]),
        range=places(),
        namedRangeId=ids,
    ),
    kind("deleteNamedRange", namedRangeId=ids),
    wrapped("addProtectedRange", "protectedRange", range=places(), protectedRangeId=st.integers(1, 2)),
    wrapped("addFilterView", "filter", range=places(), filterViewId=st.integers(1, 2)),
    wrapped(
        "setBasicFilter",
        "filter",
        range=places(),
        filterSpecs=st.lists(
            st.builds(lambda c: {"columnIndex": c, "filterCriteria": {"hiddenValues": ["a"]}}, index),
            max_size=1,
        ),
    ),
    wrapped("addTable", "table", range=places(), tableId=ids, name=ids),
    kind("deleteTable", tableId=ids),
    wrapped("updateTable", "table", tableId=ids, name=ids).map(
        lambda one: {"updateTable": {**one["updateTable"], "fields": "name"}}
    ),
    kind("insertComment", coordinate=corners, content=st.sampled_from(["Why?", ""])),
    kind("updateDimensionGroup", dimensionGroup=groups, fields=st.just("collapsed")),
    wrapped(
        "addConditionalFormatRule",
        "rule",
        ranges=st.lists(places(), min_size=1, max_size=2),
        booleanRule=conditions.map(
            lambda one: {"condition": one, "format": {"textFormat": {"italic": True}}}
        ),
    ),
    wrapped(
        "addBanding", "bandedRange", range=places(), rowProperties=st.just({"firstBandColor": {"red": 1}})
    ),
    wrapped("addSheet", "properties", title=st.sampled_from(["Other", "New", "Sheet1"]), sheetId=sheet_ids),
    kind("deleteSheet", sheetId=sheet_ids),
    kind("duplicateSheet", sourceSheetId=sheet_ids, newSheetId=st.just(77)),
    wrapped(
        "createDeveloperMetadata",
        "developerMetadata",
        metadataKey=st.just("k"),
        metadataId=st.integers(1, 2),
        visibility=st.just("DOCUMENT"),
        location=lines().map(lambda line: {"dimensionRange": {**line, "endIndex": line["startIndex"] + 1}}),
    ),
    kind(
        "updateSheetProperties",
        properties=st.builds(
            lambda s, r, c: {"sheetId": s, "gridProperties": {"rowCount": r, "columnCount": c}},
            sheet_ids,
            index,
            index,
        ),
        fields=st.just("gridProperties(rowCount,columnCount)"),
    ),
)


def dump(world: World) -> Any:
    """All that the API tells of the spreadsheet, and the formulas as they stand."""
    shown = world.get("?includeGridData=true&commentsViewMode=COMMENTS_VIEW_MODE_INCLUDED")
    titles = [sheet["properties"]["title"] for sheet in shown["sheets"]]
    return shown, [world.values(f"'{title}'", "FORMULA") for title in titles]


def opened(folder: str) -> World:
    """A small spreadsheet of two tabs with a table in it."""
    world = open_world(Path(folder))
    grid = {"gridProperties": {"rowCount": 10, "columnCount": 8}}
    world.batch(
        {"updateSheetProperties": {"properties": {"sheetId": 0, **grid}, "fields": "gridProperties"}},
        {"addSheet": {"properties": {"sheetId": 9, "title": "Other", **grid}}},
    )
    world.put("A1:C4", [["a", 1, "=B1+1"], ["b", 2, "=Other!A1"], ["a", 3, ""], ["", "=SUM(B1:B3)", "x"]])
    world.put("Other!A1:B3", [["one", 1], ["two", "=Sheet1!A1"], ["three", 3]])
    return world


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(requests, min_size=1, max_size=4), min_size=1, max_size=5))
def test_batches__all_or_nothing_and_on_disk_what_is_in_memory(batches: list[list[Request]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = opened(folder)
        before = dump(world)
        for batch in batches:
            status, answer = world.call("POST", f"{world.url}:batchUpdate", {"requests": batch})
            assert status in (200, 400), answer
            after = dump(world)
            if status == 400:
                assert answer["error"]["status"] == "INVALID_ARGUMENT"
                assert after == before, answer
            before = after
        assert dump(world.reopened()) == before


def test_batches__the_requests_are_of_most_kinds() -> None:
    """A strategy that forgot the kinds that move things would prove little."""
    drawn = {
        name for name in KINDS if any(word in name for word in ("insert", "delete", "move", "append", "sort"))
    }
    text = Path(__file__).read_text("utf-8")
    missing = {name for name in drawn if f'"{name}"' not in text}
    assert missing <= {
        "appendDimension",
        "deleteBanding",
        "deleteConditionalFormatRule",
        "deleteComment",
        "deleteCommentReply",
        "deleteDataSource",
        "deleteDeveloperMetadata",
        "deleteDimensionGroup",
        "deleteEmbeddedObject",
        "deleteFilterView",
        "deleteProtectedRange",
    }

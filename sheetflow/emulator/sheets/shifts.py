"""What becomes of ranges when rows or columns are inserted, deleted or moved.

Decided here for all that carries a range: merges, named and protected ranges, filter views, banding,
conditional formats, charts, developer metadata. Formulas are rewritten by the `formulas` package under the
same rules. Objects are kept with an explicit `sheetId` (`with_sheet_ids`); Google's answers omit it where it
is 0 (`without_zero_ids`).
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from sheetflow.emulator.wire import Json

RANGE_KEYS = frozenset(
    {
        "range",
        "ranges",
        "unprotectedRanges",
        "sources",
        "dataRange",
        "dimensionRange",
        "gridRange",
        "merges",
        "anchorCell",
    }
)
"""Names under which a GridRange, DimensionRange or GridCoordinate stands in the API's objects."""


class Shifted(NamedTuple):
    """Rows or columns `start` to `end` (half-open) were inserted, deleted, or moved to before `to`.

    `low` and `high` confine it to a strip of the other dimension: single cells were shifted, not whole rows.
    `limit` is where the grid ends then: what is pushed over its edge is cut off.
    """

    kind: Literal["insert", "delete", "move"]
    sheet_id: int
    dimension: Literal["ROWS", "COLUMNS"]
    start: int
    end: int
    to: int = 0
    low: int | None = None
    high: int | None = None
    limit: int | None = None

    @property
    def confined(self) -> bool:
        """Whether only a strip of the other dimension is concerned."""
        return self.low is not None

    def concerns(self, place: Json) -> bool:
        """Whether a GridRange or GridCoordinate lies wholly in the strip."""
        if not self.confined:
            return True
        if "dimension" in place:
            return False
        name = "Column" if self.dimension == "ROWS" else "Row"
        if "rowIndex" in place or "columnIndex" in place:
            start = place.get(f"{name.lower()}Index", 0)
            end = start + 1
        else:
            start, end = place.get(f"start{name}Index", 0), place.get(f"end{name}Index")
        return (self.low or 0) <= start and end is not None and (self.high is None or end <= self.high)


def shift_point(index: int, change: Shifted) -> int | None:
    """Where a row or column is now; None when it was deleted."""
    count = change.end - change.start
    if change.kind == "insert":
        return index + count if index >= change.start else index
    if change.kind == "delete":
        if index >= change.end:
            return index - count
        return index if index < change.start else None
    if change.start <= index < change.end:
        return index - change.start + (change.to - count if change.to > change.start else change.to)
    if change.end <= index < change.to:
        return index - count
    if change.to <= index < change.start:
        return index + count
    return index


def shift_span(start: int | None, end: int | None, change: Shifted) -> tuple[int | None, int | None] | None:
    """The span's new ends; None when all of it was deleted. An open side stays open."""
    if start is None and end is None:
        return None, None
    count = change.end - change.start
    if change.kind == "insert":
        new_start = start + count if start is not None and change.start <= start else start
        new_end = end + count if end is not None and change.start < end else end
        if new_end is not None and change.limit is not None:
            new_end = min(new_end, change.limit)
        return new_start, new_end
    if change.kind == "delete":
        return _cut(start, end, change)
    inside = (start or 0) >= change.start and end is not None and end <= change.end
    if inside:
        offset = (change.to - count if change.to > change.start else change.to) - change.start
        return (start or 0) + offset, (end or 0) + offset
    if (start or 0) <= change.start and (end is None or change.end <= end):
        within = (start or 0) <= change.to and (end is None or change.to <= end)
        if within:
            return start, end
    cut = _cut(start, end, change)
    if cut is None:
        return None
    to = change.to - count if change.to > change.start else change.to
    return shift_span(*cut, change._replace(kind="insert", start=to, end=to + count))


def _cut(start: int | None, end: int | None, change: Shifted) -> tuple[int | None, int | None] | None:
    def moved(edge: int) -> int:
        return edge - max(0, min(edge, change.end) - change.start)

    new_start = None if start is None else moved(start)
    new_end = None if end is None else moved(end)
    if new_end is not None and new_end <= (new_start or 0):
        return None
    return new_start, new_end


def shift_range(place: Json, change: Shifted) -> Json | None:
    """A GridRange, DimensionRange or GridCoordinate after the change; None when it is gone."""
    if place.get("sheetId", 0) != change.sheet_id or not change.concerns(place):
        return place
    if "rowIndex" in place or "columnIndex" in place:
        name = "rowIndex" if change.dimension == "ROWS" else "columnIndex"
        point = shift_point(place.get(name, 0), change)
        return {**place, name: change.start if point is None else point}
    if "dimension" in place:
        if place["dimension"] != change.dimension:
            return place
        first, last = "startIndex", "endIndex"
    elif change.dimension == "ROWS":
        first, last = "startRowIndex", "endRowIndex"
    else:
        first, last = "startColumnIndex", "endColumnIndex"
    span = shift_span(place.get(first), place.get(last), change)
    if span is None:
        return None
    return {
        **place,
        **{name: edge for name, edge in zip((first, last), span, strict=True) if edge is not None},
    }


def carry(thing: Any, change: Shifted) -> Any:
    """An object of the API with all its ranges shifted; None when the range that it stands on is gone."""
    if isinstance(thing, list):
        items = [carry(item, change) for item in thing]
        return [item for item in items if item is not None]
    if not isinstance(thing, dict):
        return thing
    own = thing.get("range")
    if change.confined and isinstance(own, dict):
        if own.get("sheetId", 0) != change.sheet_id or not change.concerns(own):
            return thing
        change = change._replace(low=None, high=None)
    result: Json = {}
    for key, value in thing.items():
        carried = _carry_field(key, value, change)
        if carried is not None:
            result[key] = carried
        elif key in _FOUNDATIONS:
            return None
    return result


_FOUNDATIONS = RANGE_KEYS | {"columnIndex", "dimensionIndex", "location"}
"""Fields without which an object is gone."""


def _carry_field(key: str, value: Any, change: Shifted) -> Any:
    """A field after the change; None when what it points to is gone."""
    if key in RANGE_KEYS and isinstance(value, dict):
        return shift_range(value, change)
    if key in RANGE_KEYS and isinstance(value, list):
        places = [shift_range(item, change) for item in value]
        kept = [place for place in places if place is not None]
        return None if key == "ranges" and value and not kept else kept
    if key in ("columnIndex", "dimensionIndex") and change.dimension == "COLUMNS" and not change.confined:
        return shift_point(value, change)
    by_column = change.dimension == "COLUMNS" and not change.confined
    if key == "criteria" and by_column and isinstance(value, dict):
        points = {name: shift_point(int(name), change) for name in value}
        return {str(points[name]): inner for name, inner in value.items() if points[name] is not None}
    return carry(value, change)


def with_sheet_ids(thing: Any) -> Any:
    """The object with an explicit `sheetId` in each range."""
    return each_place(thing, lambda place: {"sheetId": 0, **place})


def without_zero_ids(thing: Any) -> Any:
    """The object as Google answers it: `sheetId` is absent from ranges where it is 0."""
    return each_place(
        thing, lambda p: {k: v for k, v in p.items() if k != "sheetId"} if p.get("sheetId") == 0 else p
    )


def with_sheet(thing: Any, old: int, new: int) -> Any:
    """The object with ranges on sheet `old` put on sheet `new`, for a duplicated sheet."""
    return each_place(
        thing, lambda place: {**place, "sheetId": new} if place.get("sheetId", 0) == old else place
    )


def each_place(thing: Any, change: Any) -> Any:
    """The object with `change` done to each of its ranges."""
    if isinstance(thing, list):
        return [each_place(item, change) for item in thing]
    if not isinstance(thing, dict):
        return thing
    result: Json = {}
    for key, value in thing.items():
        if key in RANGE_KEYS and isinstance(value, dict):
            result[key] = change(value)
        elif key in RANGE_KEYS and isinstance(value, list):
            result[key] = [change(item) for item in value]
        else:
            result[key] = each_place(value, change)
    return result

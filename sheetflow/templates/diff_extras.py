"""Named ranges over the Registry's columns, and charts: those of the template, never those of people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sheetflow.templates import looks
from sheetflow.templates.actual import Actual, Json
from sheetflow.templates.looks import grid
from sheetflow.templates.plan import Change
from sheetflow.templates.schema import Chart
from sheetflow.templates.stand import Stand

SIZE = {"widthPixels": 900, "heightPixels": 420}
"""How large a new chart is; people may change it, and move it."""


def names(stand: Stand, actual: Actual) -> Iterator[Change]:
    """Named ranges, known by their ids or their names."""
    for name in stand.target.template.names:
        column = grid(stand.id, columns=(stand.then[name.column], stand.then[name.column] + 1))
        named = {"namedRangeId": f"sf_{name.name.lower()}", "name": name.name, "range": column}
        found = next(
            (one for one in actual.names if named["namedRangeId"] == one.get("namedRangeId")), None
        ) or next((one for one in actual.names if str(one.get("name", "")).upper() == name.name), None)
        if found is None:
            yield Change(
                "add", "named range", name.name, "it is missing; it is made again",
                requests=({"addNamedRange": {"namedRange": named}},),
            )  # fmt: skip
            continue
        place = found.get("range", {})
        at = stand.now.get(name.column)
        same = (
            place.get("sheetId", 0) == stand.id
            and (place.get("startColumnIndex", 0), place.get("endColumnIndex")) == (at, (at or 0) + 1)
            and not place.get("startRowIndex", 0)
            and int(place.get("endRowIndex", stand.sheet.rows)) >= stand.sheet.rows
        )
        if not same or found.get("name") != name.name:
            update = {"namedRange": {**named, "namedRangeId": found["namedRangeId"]}, "fields": "name,range"}
            yield Change(
                "change", "named range", name.name, f"it does not mean {stand.name(name.column)}; it will",
                requests=({"updateNamedRange": update},),
            )  # fmt: skip


def charts(stand: Stand) -> Iterator[Change]:
    """A tab's charts, known by their ids: what they show, not where they stand or how large they are."""
    there = {chart.get("chartId"): chart for chart in stand.sheet.charts}
    for chart in stand.target.template.charts:
        if chart.tab != stand.tab.key:
            continue
        number = looks.object_id("chart", chart.key)
        wanted, title = _spec(stand, chart), chart.title[stand.target.words.language]
        found = there.get(number)
        if found is None:
            corner = {"sheetId": stand.id, "rowIndex": 1, "columnIndex": max(stand.then.values()) + 2}
            position = {"overlayPosition": {"anchorCell": corner, **SIZE}}
            body = {"chartId": number, "spec": wanted, "position": position}
            yield Change(
                "add", "chart", title, "it is missing; it is made again",
                requests=({"addChart": {"chart": body}},),
            )  # fmt: skip
        elif _shown(found.get("spec", {})) != _shown(wanted):
            yield Change(
                "change", "chart", title, "it shows something else; it is put right",
                requests=({"updateChartSpec": {"chartId": number, "spec": wanted}},),
            )  # fmt: skip


def _spec(stand: Stand, chart: Chart) -> dict[str, Any]:
    def source(place: int) -> dict[str, Any]:
        rows = (stand.top, max(stand.sheet.rows, stand.tab.rows))
        return {"sourceRange": {"sources": [grid(stand.id, rows, (place, place + 1))]}}

    first, *others = sorted(stand.then.values())
    return {
        "title": chart.title[stand.target.words.language],
        "basicChart": {
            "chartType": chart.kind,
            "legendPosition": "BOTTOM_LEGEND",
            "headerCount": 1,
            "domains": [{"domain": source(first)}],
            "series": [{"series": source(place), "targetAxis": "LEFT_AXIS"} for place in others],
        },
    }


def _shown(spec: Json) -> tuple[object, ...]:
    """What a chart shows: title, kind, and the columns of its domain and its series."""
    basic = spec.get("basicChart", {})

    def columns(parts: Any, name: str) -> list[int]:
        return [
            int(source.get("startColumnIndex", 0))
            for part in parts
            for source in part.get(name, {}).get("sourceRange", {}).get("sources", ())
        ]

    return (
        str(spec.get("title", "")), str(basic.get("chartType", "")),
        columns(basic.get("domains", ()), "domain"), columns(basic.get("series", ()), "series"),
    )  # fmt: skip

"""The comparison, on values: what counts as a difference, and what does not."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sheetflow.model.columns import SHOWN
from sheetflow.templates.actual import TAG, Actual, Sheet, Tag, color_of, read_actual
from sheetflow.templates.diff import compare
from sheetflow.templates.plan import Change
from sheetflow.templates.schema import Template, read_template
from sheetflow.templates.target import Target

TEXT = Path("sheet_templates/payments.toml").read_text("utf-8")
SERVICE = "sa@x.example"


@dataclass
class Language:
    language: str
    labels: Mapping[str, Mapping[str, str]]


WORDS = Language("en", tomllib.loads(Path("sheet_templates/en/labels.toml").read_text("utf-8")))
BANDED = TEXT


def target_of(template: Template, **changed: Any) -> Target:
    headers = {
        "state": ("id", "confirmed", "seal", *[key for key in SHOWN if key != "confirmed"]),
        "inbox": ("uuid", "at"),
        "outbox": ("id", "state"),
        "history": ("seq", "at", "hash"),
        "contractors": ("inn", "account", "since"),
        "policy": ("rule", "step1"),
        "recurring": ("name", "every", "subject"),
        "banks": ("bik", "name"),
        "bank": ("line", "decision", "result"),
    }
    given: dict[str, Any] = {
        "template": template, "words": WORDS, "languages": [WORDS], "headers": headers,
        "settings": {"currencies": "RUB, USD"},
        "editors": {"system": [SERVICE], "admins": [SERVICE, "ada@firm.example"], "accountants": [SERVICE]},
        "time_zone": "Europe/Moscow", "owner": "robot@firm.example",
        "rows": {"settings": [[WORDS.labels["settings"]["currencies"], "RUB, USD"]]},
    }  # fmt: skip
    return Target(**{**given, **changed})


def built(target: Target) -> Actual:
    """What Google answers when the founding requests were done: only what they say, as it says it."""
    made: dict[int, dict[str, Any]] = {}
    names: list[Mapping[str, Any]] = []
    requests = [one for change in compare(target, Actual("", "", ())) for one in change.requests]
    for request in requests:
        ((kind, body),) = request.items()
        if kind == "addNamedRange":
            names.append(body["namedRange"])
        _DOES.get(kind, lambda _made, _body: None)(made, copy.deepcopy(dict(body)))
    sheets = []
    for number, one in made.items():
        grid = one["properties"]["gridProperties"]
        width = grid["columnCount"]
        cells = [[dict(one["cells"].get((row, at), {})) for at in range(width)] for row in range(3)]
        bottom = [[dict(one["body"].get(at, {})) for at in range(width)]] * (grid["rowCount"] - 3)
        for row in cells[one["top"] + 1 :]:
            for at in range(width):
                row[at] |= one["body"].get(at, {})
        sheets.append(
            replace(
                read_sheet(one["properties"]),
                sheet_id=number,
                cells=[*cells, *bottom],
                protections=one["protections"],
                rules=one["rules"],
                views=one["views"],
                bandings=one["bandings"],
                charts=one["charts"],
                tags=one["tags"],
            )
        )
    return Actual(target.locale, target.time_zone, sheets, names)


def read_sheet(properties: Mapping[str, Any]) -> Sheet:
    layout = {"properties": {}, "sheets": [{"properties": properties}]}
    return read_actual(layout, {}).sheets[0]


def _sheet(made: dict[int, dict[str, Any]], body: Any) -> None:
    top = max(body["properties"]["gridProperties"].get("frozenRowCount", 0) - 1, 0)
    made[body["properties"]["sheetId"]] = {
        "properties": body["properties"], "top": top, "cells": {}, "body": {}, "protections": [], "rules": [],
        "views": [], "bandings": [], "charts": [], "tags": {},
    }  # fmt: skip


def _columns(body: Any, width: int) -> Iterator[int]:
    yield from range(body["range"].get("startColumnIndex", 0), body["range"].get("endColumnIndex", width))


def _merged(cell: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and name == "userEnteredFormat":
            cell.setdefault(name, {}).update(value)
        else:
            cell[name] = value


def _repeat(made: dict[int, dict[str, Any]], body: Any) -> None:
    sheet = made[body["range"]["sheetId"]]
    for at in _columns(body, sheet["properties"]["gridProperties"]["columnCount"]):
        first = body["range"].get("startRowIndex", 0)
        header = body["range"].get("endRowIndex") is not None
        _merged(
            sheet["cells"].setdefault((first, at), {}) if header else sheet["body"].setdefault(at, {}),
            body["cell"],
        )


def _rule(made: dict[int, dict[str, Any]], body: Any) -> None:
    sheet = made[body["range"]["sheetId"]]
    for at in _columns(body, 0):
        sheet["body"].setdefault(at, {})["dataValidation"] = body["rule"]


def _write(made: dict[int, dict[str, Any]], body: Any) -> None:
    start = body["start"]
    for down, row in enumerate(body["rows"]):
        for across, cell in enumerate(row["values"]):
            at = start["rowIndex"] + down, start["columnIndex"] + across
            _merged(made[start["sheetId"]]["cells"].setdefault(at, {}), cell)


def _protect(made: dict[int, dict[str, Any]], body: Any) -> None:
    item = body["protectedRange"]
    made[item["range"]["sheetId"]]["protections"].append({**item, "requestingUserCanEdit": True})


def _kept(part: str, name: str) -> Callable[[dict[int, dict[str, Any]], Any], None]:
    def keep(made: dict[int, dict[str, Any]], body: Any) -> None:
        place = body[name].get("range") or body[name]["ranges"][0]
        made[place["sheetId"]][part].append(body[name])

    return keep


def _tag(made: dict[int, dict[str, Any]], body: Any) -> None:
    item = body["developerMetadata"]
    assert item["metadataKey"] == TAG
    place = item["location"]["dimensionRange"]
    at = place["startIndex"]
    made[place["sheetId"]]["tags"][at] = [Tag(at, item["metadataValue"])]


def _charted(made: dict[int, dict[str, Any]], body: Any) -> None:
    corner = body["chart"]["position"]["overlayPosition"]["anchorCell"]
    made[corner["sheetId"]]["charts"].append(body["chart"])


_DOES: Mapping[str, Any] = {
    "addSheet": _sheet,
    "repeatCell": _repeat,
    "setDataValidation": _rule,
    "updateCells": _write,
    "addProtectedRange": _protect,
    "createDeveloperMetadata": _tag,
    "addConditionalFormatRule": _kept("rules", "rule"),
    "addFilterView": _kept("views", "filter"),
    "addBanding": _kept("bandings", "bandedRange"),
    "addChart": _charted,
}


@pytest.fixture(scope="module")
def target() -> Target:
    return target_of(read_template(BANDED))


@pytest.fixture(scope="module")
def actual(target: Target) -> Actual:
    return built(target)


def changed(actual: Actual, sheet_id: int, **to: Any) -> Actual:
    """The same with one tab changed."""
    sheets = [replace(one, **to) if one.sheet_id == sheet_id else one for one in actual.sheets]
    return replace(actual, sheets=sheets)


def told(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.action, change.kind, change.name) for change in changes]


def registry(actual: Actual) -> Sheet:
    found = actual.sheet(100)
    assert found is not None
    return found


def test_compare__what_was_made_does_not_differ(target: Target, actual: Actual) -> None:
    assert told(compare(target, actual)) == []


def test_compare__is_the_same_each_time(target: Target, actual: Actual) -> None:
    worse = changed(actual, 100, rules=[], views=[], protections=[], tags={})
    assert [one.requests for one in compare(target, worse)] == [
        one.requests for one in compare(target, worse)
    ]


def test_compare__how_google_writes_things_is_no_difference(target: Target, actual: Actual) -> None:
    sheet = registry(actual)

    def in_googles_words(value: Any) -> Any:
        if isinstance(value, dict):
            found = {key: in_googles_words(one) for key, one in value.items()}
            if set(found) == {"red", "green", "blue"}:  # 32 bits, and what is zero left out
                return {key: round(one, 7) for key, one in found.items() if one}
            return found
        if isinstance(value, (list, tuple)):
            return [in_googles_words(one) for one in value]
        if isinstance(value, str) and value.startswith("="):
            return value.replace(";", ", ").replace("'State'", "State")
        return value

    rules = [
        {**rule, "ranges": [{**place, "endRowIndex": sheet.rows} for place in rule["ranges"]]}
        for rule in sheet.rules
    ]
    protections = [
        {**one, "editors": {"users": [*one["editors"]["users"], "robot@firm.example"]}}
        if "editors" in one
        else one
        for one in sheet.protections
    ]
    views = [{**view, "range": {**view["range"], "endRowIndex": sheet.rows}} for view in sheet.views]
    same = changed(
        actual, 100, rules=in_googles_words(rules), views=in_googles_words(views), protections=protections,
        cells=in_googles_words(sheet.cells),
    )  # fmt: skip
    assert told(compare(target, same)) == []


def test_compare__how_people_arrange_their_view_is_no_difference(target: Target, actual: Actual) -> None:
    sheet = registry(actual)
    own_rule = {"ranges": [{"sheetId": 100}], "booleanRule": {"condition": {"type": "BLANK"}, "format": {}}}
    own = changed(
        actual, 100,
        hidden_columns=frozenset({5, 6}),
        rules=[own_rule, *sheet.rules[:2], own_rule, *sheet.rules[2:], own_rule],
        views=[*sheet.views, {"filterViewId": 7, "title": "Mine", "range": {"sheetId": 100}}],
        protections=[*sheet.protections, {"protectedRangeId": 7, "range": {"sheetId": 100}}],
        rows=sheet.rows,
    )  # fmt: skip
    more = replace(own, sheets=[Sheet(7, "Mine"), *own.sheets[:3], Sheet(8, "Also mine"), *own.sheets[3:]])
    assert told(compare(target, more)) == []


def test_compare__a_rule_split_into_pieces_that_touch_is_whole(target: Target, actual: Actual) -> None:
    sheet = registry(actual)
    place = sheet.rules[0]["ranges"][0]
    pieces = [{**place, "startRowIndex": 0, "endRowIndex": 40}, {**place, "startRowIndex": 40}]
    split = [{**sheet.rules[0], "ranges": pieces}, *sheet.rules[1:]]
    assert told(compare(target, changed(actual, 100, rules=split))) == []
    gap = [{**sheet.rules[0], "ranges": [pieces[0], {**place, "startRowIndex": 41}]}, *sheet.rules[1:]]
    assert told(compare(target, changed(actual, 100, rules=gap))) == [
        ("change", "conditional format", "Registry / Pay by (1)")
    ]


def test_compare__banding_that_is_gone_or_repainted(target: Target, actual: Actual) -> None:
    assert told(compare(target, changed(actual, 100, bandings=[]))) == [("add", "banding", "Registry")]
    (banding,) = registry(actual).bandings
    blue = {**banding["rowProperties"], "firstBandColorStyle": {"rgbColor": {"blue": 1}}}
    repainted = changed(actual, 100, bandings=[{**banding, "rowProperties": blue}])
    (change,) = compare(target, repainted)
    assert (change.action, change.kind) == ("change", "banding")
    assert change.requests[0]["updateBanding"]["bandedRange"] == banding


def test_compare__a_protection_that_cannot_be_changed_carries_no_work(target: Target, actual: Actual) -> None:
    closed = [
        {key: value for key, value in one.items() if key not in ("editors", "requestingUserCanEdit")}
        for one in registry(actual).protections[:1]
    ]
    rest = registry(actual).protections[1:]
    (change,) = compare(target, changed(actual, 100, protections=[*closed, *rest]))
    assert (change.name, change.requests) == ("Registry / header row", ())


def test_compare__everybody_in_the_domain_is_too_many(target: Target, actual: Actual) -> None:
    first, *rest = registry(actual).protections
    editors = {**first["editors"], "domainUsersCanEdit": True, "groups": ["all@firm.example"]}
    (change,) = compare(target, changed(actual, 100, protections=[{**first, "editors": editors}, *rest]))
    assert change.detail == (
        "it lets the group all@firm.example, everybody in the domain write there; it is put right"
    )


def test_compare__a_list_that_the_settings_leave_empty_is_peoples(target: Target, actual: Actual) -> None:
    """Nothing is offered for Department, so somebody's own dropdown is left alone; one in Subject is not."""
    own = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "mine"}]}}
    dates = {"condition": {"type": "DATE_IS_VALID"}}
    places = read_template(BANDED).places
    cells = [list(row) for row in registry(actual).cells]
    for key, rule in (("department", own), ("subject", own), ("pay_by", dates)):
        cells[5][places[key]] = {**cells[5][places[key]], "dataValidation": rule}
    assert told(compare(target, changed(actual, 100, cells=cells))) == [
        ("change", "dropdown", "Registry / What for")
    ]


def test_color_of__whatever_its_rounding() -> None:
    assert color_of({"rgbColor": {"red": 0.9098039, "green": 0.91764706, "blue": 0.92941177}}) == "#e8eaed"
    assert color_of({"rgbColor": {}}) == "#000000"
    assert color_of({"themeColor": "ACCENT1"}) == "ACCENT1"
    assert color_of(None) == ""

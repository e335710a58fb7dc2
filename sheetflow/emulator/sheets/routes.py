"""Sheets v4 under Google's paths.

Ranges stand in the path and may hold slashes, so one route takes the rest of the path and `_METHODS` tells
the methods apart. Decided here: how a request is read (query, body against its message type) and how an
answer is shaped, the `fields` parameter included. Query parameters that no method knows are ignored; a GET
whose query is too long for a URL comes as a POST with `X-HTTP-Method-Override` and the query as its form.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, request

from sheetflow.emulator.sheets import picture
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.document import Document
from sheetflow.emulator.sheets.kinds import metadata
from sheetflow.emulator.sheets.service import SheetsService
from sheetflow.emulator.sheets.values import Written
from sheetflow.emulator.sheets.view import value_range
from sheetflow.emulator.wire import Json, Mask, bad_request, invalid, not_found, parse_mask, pick

_ENUMS = {
    "valueRenderOption": ("ValueRenderOption", ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")),
    "dateTimeRenderOption": ("DateTimeRenderOption", ("SERIAL_NUMBER", "FORMATTED_STRING")),
    "majorDimension": ("Dimension", ("ROWS", "COLUMNS", "DIMENSION_UNSPECIFIED")),
    "valueInputOption": ("ValueInputOption", ("RAW", "USER_ENTERED", "INPUT_VALUE_OPTION_UNSPECIFIED")),
    "insertDataOption": ("InsertDataOption", ("OVERWRITE", "INSERT_ROWS")),
    "responseValueRenderOption": ("ValueRenderOption", ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")),
    "responseDateTimeRenderOption": ("DateTimeRenderOption", ("SERIAL_NUMBER", "FORMATTED_STRING")),
}

Answer = Callable[["Call"], Json]


class Call:
    """One request.

    Attributes:
        service: the Sheets service.
        spreadsheet_id: from the path.
        tail: the rest of the path: a range or an id.
    """

    def __init__(self, service: SheetsService, spreadsheet_id: str, tail: str) -> None:
        self.service = service
        self.spreadsheet_id = spreadsheet_id
        self.tail = tail
        self.caller: str = g.caller

    def document(self, *, write: bool = False) -> Document:
        """The spreadsheet, if the caller may read it or write to it."""
        return self.service.open(self.spreadsheet_id, self.caller, write=write)

    def body(self, message: str, path: str = "") -> Json:
        """The body in canonical form."""
        return self.service.shapes.fit(message, read_body(), path)

    def option(self, name: str, default: str) -> str:
        """A query parameter that is one of an enum's names."""
        value = request.values.get(name, default)
        kind, names = _ENUMS[name]
        if value not in names:
            label = f"type.googleapis.com/google.apps.sheets.v4.{kind}"
            text = f"Invalid value at '{_snake(name)}' ({label}), \"{value}\""
            raise bad_request([(_snake(name), text)])
        return value

    def flag(self, name: str) -> bool:
        """A boolean query parameter."""
        return request.values.get(name, "").lower() in ("true", "1")

    def mask(self) -> Mask | None:
        """The `fields` parameter."""
        text = request.values.get("fields")
        return parse_mask(text) if text else None


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def read_body() -> Any:
    """The request's JSON; None for an empty body."""
    text = request.get_data(as_text=True)
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise bad_request([("", f"Invalid JSON payload received. {error}")]) from error


def blueprint(service: SheetsService) -> Blueprint:
    """The routes of a service."""
    routes = Blueprint("sheets", __name__)

    @routes.post("/v4/spreadsheets")
    def create() -> Response:
        return _json(service.create(g.caller, read_body()))

    @routes.route("/v4/spreadsheets/<path:rest>", methods=["GET", "POST", "PUT"])
    def method(rest: str) -> Response:
        name, spreadsheet_id, tail = _split(rest)
        verb = request.headers.get("X-HTTP-Method-Override", request.method)
        answer = _METHODS.get((verb, name))
        if answer is None:
            raise not_found()
        return _json(answer(Call(service, spreadsheet_id, tail)), masked=name in ("", ":getByDataFilter"))

    return routes


def _split(rest: str) -> tuple[str, str, str]:
    """(method's name, spreadsheet id, range or id) of a path behind `/v4/spreadsheets/`."""
    head, slash, tail = rest.partition("/")
    if not slash:
        spreadsheet_id, colon, verb = head.partition(":")
        return colon + verb, spreadsheet_id, ""
    collection, slash, item = tail.partition("/")
    if not slash:
        return collection, head, ""
    for verb in (":append", ":clear", ":copyTo"):
        if item.endswith(verb):
            return f"{collection}/{verb}", head, item.removesuffix(verb)
    return f"{collection}/", head, item


def _json(body: Json, *, masked: bool = False) -> Response:
    fields = request.values.get("fields")
    if fields and not masked:
        body = pick(body, parse_mask(fields))
    return Response(json.dumps(body, ensure_ascii=False), content_type="application/json; charset=UTF-8")


def _get(call: Call) -> Json:
    doc = call.document()
    texts = request.values.getlist("ranges")
    with doc.lock:
        areas = [doc.book.area(text) for text in texts] if texts else None
        return _spreadsheet(call, doc, areas, grid=call.flag("includeGridData"))


def _get_by_data_filter(call: Call) -> Json:
    body = call.body("GetSpreadsheetByDataFilterRequest")
    doc = call.document()
    with doc.lock:
        filters = body.get("dataFilters", [])
        areas = (
            [area for one in filters for area in metadata.filter_areas(doc.book, one)] if filters else None
        )
        return _spreadsheet(call, doc, areas, grid=bool(body.get("includeGridData")))


def _spreadsheet(call: Call, doc: Document, areas: list[Area] | None, *, grid: bool) -> Json:
    mask = call.mask()
    if mask is not None:
        _expand(call.service, mask, "Spreadsheet", "")
    return picture.spreadsheet(doc, call.caller, areas=areas, grid=grid, mask=mask)


def _expand(service: SheetsService, mask: Mask, message: str, path: str) -> None:
    for name, branch in mask.items():
        if name == "*":
            continue
        if not service.shapes.knows(message, name):
            words = (
                f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}{name}'."
            )
            detail = {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{"field": f"{path}{name}", "description": words}],
            }
            raise invalid("Request contains an invalid argument.", details=[detail])
        inner = service.shapes.branch(message, name)
        if inner is not None:
            _expand(service, branch, inner, f"{path}{name}.")


def _batch_update(call: Call) -> Json:
    doc = call.document(write=True)
    return call.service.batch_update(doc, call.caller, read_body())


def _values(doc: Document, area: Area, options: tuple[str, str, str]) -> Json:
    major, option, dates = options
    book = doc.book
    return value_range(book, book.sheet(area.sheet_id), book.box(area), major, option, dates)


def _read_options(call: Call) -> tuple[str, str, str]:
    major = call.option("majorDimension", "ROWS")
    return (
        "ROWS" if major == "DIMENSION_UNSPECIFIED" else major,
        call.option("valueRenderOption", "FORMATTED_VALUE"),
        call.option("dateTimeRenderOption", "SERIAL_NUMBER"),
    )


def _values_get(call: Call) -> Json:
    doc = call.document()
    options = _read_options(call)
    with doc.lock:
        return _values(doc, doc.book.area(call.tail), options)


def _values_batch_get(call: Call) -> Json:
    doc = call.document()
    options = _read_options(call)
    with doc.lock:
        areas = [doc.book.area(text) for text in request.values.getlist("ranges")]
        answer: Json = {"spreadsheetId": doc.id}
        if areas:
            answer["valueRanges"] = [_values(doc, area, options) for area in areas]
        return answer


def _values_batch_get_by_filter(call: Call) -> Json:
    body = call.body("BatchGetValuesByDataFilterRequest")
    doc = call.document()
    options = (
        body.get("majorDimension", "ROWS"),
        body.get("valueRenderOption", "FORMATTED_VALUE"),
        body.get("dateTimeRenderOption", "SERIAL_NUMBER"),
    )
    with doc.lock:
        matched = [
            {"valueRange": _values(doc, area, options), "dataFilters": [one]}
            for one in body.get("dataFilters", [])
            for area in metadata.filter_areas(doc.book, one)
        ]
        return {"spreadsheetId": doc.id, **({"valueRanges": matched} if matched else {})}


def _entered(option: str) -> bool:
    if option in ("", "INPUT_VALUE_OPTION_UNSPECIFIED"):
        raise invalid("'valueInputOption' is required but not specified")
    return option == "USER_ENTERED"


def _query_entered(call: Call) -> bool:
    if not request.values.get("valueInputOption"):
        return _entered("")
    return _entered(call.option("valueInputOption", ""))


def _updated(doc: Document, done: Written, echo: tuple[str, str, str] | None) -> Json:
    """An UpdateValuesResponse; `echo` holds the read options when the values shall come back."""
    answer: Json = {"spreadsheetId": doc.id, "updatedRange": doc.book.name_of(done.sheet_id, done.box)}
    counts = {"updatedRows": done.rows, "updatedColumns": done.columns, "updatedCells": done.cells}
    answer.update({name: count for name, count in counts.items() if count})
    if echo is not None:
        answer["updatedData"] = _values(doc, Area(done.sheet_id, *done.box), echo)
    return answer


def _query_echo(call: Call, major: str) -> tuple[str, str, str] | None:
    options = (
        major,
        call.option("responseValueRenderOption", "FORMATTED_VALUE"),
        call.option("responseDateTimeRenderOption", "SERIAL_NUMBER"),
    )
    return options if call.flag("includeValuesInResponse") else None


def _major(body: Json) -> str:
    return "COLUMNS" if body.get("majorDimension") == "COLUMNS" else "ROWS"


def _values_update(call: Call) -> Json:
    body = call.body("ValueRange", "data")
    doc = call.document(write=True)
    entered, major = _query_entered(call), _major(body)
    echo = _query_echo(call, major)
    with doc.lock:
        lines = body.get("values", [])
        done = call.service.write_values(doc, call.caller, call.tail, lines, entered=entered, major=major)
        return _updated(doc, done, echo)


def _values_append(call: Call) -> Json:
    body = call.body("ValueRange", "data")
    doc = call.document(write=True)
    entered, major = _query_entered(call), _major(body)
    echo = _query_echo(call, major)
    insert = call.option("insertDataOption", "OVERWRITE") == "INSERT_ROWS"
    with doc.lock:
        table, done = call.service.append_values(
            doc, call.caller, call.tail, body.get("values", []), entered=entered, insert=insert, major=major
        )
        answer: Json = {"spreadsheetId": doc.id}
        if table:
            answer["tableRange"] = table
        return {**answer, "updates": _updated(doc, done, echo)}


def _values_clear(call: Call) -> Json:
    call.body("ClearValuesRequest")
    doc = call.document(write=True)
    (name,) = call.service.clear_values(doc, call.caller, [call.tail])
    return {"spreadsheetId": doc.id, "clearedRange": name}


def _values_batch_clear(call: Call) -> Json:
    body = call.body("BatchClearValuesRequest")
    doc = call.document(write=True)
    names = call.service.clear_values(doc, call.caller, list(body.get("ranges", [])))
    return {"spreadsheetId": doc.id, **({"clearedRanges": names} if names else {})}


def _values_batch_clear_by_filter(call: Call) -> Json:
    body = call.body("BatchClearValuesByDataFilterRequest")
    doc = call.document(write=True)
    with doc.lock:
        filters = body.get("dataFilters", [])
        areas = [area for one in filters for area in metadata.filter_areas(doc.book, one)]
        names = call.service.clear_values(doc, call.caller, list(areas))
    return {"spreadsheetId": doc.id, **({"clearedRanges": names} if names else {})}


def _body_echo(body: Json, major: str) -> tuple[str, str, str] | None:
    if not body.get("includeValuesInResponse"):
        return None
    option = body.get("responseValueRenderOption", "FORMATTED_VALUE")
    return major, option, body.get("responseDateTimeRenderOption", "SERIAL_NUMBER")


def _totals(answers: list[Json], sheets: set[int]) -> Json:
    totals = {
        "totalUpdatedRows": sum(one.get("updatedRows", 0) for one in answers),
        "totalUpdatedColumns": sum(one.get("updatedColumns", 0) for one in answers),
        "totalUpdatedCells": sum(one.get("updatedCells", 0) for one in answers),
        "totalUpdatedSheets": len(sheets),
    }
    return {name: total for name, total in totals.items() if total}


def _values_batch_update(call: Call) -> Json:
    body = call.body("BatchUpdateValuesRequest")
    doc = call.document(write=True)
    entered = _entered(body.get("valueInputOption", ""))
    done: list[tuple[Written, str]] = []
    with doc.transaction():
        for one in body.get("data", []):
            lines, major = one.get("values", []), _major(one)
            written = call.service.write_values(
                doc, call.caller, one.get("range", ""), lines, entered=entered, major=major
            )
            done.append((written, major))
        answers = [_updated(doc, written, _body_echo(body, major)) for written, major in done]
    call.service.changed(doc, call.caller)
    totals = _totals(answers, {written.sheet_id for written, _ in done if written.cells})
    return {"spreadsheetId": doc.id, **totals, **({"responses": answers} if answers else {})}


def _values_batch_update_by_filter(call: Call) -> Json:
    body = call.body("BatchUpdateValuesByDataFilterRequest")
    doc = call.document(write=True)
    entered = _entered(body.get("valueInputOption", ""))
    answers: list[Json] = []
    sheets = set()
    with doc.transaction():
        for one in body.get("data", []):
            major = _major(one)
            for area in metadata.filter_areas(doc.book, one.get("dataFilter", {})):
                lines = one.get("values", [])
                done = call.service.write_values(doc, call.caller, area, lines, entered=entered, major=major)
                answer = _updated(doc, done, _body_echo(body, major))
                del answer["spreadsheetId"]
                answers.append({**answer, "dataFilter": one["dataFilter"]})
                sheets.add(area.sheet_id)
    call.service.changed(doc, call.caller)
    return {
        "spreadsheetId": doc.id,
        **_totals(answers, sheets),
        **({"responses": answers} if answers else {}),
    }


def _copy_to(call: Call) -> Json:
    body = call.body("CopySheetToAnotherSpreadsheetRequest")
    doc = call.document()
    if not call.tail.isdigit():
        raise not_found()
    return call.service.copy_sheet(doc, call.caller, int(call.tail), body.get("destinationSpreadsheetId", ""))


def _metadata_get(call: Call) -> Json:
    doc = call.document()
    with doc.lock:
        for item in doc.book.metadata:
            if str(item["metadataId"]) == call.tail:
                return metadata.shown(item)
    raise not_found()


def _metadata_search(call: Call) -> Json:
    body = call.body("SearchDeveloperMetadataRequest")
    doc = call.document()
    filters = body.get("dataFilters", [])
    with doc.lock:
        found = []
        for item in doc.book.metadata:
            by = [one for one in filters if metadata.matches(doc.book, item, one)]
            if by:
                found.append({"developerMetadata": metadata.shown(item), "dataFilters": by})
        return {"matchedDeveloperMetadata": found} if found else {}


_METHODS: dict[tuple[str, str], Answer] = {
    ("GET", ""): _get,
    ("POST", ":getByDataFilter"): _get_by_data_filter,
    ("POST", ":batchUpdate"): _batch_update,
    ("GET", "values/"): _values_get,
    ("PUT", "values/"): _values_update,
    ("POST", "values/:append"): _values_append,
    ("POST", "values/:clear"): _values_clear,
    ("GET", "values:batchGet"): _values_batch_get,
    ("POST", "values:batchGetByDataFilter"): _values_batch_get_by_filter,
    ("POST", "values:batchUpdate"): _values_batch_update,
    ("POST", "values:batchUpdateByDataFilter"): _values_batch_update_by_filter,
    ("POST", "values:batchClear"): _values_batch_clear,
    ("POST", "values:batchClearByDataFilter"): _values_batch_clear_by_filter,
    ("POST", "sheets/:copyTo"): _copy_to,
    ("GET", "developerMetadata/"): _metadata_get,
    ("POST", "developerMetadata:search"): _metadata_search,
}

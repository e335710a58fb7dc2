"""Sheets v4 under Google's paths.

Ranges stand in the path and may hold slashes, so one route takes the rest of the path and `_METHODS` tells
the methods apart; those on values stand in `values_routes`. Decided here: how an answer is shaped, the
`fields` parameter included. Query parameters that no method knows are ignored; a GET whose query is too long
for a URL comes as a POST with `X-HTTP-Method-Override` and the query as its form.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, g, request

from sheetflow.emulator.sheets import values_routes
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.call import Answer, Call, read_body
from sheetflow.emulator.sheets.document import Document
from sheetflow.emulator.sheets.kinds import metadata
from sheetflow.emulator.sheets.service import SheetsService
from sheetflow.emulator.wire import Json, Mask, invalid, not_found, parse_mask, pick


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


def serves(verb: str, rest: str) -> bool:
    """Whether there is a method for a path behind `/v4/spreadsheets/`."""
    return (verb, _split(rest)[0]) in _METHODS


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
        how = {
            "grid": call.flag("includeGridData"),
            "mode": call.option("commentsViewMode", ""),
            "banded_tables": not call.flag("excludeTablesInBandedRanges"),
        }
        return _spreadsheet(call, doc, areas, **how)


def _get_by_data_filter(call: Call) -> Json:
    body = call.body("GetSpreadsheetByDataFilterRequest")
    doc = call.document()
    with doc.lock:
        filters = body.get("dataFilters", [])
        areas = (
            [area for one in filters for area in metadata.filter_areas(doc.book, one)] if filters else None
        )
        how = {
            "grid": bool(body.get("includeGridData")),
            "mode": body.get("commentsViewMode", ""),
            "banded_tables": not body.get("excludeTablesInBandedRanges"),
        }
        return _spreadsheet(call, doc, areas, **how)


def _spreadsheet(call: Call, doc: Document, areas: list[Area] | None, **how: Any) -> Json:
    mask = call.mask()
    if mask is not None:
        _expand(call.service, mask, "Spreadsheet", "")
    return call.service.picture(doc, call.caller, areas=areas, mask=mask, **how)


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
    return call.service.batch_update(doc, call.caller, read_body(), call.mask())


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
    **values_routes.METHODS,
    ("GET", ""): _get,
    ("POST", ":getByDataFilter"): _get_by_data_filter,
    ("POST", ":batchUpdate"): _batch_update,
    ("POST", "sheets/:copyTo"): _copy_to,
    ("GET", "developerMetadata/"): _metadata_get,
    ("POST", "developerMetadata:search"): _metadata_search,
}

"""The methods on values: reading, writing, appending and clearing, by ranges or by data filters."""

from __future__ import annotations

from flask import request

from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.call import Answer, Call
from sheetflow.emulator.sheets.document import Document
from sheetflow.emulator.sheets.kinds import metadata
from sheetflow.emulator.sheets.values import Written
from sheetflow.emulator.sheets.view import value_range
from sheetflow.emulator.wire import Json, invalid


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


METHODS: dict[tuple[str, str], Answer] = {
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
}

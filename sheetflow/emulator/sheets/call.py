"""One request to Sheets as its method reads it: the caller, the spreadsheet, the body, the query."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import g, request

from sheetflow.emulator.sheets import comments
from sheetflow.emulator.sheets.document import Document
from sheetflow.emulator.sheets.service import SheetsService
from sheetflow.emulator.wire import Json, Mask, bad_request, parse_mask

_ENUMS = {
    "valueRenderOption": ("ValueRenderOption", ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")),
    "dateTimeRenderOption": ("DateTimeRenderOption", ("SERIAL_NUMBER", "FORMATTED_STRING")),
    "majorDimension": ("Dimension", ("ROWS", "COLUMNS", "DIMENSION_UNSPECIFIED")),
    "valueInputOption": ("ValueInputOption", ("RAW", "USER_ENTERED", "INPUT_VALUE_OPTION_UNSPECIFIED")),
    "insertDataOption": ("InsertDataOption", ("OVERWRITE", "INSERT_ROWS")),
    "responseValueRenderOption": ("ValueRenderOption", ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")),
    "responseDateTimeRenderOption": ("DateTimeRenderOption", ("SERIAL_NUMBER", "FORMATTED_STRING")),
}


_ENUMS["commentsViewMode"] = (
    "CommentsViewMode",
    ("", "COMMENTS_VIEW_MODE_UNSPECIFIED", comments.OMITTED, comments.INCLUDED, comments.BY_ACCESS),
)


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


Answer = Callable[[Call], Json]
"""A method: it reads the call and gives the answer's body."""

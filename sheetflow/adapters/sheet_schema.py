"""Spreadsheets described, changed and shared over Sheets API v4 and Drive API v3, by gspread's client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gspread
from gspread.urls import DRIVE_FILES_API_V3_URL

from sheetflow.model.snapshot import Row

Params = dict[str, str | int | bool | float | list[str] | None]
LAYOUT = (
    "properties(title,locale,timeZone),namedRanges,"
    "sheets(properties(sheetId,title,index,hidden,tabColorStyle,gridProperties),merges,protectedRanges,"
    "conditionalFormats,filterViews(filterViewId,title,range,filterSpecs,sortSpecs),bandedRanges,"
    "charts(chartId,spec(title,basicChart(chartType,domains,series))))"
)
"""What is asked of a spreadsheet besides its cells."""
CELLS = (
    "sheets(properties(sheetId),data(rowData(values(userEnteredValue,note,"
    "dataValidation(condition,strict),"
    "userEnteredFormat(numberFormat,backgroundColorStyle,textFormat(bold,foregroundColorStyle)))),"
    "columnMetadata(hiddenByUser,developerMetadata)))"
)
"""What is asked of cells: nothing that is computed."""


class SheetSchema:
    """Describes and changes spreadsheets (SchemaPort, LayoutPort), by a client of `adapters.http.client`.

    That client makes Google's errors ours.
    """

    def __init__(self, client: gspread.Client) -> None:
        self.http = client.http_client

    def batch(self, spreadsheet: str, requests: Sequence[Mapping[str, Any]]) -> None:
        """Do all requests or none."""
        self.http.batch_update(spreadsheet, {"requests": list(requests)})

    def share(self, file: str, email: str, role: str) -> None:
        """Give somebody a role; giving it again changes nothing."""
        self.http.insert_permission(file, email_address=email, perm_type="user", role=role, notify=False)

    def tabs(self, spreadsheet: str) -> Mapping[int, str]:
        """The tabs from the left: sheetId -> title."""
        answer = self.http.fetch_sheet_metadata(spreadsheet, {"fields": "sheets.properties(sheetId,title)"})
        found = (sheet["properties"] for sheet in answer["sheets"])
        return {int(sheet["sheetId"]): str(sheet["title"]) for sheet in found}

    def layout(self, spreadsheet: str) -> Mapping[str, Any]:
        """The spreadsheet without its cells."""
        return self.http.fetch_sheet_metadata(spreadsheet, {"fields": LAYOUT})

    def cells(self, spreadsheet: str, ranges: Sequence[str]) -> Mapping[str, Any]:
        """Entered values, notes, formats and validations of whole ranges, and their columns' metadata."""
        if not ranges:
            return {}
        params: Params = {"ranges": list(ranges), "fields": CELLS, "prettyPrint": "false"}
        return self.http.fetch_sheet_metadata(spreadsheet, params)

    def rows(self, spreadsheet: str, where: str) -> Sequence[Row]:
        """A range's values, formulas as such and dates as numbers."""
        params: Params = {"valueRenderOption": "FORMULA", "dateTimeRenderOption": "SERIAL_NUMBER"}
        answer = self.http.values_get(spreadsheet, where, params=params)
        rows: Sequence[Row] = answer.get("values", [])
        return rows

    def owner(self, file: str) -> str:
        """Who owns a file: an address, "" for one in a shared drive, which nobody owns."""
        params: Params = {"fields": "owners(emailAddress)", "supportsAllDrives": "true"}
        answer = self.http.request("get", f"{DRIVE_FILES_API_V3_URL}/{file}", params=params).json()
        owners = answer.get("owners") or [{}]
        return str(owners[0].get("emailAddress", ""))

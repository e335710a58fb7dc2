"""Spreadsheets made and shared over Sheets API v4 and Drive API v3, by gspread's client.

gspread's own `create` cannot say locale and time zone, which have to be right from the first cell on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gspread
from gspread.urls import SPREADSHEETS_API_V4_BASE_URL


class SheetSchema:
    """Makes spreadsheets (SchemaPort), by a client of `adapters.http.client`, which makes errors ours."""

    def __init__(self, client: gspread.Client) -> None:
        self.http = client.http_client

    def create(self, title: str, locale: str, time_zone: str) -> str:
        """Make an empty spreadsheet that belongs to the caller; gives its id.

        Raises:
            Unavailable: no answer: it may have been made, and an empty one lie in the caller's Drive.
        """
        properties = {"title": title, "locale": locale, "timeZone": time_zone}
        answer = self.http.request(
            "post",
            SPREADSHEETS_API_V4_BASE_URL,
            params={"fields": "spreadsheetId"},
            json={"properties": properties},
        )
        return str(answer.json()["spreadsheetId"])

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

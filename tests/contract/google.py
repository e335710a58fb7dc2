"""The place where facts about Google are held: the emulator, or Google itself where SHEETFLOW_GOOGLE=1.

Each test holds one fact that the product stands on. Its docstring says where the fact is from (DD: the
discovery documents; Doc: Google's pages; M: memory, no source) and how sure it is: [H]igh, [Md], [L]ow.

For Google, these settings say where and as whom; whatever is not set skips the tests that need it:

    SHEETFLOW_GOOGLE_SPREADSHEET  id of a spreadsheet to try things in: each test makes a tab and deletes it
    SHEETFLOW_GOOGLE_CREDENTIALS  file with the key of an account that may edit it, and is not its owner
    SHEETFLOW_GOOGLE_OTHER        file with the key of another account that may edit it, and is not its owner
    SHEETFLOW_GOOGLE_MAIL         file with a user's OAuth credentials, for a mailbox that may send to itself
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gspread
import pytest
import requests
from google.auth.credentials import Credentials
from google.oauth2 import credentials as user_credentials
from google.oauth2 import service_account
from googleapiclient.discovery import build

from sheetflow.emulator.emulator import Emulator
from tests.firm import Elsewhere

REAL = os.environ.get("SHEETFLOW_GOOGLE") == "1"
OWNER, ONE, OTHER = "owner@firm.example", "one@firm.example", "other@firm.example"
SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive",
    "https://www.googleapis.com/auth/gmail.modify",
)


def client(token: str, root: str) -> gspread.Client:
    """Plain gspread, as somebody at the emulator."""
    elsewhere = type("Client", (Elsewhere,), {"root": root})
    return gspread.Client(_token(token), http_client=elsewhere)


def real_credentials(setting: str) -> Credentials:
    """The credentials in the file that a setting names; without it the test is skipped."""
    info = json.loads(Path(needed(setting)).read_text("utf-8"))
    if info.get("type") == "service_account":
        found = service_account.Credentials.from_service_account_info(info, scopes=SCOPES[:2])  # type: ignore[no-untyped-call]
    else:
        found = user_credentials.Credentials.from_authorized_user_info(info)  # type: ignore[no-untyped-call]
    return found  # type: ignore[no-any-return]


def needed(setting: str) -> str:
    """A setting; without it the test is skipped."""
    value = os.environ.get(f"SHEETFLOW_GOOGLE_{setting}", "")
    if not value:
        pytest.skip(f"SHEETFLOW_GOOGLE_{setting} is not set")
    return value


def mailbox(root: str | None) -> Any:
    """Google's Gmail client for one mailbox, at Google where `root` is None."""
    credentials = real_credentials("MAIL") if root is None else _token(f"local:{ONE}")
    options = {"api_endpoint": root} if root else None
    return build("gmail", "v1", credentials=credentials, client_options=options, static_discovery=True)


def _token(token: str) -> Credentials:
    return user_credentials.Credentials(token=token)  # type: ignore[no-untyped-call]


@dataclass
class Place:
    """A spreadsheet to try things in. At Google, `root` and `emulator` are None."""

    spreadsheet: str
    one: gspread.Client
    root: str | None = None
    emulator: Emulator | None = None


@dataclass
class Tab:
    """A tab of one's own in a spreadsheet: 100 rows, 10 columns, nothing in it.

    `emulator` is None at Google. `clients`: gspread for the account, and for the other one (made when asked).
    """

    spreadsheet: str
    sheet: int
    title: str
    one: gspread.Client
    root: str | None
    emulator: Emulator | None

    def again(self) -> gspread.Client:
        """The account once more, with a connection of its own: a session is not for several threads."""
        return gspread.Client(self.one.http_client.auth, http_client=type(self.one.http_client))

    def other(self) -> gspread.Client:
        """Another account that may edit the spreadsheet."""
        if self.root is None:
            return gspread.Client(real_credentials("OTHER"))
        return client(f"local:{OTHER}", self.root)

    def area(self, row: int, column: int, rows: int = 1, columns: int = 1) -> dict[str, int]:
        """A GridRange, counted from 0."""
        return {
            "sheetId": self.sheet, "startRowIndex": row, "endRowIndex": row + rows,
            "startColumnIndex": column, "endColumnIndex": column + columns,
        }  # fmt: skip

    def put(self, where: str, values: list[list[Any]], option: str = "RAW", **by: gspread.Client) -> Any:
        """values.update. `by`: another client than the account's."""
        script = by.get("by", self.one)
        body = {"values": values}
        return script.http_client.values_update(
            self.spreadsheet, f"{self.title}!{where}", {"valueInputOption": option}, body
        )

    def get(self, where: str = "", render: str = "FORMULA") -> Any:
        """One range by values.batchGet, as the product reads; None where the answer has no values."""
        name = f"{self.title}!{where}" if where else self.title
        params: Any = {"valueRenderOption": render, "dateTimeRenderOption": "SERIAL_NUMBER"}
        answer = self.one.http_client.values_batch_get(self.spreadsheet, [name], params=params)
        return answer["valueRanges"][0].get("values")

    def batch(self, *changes: Mapping[str, Any], by: gspread.Client | None = None, **more: Any) -> Any:
        """batchUpdate."""
        script = by or self.one
        return script.http_client.batch_update(self.spreadsheet, {"requests": list(changes), **more})

    def refused(self, *changes: Mapping[str, Any], by: gspread.Client | None = None) -> str:
        """A batchUpdate that must be refused as invalid; Google's words."""
        with pytest.raises(gspread.exceptions.APIError) as refusal:
            self.batch(*changes, by=by)
        return said(refusal.value.response)

    def named_ranges(self) -> dict[str, str]:
        """Id -> name, of those in this tab."""
        found = self.one.open_by_key(self.spreadsheet).list_named_ranges()
        return {
            named["namedRangeId"]: named["name"]
            for named in found
            if named["range"].get("sheetId", 0) == self.sheet
        }

    def note(self, row: int, column: int) -> str:
        """A cell's note, "" for none."""
        where = gspread.utils.rowcol_to_a1(row + 1, column + 1)
        params: Any = {"ranges": f"{self.title}!{where}", "fields": "sheets.data.rowData.values.note"}
        answer = self.one.http_client.fetch_sheet_metadata(self.spreadsheet, params)
        rows = answer["sheets"][0]["data"][0].get("rowData", [])
        return str(rows[0]["values"][0].get("note", "")) if rows and rows[0].get("values") else ""


def said(response: requests.Response) -> str:
    """The message of a 400 INVALID_ARGUMENT."""
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    return str(error["message"])


def name_range(number: str, name: str, area: Mapping[str, int]) -> dict[str, Any]:
    """An addNamedRange request."""
    return {"addNamedRange": {"namedRange": {"namedRangeId": number, "name": name, "range": dict(area)}}}


def unname(number: str) -> dict[str, Any]:
    """A deleteNamedRange request."""
    return {"deleteNamedRange": {"namedRangeId": number}}


def write(area: Mapping[str, int], value: str) -> dict[str, Any]:
    """An updateCells request for one text."""
    cells = [{"values": [{"userEnteredValue": {"stringValue": value}}]}]
    return {"updateCells": {"range": dict(area), "rows": cells, "fields": "userEnteredValue"}}

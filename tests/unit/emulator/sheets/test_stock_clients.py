"""Tables, comments, links and formats through google-api-python-client and gspread, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gspread
import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from sheetflow.emulator.testing import LocalGoogle
from tests.unit.emulator.sheets.places import place

ANNA = "anna@example.com"


@pytest.fixture
def google(tmp_path: Path) -> Iterator[LocalGoogle]:
    with LocalGoogle(tmp_path) as running:
        yield running


@pytest.fixture
def sheets(google: LocalGoogle) -> Iterator[Any]:
    """`spreadsheets()` of Sheets v4, built from the discovery document."""
    how = {"credentials": google.credentials(ANNA), "client_options": google.options("sheets")}
    with build("sheets", "v4", **how) as service:
        yield service.spreadsheets()


def _book(google: LocalGoogle, title: str) -> gspread.Spreadsheet:
    class Local(gspread.HTTPClient):
        def request(self, method, endpoint, *args, **kwargs):  # type: ignore[no-untyped-def]
            path = endpoint.partition("googleapis.com")[2]
            return super().request(method, google.url + path, *args, **kwargs)

    token: Any = Credentials(f"local:{ANNA}")  # type: ignore[no-untyped-call]
    return gspread.Client(token, http_client=Local).create(title)


def test_googleapiclient__tables_references_comments_and_errors(sheets: Any) -> None:
    made = sheets.create(body={"properties": {"title": "Sales"}}).execute()
    book = made["spreadsheetId"]

    def batch(*requests: dict[str, Any]) -> list[dict[str, Any]]:
        body = {"requests": list(requests)}
        return list(sheets.batchUpdate(spreadsheetId=book, body=body).execute()["replies"])

    def put(where: str, values: list[list[Any]]) -> None:
        how = {"range": where, "valueInputOption": "USER_ENTERED", "body": {"values": values}}
        sheets.values().update(spreadsheetId=book, **how).execute()

    def read(where: str, option: str = "FORMATTED_VALUE") -> list[list[Any]]:
        asked = sheets.values().get(spreadsheetId=book, range=where, valueRenderOption=option)
        return list(asked.execute().get("values", []))

    put("A1:B3", [["Who", "Amount"], ["Anna", "$10"], ["Boris", "$20"]])
    batch({"addTable": {"table": {"tableId": "t", "name": "Deals", "range": place("A1:B3")}}})
    put("D1", [["=SUM(Deals[Amount])"], ['=QUERY(Deals[#ALL],"select sum(B) pivot A")']])
    put("B1", [["Net"]])
    assert read("D1", "FORMULA") == [["=SUM(Deals[Net])"]]
    assert read("D1:E3") == [["$30"], ["Anna", "Boris"], ["$10", "$20"]]
    comment = {"coordinate": {"rowIndex": 1, "columnIndex": 1}, "content": "Sure?"}
    (reply,) = batch({"insertComment": comment})
    thread = reply["insertComment"]["commentThread"]
    batch({"addCommentReply": {"commentId": thread["commentId"], "post": {"commentAction": "RESOLVE"}}})
    mode = "COMMENTS_VIEW_MODE_INCLUDED"
    (shown,) = sheets.get(spreadsheetId=book, commentsViewMode=mode).execute()["comments"]
    assert shown["status"] == "RESOLVED"
    with pytest.raises(HttpError, match="No table with id: u"):
        batch({"deleteTable": {"tableId": "u"}})


def test_gspread__links_formats_and_locales(google: LocalGoogle) -> None:
    book = _book(google, "Реестр")
    book.update_locale("ru_RU")
    sheet = book.sheet1
    sheet.update(
        [
            ["1 234,50 ₽", "12,5%", "31.12.2026"],
            ["=ЕСЛИ(1;2)", "=A1*2", '=IF(TRUE;HYPERLINK("https://a.example";"A"))'],
        ],
        "A1:C2",
        raw=False,
    )
    assert sheet.get("A1:C2") == [
        ["1\u00a0234,50\u00a0₽", "12,50%", "31.12.2026"],
        ["#NAME?", "2\u00a0469,00\u00a0₽", "A"],
    ]
    assert sheet.get("A1:C1", value_render_option=gspread.utils.ValueRenderOption.unformatted) == [
        [1234.5, 0.125, 46387]
    ]
    fields = "sheets.data.rowData.values.hyperlink"
    data = book.fetch_sheet_metadata({"ranges": "Sheet1!C2", "fields": fields})
    assert data["sheets"][0]["data"][0]["rowData"][0]["values"][0]["hyperlink"] == "https://a.example"
    sheet.format("A1", {"numberFormat": {"type": "NUMBER", "pattern": '[>=1000]0.0,"k";0'}})
    assert sheet.acell("A1").value == "1,2k"
    with pytest.raises(gspread.exceptions.APIError, match="maximum of 50000 characters"):
        sheet.update([["x" * 50_001]], "A1")

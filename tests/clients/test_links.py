"""Addresses at docs.google.com that programs put together or get from Drive: read as pandas and rclone do."""

from __future__ import annotations

import io

import gspread
import pandas as pd
import pytest
import requests
from googleapiclient.discovery import build

from sheetflow.emulator.testing import LocalGoogle

ANNA, BORIS = "anna@example.com", "boris@example.com"


@pytest.fixture
def book(google: LocalGoogle) -> gspread.Spreadsheet:
    """Anna's spreadsheet of two tabs."""

    class Local(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: object, **kwargs: object) -> requests.Response:
            path = endpoint.partition("googleapis.com")[2]
            return super().request(method, google.url + path, *args, **kwargs)  # type: ignore[arg-type]

    made = gspread.Client(google.credentials(ANNA), http_client=Local).create("Budget")
    made.sheet1.update([["item", "sum"], ["Rent", 900]], "A1", raw=False)
    made.add_worksheet("Other", 5, 2).update([["other"], [7]], "A1", raw=False)
    return made


def read(google: LocalGoogle, path: str, email: str = "") -> requests.Response:
    headers = {"Authorization": f"Bearer {google.token_for(email)}"} if email else {}
    return requests.get(f"{google.url}/spreadsheets/{path}", headers=headers, timeout=10)


def test_links__a_sheet_that_is_shared_by_link_is_read_without_an_account(
    google: LocalGoogle, book: gspread.Spreadsheet
) -> None:
    address = f"d/{book.id}/export?format=csv"
    assert read(google, address).status_code == 401
    assert read(google, address, BORIS).status_code == 404
    book.share("", perm_type="anyone", role="reader")
    frame = pd.read_csv(f"{google.url}/spreadsheets/{address}&gid=0")
    assert frame.to_dict("list") == {"item": ["Rent"], "sum": [900]}
    other = book.worksheet("Other").id
    assert read(google, f"{address}&gid={other}").text == "other\r\n7"
    assert read(google, f"{address}&gid=99").status_code == 400
    whole = read(google, f"d/{book.id}/export", BORIS)
    assert whole.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Budget.xlsx"
    assert whole.content.startswith(b"PK")


def test_links__those_that_drive_tells_lead_to_the_file(
    google: LocalGoogle, book: gspread.Spreadsheet
) -> None:
    options = google.options("drive")
    with build("drive", "v3", credentials=google.credentials(ANNA), client_options=options) as drive:
        links = drive.files().get(fileId=book.id, fields="exportLinks").execute()["exportLinks"]
        head = drive.revisions().get(fileId=book.id, revisionId="head", fields="*").execute()
    for kind, link in [*links.items(), *head["exportLinks"].items()]:
        answer = read(google, link.partition("/spreadsheets/")[2], ANNA)
        shown = answer.headers["Content-Type"].partition(";")[0]
        assert (answer.status_code, shown) == (200, kind.replace("/x-vnd", "/vnd"))
    tsv = links["text/tab-separated-values"].partition("/spreadsheets/")[2]
    assert pd.read_csv(io.StringIO(read(google, tsv, ANNA).text), sep="\t")["sum"].tolist() == [900]
    assert read(google, f"export?id={book.id}&revision=x&exportFormat=csv", ANNA).status_code == 404
    assert read(google, f"export?id={book.id}&exportFormat=pdf", ANNA).status_code == 400

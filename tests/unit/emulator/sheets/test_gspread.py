"""gspread itself against the emulator over HTTP: only the endpoint and the token are changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gspread
import pytest
import requests
from google.auth.credentials import Credentials
from gspread.http_client import HTTPClient

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator


class _Local(Credentials):
    def __init__(self, email: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.token = f"local:{email}"

    def refresh(self, request: object) -> None:
        """A local token does not expire."""


class _Client(HTTPClient):
    base = ""

    def request(self, method, endpoint, *args, **kwargs):  # type: ignore[no-untyped-def]
        host, slash, path = endpoint.removeprefix("https://").partition("/")
        assert host.endswith("googleapis.com")
        assert slash
        return super().request(method, f"{self.base}/{path}", *args, **kwargs)


@pytest.fixture
def base(tmp_path: Path) -> Iterator[str]:
    emulator = Emulator(tmp_path)
    server = serve(create_app(emulator), 0)
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    emulator.close()


def _client(base: str, email: str) -> gspread.Client:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer local:{email}"
    kind = type("Client", (_Client,), {"base": base})
    return gspread.Client(auth=_Local(email), session=session, http_client=kind)


def test_gspread__creates_shares_writes_and_reads(base: str) -> None:
    owner = _client(base, "owner@example.com")
    book = owner.create("Payments")
    book.share("anna@example.com", perm_type="user", role="writer", notify=False)
    sheet = book.add_worksheet("Реестр", rows=20, cols=5)
    sheet.update([["ID", "Sum"], ["PR-000001", "12.5"]], "A1:B2", raw=False)
    sheet.append_row(["PR-000003", 7], value_input_option=gspread.utils.ValueInputOption.raw)
    assert sheet.get_all_records() == [{"ID": "PR-000001", "Sum": 12.5}, {"ID": "PR-000003", "Sum": 7}]
    anna = _client(base, "anna@example.com").open("Payments")
    assert anna.worksheet("Реестр").acell("B2").value == "12.5"
    assert [one.title for one in anna.worksheets()] == ["Sheet1", "Реестр"]
    sheet.batch_format([{"range": "A1:B1", "format": {"textFormat": {"bold": True}}}])
    sheet.freeze(rows=1)
    sheet.insert_row(["PR-000005", 1], 2)
    sheet.sort((2, "des"))
    assert sheet.col_values(2) == ["Sum", "12.5", "7", "1"]


def test_gspread__is_told_what_it_may_not(base: str) -> None:
    owner = _client(base, "owner@example.com")
    book = owner.create("Payments")
    book.share("anna@example.com", perm_type="user", role="writer", notify=False)
    book.sheet1.add_protected_range("B:B", editor_users_emails=["owner@example.com"])
    anna = _client(base, "anna@example.com").open_by_key(book.id)
    anna.sheet1.update_acell("A1", "mine")
    with pytest.raises(gspread.exceptions.APIError, match="You are trying to edit a protected cell"):
        anna.sheet1.update_acell("B1", "not mine")
    with pytest.raises(PermissionError):
        _client(base, "nobody@example.com").open_by_key(book.id)
    with pytest.raises(gspread.exceptions.APIError, match="A sheet with the name"):
        book.add_worksheet("Sheet1", rows=1, cols=1)

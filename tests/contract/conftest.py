"""A tab for each test, at the emulator or at Google."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import gspread
import pytest

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator
from tests.contract.google import (
    ONE,
    OTHER,
    OWNER,
    REAL,
    Place,
    Tab,
    client,
    mailbox,
    needed,
    real_credentials,
)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The spreadsheet that all tests share."""
    if REAL:
        yield Place(needed("SPREADSHEET"), gspread.Client(real_credentials("CREDENTIALS")))
        return
    emulator = Emulator(tmp_path_factory.mktemp("google"))
    server = serve(create_app(emulator), 0)
    made = client(f"local:{OWNER}", server.url).create("Facts")
    for address in (ONE, OTHER):
        made.share(address, "user", "writer", notify=False)
    yield Place(made.id, client(f"local:{ONE}", server.url), server.url, emulator)
    server.shutdown()
    emulator.close()


@pytest.fixture
def tab(place: Place) -> Iterator[Tab]:
    """A new tab, deleted afterwards."""
    sheet, title = secrets.randbelow(10**9), f"t{secrets.token_hex(6)}"
    grid = {"rowCount": 100, "columnCount": 10}
    made = Tab(place.spreadsheet, sheet, title, place.one, place.root, place.emulator)
    made.batch({"addSheet": {"properties": {"sheetId": sheet, "title": title, "gridProperties": grid}}})
    yield made
    made.batch({"deleteSheet": {"sheetId": sheet}})


@pytest.fixture
def gmail(place: Place) -> Iterator[object]:
    """Google's Gmail client for one mailbox."""
    found = mailbox(place.root)
    yield found
    found.close()

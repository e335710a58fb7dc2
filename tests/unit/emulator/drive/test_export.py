"""A spreadsheet as an OpenDocument file, and as an archive of web pages."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

import pytest

from sheetflow.emulator.drive.export import ODS, OLDER_ODS, PAGES
from tests.unit.emulator.drive.world import FILES, SHEET, World

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@pytest.fixture
def sheet(world: World) -> str:
    """Two tabs, one of them hidden."""
    made: str = world.anna.ok("POST", FILES, {"name": "s", "mimeType": SHEET})["id"]
    api = world.stock(service="sheets", version="v4").spreadsheets()
    adding = [
        {"addSheet": {"properties": {"title": "a/b", "sheetId": 7}}},
        {"addSheet": {"properties": {"title": "Hidden & more", "hidden": True}}},
    ]
    api.batchUpdate(spreadsheetId=made, body={"requests": adding}).execute()
    rows = [["a < b & c", 1.5, True], ["", "two\nlines"], ["=1+1", "$3"]]
    where = {"spreadsheetId": made, "range": "'a/b'!A1", "valueInputOption": "USER_ENTERED"}
    api.values().update(**where, body={"values": rows}).execute()
    return made


def exported(world: World, sheet: str, kind: str) -> zipfile.ZipFile:
    answer = world.anna.call("GET", f"{FILES}/{sheet}/export", params={"mimeType": kind})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == kind
    return zipfile.ZipFile(io.BytesIO(answer.content))


@pytest.mark.parametrize("kind", [ODS, OLDER_ODS])
def test_open_document__values_of_all_sheets(world: World, sheet: str, kind: str) -> None:
    with exported(world, sheet, kind) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype").decode() == ODS
        tree = ET.fromstring(archive.read("content.xml"))
        ET.fromstring(archive.read("META-INF/manifest.xml"))
    tables = {one.get(f"{TABLE}name"): one for one in tree.iter(f"{TABLE}table")}
    assert list(tables) == ["Sheet1", "a/b", "Hidden & more"]
    cells = []
    for row in tables["a/b"].iter(f"{TABLE}table-row"):
        for cell in row:
            words = "\n".join(one.text or "" for one in cell.iter(f"{TEXT}p"))
            value = cell.get(f"{OFFICE}value") or cell.get(f"{OFFICE}boolean-value") or words
            cells.append((cell.get(f"{OFFICE}value-type"), value))
    assert [one for one in cells if one[0]] == [
        ("string", "a < b & c"),
        ("float", "1.5"),
        ("boolean", "true"),
        ("string", "two\nlines"),
        ("float", "2"),
        ("float", "3"),
    ]


def test_pages__of_what_is_not_hidden(world: World, sheet: str) -> None:
    with exported(world, sheet, PAGES) as archive:
        assert archive.namelist() == ["Sheet1.html", "a_b.html"]
        page = archive.read("a_b.html").decode()
    assert "<td>a &lt; b &amp; c</td>" in page
    assert "<td>two<br>lines</td>" in page
    assert "<td>$3</td>" in page

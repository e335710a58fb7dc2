"""Google's own client and gspread do the jobs of Google's guides; only endpoint and credentials differ."""

from __future__ import annotations

import csv
import io
import os
from typing import Any
from urllib.parse import quote

import gspread
import pytest
import requests
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaFileUpload, MediaIoBaseDownload, MediaIoBaseUpload
from gspread.http_client import HTTPClient
from gspread.utils import ExportFormat

from sheetflow.emulator.control import Fault
from sheetflow.emulator.drive.export import XLSX
from tests.discovery import assert_fits
from tests.unit.emulator.drive.world import ANNA, BORIS, FOLDER, ROBOT, SHEET, Local, World

BLOCK = 256 * 1024
DATA = os.urandom(4 * BLOCK + 5)


def fits(schema: str, value: Any) -> Any:
    assert_fits(document="drive.v3", schema=schema, value=value)
    return value


def test_resumable__from_a_file_in_small_chunks_and_back(world: World) -> None:
    drive, path = world.stock(), world.folder / "счёт.bin"
    path.write_bytes(DATA)
    media = MediaFileUpload(str(path), mimetype="application/pdf", chunksize=BLOCK, resumable=True)
    request = drive.files().create(body={"name": "счёт.pdf"}, media_body=media, fields="id,size,md5Checksum")
    response, progress = None, []
    while response is None:
        status, response = request.next_chunk()
        progress += [status.resumable_progress] if status else []
    assert progress == [BLOCK, 2 * BLOCK, 3 * BLOCK, 4 * BLOCK]
    assert fits("File", response)["size"] == str(len(DATA))
    target = io.BytesIO()
    download = MediaIoBaseDownload(
        target, drive.files().get_media(fileId=response["id"]), chunksize=BLOCK + 7
    )
    done = False
    while not done:
        _, done = download.next_chunk()
    assert target.getvalue() == DATA


@pytest.mark.parametrize("after_effect", [False, True])
def test_resumable__interrupted_and_continued(world: World, after_effect: bool) -> None:
    drive = world.stock()
    media = MediaIoBaseUpload(io.BytesIO(DATA), "application/x-a", chunksize=BLOCK, resumable=True)
    request = drive.files().create(body={"name": "a"}, media_body=media, fields="id")
    request.next_chunk()
    fault = Fault("/upload/", method="PUT", status=503, times=2, skip=1, after_effect=after_effect)
    world.emulator.faults.add(fault)
    response = None
    failures: list[int] = []
    while response is None:
        try:
            _, response = request.next_chunk()
        except HttpError as error:
            failures.append(error.resp.status)
    assert failures == [503, 503]
    assert world.anna.bytes(response["id"]) == DATA
    assert world.anna.found() == ["a"]


def test_empty_file__as_resumable_upload(world: World) -> None:
    media = MediaIoBaseUpload(io.BytesIO(b""), "text/plain", resumable=True)
    made = (
        world.stock().files().create(body={"name": "empty.txt"}, media_body=media, fields="id,size").execute()
    )
    assert made["size"] == "0"
    target = io.BytesIO()
    download = MediaIoBaseDownload(target, world.stock().files().get_media(fileId=made["id"]))
    _, done = download.next_chunk()
    assert (done, target.getvalue()) == (True, b"")


def test_jobs__folder_upload_search_move_share_copy_trash_delete(world: World) -> None:
    files = world.stock().files()
    folder = fits("File", files.create(body={"name": "Payments", "mimeType": FOLDER}, fields="id").execute())[
        "id"
    ]
    media = MediaIoBaseUpload(io.BytesIO(b"%PDF"), "application/pdf")
    made = files.create(body={"name": "Invoice.pdf"}, media_body=media, fields="id,parents").execute()
    before = ",".join(files.get(fileId=made["id"], fields="parents").execute()["parents"])
    moved = files.update(
        fileId=made["id"], addParents=folder, removeParents=before, fields="id,parents"
    ).execute()
    assert moved["parents"] == [folder]
    query = f"'{folder}' in parents and trashed = false"
    listed = fits(
        "FileList", files.list(q=query, spaces="drive", fields="nextPageToken,files(id,name)").execute()
    )
    assert listed == {"files": [{"id": made["id"], "name": "Invoice.pdf"}]}
    body = {"type": "user", "role": "reader", "emailAddress": BORIS}
    permissions = world.stock().permissions()
    given = permissions.create(fileId=folder, body=body, sendNotificationEmail=False, fields="id").execute()
    assert world.stock(BORIS).files().get_media(fileId=made["id"]).execute() == b"%PDF"
    permissions.delete(fileId=folder, permissionId=given["id"]).execute()
    with pytest.raises(HttpError) as caught:
        world.stock(BORIS).files().get_media(fileId=made["id"]).execute()
    assert caught.value.resp.status == 404
    assert caught.value.error_details[0]["reason"] == "notFound"
    media = MediaIoBaseUpload(io.BytesIO(b"new"), "text/plain")
    files.update(fileId=made["id"], body={"name": "i.txt"}, media_body=media).execute()
    copied = files.copy(fileId=made["id"], body={"name": "twin"}, fields="id,parents").execute()
    assert copied["parents"] == [folder]
    assert files.get_media(fileId=copied["id"]).execute() == b"new"
    files.update(fileId=folder, body={"trashed": True}).execute()
    assert files.list(q="trashed = false").execute()["files"] == []
    files.emptyTrash().execute()
    assert files.list().execute()["files"] == []
    token = world.stock().changes().getStartPageToken().execute()["startPageToken"]
    assert fits("ChangeList", world.stock().changes().list(pageToken=token).execute())["changes"] == []


def test_pages__with_list_next(world: World) -> None:
    for number in range(5):
        world.anna.folder(f"f{number}")
    files = world.stock().files()
    request, names = files.list(pageSize=2, orderBy="name"), []
    while request is not None:
        response = request.execute()
        names += [file["name"] for file in response["files"]]
        request = files.list_next(request, response)
    assert names == [f"f{number}" for number in range(5)]


def test_service_account__is_told_about_storage(world: World) -> None:
    media = MediaIoBaseUpload(io.BytesIO(b"x"), "text/plain", resumable=True)
    with pytest.raises(HttpError, match="Service Accounts do not have storage quota") as caught:
        world.stock(ROBOT).files().create(body={"name": "a"}, media_body=media).execute()
    assert caught.value.error_details[0]["reason"] == "storageQuotaExceeded"
    assert caught.value.error_details[0]["domain"] == "usageLimits"


def test_spreadsheet__imported_shown_in_sheets_and_exported(world: World) -> None:
    text = 'ID,Sum\nPR-000001,12.5\n"a, ""b""",=1+1\n'
    media = MediaIoBaseUpload(io.BytesIO(text.encode()), "text/csv")
    body = {"name": "Registry", "mimeType": SHEET}
    made = (
        world.stock().files().create(body=body, media_body=media, fields="id,mimeType,exportLinks").execute()
    )
    assert fits("File", made)["mimeType"] == SHEET
    got = world.stock().files().export(fileId=made["id"], mimeType="text/csv").execute()
    assert list(csv.reader(io.StringIO(got.decode()))) == [
        ["ID", "Sum"],
        ["PR-000001", "12.5"],
        ['a, "b"', "2"],
    ]
    tabbed = world.stock().files().export(fileId=made["id"], mimeType="text/tab-separated-values").execute()
    assert tabbed.startswith(b"ID\tSum\r\n")
    with pytest.raises(HttpError, match="The requested conversion is not supported"):
        world.stock().files().export(fileId=made["id"], mimeType="application/pdf").execute()
    plain = world.anna.upload("a.pdf", b"1")
    with pytest.raises(HttpError, match="Export only supports Docs Editors files") as caught:
        world.stock().files().export(fileId=plain, mimeType="text/csv").execute()
    assert (caught.value.resp.status, caught.value.error_details[0]["reason"]) == (403, "fileNotExportable")


def test_spreadsheet__as_a_workbook(world: World) -> None:
    import xml.etree.ElementTree as ET
    import zipfile

    sheet = world.anna.ok("POST", "/drive/v3/files", {"name": "s", "mimeType": SHEET})["id"]
    doc = world.emulator.sheets.open(sheet, ANNA)
    world.emulator.sheets.write_values(doc, ANNA, "A1", [['a<b & "c"', 2.5, True], ["", " x "]])
    data = world.stock().files().export(fileId=sheet, mimeType=XLSX).execute()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ET.fromstring(archive.read(name))
        page = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    cells = {cell.get("r"): "".join(cell.itertext()) for cell in page.iterfind(".//m:c", space)}
    assert cells == {"A1": 'a<b & "c"', "B1": "2.5", "C1": "1", "B2": " x "}


def test_gspread__in_folders(world: World) -> None:
    class Client(HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> Any:
            path = endpoint.removeprefix("https://").partition("/")[2]
            return super().request(method, f"{world.server.url}/{path}", *args, **kwargs)

    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer local:{ANNA}"
        client = gspread.Client(auth=Local(ANNA), session=session, http_client=Client)
        folder = world.anna.folder("folder")
        book = client.create("It's", folder_id=folder)
        book.sheet1.update([["a", 1]], "A1")
        assert [one["name"] for one in client.list_spreadsheet_files(folder_id=folder)] == ["It's"]
        assert client.open("It's", folder_id=folder).id == book.id
        body = {"content": "why?", "anchor": "x"}
        world.anna.ok("POST", f"/drive/v3/files/{book.id}/comments?fields=id", body)
        twin = client.copy(book.id, title="Twin", folder_id=folder)
        assert twin.sheet1.get_all_values() == [["a", "1"]]
        copied = world.anna.ok("GET", f"/drive/v3/files/{twin.id}/comments?fields=comments(content,anchor)")
        assert copied == {"comments": [body]}
        book.share(BORIS, perm_type="user", role="writer", notify=False)
        assert {one["emailAddress"]: one["role"] for one in book.list_permissions()} == {
            ANNA: "owner",
            BORIS: "writer",
        }
        assert book.remove_permissions(BORIS) != []
        assert client.export(book.id, ExportFormat.CSV) == b"a,1"
        client.del_spreadsheet(book.id)
        assert world.anna.found(f"'{folder}' in parents") == ["Twin"]


def test_names__in_queries_written_as_google_tells_to(world: World) -> None:
    names = ["It's", "back\\slash", '"quoted"', "Ёж & Ко"]
    for name in names:
        world.anna.folder(name)
    for name in names:
        escaped = name.replace("\\", "\\\\").replace("'", "\\'")
        found = world.stock().files().list(q=f"name = '{escaped}'").execute()["files"]
        assert [file["name"] for file in found] == [name]
    assert quote("'") == "%27"


def test_calls__are_logged_by_their_names(world: World) -> None:
    file_id = world.anna.upload("a", b"1")
    world.anna.ok("GET", "/drive/v3/files/generateIds")
    world.anna.ok("GET", "/drive/v3/changes/startPageToken")
    world.anna.ok("POST", f"/drive/v3/files/{file_id}/copy")
    world.anna.ok("DELETE", "/drive/v3/files/trash")
    media = MediaIoBaseUpload(io.BytesIO(b"x"), "text/plain", resumable=True)
    world.stock().files().create(body={"name": "a"}, media_body=media).execute()
    assert world.emulator.calls.counts() == {
        "drive.files.create": 2,
        "drive.files.upload": 1,
        "drive.files.generateIds": 1,
        "drive.changes.getStartPageToken": 1,
        "drive.files.copy": 1,
        "drive.files.emptyTrash": 1,
    }
    assert {call.caller for call in world.emulator.calls.since()} == {ANNA}

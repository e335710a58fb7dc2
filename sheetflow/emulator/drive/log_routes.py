"""`about`, `changes` and `channels` over HTTP."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, request

from sheetflow.emulator.drive import answers
from sheetflow.emulator.drive.answers import all_drives, answer, caller, flag, mask, number, wants
from sheetflow.emulator.drive.changes import Change, Scope
from sheetflow.emulator.drive.drives import drive_of
from sheetflow.emulator.drive.errors import DriveError, inclusion_required, required
from sheetflow.emulator.drive.export import FORMATS, IMPORTS
from sheetflow.emulator.drive.matches import Searcher
from sheetflow.emulator.drive.picture import file_of, user_of
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.drive.shelf import is_service
from sheetflow.emulator.drive.watching import CHANGES_LONGEST, FILE_LONGEST
from sheetflow.emulator.files import SPREADSHEET
from sheetflow.emulator.wire import Json, Mask

STORAGE = 15 * 1024**3
_CHANGE = "kind,type,changeType,time,removed,fileId,driveId,file(kind,id,name,mimeType,driveId,teamDriveId)"


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""
    _add_about(routes, drive)
    _add_changes(routes, drive)


def _add_about(routes: Blueprint, drive: Drive) -> None:
    @routes.get("/drive/v3/about")
    def about() -> Response:
        if not request.args.get("fields"):
            message = "The 'fields' parameter is required for this method."
            raise DriveError(400, "required", message, "fields")
        return answer(_about(drive), mask("About", "*"))


def _about(drive: Drive) -> Json:
    owned = drive.files.visible_to(caller())
    mine = [(file.size, file.id) for file in owned if file.owner == caller()]
    trash = drive.files.trash()
    used = sum(size for size, _ in mine)
    limit = 0 if is_service(caller()) else STORAGE
    return {
        "kind": "drive#about",
        "user": user_of(caller(), caller()),
        "storageQuota": {
            "limit": str(limit),
            "usage": str(used),
            "usageInDrive": str(used),
            "usageInDriveTrash": str(sum(size for size, file_id in mine if file_id in trash)),
        },
        "importFormats": {kind: [SPREADSHEET] for kind in IMPORTS},
        "exportFormats": {SPREADSHEET: list(FORMATS)},
        "maxImportSizes": {SPREADSHEET: "104857600"},
        "maxUploadSize": "5242880000000",
        "appInstalled": True,
        "canCreateDrives": True,
        "canCreateTeamDrives": True,
        "folderColorPalette": ["#4986e7", "#8f8f8f", "#16a765", "#f83a22", "#ffad46"],
        "driveThemes": [],
        "teamDriveThemes": [],
    }


def _add_changes(routes: Blueprint, drive: Drive) -> None:
    @routes.get("/drive/v3/changes/startPageToken")
    def start() -> Response:
        tree = mask("StartPageToken", "*")
        _drive_of_query(drive)
        return answer({"kind": "drive#startPageToken", "startPageToken": drive.changes.start()}, tree)

    @routes.get("/drive/v3/changes")
    def changes() -> Response:
        return answer(
            _changes(drive), mask("ChangeList", f"kind,nextPageToken,newStartPageToken,changes({_CHANGE})")
        )

    @routes.post("/drive/v3/changes/watch")
    def watch_changes() -> Response:
        tree = mask("Channel", "*")
        token = _token(drive)
        uri = f"{request.base_url.removesuffix('/watch')}?alt=json&pageToken={token}"
        what = {"scope": asdict(_scope(drive))}
        channel = drive.channels.watch(_channel(), "changes", what, uri, caller(), CHANGES_LONGEST)
        return answer(channel, tree)

    @routes.post("/drive/v3/files/<file_id>/watch")
    def watch_file(file_id: str) -> Response:
        tree = mask("Channel", "*")
        file = drive.open(file_id, caller(), all_drives=all_drives())
        uri = f"{request.base_url.removesuffix('/watch')}?alt=json"
        channel = drive.channels.watch(_channel(), "file", {"file": file.id}, uri, caller(), FILE_LONGEST)
        return answer(channel, tree)

    @routes.post("/drive/v3/channels/stop")
    def stop() -> Response:
        body = _channel()
        drive.channels.stop(str(body.get("id", "")), str(body.get("resourceId", "")), caller())
        return Response(status=204)


def _channel() -> Json:
    body = answers.body()
    return body if isinstance(body, dict) else {}


def _token(drive: Drive) -> str:
    token = request.args.get("pageToken")
    if not token:
        raise required("pageToken")
    drive.changes.since(token, caller(), Scope(removed=False))
    return token


def _drive_of_query(drive: Drive) -> str:
    """The shared drive that a request is about, which the caller has to be a member of; "" for none."""
    drive_id = request.args.get("driveId") or request.args.get("teamDriveId") or ""
    return drive.drives.get(drive_id, caller()).id if drive_id else ""


def _scope(drive: Drive) -> Scope:
    everywhere = flag("includeItemsFromAllDrives", "includeTeamDriveItems")
    drive_id = _drive_of_query(drive)
    if drive_id and not everywhere:
        raise inclusion_required()
    return Scope(
        drive_id, everywhere, flag("restrictToMyDrive"), removed=flag("includeRemoved", default=True)
    )


def _changes(drive: Drive) -> Json:
    tree = mask("ChangeList", f"kind,nextPageToken,newStartPageToken,changes({_CHANGE})")
    token = request.args.get("pageToken")
    if not token:
        raise required("pageToken")
    newest = drive.changes.start()
    found = drive.changes.since(token, caller(), _scope(drive))
    size = number("pageSize", 100, 1, 1000)
    searcher = Searcher(drive.files, caller())
    body: Json = {"kind": "drive#changeList"}
    if len(found) > size:
        body["nextPageToken"] = str(found[size].number)
    else:
        body["newStartPageToken"] = newest
    body["changes"] = [_change_of(drive, change, tree, searcher) for change in found[:size]]
    return body


def _change_of(drive: Drive, change: Change, tree: Mask, searcher: Searcher) -> Json:
    body: Json = {
        "kind": "drive#change",
        "type": "file",
        "changeType": "file",
        "time": change.at,
        "removed": change.file is None,
        "fileId": change.file_id,
    }
    if change.file is None and change.drive == change.file_id:
        del body["fileId"]
        return {**body, "type": "teamDrive", "changeType": "drive", "driveId": change.drive}
    if change.file is None:
        return body
    if change.file.id == change.file.drive:
        hidden = drive.drives.is_hidden(change.file.id, caller())
        shown = drive_of(change.file, drive.files.role(change.file.id, caller()), hidden=hidden)
        del body["fileId"]
        return {**body, "type": "teamDrive", "changeType": "drive", "driveId": change.file.id, "drive": shown}
    want = wants(tree, "changes", "file")
    return {**body, "file": file_of(change.file, drive.files, caller(), want, searcher)}

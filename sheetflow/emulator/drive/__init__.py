"""Drive v3: folders, files and their content, search, sharing, shared drives, changes, revisions.

It stands on the same records as Sheets (`files`): a spreadsheet is a file, its title the file's name.

    drive = Drive(sheets, courier, pause)                    # one for a workspace: `Emulator.drive`
    file_id = drive.create("anna@firm.example", "Invoice.pdf", "application/pdf", data, [folder_id],
                           {"request": "PR-000124"})         # belongs to Anna, lies in the folder
    drive.bytes(file_id)                                     # -> its content; `pieces` gives it in pieces
    drive.make(caller, body, content, media_type)            # files.create, with the caller's rights
    drive.change(file_id, caller, body, add=[...], remove=[...])   # files.update: rename, move, trash, …
    drive.copy(file_id, caller, body); drive.delete(file_id, caller); drive.empty_trash(caller)
    drive.open(file_id, caller, least)                       # -> the record, or Google's 404 or 403
    drive.sharing.give(file, caller, {"type": "user", "role": "reader", "emailAddress": ...})
    drive.files.role(file_id, email), drive.files.share(file_id, email, role)    # without asking

`blueprint(drive)` puts Google's paths over it; the caller's address is `flask.g.caller`. Bytes lie in
`blobs/` beside the database, one file a content; resumable uploads that go on lie in `uploads/`.

A service account has no storage: it may make folders, but files only in shared drives. Labels, approvals,
`appDataFolder` and third-party apps are not part of it; a notification channel calls back to this machine
alone; no mail is sent about a share, it is only counted.
"""

from __future__ import annotations

from flask import Blueprint

from sheetflow.emulator.drive import (
    absent_routes,
    asking_routes,
    comment_routes,
    drive_routes,
    file_routes,
    link_routes,
    log_routes,
    older_routes,
    revision_routes,
    sharing_routes,
    upload_routes,
)
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.drive.sharing import Sharing

__all__ = ["Drive", "Sharing", "blueprint"]


def blueprint(drive: Drive) -> Blueprint:
    """Drive's routes; the caller's address is `flask.g.caller`."""
    routes = Blueprint("drive", __name__)
    for part in (
        file_routes,
        link_routes,
        upload_routes,
        sharing_routes,
        drive_routes,
        asking_routes,
        absent_routes,
        revision_routes,
        comment_routes,
        log_routes,
        older_routes,
    ):
        part.add(routes, drive)
    return routes

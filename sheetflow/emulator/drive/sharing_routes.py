"""`permissions` and `drives` over HTTP."""

from __future__ import annotations

from flask import Blueprint, Response, request

from sheetflow.emulator.drive import answers
from sheetflow.emulator.drive.answers import all_drives, answer, caller, flag, mask, number
from sheetflow.emulator.drive.drives import drive_of
from sheetflow.emulator.drive.errors import insufficient
from sheetflow.emulator.drive.picture import capabilities
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.drive.sharing import Sharing
from sheetflow.emulator.files import File
from sheetflow.emulator.wire import Json

_PERMISSION = "kind,id,type,role"
_DRIVE = "kind,id,name"


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""
    _add_permissions(routes, drive)
    _add_drives(routes, drive)


def _add_permissions(routes: Blueprint, drive: Drive) -> None:
    root, sharing = "/drive/v3/files/<file_id>/permissions", Sharing(drive)

    def opened(file_id: str) -> File:
        return drive.open(file_id, caller(), all_drives=all_drives())

    @routes.get(root)
    def permissions(file_id: str) -> Response:
        tree = mask("PermissionList", f"kind,nextPageToken,permissions({_PERMISSION})")
        file = opened(file_id)
        role = drive.files.role(file.id, caller())
        if not capabilities(file, role)["canShare"] and not (file.drive and role):
            raise insufficient()
        chosen, token = answers.page(sharing.listed(file), number("pageSize", 100, 1, 100))
        body: Json = {"kind": "drive#permissionList", "permissions": chosen}
        return answer({**body, "nextPageToken": token} if token else body, tree)

    @routes.post(root)
    def give(file_id: str) -> Response:
        tree = mask("Permission", _PERMISSION)
        given = sharing.give(
            opened(file_id),
            caller(),
            answers.body(),
            transfer=flag("transferOwnership"),
            notify=flag("sendNotificationEmail", default=True),
            move=flag("moveToNewOwnersRoot"),
        )
        return answer(given, tree)

    @routes.get(f"{root}/<identifier>")
    def permission(file_id: str, identifier: str) -> Response:
        return answer(sharing.shown(opened(file_id), identifier), mask("Permission", _PERMISSION))

    @routes.patch(f"{root}/<identifier>")
    def change(file_id: str, identifier: str) -> Response:
        tree = mask("Permission", _PERMISSION)
        changed = sharing.change(
            opened(file_id),
            caller(),
            identifier,
            answers.body(),
            transfer=flag("transferOwnership"),
            no_expiry=flag("removeExpiration"),
        )
        return answer(changed, tree)

    @routes.delete(f"{root}/<identifier>")
    def take(file_id: str, identifier: str) -> Response:
        sharing.take(opened(file_id), caller(), identifier)
        return Response(status=204)


def _add_drives(routes: Blueprint, drive: Drive) -> None:
    def shown(one: File, fields: str = _DRIVE) -> Response:
        return answer(drive_of(one, drive.files.role(one.id, caller())), mask("Drive", fields))

    @routes.post("/drive/v3/drives")
    def drive_create() -> Response:
        mask("Drive", _DRIVE)
        return shown(drive.drives.create(caller(), answers.body(), request.args.get("requestId", "")))

    @routes.get("/drive/v3/drives")
    def drive_listing() -> Response:
        tree = mask("DriveList", f"kind,nextPageToken,drives({_DRIVE})")
        found = drive.drives.of(caller(), request.args.get("q", ""))
        chosen, token = answers.page(found, number("pageSize", 10, 1, 100))
        body: Json = {"kind": "drive#driveList"}
        if token:
            body["nextPageToken"] = token
        body["drives"] = [drive_of(one, drive.files.role(one.id, caller())) for one in chosen]
        return answer(body, tree)

    @routes.get("/drive/v3/drives/<drive_id>")
    def drive_get(drive_id: str) -> Response:
        return shown(drive.drives.get(drive_id, caller()))

    @routes.patch("/drive/v3/drives/<drive_id>")
    def drive_update(drive_id: str) -> Response:
        mask("Drive", _DRIVE)
        one = drive.drives.get(drive_id, caller(), "organizer")
        name = (answers.body() or {}).get("name")
        if isinstance(name, str) and name:
            drive.files.put(one.id, name=name, by=caller())
        return shown(drive.drives.get(drive_id, caller()))

    @routes.delete("/drive/v3/drives/<drive_id>")
    def drive_delete(drive_id: str) -> Response:
        drive.drives.delete(drive_id, caller())
        return Response(status=204)

"""`permissions` over HTTP."""

from __future__ import annotations

from flask import Blueprint, Response

from sheetflow.emulator.drive import answers
from sheetflow.emulator.drive.answers import all_drives, answer, caller, flag, mask, number
from sheetflow.emulator.drive.errors import insufficient
from sheetflow.emulator.drive.picture import capabilities
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.files import File
from sheetflow.emulator.wire import Json

_PERMISSION = "kind,id,type,role"
_DRIVE = "kind,id,name"


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""
    root, sharing = "/drive/v3/files/<file_id>/permissions", drive.sharing

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

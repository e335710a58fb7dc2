"""`drives` over HTTP, and `teamdrives`, by which older programs call the same."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from sheetflow.emulator.drive import answers
from sheetflow.emulator.drive.answers import answer, caller, mask, number
from sheetflow.emulator.drive.drives import drive_of, team_drive_of
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.files import File
from sheetflow.emulator.wire import Json

_FIELDS = "kind,id,name"


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""

    def one(file: File) -> Json:
        hidden = drive.drives.is_hidden(file.id, caller())
        return drive_of(file, drive.files.role(file.id, caller()), hidden=hidden)

    def older(file: File) -> Json:
        return team_drive_of(one(file))

    _add_collection(routes, drive, ("drives", "Drive"), one)
    _add_collection(routes, drive, ("teamdrives", "TeamDrive"), older)

    @routes.post("/drive/v3/drives/<drive_id>/hide")
    @routes.post("/drive/v3/drives/<drive_id>/unhide")
    def drive_hide(drive_id: str) -> Response:
        tree = mask("Drive", _FIELDS)
        file = drive.drives.get(drive_id, caller())
        drive.drives.hide(file.id, caller(), hidden=request.path.endswith("/hide"))
        return answer(one(file), tree)


def _add_collection(
    routes: Blueprint, drive: Drive, names: tuple[str, str], picture: Callable[[File], Json]
) -> None:
    plural, kind = names
    items = "teamDrives" if plural == "teamdrives" else plural
    root = f"/drive/v3/{plural}"

    def shown(file: File) -> Response:
        return answer(picture(file), mask(kind, _FIELDS))

    def create() -> Response:
        mask(kind, _FIELDS)
        return shown(drive.drives.create(caller(), answers.body(), request.args.get("requestId", "")))

    def listing() -> Response:
        tree = mask(f"{kind}List", f"kind,nextPageToken,{items}({_FIELDS})")
        found = drive.drives.of(caller(), request.args.get("q", ""))
        chosen, token = answers.page(found, number("pageSize", 10, 1, 100))
        body: Json = {"kind": f"drive#{kind[0].lower()}{kind[1:]}List"}
        if token:
            body["nextPageToken"] = token
        return answer({**body, items: [picture(one) for one in chosen]}, tree)

    def get(drive_id: str) -> Response:
        return shown(drive.drives.get(drive_id, caller()))

    def update(drive_id: str) -> Response:
        mask(kind, _FIELDS)
        return shown(drive.drives.update(drive_id, caller(), answers.body()))

    def delete(drive_id: str) -> Response:
        drive.drives.delete(drive_id, caller())
        return Response(status=204)

    for verb, path, view in (
        ("POST", root, create),
        ("GET", root, listing),
        ("GET", f"{root}/<drive_id>", get),
        ("PATCH", f"{root}/<drive_id>", update),
        ("DELETE", f"{root}/<drive_id>", delete),
    ):
        routes.add_url_rule(path, f"{plural}_{view.__name__}", view, methods=[verb])

"""Spreadsheets at docs.google.com: the addresses in `exportLinks`, and those that programs put together.

`https://docs.google.com/spreadsheets/d/ID/export?format=csv&gid=0` is what pandas is given to read a sheet
that was shared with everybody who has the link. Who has no token is answered where anybody may read, else
with 401. Of a spreadsheet's revisions only the newest has content.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from sheetflow.emulator.drive import export
from sheetflow.emulator.drive.answers import caller
from sheetflow.emulator.drive.errors import DriveError, bad
from sheetflow.emulator.drive.service import Drive

KINDS = {ending: kind for kind, ending in reversed(export.FORMATS.items())}


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""

    @routes.get("/spreadsheets/export")
    def exported_by_link() -> Response:
        return _exported(drive, request.args.get("id", ""))

    @routes.get("/spreadsheets/d/<file_id>/export")
    def exported_by_address(file_id: str) -> Response:
        return _exported(drive, file_id)


def _exported(drive: Drive, file_id: str) -> Response:
    if not caller() and drive.files.role(file_id, "") is None:
        raise DriveError(401, "required", "Login Required")
    file = drive.open(file_id, caller())
    if not drive.may_take(file, caller()):
        raise DriveError(403, "cannotExportFile", "This file cannot be exported by the user.")
    ending = request.args.get("exportFormat") or request.args.get("format") or "xlsx"
    kind = KINDS.get(ending)
    if kind is None:
        raise bad("The requested conversion is not supported.", "format")
    revision = request.args.get("revision", "")
    if revision and drive.contents.of(file)[-1].id != revision:
        raise DriveError(404, "notFound", f"Revision not found: {revision}.", "revision")
    gid = request.args.get("gid", type=int)
    response = Response(export.exported(drive.sheets, file, caller(), kind, gid), content_type=kind)
    name = quote(f"{file.name}.{ending}")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response

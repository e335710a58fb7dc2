"""Drive v3, as far as a client of spreadsheets needs it: files, sharing, export as CSV.

It stands on the same records as Sheets (`files`). Folders, uploads and copies are not part of it.
"""

from __future__ import annotations

import csv
import io
import json
import re

from flask import Blueprint, Response, g, request

from sheetflow.emulator.files import ROLES, SPREADSHEET, File, Permission, permission_id
from sheetflow.emulator.sheets.a1 import Box
from sheetflow.emulator.sheets.call import read_body
from sheetflow.emulator.sheets.service import SheetsService
from sheetflow.emulator.wire import GoogleError, Json, forbidden, invalid, parse_mask, pick

_CREATED = "kind,id,name,mimeType"
_PERMISSION = "kind,id,type,role"
_CLAUSE = re.compile(
    r"""\s*(?P<field>mimeType|name|trashed)\s*(?P<operator>!=|=|contains)\s*"""
    r"""(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<word>true|false))\s*"""
)


def blueprint(sheets: SheetsService) -> Blueprint:
    """Drive's routes over the files of a Sheets service; the caller's address is `flask.g.caller`."""
    routes = Blueprint("drive", __name__)
    _add_files(routes, sheets)
    _add_permissions(routes, sheets)
    return routes


def _open(sheets: SheetsService, file_id: str, least: str = "reader") -> File:
    """A file on which the caller has at least this role."""
    file = sheets.files.get(file_id)
    role = sheets.files.role(file_id, g.caller)
    if file is None or role is None:
        raise GoogleError(404, "NOT_FOUND", f"File not found: {file_id}.")
    if ROLES.index(role) < ROLES.index(least):
        raise forbidden("The user does not have sufficient permissions for this file.")
    return file


def _add_files(routes: Blueprint, sheets: SheetsService) -> None:
    files = sheets.files

    @routes.post("/drive/v3/files")
    def create() -> Response:
        body = read_body() or {}
        kind = body.get("mimeType", "application/octet-stream")
        name = body.get("name") or "Untitled"
        if kind != SPREADSHEET:
            return _answer(_file(files.add(name, kind, g.caller), sheets), _CREATED)
        made = sheets.create(g.caller, {"properties": {"title": name}})
        file = files.get(made["spreadsheetId"])
        return _answer({} if file is None else _file(file, sheets), _CREATED)

    @routes.get("/drive/v3/files")
    def listing() -> Response:
        found = [file for file in files.visible_to(g.caller) if _wanted(file, request.args.get("q", ""))]
        size = min(int(request.args.get("pageSize", 100)), 1000)
        start = int(request.args.get("pageToken", 0))
        body: Json = {"kind": "drive#fileList", "incompleteSearch": False}
        if start + size < len(found):
            body["nextPageToken"] = str(start + size)
        body["files"] = [_file(file, sheets) for file in found[start : start + size]]
        return _answer(body, "kind,incompleteSearch,nextPageToken,files(kind,id,name,mimeType)")

    @routes.get("/drive/v3/files/<file_id>")
    def get(file_id: str) -> Response:
        return _answer(_file(_open(sheets, file_id), sheets), _CREATED)

    @routes.patch("/drive/v3/files/<file_id>")
    def update(file_id: str) -> Response:
        file = _open(sheets, file_id, "writer")
        name = (read_body() or {}).get("name")
        if name and file.mime_type == SPREADSHEET:
            sheets.rename(file_id, g.caller, name)
        elif name:
            files.touch(file_id, name)
        return _answer(_file(_open(sheets, file_id), sheets), _CREATED)

    @routes.delete("/drive/v3/files/<file_id>")
    def delete(file_id: str) -> Response:
        _open(sheets, file_id, "owner")
        sheets.remove(file_id)
        return Response(status=204)

    @routes.get("/drive/v3/files/<file_id>/export")
    def export(file_id: str) -> Response:
        _open(sheets, file_id)
        if request.args.get("mimeType") != "text/csv":
            raise invalid("The requested conversion is not supported.")
        return Response(_csv(sheets, file_id), content_type="text/csv")


def _add_permissions(routes: Blueprint, sheets: SheetsService) -> None:
    files = sheets.files

    @routes.get("/drive/v3/files/<file_id>/permissions")
    def permissions(file_id: str) -> Response:
        _open(sheets, file_id)
        people = [_permission(one) for one in files.permissions(file_id)]
        body = {"kind": "drive#permissionList", "permissions": people}
        return _answer(body, f"kind,permissions({_PERMISSION})")

    @routes.post("/drive/v3/files/<file_id>/permissions")
    def share(file_id: str) -> Response:
        _open(sheets, file_id, "writer")
        body = read_body() or {}
        role, kind = body.get("role", ""), body.get("type", "")
        if role not in ROLES:
            raise invalid("The specified role is invalid or not supported.")
        if kind == "anyone":
            permission = Permission("anyoneWithLink", "", role, "anyone")
        elif body.get("emailAddress"):
            address = str(body["emailAddress"]).lower()
            permission = Permission(permission_id(address), address, role, kind or "user")
        else:
            raise invalid("The permission type field is required.")
        files.grant(file_id, permission)
        return _answer(_permission(permission), _PERMISSION)

    @routes.delete("/drive/v3/files/<file_id>/permissions/<identifier>")
    def unshare(file_id: str, identifier: str) -> Response:
        file = _open(sheets, file_id, "writer")
        if identifier == permission_id(file.owner) or not files.revoke(file_id, identifier):
            raise GoogleError(404, "NOT_FOUND", f"Permission not found: {identifier}.")
        return Response(status=204)


def _wanted(file: File, query: str) -> bool:
    """Whether a file fits a query of clauses joined by `and`.

    Raises:
        GoogleError: 400 `Invalid Value` for a query that the emulator cannot read.
    """
    at = 0
    while at < len(query):
        clause = _CLAUSE.match(query, at)
        if clause is None:
            raise invalid("Invalid Value")
        at = clause.end()
        if query[at : at + 3] == "and":
            at += 3
        elif at < len(query):
            raise invalid("Invalid Value")
        text = clause["double"] if clause["double"] is not None else clause["single"]
        value = clause["word"] if text is None else re.sub(r"\\(.)", r"\1", text)
        have = {"mimeType": file.mime_type, "name": file.name, "trashed": "false"}[clause["field"]]
        if clause["operator"] == "contains":
            fits = value.casefold() in have.casefold()
        else:
            fits = (have == value) is (clause["operator"] == "=")
        if not fits:
            return False
    return True


def _file(file: File, sheets: SheetsService) -> Json:
    people = sheets.files.permissions(file.id)
    body: Json = {
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": file.mime_type,
        "createdTime": file.created,
        "modifiedTime": file.modified,
        "trashed": False,
        "owners": [{"kind": "drive#user", "displayName": file.owner, "emailAddress": file.owner}],
        "ownedByMe": file.owner == g.caller.lower(),
        "shared": len(people) > 1,
        "permissions": [_permission(one) for one in people],
    }
    if file.mime_type == SPREADSHEET:
        body["webViewLink"] = f"https://docs.google.com/spreadsheets/d/{file.id}/edit?usp=drivesdk"
    return body


def _permission(permission: Permission) -> Json:
    body = {
        "kind": "drive#permission",
        "id": permission.id,
        "type": permission.kind,
        "role": permission.role,
    }
    if permission.email:
        body["emailAddress"] = permission.email
        body["displayName"] = permission.email
    return body


def _csv(sheets: SheetsService, file_id: str) -> str:
    """The first sheet as Drive exports it: formatted values, lines parted by CR LF without one at the end."""
    doc = sheets.open(file_id, g.caller)
    with doc.lock:
        sheet = doc.book.first_visible()
        box = Box(0, sheet.row_count, 0, sheet.column_count)
        lines = sheets.shown(doc, sheet.sheet_id).texts(box, "FORMATTED_VALUE", "SERIAL_NUMBER")
    width = max((len(line) for line in lines), default=0)
    text = io.StringIO()
    csv.writer(text).writerows([*line, *[""] * (width - len(line))] for line in lines)
    return text.getvalue().removesuffix("\r\n")


def _answer(body: Json, default: str) -> Response:
    shown = pick(body, parse_mask(request.args.get("fields") or default))
    return Response(json.dumps(shown, ensure_ascii=False), content_type="application/json; charset=UTF-8")

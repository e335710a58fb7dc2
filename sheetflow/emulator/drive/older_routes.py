"""Drive v2, as far as programs of today still call it: new content for a file (gspread's `import_csv`)."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from sheetflow.emulator.drive import answers, multipart
from sheetflow.emulator.drive.answers import all_drives, caller
from sheetflow.emulator.drive.errors import bad
from sheetflow.emulator.drive.service import Drive


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the route on a blueprint."""

    @routes.put("/upload/drive/v2/files/<file_id>")
    def update_of_v2(file_id: str) -> Response:
        if request.args.get("uploadType") != "media":
            raise bad("Bad Request: of Drive v2 uploadType=media is known here.", "uploadType")
        kind = (request.content_type or "").partition(";")[0].strip()
        with drive.blobs.incoming() as place:
            multipart.pour(answers.stream(), place.write)
            file = drive.change(file_id, caller(), {}, place, kind, all_drives=all_drives())
        body = {
            "kind": "drive#file",
            "id": file.id,
            "title": file.name,
            "mimeType": file.mime_type,
            "createdDate": file.created,
            "modifiedDate": file.modified,
        }
        return Response(json.dumps(body), content_type="application/json; charset=UTF-8")

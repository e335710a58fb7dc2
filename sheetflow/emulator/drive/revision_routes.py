"""`revisions` over HTTP; they are for those who may write."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Blueprint, Response, request

from sheetflow.emulator.drive import answers
from sheetflow.emulator.drive.answers import answer, caller, mask, number
from sheetflow.emulator.drive.contents import Revision, revision_of
from sheetflow.emulator.drive.errors import DriveError
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.files import File
from sheetflow.emulator.wire import Json

_REVISION = "kind,id,mimeType,modifiedTime"


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""
    root = "/drive/v3/files/<file_id>/revisions"

    @routes.get(root)
    def revisions(file_id: str) -> Response:
        tree = mask("RevisionList", f"kind,nextPageToken,revisions({_REVISION})")
        chosen, token = answers.page(
            drive.contents.of(_opened(drive, file_id)), number("pageSize", 200, 1, 1000)
        )
        body: Json = {"kind": "drive#revisionList"}
        if token:
            body["nextPageToken"] = token
        return answer({**body, "revisions": [revision_of(one, caller()) for one in chosen]}, tree)

    @routes.get(f"{root}/<identifier>")
    def revision(file_id: str, identifier: str) -> Response:
        file, one = _found(drive, file_id, identifier)
        if request.args.get("alt") != "media":
            return answer(revision_of(one, caller()), mask("Revision", _REVISION))
        if not one.blob:
            message = "Only files with binary content can be downloaded. Use Export with Docs Editors files."
            raise DriveError(403, "fileNotDownloadable", message, "alt")
        return answers.media(one.size, _reader(drive, one), one.mime_type, file.name)

    @routes.patch(f"{root}/<identifier>")
    def revision_update(file_id: str, identifier: str) -> Response:
        _, one = _found(drive, file_id, identifier)
        body = answers.body() or {}
        if one.blob and isinstance(body.get("keepForever"), bool):
            drive.contents.keep_forever(one, keep=body["keepForever"])
        _, one = _found(drive, file_id, identifier)
        return answer(revision_of(one, caller()), mask("Revision", _REVISION))

    @routes.delete(f"{root}/<identifier>")
    def revision_delete(file_id: str, identifier: str) -> Response:
        file, one = _found(drive, file_id, identifier)
        if not one.blob or one.id == file.head:
            raise DriveError(403, "revisionDeletionNotSupported", "The revision cannot be deleted.")
        drive.contents.drop([one])
        return Response(status=204)


def _reader(drive: Drive, revision: Revision) -> Callable[[int, int], Iterator[bytes]]:
    return lambda start, stop: drive.blobs.read(revision.blob, start, stop)


def _opened(drive: Drive, file_id: str) -> File:
    file = drive.open(file_id, caller(), "writer")
    if file.is_folder:
        raise DriveError(403, "revisionsNotSupported", "The file does not support revisions.")
    return file


def _found(drive: Drive, file_id: str, identifier: str) -> tuple[File, Revision]:
    file = _opened(drive, file_id)
    return file, drive.contents.one(file, identifier)

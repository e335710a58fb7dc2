"""Uploads over HTTP: media, multipart and resumable, for new files and for new content of old ones."""

from __future__ import annotations

from email.message import Message
from typing import Any

from flask import Blueprint, Response, g, request

from sheetflow.emulator.drive import answers, multipart
from sheetflow.emulator.drive.answers import all_drives, caller, mask
from sheetflow.emulator.drive.blobs import Incoming
from sheetflow.emulator.drive.errors import DriveError, bad
from sheetflow.emulator.drive.file_routes import FILE, shown, split
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.drive.shelf import BINARY
from sheetflow.emulator.drive.uploads import Span, Upload, span_of
from sheetflow.emulator.files import File


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""
    root = "/upload/drive/v3/files"

    @routes.post(root)
    def upload_created() -> Response:
        return _go_on(drive) if "upload_id" in request.args else _upload(drive, "")

    @routes.patch(f"{root}/<file_id>")
    def upload_updated(file_id: str) -> Response:
        return _upload(drive, file_id)

    @routes.post(f"{root}/<file_id>")  # as Google's client for Go sends the chunks, and rclone
    @routes.put(root)
    @routes.put(f"{root}/<file_id>")
    def upload_continued(file_id: str = "") -> Response:  # noqa: ARG001 - the session knows its file
        return _go_on(drive)

    @routes.delete(root)
    @routes.delete(f"{root}/<file_id>")
    def upload_cancelled(file_id: str = "") -> Response:  # noqa: ARG001 - the session knows its file
        upload = drive.uploads.get(request.args.get("upload_id", ""))
        with drive.uploads.lock(upload.id):
            drive.uploads.cancel(upload.id)
        return Response(status="499 Client Closed Request")


def _upload(drive: Drive, file_id: str) -> Response:
    """The first request of an upload, by its kind."""
    mask("File", FILE)
    kind = request.args.get("uploadType") or request.headers.get("X-Goog-Upload-Protocol", "")
    if kind == "resumable":
        return _start(drive, file_id)
    if kind == "media":
        with drive.blobs.incoming() as place:
            multipart.pour(answers.stream(), place.write)
            return shown(drive, _done(drive, file_id, {}, place, request.content_type or BINARY))
    if kind == "multipart":
        parts = multipart.Parts(multipart.boundary_of(request.content_type or ""), answers.stream())
        _, pieces = parts.next()
        body = answers.decoded(multipart.small(pieces))
        headers, pieces = parts.next()
        with drive.blobs.incoming() as place:
            multipart.pour(pieces, place.write)
            return shown(drive, _done(drive, file_id, body, place, _type_of(headers)))
    raise bad("Bad Request: uploadType must be one of media, multipart, resumable.", "uploadType")


def _type_of(headers: Message) -> str:
    return str(headers.get("Content-Type") or BINARY).partition(";")[0].strip()


def _done(drive: Drive, file_id: str, body: Any, place: Incoming, media_type: str) -> File:
    """The file that an upload makes or changes, when its content is whole."""
    kind = media_type.partition(";")[0].strip()
    if not file_id:
        return drive.make(caller(), body, place, kind, all_drives=all_drives())
    add, remove = split("addParents"), split("removeParents")
    return drive.change(file_id, caller(), body, place, kind, add=add, remove=remove, all_drives=all_drives())


def _start(drive: Drive, file_id: str) -> Response:
    """Begin a session: what would be refused in the end is refused here."""
    body = answers.decoded(request.get_data())
    media_type = request.headers.get("X-Upload-Content-Type", BINARY)
    if file_id:
        drive.open(file_id, caller(), "writer", all_drives=all_drives())
    else:
        drive.may_make(caller(), body, media_type, all_drives=all_drives())
    upload = drive.uploads.start(caller(), file_id, body, media_type)
    query = request.query_string.decode()
    response = Response(status=200)
    response.headers["Location"] = f"{request.base_url}?{query}&upload_id={upload}"
    response.headers["X-GUploader-UploadID"] = upload
    return response


def _go_on(drive: Drive) -> Response:
    """A further request of a session: some bytes, or a question how many there are."""
    upload = drive.uploads.get(request.args.get("upload_id", ""))
    g.caller = upload.caller
    length = request.content_length or 0
    with drive.uploads.lock(upload.id):
        upload = drive.uploads.get(upload.id)
        if upload.file:
            return shown(drive, drive.open(upload.file, caller()))
        span = span_of(request.headers.get("Content-Range"), length)
        if not drive.uploads.receive(upload, span, answers.stream()):
            return _incomplete(drive, upload, span)
        with drive.blobs.incoming() as place:
            multipart.pour(drive.blobs.part(upload.id), place.write)
            file = _done(drive, upload.target, upload.body, place, upload.media_type)
        drive.uploads.finished(upload, file.id)
    return shown(drive, file)


def _incomplete(drive: Drive, upload: Upload, span: Span) -> Response:
    have = drive.uploads.received(upload)
    if span.total is not None and have > span.total:
        raise DriveError(400, "badRequest", "Invalid request. More bytes were uploaded than the content has.")
    response = answers.incomplete(have)
    response.headers["X-GUploader-UploadID"] = upload.id
    return response

"""`files` over HTTP, but for uploads."""

from __future__ import annotations

from flask import Blueprint, Response, request

from sheetflow.emulator.drive import answers, export
from sheetflow.emulator.drive.answers import all_drives, answer, caller, flag, mask, number, wants
from sheetflow.emulator.drive.errors import (
    DriveError,
    bad,
    inclusion_required,
    invalid_value,
    one_of,
    required,
)
from sheetflow.emulator.drive.matches import Searcher, mentions, ordered
from sheetflow.emulator.drive.picture import file_of
from sheetflow.emulator.drive.query import parse
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.files import File, root_id
from sheetflow.emulator.wire import Json

FILE = "kind,id,name,mimeType,driveId,teamDriveId"
_LIST = f"kind,incompleteSearch,nextPageToken,files({FILE})"
_CORPORA = ("user", "domain", "drive", "allDrives")


def shown(drive: Drive, file: File) -> Response:
    """A file as the answer of a method."""
    tree = mask("File", FILE)
    searcher = Searcher(drive.files, caller())
    return answer(file_of(file, drive.files, caller(), wants(tree), searcher), tree)


def split(name: str) -> list[str]:
    """A query parameter that is a list."""
    return [one.strip() for one in request.args.get(name, "").split(",") if one.strip()]


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""

    @routes.post("/drive/v3/files")
    def create() -> Response:
        mask("File", FILE)
        return shown(drive, drive.make(caller(), answers.body(), all_drives=all_drives()))

    @routes.get("/drive/v3/files")
    def listing() -> Response:
        return answer(_listing(drive), mask("FileList", _LIST))

    @routes.get("/drive/v3/files/generateIds")
    def generate_ids() -> Response:
        tree = mask("GeneratedIds", "*")
        space = request.args.get("space", "drive")
        if space != "drive":
            raise one_of("space", space, ("drive",))
        ids = drive.generated.take(number("count", 10, 1, 1000))
        return answer({"kind": "drive#generatedIds", "space": space, "ids": ids}, tree)

    @routes.delete("/drive/v3/files/trash")
    def empty_trash() -> Response:
        drive.empty_trash(caller(), request.args.get("driveId", ""))
        return Response(status=204)

    @routes.get("/drive/v3/files/<file_id>")
    @routes.get("/download/drive/v3/files/<file_id>")
    def get(file_id: str) -> Response:
        file = drive.open(file_id, caller(), all_drives=all_drives())
        return _bytes(drive, file) if request.args.get("alt") == "media" else shown(drive, file)

    @routes.patch("/drive/v3/files/<file_id>")
    def update(file_id: str) -> Response:
        mask("File", FILE)
        file = drive.change(
            file_id,
            caller(),
            answers.body(),
            add=split("addParents"),
            remove=split("removeParents"),
            all_drives=all_drives(),
        )
        return shown(drive, file)

    @routes.delete("/drive/v3/files/<file_id>")
    def delete(file_id: str) -> Response:
        drive.delete(file_id, caller(), all_drives=all_drives())
        return Response(status=204)

    @routes.post("/drive/v3/files/<file_id>/copy")
    def copy(file_id: str) -> Response:
        mask("File", FILE)
        return shown(drive, drive.copy(file_id, caller(), answers.body(), all_drives=all_drives()))

    @routes.get("/drive/v3/files/<file_id>/export")
    def exported(file_id: str) -> Response:
        return _exported(drive, drive.open(file_id, caller()))


def _exported(drive: Drive, file: File) -> Response:
    kind = request.args.get("mimeType", "")
    if not kind:
        raise required("mimeType")
    if not drive.may_take(file, caller()):
        raise DriveError(403, "cannotExportFile", "This file cannot be exported by the user.")
    return Response(export.exported(drive.sheets, file, caller(), kind), content_type=kind)


def _bytes(drive: Drive, file: File) -> Response:
    if file.is_native:
        message = "Only files with binary content can be downloaded. Use Export with Docs Editors files."
        raise DriveError(403, "fileNotDownloadable", message, "alt")
    if not drive.may_take(file, caller()):
        raise DriveError(403, "cannotDownloadFile", "This file cannot be downloaded by the user.")
    return answers.media(
        file.size, lambda start, stop: drive.pieces(file.id, start, stop), file.mime_type, file.name
    )


def _listing(drive: Drive) -> Json:
    tree = mask("FileList", _LIST)
    query = parse(request.args.get("q", ""))
    corpora = request.args.get("corpora", "user")
    drive_id = request.args.get("driveId") or request.args.get("teamDriveId") or ""
    everywhere = flag("includeItemsFromAllDrives", "includeTeamDriveItems")
    _check_corpora(corpora, drive_id, everywhere=everywhere)
    if drive_id:
        drive.drives.get(drive_id, caller())
    for space in split("spaces"):
        if space not in ("drive", "appDataFolder"):
            raise invalid_value("spaces")
    size = number("pageSize", 100, 1, 1000)
    searcher = Searcher(drive.files, caller())
    found: list[File] = []
    if not split("spaces") or "drive" in split("spaces"):
        found = [
            file
            for file in drive.files.visible_to(caller())
            if _in_corpora(file, searcher, drive_id, everywhere=everywhere) and searcher.fits(query, file)
        ]
    full_text = mentions(query, "fullText")
    found = ordered(found, request.args.get("orderBy", ""), searcher, caller(), full_text=full_text)
    chosen, token = answers.page(found, size)
    want = wants(tree, "files")
    content: Json = {"kind": "drive#fileList", "incompleteSearch": False}
    if token:
        content["nextPageToken"] = token
    return {**content, "files": [file_of(one, drive.files, caller(), want, searcher) for one in chosen]}


def _check_corpora(corpora: str, drive_id: str, *, everywhere: bool) -> None:
    if corpora not in _CORPORA:
        raise one_of("corpora", corpora, _CORPORA)
    if (drive_id or corpora in ("drive", "allDrives")) and not everywhere:
        raise inclusion_required()
    if bool(drive_id) != (corpora == "drive"):
        message = "The driveId parameter must be specified if and only if corpora is set to drive."
        raise DriveError(403, "teamDriveIdRequiresTeamDriveCorpora", message)
    if everywhere and not all_drives():
        message = (
            "The supportsAllDrives parameter must be set to true when includeItemsFromAllDrives is true."
        )
        raise bad(message, "supportsAllDrives")


def _in_corpora(file: File, searcher: Searcher, drive_id: str, *, everywhere: bool) -> bool:
    """Whether a search looks at a file at all: top folders never stand in a list, nor another's trash."""
    if file.id in (file.drive, root_id(file.owner)):
        return False
    if file.drive:
        return everywhere and drive_id in ("", file.drive)
    if drive_id:
        return False
    return file.owner == caller() or file.id not in searcher.trash

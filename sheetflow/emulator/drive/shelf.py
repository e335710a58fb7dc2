"""How files come to be, and who may open them: what other parts of the emulator need of Drive.

Every method that takes a `caller` checks what that address may do, as the API does. The few for other parts
of the emulator (`create`, `bytes`, `pieces`) act for the file's owner and ask nothing.

Locks: `contents.lock` first, the store's second; a spreadsheet's own lock is never taken inside a transaction
of the store, since Sheets takes them the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from sheetflow.emulator.drive import meta as metadata
from sheetflow.emulator.drive.blobs import Blob, Blobs, Incoming
from sheetflow.emulator.drive.changes import Changes
from sheetflow.emulator.drive.channels import Channels, Watched
from sheetflow.emulator.drive.comments import Comments
from sheetflow.emulator.drive.contents import Contents
from sheetflow.emulator.drive.drives import Drives
from sheetflow.emulator.drive.errors import DriveError, bad, insufficient, no_storage, not_found
from sheetflow.emulator.drive.export import imported
from sheetflow.emulator.drive.generated import GeneratedIds
from sheetflow.emulator.drive.picture import SHORTCUT, rank
from sheetflow.emulator.drive.placing import Place, check_folder
from sheetflow.emulator.drive.uploads import Uploads
from sheetflow.emulator.drive.watching import WatchedChanges, WatchedFile
from sheetflow.emulator.files import FOLDER, NATIVE, SPREADSHEET, File, Files, root_id
from sheetflow.emulator.wire import Json

if TYPE_CHECKING:
    from sheetflow.emulator.couriers import Courier
    from sheetflow.emulator.sheets.service import SheetsService

BINARY = "application/octet-stream"

Content: TypeAlias = bytes | Iterable[bytes]
"""A content, whole or in pieces."""

Pieces: TypeAlias = Iterator[bytes]
"""A content as it is read."""


class Shelf:
    """All files of the workspace: how they come to be, and who may open them.

    Args:
        sheets: the spreadsheets, which are files too; Drive keeps its records and bytes beside theirs.
        courier: carries the messages of notification channels.
        pause: seconds before a message that was refused is sent again.

    Attributes:
        files: the records and permissions.
        blobs: the bytes on disk.
        contents: revisions.
        changes: the change log.
        channels: who is told of changes.
        drives: shared drives.
        comments: comments and replies.
        uploads: resumable uploads that go on.
        generated: ids handed out before their files exist.
    """

    def __init__(self, sheets: SheetsService, courier: Courier, pause: Callable[[], float]) -> None:
        self.sheets = sheets
        self.files: Files = sheets.files
        self.blobs = Blobs(self.files.store.folder)
        self.contents = Contents(self.files, self.blobs)
        self.changes = Changes(self.files)
        watched: list[Watched] = [WatchedFile(self.files), WatchedChanges(self.files, self.changes)]
        self.channels = Channels(self.files, watched, courier, pause)
        self.drives = Drives(self.files, self.changes)
        self.comments = Comments(self.files)
        self.uploads = Uploads(self.files, self.blobs)
        self.generated = GeneratedIds(self.files)

    @property
    def notices(self) -> int:
        """How many mails about a share Google would have sent (`sendNotificationEmail`)."""
        return int(self.files.store.setting("drive_share_notices", 0))

    def create(
        self,
        owner: str,
        name: str,
        mime_type: str,
        data: Content = b"",
        parents: Iterable[str] = (),
        app_properties: Mapping[str, str] | None = None,
    ) -> str:
        """A new file of somebody's, for other parts of the emulator; returns its id.

        Args:
            owner: e-mail address.
            name: as shown.
            mime_type: `FOLDER` makes a folder, `SPREADSHEET` an empty spreadsheet.
            data: the content, whole or in pieces.
            parents: the folder's id, or nothing for the owner's My Drive.
            app_properties: kept with the file.

        Raises:
            DriveError: as the API answers the owner.
        """
        body: Json = {"name": name, "mimeType": mime_type, "parents": list(parents)}
        if app_properties:
            body["appProperties"] = dict(app_properties)
        if mime_type.startswith(NATIVE):
            return self.make(owner, body).id
        with self.blobs.incoming() as place:
            for piece in _in_pieces(data):
                place.write(piece)
            return self.make(owner, body, place, mime_type).id

    def bytes(self, file_id: str) -> bytes:
        """A file's content, for other parts of the emulator.

        Raises:
            DriveError: 404 for a file that does not exist or has no content.
        """
        return b"".join(self.pieces(file_id))

    def pieces(self, file_id: str, start: int = 0, stop: int | None = None) -> Pieces:
        """A file's content from `start` up to `stop`, a piece at a time."""
        file = self.files.get(file_id)
        if file is None or not file.blob:
            raise not_found(file_id)
        try:
            return self.blobs.read(file.blob, start, stop)
        except FileNotFoundError as error:  # deleted since its record was read
            raise not_found(file_id) from error

    def open(self, file_id: str, caller: str, least: str = "reader", *, all_drives: bool = True) -> File:
        """A file on which the caller has at least a role.

        Args:
            file_id: an id, or `root` for the caller's My Drive.
            caller: e-mail address.
            least: the weakest role that will do.
            all_drives: whether the caller knows of shared drives (`supportsAllDrives`).

        Raises:
            DriveError: 404 when there is none that the caller may see, 403 when the role is too weak.
        """
        if file_id == "root":
            file_id = self.files.root(caller)
        elif file_id == root_id(caller):
            self.files.root(caller)
        file = self.files.get(file_id)
        role = self.files.role(file_id, caller)
        if file is None or role is None or (file.drive and not all_drives):
            raise not_found(file_id)
        if rank(role) < rank(least):
            raise insufficient()
        return file

    def make(
        self,
        caller: str,
        body: Any,
        content: Incoming | Blob | None = None,
        media_type: str = "",
        *,
        all_drives: bool = True,
    ) -> File:
        """`files.create`, with or without content.

        Args:
            caller: who creates it, and owns it unless it lies in a shared drive.
            body: a File.
            content: what was uploaded.
            media_type: its MIME type.
            all_drives: `supportsAllDrives`.

        Raises:
            DriveError: 400, 403, 404 or 409, as Google refuses it.
        """
        with self.channels.as_one():
            return self._make(caller, body, content, media_type, all_drives=all_drives)

    def _make(
        self, caller: str, body: Any, content: Incoming | Blob | None, media_type: str, *, all_drives: bool
    ) -> File:
        meta, place, kind = self.may_make(caller, body, media_type, all_drives=all_drives)
        columns = {**metadata.columns_of(meta, caller.lower()), **place.columns(), "by": caller.lower()}
        columns.setdefault("name", "Untitled")
        if kind == SPREADSHEET:
            return self._make_spreadsheet(caller, meta, columns, content, media_type)
        if kind == SHORTCUT:
            columns.update(self._shortcut(meta, caller, columns))
        owner = "" if place.drive else caller
        with self.contents.lock, self.files.store.write():
            if "id" in meta:
                self.generated.check(meta["id"], kind)
            if not kind.startswith(NATIVE):
                blob = content or self.blobs.store([])
                name = meta.get("originalFilename") or columns["name"]
                file_id = meta.get("id") or self.generated.fresh()
                columns.update(self.contents.add(file_id, blob, kind, name, caller.lower()))
                columns["file_id"] = file_id
            elif content is not None:
                raise bad("The requested conversion is not supported.", "convertTo")
            name, kind = columns.pop("name"), columns.pop("mime_type", kind)
            times = {key: columns.pop(key) for key in ("created", "modified") if key in columns}
            columns.setdefault("file_id", meta.get("id"))
            file = self.files.add(name, kind, owner, **columns)
            if times:
                self.files.put(file.id, **times)
            if "id" in meta:
                self.generated.used(meta["id"])
        return self.again(file.id)

    def may_make(
        self, caller: str, body: Any, media_type: str = "", *, all_drives: bool = True
    ) -> tuple[Json, Place, str]:
        """Whether `make` would be allowed: the fields to write, where the file would lie, its MIME type.

        Raises:
            DriveError: as `make`.
        """
        meta = metadata.checked(body, new=True)
        place = self.place(meta, caller, all_drives=all_drives)
        kind = meta.get("mimeType") or media_type or BINARY
        if is_service(caller) and not place.drive and kind not in (FOLDER, SHORTCUT):
            raise no_storage()
        return meta, place, kind

    def _make_spreadsheet(
        self, caller: str, meta: Json, columns: Json, content: Incoming | Blob | None, media_type: str
    ) -> File:
        if "id" in meta:
            self.generated.check(meta["id"], SPREADSHEET)
        rows: list[list[str]] = []
        if content is not None:
            pieces = content.pieces() if isinstance(content, Incoming) else self.blobs.read(content.blob)
            rows = imported(b"".join(pieces), media_type)
        wide = max((len(row) for row in rows), default=0)
        grid = {"rowCount": max(1000, len(rows)), "columnCount": max(26, wide)}
        name = columns.pop("name")
        times = {key: columns.pop(key) for key in ("created", "modified") if key in columns}
        body: Json = {"properties": {"title": name}}
        if rows:
            body["sheets"] = [{"properties": {"title": name[:100], "gridProperties": grid}}]
        made = self.sheets.create(caller, body, {**columns, "owner": "" if columns.get("drive") else caller})
        file_id = str(made["spreadsheetId"])
        if rows:
            doc = self.sheets.open(file_id, caller, write=True)
            self.sheets.write_values(doc, caller, "A1", rows)
        if times:
            self.files.put(file_id, **times)
        return self.again(file_id)

    def _shortcut(self, meta: Json, caller: str, columns: Json) -> Json:
        target_id = meta.get("shortcutDetails", {}).get("targetId")
        if not isinstance(target_id, str):
            raise bad("A shortcut must have a target.", "shortcutDetails.targetId")
        target = self.open(target_id, caller)
        meta["shortcutDetails"] = {"targetId": target.id, "targetMimeType": target.mime_type}
        return metadata.columns_of({**meta, "name": columns["name"]}, caller.lower())

    def place(self, meta: Json, caller: str, *, all_drives: bool) -> Place:
        """Where a new file shall lie."""
        parents = meta.get("parents") or ["root"]
        if len(parents) > 1:
            raise DriveError(403, "cannotAddParent", "Increasing the number of parents is not allowed")
        folder = self.open(parents[0], caller, all_drives=all_drives)
        check_folder(self.files, folder, caller)
        return Place(folder.id, folder.drive, "" if folder.drive else caller.lower())

    def again(self, file_id: str) -> File:
        """The record of a file as it is now."""
        file = self.files.get(file_id)
        if file is None:
            raise not_found(file_id)
        return file


def _in_pieces(data: Content) -> Iterable[bytes]:
    return [data] if isinstance(data, bytes) else data


def is_service(email: str) -> bool:
    """Whether an address is a service account's, which has no storage."""
    return email.lower().endswith(".gserviceaccount.com")

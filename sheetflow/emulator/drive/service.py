"""Drive's files in process: create, change, move, copy, delete; the routes stand on these methods."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.drive import meta as metadata
from sheetflow.emulator.drive.blobs import Blob, Incoming
from sheetflow.emulator.drive.errors import DriveError, bad, insufficient, no_storage
from sheetflow.emulator.drive.export import IMPORTS, imported
from sheetflow.emulator.drive.operations import Operations
from sheetflow.emulator.drive.picture import capabilities, rank
from sheetflow.emulator.drive.placing import Place, moved
from sheetflow.emulator.drive.proposals import Proposals
from sheetflow.emulator.drive.sharing import Sharing
from sheetflow.emulator.drive.shelf import Shelf, is_service
from sheetflow.emulator.files import NATIVE, SPREADSHEET, File, root_id
from sheetflow.emulator.wire import Json

if TYPE_CHECKING:
    from sheetflow.emulator.couriers import Courier
    from sheetflow.emulator.sheets.service import SheetsService

_PERSONAL = {"starred"}
_COPIED = ("description", "properties", "appProperties")


class Drive(Shelf):
    """All files of the workspace, and all that can be done with them.

    Attributes:
        sharing: permissions.
        proposals: who asks for access.
        operations: downloads that were asked for.
    """

    def __init__(self, sheets: SheetsService, courier: Courier, pause: Callable[[], float]) -> None:
        super().__init__(sheets, courier, pause)
        self.sharing = Sharing(self)
        self.proposals = Proposals(self, self.sharing)
        self.operations = Operations(self.files)

    def change(
        self,
        file_id: str,
        caller: str,
        body: Any,
        content: Incoming | None = None,
        media_type: str = "",
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        all_drives: bool = True,
    ) -> File:
        """`files.update`: other metadata, another folder, other content, or all of it.

        Args:
            file_id: the file.
            caller: who changes it.
            body: a File, patched in.
            content: what was uploaded.
            media_type: its MIME type.
            add: folders to put it into.
            remove: folders to take it out of.
            all_drives: `supportsAllDrives`.

        Raises:
            DriveError: 400, 403 or 404, as Google refuses it.
        """
        meta = metadata.checked(body, new=False)
        add, remove = list(add), list(remove)
        personal = set(meta) <= _PERSONAL and content is None and not add and not remove
        file = self.open(file_id, caller, "reader" if personal else "writer", all_drives=all_drives)
        if file.id in (file.drive, root_id(file.owner)) and (add or remove or "trashed" in meta):
            raise insufficient()
        columns = metadata.columns_of(meta, caller.lower(), file)
        if "trashed" in meta:
            columns.update(self._trashing(file, caller, columns, trashed=meta["trashed"]))
        place = self._moved(file, caller, add, remove, all_drives=all_drives) if add or remove else None
        with self.channels.as_one():
            if content is not None and file.is_native:
                self._convert(file, caller, content, media_type)
                content = None
            if file.mime_type == SPREADSHEET and "name" in columns:
                self.sheets.rename(file.id, caller, columns.pop("name"))
            with ExitStack() as stack:
                stack.enter_context(self.contents.lock)
                stack.enter_context(self.files.store.write())
                if place is not None:
                    stack.enter_context(self.changes.departing(file))
                    self._put_into(file, place)
                kind = meta.get("mimeType") or media_type or file.mime_type
                if content is not None:
                    name = meta.get("originalFilename") or columns.get("name") or file.name
                    columns.update(self.contents.add(file.id, content, kind, name, caller.lower()))
                elif "mimeType" in meta and not file.is_native and not kind.startswith(NATIVE):
                    columns["mime_type"] = kind
                if content is not None or set(meta) - {*_PERSONAL, "trashed"}:
                    columns = {"modified": self.files.stamp(), "by": caller.lower(), **columns}
                if columns:
                    self.files.put(file.id, **columns)
        if place is not None and file.mime_type == SPREADSHEET and place.owner != file.owner:
            self.sheets.reowned(file.id, place.owner)
        return self.again(file.id)

    def _convert(self, file: File, caller: str, content: Incoming, media_type: str) -> None:
        """Put a table into a spreadsheet: in place of all that was there, on its first sheet alone."""
        if file.mime_type != SPREADSHEET or media_type not in IMPORTS:
            raise bad("The requested conversion is not supported.", "convertTo")
        lines = imported(b"".join(content.pieces()), media_type)
        doc = self.sheets.open(file.id, caller, write=True)
        first, *others = [sheet.sheet_id for sheet in doc.book.sheets]
        grid = {"rowCount": max(1000, len(lines)), "columnCount": max(26, *map(len, lines), 0)}
        properties = {"sheetId": first, "gridProperties": grid}
        mask = "gridProperties.rowCount,gridProperties.columnCount"
        requests: list[Json] = [{"deleteSheet": {"sheetId": one}} for one in others]
        requests.append({"updateCells": {"range": {"sheetId": first}, "fields": "*"}})
        requests.append({"updateSheetProperties": {"properties": properties, "fields": mask}})
        self.sheets.batch_update(doc, caller, {"requests": requests})
        self.sheets.write_values(doc, caller, doc.book.sheet(first).whole(), lines)

    def _trashing(self, file: File, caller: str, columns: Json, *, trashed: bool) -> Json:
        if not capabilities(file, self.files.role(file.id, caller))["canTrash"]:
            raise insufficient()
        if not trashed:
            return {"trashed": ""}
        more = {**json.loads(columns.get("more", file.more)), "trashedBy": caller.lower()}
        return {"trashed": file.trashed or self.files.stamp(), "more": json.dumps(more, ensure_ascii=False)}

    def _moved(
        self, file: File, caller: str, add: list[str], remove: list[str], *, all_drives: bool
    ) -> Place:
        def opened(one: str) -> File:
            return self.open(one, caller, all_drives=all_drives)

        gone = {self.files.root(caller) if one == "root" else one for one in remove}
        place = moved(self.files, file, caller, [opened(one) for one in add], gone)
        if place.owner != file.owner and is_service(place.owner) and not file.is_folder:
            raise no_storage()
        return place

    def _put_into(self, file: File, place: Place) -> None:
        """Move a file, and tell all that lies in it of another owner or drive; inside a transaction."""
        self.files.put(file.id, **place.columns())
        if place.drive != file.drive:
            for one in self.files.below(file.id):
                self.files.put(one.id, drive=place.drive, owner=place.owner)
                for permission in self.files.permissions(one.id):
                    if permission.role == "owner" or permission.email == place.owner:
                        self.files.revoke(one.id, permission.id)
                if place.owner:
                    self.files.share(one.id, place.owner, "owner")

    def copy(self, file_id: str, caller: str, body: Any, *, all_drives: bool = True) -> File:
        """`files.copy`: a file of the caller's with the same content.

        Raises:
            DriveError: 403 for a folder, or for a service account outside of a shared drive; 400, 404.
        """
        file = self.open(file_id, caller, all_drives=all_drives)
        if file.is_folder or not self.may_take(file, caller):
            raise DriveError(403, "cannotCopyFile", "This file cannot be copied by the user.")
        given = metadata.checked(body, new=True)
        meta: Json = {name: file.extra[name] for name in _COPIED if name in file.extra}
        meta.update({"name": f"Copy of {file.name}", **given})
        if "parents" not in given and rank(self.files.role(file.parent, caller)) >= rank("writer"):
            meta["parents"] = [file.parent]
        if file.mime_type != SPREADSHEET:
            with self.contents.lock:
                file = self.again(file.id)
                blob = Blob(file.blob, file.size, file.md5, file.sha1) if file.blob else None
                meta.setdefault("mimeType", file.mime_type)
                return self.make(caller, meta, blob, file.mime_type, all_drives=all_drives)
        where = self.place(meta, caller, all_drives=all_drives)
        if is_service(caller) and not where.drive:
            raise no_storage()
        columns: Json = {**metadata.columns_of(meta, caller.lower()), **where.columns(), "owner": where.owner}
        return self.again(self.sheets.duplicate(file.id, caller, columns.pop("name"), columns))

    def may_take(self, file: File, caller: str) -> bool:
        """Whether somebody may copy, download and export a file's content."""
        role = self.files.role(file.id, caller)
        if rank(role) < rank("writer") and self.drives.restricts(file.drive, "copyRequiresWriterPermission"):
            return False
        return file.is_folder or bool(capabilities(file, role)["canDownload"])

    def delete(self, file_id: str, caller: str, *, all_drives: bool = True) -> None:
        """`files.delete`: for good, a folder with all in it that is the caller's.

        What others own in the folder goes to their My Drive.

        Raises:
            DriveError: 403 for who may not, 404.
        """
        file = self.open(file_id, caller, all_drives=all_drives)
        allowed = capabilities(file, self.files.role(file.id, caller))["canDelete"]
        if not allowed or file.id in (file.drive, root_id(file.owner)):
            raise insufficient()
        self.erase(file)

    def erase(self, file: File) -> None:
        """Delete a file, and what lies in it and has the same owner, without asking."""
        with self.channels.as_one():
            self._erase(file)

    def _erase(self, file: File) -> None:
        inside = self.files.below(file.id)
        gone = [one for one in inside if one.owner == file.owner]
        folders = {one.id for one in gone}
        with self.files.store.write():
            for one in inside:
                if one.owner != file.owner and one.parent in folders:
                    self.files.put(one.id, parent=self.files.root(one.owner))
            self.changes.leave(file, gone)
        for one in sorted(
            gone, key=lambda one: one.id == file.id
        ):  # the folder last: a second try finds the rest
            if one.mime_type == SPREADSHEET:
                self.sheets.remove(one.id)
            else:
                self.files.remove(one.id)
            self.contents.drop(self.contents.of(one) if not one.is_native else ())

    def empty_trash(self, caller: str, drive_id: str = "") -> None:
        """`files.emptyTrash`: delete all that the caller put into the trash, or what lies in a drive's.

        Raises:
            DriveError: 403 for a drive that the caller does not manage, 404.
        """
        if drive_id:
            self.open(drive_id, caller, "organizer")
        for file in self.files.visible_to(caller):
            mine = file.drive == drive_id if drive_id else file.owner == caller.lower()
            if mine and file.trashed and self.files.get(file.id) is not None:
                self.erase(file)

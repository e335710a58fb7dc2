"""Where uploaded files go: folders and files of Drive that belong to the form's owner.

`<form> (File responses)/<question> (File responses)/<file> - <respondent>.<ending>`, beside the form itself;
the folder of a question stands in its `folderId`. Source: Google's help page on file questions.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol

from sheetflow.emulator.files import FOLDER
from sheetflow.emulator.forms.answers import type_of
from sheetflow.emulator.wire import Json

if TYPE_CHECKING:
    from sheetflow.emulator.drive.service import Drive
    from sheetflow.emulator.files import File
    from sheetflow.emulator.forms.answers import Upload

FOLDER_NAME = "{} (File responses)"


class Uploads(Protocol):
    """What Drive does for forms."""

    def folder(self, owner: str, name: str, parent: str | None) -> str:
        """The id of the owner's folder of that name in `parent`; it is made where it is missing."""

    def has_folder(self, folder: str) -> bool:
        """Whether there is such a folder, not in the trash."""

    def store(self, owner: str, folder: str, name: str, mime_type: str, data: bytes) -> str:
        """Put a file into a folder; returns its id."""


class DriveUploads:
    """The emulated Drive.

    Args:
        drive: gives all files; asked at each call.
    """

    def __init__(self, drive: Callable[[], Drive]) -> None:
        self._drive = drive

    def folder(self, owner: str, name: str, parent: str | None) -> str:
        """The id of the owner's folder of that name in `parent`; it is made where it is missing."""
        files = self._drive().files
        found = files.store.read(
            "SELECT id FROM files WHERE parent = ? AND name = ? AND mime_type = ? AND trashed = ''",
            (parent or files.root(owner), name, FOLDER),
        )
        if found:
            return str(found[0][0])
        return self._drive().create(owner, name, FOLDER, parents=[parent] if parent else [])

    def has_folder(self, folder: str) -> bool:
        """Whether there is such a folder, not in the trash."""
        files = self._drive().files
        return files.get(folder) is not None and not files.in_trash(folder)

    def store(self, owner: str, folder: str, name: str, mime_type: str, data: bytes) -> str:
        """Put a file into a folder; returns its id."""
        return self._drive().create(owner, name, mime_type, data, [folder])


def question_folder(uploads: Uploads, file: File, form_title: str, title: str) -> str:
    """The folder for the files of a question, beside the form's file; returns its id."""
    top = uploads.folder(file.owner, FOLDER_NAME.format(form_title or file.name), file.parent or None)
    return uploads.folder(file.owner, FOLDER_NAME.format(title), top)


def stored(uploads: Uploads, owner: str, folder: str, upload: Upload, person: str) -> Json:
    """Keep a file that a respondent sent; returns its FileUploadAnswer."""
    name = stored_name(upload.name, person)
    mime_type = type_of(upload.name, upload.mime_type)
    file_id = uploads.store(owner, folder, name, mime_type, upload.data)
    return {"fileId": file_id, "fileName": name, "mimeType": mime_type}


def stored_name(name: str, person: str) -> str:
    """The name of a file in Drive: the one that it came with, without folders, and whose it is."""
    bare = PurePosixPath(name.replace("\\", "/").replace("\0", "")).name or "file"
    who = person.partition("@")[0]
    if not who:
        return bare
    ending = PurePosixPath(bare).suffix
    return f"{bare.removesuffix(ending)} - {who}{ending}"

"""`files.download`: an operation that is asked after, and ends with an address to download from.

An operation lives for a day, and is its caller's. Source: Google's guide on downloading and exporting files.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote

from sheetflow.emulator.drive.errors import DriveError, invalid_value
from sheetflow.emulator.drive.export import XLSX, check_export
from sheetflow.emulator.files import File, Files
from sheetflow.emulator.wire import Json

LIFE = timedelta(days=1)
_TYPES = "type.googleapis.com/google.apps.drive.v3."


class Operations:
    """All operations."""

    def __init__(self, files: Files) -> None:
        self._files = files
        files.store.ensure(
            "CREATE TABLE IF NOT EXISTS drive_operations (name TEXT PRIMARY KEY, caller TEXT NOT NULL,"
            " at TEXT NOT NULL, response TEXT NOT NULL) WITHOUT ROWID"
        )

    def download(self, file: File, caller: str, root: str, mime_type: str, revision: str) -> Json:
        """Begin a download; returns the operation, which is not done yet.

        Args:
            file: the file, which the caller may download.
            caller: e-mail address.
            root: the address before the file's id.
            mime_type: what a Docs editors file becomes; "" for the usual kind.
            revision: id of a revision of a file with bytes; "" for the last.

        Raises:
            DriveError: 400 for a kind that the file cannot become, 403 for a file without content.
        """
        address = f"{root}/{file.id}"
        if file.is_native:
            check_export(file, mime_type or XLSX)
            address += f"/export?mimeType={quote(mime_type or XLSX, safe='')}"
        elif mime_type:
            message = "The mimeType parameter can only be set for Google Workspace documents."
            raise invalid_value("mimeType", message)
        else:
            address += (f"/revisions/{revision}" if revision else "") + "?alt=media"
        response = {
            "@type": f"{_TYPES}DownloadFileResponse",
            "downloadUri": address,
            "partialDownloadAllowed": not file.is_native,
        }
        name = secrets.token_urlsafe(48)
        with self._files.store.write() as connection:
            row = (name, caller, self._files.stamp(), json.dumps(response))
            connection.execute("INSERT INTO drive_operations VALUES (?, ?, ?, ?)", row)
        return {"name": name, "metadata": _METADATA}

    def get(self, name: str, caller: str) -> Json:
        """An operation, which is done by now.

        Raises:
            DriveError: 404 for another's, one that never was, or one of yesterday.
        """
        rows = self._files.store.read(
            "SELECT at, response FROM drive_operations WHERE name = ? AND caller = ?", (name, caller)
        )
        if not rows or self._files.now() - datetime.fromisoformat(rows[0][0]) >= LIFE:
            raise DriveError(404, "notFound", f"Operation not found: {name}.", "name")
        return {"name": name, "metadata": _METADATA, "done": True, "response": json.loads(rows[0][1])}


_METADATA = {"@type": f"{_TYPES}DownloadFileMetadata"}

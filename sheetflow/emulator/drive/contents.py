"""The contents of files over time: revisions, and the bytes that they share.

Every content that was uploaded is a revision; the last one is the head. A content that no revision needs is
deleted from disk. Docs editors files have no bytes: their one revision is their state now.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sheetflow.emulator.drive.blobs import Blob, Blobs, Incoming
from sheetflow.emulator.drive.errors import DriveError
from sheetflow.emulator.drive.export import FORMATS
from sheetflow.emulator.drive.picture import user_of
from sheetflow.emulator.files import SPREADSHEET, File, Files
from sheetflow.emulator.wire import Json


@dataclass(frozen=True)
class Revision:
    """One content of a file; `at` and `by` tell when and by whom it came, `keep` that it is kept for good."""

    file: str
    id: str
    at: str
    by: str
    blob: str
    size: int
    md5: str
    sha1: str
    mime_type: str
    name: str
    keep: bool = False


_COLUMNS = tuple(field.name for field in fields(Revision))


class Contents:
    """All revisions.

    Args:
        files: the records of files.
        blobs: the bytes.
    """

    def __init__(self, files: Files, blobs: Blobs) -> None:
        self._files = files
        self._blobs = blobs
        # Held from a content's being named to its being referred to, and from its last reference's end to its
        # deletion: so no content is deleted that somebody is just about to refer to.
        self.lock = threading.RLock()
        files.store.ensure(
            "CREATE TABLE IF NOT EXISTS revisions (file TEXT NOT NULL, id TEXT NOT NULL, at TEXT NOT NULL,"
            " by TEXT NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL, md5 TEXT NOT NULL,"
            " sha1 TEXT NOT NULL, mime_type TEXT NOT NULL, name TEXT NOT NULL, keep INTEGER NOT NULL,"
            " PRIMARY KEY (file, id))",
            "CREATE INDEX IF NOT EXISTS revisions_blob ON revisions (blob)",
        )

    def add(self, file_id: str, content: Incoming | Blob, mime_type: str, name: str, by: str) -> Json:
        """Keep a content as a file's head revision, inside a transaction that holds `lock`.

        Returns:
            The columns of the file's record that follow from it.
        """
        blob = content.keep() if isinstance(content, Incoming) else content
        identifier = "0B" + secrets.token_urlsafe(33)[:43] + "PQ"
        revision = Revision(
            file_id,
            identifier,
            self._files.stamp(),
            by,
            blob.blob,
            blob.size,
            blob.md5,
            blob.sha1,
            mime_type,
            name,
        )
        marks = ", ".join("?" * len(_COLUMNS))
        with self._files.store.write() as connection:
            connection.execute(
                f"INSERT INTO revisions ({', '.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608 - our names
                [getattr(revision, column) for column in _COLUMNS],
            )
        return {
            "blob": blob.blob,
            "size": blob.size,
            "md5": blob.md5,
            "sha1": blob.sha1,
            "head": identifier,
            "mime_type": mime_type,
        }

    def of(self, file: File) -> list[Revision]:
        """A file's revisions, the oldest first."""
        if file.is_native:
            by = file.by or file.owner
            only = Revision(
                file.id, str(file.version), file.modified, by, "", 0, "", "", file.mime_type, file.name
            )
            return [only]
        rows = self._files.store.read(
            f"SELECT {', '.join(_COLUMNS)} FROM revisions WHERE file = ? ORDER BY at, rowid",  # noqa: S608
            (file.id,),
        )
        return [Revision(**{**dict(zip(_COLUMNS, row, strict=True)), "keep": bool(row[-1])}) for row in rows]

    def one(self, file: File, identifier: str) -> Revision:
        """A revision by its id; `head` is the last one.

        Raises:
            DriveError: 404.
        """
        revisions = self.of(file)
        if identifier == "head" and revisions:
            return revisions[-1]
        for revision in revisions:
            if revision.id == identifier:
                return revision
        raise DriveError(404, "notFound", f"Revision not found: {identifier}.", "revisionId")

    def keep_forever(self, revision: Revision, *, keep: bool) -> None:
        """Mark a revision."""
        with self._files.store.write() as connection:
            connection.execute(
                "UPDATE revisions SET keep = ? WHERE file = ? AND id = ?", (keep, revision.file, revision.id)
            )

    def drop(self, revisions: Iterable[Revision]) -> None:
        """Delete revisions, and the bytes that nothing needs then."""
        with self.lock:
            gone = list(revisions)
            with self._files.store.write() as connection:
                pairs = [(revision.file, revision.id) for revision in gone]
                connection.executemany("DELETE FROM revisions WHERE file = ? AND id = ?", pairs)
            for name in {revision.blob for revision in gone} - {""}:
                if not self._files.store.read("SELECT 1 FROM revisions WHERE blob = ? LIMIT 1", (name,)):
                    self._blobs.drop(name)


def revision_of(revision: Revision, caller: str) -> Json:
    """A Revision as JSON."""
    body: dict[str, Any] = {
        "kind": "drive#revision",
        "id": revision.id,
        "mimeType": revision.mime_type,
        "modifiedTime": revision.at,
        "keepForever": revision.keep,
        "published": False,
    }
    if revision.by:
        body["lastModifyingUser"] = user_of(revision.by, caller)
    if revision.blob:
        body.update(md5Checksum=revision.md5, size=str(revision.size), originalFilename=revision.name)
    if revision.mime_type == SPREADSHEET:
        address = f"https://docs.google.com/spreadsheets/export?id={revision.file}&revision={revision.id}"
        body["exportLinks"] = {kind: f"{address}&exportFormat={ending}" for kind, ending in FORMATS.items()}
    return body

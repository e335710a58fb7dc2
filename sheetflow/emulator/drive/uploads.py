"""Resumable uploads: sessions that live on disk, so that an upload goes on after a broken line or a restart.

What has come is the size of the part file, in whole blocks of 256 KiB until the last byte is there; a
client that lost its line asks for it (`Content-Range: bytes */N`) and is told by `Range`. A session lives for
a week.
Source: Google's guide on resumable uploads; the sentences of refusals from reports of users.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sheetflow.emulator.drive.blobs import Blobs
from sheetflow.emulator.drive.errors import DriveError
from sheetflow.emulator.files import Files
from sheetflow.emulator.wire import Json

BLOCK = 256 * 1024
_LIFE = timedelta(weeks=1)
_RANGE = re.compile(
    r"bytes (?:(?P<all>\*)|(?P<first>\d{1,18})-(?P<last>\d{1,18}))/(?:(?P<total>\d{1,18})|\*)"
)


@dataclass(frozen=True)
class Upload:
    """A session.

    Attributes:
        caller: who began it; its address is the key, so further requests need no token.
        target: id of the file that gets the content; "" for a new file.
        body: the File of the first request.
        media_type: MIME type of what is uploaded.
        file: id of the file that came of it; "" until then.
    """

    id: str
    caller: str
    target: str
    body: Json
    media_type: str
    started: str
    file: str


@dataclass(frozen=True)
class Span:
    """What a request says of its bytes: `first` is None when it only asks; `total` is None when unknown."""

    first: int | None
    length: int
    total: int | None


class Uploads:
    """All sessions."""

    def __init__(self, files: Files, blobs: Blobs) -> None:
        self._files = files
        self._blobs = blobs
        self._locks: dict[str, threading.Lock] = {}
        files.store.ensure(
            "CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY, caller TEXT NOT NULL,"
            " target TEXT NOT NULL, body TEXT NOT NULL, media_type TEXT NOT NULL, started TEXT NOT NULL,"
            " file TEXT NOT NULL) WITHOUT ROWID"
        )

    def start(self, caller: str, target: str, body: Any, media_type: str) -> str:
        """Begin a session; returns its id."""
        identifier = secrets.token_urlsafe(48)
        row = (identifier, caller, target, json.dumps(body), media_type, self._files.stamp(), "")
        with self._files.store.write() as connection:
            connection.execute("INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return identifier

    def get(self, identifier: str) -> Upload:
        """A session.

        Raises:
            DriveError: 404 for one that never was, or is over.
        """
        rows = self._files.store.read("SELECT * FROM uploads WHERE id = ?", (identifier,))
        if rows:
            key, caller, target, body, media_type, started, file = rows[0]
            upload = Upload(key, caller, target, json.loads(body), media_type, started, file)
            if self._files.now() - datetime.fromisoformat(upload.started) < _LIFE:
                return upload
            self.cancel(identifier)
        raise DriveError(404, "notFound", "Upload session not found; it may have expired.", "upload_id")

    def lock(self, identifier: str) -> threading.Lock:
        """Held while a request of a session is served."""
        return self._locks.setdefault(identifier, threading.Lock())

    def received(self, upload: Upload) -> int:
        """How many bytes are kept."""
        return self._blobs.part_size(upload.id)

    def receive(self, upload: Upload, span: Span, pieces: Iterable[bytes]) -> bool:
        """Take the bytes of a request; True when the content is whole now.

        Bytes that are there already are passed over. A request that was cut off keeps what came of it.

        Raises:
            DriveError: 400 for a chunk that is too small, leaves a gap, or goes beyond the end.
        """
        have = self.received(upload)
        if span.first is not None:
            self._check(span, have)
            self._blobs.extend(upload.id, _without(pieces, have - span.first))
            have = self.received(upload)
        whole = have == span.total
        if not whole:
            self._blobs.shorten(upload.id, have - have % BLOCK)
        return whole

    @staticmethod
    def _check(span: Span, have: int) -> None:
        first = span.first or 0
        final = span.total is not None and first + span.length >= span.total
        if span.length < BLOCK and not final:
            raise _refused(
                "Invalid request. The number of bytes uploaded is required to be equal or greater than"
                f" {BLOCK}, except for the final request (it's recommended to be the exact multiple of"
                f" {BLOCK}). The received request contained {span.length} bytes, which does not meet this"
                " requirement."
            )
        if first > have:
            raise _refused(
                f"Invalid request. According to the Content-Range header, the upload offset is {first}"
                f" byte(s), which exceeds already uploaded size of {have} byte(s)."
            )
        if span.total is not None and first + span.length > span.total:
            raise _refused("Invalid request. The Content-Range header goes beyond the end of the content.")

    def finished(self, upload: Upload, file_id: str) -> None:
        """Note what came of a session; its bytes have their place now."""
        with self._files.store.write() as connection:
            connection.execute("UPDATE uploads SET file = ? WHERE id = ?", (file_id, upload.id))
        self._blobs.forget(upload.id)
        self._locks.pop(upload.id, None)

    def cancel(self, identifier: str) -> None:
        """Forget a session and its bytes."""
        with self._files.store.write() as connection:
            connection.execute("DELETE FROM uploads WHERE id = ?", (identifier,))
        self._blobs.forget(identifier)
        self._locks.pop(identifier, None)


def span_of(header: str | None, length: int) -> Span:
    """What a `Content-Range` says; without one, the request holds the whole content.

    Raises:
        DriveError: 400 for what is no such header, or does not fit the body's length.
    """
    if header is None:
        return Span(0, length, length)
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        raise _refused("Failed to parse Content-Range header.")
    total = int(match["total"]) if match["total"] else None
    if match["all"]:
        return Span(None, 0, total)
    first, last = int(match["first"]), int(match["last"])
    if last < first:
        raise _refused("Failed to parse Content-Range header.")
    return Span(first, last - first + 1, total)


def _without(pieces: Iterable[bytes], count: int) -> Iterable[bytes]:
    """The pieces without the first `count` bytes."""
    for piece in pieces:
        if count < len(piece):
            yield piece[max(count, 0) :]
        count -= len(piece)


def _refused(message: str) -> DriveError:
    return DriveError(400, "badRequest", message)

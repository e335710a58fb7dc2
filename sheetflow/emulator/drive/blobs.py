"""The bytes of files, on disk beside the database: one file per content, named by its SHA-256.

What comes in is written to a part file while it is hashed, a piece at a time, so that a file may be larger
than the memory; it gets its name when it is whole. A process killed in between leaves a part file, which is
swept away at the next start, unless it belongs to a resumable upload.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PIECE = 256 * 1024


@dataclass(frozen=True)
class Blob:
    """Some content: `blob` is its SHA-256, which is its name too; all hashes are in hex."""

    blob: str
    size: int
    md5: str
    sha1: str


class Incoming:
    """Content that is being written. Use it in a `with` block: what was not kept by its end is gone."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._path = path
        self._folder = folder
        self._file: BinaryIO = path.open("wb")
        self._hashes = (
            hashlib.sha256(),
            hashlib.md5(usedforsecurity=False),
            hashlib.sha1(usedforsecurity=False),
        )
        self._size = 0

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        """Take one more piece."""
        for one in self._hashes:
            one.update(piece)
        self._size += len(piece)
        self._file.write(piece)

    def pieces(self) -> Iterator[bytes]:
        """What has come so far."""
        self._file.flush()
        return Reading(self._path.open("rb"))

    def keep(self) -> Blob:
        """The content is whole: give it its name."""
        self._file.close()
        sha256, md5, sha1 = (one.hexdigest() for one in self._hashes)
        self._path.replace(self._folder / sha256)
        return Blob(sha256, self._size, md5, sha1)


class Blobs:
    """All contents.

    Args:
        folder: the emulator's folder; `blobs` and `uploads` are made in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "blobs"
        self._uploads = folder / "uploads"
        for one in (self._folder, self._uploads):
            one.mkdir(exist_ok=True)
        for left in self._folder.glob("*.part"):
            left.unlink()

    def incoming(self) -> Incoming:
        """A place for content to come."""
        return Incoming(self._folder / f"{secrets.token_hex(16)}.part", self._folder)

    def store(self, pieces: Iterable[bytes]) -> Blob:
        """Keep content that comes in pieces."""
        with self.incoming() as place:
            for piece in pieces:
                place.write(piece)
            return place.keep()

    def size(self, name: str) -> int:
        """The size of a content, in bytes."""
        return (self._folder / name).stat().st_size

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to, but not with, `stop`, a piece at a time.

        The content is opened at once: what is deleted while it is read is read to its end.
        """
        file = (self._folder / name).open("rb")
        file.seek(start)
        return Reading(file, None if stop is None else stop - start)

    def drop(self, name: str) -> None:
        """Delete a content that nothing refers to any more."""
        (self._folder / name).unlink(missing_ok=True)

    # Parts of resumable uploads

    def part_size(self, upload: str) -> int:
        """How many bytes of an upload are on disk."""
        with contextlib.suppress(FileNotFoundError):
            return (self._uploads / upload).stat().st_size
        return 0

    def extend(self, upload: str, pieces: Iterable[bytes]) -> None:
        """Write further bytes of an upload to disk."""
        with (self._uploads / upload).open("ab") as file:
            for piece in pieces:
                file.write(piece)

    def shorten(self, upload: str, size: int) -> None:
        """Forget the bytes of an upload after the first `size`."""
        if self.part_size(upload) > size:
            os.truncate(self._uploads / upload, size)

    def part(self, upload: str) -> Iterator[bytes]:
        """The bytes of an upload that are on disk."""
        path = self._uploads / upload
        return Reading(path.open("rb")) if path.exists() else iter(())

    def forget(self, upload: str) -> None:
        """Delete what an upload brought."""
        (self._uploads / upload).unlink(missing_ok=True)


class Reading:
    """What can be read from a file, a piece at a time, up to `limit` bytes; the file is closed at the end.

    An answer that nobody takes is closed before its end, perhaps before its first piece: so there is `close`.
    """

    def __init__(self, file: BinaryIO, limit: int | None = None) -> None:
        self._file, self._left = file, limit

    def __iter__(self) -> Reading:
        return self

    def __next__(self) -> bytes:
        size = PIECE if self._left is None else min(PIECE, self._left)
        piece = b"" if self._file.closed else self._file.read(size)
        if not piece:
            self.close()
            raise StopIteration
        if self._left is not None:
            self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Read no further."""
        self._file.close()

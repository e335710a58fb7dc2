"""`multipart/related` bodies, read from a stream: metadata first, then the content, which may be large.

Source: RFC 2387 and RFC 2046; Google's guide on multipart uploads.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from email.message import Message
from email.parser import HeaderParser

from sheetflow.emulator.drive.errors import DriveError

_HEAD_MAX = 64 * 1024
METADATA_MAX = 4 * 1024 * 1024


class Parts:
    """The parts of a body, in order; each is read to its end before the next.

    Args:
        boundary: from the Content-Type.
        pieces: the body.
    """

    def __init__(self, boundary: str, pieces: Iterable[bytes]) -> None:
        first = b"\n--" + boundary.encode()
        self._source = iter(pieces)
        self._buffer = b"\n"  # so that the first boundary looks like the others
        self._mark = first
        for _ in self._until_mark():  # the preamble means nothing
            pass
        self._need(2)
        # Google's own client parts lines by LF alone, against the letter of MIME.
        self._line = b"\n" if self._buffer.startswith(b"\n") else b"\r\n"
        self._mark = self._line.removesuffix(b"\n") + first

    def next(self) -> tuple[Message, Iterator[bytes]]:
        """The headers of the next part, and its bytes.

        Raises:
            DriveError: 400 when there is none.
        """
        self._need(2)
        if self._buffer.startswith(b"--"):
            raise malformed()
        blank = self._line * 2
        while blank not in self._buffer:
            if len(self._buffer) > _HEAD_MAX or not self._more():
                raise malformed()
        head, _, self._buffer = self._buffer.partition(blank)
        headers = HeaderParser().parsestr(head.strip().decode("utf-8", "replace"))
        return headers, _decoded(headers, self._until_mark())

    def _until_mark(self) -> Iterator[bytes]:
        while (at := self._buffer.find(self._mark)) < 0:
            keep = len(self._mark) - 1
            if len(self._buffer) > keep:
                piece, self._buffer = self._buffer[:-keep], self._buffer[-keep:]
                yield piece
            if not self._more():
                raise malformed()
        piece, self._buffer = self._buffer[:at], self._buffer[at + len(self._mark) :]
        if piece:
            yield piece

    def _more(self) -> bool:
        piece = next(self._source, b"")
        self._buffer += piece
        return bool(piece)

    def _need(self, count: int) -> None:
        while len(self._buffer) < count:
            if not self._more():
                raise malformed()


def _decoded(headers: Message, pieces: Iterator[bytes]) -> Iterator[bytes]:
    coding = str(headers.get("Content-Transfer-Encoding", "binary")).strip().lower()
    return _from_base64(pieces) if coding == "base64" else pieces


def _from_base64(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    try:
        for piece in pieces:
            rest += re.sub(rb"\s", b"", piece)
            whole = len(rest) - len(rest) % 4
            yield base64.b64decode(rest[:whole], validate=True)
            rest = rest[whole:]
        yield base64.b64decode(rest, validate=True)
    except binascii.Error as error:
        raise malformed() from error


def boundary_of(content_type: str) -> str:
    """The boundary that a Content-Type names.

    Raises:
        DriveError: 400 when it is no multipart type with a boundary.
    """
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_maintype() != "multipart" or not isinstance(boundary, str) or not boundary:
        raise malformed()
    return boundary


def small(pieces: Iterable[bytes], limit: int = METADATA_MAX) -> bytes:
    """All bytes of a part that has to be small.

    Raises:
        DriveError: 400 for more than `limit` bytes.
    """
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > limit:
            raise malformed()
    return bytes(data)


def pour(pieces: Iterable[bytes], write: Callable[[bytes], None]) -> None:
    """Write all pieces."""
    for piece in pieces:
        write(piece)


def malformed() -> DriveError:
    """400 for a body that is no multipart body."""
    return DriveError(400, "badContent", "Malformed multipart body.")

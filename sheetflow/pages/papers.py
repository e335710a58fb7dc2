"""Files on the pages: shown through a link to the request that they belong to, and what is handed in with it.

A file is served by what it is, told by its first bytes, never by what it is called; and as it was when it was
filed: one that was changed since is not shown as the request's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import quote

from sheetflow.app.names import clean
from sheetflow.core.company import Company
from sheetflow.core.rules.case import parties_of
from sheetflow.model.events import Upload
from sheetflow.model.people import Person
from sheetflow.model.request import Request
from sheetflow.pages.knock import Answer, Paper

MEGABYTE = 1024 * 1024
LARGEST_IN = 10
"""Megabytes of a payment order that is handed in."""
LARGEST_OUT = 20
"""Megabytes of a file that is shown: a function's answer has a limit too."""
TAKEN = ("application/pdf", "image/jpeg", "image/png")
"""What a payment order may be."""
PREVIEWED = (".pdf", ".jpg", ".jpeg", ".png", ".webp")

_BEGIN: Mapping[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
_ENDS: Mapping[str, str] = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


class ShelfPort(Protocol):
    """Where the files of requests lie."""

    def download(self, file: str) -> tuple[str, str, bytes]:
        """A file's name, MIME type and content."""
        ...


class UploadsPort(Protocol):
    """Where files are put that people hand in on a page."""

    def keep(self, key: str, name: str, kind: str, content: bytes) -> Upload:
        """Put a file where it can be filed from; with the same key it is put there once."""
        ...


def kind_of(content: bytes) -> str:
    """The MIME type that a file's first bytes tell; "" for none that browsers show.

    >>> kind_of(b"%PDF-1.7 ..."), kind_of(b"<html>")
    ('application/pdf', '')
    """
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for kind, begins in _BEGIN.items() if content.startswith(begins)), "")


def refused(paper: Paper) -> str:
    """Why a file is not taken as a payment order: a key of `[papers]`, "" where it is."""
    if not paper.content:
        return "empty"
    if len(paper.content) > LARGEST_IN * MEGABYTE:
        return "too_large"
    return "" if kind_of(paper.content) in TAKEN else "wrong_kind"


def keep(uploads: UploadsPort, paper: Paper, nonce: str) -> Upload:
    """Put a payment order away. The same file by the same link is put away once, however often it is sent."""
    digest = hashlib.sha256(paper.content).hexdigest()
    kind = kind_of(paper.content)
    name = clean(paper.name.rpartition("\\")[2].rpartition("/")[2]) or f"payment order{_ENDS[kind]}"
    key = hashlib.sha256(f"{nonce}\n{digest}".encode()).hexdigest()[:32]
    return uploads.keep(key, name, kind, paper.content)


def may_see(person: Person, request: Request, company: Company) -> bool:
    """Whether somebody may see a request's files: its requester, and whoever decides, pays or keeps order."""
    return bool(parties_of(person, request, company))


def file_of(request: Request, file: str) -> Mapping[str, str] | None:
    """A file of the request by its id."""
    return next((one for one in request.files if one["id"] == file), None)


class Shelf:
    """Shows files. `draw`: makes a small JPEG of a file's first page, None where it cannot."""

    def __init__(self, files: ShelfPort | None, draw: Callable[[bytes], bytes | None]) -> None:
        self.files, self.draw = files, draw

    def show(self, file: Mapping[str, str], *, small: bool) -> Answer | str:
        """The file, or a picture of its first page; a key of `[papers]` where it cannot be shown.

        Raises:
            PortError: the Drive is out of reach, or the file is gone.
        """
        if self.files is None:
            return "gone"
        _, _, content = self.files.download(file["id"])
        if hashlib.sha256(content).hexdigest() != file["sha256"]:
            return "changed"
        if small:
            picture = self.draw(content)
            return served(picture, "image/jpeg", "preview.jpg") if picture else "no_preview"
        if len(content) > LARGEST_OUT * MEGABYTE:
            return "too_large_to_show"
        return served(content, kind_of(content), file["name"])


def served(content: bytes, kind: str, name: str) -> Answer:
    """A file as it is sent: in a sandbox, where it can run nothing and reach nothing."""
    how = "inline" if kind else "attachment"
    plain = "".join(
        sign if sign.isascii() and sign.isprintable() and sign not in '"\\%' else "_" for sign in name
    )
    headers = {
        "Content-Type": kind or "application/octet-stream",
        "Content-Disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return Answer(200, content=content, headers=headers)

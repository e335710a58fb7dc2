"""The papers of the demo: made, and looked at where they have to be found again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from gspread.utils import ValueRenderOption

from sheetflow.banking.payment_qr import build
from sheetflow.core.filing import drive_file
from sheetflow.core.history import from_row
from sheetflow.errors import NotFound
from sheetflow.model.events import Event
from sheetflow.workspace.doors import Doors, File, told
from sheetflow.workspace.paper import invoice, pdf, written
from sheetflow.workspace.story_requests import PAPERS


def code_of(name: str, language: str) -> str:
    """The text of a paper's payment QR, "" for one without."""
    code = PAPERS[name].code
    return build(code[language]) if code else ""


def made(name: str, language: str) -> File:
    """A paper of the story as the PDF that is handed in."""
    paper, code = PAPERS[name], code_of(name, language)
    data = invoice(code, lines=paper.lines) if code else pdf([written(paper.lines)])
    return File(paper.name[language], data)


class Cabinet:
    """The company's folder and its History. `reader`: who looks; `history`: the title of that tab."""

    def __init__(self, doors: Doors, reader: str, history: str) -> None:
        self.doors, self.reader, self.history = doors, reader, history

    def folder(self, link: str) -> str:
        """The folder that a file lies in. Raises NotFound for a link to anything else than a file in one."""
        parents = (
            self.doors.file(self.reader, drive_file(link)).get("parents", ()) if drive_file(link) else ()
        )
        if not parents:
            raise NotFound("Drive", f"no folder holds the file at {link!r}")
        return str(parents[0])

    def path(self, folder: str) -> str:
        """A folder's name, after the names of those above it, as far up as the reader sees."""
        names: list[str] = []
        while folder:
            try:
                about = self.doors.file(self.reader, folder)
            except NotFound:
                break
            names.insert(0, str(about["name"]))
            folder = next(iter(about.get("parents", ())), "")
        return "/".join(names)

    def files(self, folder: str) -> list[Mapping[str, Any]]:
        """What lies in a folder: id, name, size, webViewLink."""
        return self.doors.files(self.reader, folder)

    def holds(self, folder: str, data: bytes) -> Mapping[str, Any] | None:
        """The file in a folder with this very content; None where there is none."""
        sized = [one for one in self.files(folder) if int(one["size"]) == len(data)]
        return next((one for one in sized if self.doors.content(self.reader, one["id"]) == data), None)

    @staticmethod
    def digest(data: bytes) -> str:
        """The hash that History has of a content: SHA-256 in hexadecimal."""
        return hashlib.sha256(data).hexdigest()

    def recorded(self, request: str, file: str, data: bytes) -> Event | None:
        """The first event of a request that holds the hash of a file's content; None where there is none."""
        digest = self.digest(data)
        rows = told(
            lambda: self.doors.tab(self.reader, self.history).get_values(
                value_render_option=ValueRenderOption.unformatted
            )
        )
        events = (from_row(row, place) for place, row in enumerate(rows[1:], start=1))
        return next(
            (
                event
                for event in events
                if event.request == request
                and any(one["id"] == file and one["sha256"] == digest for one in event.data.get("files", ()))
            ),
            None,
        )

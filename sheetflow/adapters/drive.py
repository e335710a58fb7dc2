"""The company's folder over Drive API v3 (FilesPort): files moved into the request's own folder, and read.

A service account has no storage, so nothing is ever copied: a file stays its owner's and is moved, renamed
and marked as this request's in one call. Every step looks first and can be done again: after a crash or a
lost answer the same letter goes on where it was. What is the file's own fault (its kind, its size, that it
cannot be opened) is told as a problem; what is Drive's is raised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sheetflow.adapters.folders import EVERYWHERE, LISTED, SERVICE, DriveApi, DriveFolders, quoted
from sheetflow.adapters.invoices import read_payment_qr
from sheetflow.app.names import clean, file_name, folder_name, kind_of
from sheetflow.banking.payment_qr import to_cells
from sheetflow.core.filing import COLUMNS, INVOICE, not_filed
from sheetflow.errors import AccessDenied, NotFound, PortError
from sheetflow.model.cells import Cell
from sheetflow.model.events import FiledFile, Filing
from sheetflow.model.invalid import Invalid
from sheetflow.model.snapshot import Letter

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

MEGABYTE = 1024 * 1024
LARGEST = 30
"""Megabytes of a file that is put away."""
LARGEST_READ = 35
"""Megabytes of a file that is downloaded at all."""
LARGEST_QR = 10
"""Megabytes of an invoice that is looked at for a payment QR."""
MOST_QR = 3
"""Files of one request that are looked at for it."""
WITH_QR = ("application/pdf", "image/jpeg", "image/png", "image/webp")
CLOSED = ("bank", "outgoing")
"""Folders whose files are nobody's invoice, by key."""
_FIELDS = (
    "id,name,mimeType,size,sha256Checksum,parents,trashed,appProperties,webViewLink,capabilities(canEdit)"
)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Handed:
    """A file that was handed in: what Drive knows of it, its kind, and what is wrong with it."""

    meta: Json
    kind: str = ""
    problem: str = ""
    facts: Mapping[str, str] | None = None

    @property
    def marks(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.meta.get("appProperties", {})
        return found


class DriveFiles:
    """One company's folder.

    Args:
        credentials: of an account that may write to the folder and to where files are handed in.
        api_root: None for Google, else the root of a local workspace.
        folder: the id of the company's root folder.
        title: the name of the folder below it that holds all requests, where it has to be made.
        clock: for the waits between tries.
        nonces: for their jitter.
    """

    def __init__(
        self,
        credentials: Credentials,
        api_root: str | None,
        folder: str,
        title: str,
        clock: ClockPort,
        nonces: NoncesPort,
    ) -> None:
        self.root, self.title = folder, title
        self.api = DriveApi(credentials, api_root, clock, nonces)
        self.folders = DriveFolders(self.api)

    def file(self, letter: Letter) -> Filing:
        """Put a request's files into `<title>/<year>/<month>/<id> <contractor>/`; done again it is no change.

        The facts say `files` as [id, name, MIME type] (blank where only a link is known), `month` as
        "2026-11", `contractor` (where it is blank the invoice's QR names them), and the `requester`, who may
        read the folder. A folder that the request has already is used wherever it lies, but for the trash.

        Raises:
            PortError: Drive is out of reach, or the root folder is closed; some steps may be done.
        """
        handed = [self._look_at(letter, *file) for file in _list(letter.facts.get("files"))]
        good = [one for one in handed if not one.problem]
        if not good:
            return self._told(letter, handed)
        qr = self._qr(good) if letter.template == INVOICE else {}
        folder = self._folder(letter, str(letter.facts.get("contractor") or qr.get("contractor", "")))
        names = self._names_in(folder, good)
        put = [self._put(letter, folder, one, names) for one in good]
        filed = [self._filed(one.meta) for one in put if not one.problem]
        told = self._told(letter, [*handed, *put])
        if not filed:
            return told
        shared = self._share(folder, str(letter.facts.get("requester", "")))
        problem, facts = (told.problem, told.facts) if told.problem else shared
        link = filed[0].link if len(filed) == 1 else str(folder["webViewLink"])
        return Filing(
            letter.id, letter.request, told.column, link, tuple(filed), qr, problem=problem, facts=facts
        )

    def download(self, file: str) -> tuple[str, str, bytes]:
        """A file's name, MIME type and content.

        Raises:
            NotFound: it is gone, or in the trash.
            PortError: it has no content of its own, or is larger than 35 MB.
        """
        meta = self._meta(file)
        if meta.get("trashed"):
            raise NotFound(SERVICE, f"{file} is in the trash")
        return str(meta["name"]), str(meta["mimeType"]), self._content(meta, LARGEST_READ)

    # --- one file

    def _look_at(self, letter: Letter, file: str, name: str, _mime_type: str) -> _Handed:
        try:
            meta = self._meta(file)
        except NotFound:
            return _no({"id": file, "name": name}, why="gone" if name else "not-seen")
        kind = kind_of(str(meta["mimeType"]), str(meta["name"]))
        size = int(meta.get("size", 0))
        if meta.get("trashed"):
            return _no(meta, why="in-trash")
        if not kind:
            return _no(meta, "file-type")
        if not size:
            return _no(meta, "file-empty")
        if size > LARGEST * MEGABYTE:
            return _no(meta, "file-too-large", limit=str(LARGEST))
        if not meta.get("capabilities", {}).get("canEdit", True):
            return _no(meta, why="read-only")
        return self._claimed(letter, _Handed(meta, kind), pasted=not name)

    def _claimed(self, letter: Letter, handed: _Handed, *, pasted: bool) -> _Handed:
        """Whether a file is somebody else's already: a link can be pasted to whatever the account may see."""
        own, marks = {"sf_request": letter.request, "sf_root": self.root}, handed.marks
        if "sf_request" in marks:
            mine = own.items() <= marks.items()
            return handed if mine else _no(handed.meta, why="other-request", other=marks["sf_request"])
        for parent in handed.meta.get("parents", ()) if pasted else ():
            try:
                asked = self.api.files.get(fileId=parent, fields="properties,appProperties", **EVERYWHERE)
                around = self.api.again(asked)
            except NotFound:
                continue
            theirs = around.get("appProperties", {})
            if "sf_request" in theirs and not own.items() <= theirs.items():
                return _no(handed.meta, why="other-request", other=theirs["sf_request"])
            if around.get("properties", {}).get("sf_folder") in CLOSED:
                return _no(handed.meta, why="companys")
        return handed

    def _put(self, letter: Letter, folder: Json, handed: _Handed, names: list[str]) -> _Handed:
        """Move, rename and mark a file, in one call; nothing where that was done."""
        meta, parents = handed.meta, list(handed.meta.get("parents", ()))
        marks = {"sf_request": letter.request, "sf_root": self.root, "sf_letter": letter.id}
        known = "sf_request" in handed.marks
        if known and parents == [folder["id"]]:
            return handed
        body: dict[str, Any] = {"appProperties": marks}
        if not known:
            body["name"] = file_name(letter.request, str(meta["name"]), handed.kind, names)
            names.append(body["name"])
        asked = {"fileId": meta["id"], "body": body, "fields": _FIELDS, **EVERYWHERE}
        if folder["id"] not in parents:
            asked["addParents"] = folder["id"]
        if away := [parent for parent in parents if parent != folder["id"]]:
            asked["removeParents"] = ",".join(away)
        try:
            return _Handed(self.api.again(self.api.files.update(**asked)), handed.kind)
        except AccessDenied:  # it may be edited, but the folder that it lies in is not open to the account
            return _no(meta, why="somebodys")

    def _filed(self, meta: Json) -> FiledFile:
        digest = meta.get("sha256Checksum") or hashlib.sha256(self._content(meta, LARGEST)).hexdigest()
        return FiledFile(str(meta["id"]), str(meta["name"]), str(digest), str(meta["webViewLink"]))

    def _meta(self, file: str) -> Json:
        meta: Json = self.api.again(self.api.files.get(fileId=file, fields=_FIELDS, **EVERYWHERE))
        return meta

    def _content(self, meta: Json, limit: int) -> bytes:
        """A file's bytes, no more than so many megabytes of them, whatever it grew to meanwhile."""
        size, most = int(meta.get("size", -1)), limit * MEGABYTE
        if size < 0:
            raise PortError(SERVICE, f"{meta['id']} has no content of its own")
        if size > most:
            raise PortError(SERVICE, f"{meta['id']} is larger than {limit} MB")
        if not size:
            return b""
        asked = self.api.files.get_media(fileId=meta["id"], **EVERYWHERE)
        asked.headers["Range"] = f"bytes=0-{most}"
        content: bytes = self.api.again(asked)
        if len(content) > most:
            raise PortError(SERVICE, f"{meta['id']} is larger than {limit} MB")
        return content

    def _qr(self, handed: Sequence[_Handed]) -> dict[str, Cell]:
        """What the first payment QR says; nothing where none can be read, or the libraries are not there."""
        for one in [one for one in handed if one.kind in WITH_QR][:MOST_QR]:
            if int(one.meta["size"]) > LARGEST_QR * MEGABYTE:
                continue
            try:
                code = read_payment_qr(self._content(one.meta, LARGEST_QR), one.kind)
            except (Invalid, ImportError):
                continue
            if code is not None:
                return to_cells(code)
        return {}

    # --- the folder

    def _folder(self, letter: Letter, contractor: str) -> Json:
        marks = {"appProperties": {"sf_request": letter.request, "sf_root": self.root}}
        if there := self.folders.found(marks):
            return there
        month = str(letter.facts["month"])
        place = self.folders.ensure("payments", self.title, self.root)
        for key in (month.partition("-")[0], month):
            place = self.folders.ensure(key, key, place)
        name = folder_name(letter.request, contractor)
        return self.folders.made(name, place, marks)

    def _names_in(self, folder: Json, but: Sequence[_Handed]) -> list[str]:
        """What the folder's files are called, but for those that are put into it now."""
        asked = self.api.files.list(
            q=f"{quoted(folder['id'])} in parents and trashed = false",
            pageSize=1000, fields="files(id,name)", **LISTED,
        )  # fmt: skip
        own = {one.meta["id"] for one in but}
        return [str(one["name"]) for one in self.api.again(asked).get("files", ()) if one["id"] not in own]

    def _share(self, folder: Json, requester: str) -> tuple[str, dict[str, str]]:
        """Let the requester read the folder. Gives the problem and its facts, blank for none."""
        readers = {str(one.get("emailAddress", "")).lower() for one in folder.get("permissions", ())}
        if not requester or requester.lower() in readers:
            return "", {}
        try:
            self.folders.share(str(folder["id"]), requester, "reader")
        except PortError as error:
            if error.retryable:
                raise
            return "not-shared", {"name": requester}
        return "", {}

    def _told(self, letter: Letter, handed: Sequence[_Handed]) -> Filing:
        """The first problem, with the names of all files that have it; no problem where there is none."""
        bad = [one for one in handed if one.problem]
        if not bad:
            return Filing(letter.id, letter.request, COLUMNS[letter.template], "", ())
        first = bad[0]
        alike = [one for one in bad if (one.problem, one.facts) == (first.problem, first.facts)]
        names = ", ".join(clean(str(one.meta["name"])) or str(one.meta["id"]) for one in alike)
        return not_filed(letter, first.problem, **{**(first.facts or {}), "name": names})


def _no(meta: Json, problem: str = "not-filed", **facts: str) -> _Handed:
    return _Handed(meta, "", problem, facts)


def _list(files: object) -> list[tuple[str, str, str]]:
    found = files if isinstance(files, list) else []
    return [(str(file[0]), str(file[1]), str(file[2])) for file in found]

"""The folder Bank/Incoming over Drive API v3 (IncomingPort): what lies in it, and where it goes.

A file is marked and moved by one call, so that it is either both or neither. Payment orders that accountants
hand in lie in the same folder: what is no text and no XML is none of ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sheetflow.adapters.folders import EVERYWHERE, LISTED, DriveApi, DriveFolders, quoted
from sheetflow.model.events import Dropped

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

MARK = "sf_statement"
"""The property that says which version of a file was dealt with."""
KINDS = ("text/", "application/xml", "application/octet-stream", "application/x-1c")
"""What statements are uploaded as: browsers do not know the client-bank's formats."""
MOST = 50
_FIELDS = "files(id,name,size,md5Checksum,owners(emailAddress),lastModifyingUser(emailAddress),appProperties)"


class DriveIncoming:
    """One company's folder.

    Args:
        credentials: of the functions' account.
        api_root: None for Google, else the root of a local workspace.
        folder: the id of the company's root folder.
        names: what the folders are called where they have to be made.
        clock: for the waits between tries.
        nonces: for their jitter.
    """

    def __init__(
        self,
        credentials: Credentials,
        api_root: str | None,
        folder: str,
        names: Mapping[str, str],
        clock: ClockPort,
        nonces: NoncesPort,
    ) -> None:
        self.api = DriveApi(credentials, api_root, clock, nonces)
        self.folders = DriveFolders(self.api)
        self.root, self.names = folder, names
        self._ids: dict[str, str] = {}

    def waiting(self) -> Sequence[Dropped]:
        """What nobody dealt with yet, the oldest first: one call, once the folder is known."""
        kinds = " or ".join(f"mimeType contains {quoted(kind)}" for kind in KINDS)
        asked = self.api.files.list(
            q=f"{quoted(self._place('incoming'))} in parents and trashed = false and ({kinds})",
            orderBy="createdTime", pageSize=MOST, fields=_FIELDS, **LISTED,
        )  # fmt: skip
        found = [_dropped(one) for one in self.api.again(asked).get("files", []) if _waits(one)]
        return [one for one in found if one.digest]

    def content(self, file: str) -> bytes:
        """A file's content."""
        found: bytes = self.api.again(self.api.files.get_media(fileId=file, **EVERYWHERE))
        return found

    def put_away(self, dropped: Dropped, folder: str, year: str) -> None:
        """Mark a version as dealt with, and move it to "processed" (the year's folder) or "rejected"."""
        where = self._place(folder)
        if folder == "processed":
            where = self._year(year, where)
        asked = self.api.files.update(
            fileId=dropped.id, body={"appProperties": {MARK: dropped.digest}}, addParents=where,
            removeParents=self._place("incoming"), fields="id", **EVERYWHERE,
        )  # fmt: skip
        self.api.again(asked)

    def close(self) -> None:
        """Give the connections back."""
        self.api.close()

    def _place(self, key: str) -> str:
        if key not in self._ids:
            above = self.root if key == "bank" else self._place("bank")
            self._ids[key] = self.folders.ensure(key, self.names[key], above, self.root)
        return self._ids[key]

    def _year(self, year: str, parent: str) -> str:
        marks = {"appProperties": {"sf_year": year}}
        return str(self.folders.made(year, parent, marks, f"{quoted(parent)} in parents")["id"])


def _waits(one: Mapping[str, Any]) -> bool:
    marks = one.get("appProperties", {})
    return "sf_upload" not in marks and marks.get(MARK) != one.get("md5Checksum", "")


def _dropped(one: Mapping[str, Any]) -> Dropped:
    owners = tuple(str(owner.get("emailAddress", "")).lower() for owner in one.get("owners", ()))
    by = str(one.get("lastModifyingUser", {}).get("emailAddress", "")).lower()
    return Dropped(
        str(one["id"]), str(one["name"]), str(one.get("md5Checksum", "")), int(one.get("size", 0)), by, owners
    )

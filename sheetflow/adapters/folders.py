"""Folders over Drive API v3: each is known by what stands in its properties, so a name may be changed.

Drive lets two folders have one name, and two instances that look at the same moment both find none. So a
folder is looked for before and after it was made, and the oldest is used by all; one that lost stays empty.
What the owner and the service account both look for stands in `properties`, which every app reads; what the
service account alone writes stands in `appProperties`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sheetflow.adapters import google
from sheetflow.errors import RateLimited, Unavailable

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

SERVICE = "Drive"
FOLDER = "application/vnd.google-apps.folder"
TRIES = 4
EVERYWHERE = {"supportsAllDrives": True}
LISTED = {"supportsAllDrives": True, "includeItemsFromAllDrives": True}
_SHOWN = "id,createdTime,webViewLink,permissions(emailAddress)"

Json = Mapping[str, Any]


class DriveApi:
    """Drive as one account sees it.

    Args:
        credentials: of the account.
        api_root: None for Google, else the root of a local workspace.
        clock: for the waits between tries.
        nonces: for their jitter.
    """

    def __init__(
        self, credentials: Credentials, api_root: str | None, clock: ClockPort, nonces: NoncesPort
    ) -> None:
        self.api_root, self.clock, self.nonces = api_root, clock, nonces
        self._transport = google.Transport(credentials)

    @cached_property
    def service(self) -> Any:
        """The client of googleapiclient, loaded when it is first needed."""
        # Drive's paths are relative to drive/v3, unlike those of Gmail and Forms.
        root = f"{self.api_root.rstrip('/')}/drive/v3" if self.api_root else None
        return google.service("drive", "v3", self._transport, root)

    @property
    def files(self) -> Any:
        """The methods on files."""
        return self.service.files()

    def once(self, asked: Any) -> Any:
        """Send a request that makes something new. Raises what `google.execute` does."""
        return google.execute(asked, self._transport, SERVICE)

    def again(self, asked: Any) -> Any:
        """Send a request that may be sent again: a read, or a change that makes no second difference."""
        return google.read(asked, self._transport, SERVICE, self.clock, self.nonces)

    def close(self) -> None:
        """Give its connections back."""
        self._transport.close()


class DriveFolders:
    """Folders of one account (FoldersPort)."""

    def __init__(self, api: DriveApi) -> None:
        self.api = api

    def ensure(self, key: str, name: str, parent: str = "") -> str:
        """The folder of a key in another, "" for the account's own Drive; made where it is missing."""
        parent = parent or "root"
        marks = {"sf_folder": key}
        return str(self.made(name, parent, {"properties": marks}, f"{quoted(parent)} in parents")["id"])

    def share(self, folder: str, email: str, role: str) -> None:
        """Give somebody a role on a folder and all in it; giving it again changes nothing."""
        body = {"type": "user", "role": role, "emailAddress": email}
        self.api.again(
            self.api.service.permissions().create(
                fileId=folder, body=body, sendNotificationEmail=False, fields="id", **EVERYWHERE
            )
        )

    def found(self, marks: Mapping[str, Mapping[str, str]], where: str = "") -> Json | None:
        """The oldest folder with these properties that is not in the trash, None where there is none.

        Args:
            marks: "properties" or "appProperties" -> key -> value.
            where: a further condition of Drive's query language.
        """
        return min(self._listed(marks, where), key=_age, default=None)

    def made(self, name: str, parent: str, marks: Mapping[str, Mapping[str, str]], where: str = "") -> Json:
        """The folder that `found` would give; made under a name in a parent where there is none.

        Raises:
            Unavailable: it may have been made; asked for again it is found.
            NotFound, AccessDenied: the parent is not there, or closed.
        """
        body = {"name": name, "mimeType": FOLDER, "parents": [parent], **marks}
        for attempt in range(TRIES):
            there = self.found(marks, where)
            if there is not None:
                return there
            try:
                mine = self.api.once(self.api.files.create(body=body, fields=_SHOWN, **EVERYWHERE))
            except (RateLimited, Unavailable):
                if attempt == TRIES - 1:
                    raise
                self.api.clock.sleep(2**attempt + self.api.nonces.jitter())
            else:
                return min([*self._listed(marks, where), mine], key=_age)  # a search may not show it yet
        raise AssertionError("the last try gives or raises")

    def _listed(self, marks: Mapping[str, Mapping[str, str]], where: str) -> list[Json]:
        conditions = [f"mimeType = {quoted(FOLDER)}", "trashed = false"]
        conditions += [
            f"{kind} has {{ key={quoted(key)} and value={quoted(value)} }}"
            for kind, pairs in marks.items()
            for key, value in pairs.items()
        ]
        asked = self.api.files.list(
            q=" and ".join([*conditions, *([where] if where else [])]),
            orderBy="createdTime", pageSize=10, fields=f"files({_SHOWN})", **LISTED,
        )  # fmt: skip
        found: list[Json] = self.api.again(asked).get("files", [])
        return found


def quoted(text: str) -> str:
    """A text as it stands in Drive's query language."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _age(folder: Json) -> tuple[str, str]:
    return str(folder["createdTime"]), str(folder["id"])

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
from sheetflow.adapters.calls import retried
from sheetflow.errors import NotFound, RateLimited, Unavailable
from sheetflow.ports import FolderSeen

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

SERVICE = "Drive"
FOLDER = "application/vnd.google-apps.folder"
TRIES = 4
EVERYWHERE = {"supportsAllDrives": True}
LISTED = {"supportsAllDrives": True, "includeItemsFromAllDrives": True}
STATES = ("there", "moved", "trashed", "missing")
"""Of a folder, the best first."""
_SHOWN = "id,createdTime,webViewLink,permissions(emailAddress)"
_STANDS = "id,name,createdTime,parents,trashed,properties,capabilities(canEdit,canUntrash)"

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

    def ensure(self, key: str, name: str, parent: str = "", root: str = "") -> str:
        """The folder of a key in another, "" for the account's own Drive; made where it is missing."""
        parent = parent or "root"
        marks = {"sf_folder": key}
        more = {"sf_root": root} if root else {}
        where = f"{quoted(parent)} in parents"
        return str(self.made(name, parent, {"properties": marks}, where, more)["id"])

    def share(self, folder: str, email: str, role: str) -> None:
        """Give somebody a role on a folder and all in it; giving it again changes nothing."""
        body = {"type": "user", "role": role, "emailAddress": email}
        self.api.again(
            self.api.service.permissions().create(
                fileId=folder, body=body, sendNotificationEmail=False, fields="id", **EVERYWHERE
            )
        )

    def seen(self, root: str, layout: Mapping[str, str]) -> Mapping[str, FolderSeen]:
        """How a registry's folders stand, by key; `layout`: key -> the key of the folder that it lies in."""
        top = self._one(root)
        if top is None:
            return {"root": FolderSeen("missing"), **{key: FolderSeen("missing") for key in layout}}
        found = {"root": _stand(top, str((top.get("parents") or [""])[0]))}
        mine = {"properties": {"sf_root": root}}
        marked = self._every(mine, "")
        inside: dict[str, list[Json]] = {}
        for key, above in layout.items():
            parent = found[above].id
            if parent and parent not in inside:
                inside[parent] = self._every({}, f"{quoted(parent)} in parents")
            known = {one["id"]: one for one in (*inside.get(parent, ()), *marked)}
            of_key = [one for one in known.values() if one.get("properties", {}).get("sf_folder") == key]
            stands = [_stand(one, parent) for one in sorted(of_key, key=_age)]
            found[key] = min(stands, key=lambda one: STATES.index(one.state), default=FolderSeen("missing"))
        return found

    def restore(self, folder: FolderSeen) -> None:
        """Take a folder out of the trash."""
        asked = self.api.files.update(fileId=folder.id, body={"trashed": False}, fields="id", **EVERYWHERE)
        self.api.again(asked)

    def move(self, folder: FolderSeen, parent: str) -> None:
        """Put a folder into another."""
        away = {"removeParents": folder.parent} if folder.parent else {}
        asked = self.api.files.update(
            fileId=folder.id, addParents=parent, body={}, fields="id", **away, **EVERYWHERE
        )
        self.api.again(asked)

    def _one(self, file: str) -> Json | None:
        try:
            shown: Json = self.api.again(self.api.files.get(fileId=file, fields=_STANDS, **EVERYWHERE))
        except NotFound:
            return None
        return shown

    def _every(self, marks: Mapping[str, Mapping[str, str]], where: str) -> list[Json]:
        """Folders with marks, those in the trash too."""
        conditions = [f"mimeType = {quoted(FOLDER)}", *_marked(marks), *([where] if where else [])]
        asked = self.api.files.list(
            q=" and ".join(conditions),
            orderBy="createdTime",
            pageSize=100,
            fields=f"files({_STANDS})",
            **LISTED,
        )
        found: list[Json] = self.api.again(asked).get("files", [])
        return found

    def found(self, marks: Mapping[str, Mapping[str, str]], where: str = "") -> Json | None:
        """The oldest folder with these properties that is not in the trash, None where there is none.

        Args:
            marks: "properties" or "appProperties" -> key -> value.
            where: a further condition of Drive's query language.
        """
        return min(self._listed(marks, where), key=_age, default=None)

    def made(
        self,
        name: str,
        parent: str,
        marks: Mapping[str, Mapping[str, str]],
        where: str = "",
        more: Mapping[str, str] | None = None,
        kind: str = FOLDER,
    ) -> Json:
        """The folder that `found` would give; made under a name in a parent where there is none.

        `more`: properties that a new one gets besides. `kind`: the MIME type of something else than a folder.

        Raises:
            Unavailable: it may have been made; asked for again it is found.
            NotFound, AccessDenied: the parent is not there, or closed.
        """
        body: dict[str, Any] = {"name": name, "mimeType": kind, "parents": [parent], **marks}
        if more:
            body["properties"] = {**marks.get("properties", {}), **more}
        for attempt in range(TRIES):
            there = min(self._listed(marks, where, kind), key=_age, default=None)
            if there is not None:
                return there
            try:
                mine = self.api.once(self.api.files.create(body=body, fields=_SHOWN, **EVERYWHERE))
            except (RateLimited, Unavailable) as error:
                if attempt == TRIES - 1:
                    raise
                wait = 2**attempt + self.api.nonces.jitter()
                retried("drive.files.create", error, wait)
                self.api.clock.sleep(wait)
            else:
                return min(
                    [*self._listed(marks, where, kind), mine], key=_age
                )  # a search may not show it yet
        raise AssertionError("the last try gives or raises")

    def _listed(self, marks: Mapping[str, Mapping[str, str]], where: str, kind: str = FOLDER) -> list[Json]:
        conditions = [f"mimeType = {quoted(kind)}", "trashed = false", *_marked(marks)]
        asked = self.api.files.list(
            q=" and ".join([*conditions, *([where] if where else [])]),
            orderBy="createdTime", pageSize=10, fields=f"files({_SHOWN})", **LISTED,
        )  # fmt: skip
        found: list[Json] = self.api.again(asked).get("files", [])
        return found


def quoted(text: str) -> str:
    """A text as it stands in Drive's query language."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _marked(marks: Mapping[str, Mapping[str, str]]) -> list[str]:
    return [
        f"{kind} has {{ key={quoted(key)} and value={quoted(value)} }}"
        for kind, pairs in marks.items()
        for key, value in pairs.items()
    ]


def _stand(folder: Json, wanted: str) -> FolderSeen:
    parent = str((folder.get("parents") or [""])[0])
    state = "trashed" if folder.get("trashed") else "there" if parent == wanted else "moved"
    able = folder.get("capabilities", {}).get("canUntrash" if state == "trashed" else "canEdit", True)
    return FolderSeen(state, str(folder["id"]), str(folder["name"]), parent, bool(able))


def _age(folder: Json) -> tuple[str, str]:
    return str(folder["createdTime"]), str(folder["id"])

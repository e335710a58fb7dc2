"""Who may open the company's places, over Drive API v3 (AccessPort).

A permission that Drive shows is the sum of what was given on the place and of what the folder or the shared
drive above hands down; what is handed down can be neither changed nor taken away here (Google's guide on
sharing), so the two are told apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sheetflow.adapters.folders import EVERYWHERE, FOLDER, LISTED, DriveApi, DriveFolders, quoted
from sheetflow.app.folders import LAYOUT
from sheetflow.core.access import PLACES, RANKS, SPREADSHEET, Grant
from sheetflow.errors import NotFound

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

TOGETHER = 20
"""Addresses that one search asks for."""
SHOWN = "id,type,role,emailAddress,domain,permissionDetails(role,inherited)"

Json = Mapping[str, Any]


class DrivePermissions:
    """The permissions of one registry's places.

    Args:
        credentials: of an account that may share them.
        api_root: None for Google, else the root of a local workspace.
        spreadsheet: the registry's id.
        root: the id of the company's root folder, "" where there is none.
        free: addresses of the system's own accounts, besides the one that asks.
        clock: for the waits between tries.
        nonces: for their jitter.
    """

    def __init__(
        self,
        credentials: Credentials,
        api_root: str | None,
        spreadsheet: str,
        root: str,
        free: Collection[str],
        clock: ClockPort,
        nonces: NoncesPort,
    ) -> None:
        self.api = DriveApi(credentials, api_root, clock, nonces)
        self.folders = DriveFolders(self.api)
        self.root, self._others = root, free
        self._ids = {SPREADSHEET: spreadsheet, **({"root": root} if root else {})}

    def free(self) -> Collection[str]:
        """The accounts that are named, and the one that asks."""
        return {one.strip().lower() for one in (*self._others, self.me) if one.strip()}

    @cached_property
    def me(self) -> str:
        """The address of the account that asks."""
        about = self.api.again(self.api.service.about().get(fields="user(emailAddress)"))
        return str(about["user"].get("emailAddress", "")).lower()

    def places(self) -> tuple[str, ...]:
        """The keys of the places that there should be."""
        return PLACES if self.root else (SPREADSHEET,)

    def locate(self, ids: Mapping[str, str]) -> None:
        """Take it from somebody who looked where the places are."""
        self._ids |= ids

    def grants(self, place: str) -> Sequence[Grant] | None:
        """The permissions of a place; none of a folder where the registry has no folders."""
        if place not in self.places():
            return ()
        where = self._id(place)
        try:
            return self._listed(where) if where else None
        except NotFound:
            return None

    def give(self, place: str, address: str, role: str) -> str:
        """Give somebody a role; giving it again changes nothing."""
        body = {"type": "user", "role": role, "emailAddress": address}
        asked = self._permissions.create(
            fileId=self._id(place),
            body=body,
            sendNotificationEmail=False,
            fields="emailAddress",
            **EVERYWHERE,
        )
        return str(self.api.again(asked).get("emailAddress", "")).lower()

    def change(self, place: str, grant: Grant, role: str) -> None:
        """Make a permission one of another role."""
        asked = self._permissions.update(
            fileId=self._id(place), permissionId=grant.id, body={"role": role}, fields="id", **EVERYWHERE
        )
        self.api.again(asked)

    def take(self, place: str, grant: Grant) -> None:
        """Take a permission away. Raises NotFound where it is gone."""
        self.api.again(self._permissions.delete(fileId=self._id(place), permissionId=grant.id, **EVERYWHERE))

    def requests_of(self, addresses: Sequence[str]) -> Sequence[tuple[str, Grant]]:
        """What was given to them on folders of requests, twenty addresses a search."""
        if not self.root:
            return ()
        found = []
        for start in range(0, len(addresses), TOGETHER):
            some = addresses[start : start + TOGETHER]
            for folder in self._opened_to(some):
                found += [(folder, one) for one in self._listed(folder) if one.role and one.address in some]
        return found

    def close(self) -> None:
        """Give the connections back."""
        self.api.close()

    @property
    def _permissions(self) -> Any:
        return self.api.service.permissions()

    def _id(self, place: str) -> str:
        """The id of a place, "" where it is not there; what is no key is an id itself."""
        if place in LAYOUT and place not in self._ids:
            parent = self._id(LAYOUT[place])
            marks = {"properties": {"sf_folder": place}}
            there = self.folders.found(marks, f"{quoted(parent)} in parents") if parent else None
            if there is None:
                return ""
            self._ids[place] = str(there["id"])
        return self._ids.get(place, place if place not in PLACES else "")

    def _listed(self, file: str) -> list[Grant]:
        pages = self._pages(
            lambda token: self._permissions.list(
                fileId=file, pageSize=100, fields=f"nextPageToken,permissions({SHOWN})", **EVERYWHERE, **token
            )
        )
        return [_grant(one) for page in pages for one in page.get("permissions", ())]

    def _opened_to(self, addresses: Sequence[str]) -> list[str]:
        readers = " or ".join(f"{quoted(one)} in readers" for one in addresses)
        ours = f"appProperties has {{ key='sf_root' and value={quoted(self.root)} }}"
        query = f"mimeType = {quoted(FOLDER)} and {ours} and ({readers})"
        pages = self._pages(
            lambda token: self.api.files.list(
                q=query, pageSize=1000, fields="nextPageToken,files(id)", **LISTED, **token
            )
        )
        return [str(one["id"]) for page in pages for one in page.get("files", ())]

    def _pages(self, ask: Any) -> Iterable[Json]:
        token: dict[str, str] = {}
        while True:
            page = self.api.again(ask(token))
            yield page
            if not page.get("nextPageToken"):
                return
            token = {"pageToken": str(page["nextPageToken"])}


def _grant(one: Json) -> Grant:
    details = one.get("permissionDetails") or [{"role": one["role"], "inherited": False}]
    address = str(one.get("emailAddress") or one.get("domain") or "").lower()
    given, above = "", ""
    for each in details:
        role = str(each["role"])
        if each.get("inherited"):
            above = max(above, role, key=_rank)
        else:
            given = max(given, role, key=_rank)
    return Grant(str(one["id"]), str(one["type"]), address, given, above)


def _rank(role: str) -> int:
    return RANKS.index(role) if role in RANKS else 0

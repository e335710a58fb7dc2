"""Who is to own a registry's spreadsheet, whether that can be, and where its things are made then.

Whoever owns it can get around its protections, so the owner is a shared drive, or a user without a role. A
service account cannot: it has no storage of its own (Google's answer to one that tries).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from sheetflow.errors import ConfigError

SPREADSHEET_KIND = "application/vnd.google-apps.spreadsheet"
SERVICE_DOMAIN = ".gserviceaccount.com"

OwnerKind = Literal["shared-drive", "user", "existing"]


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is to own the spreadsheet. `id`: of the shared drive or the spreadsheet, or the user's address."""

    kind: OwnerKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file or folder. `owner`: "" in a shared drive. `edits`, `shares`, `adds`: whether the account may."""

    id: str
    name: str
    mime_type: str
    trashed: bool
    owner: str
    drive: str
    parent: str
    edits: bool
    shares: bool
    adds: bool


@dataclass(frozen=True, slots=True)
class DriveSeen:
    """A shared drive. `shares`: whether the account may open folders of it. `closed`: to all but members."""

    id: str
    name: str
    shares: bool
    closed: bool


class DocumentsPort(Protocol):
    """Documents made in Drive, and what Drive says of places."""

    def me(self) -> str:
        """The account's own address."""
        ...

    def ensure(self, kind: str, title: str, parent: str, mark: str) -> str:
        """A founding's "spreadsheet" or "form" in a folder, "" for My Drive; made where it is missing."""
        ...

    def file(self, file: str) -> FileSeen | None:
        """A file, None where there is none that the account may see."""
        ...

    def drive(self, drive: str) -> DriveSeen | None:
        """A shared drive, None where there is none that the account is a member of."""
        ...


@dataclass(frozen=True, slots=True)
class Ground:
    """Where things are made. `parent`: the folder or shared drive, "" for the account's My Drive.

    `owner`: whose spreadsheet it is, "" in a shared drive. `folders`, `documents`: whether any can be made.
    """

    parent: str
    owner: str
    folders: bool = True
    documents: bool = True


def read_owner(text: str) -> Owner:
    """`shared-drive:ID`, `user:ADDRESS`, `existing:ID`; an address alone is a user's, an id alone a drive's.

    Raises:
        ConfigError: it is none of them, or a service account, which has no storage of its own.
    """
    kind, colon, value = text.strip().partition(":")
    if not colon:
        kind, value = ("user" if "@" in text else "shared-drive"), text.strip()
    value = value.strip()
    if kind not in ("shared-drive", "user", "existing") or not value or (kind == "user") != ("@" in value):
        raise refusal(
            f"the owner is {text!r}; it must be shared-drive:ID, user:ADDRESS or existing:SPREADSHEET-ID"
        )
    if value.lower().endswith(SERVICE_DOMAIN):
        raise refusal(
            f"{value} cannot own the spreadsheet: a service account has no storage of its own.",
            "Name a shared drive (shared-drive:ID), a user without a role (user:ADDRESS),",
            "or a spreadsheet that is shared with the account (existing:ID)",
        )
    return Owner(kind, value.lower() if kind == "user" else value)  # type: ignore[arg-type]


def ground_of(owner: Owner, port: DocumentsPort) -> Ground:
    """Where a founding of that owner makes its things.

    Args:
        owner: as chosen.
        port: acts as the user that is to own it, or else as the service account.

    Raises:
        ConfigError: it cannot be so yet, and what to do.
    """
    if owner.kind == "shared-drive":
        return _in_drive(owner.id, port)
    if owner.kind == "existing":
        return _around(owner.id, port)
    return Ground("", owner.id)


def _in_drive(drive: str, port: DocumentsPort) -> Ground:
    account, found = port.me(), port.drive(drive)
    if found is None:
        raise refusal(
            f"there is no shared drive {drive} that {account} is a member of: open it in Drive,",
            "Manage members, and add that address as Manager. Its id is the last part of its address",
        )
    if not found.shares:
        raise refusal(
            f"{account} may not share folders of the shared drive {found.name!r}: make it a Manager there",
            "(Manage members), or a Content manager and let those share folders (Shared drive settings)",
        )
    if found.closed:
        raise refusal(
            f"the shared drive {found.name!r} is closed to all but its members, and people get what",
            "their role needs and no more: let non-members be added to files (Shared drive settings)",
        )
    return Ground(found.id, "")


def _around(spreadsheet: str, port: DocumentsPort) -> Ground:
    account, found = port.me(), port.file(spreadsheet)
    ask = f"share it with {account} as an editor, and let editors change permissions"
    if found is None or found.trashed:
        raise refusal(f"there is no spreadsheet {spreadsheet} that {account} may open: {ask}")
    if found.mime_type != SPREADSHEET_KIND:
        raise refusal(f"{found.name!r} is no spreadsheet of Google's: open it and save it as one")
    if not (found.edits and found.shares):
        raise refusal(f"{account} may not edit and share the spreadsheet {found.name!r}: {ask}")
    if found.owner.endswith(SERVICE_DOMAIN):
        raise refusal(f"{found.name!r} belongs to a service account: let a person make a new one")
    above = port.file(found.parent) if found.parent else None
    parent = above.id if above is not None and above.adds else ""
    return Ground(parent, found.owner, folders=bool(parent), documents=bool(parent and found.drive))


def refusal(*parts: str) -> ConfigError:
    """One problem, in so many parts of a sentence."""
    return ConfigError([" ".join(parts)])

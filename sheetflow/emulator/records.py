"""The records of files and permissions, and the ids that follow from an address."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
FOLDER = "application/vnd.google-apps.folder"
NATIVE = "application/vnd.google-apps."
ROLES = ("reader", "commenter", "writer", "fileOrganizer", "organizer", "owner")


@dataclass(frozen=True)
class File:
    """A file's record; times are RFC 3339 in UTC with milliseconds, "" stands for none.

    Attributes:
        owner: e-mail address; "" in a shared drive.
        parent: id of the folder.
        drive: id of the shared drive.
        trashed: when the file itself was put into the trash.
        blob: SHA-256 of the content, in hex; "" for folders and Docs editors files.
        head: id of the head revision of the content.
        by: who modified it last, where that is known.
        changed: its place in the order of all changes of the workspace.
        more: a JSON object of what is only kept and shown.
    """

    id: str
    name: str
    mime_type: str
    owner: str
    created: str
    modified: str
    parent: str = ""
    drive: str = ""
    trashed: str = ""
    blob: str = ""
    size: int = 0
    md5: str = ""
    sha1: str = ""
    head: str = ""
    version: int = 1
    by: str = ""
    changed: int = 0
    changed_at: str = ""
    more: str = "{}"

    @functools.cached_property
    def extra(self) -> dict[str, Any]:
        """`more`, decoded; not to be written to."""
        decoded: dict[str, Any] = json.loads(self.more)
        return decoded

    @property
    def is_folder(self) -> bool:
        """Whether files can lie in it."""
        return self.mime_type == FOLDER

    @property
    def is_native(self) -> bool:
        """Whether it has no bytes of its own: a Docs editors file, a folder, a shortcut."""
        return self.mime_type.startswith(NATIVE)


@dataclass(frozen=True)
class Permission:
    """Who may do what with a file.

    Attributes:
        id: the same for an account on every file.
        email: an address; for `domain` the domain's name, "" for `anyone`.
        kind: user, group, domain or anyone.
        discovery: whether a domain or anyone finds the file by search, or needs the link.
        expires: when it ends, RFC 3339.
        pending: whether the account was asked to become the owner.
        at, by: when and by whom it was given.
    """

    id: str
    email: str
    role: str
    kind: str = "user"
    discovery: bool = False
    expires: str = ""
    pending: bool = False
    at: str = ""
    by: str = ""


def inherited(role: str, depth: int) -> str:
    """What a role means `depth` folders further down: an owner of the folder may write to what lies in it."""
    return "writer" if depth and role == "owner" else role


def new_file_id() -> str:
    """An id in the form of Google's: 44 characters that begin with 1."""
    return "1" + secrets.token_urlsafe(40)[:43]


def permission_id(email: str) -> str:
    """The permission id of an account: the same on every file, 20 digits as at Google."""
    return str(int(hashlib.sha256(email.encode()).hexdigest(), 16))[:20]


def root_id(owner: str) -> str:
    """The id of somebody's My Drive, in the form of Google's: 19 characters from 0A to PVA."""
    digest = hashlib.sha256(f"my drive of {owner.lower()}".encode()).digest()
    return "0A" + base64.urlsafe_b64encode(digest).decode()[:14] + "PVA"

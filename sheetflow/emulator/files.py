"""Files of the workspace and with whom they are shared.

Sheets asks here who may read and write a spreadsheet; Drive's own API stands on the same records. An e-mail
address is compared in lower case. Roles are Drive's: owner, writer, commenter, reader.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sheetflow.emulator.store import Store

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
ROLES = ("reader", "commenter", "writer", "owner")


@dataclass(frozen=True)
class File:
    """A file's record; times are RFC 3339 in UTC with milliseconds."""

    id: str
    name: str
    mime_type: str
    owner: str
    created: str
    modified: str


@dataclass(frozen=True)
class Permission:
    """Who may do what with a file; `email` is "" for `anyone`."""

    id: str
    email: str
    role: str
    kind: str = "user"


class Files:
    """All files, kept in the store.

    Args:
        store: the database.
        now: the workspace's time.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        store.ensure(
            "CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, name TEXT NOT NULL,"
            " mime_type TEXT NOT NULL,"
            " owner TEXT NOT NULL, created TEXT NOT NULL, modified TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS permissions (file TEXT NOT NULL, id TEXT NOT NULL,"
            " email TEXT NOT NULL,"
            " role TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (file, id)) WITHOUT ROWID",
        )

    def add(self, name: str, mime_type: str, owner: str, file_id: str | None = None) -> File:
        """A new file that belongs to `owner`."""
        stamp = self._stamp()
        file = File(file_id or new_file_id(), name, mime_type, owner.lower(), stamp, stamp)
        with self._store.write() as connection:
            row = (file.id, file.name, file.mime_type, file.owner, file.created, file.modified)
            connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", row)
            self.share(file.id, owner, "owner")
        return file

    def get(self, file_id: str) -> File | None:
        """A file's record."""
        rows = self._store.read("SELECT * FROM files WHERE id = ?", (file_id,))
        return File(*rows[0]) if rows else None

    def visible_to(self, email: str) -> list[File]:
        """All files that somebody may see, the last modified first."""
        rows = self._store.read(
            "SELECT DISTINCT files.* FROM files JOIN permissions ON permissions.file = files.id"
            " WHERE permissions.email = ? ORDER BY files.modified DESC, files.created DESC",
            (email.lower(),),
        )
        return [File(*row) for row in rows]

    def role(self, file_id: str, email: str) -> str | None:
        """The strongest role that somebody has on a file."""
        rows = self._store.read(
            "SELECT role FROM permissions WHERE file = ? AND (email = ? OR kind = 'anyone')",
            (file_id, email.lower()),
        )
        return max((row[0] for row in rows), key=ROLES.index, default=None)

    def share(self, file_id: str, email: str, role: str) -> Permission:
        """Give somebody a role; an earlier one is replaced."""
        address = email.lower()
        permission = Permission(permission_id(address), address, role)
        self.grant(file_id, permission)
        return permission

    def grant(self, file_id: str, permission: Permission) -> None:
        """Keep a permission under its id."""
        with self._store.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO permissions VALUES (?, ?, ?, ?, ?)",
                (file_id, permission.id, permission.email, permission.role, permission.kind),
            )

    def permissions(self, file_id: str) -> list[Permission]:
        """All permissions of a file."""
        rows = self._store.read("SELECT id, email, role, kind FROM permissions WHERE file = ?", (file_id,))
        return [Permission(*row) for row in rows]

    def revoke(self, file_id: str, identifier: str) -> bool:
        """Take a permission away; False when there was none."""
        with self._store.write() as connection:
            cursor = connection.execute(
                "DELETE FROM permissions WHERE file = ? AND id = ?", (file_id, identifier)
            )
            return cursor.rowcount > 0

    def touch(self, file_id: str, name: str | None = None) -> None:
        """Note that a file was modified, and perhaps renamed."""
        with self._store.write() as connection:
            connection.execute("UPDATE files SET modified = ? WHERE id = ?", (self._stamp(), file_id))
            if name is not None:
                connection.execute("UPDATE files SET name = ? WHERE id = ?", (name, file_id))

    def remove(self, file_id: str) -> None:
        """Forget a file and its permissions."""
        with self._store.write() as connection:
            connection.execute("DELETE FROM files WHERE id = ?", (file_id,))
            connection.execute("DELETE FROM permissions WHERE file = ?", (file_id,))

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def new_file_id() -> str:
    """An id in the form of Google's: 44 characters that begin with 1."""
    return "1" + secrets.token_urlsafe(40)[:43]


def permission_id(email: str) -> str:
    """The permission id of an account: the same on every file, 20 digits as at Google."""
    return str(int(hashlib.sha256(email.encode()).hexdigest(), 16))[:20]

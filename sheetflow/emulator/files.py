"""Files of the workspace, the folders they lie in, and with whom they are shared.

Sheets asks here who may read and write a spreadsheet; Drive's own API stands on the same records. An e-mail
address is compared in lower case. Roles are Drive's, the weakest first: `ROLES`.

Decided here: where access comes from. A permission on a folder holds for all that lies in it; an owner's
reaches the files of others as `writer`. A file lies in one folder at most; what is created without a folder
lies in its owner's My Drive, a folder without a parent whose id follows from the address. A shared drive is
such a top folder too, owned by nobody. Source: Google's guides on sharing and on shared drives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sheetflow.emulator.records import (
    FOLDER,
    NATIVE,
    ROLES,
    SPREADSHEET,
    File,
    Permission,
    inherited,
    new_file_id,
    permission_id,
    root_id,
)
from sheetflow.emulator.store import Store

__all__ = [
    "FOLDER",
    "NATIVE",
    "ROLES",
    "SPREADSHEET",
    "File",
    "Files",
    "Permission",
    "new_file_id",
    "permission_id",
    "root_id",
]

_FILE = tuple(field.name for field in fields(File))
_SHARE = tuple(field.name for field in fields(Permission))
_FILE_COLUMNS = ", ".join(f"files.{name}" for name in _FILE)
_SHARE_COLUMNS = ", ".join(f"permissions.{name}" for name in _SHARE)
_DEFAULTS = {"int": "INTEGER NOT NULL DEFAULT 0", "bool": "INTEGER NOT NULL DEFAULT 0"}
_UP = (
    "WITH RECURSIVE up(id, depth) AS (VALUES(?, 0) UNION ALL SELECT files.parent, depth + 1 FROM up"
    " JOIN files ON files.id = up.id WHERE files.parent <> '') "
)
_DOWN = (
    "WITH RECURSIVE down(id) AS ({start} UNION SELECT files.id FROM files"
    " JOIN down ON files.parent = down.id) "
)
_SEEN = (
    "(permissions.email = ? OR (permissions.discovery = 1 AND (permissions.kind = 'anyone'"
    " OR (permissions.kind = 'domain' AND permissions.email = ?))))"
)
_LIVE = "(permissions.expires = '' OR permissions.expires > ?)"


@dataclass(frozen=True)
class _Departure:
    """That people lost sight of a file, `drive` being the shared drive that it was in."""

    n: int
    file: str
    at: str
    people: str
    drive: str = ""


class Files:
    """All files, kept in the store.

    Args:
        store: the database.
        now: the workspace's time.

    Attributes:
        on_change: called when changes were committed; for Drive's notification channels.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self.store = store
        self.now = now
        self.on_change: Callable[[], None] | None = None
        store.ensure(
            "CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, name TEXT NOT NULL,"
            " mime_type TEXT NOT NULL,"
            " owner TEXT NOT NULL, created TEXT NOT NULL, modified TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS permissions (file TEXT NOT NULL, id TEXT NOT NULL,"
            " email TEXT NOT NULL,"
            " role TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (file, id)) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS departures (n INTEGER NOT NULL, file TEXT NOT NULL, at TEXT NOT NULL,"
            " people TEXT NOT NULL)",
        )
        self._widen("files", File)
        self._widen("permissions", Permission)
        self._widen("departures", _Departure)
        store.ensure(
            "CREATE INDEX IF NOT EXISTS files_parent ON files (parent)",
            "CREATE INDEX IF NOT EXISTS files_changed ON files (changed)",
            "CREATE INDEX IF NOT EXISTS permissions_email ON permissions (email)",
        )
        rows = store.read("SELECT MAX(changed), (SELECT MAX(n) FROM departures) FROM files")
        self.last_change = max(number or 0 for number in rows[0])

    def _widen(self, table: str, shape: type) -> None:
        """Add the columns that a database of an earlier version lacks."""
        known = {row[1] for row in self.store.read(f"PRAGMA table_info({table})")}
        for field in fields(shape):
            if field.name not in known:
                default = "'{}'" if field.name == "more" else "''"
                kind = _DEFAULTS.get(str(field.type), f"TEXT NOT NULL DEFAULT {default}")
                self.store.ensure(f"ALTER TABLE {table} ADD COLUMN {field.name} {kind}")

    def add(self, name: str, mime_type: str, owner: str, file_id: str | None = None, **columns: Any) -> File:
        """A new file that belongs to `owner`, and lies in `parent` or else in the owner's My Drive."""
        stamp, owner = self.stamp(), owner.lower()
        with self.store.write() as connection:
            if owner and not columns.get("parent"):
                columns["parent"] = self.root(owner)
            number = self.next_change()
            columns = {"by": owner, "changed": number, "changed_at": stamp, **columns}
            file = File(file_id or new_file_id(), name, mime_type, owner, stamp, stamp, **columns)
            self._insert(connection, file)
            if owner:
                self.share(file.id, owner, "owner")
        return file

    def _insert(self, connection: Any, file: File) -> None:
        values = [getattr(file, column) for column in _FILE]
        marks = ", ".join("?" * len(_FILE))
        connection.execute(f"INSERT INTO files ({', '.join(_FILE)}) VALUES ({marks})", values)  # noqa: S608

    def root(self, owner: str) -> str:
        """The id of somebody's My Drive; the folder is made where it is missing."""
        owner = owner.lower()
        identifier = root_id(owner)
        if self.get(identifier) is None:
            stamp = self.stamp()
            with self.store.write() as connection:
                self._insert(connection, File(identifier, "My Drive", FOLDER, owner, stamp, stamp))
                self.share(identifier, owner, "owner")
        return identifier

    def get(self, file_id: str) -> File | None:
        """A file's record."""
        rows = self._select("WHERE files.id = ?", (file_id,))
        return rows[0] if rows else None

    def _select(self, rest: str, parameters: tuple[Any, ...], before: str = "") -> list[File]:
        sql = f"{before}SELECT {_FILE_COLUMNS} FROM files {rest}"  # noqa: S608 - the columns are ours
        return [File(*row) for row in self.store.read(sql, parameters)]

    def visible_to(self, email: str) -> list[File]:
        """All files that somebody may see without a link, the last modified first."""
        email = email.lower()
        start = f"SELECT file FROM permissions WHERE {_LIVE} AND {_SEEN}"  # noqa: S608 - our text
        return self._select(
            "JOIN down ON files.id = down.id ORDER BY files.modified DESC, files.created DESC",
            (self.stamp(), email, email.rpartition("@")[2]),
            _DOWN.format(start=start),
        )

    def sees(self, file_id: str, email: str) -> bool:
        """Whether a file is among those `visible_to` somebody."""
        email = email.lower()
        rows = self.store.read(
            f"{_UP}SELECT 1 FROM up JOIN permissions ON permissions.file = up.id WHERE {_LIVE} AND {_SEEN}"  # noqa: S608
            " LIMIT 1",
            (file_id, self.stamp(), email, email.rpartition("@")[2]),
        )
        return bool(rows)

    def below(self, folder_id: str) -> list[File]:
        """A file and all that lies in it, at any depth."""
        return self._select(
            "JOIN down ON files.id = down.id",
            (folder_id,),
            _DOWN.format(start="SELECT id FROM files WHERE id = ?"),
        )

    def given_below(self, folder_id: str) -> list[tuple[str, str]]:
        """Pairs of a file in a folder (or itself) and somebody who was given a role on that very file."""
        start = _DOWN.format(start="SELECT id FROM files WHERE id = ?")
        rows = self.store.read(
            f"{start}SELECT permissions.file, permissions.email FROM down JOIN permissions"  # noqa: S608
            f" ON permissions.file = down.id WHERE {_LIVE} AND permissions.kind IN ('user', 'group')",
            (folder_id, self.stamp()),
        )
        return [(row[0], row[1]) for row in rows]

    def children(self, folder_id: str) -> list[str]:
        """The ids of what lies in a folder, not deeper."""
        rows = self.store.read("SELECT id FROM files WHERE parent = ? ORDER BY id", (folder_id,))
        return [row[0] for row in rows]

    def changed_since(self, number: int) -> list[File]:
        """The files whose last change has that number or a later one."""
        return self._select("WHERE files.changed >= ? ORDER BY files.changed", (number,))

    def above(self, file_id: str) -> list[File]:
        """A file, its folder, the folder's folder and so on."""
        return self._select("JOIN up ON files.id = up.id ORDER BY up.depth", (file_id,), _UP)

    def trash(self) -> set[str]:
        """The ids of all files that are in the trash, themselves or by a folder of theirs."""
        start = _DOWN.format(start="SELECT id FROM files WHERE trashed <> ''")
        return {row[0] for row in self.store.read(start + "SELECT id FROM down")}  # noqa: S608 - our text

    def in_trash(self, file_id: str) -> bool:
        """Whether a file, or a folder that it lies in, is in the trash."""
        return any(file.trashed for file in self.above(file_id))

    def role(self, file_id: str, email: str) -> str | None:
        """The strongest role that somebody has on a file, by its own permissions or a folder's."""
        email = email.lower()
        rows = self.store.read(
            f"{_UP}SELECT permissions.role, up.depth FROM up JOIN permissions ON permissions.file = up.id"  # noqa: S608
            f" WHERE {_LIVE} AND (permissions.email = ? OR permissions.kind = 'anyone'"
            " OR (permissions.kind = 'domain' AND permissions.email = ?))",
            (file_id, self.stamp(), email, email.rpartition("@")[2]),
        )
        return max((inherited(role, depth) for role, depth in rows), key=ROLES.index, default=None)

    def share(self, file_id: str, email: str, role: str) -> Permission:
        """Give somebody a role; an earlier one is replaced."""
        address = email.lower()
        permission = Permission(permission_id(address), address, role)
        self.grant(file_id, permission)
        return permission

    def grant(self, file_id: str, permission: Permission) -> None:
        """Keep a permission under its id."""
        values = [file_id, *(getattr(permission, column) for column in _SHARE)]
        marks = ", ".join("?" * len(values))
        with self.store.write() as connection:
            connection.execute(
                f"INSERT OR REPLACE INTO permissions (file, {', '.join(_SHARE)}) VALUES ({marks})",  # noqa: S608
                values,
            )

    def permissions(self, file_id: str) -> list[Permission]:
        """The permissions that were given on the file itself."""
        return [permission for permission, holder in self.sharing(file_id) if holder == file_id]

    def sharing(self, file_id: str) -> list[tuple[Permission, str]]:
        """All permissions that hold for a file, each with the id of the file or folder it stands on.

        The nearest come first; what a folder hands down is shown with the role that it means here.
        """
        rows = self.store.read(
            f"{_UP}SELECT {_SHARE_COLUMNS}, up.id, up.depth FROM up"  # noqa: S608
            f" JOIN permissions ON permissions.file = up.id WHERE {_LIVE} ORDER BY up.depth",
            (file_id, self.stamp()),
        )
        found = []
        for *values, holder, depth in rows:
            one = dict(zip(_SHARE, values, strict=True))
            one.update(role=inherited(one["role"], depth), discovery=bool(one["discovery"]))
            found.append((Permission(**{**one, "pending": bool(one["pending"])}), holder))
        return found

    def revoke(self, file_id: str, identifier: str) -> bool:
        """Take a permission away; False when there was none."""
        with self.store.write() as connection:
            cursor = connection.execute(
                "DELETE FROM permissions WHERE file = ? AND id = ?", (file_id, identifier)
            )
            return cursor.rowcount > 0

    def touch(self, file_id: str, name: str | None = None) -> None:
        """Note that a file was modified, by somebody unknown, and perhaps renamed."""
        columns = {"modified": self.stamp(), "by": ""}
        self.put(file_id, **(columns if name is None else {**columns, "name": name}))

    def put(self, file_id: str, **columns: Any) -> None:
        """Write columns of a file's record; this is a change, and a new version."""
        columns = {"changed": self.next_change(), "changed_at": self.stamp(), **columns}
        names = ", ".join(f"{name} = ?" for name in columns)
        sql = f"UPDATE files SET {names}, version = version + 1 WHERE id = ?"  # noqa: S608 - names of columns
        with self.store.write() as connection:
            connection.execute(sql, (*columns.values(), file_id))

    def remove(self, file_id: str) -> None:
        """Forget a file and its permissions."""
        with self.store.write() as connection:
            if self.on_change is not None:
                self.store.afterwards(self.on_change)
            connection.execute("DELETE FROM files WHERE id = ?", (file_id,))
            connection.execute("DELETE FROM permissions WHERE file = ?", (file_id,))

    def next_change(self) -> int:
        """The number of a change; they only grow, and some may be left out."""
        with self.store.write():
            self.last_change += 1
            if self.on_change is not None:
                self.store.afterwards(self.on_change)
            return self.last_change

    def stamp(self) -> str:
        """The workspace's time as Drive writes it."""
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

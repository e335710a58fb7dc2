"""Shared drives: top folders that belong to nobody, whose members have roles on all that lies in them."""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime
from typing import Any

from sheetflow.emulator.drive.changes import Changes
from sheetflow.emulator.drive.errors import DriveError, insufficient, invalid_value, required
from sheetflow.emulator.drive.matches import COMPARE, name_contains
from sheetflow.emulator.drive.picture import rank
from sheetflow.emulator.drive.query import DRIVE_TERMS, Both, Clause, Not, Query, parse
from sheetflow.emulator.files import FOLDER, File, Files, Permission, permission_id
from sheetflow.emulator.wire import Json

RESTRICTIONS = (
    "adminManagedRestrictions",
    "copyRequiresWriterPermission",
    "domainUsersOnly",
    "driveMembersOnly",
    "sharingFoldersRequiresOrganizerPermission",
)
"""What a drive's organizers may forbid; the boolean ones."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Drives:
    """All shared drives; each is a folder's record whose `drive` is its own id."""

    def __init__(self, files: Files, changes: Changes) -> None:
        self._files = files
        self._changes = changes
        files.store.ensure(
            "CREATE TABLE IF NOT EXISTS drive_requests (id TEXT PRIMARY KEY, drive TEXT NOT NULL)"
            " WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS hidden_drives (drive TEXT NOT NULL, person TEXT NOT NULL,"
            " PRIMARY KEY (drive, person)) WITHOUT ROWID",
        )

    def create(self, caller: str, body: Any, request_id: str) -> File:
        """`drives.create`: a drive with the caller as its organizer.

        Args:
            caller: e-mail address.
            body: a Drive; its name is wanted.
            request_id: an id by which a repeated request is known.

        Raises:
            DriveError: 400 without a name or an id, 409 for an id that made a drive already.
        """
        name = body.get("name") if isinstance(body, dict) else None
        if not request_id:
            raise required("requestId")
        if not isinstance(name, str) or not name:
            raise required("name")
        identifier = "0A" + secrets.token_urlsafe(12)[:14] + "PVA"
        with self._files.store.write() as connection:
            if self._files.store.read("SELECT 1 FROM drive_requests WHERE id = ?", (request_id,)):
                message = "A shared drive with the provided request ID already exists."
                raise DriveError(409, "duplicate", message, "requestId")
            connection.execute("INSERT INTO drive_requests VALUES (?, ?)", (request_id, identifier))
            drive = self._files.add(name, FOLDER, "", identifier, drive=identifier, by=caller.lower())
            address = caller.lower()
            permission = Permission(
                permission_id(address), address, "organizer", at=drive.created, by=address
            )
            self._files.grant(identifier, permission)
        return drive

    def get(self, drive_id: str, caller: str, least: str = "reader") -> File:
        """A drive that the caller is a member of.

        Raises:
            DriveError: 404 for none, 403 for a role that is too weak.
        """
        drive = self._files.get(drive_id)
        role = self._files.role(drive_id, caller)
        if drive is None or drive.drive != drive_id or role is None:
            raise DriveError(404, "notFound", f"Shared drive not found: {drive_id}", "driveId")
        if rank(role) < rank(least):
            raise insufficient()
        return drive

    def update(self, drive_id: str, caller: str, body: Any) -> File:
        """`drives.update`: another name, colour or restrictions, by an organizer.

        Raises:
            DriveError: 400 for values of a wrong kind, 403 for who is no organizer, 404.
        """
        drive = self.get(drive_id, caller, "organizer")
        body = body if isinstance(body, dict) else {}
        columns: Json = {}
        name, colour, restrictions = (body.get(one) for one in ("name", "colorRgb", "restrictions"))
        if name is not None:
            if not isinstance(name, str) or not name:
                raise invalid_value("name")
            columns["name"] = name
        more = dict(drive.extra)
        if colour is not None:
            if not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
                raise invalid_value("colorRgb")
            more["colorRgb"] = colour
        if restrictions is not None:
            if not isinstance(restrictions, dict):
                raise invalid_value("restrictions")
            known = {one: value for one, value in restrictions.items() if one in RESTRICTIONS}
            if not all(isinstance(value, bool) for value in known.values()):
                raise invalid_value("restrictions")
            more["restrictions"] = {**more.get("restrictions", {}), **known}
        if more != drive.extra:
            columns["more"] = json.dumps(more)
        if columns:
            self._files.put(drive.id, by=caller.lower(), **columns)
        return self.get(drive_id, caller)

    def hide(self, drive_id: str, person: str, *, hidden: bool) -> None:
        """`drives.hide`, `drives.unhide`: for one member alone."""
        with self._files.store.write() as connection:
            connection.execute("DELETE FROM hidden_drives WHERE drive = ? AND person = ?", (drive_id, person))
            if hidden:
                connection.execute("INSERT INTO hidden_drives VALUES (?, ?)", (drive_id, person))

    def is_hidden(self, drive_id: str, person: str) -> bool:
        """Whether somebody hid a drive from their own view."""
        sql = "SELECT 1 FROM hidden_drives WHERE drive = ? AND person = ?"
        return bool(self._files.store.read(sql, (drive_id, person)))

    def restricts(self, drive_id: str, restriction: str) -> bool:
        """Whether a drive ("" for none) has a restriction."""
        drive = self._files.get(drive_id) if drive_id else None
        return drive is not None and bool(drive.extra.get("restrictions", {}).get(restriction))

    def of(self, caller: str, q: str = "") -> list[File]:
        """The drives that the caller is a member of, by name, and that fit a search."""
        query = parse(q, DRIVE_TERMS)
        mine = [file for file in self._files.visible_to(caller) if file.drive == file.id]
        found = (one for one in mine if self._fits(query, one, caller.lower()))
        return sorted(found, key=lambda one: one.name.casefold())

    def _fits(self, query: Query | None, drive: File, caller: str) -> bool:
        if query is None:
            return True
        if isinstance(query, Not):
            return not self._fits(query.inner, drive, caller)
        if not isinstance(query, Clause):
            sides = (self._fits(query.left, drive, caller), self._fits(query.right, drive, caller))
            return all(sides) if isinstance(query, Both) else any(sides)
        if query.operator == "contains":
            return name_contains(drive.name, str(query.value))
        shares = self._files.permissions(drive.id)
        organizers = [one for one in shares if one.role == "organizer"]
        have: dict[str, Any] = {
            "name": drive.name.casefold(),
            "createdTime": datetime.fromisoformat(drive.created),
            "hidden": self.is_hidden(drive.id, caller),
            "memberCount": len(shares),
            "organizerCount": len(organizers),
        }
        wanted = query.value.casefold() if isinstance(query.value, str) else query.value
        return COMPARE[query.operator](have[query.term], wanted)

    def delete(self, drive_id: str, caller: str) -> None:
        """`drives.delete`: an empty drive, by an organizer.

        Raises:
            DriveError: 403 when something lies in it, or for who is no organizer; 404.
        """
        drive = self.get(drive_id, caller, "organizer")
        if len(self._files.below(drive.id)) > 1:
            message = "The shared drive cannot be deleted because it contains items."
            raise DriveError(403, "cannotDeleteResourceWithChildren", message)
        with self._files.store.write():
            self._changes.leave(drive, [drive])
            self._files.remove(drive.id)


def drive_of(drive: File, role: str | None, *, hidden: bool = False) -> Json:
    """A Drive as JSON, for somebody with a role on it."""
    manages, arranges, writes = (rank(role) >= rank(one) for one in ("organizer", "fileOrganizer", "writer"))
    given = drive.extra.get("restrictions", {})
    reads = writes or not given.get("copyRequiresWriterPermission", False)
    return {
        "kind": "drive#drive",
        "id": drive.id,
        "name": drive.name,
        "createdTime": drive.created,
        "hidden": hidden,
        "colorRgb": drive.extra.get("colorRgb", "#4285f4"),
        "restrictions": {one: bool(given.get(one, False)) for one in RESTRICTIONS},
        "capabilities": {
            "canAddChildren": writes,
            "canChangeCopyRequiresWriterPermissionRestriction": manages,
            "canChangeDomainUsersOnlyRestriction": manages,
            "canChangeDriveBackground": manages,
            "canChangeDriveMembersOnlyRestriction": manages,
            "canChangeSharingFoldersRequiresOrganizerPermissionRestriction": manages,
            "canComment": rank(role) >= rank("commenter"),
            "canCopy": reads,
            "canDeleteChildren": manages,
            "canDeleteDrive": manages,
            "canDownload": reads,
            "canEdit": writes,
            "canListChildren": True,
            "canManageMembers": manages,
            "canReadRevisions": writes,
            "canRename": writes,
            "canRenameDrive": manages,
            "canResetDriveRestrictions": manages,
            "canShare": manages,
            "canTrashChildren": arranges,
        },
    }


_OLDER = {
    "driveMembersOnly": "teamMembersOnly",
    "canChangeDriveBackground": "canChangeTeamDriveBackground",
    "canChangeDriveMembersOnlyRestriction": "canChangeTeamMembersOnlyRestriction",
    "canDeleteDrive": "canDeleteTeamDrive",
    "canRenameDrive": "canRenameTeamDrive",
    "canResetDriveRestrictions": "canResetTeamDriveRestrictions",
}


def team_drive_of(drive: Json) -> Json:
    """A Drive as JSON under the older names, a TeamDrive."""
    body = {name: value for name, value in drive.items() if name != "hidden"}
    for part in ("restrictions", "capabilities"):
        body[part] = {_OLDER.get(name, name): value for name, value in drive[part].items()}
    return {**body, "kind": "drive#teamDrive"}

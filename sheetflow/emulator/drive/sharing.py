"""Permissions: who is given what on a file, folder or shared drive, and by whom.

A permission stands on one file or folder and holds for all below; where it is inherited it can be neither
changed nor taken away. There is one owner, who alone gives ownership away, and to somebody of another domain
only with consent: the owner asks for it (`pendingOwner`), the other takes it. Source: Google's guides on
sharing and on the transfer of ownership.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.drive.errors import DriveError, bad, insufficient, invalid_value, required
from sheetflow.emulator.drive.meta import stamp_of
from sheetflow.emulator.drive.picture import capabilities, merged, permission_of, rank
from sheetflow.emulator.files import FOLDER, ROLES, SPREADSHEET, File, Permission, permission_id
from sheetflow.emulator.wire import Json

if TYPE_CHECKING:
    from sheetflow.emulator.drive.service import Drive

_TYPES = ("user", "group", "domain", "anyone")
_WEAK = ("reader", "commenter", "writer")


class Sharing:
    """Permissions over the files of a Drive."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        self._files = drive.files

    def listed(self, file: File) -> list[Json]:
        """The permissions that hold for a file."""
        people = merged(self._files.sharing(file.id))
        return [permission_of(one, shares, file) for one, shares in people]

    def shown(self, file: File, identifier: str) -> Json:
        """One permission.

        Raises:
            DriveError: 404.
        """
        for one in self.listed(file):
            if one["id"] == identifier:
                return one
        raise _no_permission(identifier)

    def give(
        self,
        file: File,
        caller: str,
        body: Any,
        *,
        transfer: bool = False,
        notify: bool = True,
        move: bool = False,
    ) -> Json:
        """`permissions.create`.

        Args:
            file: the file, which the caller may see.
            caller: who shares it.
            body: a Permission.
            transfer: `transferOwnership`.
            notify: `sendNotificationEmail`; the mail is counted, not sent.
            move: `moveToNewOwnersRoot`.

        Raises:
            DriveError: 400 for a permission that makes no sense, 403 for one that the caller may not give.
        """
        body = body if isinstance(body, dict) else {}
        self._may_share(file, caller)
        kind, role = body.get("type"), body.get("role")
        if kind not in _TYPES:
            raise required("permission.type") if kind is None else _bad_field("permission.type", "type")
        if role not in ROLES:
            raise required("permission.role") if role is None else _bad_field("permission.role", "role")
        permission = self._grantee(body, kind, role, caller)
        if role == "owner":
            return self._transfer(file, caller, permission, transfer=transfer, move=move)
        self._check_role(file, caller, permission)
        before = self._own(file, permission.id)
        if before is not None and before.role == "owner":
            raise DriveError(403, "cannotModifyOwner", "The owner of a file cannot be given another role.")
        self._grant(file, permission)
        if notify and kind in ("user", "group") and before is None:
            self._notice()
        return self.shown(file, permission.id)

    def _grantee(self, body: Mapping[str, Any], kind: str, role: str, caller: str) -> Permission:
        """The permission that a body describes."""
        if kind in ("user", "group"):
            email = body.get("emailAddress")
            if not isinstance(email, str) or "@" not in email:
                message = "The permission's emailAddress field is required."
                raise invalid_value("permission.emailAddress", message)
            identifier, address = permission_id(email.strip().lower()), email.strip().lower()
        elif kind == "domain":
            address = str(body.get("domain") or "").lower()
            if not address:
                raise invalid_value("permission.domain", "The permission's domain field is required.")
            identifier = permission_id(address) + "k"
        else:
            address, identifier = "", "anyone" if body.get("allowFileDiscovery") else "anyoneWithLink"
        discovery = bool(body.get("allowFileDiscovery")) and kind in ("domain", "anyone")
        pending = bool(body.get("pendingOwner")) and kind == "user" and role == "writer"
        return Permission(
            identifier,
            address,
            role,
            kind,
            discovery,
            self._expiry(body, kind),
            pending,
            self._files.stamp(),
            caller.lower(),
        )

    def _expiry(self, body: Mapping[str, Any], kind: str) -> str:
        given = body.get("expirationTime")
        if given is None:
            return ""
        end = stamp_of(str(given), "permission.expirationTime")
        latest = self._files.now() + timedelta(days=366)
        ends = datetime.fromisoformat(end)
        if kind not in ("user", "group") or not self._files.now() < ends <= latest:
            message = "The specified expiration date is invalid for this permission."
            raise DriveError(403, "expirationDateNotAllowedForSharedItem", message)
        return end

    def change(
        self,
        file: File,
        caller: str,
        identifier: str,
        body: Any,
        *,
        transfer: bool = False,
        no_expiry: bool = False,
    ) -> Json:
        """`permissions.update`: another role, another end.

        Raises:
            DriveError: 403 for an inherited permission or a role that the caller may not give, 404.
        """
        body = body if isinstance(body, dict) else {}
        own = self._changeable(file, caller, identifier, accepting=body.get("role") == "owner")
        role = body.get("role", own.role)
        if role not in ROLES:
            raise _bad_field("permission.role", "role")
        if role == "owner" and own.role != "owner":
            return self._transfer(file, caller, replace(own, role="owner"), transfer=transfer, move=False)
        if own.role == "owner" and role != "owner":
            raise DriveError(403, "cannotRemoveOwner", "The owner of a file cannot be removed.")
        expires = "" if no_expiry else self._expiry(body, own.kind) or own.expires
        pending = bool(body.get("pendingOwner", own.pending)) and own.kind == "user" and role == "writer"
        permission = replace(own, role=role, expires=expires, pending=pending)
        if role != own.role:
            self._check_role(file, caller, permission)
        self._grant(file, permission)
        return self.shown(file, identifier)

    def take(self, file: File, caller: str, identifier: str) -> None:
        """`permissions.delete`; anybody may give up a role of their own.

        Raises:
            DriveError: 403 for the owner's or an inherited permission, 404.
        """
        mine = identifier == permission_id(caller.lower())
        own = self._own(file, identifier) if mine else self._changeable(file, caller, identifier)
        if own is None:
            raise self._absent(file, identifier)
        if own.role == "owner":
            raise DriveError(403, "cannotRemoveOwner", "The owner of a file cannot be removed.")
        others = [one for one in self._files.permissions(file.id) if one.role == "organizer" and one != own]
        if file.id == file.drive and own.role == "organizer" and not others:
            raise DriveError(403, "cannotRemoveLastOrganizer", "A shared drive must have an organizer.")
        with self._drive.changes.departing(file):
            self._files.revoke(file.id, identifier)
            self._files.put(file.id)

    def _grant(self, file: File, permission: Permission) -> None:
        with self._files.store.write():
            self._files.grant(file.id, permission)
            self._files.put(file.id)

    def _own(self, file: File, identifier: str) -> Permission | None:
        """A permission that stands on the file itself."""
        return next((one for one in self._files.permissions(file.id) if one.id == identifier), None)

    def _absent(self, file: File, identifier: str) -> DriveError:
        """Why a permission cannot be touched here: it is inherited, or there is none."""
        if all(one.id != identifier for one, _ in self._files.sharing(file.id)):
            return _no_permission(identifier)
        if file.drive:
            message = "Cannot update or delete an inherited permission on a shared drive item."
            return DriveError(403, "cannotModifyInheritedTeamDrivePermission", message)
        message = "Cannot update or delete an inherited permission."
        return DriveError(403, "cannotModifyInheritedPermission", message)

    def _changeable(self, file: File, caller: str, identifier: str, *, accepting: bool = False) -> Permission:
        own = self._own(file, identifier)
        mine = own is not None and own.email == caller.lower() and own.pending and accepting
        if not mine:
            self._may_share(file, caller)
        if own is None:
            raise self._absent(file, identifier)
        return own

    def _may_share(self, file: File, caller: str) -> None:
        if not capabilities(file, self._files.role(file.id, caller))["canShare"]:
            raise insufficient()

    def _check_role(self, file: File, caller: str, permission: Permission) -> None:
        """Refuse a role that a thing cannot have, or that is stronger than the giver's."""
        if permission.role not in _WEAK and not file.drive:
            raise _bad_field("permission.role", "role")
        if permission.role in ("organizer", "fileOrganizer") and file.mime_type != FOLDER:
            raise _bad_field("permission.role", "role")
        if permission.role == "organizer" and file.id != file.drive:
            raise _bad_field("permission.role", "role")
        if permission.kind in ("anyone", "domain") and permission.role not in _WEAK:
            raise _bad_field("permission.role", "role")
        if rank(permission.role) > rank(self._files.role(file.id, caller)):
            raise insufficient()
        self._check_restrictions(file, permission)

    def _check_restrictions(self, file: File, permission: Permission) -> None:
        """Refuse what a shared drive's organizers forbade."""
        restricts = self._drive.drives.restricts
        organizers = [one.email for one in self._files.permissions(file.drive) if one.role == "organizer"]
        domains = {email.rpartition("@")[2] for email in organizers[:1]}
        outside = permission.email.rpartition("@")[2] not in domains
        if restricts(file.drive, "domainUsersOnly") and outside:
            message = "The shared drive restricts access to users of its domain."
            raise DriveError(403, "teamDriveDomainUsersOnlyRestriction", message)
        member = any(one.email == permission.email for one in self._files.permissions(file.drive))
        if restricts(file.drive, "driveMembersOnly") and file.id != file.drive and not member:
            message = "The shared drive restricts access to its members."
            raise DriveError(403, "teamDriveTeamMembersOnlyRestriction", message)

    def _transfer(
        self, file: File, caller: str, permission: Permission, *, transfer: bool, move: bool
    ) -> Json:
        """Make another the owner; the owner until now stays as a writer."""
        if not transfer:
            message = "The transferOwnership parameter must be enabled when the permission role is 'owner'."
            raise DriveError(403, "forbidden", message, "transferOwnership")
        if file.drive:
            message = "Ownership of items in shared drives cannot be transferred."
            raise DriveError(403, "teamDrivesOwnershipNotSupported", message)
        if permission.kind != "user":
            raise bad("Only a user can be the owner.", "permission.type")
        heir, before = permission.email, self._own(file, permission.id)
        accepts = before is not None and before.pending and heir == caller.lower()
        if file.owner != caller.lower() and not accepts:
            raise insufficient()
        if heir.rpartition("@")[2] != file.owner.rpartition("@")[2] and not accepts:
            message = "Consent is required to transfer ownership of a file to another user."
            raise DriveError(403, "consentRequiredForOwnershipTransfer", message)
        with self._drive.changes.departing(file):
            if heir != file.owner:
                self._files.grant(file.id, Permission(permission_id(file.owner), file.owner, "writer"))
            self._files.grant(file.id, replace(permission, role="owner", pending=False, expires=""))
            place = {"parent": self._files.root(heir)} if move else {}
            self._files.put(file.id, owner=heir, **place)
        if file.mime_type == SPREADSHEET:
            self._drive.sheets.reowned(file.id, heir)
        self._notice()
        now = self._files.get(file.id)
        return self.shown(now or file, permission.id)

    def _notice(self) -> None:
        store = self._files.store
        with store.write():
            store.set_setting("drive_share_notices", self._drive.notices + 1)


def _no_permission(identifier: str) -> DriveError:
    return DriveError(404, "notFound", f"Permission not found: {identifier}.", "permissionId")


def _bad_field(location: str, name: str) -> DriveError:
    return invalid_value(location, f"The specified {name} is invalid or not supported.")

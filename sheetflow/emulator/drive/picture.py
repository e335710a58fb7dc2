"""Drive's resources as JSON: files, users, permissions, revisions, shared drives.

A picture is made for one caller: what somebody may not see is left out (parents outside of the caller's
reach, permissions without the right to share), as at Google.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sheetflow.emulator.drive.export import FORMATS
from sheetflow.emulator.drive.matches import Searcher
from sheetflow.emulator.files import FOLDER, ROLES, SPREADSHEET, File, Files, Permission, permission_id
from sheetflow.emulator.wire import Json

SHORTCUT = "application/vnd.google-apps.shortcut"
_KEPT = (
    *("description", "properties", "appProperties", "folderColorRgb", "contentHints", "shortcutDetails"),
    *("contentRestrictions", "sharingUser", "trashingUser"),
)
_ICON = "https://drive-thirdparty.googleusercontent.com/16/type/"

Wants = Callable[[str], bool]
"""Whether a field was asked for."""


def rank(role: str | None) -> int:
    """How strong a role is; -1 for none."""
    return -1 if role is None else ROLES.index(role)


def user_of(email: str, caller: str) -> Json:
    """A User."""
    return {
        "kind": "drive#user",
        "displayName": email,
        "me": email == caller.lower(),
        "permissionId": permission_id(email),
        "emailAddress": email,
    }


def file_of(file: File, files: Files, caller: str, wants: Wants, searcher: Searcher) -> Json:
    """A File."""
    caller = caller.lower()
    body: Json = {
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": file.mime_type,
        "starred": caller in file.extra.get("starred", ()),
        "trashed": file.id in searcher.trash if wants("trashed") else False,
        "explicitlyTrashed": bool(file.trashed),
        "spaces": ["drive"],
        "version": str(file.version),
        "createdTime": file.created,
        "modifiedTime": file.modified,
        "modifiedByMe": file.by == caller,
        "viewedByMe": False,
        "isAppAuthorized": True,
        "hasThumbnail": False,
        "thumbnailVersion": "0",
        "quotaBytesUsed": str(file.size),
        "copyRequiresWriterPermission": file.extra.get("copyRequiresWriterPermission", False),
        "viewersCanCopyContent": not file.extra.get("copyRequiresWriterPermission", False),
        "writersCanShare": file.extra.get("writersCanShare", True),
        "webViewLink": _view_link(file),
        "iconLink": _ICON + file.mime_type,
        "linkShareMetadata": {"securityUpdateEligible": False, "securityUpdateEnabled": True},
    }
    body.update({name: file.extra[name] for name in _KEPT if file.extra.get(name)})
    if file.by:
        body["lastModifyingUser"] = user_of(file.by, caller)
    if file.by == caller:
        body["modifiedByMeTime"] = file.modified
    if file.blob:
        body.update(_content(file))
    if file.mime_type == SPREADSHEET:
        address = f"https://docs.google.com/spreadsheets/export?id={file.id}&exportFormat="
        body["exportLinks"] = {kind: address + ending for kind, ending in FORMATS.items()}
    if file.parent and wants("parents") and files.role(file.parent, caller) is not None:
        body["parents"] = [file.parent]
    if any(wants(name) for name in ("capabilities", "permissions", "permissionIds")):
        role = files.role(file.id, caller)
        body["capabilities"] = capabilities(file, role)
        if body["capabilities"]["canShare"]:
            people = merged(searcher.sharing(file))
            body["permissionIds"] = [one.id for one, _ in people]
            if not file.drive:
                body["permissions"] = [permission_of(one, shares, file) for one, shares in people]
    return {**body, **_holder(file, caller, wants, searcher)}


def _holder(file: File, caller: str, wants: Wants, searcher: Searcher) -> Json:
    """To whom a file belongs: a person, or a shared drive."""
    if file.drive:
        trash: Json = {"trashedTime": file.trashed} if file.trashed else {}
        if file.trashed and file.extra.get("trashedBy"):
            trash["trashingUser"] = user_of(file.extra["trashedBy"], caller)
        return {"driveId": file.drive, "teamDriveId": file.drive, "hasAugmentedPermissions": False, **trash}
    body: Json = {"owners": [user_of(file.owner, caller)], "ownedByMe": file.owner == caller}
    if wants("shared"):
        body["shared"] = len({one.id for one, _ in searcher.sharing(file)}) > 1
    given = searcher.given(file) if wants("sharedWithMeTime") or wants("sharingUser") else None
    if given is not None and given.at:
        body.update(sharedWithMeTime=given.at, sharingUser=user_of(given.by, caller))
    return body


def _content(file: File) -> Json:
    stem, dot, ending = file.name.rpartition(".")
    body: Json = {
        "size": str(file.size),
        "md5Checksum": file.md5,
        "sha1Checksum": file.sha1,
        "sha256Checksum": file.blob,
        "headRevisionId": file.head,
        "originalFilename": file.extra.get("originalFilename", file.name),
        "webContentLink": f"https://drive.google.com/uc?id={file.id}&export=download",
    }
    if dot and stem:
        body.update(fileExtension=ending, fullFileExtension=ending)
    return body


def _view_link(file: File) -> str:
    if file.mime_type == FOLDER:
        return f"https://drive.google.com/drive/folders/{file.id}"
    if file.mime_type == SPREADSHEET:
        return f"https://docs.google.com/spreadsheets/d/{file.id}/edit?usp=drivesdk"
    return f"https://drive.google.com/file/d/{file.id}/view?usp=drivesdk"


def capabilities(file: File, role: str | None) -> Json:
    """What somebody with a role may do with a file: the subset of Drive's list that programs ask for."""
    reads, comments, writes = (rank(role) >= rank(name) for name in ("reader", "commenter", "writer"))
    folder, drive, owns = file.is_folder, bool(file.drive), role == "owner"
    manages = rank(role) >= rank("organizer" if drive else "owner")
    arranges = rank(role) >= rank("fileOrganizer") if drive else owns
    copies = reads and (writes or not file.extra.get("copyRequiresWriterPermission", False))
    shares = owns or (writes and bool(file.extra.get("writersCanShare", True)))
    if drive and folder:
        shares = manages if file.id == file.drive else arranges
    return {
        "canAcceptOwnership": False,
        "canAddChildren": folder and writes,
        "canChangeCopyRequiresWriterPermission": writes,
        "canChangeViewersCanCopyContent": writes,
        "canComment": comments,
        "canCopy": copies and not folder,
        "canDelete": manages,
        "canDeleteChildren": drive and folder and manages,
        "canDownload": copies and not folder,
        "canEdit": writes,
        "canListChildren": folder and reads,
        "canModifyContent": writes,
        "canMoveChildrenWithinDrive": folder and (arranges if drive else writes),
        "canMoveItemOutOfDrive": manages,
        "canMoveItemWithinDrive": arranges if drive else writes,
        "canReadDrive": drive and reads,
        "canReadRevisions": writes and not folder,
        "canRemoveChildren": folder and (arranges if drive else writes),
        "canRename": writes,
        "canShare": shares,
        "canTrash": arranges,
        "canTrashChildren": drive and folder and arranges,
        "canUntrash": arranges,
    }


Shares = list[tuple[Permission, str]]


def merged(shares: Shares) -> list[tuple[Permission, Shares]]:
    """One permission an account, with its strongest role, beside the single ones that it comes from."""
    groups: dict[str, Shares] = {}
    for permission, holder in shares:
        groups.setdefault(permission.id, []).append((permission, holder))
    people = []
    for group in groups.values():
        strongest = max((one.role for one, _ in group), key=rank)
        people.append((replace(group[0][0], role=strongest), group))
    return people


def permission_of(permission: Permission, shares: Shares, file: File) -> Json:
    """A Permission, as it holds for a file."""
    body: Json = {
        "kind": "drive#permission",
        "id": permission.id,
        "type": permission.kind,
        "role": permission.role,
    }
    if permission.kind == "domain":
        body.update(domain=permission.email, displayName=permission.email)
    elif permission.email:
        body.update(emailAddress=permission.email, displayName=permission.email, deleted=False)
    if permission.kind in ("domain", "anyone"):
        body["allowFileDiscovery"] = permission.discovery
    if permission.expires:
        body["expirationTime"] = permission.expires
    if permission.kind == "user" and not file.drive:
        body["pendingOwner"] = permission.pending
    details = []
    for one, holder in shares:
        detail: Json = {
            "permissionType": "member" if file.drive and holder == file.drive else "file",
            "role": one.role,
            "inherited": holder != file.id,
        }
        if file.drive and holder != file.id:
            detail["inheritedFrom"] = holder
        details.append(detail)
    return {**body, "permissionDetails": details}

"""Where files may lie: one folder each, no folder in itself, and the ways into and out of shared drives."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sheetflow.emulator.drive.errors import DriveError, bad, insufficient
from sheetflow.emulator.drive.picture import rank
from sheetflow.emulator.files import File, Files
from sheetflow.emulator.wire import Json


@dataclass(frozen=True)
class Place:
    """A folder, the shared drive it is in ("" for none), and to whom a file there belongs."""

    parent: str
    drive: str
    owner: str

    def columns(self) -> Json:
        """The columns of a file's record, without its owner."""
        return {"parent": self.parent, "drive": self.drive}


def check_folder(files: Files, folder: File, caller: str) -> None:
    """Refuse to put something into what is no folder, or not the caller's to write to.

    Raises:
        DriveError: 403.
    """
    if not folder.is_folder:
        raise DriveError(403, "parentNotAFolder", "The specified parent is not a folder.")
    if rank(files.role(folder.id, caller)) < rank("writer"):
        raise DriveError(
            403, "insufficientParentPermissions", "Insufficient permissions for the specified parent."
        )


def moved(files: Files, file: File, caller: str, add: Collection[File], remove: Collection[str]) -> Place:
    """Where a file is after some folders were added and some taken away.

    A file that is taken out of its only folder goes to its owner's My Drive. What is both taken away and
    added is added: rclone renames within a folder so.

    Raises:
        DriveError: 403 for a second parent, or a folder or move that the caller has no right to; 400 for a
            folder that would lie in itself.
    """
    stays = [file.parent] if file.parent and file.parent not in remove else []
    parents = list(dict.fromkeys([*stays, *(folder.id for folder in add)]))
    if len(parents) > 1:
        raise DriveError(403, "cannotAddParent", "Increasing the number of parents is not allowed")
    if parents == [file.parent]:
        return Place(file.parent, file.drive, file.owner)
    if file.drive and rank(files.role(file.id, caller)) < rank("fileOrganizer"):
        raise insufficient()
    if not parents:
        if file.drive:
            message = "A shared drive item must have exactly one parent."
            raise DriveError(403, "teamDrivesParentLimit", message)
        return Place(files.root(file.owner), "", file.owner)
    folder = next(one for one in add if one.id == parents[0])
    check_folder(files, folder, caller)
    if any(one.id == file.id for one in files.above(folder.id)):
        raise bad("Cannot add a parent that would create a cycle in the directory graph.", "addParents")
    if folder.drive == file.drive:
        return Place(folder.id, folder.drive, file.owner)
    if not file.drive:
        if file.is_folder:
            message = "Moving folders into shared drives is not supported."
            raise DriveError(403, "teamDrivesFolderMoveInNotSupported", message)
        if file.owner != caller.lower():
            raise insufficient()
        return Place(folder.id, folder.drive, "")
    if rank(files.role(file.id, caller)) < rank("organizer"):
        raise insufficient()
    return Place(folder.id, folder.drive, "" if folder.drive else caller.lower())

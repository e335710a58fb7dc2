"""The company's Drive as a place of plan and apply: its folders, and who may open what.

Folders that are gone, in the trash or elsewhere come first, then permissions: a folder that is made anew is
shared by the same apply. What only somebody else can do (take another's folder out of the trash, share where
we may not) is named and left. Folders may be renamed: they are known by their marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sheetflow.app.access import Sharing
from sheetflow.app.folders import LAYOUT
from sheetflow.app.upkeep import Done, Known
from sheetflow.core.access import FOLDERS, SPREADSHEET, Grant, Step, Wish, named, steps, wanted
from sheetflow.core.rulebook import Words
from sheetflow.errors import AccessDenied
from sheetflow.ports import AccessPort, FolderCarePort, FolderSeen
from sheetflow.templates.plan import Action, Change

ACTIONS: dict[str, Action] = {"give": "add", "change": "change", "take": "remove"}
ROLES = {"reader": "a reader", "commenter": "a commenter", "writer": "an editor"}


class DrivePlace:
    """One registry's folders and permissions (Surveyor).

    Args:
        access: acts as the functions' account.
        folders: the same.
        root: the id of the root folder, "" where the registry has no folders.
    """

    def __init__(self, access: AccessPort, folders: FolderCarePort, root: str) -> None:
        self.access, self.folders, self.root = access, folders, root
        self._known: Known | None = None

    def survey(self, known: Known) -> list[Change]:
        """Every difference in folders and permissions."""
        self._known = known
        seen = self.folders.seen(self.root, LAYOUT) if self.root else {}
        if seen and seen["root"].state == "missing":
            seen = {"root": seen["root"]}
        changes = [one for key, folder in seen.items() if (one := _folder_change(key, folder, known.words))]
        places = [SPREADSHEET, *(key for key in FOLDERS if len(seen) > 1)]
        gone = {key for key, folder in seen.items() if folder.state == "missing"}
        self.access.locate({key: folder.id for key, folder in seen.items() if folder.id})
        found: dict[str, Sequence[Grant]] = {}
        for place in places:
            try:
                grants = None if place in gone else self.access.grants(place)
            except AccessDenied as error:
                changes.append(_closed(place_of(place, known.words), error, known.service_account))
                continue
            found[place] = grants or ()
        wish = Wish(wanted(known.company.people))
        todo = steps(wish, found, self._free(known))
        return [*changes, *(_access_change(step, known.words) for step in todo)]

    def carry_out(self, changes: Sequence[Change], done: Done) -> None:
        """Do what can be done, one by one; what Drive refuses is left and found again by the next survey."""
        if self._known is None:
            raise AssertionError("a survey comes first")
        known = self._known
        run = Sharing(self.access, Wish(wanted(known.company.people)))
        for change in changes:
            deed = change.deed
            if deed and change.kind == "folder":
                if self._put_right(deed, known):
                    done(change)
            elif deed:
                step = Step(
                    deed["do"], deed["place"], deed["address"], deed["role"],
                    Grant(*deed["grant"]) if deed["grant"] else None,
                )  # fmt: skip
                before = len(run.problems)
                run.do(step)
                if step.action == "take" and step.grant and step.grant.kind == "user":
                    run.clear([step.address])
                if not [one for one in run.problems[before:] if one.why == step.action]:
                    done(change)

    def _put_right(self, deed: Any, known: Known) -> bool:
        key, words = deed["key"], known.words
        folder = FolderSeen(*deed["folder"])
        try:
            if deed["do"] == "make":
                above = self.folders.seen(self.root, LAYOUT)[LAYOUT[key]].id
                self.folders.ensure(key, words.label("folders", key), above, self.root)
            elif deed["do"] == "restore":
                self.folders.restore(folder)
            else:
                self.folders.move(folder, self.folders.seen(self.root, LAYOUT)[LAYOUT[key]].id)
        except AccessDenied:
            return False
        return True

    def _free(self, known: Known) -> set[str]:
        return {*self.access.free(), known.service_account.lower(), known.owner.lower()} - {""}


def place_of(place: str, words: Words) -> str:
    """What a place is called in a plan."""
    return words.label("folders", place) if place in FOLDERS else words.label("tabs", "registry")


def _folder_change(key: str, folder: FolderSeen, words: Words) -> Change | None:
    name = folder.name or place_of(key, words)
    above = place_of(LAYOUT.get(key, "root"), words)
    seen = list(_fields(folder))
    if folder.state == "missing" and key == "root":
        detail = (
            "it is gone, or closed to the service account, so no file can be put away. Give the account "
            "the role Editor there; or name another folder, shared with it, by SHEETFLOW_FOLDER"
        )
        return Change("add", "folder", name, detail, "drive")
    if folder.state == "missing":
        detail = f"it is not in {above!r}; it is made anew"
        return Change("add", "folder", name, detail, "drive", deed=_deed("make", key, seen))
    if folder.state == "trashed" and not folder.able:
        detail = "it is in the trash, and only its owner can take it out: do it by hand in Drive"
        return Change("change", "folder", name, detail, "drive")
    if folder.state == "trashed":
        detail = "it is in the trash; it is taken out"
        return Change("change", "folder", name, detail, "drive", deed=_deed("restore", key, seen))
    if folder.state == "moved":
        detail = f"it was moved out of {above!r}; it is put back, with all that lies in it"
        return Change("move", "folder", name, detail, "drive", deed=_deed("move", key, seen))
    return None


def _deed(do: str, key: str, folder: list[Any]) -> dict[str, Any]:
    return {"do": do, "key": key, "folder": folder}


def _fields(folder: FolderSeen) -> tuple[Any, ...]:
    return folder.state, folder.id, folder.name, folder.parent, folder.able


def _closed(place: str, error: AccessDenied, account: str) -> Change:
    detail = (
        f"the service account may not see who can open it ({error}); "
        f"give {account or 'it'} the role Editor there, and let editors share"
    )
    return Change("change", "access", place, detail, "drive")


def _access_change(step: Step, words: Words) -> Change:
    place, grant = place_of(step.place, words), step.grant
    role = ROLES.get(step.role, step.role)
    if step.action == "give":
        detail = f"the People tab says so, and Drive does not: {step.address} becomes {role}"
    elif step.action == "change":
        was = ROLES.get(grant.role, grant.role) if grant else ""
        detail = f"{step.address} is {was}; by the People tab it is {role}"
    elif grant is not None and grant.kind == "anyone":
        detail = "anyone who has the link can open it; the link is closed"
    elif grant is not None and grant.kind != "user":
        detail = f"a whole {grant.kind} can open it; access is by the People tab alone, so it is taken away"
    else:
        detail = f"{step.address} is {role} there, but not by the People tab; it is taken away"
    given = [grant.id, grant.kind, grant.address, grant.role, grant.above] if grant else []
    deed = {
        "do": step.action,
        "place": step.place,
        "address": step.address,
        "role": step.role,
        "grant": given,
    }
    name = f"{place} / {named(grant) if grant else step.address}"
    return Change(ACTIONS[step.action], "access", name, detail, "drive", deed=deed)

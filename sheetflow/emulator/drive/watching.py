"""What a notification channel sees: of one file, or of the list of changes; and how it tells of it."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING

from sheetflow.emulator.drive.changes import Scope
from sheetflow.emulator.drive.picture import merged
from sheetflow.emulator.wire import Json

if TYPE_CHECKING:
    from sheetflow.emulator.drive.changes import Changes
    from sheetflow.emulator.files import Files

FILE_LONGEST, CHANGES_LONGEST = timedelta(days=1), timedelta(days=7)
_ASPECTS = ("content", "properties", "parents", "children", "permissions")


class WatchedFile:
    """A file. {"file": id} says which; nothing is seen of what the person may not see."""

    kind = "file"
    body = b""

    def __init__(self, files: Files) -> None:
        self._files = files

    def look(self, what: Json, person: str, _before: Json) -> Json:
        """The file's state, each aspect of it as a short digest."""
        file = self._files.get(what["file"])
        if file is None or self._files.role(file.id, person) is None:
            return {}
        extra = {**file.extra, "starred": person in file.extra.get("starred", ())}
        people = [one for one, _ in merged(self._files.sharing(file.id))]
        shares = sorted((one.id, one.role, one.expires, one.pending, one.discovery) for one in people)
        return {
            "trashed": self._files.in_trash(file.id),
            # The content of a Docs editors file has no bytes: it changed when the file did, and nothing else.
            "content": file.head or ("" if file.is_folder else file.modified),
            "native": file.is_native,
            "properties": _digest(file.name, file.mime_type, extra, "" if file.is_native else file.modified),
            "parents": file.parent,
            "children": _digest(*self._files.children(file.id)) if file.is_folder else "",
            "permissions": _digest(*shares),
        }

    def told(self, before: Json, now: Json) -> tuple[str, str] | None:
        """`add`, `remove`, `trash`, `untrash`, or `update` with the aspects that changed."""
        if not now or not before:
            return ("add", "") if now else ("remove", "")
        if now["trashed"] != before["trashed"]:
            return ("trash", "") if now["trashed"] else ("untrash", "")
        changed = [name for name in _ASPECTS if now[name] != before[name]]
        if now["native"] and "content" in changed:
            # A changed name moves the time too; what was typed moves nothing else.
            changed = changed[1:] if "properties" in changed else ["content", "properties", *changed[1:]]
        return ("update", ",".join(changed)) if changed else None


class WatchedChanges:
    """The changes of all that a person sees, or of a shared drive; {"scope": …} says which of them."""

    kind = "changes"
    body = json.dumps({"kind": "drive#changes"}).encode()

    def __init__(self, files: Files, changes: Changes) -> None:
        self._files = files
        self._changes = changes

    def look(self, what: Json, person: str, before: Json) -> Json:
        """The number of the last change that the person can see."""
        seen = before.get("last", self._files.last_change)
        return {"last": self._changes.last(Scope(**what["scope"]), person, seen)}

    def told(self, before: Json, now: Json) -> tuple[str, str] | None:
        """`change`."""
        return ("change", "") if now["last"] > before["last"] else None


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]

"""Labels: those that every box has, and those that its owner made.

A user's label is named by an id that stays; its name is unique in the box, whatever its case, and none that
Gmail keeps for itself. Sources: Google's reference of labels; the sentences of refusals from reports of users
where they are known, which those for system labels are not.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sheetflow.emulator.gmail.operators import label_key
from sheetflow.emulator.wire import GoogleError, Json, invalid, not_found

if TYPE_CHECKING:
    from sheetflow.emulator.store import Store

_HIDDEN = {"messageListVisibility": "hide", "labelListVisibility": "labelHide"}
_SHOWN = {"messageListVisibility": "show", "labelListVisibility": "labelShow"}
_PLAIN = ("SENT", "INBOX", "DRAFT", "STARRED", "UNREAD")
_CATEGORIES = ("PERSONAL", "SOCIAL", "PROMOTIONS", "UPDATES", "FORUMS")
SYSTEM_LABELS = (
    *("CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", "STARRED", "UNREAD"),
    *(f"CATEGORY_{name}" for name in _CATEGORIES),
)
FIXED = frozenset({"SENT", "DRAFT", "CHAT"})
"""Labels that nobody can put on a mail, or take from it."""
PLACES = frozenset({"INBOX", "TRASH", "SPAM"})
"""Of these a mail has one at most."""
_RESERVED = frozenset(
    {
        *(name.casefold() for name in SYSTEM_LABELS),
        *("drafts", "chats", "all mail", "archive", "muted", "migrated", "bin", "junk", "read", "scheduled"),
        *("snoozed", "voicemail"),
    }
)
NAME_LIMIT = 225
_COLORS = """
#000000 #007286 #04502e #076239 #083018 #094228 #0b4f30 #0b804b #0d3472 #0d3b44 #149e60 #16a765 #16a766
#1a764d #1c4587 #1e53b8 #202124 #285bac #2a9c68 #2da2bb #3c78d8 #3d188e #3dc789 #41236d #42d692 #434343
#43d692 #44b984 #464646 #4986e7 #4a86e8 #521d28 #54240e #594c05 #633e04 #653e9b #662e37 #666666 #684e07
#68dfa9 #6d9eeb #711a36 #757575 #7858c3 #7a2e0b #7a4706 #822111 #83334c #89d3b2 #8a1c0a #8e63ce #98d7e4
#994a64 #999999 #a0eac9 #a2dcc1 #a46a21 #a479e2 #a4c2f4 #aa8831 #ac2b16 #b3efd3 #b65775 #b694e8 #b6cff5
#b99aff #b9e4d0 #c2185b #c2c2c2 #c6f3de #c9daf8 #cc3a21 #cca6ac #cccccc #cf8933 #d0bcf1 #d5ae49 #d93025
#e07798 #e3d7ff #e4d7f5 #e66550 #e7e7e7 #eaa041 #ebdbde #efa093 #efefef #f2b2a8 #f2c960 #f3f3f3 #f691b2
#f691b3 #f6c5be #f7a7c0 #fad165 #fb4c2f #fbc8d9 #fbd3e0 #fbe983 #fcda83 #fcdee8 #fce8b3 #fdedc1 #fef1d1
#ff7537 #ffad46 #ffad47 #ffbc6b #ffc8af #ffd6a2 #ffdeb5 #ffe6c7 #ffffff
"""
_PALETTE = frozenset(_COLORS.split())


class Labels:
    """The labels of all boxes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.ensure(
            "CREATE TABLE IF NOT EXISTS mail_labels (owner TEXT, id TEXT, key TEXT, body TEXT,"
            " PRIMARY KEY (owner, id), UNIQUE (owner, key))"
        )

    def all(self, owner: str) -> list[Json]:
        """All labels of a box, the system's first."""
        sql = "SELECT body FROM mail_labels WHERE owner = ? ORDER BY rowid"
        return [
            *map(_system, SYSTEM_LABELS),
            *(json.loads(row[0]) for row in self._store.read(sql, (owner,))),
        ]

    def get(self, owner: str, label: str) -> Json:
        """A label.

        Raises:
            GoogleError: 404.
        """
        if label in SYSTEM_LABELS:
            return _system(label)
        rows = self._store.read("SELECT body FROM mail_labels WHERE owner = ? AND id = ?", (owner, label))
        if not rows:
            raise not_found()
        found: Json = json.loads(rows[0][0])
        return found

    def create(self, owner: str, body: Json) -> Json:
        """A new label.

        Raises:
            GoogleError: 400 for a name or a colour that cannot be; 409 for a name that is taken.
        """
        label = {**_SHOWN, **_written(body), "id": f"Label_{10**17 + secrets.randbelow(9 * 10**18)}"}
        return self._keep(owner, {**label, "type": "user"})

    def update(self, owner: str, label: str, body: Json, *, whole: bool) -> Json:
        """A label as it shall be; what is not said keeps its value, or is the default when it is `whole`.

        Raises:
            GoogleError: as `create`; 404; 400 for a system label.
        """
        before = self.get(owner, label)
        if before["type"] == "system":
            raise invalid("Invalid update request")
        base = {**_SHOWN, "id": label, "type": "user"} if whole else before
        return self._keep(owner, {**base, **_written(body)})

    def delete(self, owner: str, label: str) -> None:
        """Delete a label; that mails lose it is the caller's part.

        Raises:
            GoogleError: 404; 400 for a system label.
        """
        if self.get(owner, label)["type"] == "system":
            raise invalid("Invalid delete request")
        with self._store.write() as connection:
            connection.execute("DELETE FROM mail_labels WHERE owner = ? AND id = ?", (owner, label))

    def check(self, owner: str, labels: Iterable[str], *, free: bool = False) -> None:
        """Refuse labels that a box does not have, and unless they are `free` those that nobody may touch.

        Raises:
            GoogleError: 400.
        """
        for label in labels:
            if label in SYSTEM_LABELS:
                if label == "CHAT" or (label in FIXED and not free):
                    raise invalid(f"Invalid label: {label}")
            elif not self._store.read("SELECT 1 FROM mail_labels WHERE owner = ? AND id = ?", (owner, label)):
                known = re.fullmatch(r"Label_\d+", label)
                raise invalid("labelId not found" if known else f"Invalid label: {label}")

    def keys(self, owner: str) -> dict[str, str]:
        """The user's labels as a query names them, with their ids."""
        rows = self._store.read("SELECT id, body FROM mail_labels WHERE owner = ?", (owner,))
        return {label_key(json.loads(body)["name"]): str(label) for label, body in rows}

    def _keep(self, owner: str, label: Json) -> Json:
        name = label.get("name", "")
        _check_name(name)
        _check_color(label)
        key = name.casefold()
        with self._store.write() as connection:
            sql = "SELECT 1 FROM mail_labels WHERE owner = ? AND key = ? AND id != ?"
            if self._store.read(sql, (owner, key, label["id"])):
                raise GoogleError(409, "ABORTED", "Label name exists or conflicts")
            connection.execute(
                "INSERT INTO mail_labels VALUES (?, ?, ?, ?)"
                " ON CONFLICT (owner, id) DO UPDATE SET key = excluded.key, body = excluded.body",
                (owner, label["id"], key, json.dumps(label)),
            )
        return label


def _system(name: str) -> Json:
    return {"id": name, "name": name, **({} if name in _PLAIN else _HIDDEN), "type": "system"}


def _written(body: Json) -> Json:
    """What a request can say of a label."""
    names = ("name", "messageListVisibility", "labelListVisibility", "color")
    return {name: body[name] for name in names if name in body}


def _check_name(name: str) -> None:
    steps = name.split("/")
    plain = name == name.strip() and not re.search(r"[\x00-\x1f\x7f^]", name)
    if not plain or not all(steps) or len(name) > NAME_LIMIT or name.casefold() in _RESERVED:
        raise invalid("Invalid label name")


def _check_color(label: Json) -> None:
    color = label.get("color")
    if color is None:
        return
    for name in ("textColor", "backgroundColor"):
        value = str(color.get(name, ""))
        if value.lower() not in _PALETTE:
            raise invalid(f"Label color {value} is not on the allowed color palette")

"""Comments on files, and the replies to them; a reply may resolve its comment or open it again.

Who may read a file reads its comments, who may comment writes them; each is changed by its author, and
deleted by its author or the file's owner. Source: Google's guide on comments and replies.
"""

from __future__ import annotations

import html
import json
import secrets
from typing import Any

from sheetflow.emulator.drive.errors import DriveError, insufficient, required
from sheetflow.emulator.files import File, Files
from sheetflow.emulator.wire import Json

_GIVEN = ("anchor", "quotedFileContent")
_ACTIONS = {"resolve": True, "reopen": False}


class Comments:
    """All comments; a reply is kept like one, under its comment's id."""

    def __init__(self, files: Files) -> None:
        self._files = files
        files.store.ensure(
            "CREATE TABLE IF NOT EXISTS comments (file TEXT NOT NULL, id TEXT NOT NULL, thread TEXT NOT NULL,"
            " author TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (file, id))"
        )

    def add(self, file: File, caller: str, body: Any, thread: str = "") -> str:
        """A new comment, or a reply to the comment `thread`; returns its id.

        Raises:
            DriveError: 400 without content, 403 for who may not comment, 404 for an unknown comment.
        """
        body = body if isinstance(body, dict) else {}
        content, action = body.get("content"), body.get("action")
        if action is not None and (not thread or action not in _ACTIONS):
            raise DriveError(400, "invalid", "Invalid Value", "action")
        if action is None and (not isinstance(content, str) or not content):
            raise required("content")
        stamp = self._files.stamp()
        kept: Json = {"createdTime": stamp, "modifiedTime": stamp, "deleted": False}
        kept.update({name: body[name] for name in _GIVEN if body.get(name) and not thread})
        kept.update({"content": str(content)} if content else {})
        if action is not None:
            kept["action"] = action
        elif not thread:
            kept["resolved"] = False
        identifier = "AAA" + secrets.token_urlsafe(9)[:11]
        with self._files.store.write() as connection:
            if thread:
                changes: Json = {"modifiedTime": stamp}
                if action is not None:
                    changes["resolved"] = _ACTIONS[action]
                self._put(file, thread, {**self._kept(file, thread)[1], **changes})
            row = (file.id, identifier, thread, caller, json.dumps(kept))
            connection.execute("INSERT INTO comments VALUES (?, ?, ?, ?, ?)", row)
        return identifier

    def shown(
        self, file: File, identifier: str, caller: str, *, thread: str = "", deleted: bool = False
    ) -> Json:
        """A Comment with its replies, or a Reply.

        Raises:
            DriveError: 404 for none, or a deleted one that was not asked for.
        """
        author, kept = self._kept(file, identifier, thread)
        if kept["deleted"] and not deleted:
            raise _not_found(identifier)
        body: Json = {
            "kind": "drive#reply" if thread else "drive#comment",
            "id": identifier,
            "author": {"kind": "drive#user", "displayName": author, "me": author == caller},
            **kept,
        }
        if "content" in kept:
            body["htmlContent"] = html.escape(kept["content"])
        if not thread:
            body["replies"] = self.listed(file, caller, thread=identifier, deleted=deleted)
        return body

    def listed(self, file: File, caller: str, *, thread: str = "", deleted: bool = False) -> list[Json]:
        """The comments of a file, the newest first; or the replies to one, the oldest first."""
        rows = self._files.store.read(
            "SELECT id, body FROM comments WHERE file = ? AND thread = ? ORDER BY rowid", (file.id, thread)
        )
        ids = [one for one, body in rows if deleted or not json.loads(body)["deleted"]]
        found = [self.shown(file, one, caller, thread=thread, deleted=deleted) for one in ids]
        return found if thread else sorted(found, key=lambda one: str(one["modifiedTime"]), reverse=True)

    def change(self, file: File, identifier: str, caller: str, body: Any, thread: str = "") -> None:
        """Another content, by the author.

        Raises:
            DriveError: 400, 403, 404.
        """
        author, kept = self._kept(file, identifier, thread)
        content = body.get("content") if isinstance(body, dict) else None
        if not isinstance(content, str) or not content:
            raise required("content")
        if author != caller or kept["deleted"]:
            raise insufficient()
        self._put(file, identifier, {**kept, "content": content, "modifiedTime": self._files.stamp()})

    def delete(self, file: File, identifier: str, caller: str, thread: str = "") -> None:
        """Take a comment or reply back; that there was one stays known.

        Raises:
            DriveError: 403, 404.
        """
        author, kept = self._kept(file, identifier, thread)
        if caller not in (author, file.owner):
            raise insufficient()
        left = {name: value for name, value in kept.items() if name not in ("content", *_GIVEN)}
        self._put(file, identifier, {**left, "deleted": True, "modifiedTime": self._files.stamp()})

    def _kept(self, file: File, identifier: str, thread: str = "") -> tuple[str, Json]:
        rows = self._files.store.read(
            "SELECT author, body FROM comments WHERE file = ? AND id = ? AND thread = ?",
            (file.id, identifier, thread),
        )
        if not rows:
            raise _not_found(identifier)
        return rows[0][0], json.loads(rows[0][1])

    def _put(self, file: File, identifier: str, body: Json) -> None:
        with self._files.store.write() as connection:
            connection.execute(
                "UPDATE comments SET body = ? WHERE file = ? AND id = ?",
                (json.dumps(body), file.id, identifier),
            )


def _not_found(identifier: str) -> DriveError:
    return DriveError(404, "notFound", f"Comment not found: {identifier}.", "commentId")

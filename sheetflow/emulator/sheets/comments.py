"""Threads of comments on a spreadsheet, as Sheets v4 shows them.

They are the same comments that Drive lists for the file, kept where Drive keeps them; here they are told as
CommentThreads of Posts. Which cells a thread stands on is its anchor, which belongs to its sheet and moves
with the grid. Decided here: who may change what, in the words of Google's reference.
"""

from __future__ import annotations

import html
import json
import secrets
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.records import permission_id
from sheetflow.emulator.wire import Json, forbidden, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.files import Files
    from sheetflow.emulator.sheets.sheet import Sheet

LONGEST = 2048
"""Characters of a post, and of an assignee's address."""

OMITTED, INCLUDED = "COMMENTS_VIEW_MODE_OMITTED", "COMMENTS_VIEW_MODE_INCLUDED"
BY_ACCESS = "COMMENTS_VIEW_MODE_DEFAULT_FOR_CURRENT_ACCESS"
_ACTIONS = {"RESOLVE": "resolve", "REOPEN": "reopen"}


class Threads:
    """The comments of one spreadsheet, as one person sees them.

    Args:
        files: the files' records, beside which comments are kept.
        file_id: the spreadsheet's.
        caller: e-mail address.
    """

    def __init__(self, files: Files, file_id: str, caller: str) -> None:
        self._store = files.store
        self._stamp = files.stamp
        self._file = file_id
        self._caller = caller

    def insert(self, content: str, assignee: str, anchor: str, quote: str) -> Json:
        """A new thread on an anchor; returns the CommentThread."""
        _check_content(content)
        _check_assignee(assignee)
        stamp = self._stamp()
        body: Json = {
            "createdTime": stamp,
            "modifiedTime": stamp,
            "deleted": False,
            "anchor": json.dumps({"type": "workbook-range", "uid": 0, "range": anchor}),
            "content": content,
            "resolved": False,
        }
        if quote:
            body["quotedFileContent"] = {"mimeType": "text/html", "value": html.escape(quote)}
        if assignee:
            body["assigneeEmailAddress"] = assignee
        return self._thread(self._add(body, ""))

    def reply(self, thread: str, post: Json) -> Json:
        """A new post under a thread, which may resolve it or open it again; returns the Post."""
        _, head = self._live(thread)
        action, content = _ACTIONS.get(post.get("commentAction", "")), post.get("content", "")
        assignee = post.get("assigneeEmail", "")
        if content or action is None:
            _check_content(content)
        if assignee:
            _check_assignee(assignee)
            if "assigneeEmailAddress" not in head:
                raise invalid("An assignee can only be set where the comment has one already.")
            if action is not None:
                raise invalid("An assignee cannot be set together with a comment action.")
        stamp = self._stamp()
        body: Json = {"createdTime": stamp, "modifiedTime": stamp, "deleted": False}
        body.update({"content": content} if content else {})
        body.update({"action": action} if action is not None else {})
        body.update({"assigneeEmailAddress": assignee} if assignee else {})
        changes: Json = {"modifiedTime": stamp}
        if action is not None:
            changes["resolved"] = action == "resolve"
        if assignee:
            changes["assigneeEmailAddress"] = assignee
        self._put(thread, {**head, **changes})
        identifier = self._add(body, thread)
        return self._post(identifier, self._caller, body)

    def change(self, thread: str, post: str, content: str) -> None:
        """Another text for a post, by its author."""
        self._live(thread)
        _check_content(content)
        body = self._own(thread, post)
        self._put(post, {**body, "content": content, "modifiedTime": self._stamp()})

    def delete(self, thread: str, post: str | None = None) -> str:
        """Take back a thread, or one reply of it; returns the thread's anchor."""
        _, head = self._live(thread)
        if post == thread:
            raise invalid("The first post of a comment cannot be deleted alone.")
        body = self._own(thread, thread if post is None else post)
        if post is not None and "action" in body:
            raise invalid("A reply that contains a comment action cannot be deleted.")
        if post is not None and "assigneeEmailAddress" in body:
            raise invalid("A reply that contains an assignee cannot be deleted.")
        gone = ("content", "anchor", "quotedFileContent")
        left = {name: part for name, part in body.items() if name not in gone}
        self._put(post or thread, {**left, "deleted": True, "modifiedTime": self._stamp()})
        return _anchor(head)

    def listed(self) -> list[Json]:
        """The CommentThreads that stand, the oldest first."""
        rows = self._store.read(
            "SELECT id, body FROM comments WHERE file = ? AND thread = '' ORDER BY rowid", (self._file,)
        )
        return [self._thread(one) for one, body in rows if not json.loads(body)["deleted"]]

    def _thread(self, identifier: str) -> Json:
        author, head = self._live(identifier)
        rows = self._store.read(
            "SELECT id, author, body FROM comments WHERE file = ? AND thread = ? ORDER BY rowid",
            (self._file, identifier),
        )
        shown: Json = {
            "commentId": identifier,
            "anchorId": _anchor(head),
            "headPost": self._post(identifier, author, {"action": None, **head}),
            "replies": [self._post(one, by, json.loads(body)) for one, by, body in rows],
            "status": "RESOLVED" if head.get("resolved") else "OPEN",
            "plainTextQuote": html.unescape(head.get("quotedFileContent", {}).get("value", "")),
        }
        return {name: part for name, part in shown.items() if part or name == "status"}

    def _post(self, identifier: str, author: str, body: Json) -> Json:
        shown: Json = {
            "postId": identifier,
            "createTime": body["createdTime"],
            "updateTime": body["modifiedTime"],
        }
        if body["deleted"]:
            return {**shown, "deleted": True}
        content = body.get("content", "")
        name = {"displayName": author.partition("@")[0], "user": f"users/{permission_id(author)}"}
        shown["author"] = {**name, **({"me": True} if author == self._caller else {})}
        shown.update({"content": content, "contentHtml": html.escape(content)} if content else {})
        action = body.get("action")
        shown["commentAction"] = action.upper() if action else "NO_COMMENT_ACTION_CHANGE"
        if "assigneeEmailAddress" in body:
            shown["assigneeEmail"] = body["assigneeEmailAddress"]
        return shown

    def _live(self, thread: str) -> tuple[str, Json]:
        """Author and body of a thread's first post.

        Raises:
            GoogleError: 400 when there is no such thread.
        """
        found = self._found(thread, "")
        if found is None or found[1]["deleted"]:
            raise invalid(f"No comment with id: {thread}")
        return found

    def _own(self, thread: str, post: str) -> Json:
        """The body of a post that the caller wrote."""
        found = self._found(post, "" if post == thread else thread)
        if found is None or found[1]["deleted"]:
            raise invalid(f"No post with id: {post}")
        if found[0] != self._caller:
            raise invalid("The requesting user is not the author of the post.")
        return found[1]

    def _found(self, identifier: str, thread: str) -> tuple[str, Json] | None:
        rows = self._store.read(
            "SELECT author, body FROM comments WHERE file = ? AND id = ? AND thread = ?",
            (self._file, identifier, thread),
        )
        return (rows[0][0], json.loads(rows[0][1])) if rows else None

    def _add(self, body: Json, thread: str) -> str:
        identifier = "AAA" + secrets.token_urlsafe(9)[:11]
        row: tuple[Any, ...] = (self._file, identifier, thread, self._caller, json.dumps(body))
        with self._store.write() as connection:
            connection.execute("INSERT INTO comments VALUES (?, ?, ?, ?, ?)", row)
        return identifier

    def _put(self, identifier: str, body: Json) -> None:
        row = (json.dumps(body), self._file, identifier)
        with self._store.write() as connection:
            connection.execute("UPDATE comments SET body = ? WHERE file = ? AND id = ?", row)


def anchors(sheet: Sheet, threads: list[Json]) -> list[Json]:
    """The CommentAnchors of a sheet, without those whose comments are gone."""
    live = {thread.get("anchorId") for thread in threads}
    return [anchor for anchor in sheet.parts.get("commentAnchors", ()) if anchor["anchorId"] in live]


def view_mode(wanted: str, role: str | None) -> str:
    """The mode in which somebody with a role sees a spreadsheet: OMITTED or INCLUDED.

    Raises:
        GoogleError: 403 for who asks for comments and may only read.
    """
    may = role not in (None, "reader")
    if wanted == INCLUDED and not may:
        raise forbidden()
    return INCLUDED if wanted == INCLUDED or (wanted == BY_ACCESS and may) else OMITTED


def _anchor(head: Json) -> str:
    """The anchor of a thread; "" for one that stands on the file as a whole."""
    try:
        place = json.loads(head.get("anchor", "{}"))
    except ValueError:
        return ""
    return str(place.get("range", "")) if isinstance(place, dict) else ""


def _check_content(content: str) -> None:
    if not content:
        raise invalid("The content of a comment cannot be empty.")
    if len(content) > LONGEST:
        raise invalid(f"The content of a comment cannot exceed {LONGEST} characters.")


def _check_assignee(address: str) -> None:
    if len(address) > LONGEST:
        raise invalid(f"The email address of an assignee cannot exceed {LONGEST} characters.")

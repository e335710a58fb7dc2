"""`comments` and `replies` over HTTP; but for deletion, each call has to say which fields it wants."""

from __future__ import annotations

from flask import Blueprint, Response, request

from sheetflow.emulator.drive import answers
from sheetflow.emulator.drive.answers import answer, caller, flag, mask, number
from sheetflow.emulator.drive.errors import DriveError
from sheetflow.emulator.drive.meta import stamp_of
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.wire import Json, Mask

ROOT = "/drive/v3/files/<file_id>/comments"


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""
    comments = drive.comments

    @routes.get(ROOT)
    @routes.get(f"{ROOT}/<thread>/replies")
    def comments_listed(file_id: str, thread: str = "") -> Response:
        tree = _mask("ReplyList" if thread else "CommentList")
        file = drive.open(file_id, caller())
        found = comments.listed(file, caller(), thread=thread, deleted=flag("includeDeleted"))
        since = request.args.get("startModifiedTime", "")
        since = stamp_of(since, "startModifiedTime") if since else ""
        chosen, token = answers.page(
            [one for one in found if one["modifiedTime"] >= since], number("pageSize", 20, 1, 100)
        )
        name = "replies" if thread else "comments"
        body: Json = {"kind": f"drive#{'reply' if thread else 'comment'}List", name: chosen}
        return answer({**body, "nextPageToken": token} if token else body, tree)

    @routes.post(ROOT)
    @routes.post(f"{ROOT}/<thread>/replies")
    def comment_added(file_id: str, thread: str = "") -> Response:
        tree = _mask("Reply" if thread else "Comment")
        file = drive.open(file_id, caller(), "commenter")
        made = comments.add(file, caller(), answers.body(), thread)
        return answer(comments.shown(file, made, caller(), thread=thread), tree)

    @routes.get(f"{ROOT}/<identifier>")
    @routes.get(f"{ROOT}/<thread>/replies/<identifier>")
    def comment_shown(file_id: str, identifier: str, thread: str = "") -> Response:
        tree = _mask("Reply" if thread else "Comment")
        file = drive.open(file_id, caller())
        shown = comments.shown(file, identifier, caller(), thread=thread, deleted=flag("includeDeleted"))
        return answer(shown, tree)

    @routes.patch(f"{ROOT}/<identifier>")
    @routes.patch(f"{ROOT}/<thread>/replies/<identifier>")
    def comment_changed(file_id: str, identifier: str, thread: str = "") -> Response:
        tree = _mask("Reply" if thread else "Comment")
        file = drive.open(file_id, caller(), "commenter")
        comments.change(file, identifier, caller(), answers.body(), thread)
        return answer(comments.shown(file, identifier, caller(), thread=thread), tree)

    @routes.delete(f"{ROOT}/<identifier>")
    @routes.delete(f"{ROOT}/<thread>/replies/<identifier>")
    def comment_deleted(file_id: str, identifier: str, thread: str = "") -> Response:
        comments.delete(drive.open(file_id, caller(), "commenter"), identifier, caller(), thread)
        return Response(status=204)


def _mask(kind: str) -> Mask:
    if not request.args.get("fields"):
        raise DriveError(400, "required", "The 'fields' parameter is required for this method.", "fields")
    return mask(kind, "*")

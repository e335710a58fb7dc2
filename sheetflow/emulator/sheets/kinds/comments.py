"""Threads of comments on cells: insertComment and what is done to it afterwards."""

from __future__ import annotations

from sheetflow.emulator.sheets import a1, defaults
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.shifts import without_zero_ids
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import Json, invalid


@kind("insertComment")
def insert_comment(batch: Batch, request: Json) -> Json:
    """Begin a thread on a cell."""
    if "coordinate" not in request:
        raise invalid("The coordinate of a comment must be specified.")
    place = request["coordinate"]
    row, column = place.get("rowIndex", 0), place.get("columnIndex", 0)
    area = batch.area(a1.grid_range(Area(place.get("sheetId", 0), row, row + 1, column, column + 1)))
    batch.book.box(area)
    view = View(batch.book, batch.book.sheet(area.sheet_id))
    value = view.value(row, column)
    quote = "" if value is None else view.formatted(view.sheet.cell(row, column), value, (row, column))
    identifier = str(defaults.fresh_id())
    anchor = {"anchorId": identifier, "range": a1.grid_range(area)}
    assignee = request.get("assigneeEmailAddress", "")
    thread = batch.threads.insert(request.get("content", ""), assignee, identifier, quote)
    batch.book.writable(area.sheet_id).parts.setdefault("commentAnchors", []).append(anchor)
    return {"commentThread": without_zero_ids(thread)}


@kind("addCommentReply")
def add_comment_reply(batch: Batch, request: Json) -> Json:
    """Answer in a thread, resolve it or open it again."""
    return {"post": batch.threads.reply(request.get("commentId", ""), request.get("post", {}))}


@kind("updateCommentPost")
def update_comment_post(batch: Batch, request: Json) -> None:
    """Change what one has written."""
    batch.threads.change(request.get("commentId", ""), request.get("postId", ""), request.get("content", ""))


@kind("deleteComment")
def delete_comment(batch: Batch, request: Json) -> None:
    """Take a thread back, with all that was answered."""
    anchor = batch.threads.delete(request.get("commentId", ""))
    for sheet in batch.book.sheets:
        held = sheet.parts.get("commentAnchors", [])
        if any(one["anchorId"] == anchor for one in held):
            parts = batch.book.writable(sheet.sheet_id).parts
            parts["commentAnchors"] = [one for one in held if one["anchorId"] != anchor]
            if not parts["commentAnchors"]:
                del parts["commentAnchors"]
            return


@kind("deleteCommentReply")
def delete_comment_reply(batch: Batch, request: Json) -> None:
    """Take an answer back."""
    batch.threads.delete(request.get("commentId", ""), request.get("postId", ""))

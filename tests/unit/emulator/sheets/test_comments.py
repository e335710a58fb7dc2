"""Threads of comments over batchUpdate: who may do what, where they stand, and that Drive has them too."""

from __future__ import annotations

from typing import Any

from tests.unit.emulator.sheets.places import place
from tests.unit.emulator.sheets.world import OWNER, World

ANNA = "anna@example.com"
SEEN = "?commentsViewMode=COMMENTS_VIEW_MODE_INCLUDED"


def insert(world: World, cell: str = "B2", content: str = "Why?", who: str = OWNER, **more: Any) -> Any:
    """A new thread on a cell of Sheet1."""
    at = place(cell)
    coordinate = {"rowIndex": at["startRowIndex"], "columnIndex": at["startColumnIndex"]}
    request = {"insertComment": {"coordinate": coordinate, "content": content, **more}}
    return world.batch(request, who=who)[0]["insertComment"]["commentThread"]


def reply(world: World, thread: str, who: str = OWNER, **post: Any) -> Any:
    """A new post in a thread."""
    return world.batch({"addCommentReply": {"commentId": thread, "post": post}}, who=who)[0][
        "addCommentReply"
    ]["post"]


def anchors(world: World, sheet: int = 0) -> list[Any]:
    found = world.get(SEEN)["sheets"][sheet].get("commentAnchors", [])
    return [anchor["range"] for anchor in found]


def test_comment__stands_on_its_cell_and_is_answered(world: World) -> None:
    world.put("B2", [["12.50"]])
    made = insert(world)
    assert made["headPost"]["content"] == "Why?"
    assert made["headPost"]["author"]["me"] is True
    assert (made["status"], made["plainTextQuote"]) == ("OPEN", "12.5")
    reply(world, made["commentId"], content="<b>", commentAction="RESOLVE")
    shown = world.get(SEEN)
    (thread,) = shown["comments"]
    assert thread["status"] == "RESOLVED"
    assert thread["replies"][0]["contentHtml"] == "&lt;b&gt;"
    assert thread["replies"][0]["commentAction"] == "RESOLVE"
    (anchor,) = shown["sheets"][0]["commentAnchors"]
    assert anchor["anchorId"] == thread["anchorId"]
    assert shown["commentsViewMode"] == "COMMENTS_VIEW_MODE_INCLUDED"
    assert "comments" not in world.get()
    assert world.reopened().get(SEEN) == shown


def test_comment__moves_with_its_cell_and_stays_when_that_is_deleted(world: World) -> None:
    insert(world)
    rows = {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 2}
    world.batch({"insertDimension": {"range": rows}})
    assert anchors(world) == [
        {"startRowIndex": 3, "endRowIndex": 4, "startColumnIndex": 1, "endColumnIndex": 2}
    ]
    world.batch(
        {"addSheet": {"properties": {"sheetId": 9}}},
        {"cutPaste": {"source": place("B4:B4"), "destination": {"sheetId": 9}}},
    )
    assert anchors(world) == []
    assert anchors(world, 1) == [place("A1:A1", 9)]
    world.batch({"deleteSheet": {"sheetId": 9}})
    assert len(world.get(SEEN)["comments"]) == 1


def test_comment__a_failed_batch_leaves_none(world: World) -> None:
    coordinate = {"rowIndex": 1, "columnIndex": 1}
    words = world.refused(
        {"insertComment": {"coordinate": coordinate, "content": "x"}}, {"deleteSheet": {"sheetId": 5}}
    )
    assert words == "Invalid requests[1].deleteSheet: No sheet with id: 5"
    assert "comments" not in world.get(SEEN)
    assert anchors(world) == []


def test_comment__posts_are_changed_by_their_authors_only(world: World) -> None:
    world.service.share(world.sheet, ANNA, "writer")
    thread = insert(world, who=ANNA, assigneeEmailAddress=OWNER)["commentId"]
    mine = reply(world, thread, content="mine")["postId"]
    for kind in ("updateCommentPost", "deleteComment"):
        words = (
            world.refused({kind: {"commentId": thread, "postId": thread, "content": "y"}})
            if (kind == "updateCommentPost")
            else world.refused({kind: {"commentId": thread}})
        )
        assert "The requesting user is not the author of the post." in words
    world.batch({"updateCommentPost": {"commentId": thread, "postId": mine, "content": "better"}})
    world.batch({"deleteCommentReply": {"commentId": thread, "postId": mine}})
    (shown,) = world.get(SEEN)["comments"]
    assert shown["headPost"]["assigneeEmail"] == OWNER
    assert "me" not in shown["headPost"]["author"]
    assert shown["replies"][0]["deleted"] is True
    assert "content" not in shown["replies"][0]
    world.batch({"deleteComment": {"commentId": thread}}, who=ANNA)
    assert "comments" not in world.get(SEEN)
    assert anchors(world) == []


def test_comment__what_cannot_be_is_refused(world: World) -> None:
    thread = insert(world)["commentId"]
    resolved = reply(world, thread, commentAction="RESOLVE")["postId"]
    at = {"rowIndex": 0, "columnIndex": 0}
    for request, words in (
        ({"insertComment": {"coordinate": at}}, "cannot be empty"),
        ({"insertComment": {"coordinate": at, "content": "x" * 2049}}, "cannot exceed 2048"),
        ({"insertComment": {"content": "x"}}, "coordinate"),
        ({"insertComment": {"coordinate": {"sheetId": 5}, "content": "x"}}, "No grid with id: 5"),
        ({"insertComment": {"coordinate": {"rowIndex": 5000}, "content": "x"}}, "exceeds grid limits"),
        ({"addCommentReply": {"commentId": "nope", "post": {"content": "x"}}}, "No comment with id: nope"),
        ({"addCommentReply": {"commentId": thread, "post": {}}}, "cannot be empty"),
        (
            {"addCommentReply": {"commentId": thread, "post": {"content": "x", "assigneeEmail": ANNA}}},
            "assignee",
        ),
        ({"deleteCommentReply": {"commentId": thread, "postId": resolved}}, "comment action"),
        ({"deleteCommentReply": {"commentId": thread, "postId": "nope"}}, "No post with id: nope"),
    ):
        assert words in world.refused(request)


def test_comments__view_mode_follows_access(world: World) -> None:
    world.service.share(world.sheet, ANNA, "reader")
    insert(world)
    status, _ = world.call("GET", f"{world.url}{SEEN}", who=ANNA)
    assert status == 403
    default = "?commentsViewMode=COMMENTS_VIEW_MODE_DEFAULT_FOR_CURRENT_ACCESS"
    shown = world.ok("GET", f"{world.url}{default}", who=ANNA)
    assert shown["commentsViewMode"] == "COMMENTS_VIEW_MODE_OMITTED"
    assert "comments" not in shown
    assert len(world.get(default)["comments"]) == 1
    answer = world.batch(
        {"insertComment": {"coordinate": {}, "content": "two"}},
        includeSpreadsheetInResponse=True,
        commentsViewMode="COMMENTS_VIEW_MODE_INCLUDED",
    )
    assert len(answer["updatedSpreadsheet"]["comments"]) == 2


def test_comments__are_drives_too(world: World) -> None:
    made = insert(world)
    root = f"/drive/v3/files/{world.sheet}/comments"
    (shown,) = world.ok("GET", f"{root}?fields=*")["comments"]
    assert (shown["id"], shown["content"]) == (made["commentId"], "Why?")
    world.ok("POST", f"{root}?fields=id", {"content": "on the whole file"})
    threads = world.get(SEEN)["comments"]
    assert [thread["headPost"]["content"] for thread in threads] == ["Why?", "on the whole file"]
    assert "anchorId" not in threads[1]

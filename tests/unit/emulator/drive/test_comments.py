from __future__ import annotations

from tests.unit.emulator.drive.world import BORIS, FILES, VERA, World


def test_comments__talk_resolve_and_delete(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    root = f"{FILES}/{file_id}/comments"
    world.anna.share(file_id, BORIS, "commenter")
    world.anna.share(file_id, VERA, "reader")
    made = world.boris.ok(
        "POST", f"{root}?fields=*", {"content": "a < b?", "quotedFileContent": {"value": "b"}}
    )
    assert (made["htmlContent"], made["author"]["displayName"], made["resolved"]) == (
        "a &lt; b?",
        BORIS,
        False,
    )
    assert world.who(VERA).refused("POST", f"{root}?fields=id", {"content": "no"})[0] == 403
    thread = f"{root}/{made['id']}"
    world.anna.ok("POST", f"{thread}/replies?fields=id", {"content": "yes"})
    done = world.anna.ok("POST", f"{thread}/replies?fields=*", {"action": "resolve"})
    assert done["action"] == "resolve"
    shown = world.who(VERA).ok("GET", f"{thread}?fields=resolved,replies(content,action)")
    assert shown == {"resolved": True, "replies": [{"content": "yes"}, {"action": "resolve"}]}
    listed = world.anna.ok("GET", f"{thread}/replies?fields=*&pageSize=1")
    assert (len(listed["replies"]), bool(listed["nextPageToken"])) == (1, True)
    assert world.anna.refused("PATCH", f"{thread}?fields=id", {"content": "x"})[0] == 403
    assert world.boris.ok("PATCH", f"{thread}?fields=content", {"content": "b"}) == {"content": "b"}
    world.anna.ok("DELETE", f"{thread}/replies/{done['id']}")
    assert world.anna.refused("GET", f"{thread}/replies/{done['id']}?fields=id")[:2] == (404, "notFound")
    world.anna.ok("DELETE", thread)
    assert world.anna.ok("GET", f"{root}?fields=comments(id)") == {"comments": []}
    gone = world.anna.ok("GET", f"{root}?fields=*&includeDeleted=true")["comments"][0]
    assert gone["deleted"]
    assert "content" not in gone


def test_comments__refuse(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    root = f"{FILES}/{file_id}/comments"
    assert world.anna.refused("GET", root)[1] == "required"
    assert world.anna.refused("POST", f"{root}?fields=id", {})[1] == "required"
    assert world.anna.refused("POST", f"{root}?fields=id", {"action": "resolve"})[1] == "invalid"
    assert world.anna.refused("POST", f"{root}/none/replies?fields=id", {"content": "x"})[0] == 404
    assert world.anna.refused("GET", f"{root}/none?fields=id")[0] == 404
    assert world.boris.refused("GET", f"{root}?fields=*")[0] == 404


def test_comments__since_a_moment(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    root = f"{FILES}/{file_id}/comments"
    made = world.anna.ok("POST", f"{root}?fields=*", {"content": "why?"})
    whole = made["modifiedTime"].partition(".")[0]
    listed = f"{root}?fields=comments(id)&startModifiedTime="
    assert world.anna.ok("GET", f"{listed}{whole}Z")["comments"] == [{"id": made["id"]}]
    assert world.anna.ok("GET", f"{listed}2999-01-01T00:00:00Z")["comments"] == []
    assert world.anna.refused("GET", f"{listed}soon")[1] == "invalid"

"""Notification channels: somebody on this machine is called back when files change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from sheetflow.emulator.app import create_app, serve
from tests.unit.emulator.drive.world import ANNA, BORIS, FILES, FOLDER, SHEET, World
from tests.unit.emulator.listener import Listener, listening

CHANGES = "/drive/v3/changes"
STOP = "/drive/v3/channels/stop"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as told:
        yield told


@pytest.fixture(autouse=True)
def quick(world: World) -> None:
    world.emulator.switches.set({"push_retry_seconds": 0.01})


def watch(world: World, file_id: str, listener: Listener, who: str = ANNA, **more: Any) -> Any:
    """A channel on a file, by Google's client; its `sync` message is taken out."""
    body = {"id": "c-1", "type": "web_hook", "address": f"{listener.url}/hook", **more}
    channel = world.stock(who).files().watch(fileId=file_id, body=body, supportsAllDrives=True).execute()
    assert states(world, listener) == [("sync", "")]
    return channel


def watch_changes(world: World, listener: Listener, who: str = ANNA, **query: Any) -> Any:
    """A channel on all changes."""
    drive = world.stock(who)
    start = drive.changes().getStartPageToken().execute()["startPageToken"]
    body = {"id": f"changes-{who.partition('@')[0]}", "type": "web_hook", "address": listener.url}
    channel = drive.changes().watch(pageToken=start, body=body, **query).execute()
    assert states(world, listener) == [("sync", "")]
    return channel


def states(world: World, listener: Listener) -> list[tuple[str, str]]:
    """What came since the last time: the state, and what changed."""
    assert world.emulator.courier.settle()
    came = [
        (headers["X-Goog-Resource-State"], headers.get("X-Goog-Changed", "")) for headers in listener.headers
    ]
    listener.posts.clear()
    return came


def test_watch__headers(world: World, listener: Listener) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    body = {"id": "c-1", "type": "web_hook", "address": f"{listener.url}/hook?a=b", "token": "for=me"}
    channel = world.stock().files().watch(fileId=file_id, body=body).execute()
    assert world.emulator.courier.settle()
    (sync,) = listener.posts
    assert (sync.path, sync.body) == ("/hook?a=b", b"")
    ends = parsedate_to_datetime(sync.headers["X-Goog-Channel-Expiration"]).timestamp()
    assert int(ends) == int(channel["expiration"]) // 1000
    told = {name: value for name, value in sync.headers.items() if name.startswith("X-Goog-")}
    del told["X-Goog-Channel-Expiration"]
    assert told == {
        "X-Goog-Channel-ID": "c-1",
        "X-Goog-Channel-Token": "for=me",
        "X-Goog-Message-Number": "1",
        "X-Goog-Resource-ID": channel["resourceId"],
        "X-Goog-Resource-State": "sync",
        "X-Goog-Resource-URI": channel["resourceUri"],
    }
    assert f"{FILES}/{file_id}" in channel["resourceUri"]
    other = world.anna.ok("POST", f"{FILES}/{file_id}/watch", {**body, "id": "c-2"})
    assert other["resourceId"] == channel["resourceId"]
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"name": "b.pdf"})
    assert world.emulator.courier.settle()
    numbers = [
        int(one["X-Goog-Message-Number"]) for one in listener.headers if one["X-Goog-Channel-ID"] == "c-1"
    ]
    assert len(numbers) == 2
    assert numbers == sorted(set(numbers))


def test_watch__of_a_file_tells_what_changed(world: World, listener: Listener) -> None:
    folder = world.anna.folder("folder")
    file_id = world.anna.upload("a.pdf", b"1")
    watch(world, file_id, listener)

    def told(method: str, path: str, body: Any = None, **more: Any) -> list[tuple[str, str]]:
        world.anna.call(method, path, **({"json": body} if body else {}), **more).raise_for_status()
        return states(world, listener)

    one = f"{FILES}/{file_id}"
    root = world.anna.file("root", "id")["id"]
    assert told("PATCH", one, {"name": "b.pdf"}) == [("update", "properties")]
    content = told("PATCH", f"/upload{one}?uploadType=media", data=b"2")
    assert content == [("update", "content,properties")]
    assert told("PATCH", f"{one}?addParents={folder}&removeParents={root}") == [("update", "parents")]
    both = told("PATCH", f"{one}?addParents={root}&removeParents={folder}", {"description": "x"})
    assert both == [("update", "properties,parents")]
    share = {"type": "user", "role": "reader", "emailAddress": BORIS}
    assert told("POST", f"{one}/permissions", share) == [("update", "permissions")]
    assert told("PATCH", one, {"trashed": True}) == [("trash", "")]
    assert told("PATCH", one, {"trashed": False}) == [("untrash", "")]
    assert told("DELETE", one) == [("remove", "")]
    world.anna.upload("other.pdf", b"1")
    assert states(world, listener) == []


def test_watch__of_a_folder_tells_of_what_lies_in_it(world: World, listener: Listener) -> None:
    folder = world.anna.folder("folder")
    watch(world, folder, listener)
    inside = world.anna.upload("a.pdf", b"1", parents=[folder])
    assert states(world, listener) == [("update", "children")]
    world.anna.ok("PATCH", f"{FILES}/{inside}", {"name": "b.pdf"})
    assert states(world, listener) == []
    world.anna.ok("DELETE", f"{FILES}/{inside}")
    assert states(world, listener) == [("update", "children")]


def test_watch__hears_of_cells_by_the_api_and_by_hand(world: World, listener: Listener) -> None:
    sheet = world.anna.ok("POST", FILES, {"name": "s", "mimeType": SHEET})["id"]
    watch(world, sheet, listener)
    values = world.stock(service="sheets", version="v4").spreadsheets().values()
    where = {"spreadsheetId": sheet, "range": "A1", "valueInputOption": "RAW"}
    values.update(**where, body={"values": [["x"]]}).execute()
    assert states(world, listener) == [("update", "content,properties")]
    world.emulator.hand.type(ANNA, sheet, "B2", "typed")
    assert states(world, listener) == [("update", "content,properties")]
    world.anna.ok("PATCH", f"{FILES}/{sheet}", {"name": "renamed"})
    assert states(world, listener) == [("update", "properties")]
    values.get(spreadsheetId=sheet, range="A1").execute()
    assert states(world, listener) == []


def test_watch__who_loses_sight_hears_of_it_once(world: World, listener: Listener) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    given = world.anna.share(file_id, BORIS)["id"]
    watch(world, file_id, listener, BORIS)
    world.anna.ok("DELETE", f"{FILES}/{file_id}/permissions/{given}")
    assert states(world, listener) == [("remove", "")]
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"name": "secret"})
    assert states(world, listener) == []
    world.anna.share(file_id, BORIS)
    assert states(world, listener) == [("add", "")]


def test_watch_changes__tells_of_what_one_sees(world: World, listener: Listener) -> None:
    watch_changes(world, listener, BORIS)
    file_id = world.anna.upload("a.pdf", b"1")
    assert states(world, listener) == []
    given = world.anna.share(file_id, BORIS)["id"]
    assert world.emulator.courier.settle()
    (post,) = listener.posts
    assert (post.headers["X-Goog-Resource-State"], post.json) == ("change", {"kind": "drive#changes"})
    listener.posts.clear()
    world.boris.ok("POST", FILES, {"name": "s", "mimeType": SHEET})
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"name": "b.pdf"})
    world.anna.ok("DELETE", f"{FILES}/{file_id}/permissions/{given}")
    assert states(world, listener) == [("change", "")] * 3
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"name": "c.pdf"})
    assert states(world, listener) == []


def test_watch_changes__once_for_a_whole_folder_and_after_it_is_gone(
    world: World, listener: Listener
) -> None:
    folder = world.anna.folder("folder")
    for name in "abc":
        world.anna.upload(f"{name}.pdf", b"1", parents=[folder])
    channel = watch_changes(world, listener)
    start = channel["resourceUri"].rpartition("pageToken=")[2]
    world.anna.ok("DELETE", f"{FILES}/{folder}")
    assert states(world, listener) == [("change", "")]
    told = world.anna.ok("GET", f"{CHANGES}?pageToken={start}")["changes"]
    assert [one["removed"] for one in told] == [True] * 4


def test_watch_changes__of_shared_drives_when_asked_for(world: World, listener: Listener) -> None:
    drive = world.anna.ok("POST", "/drive/v3/drives?requestId=1", {"name": "Payments"})["id"]
    watch_changes(world, listener, driveId=drive, includeItemsFromAllDrives=True, supportsAllDrives=True)
    world.anna.upload("mine.pdf", b"1")
    assert states(world, listener) == []
    world.anna.folder("folder", drive)
    assert states(world, listener) == [("change", "")]


def test_watch__is_tried_again_and_given_up(world: World, listener: Listener) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    watch(world, file_id, listener)
    listener.answers += [500, 502, 503, 504, 200]
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"name": "b.pdf"})
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"trashed": True})
    assert [state for state, _ in states(world, listener)] == ["update"] * 5 + ["trash"]
    listener.answers += [404, 302]
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"trashed": False})
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"trashed": True})
    assert [state for state, _ in states(world, listener)] == ["untrash", "trash"]
    listener.answers += [503] * 100
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"trashed": False})
    assert [state for state, _ in states(world, listener)] == ["untrash"] * 6


def test_watch__no_request_waits_for_who_is_called(world: World, listener: Listener) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    watch(world, file_id, listener)
    listener.hold.clear()
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"name": "b.pdf"})
    assert world.anna.file(file_id, "name")["name"] == "b.pdf"
    listener.hold.set()
    assert [state for state, _ in states(world, listener)] == ["update"]


def test_watch__survives_a_restart(world: World, listener: Listener) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    channel = watch(world, file_id, listener)
    again = world.reopened()
    again.anna.ok("PATCH", f"{FILES}/{file_id}", {"name": "b.pdf"})
    assert states(again, listener) == [("update", "properties")]
    again.emulator.files.on_change = None  # as if killed between the change and the message
    again.anna.ok("PATCH", f"{FILES}/{file_id}", {"trashed": True})
    again.server.shutdown()
    again.emulator.close()
    world.emulator = type(again.emulator)(world.folder)
    world.server = serve(create_app(world.emulator), 0)
    assert states(world, listener) == [("trash", "")]
    world.anna.ok("POST", STOP, {"id": "c-1", "resourceId": channel["resourceId"]})


def test_watch__until_it_is_stopped_or_over(world: World, listener: Listener) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    channel = watch(world, file_id, listener)
    changes = watch_changes(world, listener)
    again = {"id": "c-1", "type": "web_hook", "address": listener.url}
    assert world.anna.refused("POST", f"{FILES}/{file_id}/watch", again)[1] == "channelIdNotUnique"
    ended = {"id": "c-1", "resourceId": channel["resourceId"]}
    assert world.boris.refused("POST", STOP, ended)[:2] == (404, "notFound")
    assert world.anna.refused("POST", STOP, {**ended, "resourceId": "x"})[0] == 404
    world.anna.ok("POST", STOP, ended)
    assert world.anna.refused("POST", STOP, ended)[0] == 404
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"name": "b.pdf"})
    assert states(world, listener) == [("change", "")]
    # An id is never used twice, not even of a channel that was stopped.
    assert world.anna.refused("POST", f"{FILES}/{file_id}/watch", again)[1] == "channelIdNotUnique"
    world.emulator.clock.advance(timedelta(hours=1))
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"name": "c.pdf"})
    assert states(world, listener) == []
    assert world.emulator.drive.channels.channels() == []
    ended = {"id": changes["id"], "resourceId": changes["resourceId"]}
    assert world.anna.refused("POST", STOP, ended)[0] == 404


@pytest.mark.parametrize(
    ("path", "asked", "hours"),
    [
        ("file", None, 1),
        ("file", 20, 20),
        ("file", 1000, 24),
        ("changes", None, 1),
        ("changes", 100, 100),
        ("changes", 1000, 7 * 24),
    ],
)
def test_watch__lives_so_long_at_most(world: World, path: str, asked: int | None, hours: int) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    now = world.emulator.clock.now().timestamp()
    body: Any = {"id": "c", "type": "web_hook", "address": "https://example.com/hook"}
    if asked is not None:
        body["expiration"] = str(int((now + asked * 3600) * 1000))
    where = f"{FILES}/{file_id}/watch" if path == "file" else f"{CHANGES}/watch?pageToken=1"
    channel = world.anna.ok("POST", where, body)
    assert abs(int(channel["expiration"]) / 1000 - now - hours * 3600) < 60


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ""}, "required"),
        ({"id": "not an id"}, "invalid"),
        ({"id": "x" * 65}, "invalid"),
        ({"token": "x" * 257}, "invalid"),
        ({"token": "two\r\nlines"}, "invalid"),
        ({"address": "http://example.com"}, "push.webhookUrlNotHttps"),
        ({"address": "http://10.0.0.1/"}, "push.webhookUrlNotHttps"),
        ({"address": "http://localhost.example.com/"}, "push.webhookUrlNotHttps"),
        ({"type": "pigeon"}, "invalid"),
        ({"expiration": "soon"}, "badRequest"),
        ({"expiration": "1000"}, "badRequest"),
    ],
)
def test_watch__refuses(world: World, change: dict[str, str], reason: str) -> None:
    body = {"id": "c", "type": "web_hook", "address": "https://example.com/hook", **change}
    assert world.anna.refused("POST", f"{CHANGES}/watch?pageToken=1", body)[1] == reason
    assert world.emulator.drive.channels.channels() == []


def test_watch__of_what_one_may_not_see(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    body = {"id": "c", "type": "web_hook", "address": "https://example.com/hook"}
    assert world.boris.refused("POST", f"{FILES}/{file_id}/watch", body)[:2] == (404, "notFound")
    assert world.anna.refused("POST", f"{CHANGES}/watch", body)[1] == "required"
    assert world.anna.refused("POST", f"{CHANGES}/watch?pageToken=x", body)[1] == "invalid"


def test_watch__a_channel_elsewhere_is_kept_and_calls_nobody(world: World) -> None:
    folder = world.anna.ok("POST", FILES, {"name": "f", "mimeType": FOLDER})["id"]
    body = {"id": "c", "type": "web_hook", "address": "https://example.com/hook"}
    world.anna.ok("POST", f"{FILES}/{folder}/watch", body)
    world.anna.ok("PATCH", f"{FILES}/{folder}", {"name": "g"})
    assert world.emulator.courier.settle(0)
    assert [one["id"] for one in world.emulator.drive.channels.channels()] == ["c"]

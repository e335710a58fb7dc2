"""Tasks over HTTP and through Google's own client; every answer is held against the discovery document."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator
from tests.discovery import assert_fits

ANNA, BORIS = "anna@example.com", "boris@example.com"
LISTS = "/users/@me/lists"
SCHEMAS = {
    "tasks#task": "Task",
    "tasks#tasks": "Tasks",
    "tasks#taskList": "TaskList",
    "tasks#taskLists": "TaskLists",
}


class Desk:
    """One person's calls."""

    def __init__(self, emulator: Emulator, who: str = ANNA) -> None:
        self.emulator = emulator
        self.who = who
        self._client: FlaskClient = create_app(emulator).test_client()

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:
        sent = {
            "Authorization": f"Bearer local:{self.who}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        answer = self._client.open("/tasks/v1" + path, method=method, json=body, headers=sent)
        assert answer.status_code == status, answer.get_data(as_text=True)
        if status >= 300:
            return answer.get_json()["error"]
        found = answer.get_json(silent=True)
        if found is not None and "fields=" not in path:
            assert_fits(document="tasks.v1", schema=SCHEMAS[found["kind"]], value=found)
        return found

    def add(self, title: str, query: str = "", **more: Any) -> str:
        return str(self.call("POST", f"/lists/@default/tasks{query}", {"title": title, **more})["id"])

    def titles(self, query: str = "", tasks: str = "@default") -> list[str]:
        answer = self.call("GET", f"/lists/{tasks}/tasks{query}")
        return [item["title"] for item in answer.get("items", [])]


@pytest.fixture
def emulator(tmp_path: Path) -> Any:
    emulator = Emulator(tmp_path)
    yield emulator
    emulator.close()


@pytest.fixture
def desk(emulator: Emulator) -> Desk:
    return Desk(emulator)


def test_lists__everybody_has_a_default_one_of_their_own(desk: Desk) -> None:
    (mine,) = desk.call("GET", LISTS)["items"]
    assert mine["title"] == "My Tasks"
    assert desk.call("GET", f"{LISTS}/@default") == mine
    (theirs,) = Desk(desk.emulator, BORIS).call("GET", LISTS)["items"]
    assert theirs["id"] != mine["id"]
    assert desk.call("GET", f"{LISTS}/{theirs['id']}", status=404)["errors"][0]["reason"] == "notFound"
    assert desk.call("GET", f"/lists/{theirs['id']}/tasks", status=404)["message"] == "Task list not found."


def test_lists__are_made_renamed_and_deleted(desk: Desk) -> None:
    made = desk.call("POST", LISTS, {"title": "Payments"})
    url = f"{LISTS}/{made['id']}"
    changed = desk.call("PATCH", url, {"title": "Bills"})
    assert (changed["title"], changed["etag"] == made["etag"]) == ("Bills", False)
    assert desk.call("PUT", url, {"title": "X"}, status=400)["message"] == "Missing task list ID"
    desk.call("PUT", url, {"id": made["id"], "title": "X"})
    assert [item["title"] for item in desk.call("GET", LISTS)["items"]] == ["My Tasks", "X"]
    desk.call("DELETE", url, status=204)
    desk.call("GET", url, status=404)
    desk.call("DELETE", f"{LISTS}/@default", status=400)


def test_tasks__a_new_one_is_first_or_after_another(desk: Desk) -> None:
    one = desk.add("one")
    desk.add("two")
    desk.add("three", f"?previous={one}")
    child = desk.add("child", f"?parent={one}")
    assert desk.titles() == ["two", "one", "child", "three"]
    shown = desk.call("GET", f"/lists/@default/tasks/{child}")
    assert (shown["parent"], shown["status"], shown["links"]) == (one, "needsAction", [])
    assert (
        desk.call("POST", "/lists/@default/tasks?parent=none", {}, status=400)["message"]
        == "Invalid parent task ID"
    )
    assert (
        "previous" in desk.call("POST", f"/lists/@default/tasks?previous={child}", {}, status=400)["message"]
    )


def test_tasks__only_the_day_of_a_due_date_is_kept(desk: Desk) -> None:
    task = desk.add("pay", due="2026-11-24T18:45:00.000Z", notes="now")
    assert desk.call("GET", f"/lists/@default/tasks/{task}")["due"] == "2026-11-24T00:00:00.000Z"
    desk.call("PATCH", f"/lists/@default/tasks/{task}", {"due": "soon"}, status=400)
    cleared = desk.call("PATCH", f"/lists/@default/tasks/{task}", {"due": None})
    assert ("due" in cleared, cleared["notes"]) == (False, "now")


def test_tasks__completed_is_a_status_and_a_moment(desk: Desk) -> None:
    task = desk.add("pay")
    url = f"/lists/@default/tasks/{task}"
    desk.emulator.clock.set(dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC))
    done = desk.call("PATCH", url, {"status": "completed"})
    assert done["completed"].startswith("2026-11-24T09:30:0")
    again = desk.call("PATCH", url, {"title": "paid"})
    assert again["completed"] == done["completed"]
    assert "completed" not in desk.call("PATCH", url, {"status": "needsAction"})
    assert desk.call("PATCH", url, {"status": "done"}, status=400)["errors"][0]["reason"] == "invalid"


def test_tasks__an_update_replaces_all_a_patch_some(desk: Desk) -> None:
    task = desk.add("pay", notes="n", due="2026-11-24T00:00:00Z")
    url = f"/lists/@default/tasks/{task}"
    assert desk.call("PUT", url, {"title": "x"}, status=400)["message"] == "Missing task ID"
    whole = desk.call("PUT", url, {"id": task, "title": "x", "status": "completed"})
    assert ("notes" in whole, "due" in whole, whole["status"]) == (False, False, "completed")


def test_tasks__a_stale_tag_is_refused(desk: Desk) -> None:
    task = desk.add("pay")
    url = f"/lists/@default/tasks/{task}"
    old = desk.call("GET", url)["etag"]
    new = desk.call("PATCH", url, {"title": "a"}, If_Match=old)["etag"]
    assert (
        desk.call("PATCH", url, {"title": "b"}, status=412, If_Match=old)["errors"][0]["reason"]
        == "conditionNotMet"
    )
    desk.call("DELETE", url, status=412, If_Match=old)
    desk.call("DELETE", url, status=204, If_Match=new)


def test_tasks__cleared_and_deleted_ones_are_shown_to_who_asks(desk: Desk) -> None:
    ids = {title: desk.add(title) for title in ("open", "done", "gone")}
    desk.add("below gone", f"?parent={ids['gone']}")
    desk.call("PATCH", f"/lists/@default/tasks/{ids['done']}", {"status": "completed"})
    assert desk.titles("?showCompleted=false") == ["gone", "below gone", "open"]
    desk.call("POST", "/lists/@default/clear", status=204)
    desk.call("DELETE", f"/lists/@default/tasks/{ids['gone']}", status=204)
    assert desk.titles() == ["open"]
    assert desk.titles("?showHidden=true") == ["done", "open"]
    assert desk.titles("?showDeleted=true") == ["gone", "below gone", "open"]
    assert desk.call("GET", f"/lists/@default/tasks/{ids['gone']}")["deleted"] is True
    shown = desk.call("PATCH", f"/lists/@default/tasks/{ids['done']}", {"status": "needsAction"})
    assert "hidden" not in shown


def test_tasks__are_filtered_by_their_times(desk: Desk) -> None:
    for day in ("10", "20", "30"):
        desk.add(day, due=f"2026-11-{day}T00:00:00Z")
    desk.add("never")
    assert desk.titles("?dueMin=2026-11-20T00:00:00Z") == ["30", "20"]
    assert desk.titles("?dueMax=2026-11-20T00:00:00Z&dueMin=2026-11-11T00:00:00%2B03:00") == ["20"]
    assert desk.titles("?updatedMin=2100-01-01T00:00:00Z") == []
    desk.call("GET", "/lists/@default/tasks?dueMin=x", status=400)


def test_tasks__pages_follow_one_another(desk: Desk) -> None:
    for number in range(25):
        desk.add(f"{number}")
    first = desk.call("GET", "/lists/@default/tasks")
    assert len(first["items"]) == 20
    second = desk.call("GET", f"/lists/@default/tasks?pageToken={first['nextPageToken']}")
    assert [item["title"] for item in second["items"]] == ["4", "3", "2", "1", "0"]
    assert "nextPageToken" not in second
    desk.call("GET", "/lists/@default/tasks?pageToken=none", status=400)
    assert len(desk.titles("?maxResults=500")) == 25


def test_tasks__move_with_their_subtasks(desk: Desk) -> None:
    other = desk.call("POST", LISTS, {"title": "Other"})["id"]
    ids = {title: desk.add(title) for title in ("c", "b", "a")}
    child = desk.add("child", f"?parent={ids['b']}")
    url = f"/lists/@default/tasks/{ids['b']}/move"
    desk.call("POST", f"{url}?previous={ids['c']}")
    assert desk.titles() == ["a", "c", "b", "child"]
    assert desk.call("POST", f"{url}?parent={child}", status=400)
    assert desk.call("POST", f"{url}?parent={ids['a']}")["parent"] == ids["a"]
    assert desk.titles() == ["a", "b", "child", "c"]
    moved = desk.call("POST", f"{url}?destinationTasklist={other}")
    assert "parent" not in moved
    assert (desk.titles(), desk.titles(tasks=other)) == (["a", "c"], ["b", "child"])


def test_tasks__what_is_unknown_or_too_long_is_refused(desk: Desk) -> None:
    assert (
        'Unknown name "titel"'
        in desk.call("POST", "/lists/@default/tasks", {"titel": "x"}, status=400)["message"]
    )
    desk.call("POST", "/lists/@default/tasks", {"title": "x" * 1025}, status=400)
    assert desk.call("GET", "/lists/@default/tasks/none", status=404)["message"] == "Task not found."
    assert desk.call("GET", "/lists/@default/tasks?fields=kind") == {"kind": "tasks#tasks"}


def test_tasks__survive_a_restart(desk: Desk, tmp_path: Path) -> None:
    desk.add("pay", notes="n")
    before = desk.call("GET", "/lists/@default/tasks")
    again = Emulator(tmp_path)
    assert Desk(again).call("GET", "/lists/@default/tasks") == before
    again.close()


def test_tasks__googles_own_client_does_its_job(emulator: Emulator) -> None:
    server = serve(create_app(emulator), 0)
    try:
        with build(
            "tasks",
            "v1",
            credentials=Credentials(f"local:{ANNA}"),  # type: ignore[no-untyped-call]
            client_options={"api_endpoint": server.url},
            cache_discovery=False,
        ) as client:
            task = client.tasks().insert(tasklist="@default", body={"title": "Pay PR-000124"}).execute()
            client.tasks().patch(tasklist="@default", task=task["id"], body={"status": "completed"}).execute()
            request = client.tasks().list(tasklist="@default", maxResults=1)
            titles = []
            while request is not None:
                answer = request.execute()
                titles += [item["title"] for item in answer["items"]]
                request = client.tasks().list_next(request, answer)
            assert titles == ["Pay PR-000124"]
            client.tasks().clear(tasklist="@default").execute()
            client.tasks().delete(tasklist="@default", task=task["id"]).execute()
            with pytest.raises(HttpError, match="Task not found"):
                client.tasks().get(tasklist="@default", task="none").execute()
            assert {
                "tasks.tasks.insert",
                "tasks.tasks.patch",
                "tasks.tasks.clear",
            } <= emulator.calls.counts().keys()
    finally:
        server.shutdown()

"""Tasks v1 over HTTP: paths, parameters and JSON shapes of Google's reference."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from sheetflow.emulator.tasks import fields
from sheetflow.emulator.tasks.lists import TaskLists
from sheetflow.emulator.tasks.service import Tasks
from sheetflow.emulator.wire import Json, bad_request, parse_mask, pick

_LISTS = "/tasks/v1/users/@me/lists"
_TASKS = "/tasks/v1/lists/<name>/tasks"


def blueprint(tasks: Tasks) -> Blueprint:
    """The routes, over `tasks`."""
    routes = Blueprint("tasks", __name__)
    _list_routes(routes, tasks.lists)
    _task_routes(routes, tasks)
    return routes


def _list_routes(routes: Blueprint, kept: TaskLists) -> None:
    @routes.get(_LISTS)
    def lists() -> Response:
        found = kept.all(g.caller)
        return _answer(_page("tasks#taskLists", found, 1000, 1000))

    @routes.post(_LISTS)
    def list_added() -> Response:
        return _answer(kept.add(g.caller, _body("TaskList")))

    @routes.get(f"{_LISTS}/<name>")
    def one_list(name: str) -> Response:
        return _answer(kept.get(g.caller, name))

    @routes.route(f"{_LISTS}/<name>", methods=["PUT", "PATCH"])
    def list_changed(name: str) -> Response:
        wanted = _body("TaskList")
        if request.method == "PUT" and wanted.get("id") != kept.get(g.caller, name)["id"]:
            raise fields.refused("Missing task list ID" if "id" not in wanted else "Invalid task list ID")
        return _answer(kept.change(g.caller, name, wanted))

    @routes.delete(f"{_LISTS}/<name>")
    def list_deleted(name: str) -> Response:
        kept.delete(g.caller, name)
        return Response(status=204)


def _task_routes(routes: Blueprint, tasks: Tasks) -> None:
    @routes.get(_TASKS)
    def all_tasks(name: str) -> Response:
        return _answer(_page("tasks#tasks", tasks.tasks(g.caller, name, _filter()), 20, 100))

    @routes.post(_TASKS)
    def task_added(name: str) -> Response:
        place = (request.args.get("parent", ""), request.args.get("previous", ""))
        return _answer(tasks.add(g.caller, name, _body("Task"), *place))

    @routes.get(f"{_TASKS}/<task>")
    def one_task(name: str, task: str) -> Response:
        return _answer(tasks.task(g.caller, name, task))

    @routes.route(f"{_TASKS}/<task>", methods=["PUT", "PATCH"])
    def task_changed(name: str, task: str) -> Response:
        match = request.headers.get("If-Match", "")
        whole = request.method == "PUT"
        return _answer(tasks.change(g.caller, name, task, _body("Task"), whole=whole, match=match))

    @routes.delete(f"{_TASKS}/<task>")
    def task_deleted(name: str, task: str) -> Response:
        tasks.delete(g.caller, name, task, request.headers.get("If-Match", ""))
        return Response(status=204)

    @routes.post(f"{_TASKS}/<task>/move")
    def task_moved(name: str, task: str) -> Response:
        words = (request.args.get(word, "") for word in ("parent", "previous", "destinationTasklist"))
        return _answer(tasks.move(g.caller, name, task, *words))

    @routes.post("/tasks/v1/lists/<name>/clear")
    def cleared(name: str) -> Response:
        tasks.clear(g.caller, name)
        return Response(status=204)


def _body(message: str) -> Json:
    text = request.get_data(as_text=True)
    try:
        decoded = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise bad_request([("", f"Invalid JSON payload received. {error}")]) from error
    fitted = fields.shapes().fit(message, decoded)
    # In a patch a null clears a field; the shapes leave nulls out.
    nulls = [name for name, value in decoded.items() if value is None]
    return {**fitted, **dict.fromkeys(nulls)} if request.method == "PATCH" else fitted


def _answer(answer: Json) -> Response:
    mask = request.args.get("fields")
    return jsonify(pick(answer, parse_mask(mask)) if mask else answer)


def _flag(name: str, *, default: bool) -> bool:
    text = request.args.get(name, "").lower()
    if text not in ("", "true", "false", "1", "0"):
        raise bad_request([(name, f"Invalid value at '{name}' (TYPE_BOOL), \"{text}\"")])
    return default if not text else text in ("true", "1")


def _filter() -> Callable[[Json], bool]:
    """What the query asks of a task."""
    completed, hidden = _flag("showCompleted", default=True), _flag("showHidden", default=False)
    deleted = _flag("showDeleted", default=False)
    limits: list[tuple[str, Any, bool]] = []
    for field, name, upper in (
        ("completed", "completedMin", False),
        ("completed", "completedMax", True),
        ("due", "dueMin", False),
        ("due", "dueMax", True),
        ("updated", "updatedMin", False),
    ):
        text = request.args.get(name)
        if text:
            limits.append((field, fields.moment_of(text, name), upper))

    def keep(task: Json) -> bool:
        if task.get("deleted") and not deleted:
            return False
        if task.get("hidden") and not hidden:
            return False
        if task["status"] == "completed" and not completed:
            return False
        for field, limit, upper in limits:
            if field not in task:
                return False
            moment = fields.moment_of(task[field], field)
            if moment > limit if upper else moment < limit:
                return False
        return True

    return keep


def _page(kind: str, items: list[Json], default: int, most: int) -> Json:
    """One page of a listing; the token says what the page before ended with."""
    size = request.args.get("maxResults", "")
    if size and not size.isdigit():
        raise bad_request([("max_results", f"Invalid value at 'max_results' (TYPE_INT32), \"{size}\"")])
    count = min(int(size) or default, most) if size else default
    start = 0
    token = request.args.get("pageToken")
    if token:
        names = [item["id"] for item in items]
        last = _decoded(token)
        if last not in names:
            raise fields.refused("Invalid page token")
        start = names.index(last) + 1
    shown = items[start : start + count]
    answer: Json = {"kind": kind, "etag": fields.etag_of(*(item["etag"] for item in items))}
    if start + count < len(items):
        answer["nextPageToken"] = base64.urlsafe_b64encode(shown[-1]["id"].encode()).decode().rstrip("=")
    if shown:
        answer["items"] = shown
    return answer


def _decoded(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        return ""

"""Gmail v1 over HTTP: paths, parameters and JSON shapes of Google's discovery document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from sheetflow.emulator.gmail import draft_routes, message_routes, settings_routes
from sheetflow.emulator.gmail.answers import PAGE_MAX, PAGE_SIZE, ROOT, answer, body, nothing, number, owner
from sheetflow.emulator.gmail.history import KINDS
from sheetflow.emulator.gmail.mailbox import Mailboxes
from sheetflow.emulator.gmail.uploads import Uploads
from sheetflow.emulator.wire import Json, bad_request, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.drive.service import Drive


def blueprint(boxes: Mailboxes, drive: Drive) -> Blueprint:
    """The routes, over `boxes`; `drive` keeps what is uploaded by and by."""
    routes = Blueprint("gmail", __name__)
    uploads = Uploads(routes, drive)
    message_routes.add(routes, boxes, uploads)
    draft_routes.add(routes, boxes, uploads)
    settings_routes.add(routes, boxes)
    _add_labels(routes, boxes)
    _add_changes(routes, boxes)

    @routes.get(f"{ROOT}/profile")
    def profile(user: str) -> Response:
        return answer(boxes.profile(owner(user)))

    return routes


def _add_labels(routes: Blueprint, boxes: Mailboxes) -> None:
    @routes.get(f"{ROOT}/labels")
    def labels(user: str) -> Response:
        every = boxes.labels.all(owner(user))
        return answer({"labels": [{k: v for k, v in label.items() if k != "color"} for label in every]})

    @routes.post(f"{ROOT}/labels")
    def label_created(user: str) -> Response:
        return answer(boxes.labels.create(owner(user), body("Label")))

    @routes.get(f"{ROOT}/labels/<label>")
    def one_label(user: str, label: str) -> Response:
        return answer(boxes.label(owner(user), label))

    @routes.route(f"{ROOT}/labels/<label>", methods=["PUT", "PATCH"])
    def label_updated(user: str, label: str) -> Response:
        whole = request.method == "PUT"
        return answer(boxes.labels.update(owner(user), label, body("Label"), whole=whole))

    @routes.delete(f"{ROOT}/labels/<label>")
    def label_deleted(user: str, label: str) -> Response:
        boxes.delete_label(owner(user), label)
        return nothing()


def _add_changes(routes: Blueprint, boxes: Mailboxes) -> None:
    @routes.get(f"{ROOT}/history")
    def history(user: str) -> Response:
        box = owner(user)
        start = _history_id(request.args.get("startHistoryId", ""))
        kinds = request.args.getlist("historyTypes")
        for kind in kinds:
            if kind not in KINDS:
                raise bad_request(
                    [("history_types", f"Invalid value at 'history_types' (TYPE_ENUM), \"{kind}\"")]
                )
        records = boxes.history.since(box, start, kinds, request.args.get("labelId", ""))
        after = _history_id(request.args.get("pageToken") or str(start), "pageToken")
        rest = [record for record in records if int(record["id"]) > after]
        size = min(number("maxResults", PAGE_SIZE), PAGE_MAX)
        told: Json = {"history": rest[:size]} if rest else {}
        if len(rest) > size:
            told["nextPageToken"] = rest[size - 1]["id"]
        return answer({**told, "historyId": str(boxes.history.latest(box))})

    @routes.post(f"{ROOT}/watch")
    def watched(user: str) -> Response:
        box, asked = owner(user), body("WatchRequest")
        boxes.labels.check(box, asked.get("labelIds", ()), free=True)
        return answer(boxes.watches.start(box, asked))

    @routes.post(f"{ROOT}/stop")
    def stopped(user: str) -> Response:
        boxes.watches.stop(owner(user))
        return nothing()


def _history_id(text: str, name: str = "startHistoryId") -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise invalid(f"Invalid {name}" if text else f"Missing {name}")
    return int(text)

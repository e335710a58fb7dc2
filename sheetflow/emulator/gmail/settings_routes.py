"""Settings over HTTP: one set of routes for each line of the two tables."""

from __future__ import annotations

from flask import Blueprint, Response

from sheetflow.emulator.gmail.answers import ROOT, answer, body, nothing, owner
from sheetflow.emulator.gmail.mailbox import Mailboxes
from sheetflow.emulator.gmail.settings import COLLECTIONS, SINGLES, Collection
from sheetflow.emulator.wire import Json

_ROOT = f"{ROOT}/settings"


def add(routes: Blueprint, boxes: Mailboxes) -> None:
    """Put the routes on a blueprint."""
    for name, single in SINGLES.items():
        _add_single(routes, boxes, name, single.message)
    for kind, collection in COLLECTIONS.items():
        _add_collection(routes, boxes, kind, collection)
    _add_send_as(routes, boxes)


def _add_single(routes: Blueprint, boxes: Mailboxes, name: str, message: str) -> None:
    def shown(user: str) -> Response:
        return answer(boxes.settings.single(owner(user), name))

    def written(user: str) -> Response:
        return answer(boxes.settings.set_single(owner(user), name, body(message)))

    routes.add_url_rule(f"{_ROOT}/{name}", f"get {name}", shown, methods=["GET"])
    routes.add_url_rule(f"{_ROOT}/{name}", f"update {name}", written, methods=["PUT"])


def _add_collection(routes: Blueprint, boxes: Mailboxes, kind: str, collection: Collection) -> None:
    def listed(user: str) -> Response:
        every = boxes.settings.all(owner(user), kind)
        return answer({collection.field: every} if every else {})

    def created(user: str) -> Response:
        box, given = owner(user), body(collection.message)
        action: Json = given.get("action", {}) if kind == "filters" else {}
        for field in ("addLabelIds", "removeLabelIds"):
            boxes.labels.check(box, action.get(field, ()))
        return answer(boxes.settings.create(box, kind, given))

    def shown(user: str, name: str) -> Response:
        return answer(boxes.settings.get(owner(user), kind, name))

    def deleted(user: str, name: str) -> Response:
        boxes.settings.delete(owner(user), kind, name)
        return nothing()

    path = f"{_ROOT}/{kind}"
    routes.add_url_rule(path, f"list {kind}", listed, methods=["GET"])
    routes.add_url_rule(path, f"create {kind}", created, methods=["POST"])
    routes.add_url_rule(f"{path}/<name>", f"get {kind}", shown, methods=["GET"])
    routes.add_url_rule(f"{path}/<name>", f"delete {kind}", deleted, methods=["DELETE"])


def _add_send_as(routes: Blueprint, boxes: Mailboxes) -> None:
    @routes.put(f"{_ROOT}/sendAs/<name>")
    def alias_updated(user: str, name: str) -> Response:
        return answer(boxes.settings.update(owner(user), name, body("SendAs"), whole=True))

    @routes.patch(f"{_ROOT}/sendAs/<name>")
    def alias_patched(user: str, name: str) -> Response:
        return answer(boxes.settings.update(owner(user), name, body("SendAs"), whole=False))

    @routes.post(f"{_ROOT}/sendAs/<name>/verify")
    def alias_verified(user: str, name: str) -> Response:
        boxes.ask_for_consent(owner(user), name)
        return nothing()

"""Gmail v1 over HTTP: paths, parameters and JSON shapes of Google's discovery document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from flask import Blueprint, Response, g, jsonify, request

from sheetflow.emulator.gmail import mime
from sheetflow.emulator.gmail.mailbox import SYSTEM_LABELS, Mail, Mailboxes, owner_of
from sheetflow.emulator.wire import Json, bad_request, invalid, parse_mask, pick

PAGE_SIZE = 100
PAGE_MAX = 500
_DRAFT_FIELDS = ("id", "message")
_LABEL_FIELDS = ("addLabelIds", "removeLabelIds")
_MESSAGE_FIELDS = (
    *("id", "threadId", "labelIds", "snippet", "historyId", "internalDate", "payload", "sizeEstimate", "raw"),
    "classificationLabelValues",
)
FORMATS = ("minimal", "full", "raw", "metadata")


def blueprint(boxes: Mailboxes) -> Blueprint:
    """The routes, over `boxes`."""
    routes = Blueprint("gmail", __name__)
    root = "/gmail/v1/users/<user>"

    @routes.get(f"{root}/profile")
    def profile(user: str) -> Response:
        return _answer(boxes.profile(_owner(user)))

    @routes.get(f"{root}/labels")
    def labels(user: str) -> Response:
        _owner(user)
        return _answer({"labels": [{"id": name, "name": name, "type": "system"} for name in SYSTEM_LABELS]})

    @routes.post(f"{root}/messages/send")
    @routes.post(f"/upload{root}/messages/send")
    def message_sent(user: str) -> Response:
        owner = _owner(user)
        raw, meta = _given()
        return _answer(_brief(boxes.send(owner, raw, str(meta.get("threadId") or ""))))

    @routes.get(f"{root}/messages")
    def messages(user: str) -> Response:
        found = _found(boxes, _owner(user))
        return _answer(_page("messages", [{"id": mail.id, "threadId": mail.thread} for mail in found]))

    @routes.get(f"{root}/messages/<mail_id>")
    def message(user: str, mail_id: str) -> Response:
        return _answer(_shown(boxes.get(_owner(user), mail_id), _format()))

    @routes.get(f"{root}/messages/<mail_id>/attachments/<token>")
    def attachment(user: str, mail_id: str, token: str) -> Response:
        mail = boxes.get(_owner(user), mail_id)
        data = mime.attachment(mail.raw, mime.part_of_token(token))
        return _answer({"size": len(data), "data": mime.encode(data)})

    @routes.post(f"{root}/messages/<mail_id>/modify")
    def modified(user: str, mail_id: str) -> Response:
        body = _body(_LABEL_FIELDS)
        add, remove = (_names(body, name) for name in _LABEL_FIELDS)
        return _answer(_brief(boxes.relabel(_owner(user), mail_id, add, remove)))

    @routes.post(f"{root}/messages/<mail_id>/trash")
    def trashed(user: str, mail_id: str) -> Response:
        return _answer(_brief(boxes.relabel(_owner(user), mail_id, ["TRASH"], ["INBOX"])))

    @routes.post(f"{root}/messages/<mail_id>/untrash")
    def untrashed(user: str, mail_id: str) -> Response:
        return _answer(_brief(boxes.relabel(_owner(user), mail_id, [], ["TRASH"])))

    _add_threads(routes, boxes, root)
    _add_drafts(routes, boxes, root)
    return routes


def _add_threads(routes: Blueprint, boxes: Mailboxes, root: str) -> None:
    @routes.get(f"{root}/threads")
    def threads(user: str) -> Response:
        newest: dict[str, Mail] = {}
        for mail in _found(boxes, _owner(user)):
            newest.setdefault(mail.thread, mail)
        items = [{"id": t, "snippet": m.snippet, "historyId": str(m.history)} for t, m in newest.items()]
        return _answer(_page("threads", items))

    @routes.get(f"{root}/threads/<thread_id>")
    def thread(user: str, thread_id: str) -> Response:
        mails = boxes.thread(_owner(user), thread_id)
        latest = max(mail.history for mail in mails)
        shown = [_shown(mail, _format()) for mail in mails]
        return _answer({"id": thread_id, "historyId": str(latest), "messages": shown})


def _add_drafts(routes: Blueprint, boxes: Mailboxes, root: str) -> None:
    @routes.post(f"{root}/drafts")
    @routes.post(f"/upload{root}/drafts")
    def draft_created(user: str) -> Response:
        owner = _owner(user)
        raw, meta = _given("message")
        draft_id, mail = boxes.create_draft(owner, raw, str(meta.get("threadId") or ""))
        return _answer({"id": draft_id, "message": _brief(mail)})

    @routes.get(f"{root}/drafts")
    def drafts(user: str) -> Response:
        items = [
            {"id": draft_id, "message": {"id": mail.id, "threadId": mail.thread}}
            for draft_id, mail in boxes.drafts(_owner(user))
        ]
        return _answer(_page("drafts", items))

    @routes.get(f"{root}/drafts/<draft_id>")
    def draft(user: str, draft_id: str) -> Response:
        return _answer({"id": draft_id, "message": _shown(boxes.draft(_owner(user), draft_id), _format())})

    @routes.delete(f"{root}/drafts/<draft_id>")
    def draft_deleted(user: str, draft_id: str) -> Response:
        boxes.delete_draft(_owner(user), draft_id)
        return Response(status=204)

    @routes.post(f"{root}/drafts/send")
    def draft_sent(user: str) -> Response:
        owner = _owner(user)
        body = _body(_DRAFT_FIELDS)
        inner = _mail_of(body, "message")
        raw = mime.decode_raw(inner["raw"]) if "raw" in inner else None
        if not body.get("id"):
            raise invalid("Invalid draft")
        return _answer(_brief(boxes.send_draft(owner, str(body["id"]), raw)))


def _owner(user: str) -> str:
    return owner_of(user, g.caller)


def _answer(value: Json) -> Response:
    fields = request.args.get("fields") or request.args.get("$fields")
    return jsonify(pick(value, parse_mask(fields)) if fields else value)


def _body(known: Iterable[str]) -> Json:
    """The request's JSON object, with no field that the method does not know."""
    return _checked(request.get_json(silent=True), known, "")


def _checked(value: object, known: Iterable[str], where: str) -> Json:
    if not isinstance(value, dict):
        raise bad_request([(where, "Invalid JSON payload received.")])
    for name in value:
        if name not in known:
            place = f" at '{where}'" if where else ""
            text = f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
            raise bad_request([(where, text)])
    return value


def _names(body: Json, field: str) -> list[str]:
    names = body.get(field) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise bad_request([(field, f"Invalid value at '{field}' (TYPE_STRING)")])
    return names


def _mail_of(body: Json, wrapper: str) -> Json:
    """The Message inside a body; without a wrapper the body is one."""
    value = body.get(wrapper) or {} if wrapper else body
    return _checked(value, _MESSAGE_FIELDS, wrapper)


def _given(wrapper: str = "") -> tuple[bytes, Json]:
    """The mail that a request brings, and its resource: JSON with `raw`, a bare mail, or both in parts."""
    known = _DRAFT_FIELDS if wrapper else _MESSAGE_FIELDS
    if not request.path.startswith("/upload/") or request.is_json:
        inner = _mail_of(_body(known), wrapper)
        return mime.decode_raw(inner.get("raw")), inner
    data = request.get_data()
    if not request.mimetype.startswith("multipart/"):
        return data, {}
    parts = _parts(data, request.mimetype_params.get("boundary", ""))
    if len(parts) != 2:
        raise invalid("Media multipart body must have two parts")
    return parts[1], _mail_of(_checked(_json_of(parts[0]), known, ""), wrapper)


def _parts(data: bytes, boundary: str) -> list[bytes]:
    """The contents of a multipart body, byte for byte: a mail must not be parsed and put together again."""
    found = []
    for section in re.split(
        rb"(?:^|\r?\n)--" + re.escape(boundary.encode()) + rb"(?:--)?[ \t]*(?:\r?\n|$)", data
    )[1:-1]:
        content = re.split(rb"\r?\n\r?\n", section, maxsplit=1)
        found.append(content[1] if len(content) == 2 else b"")
    return found


def _json_of(data: bytes) -> object:
    try:
        return json.loads(data or b"{}")
    except ValueError:
        return None


def _format() -> str:
    chosen = request.args.get("format", "full").lower()
    if chosen not in FORMATS:
        raise bad_request([("format", f"Invalid value at 'format' (type.googleapis.com), \"{chosen}\"")])
    return chosen


def _brief(mail: Mail) -> Json:
    return {"id": mail.id, "threadId": mail.thread, "labelIds": list(mail.labels)}


def _shown(mail: Mail, chosen: str) -> Json:
    shown: Json = {
        **_brief(mail),
        "snippet": mail.snippet,
        "sizeEstimate": len(mail.raw),
        "historyId": str(mail.history),
        "internalDate": str(mail.at_ms),
    }
    if chosen == "raw":
        shown["raw"] = mime.encode(mail.raw)
    elif chosen == "full":
        shown["payload"] = mime.payload(mail.raw)
    elif chosen == "metadata":
        shown["payload"] = mime.payload(
            mail.raw, body=False, only=request.args.getlist("metadataHeaders") or None
        )
    return shown


def _found(boxes: Mailboxes, owner: str) -> list[Mail]:
    trash = request.args.get("includeSpamTrash", "false").lower() == "true"
    return boxes.find(owner, request.args.get("q", ""), request.args.getlist("labelIds"), trash=trash)


def _page(name: str, items: Iterable[Json]) -> Json:
    """One page of a list; the page token is where the next one begins."""
    items = list(items)
    size = request.args.get("maxResults", default=PAGE_SIZE, type=int)
    token = request.args.get("pageToken", "0")
    if size < 1 or not token.isdecimal():
        raise invalid("Invalid pageToken" if size >= 1 else "Invalid maxResults")
    start, size = int(token), min(size, PAGE_MAX)
    page: Json = {name: items[start : start + size]} if items[start : start + size] else {}
    if start + size < len(items):
        page["nextPageToken"] = str(start + size)
    page["resultSizeEstimate"] = len(items)
    return page

"""Messages and threads over HTTP."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, request

from sheetflow.emulator.gmail import mime, parts
from sheetflow.emulator.gmail.answers import (
    FORMATS,
    ROOT,
    answer,
    body,
    chosen,
    flag,
    found,
    nothing,
    owner,
    page,
    shown,
)
from sheetflow.emulator.gmail.mailbox import Mailboxes
from sheetflow.emulator.gmail.shelf import Mail
from sheetflow.emulator.gmail.uploads import STORE_MAX, Taker, Uploads
from sheetflow.emulator.wire import Json, invalid

_SOURCES = ("receivedTime", "dateHeader")
_MOVES = {"trash": (["TRASH"], []), "untrash": ([], ["TRASH"])}
LABELS_MAX = 100


def add(routes: Blueprint, boxes: Mailboxes, uploads: Uploads) -> None:
    """Put the routes on a blueprint."""
    _add_arrivals(boxes, uploads)
    _add_messages(routes, boxes)
    _add_batches(routes, boxes)
    _add_threads(routes, boxes)


def _add_arrivals(boxes: Mailboxes, uploads: Uploads) -> None:
    def sent(box: str, raw: bytes, meta: Json) -> Json:
        return boxes.send(box, raw, meta.get("threadId", "")).brief()

    def put(default: str) -> Taker:
        def taken(box: str, raw: bytes, meta: Json) -> Json:
            by_date = chosen("internalDateSource", _SOURCES, default) == "dateHeader"
            labels = [*meta.get("labelIds", []), *(["TRASH"] if flag("deleted") else [])]
            return boxes.insert(box, raw, labels, meta.get("threadId", ""), by_date=by_date).brief()

        return taken

    uploads.take("/messages/send", "Message", sent)
    uploads.take("/messages", "Message", put("receivedTime"), most=STORE_MAX)
    uploads.take("/messages/import", "Message", put("dateHeader"), most=STORE_MAX)


def _add_messages(routes: Blueprint, boxes: Mailboxes) -> None:
    @routes.get(f"{ROOT}/messages")
    def messages(user: str) -> Response:
        listed = found(boxes, owner(user))
        return answer(page("messages", [(mail, {"id": mail.id, "threadId": mail.thread}) for mail in listed]))

    @routes.get(f"{ROOT}/messages/<mail_id>")
    def message(user: str, mail_id: str) -> Response:
        return answer(shown(boxes.get(owner(user), mail_id), chosen("format", FORMATS, "full")))

    @routes.delete(f"{ROOT}/messages/<mail_id>")
    def message_deleted(user: str, mail_id: str) -> Response:
        box = owner(user)
        boxes.delete(box, [boxes.get(box, mail_id)])
        return nothing()

    @routes.get(f"{ROOT}/messages/<mail_id>/attachments/<token>")
    def attachment(user: str, mail_id: str, token: str) -> Response:
        data = parts.attachment(boxes.get(owner(user), mail_id).raw, token)
        return answer({"size": len(data), "data": mime.encode(data)})

    @routes.post(f"{ROOT}/messages/<mail_id>/modify")
    def message_modified(user: str, mail_id: str) -> Response:
        box = owner(user)
        add, remove = _wanted(body("ModifyMessageRequest"))
        (mail,) = boxes.relabel(box, [boxes.get(box, mail_id)], add, remove)
        return answer(mail.brief())

    @routes.post(f"{ROOT}/messages/<mail_id>/trash", defaults={"move": "trash"})
    @routes.post(f"{ROOT}/messages/<mail_id>/untrash", defaults={"move": "untrash"})
    def message_moved(user: str, mail_id: str, move: str) -> Response:
        box = owner(user)
        (mail,) = boxes.relabel(box, [boxes.get(box, mail_id)], *_MOVES[move])
        return answer(mail.brief())


def _add_batches(routes: Blueprint, boxes: Mailboxes) -> None:
    @routes.post(f"{ROOT}/messages/batchModify")
    def messages_modified(user: str) -> Response:
        box, asked = owner(user), body("BatchModifyMessagesRequest")
        add, remove = _wanted(asked)
        boxes.relabel(box, boxes.known(box, asked.get("ids", ())), add, remove)
        return nothing()

    @routes.post(f"{ROOT}/messages/batchDelete")
    def messages_deleted(user: str) -> Response:
        box = owner(user)
        boxes.delete(box, boxes.known(box, body("BatchDeleteMessagesRequest").get("ids", ())))
        return nothing()


def _add_threads(routes: Blueprint, boxes: Mailboxes) -> None:
    @routes.get(f"{ROOT}/threads")
    def threads(user: str) -> Response:
        newest: dict[str, Mail] = {}
        for mail in found(boxes, owner(user)):
            newest.setdefault(mail.thread, mail)
        items = [
            (mail, {"id": thread, "snippet": mail.snippet, "historyId": str(mail.history)})
            for thread, mail in newest.items()
        ]
        return answer(page("threads", items))

    @routes.get(f"{ROOT}/threads/<thread_id>")
    def thread(user: str, thread_id: str) -> Response:
        mails = boxes.thread(owner(user), thread_id)
        form = chosen("format", [one for one in FORMATS if one != "raw"], "full")
        latest = max(mail.history for mail in mails)
        messages = [shown(mail, form) for mail in mails]
        return answer({"id": thread_id, "historyId": str(latest), "messages": messages})

    @routes.delete(f"{ROOT}/threads/<thread_id>")
    def thread_deleted(user: str, thread_id: str) -> Response:
        box = owner(user)
        boxes.delete(box, boxes.thread(box, thread_id))
        return nothing()

    @routes.post(f"{ROOT}/threads/<thread_id>/modify")
    def thread_modified(user: str, thread_id: str) -> Response:
        add, remove = _wanted(body("ModifyThreadRequest"))
        return _relabelled(user, thread_id, add, remove)

    @routes.post(f"{ROOT}/threads/<thread_id>/trash", defaults={"move": "trash"})
    @routes.post(f"{ROOT}/threads/<thread_id>/untrash", defaults={"move": "untrash"})
    def thread_moved(user: str, thread_id: str, move: str) -> Response:
        return _relabelled(user, thread_id, *_MOVES[move])

    def _relabelled(user: str, thread_id: str, add: Iterable[str], remove: Iterable[str]) -> Response:
        box = owner(user)
        mails = boxes.relabel(box, boxes.thread(box, thread_id), add, remove)
        return answer({"id": thread_id, "messages": [mail.brief() for mail in mails]})


def _wanted(asked: Json) -> tuple[list[str], list[str]]:
    """The labels to add and to remove.

    Raises:
        GoogleError: 400 for none, or too many.
    """
    add, remove = asked.get("addLabelIds", []), asked.get("removeLabelIds", [])
    if not add and not remove and not request.path.endswith("batchModify"):
        raise invalid("No label add or removes specified")
    if len(add) > LABELS_MAX or len(remove) > LABELS_MAX:
        raise invalid(f"Number of labels cannot exceed {LABELS_MAX}")
    return add, remove

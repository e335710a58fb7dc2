"""Drafts over HTTP."""

from __future__ import annotations

from flask import Blueprint, Response

from sheetflow.emulator.gmail.answers import FORMATS, ROOT, answer, chosen, found, nothing, owner, page, shown
from sheetflow.emulator.gmail.mailbox import Mailboxes
from sheetflow.emulator.gmail.uploads import Uploads
from sheetflow.emulator.wire import Json, invalid


def add(routes: Blueprint, boxes: Mailboxes, uploads: Uploads) -> None:
    """Put the routes on a blueprint."""

    def created(box: str, raw: bytes, meta: Json) -> Json:
        draft, mail = boxes.drafts.create(box, raw, meta.get("threadId", ""))
        return {"id": draft, "message": mail.brief()}

    def updated(box: str, raw: bytes, meta: Json, draft: str) -> Json:
        mail = boxes.drafts.update(box, draft, raw, meta.get("threadId", ""))
        return {"id": draft, "message": mail.brief()}

    def sent(box: str, raw: bytes | None, meta: Json) -> Json:
        if not meta.get("draft"):
            raise invalid("Invalid draft")
        return boxes.drafts.send(box, meta["draft"], raw).brief()

    uploads.take("/drafts", "Draft", created)
    uploads.take("/drafts/<draft>", "Draft", updated, verb="PUT")
    uploads.take("/drafts/send", "Draft", sent, bare=True)

    @routes.get(f"{ROOT}/drafts")
    def drafts(user: str) -> Response:
        box = owner(user)
        ids = boxes.drafts.all(box)
        items = [
            (mail, {"id": ids[mail.id], "message": {"id": mail.id, "threadId": mail.thread}})
            for mail in found(boxes, box, labels=["DRAFT"])
            if mail.id in ids
        ]
        return answer(page("drafts", items))

    @routes.get(f"{ROOT}/drafts/<draft>")
    def one_draft(user: str, draft: str) -> Response:
        mail = boxes.drafts.get(owner(user), draft)
        return answer({"id": draft, "message": shown(mail, chosen("format", FORMATS, "full"))})

    @routes.delete(f"{ROOT}/drafts/<draft>")
    def draft_deleted(user: str, draft: str) -> Response:
        boxes.drafts.delete(owner(user), draft)
        return nothing()

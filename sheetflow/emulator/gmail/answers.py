"""What Gmail's routes share: whose box it is, bodies, formats of mails, pages of lists."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from importlib.resources import files

from flask import Response, g, jsonify, request

from sheetflow.emulator.gmail import mime, parts
from sheetflow.emulator.gmail.mailbox import Mailboxes, owner_of
from sheetflow.emulator.gmail.shelf import Mail
from sheetflow.emulator.shapes import Shapes
from sheetflow.emulator.wire import GoogleError, Json, bad_request, invalid, parse_mask, pick

ROOT = "/gmail/v1/users/<user>"
PAGE_SIZE = 100
PAGE_MAX = 500
FORMATS = ("minimal", "full", "raw", "metadata")
JSON_MAX = 10 * 1024 * 1024
"""Bytes of a body of JSON; larger mails have to be uploaded."""
_TOKEN = re.compile(r"\d{14}\d{19}")


@functools.cache
def shapes() -> Shapes:
    """The messages that a request can hold."""
    table = files("sheetflow.emulator.gmail").joinpath("messages.txt").read_text("utf-8")
    return Shapes(table, "google.gmail.v1")


def owner(user: str) -> str:
    """The box that a path's `userId` means to the caller."""
    return owner_of(user, g.caller)


def answer(value: Json) -> Response:
    """An answer, as much of it as `fields` asks for."""
    fields = request.args.get("fields") or request.args.get("$fields")
    return jsonify(pick(value, parse_mask(fields)) if fields else value)


def nothing() -> Response:
    """The answer of what only deletes."""
    return Response(status=204)


def body(message: str) -> Json:
    """The request's JSON, of a message type.

    Raises:
        GoogleError: 400, or 413 where it is too large.
    """
    if (request.content_length or 0) > JSON_MAX:
        raise too_large()
    return fitted(message, request.get_data())


def fitted(message: str, data: bytes) -> Json:
    """JSON of a message type, out of bytes.

    Raises:
        GoogleError: 400.
    """
    try:
        decoded = json.loads(data) if data.strip() else {}
    except ValueError as error:
        raise bad_request([("", "Invalid JSON payload received.")]) from error
    return shapes().fit(message, decoded)


def too_large() -> GoogleError:
    """413 for a body beyond Google's limits."""
    entry = {"message": "Request Entity Too Large", "domain": "global", "reason": "uploadTooLarge"}
    return GoogleError(413, "", "Request Entity Too Large", errors=[entry])


def flag(name: str) -> bool:
    """A boolean parameter."""
    return request.args.get(name, "").lower() in ("true", "1")


def chosen(name: str, known: Sequence[str], default: str) -> str:
    """A parameter that is one of some words, in any case.

    Raises:
        GoogleError: 400.
    """
    text = request.args.get(name, default)
    for word in known:
        if word.lower() == text.lower():
            return word
    raise bad_request([(name, f"Invalid value at '{name}' (TYPE_ENUM), \"{text}\"")])


def number(name: str, default: int) -> int:
    """A number without a sign; 0 is as good as none.

    Raises:
        GoogleError: 400.
    """
    text = request.args.get(name, "")
    if text and not re.fullmatch(r"\d{1,10}", text):
        wire = re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name)
        raise bad_request([(wire, f"Invalid value at '{wire}' (TYPE_UINT32), \"{text}\"")])
    return int(text or 0) or default


def shown(mail: Mail, form: str) -> Json:
    """A mail in one of `FORMATS`."""
    whole: Json = {
        **mail.brief(),
        "snippet": mail.snippet,
        "sizeEstimate": len(mail.raw),
        "historyId": str(mail.history),
        "internalDate": str(mail.at_ms),
    }
    if form == "raw":
        whole["raw"] = mime.encode(mail.raw)
    elif form == "full":
        whole["payload"] = parts.payload(mail.raw)
    elif form == "metadata":
        only = request.args.getlist("metadataHeaders") or None
        whole["payload"] = parts.payload(mail.raw, body=False, only=only)
    return whole


def found(boxes: Mailboxes, box: str, *, labels: Sequence[str] = ()) -> list[Mail]:
    """The mails that a list's parameters ask for, newest first, without their bytes."""
    wanted = [*request.args.getlist("labelIds"), *labels]
    boxes.labels.check(box, request.args.getlist("labelIds"), free=True)
    query = request.args.get("q", "")
    return boxes.find(box, query, wanted, trash=flag("includeSpamTrash"), raw=False)


def page(name: str, items: Sequence[tuple[Mail, Json]]) -> Json:
    """One page of a list of mails, newest first.

    The token says which mail the page ended with, so that what arrives meanwhile moves nothing.

    Args:
        name: the field that holds the items.
        items: each with the mail that says where it stands.
    """
    size = min(number("maxResults", PAGE_SIZE), PAGE_MAX)
    token = request.args.get("pageToken", "")
    if token and not _TOKEN.fullmatch(token):
        raise invalid("Invalid pageToken")
    rest = [one for one in items if not token or _place(one[0]) < token]
    whole: Json = {name: [shown for _, shown in rest[:size]]} if rest else {}
    if len(rest) > size:
        whole["nextPageToken"] = _place(rest[size - 1][0])
    return {**whole, "resultSizeEstimate": len(items)}


def _place(mail: Mail) -> str:
    return f"{max(mail.at_ms, 0):014d}{int(mail.id, 16):019d}"

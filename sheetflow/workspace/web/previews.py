"""What a page may frame and not run: a mail's HTML, and the PDF files and pictures that browsers show.

Each is an answer of its own with its own policy. A mail's HTML may bring its styles and the pictures that it
carries; it can neither run anything nor load anything from elsewhere, a picture that tells of its reader
least of all, and it belongs to no origin. The files are served as what they are, or not at all.

`GET /workspace/mailboxes` is here too: no API of Google's tells which mailboxes there are.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, Response, jsonify

from sheetflow.emulator.control_routes import guard_loopback
from sheetflow.emulator.gmail import parts
from sheetflow.emulator.wire import GoogleError, Json
from sheetflow.workspace import cast

if TYPE_CHECKING:
    from sheetflow.workspace.local import LocalWorkspace

SHOWN = ("application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp")
"""Types that no browser runs anything of."""
_FRAMED = "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
MAIL_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    f"sandbox allow-popups allow-popups-to-escape-sandbox; {_FRAMED}"
)
FILE_POLICY = f"default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; {_FRAMED}"
"""Browsers show a PDF by a page of their own making, which is held to the file's policy."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HEAD = (
    '<!doctype html><html><head><meta charset="utf-8"><base target="_blank">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<style>body{font:14px/1.5 system-ui,sans-serif;overflow-wrap:break-word}img{max-width:100%}</style>"
)
_CID = re.compile(r"cid:([^\"'\s)>]+)", re.IGNORECASE)


def blueprint(workspace: LocalWorkspace) -> Blueprint:
    """The routes over one workspace."""
    routes = Blueprint("workspace_previews", __name__, url_prefix="/workspace")
    routes.before_request(guard_loopback)
    gmail, drive = workspace.emulator.gmail, workspace.emulator.drive

    @routes.get("/mailboxes")
    def mailboxes() -> Response:
        names = {str(person["email"]): person["name"] for person in cast.people(workspace.language)}
        kept = {box["address"]: box for box in gmail.all()}
        empty = [{"address": email, "total": 0, "unread": 0} for email in names if email not in kept]
        return jsonify(
            mailboxes=[{**box, "name": names.get(box["address"], "")} for box in (*kept.values(), *empty)]
        )

    @routes.get("/mail/<owner>/<mail_id>/html")
    def body(owner: str, mail_id: str) -> Response:
        page = mail_page(gmail.get(owner.lower(), mail_id).raw)
        if page is None:
            raise GoogleError(404, "NOT_FOUND", "This mail has no HTML part.")
        return _framed(page.encode(), "text/html; charset=utf-8", MAIL_POLICY)

    @routes.get("/mail/<owner>/<mail_id>/files/<part>")
    def attached(owner: str, mail_id: str, part: str) -> Response:
        raw = gmail.get(owner.lower(), mail_id).raw
        one = next((each for each in _leaves(parts.payload(raw)) if each["partId"] == part), None)
        token = one["body"].get("attachmentId", "") if one else ""
        if one is None or not token:
            raise GoogleError(404, "NOT_FOUND", f"This mail has no file {part}.")
        return _file(lambda: parts.attachment(raw, token), one["mimeType"], one["filename"])

    @routes.get("/drive/<person>/<file_id>")
    def stored(person: str, file_id: str) -> Response:
        file = drive.open(file_id, person.lower())
        if not drive.may_take(file, person.lower()):
            raise GoogleError(403, "PERMISSION_DENIED", "This file cannot be downloaded by the user.")
        return _file(lambda: drive.bytes(file_id), file.mime_type, file.name)

    return routes


def mail_page(raw: bytes) -> str | None:
    """A mail's HTML as a page, with the pictures that it carries in their places; None where it has no HTML.

    Its own text is left as it is: what keeps it harmless is `MAIL_POLICY`.
    """
    leaves = list(_leaves(parts.payload(raw)))
    found = next((one for one in leaves if one["mimeType"] == "text/html" and not one["filename"]), None)
    if found is None:
        return None
    text = base64.urlsafe_b64decode(found["body"].get("data", "") + "==").decode("utf-8", "replace")
    pictures = {_content_id(one): one for one in leaves if one["mimeType"] in SHOWN}

    def placed(match: re.Match[str]) -> str:
        part = pictures.get(html.unescape(match[1]))
        if part is None or "attachmentId" not in part["body"]:
            return match[0]
        data = base64.b64encode(parts.attachment(raw, part["body"]["attachmentId"])).decode()
        return f"data:{part['mimeType']};base64,{data}"

    return _HEAD + _CID.sub(placed, text)


def _leaves(part: Json) -> Iterator[Json]:
    if part.get("parts"):
        for one in part["parts"]:
            yield from _leaves(one)
    else:
        yield part


def _content_id(part: Json) -> str:
    named = (one["value"] for one in part["headers"] if one["name"].lower() == "content-id")
    return next(named, "").strip().strip("<>")


def _file(read: Callable[[], bytes], kind: str, name: str) -> Response:
    """A file to look at.

    Raises:
        GoogleError: 415 for a type that might run something.
    """
    if kind not in SHOWN:
        raise GoogleError(415, "INVALID_ARGUMENT", f"Files of type {kind} are downloaded, not shown.")
    response = _framed(read(), kind, FILE_POLICY)
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    return response


def _framed(data: bytes, kind: str, policy: str) -> Response:
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    return Response(data, content_type=kind, headers=headers)

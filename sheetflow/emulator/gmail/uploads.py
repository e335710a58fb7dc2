"""How a mail comes: in JSON, or as an upload, bare, in two parts, or resumable. One function serves them all.

The sessions of resumable uploads are Drive's, which live on disk. Source: Google's guide on uploads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, request

from sheetflow.emulator.drive import multipart
from sheetflow.emulator.drive.answers import incomplete
from sheetflow.emulator.drive.uploads import span_of
from sheetflow.emulator.gmail import mime
from sheetflow.emulator.gmail.answers import ROOT, answer, body, fitted, owner, too_large
from sheetflow.emulator.wire import Json

if TYPE_CHECKING:
    from sheetflow.emulator.drive.service import Drive

SEND_MAX = 36_700_160
STORE_MAX = 157_286_400
PREFIXES = ("/upload", "/resumable/upload")

Taker = Callable[..., Json]
"""Takes a box, a mail (None where the request may lack one), its resource, and the path's ids."""


class Uploads:
    """Puts routes on a blueprint that take a mail in any of these ways."""

    def __init__(self, routes: Blueprint, drive: Drive) -> None:
        self._routes = routes
        self._drive = drive

    def take(
        self,
        path: str,
        message: str,
        taker: Taker,
        *,
        verb: str = "POST",
        most: int = SEND_MAX,
        bare: bool = False,
    ) -> None:
        """Serve a method.

        Args:
            path: its path behind the box.
            message: type of its body, `Message` or `Draft`.
            taker: what it does.
            verb: its HTTP method.
            most: bytes of the largest mail.
            bare: it may come without a mail.
        """

        def received(user: str, **ids: str) -> Response:
            if "upload_id" in request.args:
                return self._go_on(user, message, taker, most, ids)
            box = owner(user)
            if not request.path.startswith(PREFIXES):
                raw, meta = _of_json(body(message), message, bare=bare)
                return answer(taker(box, _limited(raw, most), meta, **ids))
            if request.args.get("uploadType") == "resumable":
                return self._start(message, most)
            raw, meta = _uploaded(message, most, bare=bare)
            return answer(taker(box, raw, meta, **ids))

        name = f"{verb} {path}"
        self._routes.add_url_rule(ROOT + path, name, received, methods=[verb])
        for prefix in PREFIXES:
            methods = {verb, "PUT", "POST"}  # PUT and POST bring the chunks
            self._routes.add_url_rule(prefix + ROOT + path, f"{prefix} {name}", received, methods=methods)

    def _start(self, message: str, most: int) -> Response:
        size = request.headers.get("X-Upload-Content-Length", type=int)
        if size is not None and size > most:
            raise too_large()
        meta = body(message)
        kind = request.headers.get("X-Upload-Content-Type", "message/rfc822")
        session = self._drive.uploads.start(g.caller, request.path, meta, kind)
        response = Response(status=200)
        query = request.query_string.decode()
        response.headers["Location"] = f"{request.base_url}?{query}&upload_id={session}"
        response.headers["X-GUploader-UploadID"] = session
        return response

    def _go_on(self, user: str, message: str, taker: Taker, most: int, ids: dict[str, str]) -> Response:
        """A further request of a session: some bytes, or a question how many there are."""
        kept = self._drive.uploads
        upload = kept.get(request.args["upload_id"])
        g.caller = upload.caller
        with kept.lock(upload.id):
            upload = kept.get(upload.id)
            span = span_of(request.headers.get("Content-Range"), request.content_length or 0)
            if not kept.receive(upload, span, [request.get_data()]):
                return incomplete(kept.received(upload))
            raw = b"".join(self._drive.blobs.part(upload.id))
            _, meta = _of_json(upload.body, message, bare=True)
            taken = taker(owner(user), _limited(raw, most), meta, **ids)
            kept.cancel(upload.id)
        return answer(taken)


def _uploaded(message: str, most: int, *, bare: bool) -> tuple[bytes | None, Json]:
    """The mail and the resource of an upload in one request."""
    if (request.content_length or 0) > most + multipart.METADATA_MAX:
        raise too_large()
    if request.is_json:
        return _of_json(fitted(message, request.get_data()), message, bare=bare)
    if not request.mimetype.startswith("multipart/"):
        return _limited(request.get_data(), most), {}
    parts = multipart.Parts(multipart.boundary_of(request.content_type or ""), [request.get_data()])
    _, pieces = parts.next()
    _, meta = _of_json(fitted(message, multipart.small(pieces)), message, bare=True)
    _, pieces = parts.next()
    return _limited(b"".join(pieces), most), meta


def _of_json(value: Json, message: str, *, bare: bool) -> tuple[bytes | None, Json]:
    """The mail in a body of JSON, and the resource around it; a draft's is that of its mail, with `draft`."""
    inner = value.get("message", {}) if message == "Draft" else value
    raw = None if bare and "raw" not in inner else mime.decode_raw(inner.get("raw"))
    return raw, {**inner, "draft": value.get("id", "")} if message == "Draft" else inner


def _limited(raw: bytes | None, most: int) -> bytes | None:
    if raw is not None and len(raw) > most:
        raise too_large()
    return raw

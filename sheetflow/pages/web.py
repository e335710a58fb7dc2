"""Flask's side of the pages: a request becomes a knock, an answer a response. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

from flask import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser

from sheetflow.pages.headers import HEADERS
from sheetflow.pages.knock import Answer, Knock, Paper
from sheetflow.pages.papers import LARGEST_IN, MEGABYTE

FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
LONGEST_FORM = 131_072
"""Bytes: a comment of 2,000 letters in percent signs has some 20,000, a list of a hundred requests 60,000."""
LONGEST_PARTS = LARGEST_IN * MEGABYTE + 65_536
MOST_FIELDS = 130
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Unreadable(Exception):
    """A request that ends here: its HTTP status, the reason in plain words, headers of its own."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.reason, self.headers = status, reason, headers or {}
        super().__init__(reason)


def knock(request: Request, page_url: str) -> Knock:
    """Read a request, no further than it may be long.

    Raises:
        Unreadable: another method, a body that is no form, too long or broken.
    """
    if request.method not in ("GET", "HEAD", "POST"):
        raise Unreadable(405, "this method is not allowed here", {"Allow": "GET, HEAD, POST"})
    fields, paper = _form(request) if request.method == "POST" else ({}, None)
    return Knock(
        request.method,
        request.args.to_dict(),
        fields,
        paper,
        request.cookies.to_dict(),
        _ours(request, page_url),
        (urlsplit(f"//{request.host}").hostname or "") not in LOOPBACK,
    )


def response(answer: Answer, knocked: Knock, page_url: str) -> Response:
    """An answer as Flask sends it."""
    sent = Response(answer.content or answer.html, answer.status, {**HEADERS, **answer.headers})
    path = urlsplit(page_url).path or "/"
    for cookie in answer.cookies:
        sent.set_cookie(
            cookie.name, cookie.value, max_age=cookie.lasts, path=path, secure=knocked.secure, httponly=True,
            samesite=cookie.same_site,
        )  # fmt: skip
    return sent


def _ours(request: Request, page_url: str) -> bool:
    """Whether a form comes from a page of ours: every browser says where a POST is from."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc.lower() in (
        request.host.lower(), urlsplit(page_url).netloc.lower(),
    )  # fmt: skip


def _form(request: Request) -> tuple[dict[str, list[str]], Paper | None]:
    if request.mimetype == PARTS:
        return _parts(request, _body(request, LONGEST_PARTS))
    data = _body(request, LONGEST_FORM)
    if request.mimetype != FORM:
        raise Unreadable(415, "a form is expected")
    try:
        return parse_qs(data.decode("ascii"), max_num_fields=MOST_FIELDS, errors="strict"), None
    except ValueError:
        raise Unreadable(400, "the form cannot be read") from None


def _body(request: Request, longest: int) -> bytes:
    """The body, read no further than it may be long."""
    too_long = (request.content_length or 0) > longest
    data = b"" if too_long else request.stream.read(longest + 1)
    if too_long or len(data) > longest:
        raise Unreadable(413, f"the body is longer than {longest} bytes")
    return data


def _parts(request: Request, data: bytes) -> tuple[dict[str, list[str]], Paper | None]:
    """A form with a file. A field of the form that was left blank brings none."""
    parser = FormDataParser(
        stream_factory=lambda *_args, **_more: BytesIO(),
        max_form_memory_size=LONGEST_FORM,
        max_form_parts=MOST_FIELDS,
        silent=False,
    )
    try:
        _, fields, files = parser.parse(BytesIO(data), PARTS, len(data), request.mimetype_params)
    except (HTTPException, ValueError):
        raise Unreadable(400, "the form cannot be read") from None
    file = files.get("order")
    content, name = (file.read(), file.filename or "") if file is not None else (b"", "")
    return {key: list(values) for key, values in fields.lists()}, Paper(name, content) if name else None

"""The batch endpoint of every API here: many calls in one `multipart/mixed` request, each served as if alone.

A part is a whole HTTP request without its host. It runs through the application like any other, so that
faults, quotas and the call log see n calls and not one; the answer has a part for each, in order, named
`response-` and the part's Content-ID. Headers and parameters of the outer request count for every part that
does not say otherwise, the token among them. Source: Google's guides on batching requests; the refusals are
from reports of users.
"""

from __future__ import annotations

import contextvars
import json
import re
import secrets
from dataclasses import dataclass
from http.client import responses
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from sheetflow.emulator.wire import envelope, invalid, not_found

LIMIT = 100
"""Google's for Gmail and for Drive; of the others none is published for this endpoint."""
APIS = ("drive/v2", "drive/v3", "gmail/v1")
"""Those with a batch path of their own, beside `/batch`, which takes them all."""

_BLANK = re.compile(rb"\r?\n\r?\n")
_OWN_HEADERS = ("host", "connection", "transfer-encoding", "accept-encoding", "expect", "content-length")


@dataclass(frozen=True)
class Call:
    """One part: `name` is its Content-ID, "" for none; `path` has the query."""

    name: str
    verb: str
    path: str
    headers: Headers
    body: bytes


def blueprint() -> Blueprint:
    """The routes."""
    routes = Blueprint("batch", __name__)

    @routes.post("/batch")
    @routes.post("/batch/<name>/<version>")
    def batched(name: str = "", version: str = "") -> Response:
        api = f"{name}/{version}" if name else ""
        if api and api not in APIS:
            raise not_found()
        calls = [_call(section) for section in _sections()]
        if len(calls) > LIMIT:
            raise invalid(f"Inner request count exceeds the limit. Received: {len(calls)}, Limit: {LIMIT}")
        boundary = f"batch_{secrets.token_urlsafe(24)}"
        parts = [_answered(call, f"/{api}/" if api else "/") for call in calls]
        body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts)
        body += b"--%s--\r\n" % boundary.encode()
        return Response(body, content_type=f"multipart/mixed; boundary={boundary}")

    return routes


def _sections() -> list[bytes]:
    """The parts of the body, headers and all.

    Raises:
        GoogleError: 400 where there is none.
    """
    data = request.get_data()
    mark = re.escape(request.mimetype_params.get("boundary", "").encode())
    sections = re.split(rb"(?:^|\r?\n)--" + mark + rb"(?:--)?[ \t]*(?=\r?\n|$)", data)[1:-1]
    if request.mimetype != "multipart/mixed" or not mark or not sections:
        text = f"error: 0 items. Received batch body: ({len(data)}) bytes redacted"
        raise invalid(f"Failed to parse batch request, {text}")
    return [re.sub(rb"^\r?\n", b"", section, count=1) for section in sections]


def _call(section: bytes) -> Call:
    """The call that a part holds.

    Raises:
        GoogleError: 400 where it holds none.
    """
    outer, _, inner = _parted(section)
    line, _, rest = inner.lstrip(b"\r\n").partition(b"\n")
    words = line.decode("utf-8", "replace").split()
    if len(words) < 2 or not words[1].startswith("/"):
        raise invalid("Failed to parse batch request, error: a part is no HTTP request with a path")
    head, _, body = _parted(rest)
    headers = _headers(head)
    # The part's end is the body's: Google's own client counts characters into Content-Length, not bytes.
    return Call(_headers(outer).get("Content-ID", ""), words[0], words[1], headers, body)


def _parted(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Head, blank line and body. A head may be empty: then the blank line comes first."""
    if data[:1] in (b"\r", b"\n"):
        return b"", b"", re.sub(rb"^\r?\n", b"", data, count=1)
    found = _BLANK.search(data)
    return (data[: found.start()], found[0], data[found.end() :]) if found else (data, b"", b"")


def _headers(head: bytes) -> Headers:
    headers = Headers()
    for line in re.sub(r"\r?\n[ \t]+", " ", head.decode("utf-8", "replace")).splitlines():
        name, colon, value = line.partition(":")
        if colon:
            headers.add(name.strip(), value.strip())
    return headers


def _answered(call: Call, prefix: str) -> bytes:
    """The part that answers a call; `prefix` is what every path of the batch begins with."""
    own = call.path.startswith(prefix) and not call.path.startswith("/batch")
    status, headers, body = _served(call) if own else _missing()
    name = f"Content-ID: {_response_id(call.name)}\r\n" if call.name else ""
    inner = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    head = f"Content-Type: application/http\r\n{name}\r\nHTTP/1.1 {status}\r\n{inner}\r\n"
    return head.encode() + body


def _missing() -> tuple[str, Headers, bytes]:
    body = json.dumps(envelope(not_found())).encode()
    return "404 Not Found", Headers([("Content-Type", "application/json; charset=UTF-8")]), body


def _response_id(name: str) -> str:
    return f"<response-{name[1:]}" if name.startswith("<") else f"response-{name}"


def _served(call: Call) -> tuple[str, Headers, bytes]:
    """Status line, headers and body of a call, run through the whole application in a context of its own."""
    headers = Headers([(name, value) for name, value in request.headers if _is_for_all(name)])
    for name, value in call.headers:
        if name.lower() not in _OWN_HEADERS:
            headers.set(name, value)
    given = urlsplit(call.path).query
    query = "&".join(text for text in (given, request.query_string.decode()) if text)
    builder = EnvironBuilder(
        path=urlsplit(call.path).path,
        method=call.verb,
        query_string=query,
        base_url=request.host_url,
        headers=headers,
        data=call.body,
    )
    environ = builder.get_environ()
    builder.close()
    # A context of its own: Flask would otherwise share `g`, and with it the caller, among the parts.
    chunks, status, answered = contextvars.Context().run(run_wsgi_app, current_app.wsgi_app, environ)
    body = b"".join(chunks)
    answered.set("Content-Length", str(len(body)))
    code, _, reason = status.partition(" ")
    return f"{code} {responses.get(int(code), reason)}", answered, body


def _is_for_all(name: str) -> bool:
    return not name.lower().startswith("content-") and name.lower() not in _OWN_HEADERS

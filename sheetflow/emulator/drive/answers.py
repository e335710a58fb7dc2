"""What Drive's routes share: the caller, flags, bodies, field masks, pages, bytes with ranges."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from collections.abc import Callable, Iterator
from importlib.resources import files as resource_files
from typing import Any
from urllib.parse import quote

from flask import Response, g, request

from sheetflow.emulator.drive.blobs import PIECE
from sheetflow.emulator.drive.errors import DriveError, invalid_value
from sheetflow.emulator.drive.picture import Wants
from sheetflow.emulator.shapes import Shapes
from sheetflow.emulator.wire import GoogleError, Json, Mask, envelope, parse_mask, pick, selects

_RANGE = re.compile(r"bytes=(?P<first>\d*)-(?P<last>\d*)")


@functools.cache
def drive_shapes() -> Shapes:
    """The message types of Drive v3."""
    table = resource_files("sheetflow.emulator.drive").joinpath("messages.txt").read_text("utf-8")
    return Shapes(table, "google.apps.drive.v3")


def incomplete(have: int) -> Response:
    """The answer to a chunk that was not the last of a resumable upload, of which `have` bytes are here.

    308 means something else by now, so Google's newer clients ask not to be answered with it.
    """
    spared = request.headers.get("X-GUploader-No-308", "").lower() == "yes"
    response = Response(status=200 if spared else "308 Resume Incomplete")
    if spared:
        response.headers["X-HTTP-Status-Code-Override"] = "308"
    if have:
        response.headers["Range"] = f"bytes=0-{have - 1}"
    return response


def caller() -> str:
    """The caller's e-mail address."""
    return str(g.caller).lower()


def flag(*names: str, default: bool = False) -> bool:
    """A boolean query parameter, under any of its names."""
    for name in names:
        if name in request.args:
            return request.args[name].lower() in ("true", "1")
    return default


def all_drives() -> bool:
    """Whether the caller knows of shared drives."""
    return flag("supportsAllDrives", "supportsTeamDrives")


def number(name: str, default: int, least: int, most: int) -> int:
    """A numeric query parameter; above `most` it is `most`.

    Raises:
        DriveError: 400 for what is no number, or below `least`.
    """
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 9 or int(text) < least:
        message = f"Invalid value '{text}'. Values must be within the range: [{least}, {most}]"
        raise DriveError(400, "invalidParameter", message, name)
    return min(int(text), most)


def body() -> Any:
    """The request's JSON; None for an empty body.

    Raises:
        DriveError: 400.
    """
    return decoded(request.get_data())


def decoded(data: bytes) -> Any:
    """JSON from bytes; None for none.

    Raises:
        DriveError: 400.
    """
    if not data.strip():
        return None
    try:
        return json.loads(data)
    except ValueError as error:
        raise DriveError(400, "parseError", "Parse Error") from error


def mask(kind: str, default: str) -> Mask:
    """The field mask of the answer.

    Args:
        kind: the message type of the answer.
        default: the mask where the request has none.

    Raises:
        DriveError: 400 for a field that the message has not, before the method does anything.
    """
    text = request.args.get("fields")
    if not text:
        return parse_mask(default)
    try:
        tree = parse_mask(text)
    except GoogleError as error:
        raise _bad_field(text) from error
    _check(kind, tree)
    return tree


def _check(kind: str, tree: Mask) -> None:
    shapes = drive_shapes()
    for name, branch in tree.items():
        if name == "*":
            continue
        if not shapes.knows(kind, name):
            raise _bad_field(name)
        inner = shapes.branch(kind, name)
        if inner is not None:
            _check(inner, branch)


def _bad_field(text: str) -> DriveError:
    return DriveError(400, "invalidParameter", f"Invalid field selection {text}", "fields")


def wants(tree: Mask, *path: str) -> Wants:
    """Whether a field below `path` was asked for."""
    return lambda name: selects(tree, *path, name)


def answer(content: Json, tree: Mask) -> Response:
    """The part of an answer that was asked for, as JSON."""
    text = json.dumps(pick(content, tree), ensure_ascii=False)
    return Response(text, content_type="application/json; charset=UTF-8")


def page(items: list[Any], size: int) -> tuple[list[Any], str]:
    """The page that the request's token asks for, and the next token ("" for none).

    Raises:
        DriveError: 400 for what is no token.
    """
    start = 0
    token = request.args.get("pageToken")
    if token:
        try:
            start = int(base64.urlsafe_b64decode(token.removeprefix("~!!~")))
        except (ValueError, binascii.Error) as error:
            raise invalid_value("pageToken") from error
    more = start + size < len(items)
    following = "~!!~" + base64.urlsafe_b64encode(str(start + size).encode()).decode() if more else ""
    return items[start : start + size], following


def stream() -> Iterator[bytes]:
    """The request's body, a piece at a time."""
    while piece := request.stream.read(PIECE):
        yield piece


def media(size: int, read: Callable[[int, int], Iterator[bytes]], kind: str, name: str) -> Response:
    """Bytes, or the part of them that a `Range` header asks for.

    Args:
        size: of the whole content.
        read: gives the bytes from a start up to a stop.
        kind: MIME type.
        name: of the file, for who saves it.

    Returns:
        The bytes; 416 for a range beyond the end.
    """
    start, stop, status = 0, size, 200
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    if match and (match["first"] or match["last"]):
        status = 206
        if not match["first"]:
            start = max(size - int(match["last"]), 0)
        else:
            start = int(match["first"])
            stop = min(int(match["last"]) + 1, size) if match["last"] else size
        if start >= stop:
            return _beyond(size)
    response = Response(read(start, stop), status, content_type=kind)
    response.headers["Content-Length"] = str(stop - start)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


def _beyond(size: int) -> Response:
    """416, which tells the size, since clients find an empty file out by it."""
    error = DriveError(416, "requestedRangeNotSatisfiable", "Request range not satisfiable", "Range")
    response = Response(json.dumps(envelope(error)), 416, content_type="application/json; charset=UTF-8")
    response.headers["Content-Range"] = f"bytes */{size}"
    return response

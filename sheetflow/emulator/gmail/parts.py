"""A mail's parts: the API's payload, the words that search looks through, the files."""

from __future__ import annotations

import base64
import binascii
import email
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from sheetflow.emulator.gmail.mime import encode, readable
from sheetflow.emulator.wire import Json, invalid

SNIPPET_LENGTH = 200

_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


@dataclass(frozen=True)
class Contents:
    """What a mail says: its readable text, the names of its files, the links in it, and its first words.

    `snippet` is escaped for HTML as Gmail gives it; `files` tells whether any part is a file.
    """

    text: str
    names: str
    links: str
    snippet: str
    files: bool


def payload(raw: bytes, *, body: bool = True, only: list[str] | None = None) -> Json:
    """The mail as a tree of MessageParts.

    Args:
        raw: the mail.
        body: with parts and bodies (format `full`), or headers alone (`metadata`).
        only: of the top headers just these, in any case; None for all.
    """
    message = email.message_from_bytes(raw)
    tree = _part(message, "", body=body)
    if only is not None:
        wanted = {name.lower() for name in only}
        tree["headers"] = [header for header in tree["headers"] if header["name"].lower() in wanted]
    return tree


def attachment(raw: bytes, token: str) -> bytes:
    """The bytes of the part that an attachment id names.

    Raises:
        GoogleError: 400 where it names none.
    """
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        text = ""
    for part_id, part in _leaves(email.message_from_bytes(raw), ""):
        if text == f"part:{part_id}":
            return _content(part)
    raise invalid("Invalid attachment token")


def contents(raw: bytes) -> Contents:
    """What a mail says."""
    plain: list[str] = []
    marked: list[str] = []
    sources: list[str] = []
    files: list[str] = []
    for _, part in _leaves(email.message_from_bytes(raw), ""):
        name = _filename(part)
        if name:
            files.append(name)
        elif part.get_content_maintype() == "text":
            sources.append(_text(part))
            if part.get_content_type() == "text/html":
                marked.append(html.unescape(_TAG.sub(" ", sources[-1])))
            else:
                plain.append(sources[-1])
    first = (plain or marked or [""])[0]
    return Contents(
        text="\n".join([*plain, *marked]),
        names="\n".join(files),
        links=" ".join(link for text in sources for link in _LINK.findall(html.unescape(text))),
        snippet=_escaped(re.sub(r"\s+", " ", first).strip()[:SNIPPET_LENGTH]),
        files=bool(files),
    )


def _escaped(text: str) -> str:
    return html.escape(text).replace("&#x27;", "&#39;")


def _leaves(message: Message, part_id: str) -> Iterator[tuple[str, Message]]:
    parts = message.get_payload()
    if not message.is_multipart() or not isinstance(parts, list):
        yield part_id, message
        return
    for index, part in enumerate(parts):
        if isinstance(part, Message):
            yield from _leaves(part, f"{part_id}.{index}" if part_id else str(index))


def _part(message: Message, part_id: str, *, body: bool) -> Json:
    name = _filename(message)
    tree: Json = {
        "partId": part_id,
        "mimeType": message.get_content_type(),
        "filename": name,
        "headers": [{"name": key, "value": readable(str(value))} for key, value in message.items()],
    }
    if not body:
        return {key: tree[key] for key in ("mimeType", "headers")}
    parts = message.get_payload()
    if message.is_multipart() and isinstance(parts, list):
        tree["body"] = {"size": 0}
        tree["parts"] = [
            _part(part, f"{part_id}.{index}" if part_id else str(index), body=True)
            for index, part in enumerate(parts)
            if isinstance(part, Message)
        ]
    elif name or message.get_content_maintype() != "text":
        # The id names the part; Gmail's is opaque, and clients must not read anything in it.
        token = encode(f"part:{part_id}".encode()).rstrip("=")
        tree["body"] = {"attachmentId": token, "size": len(_content(message))}
    else:
        data = _text(message).encode()
        tree["body"] = {"size": len(data), "data": encode(data)} if data else {"size": 0}
    return tree


def _filename(part: Message) -> str:
    return readable(part.get_filename() or "")


def _content(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: Message) -> str:
    try:
        return _content(part).decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return _content(part).decode("utf-8", "replace")

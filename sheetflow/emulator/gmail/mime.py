"""A mail's bytes: read for the API's payload, and rewritten on sending as Gmail rewrites them.

Gmail does not deliver what it was given: it sets a Message-ID of its own (the given one stays readable as
X-Google-Original-Message-ID), puts the sender's own address into From, and drops Bcc. The body is left alone.
"""

from __future__ import annotations

import base64
import binascii
import email
import html
import re
from collections.abc import Iterator
from datetime import datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import format_datetime, getaddresses

from sheetflow.emulator.wire import GoogleError, Json, bad_request, invalid

SNIPPET_LENGTH = 200

_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_REPLY = re.compile(r"^\s*((re|fwd?|aw|ответ|отв)\s*:\s*)+", re.IGNORECASE)
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)

Header = tuple[str, bytes]
"""A header's name and its raw value, still folded."""


def decode_raw(raw: object) -> bytes:
    """The bytes of a Message's `raw`, which is base64url.

    Raises:
        GoogleError: 400 where it is missing or is no base64.
    """
    if not isinstance(raw, str) or not raw:
        raise invalid("'raw' RFC822 payload message string or uploading message via /upload/* URL required")
    try:
        plain = raw.replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        text = f"Invalid value at 'raw' (TYPE_BYTES), Base64 decoding failed for \"{raw[:100]}\""
        raise bad_request([("raw", text)]) from error


def encode(data: bytes) -> str:
    """Base64url with padding, as the API writes bytes."""
    return base64.urlsafe_b64encode(data).decode()


def split(raw: bytes) -> tuple[list[Header], bytes]:
    """The headers and the body, line ends made CRLF. A line that is no header ends the headers."""
    lines = re.sub(rb"\r?\n", b"\r\n", raw).split(b"\r\n")
    headers: list[Header] = []
    at = 0
    while at < len(lines) and lines[at]:
        if lines[at][:1] in (b" ", b"\t") and headers:
            name, value = headers[-1]
            headers[-1] = (name, value + b"\r\n" + lines[at])
        else:
            name_bytes, colon, value = lines[at].partition(b":")
            if not colon or not re.fullmatch(rb"[!-9;-~]+", name_bytes):
                return headers, b"\r\n".join(lines[at:])
            headers.append((name_bytes.decode("ascii"), value.strip()))
        at += 1
    return headers, b"\r\n".join(lines[at + 1 :])


def join(headers: list[Header], body: bytes) -> bytes:
    """The mail's bytes."""
    head = b"".join(name.encode("ascii") + b": " + value + b"\r\n" for name, value in headers)
    return head + b"\r\n" + body


def first(headers: list[Header], name: str) -> str:
    """The first header of that name, unfolded and decoded; "" where there is none."""
    for found, value in headers:
        if found.lower() == name.lower():
            return readable(value)
    return ""


def readable(value: bytes | str) -> str:
    """A header's value as people read it: unfolded, its encoded words decoded."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    text = re.sub(r"\r?\n[ \t]+", " ", text).strip()
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, UnicodeError, ValueError):
        return text


def recipients(headers: list[Header]) -> list[str]:
    """The addresses of To, Cc and Bcc in lower case, each once.

    Raises:
        GoogleError: 400 where an address is malformed or there is none.
    """
    found: dict[str, None] = {}
    for name in ("To", "Cc", "Bcc"):
        values = [_unfolded(value) for key, value in headers if key.lower() == name.lower() and value.strip()]
        for _, address in getaddresses(values):
            if not _ADDRESS.fullmatch(address):
                raise invalid(f"Invalid {name} header")
            found[address.lower()] = None
    if not found:
        raise invalid("Recipient address required")
    return list(found)


def rewrite(
    headers: list[Header], sender: str, aliases: set[str], message_id: str, now: datetime
) -> list[Header]:
    """The headers as Gmail sends them: see the module.

    Args:
        headers: as given.
        sender: the mailbox that sends.
        aliases: further addresses it may send as.
        message_id: the new Message-ID, with angle brackets.
        now: for Received, and for Date where it is missing.
    """
    given_id = next((value for name, value in headers if name.lower() == "message-id"), None)
    given_from = next((value for name, value in headers if name.lower() == "from"), b"")
    names = getaddresses([_unfolded(given_from)])
    address = names[0][1].lower() if names else ""
    kept = [(n, v) for n, v in headers if n.lower() not in ("message-id", "from", "received")]
    stamp = format_datetime(now)
    received = f"from {sender.partition('@')[2]} named unknown by gmailapi.google.com with HTTPREST; {stamp}"
    result: list[Header] = [("Received", received.encode())]
    if given_id is not None:
        result.append(("X-Google-Original-Message-ID", given_id))
    if address == sender or address in aliases:
        result.append(("From", given_from))
    else:
        if given_from:
            result.append(("X-Google-Original-From", given_from))
        result.append(("From", sender.encode()))
    result += kept
    if not any(name.lower() == "date" for name, _ in kept):
        result.append(("Date", stamp.encode()))
    result.append(("Message-ID", message_id.encode()))
    return result


def without_bcc(headers: list[Header]) -> list[Header]:
    """What recipients get to see."""
    return [(name, value) for name, value in headers if name.lower() != "bcc"]


def thread_subject(subject: str) -> str:
    """The subject by which a thread holds together: without Re: and Fwd:."""
    return re.sub(r"\s+", " ", _REPLY.sub("", subject)).strip().casefold()


def references(headers: list[Header]) -> list[str]:
    """The Message-IDs that the mail answers, with angle brackets."""
    text = f"{first(headers, 'References')} {first(headers, 'In-Reply-To')}"
    return re.findall(r"<[^<>\s]+>", text)


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


def attachment(raw: bytes, part_id: str) -> bytes:
    """The bytes of the part with that id.

    Raises:
        GoogleError: 404 where there is none.
    """
    for found, part in _leaves(email.message_from_bytes(raw), ""):
        if found == part_id:
            return _content(part)
    raise GoogleError(400, "INVALID_ARGUMENT", "Invalid attachment token")


def text_of(raw: bytes) -> str:
    """The mail's readable text and the names of its files: what search looks through."""
    plain: list[str] = []
    marked: list[str] = []
    files: list[str] = []
    for _, part in _leaves(email.message_from_bytes(raw), ""):
        name = _filename(part)
        if name:
            files.append(name)
        elif part.get_content_type() == "text/html":
            marked.append(html.unescape(_TAG.sub(" ", _text(part))))
        elif part.get_content_maintype() == "text":
            plain.append(_text(part))
    return "\n".join([*(plain or marked), *(marked if plain else []), *files])


def snippet_of(raw: bytes) -> str:
    """The first words of the mail, escaped for HTML as Gmail gives them."""
    parts = [part for _, part in _leaves(email.message_from_bytes(raw), "") if not _filename(part)]
    chosen = [p for p in parts if p.get_content_type() == "text/plain"] or [
        p for p in parts if p.get_content_type() == "text/html"
    ]
    text = _text(chosen[0]) if chosen else ""
    if chosen and chosen[0].get_content_type() == "text/html":
        text = html.unescape(_TAG.sub(" ", text))
    return html.escape(re.sub(r"\s+", " ", text).strip()[:SNIPPET_LENGTH])


def has_attachment(raw: bytes) -> bool:
    """Whether a part of the mail is a file."""
    return any(_filename(part) for _, part in _leaves(email.message_from_bytes(raw), ""))


def _unfolded(value: bytes) -> str:
    return re.sub(r"\r?\n[ \t]+", " ", value.decode("utf-8", "replace"))


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
    elif name:
        # The id names the part; Gmail's is opaque, and clients must not read anything in it.
        token = encode(f"part:{part_id}".encode()).rstrip("=")
        tree["body"] = {"attachmentId": token, "size": len(_content(message))}
    else:
        data = _text(message).encode() if message.get_content_maintype() == "text" else _content(message)
        tree["body"] = {"size": len(data), "data": encode(data)} if data else {"size": 0}
    return tree


def part_of_token(token: str) -> str:
    """The part id behind an attachment id.

    Raises:
        GoogleError: 400 where it is none of ours.
    """
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        text = ""
    if not text.startswith("part:"):
        raise invalid("Invalid attachment token")
    return text.removeprefix("part:")


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

"""A mail's bytes and headers: read, and rewritten on sending as Gmail rewrites them.

Gmail does not deliver what it was given: it sets a Message-ID of its own (the given one stays readable as
X-Google-Original-Message-ID), puts the sender's own address into From, and drops Bcc. The body is left alone.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.utils import format_datetime, getaddresses, parsedate_to_datetime

from sheetflow.emulator.wire import bad_request, invalid

_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_REPLY = re.compile(r"^\s*((re|fwd?|aw|ответ|отв)\s*:\s*)+", re.IGNORECASE)

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


def delivered(headers: list[Header], address: str, sender: str) -> list[Header]:
    """What a recipient's copy looks like: Bcc is gone, it says where it went and who vouches for whom.

    Results of other authorities that were in it stay below Google's own; what claims to be Google's goes.
    """
    kept = [
        (name, value)
        for name, value in headers
        if name.lower() != "bcc"
        and not (name.lower() == "authentication-results" and value.lstrip().startswith(b"mx.google.com"))
    ]
    domain = sender.partition("@")[2]
    shown = [found for _, found in getaddresses([first(headers, "From")])]
    theirs = shown[0].rpartition("@")[2].lower() if len(shown) == 1 else ""
    results = [
        "mx.google.com",
        f"dkim=pass header.i=@{domain} header.s=emulator header.b=AAAAAAAA",
        f"spf=pass (google.com: domain of {sender} designates 127.0.0.1) smtp.mailfrom={sender}",
        f"dmarc={'pass' if theirs == domain else 'fail'} (p=NONE sp=NONE dis=NONE) header.from={theirs}",
    ]
    stamped = {
        "Delivered-To": address,
        "Return-Path": f"<{sender}>",
        "Received": f"from mail.{domain} (mail.{domain}. [127.0.0.1]) by mx.google.com with SMTPS",
        "Authentication-Results": ";\r\n       ".join(results),
    }
    return [*((name, value.encode()) for name, value in stamped.items()), *kept]


def date_ms(headers: list[Header]) -> int | None:
    """The Date header in milliseconds since 1970; None where there is none that says a time."""
    try:
        moment = parsedate_to_datetime(first(headers, "Date"))
    except (TypeError, ValueError):
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def thread_subject(subject: str) -> str:
    """The subject by which a thread holds together: without Re: and Fwd:."""
    return re.sub(r"\s+", " ", _REPLY.sub("", subject)).strip().casefold()


def references(headers: list[Header]) -> list[str]:
    """The Message-IDs that the mail answers, with angle brackets."""
    text = f"{first(headers, 'References')} {first(headers, 'In-Reply-To')}"
    return re.findall(r"<[^<>\s]+>", text)


def _unfolded(value: bytes) -> str:
    return re.sub(r"\r?\n[ \t]+", " ", value.decode("utf-8", "replace"))

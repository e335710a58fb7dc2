"""Fields of tasks: how times are read and written, and what a request may say. Source: Google's reference."""

from __future__ import annotations

import base64
import functools
import hashlib
import secrets
from datetime import UTC, datetime

from sheetflow.emulator.shapes import Shapes
from sheetflow.emulator.wire import GoogleError, Json

TITLE_LIMIT = 1024
NOTES_LIMIT = 8192
ADDRESS = "https://www.googleapis.com/tasks/v1"

_TABLE = """
Task assignmentInfo:any completed:string deleted:boolean due:string etag:string hidden:boolean id:string kind:string links:any notes:string parent:string position:string selfLink:string status:string title:string updated:string webViewLink:string
TaskList etag:string id:string kind:string selfLink:string title:string updated:string
""".strip()  # noqa: E501 - one message a line


@functools.cache
def shapes() -> Shapes:
    """The messages that a request can hold."""
    return Shapes(_TABLE, "google.apps.tasks.v1")


def refused(message: str, reason: str = "invalid", code: int = 400) -> GoogleError:
    """An error in the older services' shape."""
    return GoogleError(code, "", message, errors=[{"message": message, "domain": "global", "reason": reason}])


def missing(label: str) -> GoogleError:
    """A 404 for a task or a list that the caller has not."""
    return refused(f"{label} not found.", "notFound", 404)


def stamp(moment: datetime) -> str:
    """A time as Google writes it.

    >>> stamp(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
    '2026-11-24T09:30:00.000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(text: str, name: str) -> datetime:
    """The time of an RFC 3339 text.

    Raises:
        GoogleError: 400 when it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refused(f"Invalid value for: Invalid format: \"{text}\" is malformed in '{name}'") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def day_of(text: str) -> str:
    """A due date: the day alone is kept, its time is midnight UTC.

    >>> day_of("2026-11-24T18:45:00+03:00")
    '2026-11-24T00:00:00.000Z'
    """
    moment = moment_of(text, "due")
    return f"{moment.date().isoformat()}T00:00:00.000Z"


def check_lengths(wanted: Json) -> None:
    """Refuse a title or notes that are too long."""
    for name, limit in (("title", TITLE_LIMIT), ("notes", NOTES_LIMIT)):
        if len(wanted.get(name, "")) > limit:
            raise refused(f"Invalid {name}: it is longer than {limit} characters")


def etag_of(*parts: object) -> str:
    """An entity tag that changes whenever one of the parts does."""
    digest = hashlib.sha256(repr(parts).encode()).digest()[:12]
    return f'"{base64.urlsafe_b64encode(digest).decode()}"'


def list_id() -> str:
    """An id such as Google gives to a task list."""
    number = "".join(secrets.choice("0123456789") for _ in range(20))
    return base64.urlsafe_b64encode(f"{number}:0:0".encode()).decode().rstrip("=")


def task_id() -> str:
    """An id such as Google gives to a task."""
    return secrets.token_urlsafe(12)

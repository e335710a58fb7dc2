"""Responses at rest, and the listing of them: by time, in pages.

`timestamp` in a filter is the time of the last submission, so that an edited response is found again. The
order of a listing, on which Google's reference says nothing, is that of the first submissions. Page tokens
name the place where the next page begins, and hold for the filter that they were given for.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.forms import grading
from sheetflow.emulator.wire import Json, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.store import Store

PAGE_MAX = 5000

_FILTER = re.compile(
    r"\s*timestamp\s*(?P<operator>>=|>)\s*"
    r"(?P<moment>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?P<fraction>\.\d{1,9})?Z\s*"
)
_COLUMNS = "number, form, id, created, submitted, email, person, answers, edit_token, place"


@dataclass(frozen=True)
class Response:
    """A response.

    Attributes:
        form: formId.
        id: responseId.
        created: first submitted; RFC 3339 in UTC with microseconds.
        submitted: last submitted.
        email: the respondent's address; "" where it is not collected.
        person: who was signed in when it was sent; "" for nobody. The API does not tell it.
        answers: by questionId, as in the API.
        edit_token: what the link for editing carries.
        place: the row of the responses tab: {"row": from 0, "stamp": its time as a serial number}.
        number: its place in the store.
    """

    form: str
    id: str
    created: str
    submitted: str
    email: str
    person: str
    answers: dict[str, Json]
    edit_token: str = field(default_factory=lambda: "2_" + secrets.token_urlsafe(32))
    place: Json = field(default_factory=dict)
    number: int = 0

    def shown(self, *, with_form: bool) -> Json:
        """The response as the API tells it; a listing does not repeat the formId."""
        body: Json = {"formId": self.form} if with_form else {}
        body.update(responseId=self.id, createTime=self.created, lastSubmittedTime=self.submitted)
        if self.email:
            body["respondentEmail"] = self.email
        if self.answers:
            body["answers"] = self.answers
        score = grading.total(self.answers)
        if score:
            body["totalScore"] = score
        return body


class Responses:
    """All responses, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.ensure(
            "CREATE TABLE IF NOT EXISTS form_responses (number INTEGER PRIMARY KEY, form TEXT NOT NULL,"
            " id TEXT UNIQUE NOT NULL, created TEXT NOT NULL, submitted TEXT NOT NULL, email TEXT NOT NULL,"
            " person TEXT NOT NULL, answers TEXT NOT NULL, edit_token TEXT UNIQUE NOT NULL,"
            " place TEXT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS form_responses_by_form ON form_responses (form, number)",
        )

    def save(self, response: Response) -> Response:
        """Keep a response; a new one gets its number."""
        row = (
            *(response.number or None, response.form, response.id, response.created, response.submitted),
            *(response.email, response.person, json.dumps(response.answers, ensure_ascii=False)),
            response.edit_token,
            json.dumps(response.place),
        )
        with self._store.write() as connection:
            connection.execute(
                f"INSERT OR REPLACE INTO form_responses ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)",  # noqa: S608
                row,
            )
        return self.all_of(response.form, id=response.id)[0]

    def get(self, form: str, response_id: str) -> Response | None:
        """A response of a form."""
        return next(iter(self.all_of(form, id=response_id)), None)

    def editable(self, form: str, token: str) -> Response | None:
        """The response that a link for editing is about."""
        return next(iter(self.all_of(form, edit_token=token)), None)

    def all_of(self, form: str, **equal: str) -> list[Response]:
        """Responses of a form, the first submitted first; further columns may be asked to be equal."""
        more = "".join(f" AND {name} = ?" for name in equal)
        return self._found(f"form = ?{more} ORDER BY number", (form, *equal.values()))

    def _found(self, where: str, parameters: tuple[Any, ...]) -> list[Response]:
        rows = self._store.read(f"SELECT {_COLUMNS} FROM form_responses WHERE {where}", parameters)  # noqa: S608
        return [
            Response(
                form=row[1],
                id=row[2],
                created=row[3],
                submitted=row[4],
                email=row[5],
                person=row[6],
                answers=json.loads(row[7]),
                edit_token=row[8],
                place=json.loads(row[9]),
                number=row[0],
            )
            for row in rows
        ]

    def page(self, form: str, condition: str, size: int, token: str) -> tuple[list[Response], str]:
        """One page of a listing, and the token of the next one ("" for none).

        Args:
            form: formId.
            condition: the `filter` parameter.
            size: at most so many; 0 for Google's most.
            token: of an earlier page, "" for the first.

        Raises:
            GoogleError: 400 for a filter, size or token that is none.
        """
        if size < 0:
            raise invalid("Page size must not be negative.")
        size = min(size or PAGE_MAX, PAGE_MAX)
        after = _start(token, condition) if token else 0
        where, parameters = "form = ? AND number > ?", [form, after]
        if condition.strip():
            operator, moment = parse_filter(condition)
            where += f" AND submitted {operator} ?"
            parameters.append(moment)
        found = self._found(f"{where} ORDER BY number LIMIT ?", (*parameters, size + 1))
        if len(found) <= size:
            return found, ""
        return found[:size], _token(found[size - 1].number, condition)


def parse_filter(text: str) -> tuple[str, str]:
    """The operator and the moment of a filter, the moment in the store's form.

    Nanoseconds are finer than the store's times: for `>` they are cut off, for `>=` counted up, so that both
    find what they should.
    """
    match = _FILTER.fullmatch(text)
    if match is None:
        raise invalid(f"Invalid filter: {text}")
    try:
        datetime.fromisoformat(match["moment"])
    except ValueError as error:
        raise invalid(f"Invalid filter: {text}") from error
    digits = (match["fraction"] or ".")[1:].ljust(9, "0")
    operator = match["operator"]
    if operator == ">=" and digits[6:] != "000":
        operator = ">"
    return operator, f"{match['moment']}.{digits[:6]}Z"


def _token(number: int, condition: str) -> str:
    body = json.dumps([number, condition.strip()])
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def _start(token: str, condition: str) -> int:
    try:
        padded = token + "=" * (-len(token) % 4)
        number, made_for = json.loads(base64.urlsafe_b64decode(padded.encode()))
        fits = isinstance(number, int) and made_for == condition.strip()
    except (ValueError, TypeError) as error:
        raise invalid("Invalid page token.") from error
    if not fits:
        raise invalid("Invalid page token.")
    return int(number)


def stamp(now: Callable[[], datetime]) -> str:
    """This moment as responses are dated."""
    return now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


def new_response_id() -> str:
    """An id in the form of Google's."""
    return "ACYDBN" + secrets.token_urlsafe(34)

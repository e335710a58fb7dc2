"""What a respondent does: sends a response, and with it fires the triggers that wait for one.

The page and `POST /workspace/respond` both come through here, so that a tool's response is a person's.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.apps_script.runtime import FormRow, Run
from sheetflow.emulator.forms import words
from sheetflow.emulator.forms.answers import Given, Upload, files_of, values_of
from sheetflow.emulator.forms.intake import InvalidAnswers, Refusal, Submitted
from sheetflow.emulator.wire import GoogleError, Json, bad_request, invalid, not_found

if TYPE_CHECKING:
    from sheetflow.emulator.emulator import Emulator
    from sheetflow.emulator.forms.items import Question
    from sheetflow.emulator.forms.model import Form
    from sheetflow.emulator.forms.responses import Response

FIELDS = frozenset({"as", "form", "answers", "files", "edit", "email", "wait"})
_STATUS = {"sign_in": (401, "UNAUTHENTICATED"), "closed": (400, "FAILED_PRECONDITION")}


class Respondent:
    """Responses as people send them."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def respond_request(self, body: Json) -> Json:
        """Do what `POST /workspace/respond` asks for.

        Args:
            body: {"as": email ("" for nobody), "answers": {question: value or [values]}}; further "form" (its
                id, may be left out where there is one), "files": {question: [{"name", "mimeType",
                "base64"}]}, "edit": id of a response to change, "email": for a form whose respondents type
                their address ("as" when not given), "wait": false to be answered before the triggers ran. A
                question is named by its id or title. In an edit, questions that are not named keep their
                answers; null or [] takes one away.

        Returns:
            {"form", "responseId", "triggers": [{"project", "function", "ok", "error", "ms", "log"}]}.

        Raises:
            GoogleError: 400 malformed or not taken, 401 for nobody where the form wants to know, 403 for
                somebody else's response, 404 for no such form or response.
        """
        if not set(body) <= FIELDS or not isinstance(body.get("as"), str):
            raise invalid('Send {"as": email, "answers": {question: value}} and any of: ' + _names())
        wait = body.get("wait", True)
        if not isinstance(wait, bool):
            raise invalid('"wait" is a boolean')
        form = self._emulator.forms.form(body.get("form") or self._emulator.forms.only())
        person = body["as"].strip().lower()
        edited = self._edited(form, body.get("edit"))
        given = _given(form, body, person, edited)
        try:
            done, runs = self.send(form.id, person, given, edited, wait=wait)
        except Refusal as refusal:
            code, status = _STATUS.get(refusal.word, (403, "PERMISSION_DENIED"))
            raise GoogleError(code, status, str(refusal)) from refusal
        except InvalidAnswers as problem:
            titles = {question.id: question.title for question in form.questions}
            raise bad_request(
                (key, f"{titles.get(key, key)}: {words.sentence(one, 'en')}")
                for key, one in problem.problems.items()
            ) from problem
        triggers = [run.brief() for run in runs]
        return {"form": form.id, "responseId": done.response.id, "triggers": triggers}

    def send(
        self, form_id: str, person: str, given: Given, edited: Response | None = None, *, wait: bool = True
    ) -> tuple[Submitted, list[Run]]:
        """Send a response; the triggers' runs are empty where nobody waits for them.

        Raises:
            Refusal, InvalidAnswers: as `Intake.submit`.
        """
        done = self._emulator.forms.intake.submit(form_id, person, given, edited)
        form, response, row = done.form.id, done.response.id, _row(done)
        scripts = self._emulator.scripts
        return done, self._emulator.hand.fire(lambda: scripts.submitted(form, response, row), wait=wait)

    def _edited(self, form: Form, response_id: Any) -> Response | None:
        if response_id is None:
            return None
        response = self._emulator.forms.responses.get(form.id, str(response_id))
        if response is None:
            raise not_found()
        return response


def _row(done: Submitted) -> FormRow | None:
    """The row as scripts have it: from the form's first column to its last, counted from 1."""
    row = done.row
    if row is None:
        return None
    columns = [column.index for column in row.columns]
    box = (row.row + 1, min(columns) + 1, 1, max(columns) - min(columns) + 1)
    return FormRow(row.spreadsheet, row.sheet_id, box, list(row.texts), row.named)


def _names() -> str:
    return ", ".join(sorted(FIELDS))


def _given(form: Form, body: Json, person: str, edited: Response | None) -> Given:
    """What a request gives, over what an edited response holds."""
    email = body.get("email", edited.email if edited else person)
    given = Given(email=str(email))
    if edited is not None:
        given.values = {key: values_of(answer) for key, answer in edited.answers.items() if values_of(answer)}
        given.kept = {
            key: [file["fileId"] for file in files_of(answer)]
            for key, answer in edited.answers.items()
            if files_of(answer)
        }
    for name, value in _mapping(body, "answers").items():
        question = _named(form, name)
        if question.kind == "file":
            raise invalid(f'{name}: files go under "files"')
        given.values[question.id] = _texts(name, value)
    for name, value in _mapping(body, "files").items():
        question = _named(form, name)
        given.kept.pop(question.id, None)
        given.files[question.id] = [_upload(name, one) for one in _list(name, value)]
    asked = {question.id for question in form.questions}
    given.values = {key: texts for key, texts in given.values.items() if key in asked}
    given.kept = {key: files for key, files in given.kept.items() if key in asked}
    return given


def _mapping(body: Json, name: str) -> Mapping[str, Any]:
    value = body.get(name) or {}
    if not isinstance(value, Mapping):
        raise invalid(f'"{name}" maps questions to what is given')
    return value


def _list(name: str, value: Any) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise invalid(f"{name}: send a list of files")
    return value or []


def _named(form: Form, name: str) -> Question:
    """A question by its id or title; a title that several have stands for the first."""
    for question in form.questions:
        if name == question.id:
            return question
    for question in form.questions:
        if name.strip().casefold() == question.title.strip().casefold():
            return question
    titles = ", ".join(question.title for question in form.questions)
    raise invalid(f"The form has no question {name!r}; it has: {titles}")


def _texts(name: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(one, str | int | float) for one in values):
        raise invalid(f"{name}: an answer is a text or a number, or a list of them")
    return [str(one) for one in values]


def _upload(name: str, value: Any) -> Upload:
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        raise invalid(f'{name}: a file is {{"name", "mimeType", "base64"}}')
    try:
        data = base64.b64decode(str(value.get("base64", "")), validate=True)
    except binascii.Error as error:
        raise invalid(f"{name}: not base64: {error}") from error
    return Upload(value["name"], str(value.get("mimeType", "")), data)

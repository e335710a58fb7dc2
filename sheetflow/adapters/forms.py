"""The form over the Forms API: its answers as last submitted (FormsPort), and what it asks (FormSchemaPort).

Answers are listed by their last submission, so an edited one comes again. A question is known by its id;
where an answer has another id (the upload question, or a form that was made again by hand) the form is read,
once a process, and its questions' titles tell. Nothing in an answer is trusted but the address that Google
verified.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sheetflow.adapters import google
from sheetflow.app.form import SEND, UPLOAD, Questionnaire
from sheetflow.model.cells import Cell
from sheetflow.model.columns import BY_KEY
from sheetflow.model.events import Response, Upload

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

SERVICE = "Forms"
PAGE = 5_000
"""Answers a page: the most that Google gives."""
FIELDS = "responses(responseId,createTime,lastSubmittedTime,respondentEmail,answers),nextPageToken"
QUESTIONS = "items(title,questionItem/question(questionId,fileUploadQuestion))"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the time of an answer that bears none: it has to be the same at every look."""

Json = Mapping[str, Any]


class GoogleForms:
    """One form.

    Args:
        credentials: of an account that may edit the form.
        api_root: None for Google, else the root of a local workspace.
        form: its id.
        questionnaire: what its questions are.
        clock: for the waits between tries.
        nonces: for their jitter.
    """

    def __init__(
        self,
        credentials: Credentials,
        api_root: str | None,
        form: str,
        questionnaire: Questionnaire,
        clock: ClockPort,
        nonces: NoncesPort,
    ) -> None:
        self.form, self.questionnaire, self.api_root = form, questionnaire, api_root
        self._transport, self._clock, self._nonces = google.Transport(credentials), clock, nonces
        self._columns = {**questionnaire.columns, questionnaire.send: SEND}
        self._strange: frozenset[str] = frozenset()

    def responses(self, since: datetime | None) -> Sequence[Response]:
        """Every answer submitted or edited at or after a moment; one call for each 5,000.

        Raises:
            PortError: no answer is lost by it.
        """
        found: list[Json] = []
        token: str | None = None
        wanted = {"filter": f"timestamp >= {_zulu(since)}"} if since is not None else {}
        while True:
            asked = self._forms.responses().list(
                formId=self.form,
                pageSize=PAGE,
                fields=FIELDS,
                **wanted,
                **({"pageToken": token} if token else {}),
            )
            page = self._read(asked)
            found += [one for one in page.get("responses", ()) if isinstance(one, Mapping)]
            token = page.get("nextPageToken")
            if not token:
                break
        self._learn(found)
        return [self._response(one) for one in found]

    def look(self) -> None:
        """See whether the form can be read. Raises PortError."""
        self._read(self._forms.get(formId=self.form, fields="formId"))

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    @cached_property
    def _forms(self) -> Any:
        return google.service("forms", "v1", self._transport, self.api_root).forms()

    def _read(self, asked: Any) -> dict[str, Any]:
        return google.read(asked, self._transport, SERVICE, self._clock, self._nonces)

    def _learn(self, found: Iterable[Json]) -> None:
        """Look at the form where answers have questions that we do not know; each of them asks once."""
        unknown = {key for one in found for key, _ in _answers(one)} - self._columns.keys() - self._strange
        if not unknown:
            return
        form = self._read(self._forms.get(formId=self.form, fields=QUESTIONS))
        asked = [
            (item.get("questionItem", {}).get("question", {}), str(item.get("title", "")).strip().lower())
            for item in form.get("items", ())
        ]
        found_by_id = {self._columns.get(question.get("questionId"), "") for question, _ in asked}
        uploads = []
        for question, title in asked:
            place, key = question.get("questionId", ""), self.questionnaire.titles.get(title, "")
            if "fileUploadQuestion" in question:
                uploads.append((place, key))
            elif place and place not in self._columns and key and key not in found_by_id:
                self._columns[place] = key
        named = [place for place, key in uploads if key == UPLOAD]
        if named or len(uploads) == 1:
            self._columns[named[0] if named else uploads[0][0]] = UPLOAD
        self._strange |= unknown - self._columns.keys()

    def _response(self, one: Json) -> Response:
        """An answer, as far as it can be read."""
        cells: dict[str, Cell] = {}
        files: tuple[Upload, ...] = ()
        send = False
        for question, answer in _answers(one):
            key = self._columns.get(question, "")
            if key == UPLOAD:
                files += _files(answer)
            text = ", ".join(_texts(answer))
            if key == SEND:
                send = text.strip().lower() in self.questionnaire.yes
            elif key in BY_KEY and text.strip():
                cells[key] = text
        at = _moment(one.get("lastSubmittedTime")) or _moment(one.get("createTime")) or NEVER
        user = one.get("respondentEmail")
        return Response(
            _id(one), at, user.strip().lower() if isinstance(user, str) else "", cells, files, send
        )


class FormSchema:
    """Changes what forms ask (FormSchemaPort). `credentials`: of somebody who may edit them."""

    def __init__(self, credentials: Credentials, api_root: str | None) -> None:
        self.api_root = api_root
        self._transport = google.Transport(credentials)

    def is_empty(self, form: str) -> bool:
        """Whether nothing is asked yet."""
        return not self._do(self._forms.get(formId=form, fields="items(itemId)")).get("items")

    def batch(self, form: str, requests: Sequence[Mapping[str, Any]]) -> None:
        """Do all requests or none."""
        self._do(self._forms.batchUpdate(formId=form, body={"requests": list(requests)}))

    def publish(self, form: str) -> None:
        """Let it be seen and answered; doing it again changes nothing."""
        state = {"isPublished": True, "isAcceptingResponses": True}
        body = {"publishSettings": {"publishState": state}, "updateMask": "publishState"}
        self._do(self._forms.setPublishSettings(formId=form, body=body))

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    @cached_property
    def _forms(self) -> Any:
        return google.service("forms", "v1", self._transport, self.api_root).forms()

    def _do(self, asked: Any) -> dict[str, Any]:
        return google.execute(asked, self._transport, SERVICE)


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moment(text: object) -> datetime | None:
    """A timestamp of the API; None where there is none, or none that has a time zone."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None


def _id(one: Json) -> str:
    """The answer's id; for one without, what it says stands for it."""
    known = one.get("responseId")
    if isinstance(known, str) and known:
        return known
    text = json.dumps(one, sort_keys=True)
    return "unnamed-" + hashlib.sha256(text.encode()).hexdigest()[:20]


def _answers(one: Json) -> Iterable[tuple[str, Json]]:
    answers = one.get("answers")
    for question, answer in answers.items() if isinstance(answers, Mapping) else ():
        if isinstance(answer, Mapping):
            yield str(question), answer


def _values(answer: Json, kind: str) -> Iterable[Json]:
    inner = answer.get(kind)
    values = inner.get("answers") if isinstance(inner, Mapping) else None
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def _texts(answer: Json) -> Iterable[str]:
    return [value["value"] for value in _values(answer, "textAnswers") if isinstance(value.get("value"), str)]


def _files(answer: Json) -> tuple[Upload, ...]:
    return tuple(
        Upload(str(file["fileId"]), str(file.get("fileName", "")), str(file.get("mimeType", "")))
        for file in _values(answer, "fileUploadAnswers")
        if file.get("fileId")
    )

"""Answers read over the Forms API from the emulator, on a form that was made over it; and malformed ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from google.oauth2.credentials import Credentials
from httplib2 import Response as HttpAnswer

from sheetflow.adapters import forms, google
from sheetflow.adapters.clock import SystemNonces
from sheetflow.adapters.forms import NEVER, FormSchema, GoogleForms
from sheetflow.app.form import (
    UPLOAD,
    Questionnaire,
    fill_form,
    load_form_texts,
    question_id,
    questionnaire,
    upload_place,
)
from sheetflow.core.company import DEFAULTS
from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.control import Fault
from sheetflow.emulator.emulator import Emulator
from sheetflow.errors import AccessDenied, NotFound, PortError, RateLimited, Unavailable
from sheetflow.model.events import Response, Upload
from sheetflow.runtime import templates_folder
from tests.desk import words
from tests.firm import QuickClock

ROBOT, SERVICE, MIA, MAX = (f"{name}@firm.example" for name in ("robot", "service", "mia", "max"))
TEXTS = load_form_texts(templates_folder())
ASKED: Questionnaire = questionnaire(words(), TEXTS)
SHORT = {"What for": "Paper", "Amount": "12 500,50", "Currency": "RUB", "Pay by": "2027-04-23"}
PDF = {"name": "счёт.pdf", "mimeType": "application/pdf", "base64": "JVBERi0="}
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def bearer(email: str) -> Credentials:
    return Credentials(token=f"local:{email}")  # type: ignore[no-untyped-call]


@dataclass
class Office:
    """A form of the robot's in an emulator, which the service account may read."""

    folder: Path
    language: str = "en"
    readers: list[GoogleForms] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.emulator = Emulator(self.folder)
        self.server = serve(create_app(self.emulator), 0)
        self.schema = FormSchema(bearer(ROBOT), self.server.url)
        self.form = self.blank("Untitled")
        fill_form(self.schema, self.form, words()[self.language], TEXTS[self.language], DEFAULTS)
        self.emulator.files.share(self.form, SERVICE, "writer")
        self.emulator.forms.configure(self.form, allow_edits=True)
        self.clock = QuickClock()

    def blank(self, title: str) -> str:
        """An empty form of the robot's, which takes no answers yet."""
        made = self.emulator.forms.create(ROBOT, {"info": {"title": title}}, unpublished=True)
        return str(made["formId"])

    def close(self) -> None:
        for reader in self.readers:
            reader.close()
        self.schema.close()
        self.server.shutdown()
        self.emulator.close()

    def reader(self, who: str = SERVICE, form: str = "") -> GoogleForms:
        found = GoogleForms(
            bearer(who), self.server.url, form or self.form, ASKED, self.clock, SystemNonces()
        )
        self.readers.append(found)
        return found

    def respond(self, who: str = MIA, **more: Any) -> str:
        """Send an answer; gives its id."""
        body = {"as": who, "answers": SHORT, "form": self.form, **more}
        answer = requests.post(f"{self.server.url}/workspace/respond", json=body, timeout=30)
        assert answer.ok, answer.text
        return str(answer.json()["responseId"])

    def uploads(self, title: str = "Invoice") -> None:
        """A person adds the upload question."""
        self.emulator.forms.add_upload_question(self.form, title, max_files=10, index=upload_place())

    def cost(self, reader: GoogleForms, since: datetime | None = None) -> tuple[list[Response], list[str]]:
        """The answers, and the calls that they cost."""
        before = self.emulator.calls.last
        found = list(reader.responses(since))
        return found, [call.kind for call in self.emulator.calls.since(before)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    found.close()


# --- the form that was made


def test_schema__the_form_takes_answers_of_people_whose_address_google_verified(office: Office) -> None:
    form = office.emulator.forms.form(office.form)
    assert (form.published, form.accepting, form.email_collection) == (True, True, "VERIFIED")
    assert form.title == "Payment request"
    assert [q.title for q in form.questions if q.required] == ["What for", "Amount", "Currency", "Pay by"]
    nobody = {"as": "", "answers": SHORT, "form": office.form}
    assert requests.post(f"{office.server.url}/workspace/respond", json=nobody, timeout=30).status_code == 401


def test_schema__takes_no_answers_until_it_is_whole(office: Office) -> None:
    form = office.blank("Half made")
    assert not office.emulator.forms.form(form).accepting


# --- answers


def test_responses__are_known_by_their_questions_ids(office: Office) -> None:
    rid = office.respond(
        "Mia@Firm.Example", answers={**SHORT, "INN": "7707083893", "Comment": "please\nsoon"}
    )
    at = office.emulator.forms.responses.all_of(office.form)[0].submitted
    (found,), calls = office.cost(office.reader())
    assert found == Response(
        rid,
        datetime.fromisoformat(at),
        MIA,
        {
            "subject": "Paper", "amount": "12 500,50", "currency": "RUB", "pay_by": "2027-04-23",
            "inn": "7707083893", "comment": "please\nsoon",
        },
    )  # fmt: skip
    assert calls == ["forms.responses.list"]


def test_responses__whatever_questions_are_called_by_now(office: Office) -> None:
    office.respond()
    items = office.emulator.forms.form(office.form).items
    renamed = {
        "updateItem": {
            "item": {"title": "What on earth for"}, "location": {"index": 0}, "updateMask": "title"
        }
    }  # fmt: skip
    assert items[0]["title"] == "What for"
    office.schema.batch(office.form, [renamed])
    assert office.reader().responses(None)[0].cells["subject"] == "Paper"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_responses__that_are_to_be_sent_at_once(tmp_path: Path, language: str) -> None:
    office, send = Office(tmp_path, language), question_id("send")
    labels = words()[language].labels["columns"]
    answers = {
        labels[key]: SHORT[words()["en"].labels["columns"][key]]
        for key in ("subject", "amount", "currency", "pay_by")
    }
    for option in ("yes", "no"):
        office.respond(answers={**answers, send: TEXTS[language]["send"][option]})
    office.respond(answers=answers)
    assert [one.send for one in office.reader().responses(None)] == [True, False, False]
    assert all(
        one.cells.keys() == {"subject", "amount", "currency", "pay_by"}
        for one in office.reader().responses(None)
    )
    office.close()


def test_responses__edited_ones_come_again_under_their_id(office: Office) -> None:
    office.emulator.clock.set(AT)
    first, second = office.respond(), office.respond(MAX)
    before = office.reader().responses(None)
    office.emulator.clock.set(AT + timedelta(minutes=5))
    office.respond(edit=first, answers={"Amount": "700"})
    found = office.reader().responses(AT + timedelta(minutes=1))
    assert [(one.id, one.user, one.cells["amount"]) for one in found] == [(first, MIA, "700")]
    assert found[0].cause != before[0].cause
    assert {one.id for one in office.reader().responses(None)} == {first, second}


def test_responses__since_a_moment_are_those_at_it_and_after_it(office: Office) -> None:
    rids = [office.respond() for _ in range(3)]
    times = [one.at for one in office.reader().responses(None)]
    found = office.reader().responses(times[1].astimezone(UTC))
    assert [one.id for one in found] == rids[1:]
    assert office.reader().responses(times[2] + timedelta(microseconds=1)) == []


def test_responses__every_page_is_read(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "PAGE", 2)
    rids = [office.respond() for _ in range(5)]
    found, calls = office.cost(office.reader(), AT - timedelta(days=3650))
    assert [one.id for one in found] == rids
    assert calls == ["forms.responses.list"] * 3


# --- files


@pytest.mark.parametrize("title", ["Invoice", " эл. версия СЧЕТА", "Any other name"])
def test_files__are_found_by_their_questions_title_or_as_the_only_ones(office: Office, title: str) -> None:
    office.uploads(title)
    office.respond(files={title: [PDF, {**PDF, "name": "b.pdf"}]})
    reader = office.reader()
    (found,), calls = office.cost(reader)
    assert [(type(file), file.name, file.mime_type) for file in found.files] == [
        (Upload, "счёт - mia.pdf", "application/pdf"),
        (Upload, "b - mia.pdf", "application/pdf"),
    ]
    assert all(office.emulator.drive.bytes(file.id) == b"%PDF-" for file in found.files)
    assert calls == ["forms.responses.list", "forms.get"]
    assert office.cost(reader)[1] == ["forms.responses.list"]


def test_files__of_other_questions_are_none_of_ours(office: Office) -> None:
    office.uploads("Contract")
    office.uploads("Invoice")
    office.respond(files={"Contract": [{**PDF, "name": "contract.pdf"}], "Invoice": [PDF]})
    (found,) = office.reader().responses(None)
    assert [file.name for file in found.files] == ["счёт - mia.pdf"]


def test_files__of_a_question_that_was_added_later(office: Office) -> None:
    reader = office.reader()
    office.respond()
    assert reader.responses(None)[0].files == ()
    office.uploads()
    office.respond(files={"Invoice": [PDF]})
    assert [len(one.files) for one in reader.responses(None)] == [0, 1]


# --- other questions


def test_questions__of_a_form_made_again_by_hand_are_known_by_title(office: Office) -> None:
    form = office.blank("By hand")
    made: list[dict[str, Any]] = [
        {"title": title, "questionItem": {"question": {"textQuestion": {}}}}
        for title in ("what for ", "ИНН", "Floor", "Invoice")
    ]
    places = enumerate(made)
    office.schema.batch(
        form, [{"createItem": {"item": item, "location": {"index": place}}} for place, item in places]
    )
    office.schema.publish(form)
    office.emulator.files.share(form, SERVICE, "writer")
    link = "https://drive.google.com/open?id=1AbCdEfGhIjKlMnOp"
    answers = {"what for ": "Paper", "ИНН": "7707083893", "Floor": "3", "Invoice": link}
    office.respond(form=form, answers=answers)
    reader = office.reader(form=form)
    (found,), calls = office.cost(reader)
    assert found.cells == {"subject": "Paper", "inn": "7707083893", "invoice": link}
    assert calls == ["forms.responses.list", "forms.get"]
    assert office.cost(reader)[1] == [
        "forms.responses.list"
    ]  # the company's own question is known not to be ours


def test_questions__of_our_id_come_before_those_of_our_title(office: Office) -> None:
    extra = {"title": "Amount", "questionItem": {"question": {"questionId": "00000abc", "textQuestion": {}}}}
    office.schema.batch(office.form, [{"createItem": {"item": extra, "location": {"index": 0}}}])
    office.respond(answers={**SHORT, question_id("amount"): "5", "00000abc": "7"})
    assert office.reader().responses(None)[0].cells["amount"] == "5"


# --- what goes wrong


@pytest.mark.parametrize(
    ("status", "error", "asked"), [(429, RateLimited, 4), (503, Unavailable, 4), (403, AccessDenied, 1)]
)
def test_responses__a_busy_google_is_asked_again_a_refusing_one_is_not(
    office: Office, status: int, error: type[PortError], asked: int
) -> None:
    reader = office.reader()
    office.emulator.faults.add(Fault(method="GET", path="/responses", status=status, times=99))
    with pytest.raises(error) as refused:
        reader.responses(None)
    assert refused.value.service == "Forms"
    assert len(office.clock.slept) == asked - 1
    office.emulator.faults.clear()
    assert reader.responses(None) == []


def test_responses__of_a_form_that_is_gone_or_not_shared(office: Office) -> None:
    with pytest.raises(NotFound):
        office.reader(form="1nothing").responses(None)
    with pytest.raises(AccessDenied):
        office.reader(MAX).responses(None)


class Canned(google.Transport):
    """Answers every request with one body."""

    def __init__(self, body: Any) -> None:
        self.body = json.dumps(body).encode()

    def request(self, uri: str, *args: Any, **more: Any) -> tuple[Any, bytes]:
        return HttpAnswer({"status": "200", "content-type": "application/json"}), self.body

    def close(self) -> None:
        pass


def canned(*responses: Any) -> list[Response]:
    reader = GoogleForms(bearer(SERVICE), None, "f", ASKED, QuickClock(), SystemNonces())
    reader.close()
    reader._transport = Canned({"responses": list(responses)})
    return list(reader.responses(None))


GOOD = {
    "responseId": "r1",
    "lastSubmittedTime": "2026-11-24T09:30:00.123456789Z",
    "respondentEmail": MIA,
    "answers": {
        question_id("subject"): {"textAnswers": {"answers": [{"value": "Paper"}]}},
        question_id("inn"): {"textAnswers": {"answers": [{"value": "1"}, {"value": "2"}]}},
    },
}


def test_malformed__a_good_one_is_read_to_the_microsecond() -> None:
    (found,) = canned(GOOD)
    assert found == Response("r1", AT.replace(microsecond=123456), MIA, {"subject": "Paper", "inn": "1, 2"})


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ({"lastSubmittedTime": "yesterday", "createTime": "2026-11-24T09:30:00Z"}, {"at": AT}),
        ({"lastSubmittedTime": "2026-11-24T09:30:00"}, {"at": NEVER}),
        ({"lastSubmittedTime": 17}, {"at": NEVER}),
        ({"respondentEmail": None}, {"user": ""}),
        ({"respondentEmail": ["x"]}, {"user": ""}),
        ({"answers": None}, {"cells": {}}),
        ({"answers": [1, 2]}, {"cells": {}}),
        ({"answers": {question_id("inn"): "x", question_id("kpp"): {"textAnswers": 5}}}, {"cells": {}}),
        (
            {"answers": {question_id("inn"): {"textAnswers": {"answers": [{"value": 5}, None]}}}},
            {"cells": {}},
        ),
        ({"answers": {question_id("inn"): {"textAnswers": {"answers": [{"value": " \t"}]}}}}, {"cells": {}}),
        ({"answers": {"99999999": {"fileUploadAnswers": {"answers": [{"fileId": "x"}]}}}}, {"files": ()}),
    ],
)
def test_malformed__is_kept_with_what_can_be_read_and_stops_no_other(
    broken: dict[str, Any], expected: dict[str, Any]
) -> None:
    found, other = canned({**GOOD, **broken}, {**GOOD, "responseId": "r2"})
    assert found.id == "r1"
    assert {name: getattr(found, name) for name in expected} == expected
    assert (other.id, other.cells["subject"]) == ("r2", "Paper")


def test_malformed__without_an_id_is_told_apart_by_what_it_says() -> None:
    nameless = {key: value for key, value in GOOD.items() if key != "responseId"}
    one, again, other = canned(nameless, nameless, {**nameless, "respondentEmail": MAX})
    assert one.id == again.id != other.id
    assert canned("no answer", 5, None) == []


def test_malformed__half_an_emoji_is_a_text_like_any_other() -> None:
    answers = {question_id("subject"): {"textAnswers": {"answers": [{"value": "\ud83d"}]}}}
    (found,) = canned({**GOOD, "answers": answers})
    assert found.cells == {"subject": "\ud83d"}
    assert UPLOAD not in found.cells

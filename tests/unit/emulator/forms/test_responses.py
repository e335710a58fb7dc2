"""Responses by the API: shapes, filters, pages, edits, watches; sent by POST /workspace/respond."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.discovery import assert_fits
from tests.unit.emulator.forms.office import ANNA, BORIS, OWNER, Office, asking, choice, refusal, text

TOPIC = {"topic": {"topicName": "projects/p/topics/t"}}


@pytest.fixture
def form(office: Office) -> str:
    """A form with one question of each kind that takes a text."""
    form = office.create()
    office.add(
        form,
        text("What for", required=True),
        choice("Currency", "DROP_DOWN", "RUB", "USD"),
        choice("Tags", "CHECKBOX", "a", "b", "c", other=True),
        asking("Pay by", dateQuestion={"includeYear": True}),
        asking("At", timeQuestion={}),
        asking("How sure", scaleQuestion={"low": 1, "high": 5}),
    )
    return form


def _values(response: Any) -> dict[str, list[str]]:
    return {
        key: [one["value"] for one in answer["textAnswers"]["answers"]]
        for key, answer in response["answers"].items()
    }


def test_response__is_told_as_google_tells_it(office: Office, form: str) -> None:
    ids = [q.id for q in office.emulator.forms.form(form).questions]
    answers = {
        "What for": "Paper",
        "Currency": "RUB",
        "Tags": ["a", "own words"],
        "pay BY": "2026-12-31",
        ids[4]: "9:05",
        "How sure": 4,
    }
    sent = office.respond(ANNA, answers)
    assert sent == {"form": form, "responseId": sent["responseId"], "triggers": []}
    one = office.api().responses().get(formId=form, responseId=sent["responseId"]).execute()
    assert_fits(document="forms.v1", schema="FormResponse", value=one)
    assert set(one) == {
        *("formId", "responseId", "createTime", "lastSubmittedTime", "respondentEmail", "answers")
    }
    assert one["respondentEmail"] == ANNA
    assert one["answers"][ids[0]] == {
        "questionId": ids[0],
        "textAnswers": {"answers": [{"value": "Paper"}]},
    }
    assert _values(one) == dict(
        zip(ids, [["Paper"], ["RUB"], ["a", "own words"], ["2026-12-31"], ["09:05"], ["4"]], strict=True)
    )
    (listed,) = office.responses(form)["responses"]
    assert listed == {name: value for name, value in one.items() if name != "formId"}


def test_response__a_question_without_answer_is_left_out(office: Office, form: str) -> None:
    office.respond(ANNA, {"What for": "x", "Currency": "", "Tags": [], "Pay by": None})
    (one,) = office.responses(form)["responses"]
    assert len(one["answers"]) == 1


def test_response__none_is_an_empty_answer(office: Office, form: str) -> None:
    assert office.responses(form) == {}
    error = refusal(office.api().responses().get(formId=form, responseId="no"))
    assert (error.status_code, error.reason) == (404, "Requested entity was not found.")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "What for: This is a required question."),
        ({"What for": "   "}, "What for: This is a required question."),
        ({"What for": ["a", "b"]}, "What for: Choose one answer only."),
        ({"What for": "x", "Currency": "EUR"}, "Currency: EUR is not one of the options."),
        ({"What for": "x", "Pay by": "31.12.2026"}, "Pay by: Not a valid date."),
        ({"What for": "x", "Pay by": "2026-02-30"}, "Pay by: Not a valid date."),
        ({"What for": "x", "Pay by": "12-31"}, "Pay by: Not a valid date."),
        ({"What for": "x", "At": "25:00"}, "At: Not a valid time."),
        ({"What for": "x", "How sure": 6}, "How sure: Choose a number: 1-5."),
        ({"What for": "x", "How sure": "٣"}, "How sure: Choose a number: 1-5."),
        ({"No such": "x"}, "The form has no question 'No such'"),
    ],
)
def test_response__is_refused(office: Office, form: str, answers: Any, words: str) -> None:
    answer = office.respond(ANNA, answers, status=400)
    assert words in answer["error"]["message"]
    assert office.responses(form) == {}


def test_response__dates_without_year_and_with_time(office: Office) -> None:
    form = office.create()
    day, moment, both, span = office.add(
        form,
        asking("Day", dateQuestion={}),
        asking("Moment", dateQuestion={"includeTime": True}),
        asking("Both", dateQuestion={"includeTime": True, "includeYear": True}),
        asking("Span", timeQuestion={"duration": True}),
    )
    office.respond(ANNA, {day: "2-29", moment: "05-19 14:51", both: "2026-5-19T04:05", span: "40:30"})
    (one,) = office.responses(form)["responses"]
    assert _values(one) == {
        day: ["02-29"],
        moment: ["05-19 14:51"],
        both: ["2026-05-19 04:05"],
        span: ["40:30"],
    }


def test_response__rows_of_a_grid_are_questions(office: Office) -> None:
    form = office.create()
    grid = {
        "grid": {"columns": {"type": "CHECKBOX", "options": [{"value": "1"}, {"value": "2"}]}},
        "questions": [
            {"rowQuestion": {"title": "Speed"}, "required": True},
            {"rowQuestion": {"title": "Price"}},
        ],
    }
    speed, _ = office.add(form, {"title": "Grid", "questionGroupItem": grid})
    office.respond(ANNA, {"Grid [Price]": "1"}, status=400)
    office.respond(ANNA, {"Grid [Speed]": ["2", "1"]})
    (one,) = office.responses(form)["responses"]
    assert _values(one) == {speed: ["2", "1"]}


def test_emails__as_the_form_collects_them(office: Office) -> None:
    form = office.create()
    office.add(form, text("Q"))

    def collect(kind: str) -> None:
        settings = {"settings": {"emailCollectionType": kind}, "updateMask": "emailCollectionType"}
        office.batch(form, {"updateSettings": settings})

    assert office.respond("", {"Q": "1"}, status=401)["error"]["status"] == "UNAUTHENTICATED"
    office.respond("Anna@Firm.Example", {"Q": "verified"}, email="else@where.example")
    collect("RESPONDER_INPUT")
    office.respond("", {"Q": "typed"}, email="typed@by.hand")
    assert (
        "email: Must be a valid" in office.respond("", {"Q": "x"}, email="no", status=400)["error"]["message"]
    )
    assert "email: This is a required" in office.respond("", {"Q": "x"}, status=400)["error"]["message"]
    collect("DO_NOT_COLLECT")
    office.respond(ANNA, {"Q": "none"})
    office.respond("", {"Q": "nobody"})
    emails = [one.get("respondentEmail") for one in office.responses(form)["responses"]]
    assert emails == [ANNA, "typed@by.hand", None, None]


def test_closed__takes_nothing(office: Office, form: str) -> None:
    body = {"publishSettings": {"publishState": {"isPublished": True, "isAcceptingResponses": False}}}
    office.api().setPublishSettings(formId=form, body=body).execute()
    assert "no longer accepting" in office.respond(ANNA, {"What for": "x"}, status=400)["error"]["message"]


def test_one_response_a_person__where_the_form_says_so(office: Office, form: str) -> None:
    office.emulator.forms.configure(form, limit_one=True)
    office.respond(ANNA, {"What for": "x"})
    assert "already responded" in office.respond(ANNA, {"What for": "y"}, status=403)["error"]["message"]
    office.respond(BORIS, {"What for": "z"})


def test_edit__keeps_the_id_and_the_first_time(office: Office, form: str) -> None:
    first = office.respond(ANNA, {"What for": "x", "Currency": "RUB", "Tags": ["a"]})["responseId"]
    (before,) = office.responses(form)["responses"]
    assert office.respond(ANNA, {}, edit=first, status=403)  # the form does not allow it
    office.emulator.forms.configure(form, allow_edits=True)
    office.respond(BORIS, {"What for": "mine"}, edit=first, status=403)
    office.respond(ANNA, {"What for": "mine"}, edit="unknown", status=404)
    assert office.respond(ANNA, {"What for": "y", "Tags": None}, edit=first)["responseId"] == first
    (after,) = office.responses(form)["responses"]
    assert after["createTime"] == before["createTime"]
    assert after["lastSubmittedTime"] > before["lastSubmittedTime"]
    assert sorted(value[0] for value in _values(after).values()) == ["RUB", "y"]


def test_filter__by_the_time_of_the_last_submission(office: Office, form: str) -> None:
    office.emulator.clock.set(datetime(2026, 11, 24, 9, tzinfo=UTC))
    ids = []
    for name in ("one", "two", "three"):
        ids.append(office.respond(ANNA, {"What for": name})["responseId"])
        office.emulator.clock.advance(timedelta(minutes=1))
    times = [one["lastSubmittedTime"] for one in office.responses(form)["responses"]]
    assert times == sorted(times)

    def found(condition: str) -> list[str]:
        return [one["responseId"] for one in office.responses(form, filter=condition).get("responses", [])]

    assert found(f"timestamp > {times[0]}") == ids[1:]
    assert found(f"timestamp >= {times[0]}") == ids
    assert found(f"timestamp>={times[1][:-1]}001Z") == ids[2:]  # a nanosecond later
    assert found("timestamp > 2026-11-24T09:02:00Z") == ids[2:]
    assert found("timestamp > 2030-01-01T00:00:00Z") == []
    office.emulator.forms.configure(form, allow_edits=True)
    office.respond(ANNA, {"What for": "again"}, edit=ids[0])
    assert found(f"timestamp > {times[2]}") == [ids[0]]


@pytest.mark.parametrize(
    "query",
    [
        {"filter": "timestamp < 2026-01-01T00:00:00Z"},
        {"filter": "timestamp > 2026-01-01T00:00:00+03:00"},
        {"filter": "timestamp > 2026-13-01T00:00:00Z"},
        {"filter": "createTime > 2026-01-01T00:00:00Z"},
        {"pageSize": -1},
        {"pageToken": "nonsense"},
        {"pageToken": "é"},
    ],
)
def test_list__refuses_what_is_no_query(office: Office, form: str, query: Any) -> None:
    error = refusal(office.api().responses().list(formId=form, **query))
    assert error.status_code == 400


def test_list__five_hundred_in_pages(office: Office, form: str) -> None:
    forms = office.emulator.respondent
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    for number in range(500):
        forms.respond_request({"as": ANNA, "answers": {"What for": f"request {number}"}})
    found: list[str] = []
    pages, token = 0, None
    while True:
        page = (
            office.responses(form, pageSize=64, pageToken=token)
            if token
            else office.responses(form, pageSize=64)
        )
        found += [_values(one)[next(iter(one["answers"]))][0] for one in page["responses"]]
        pages += 1
        token = page.get("nextPageToken")
        if token is None:
            break
        # A response that comes in between is not missed, and none is told twice.
        if pages == 1:
            forms.respond_request({"as": ANNA, "answers": {"What for": "request 500"}})
    assert pages == 8
    assert found == [f"request {number}" for number in range(501)]
    assert len(office.responses(form)["responses"]) == 501
    error = refusal(
        office.api()
        .responses()
        .list(formId=form, pageToken=_first_token(office, form), filter="timestamp > 2020-01-01T00:00:00Z")
    )
    assert error.status_code == 400
    rows = office.cells(sheet, "'Form responses 1'!C2:C502")
    assert [row[0] for row in rows] == found


def _first_token(office: Office, form: str) -> str:
    return str(office.responses(form, pageSize=1)["nextPageToken"])


def test_restart__loses_no_response(office: Office, form: str) -> None:
    office.emulator.forms.link(form, sheet := office.spreadsheet())
    office.emulator.forms.configure(form, allow_edits=True)
    first = office.respond(ANNA, {"What for": "x"})["responseId"]
    before = office.responses(form)
    office.restart()
    assert office.responses(form) == before
    office.respond(ANNA, {"What for": "y"}, edit=first)
    office.respond(BORIS, {"What for": "z"})
    assert [row[2] for row in office.cells(sheet, "'Form responses 1'!A1:C3")] == ["What for", "y", "z"]


def test_respond__malformed(office: Office, form: str) -> None:
    office.respond(ANNA, {"What for": {"a": 1}}, status=400)
    office.respond(ANNA, {"What for": "x"}, wait="soon", status=400)
    office.respond(ANNA, {"What for": "x"}, nonsense=1, status=400)
    office.respond(ANNA, {"What for": "x"}, form="unknown", status=404)
    office.respond(ANNA, {"What for": "x"}, files={"What for": [{"name": "a", "base64": "?"}]}, status=400)
    second = office.create("Second")
    assert "There are 2 forms" in office.respond(ANNA, {"What for": "x"}, status=400)["error"]["message"]
    office.respond(ANNA, {}, form=second)


def test_watches__live_seven_days(office: Office, form: str) -> None:
    api = office.api().watches()
    office.emulator.clock.set(datetime(2026, 11, 24, 9, tzinfo=UTC))
    body = {"watch": {"target": TOPIC, "eventType": "RESPONSES"}, "watchId": "mine"}
    made = api.create(formId=form, body=body).execute()
    assert_fits(document="forms.v1", schema="Watch", value=made)
    assert made["createTime"].startswith("2026-11-24T09:00")
    assert made["expireTime"].startswith("2026-12-01T09:00")
    assert {name: made[name] for name in ("id", "target", "eventType", "state")} == {
        "id": "mine",
        "target": TOPIC,
        "eventType": "RESPONSES",
        "state": "ACTIVE",
    }
    assert refusal(api.create(formId=form, body=body)).status_code == 409
    assert refusal(api.create(formId=form, body={**body, "watchId": "another"})).status_code == 400
    other = api.create(formId=form, body={"watch": {"target": TOPIC, "eventType": "SCHEMA"}}).execute()
    listed = api.list(formId=form).execute()
    assert_fits(document="forms.v1", schema="ListWatchesResponse", value=listed)
    assert {watch["id"] for watch in listed["watches"]} == {"mine", other["id"]}
    assert api.delete(formId=form, watchId=other["id"]).execute() == {}

    office.emulator.clock.advance(timedelta(days=6))
    office.restart()
    api = office.api().watches()
    renewed = api.renew(formId=form, watchId="mine", body={}).execute()
    assert_fits(document="forms.v1", schema="Watch", value=renewed)
    assert renewed["expireTime"].startswith("2026-12-07T09:00")
    office.emulator.clock.advance(timedelta(days=7, minutes=1))
    assert api.list(formId=form).execute() == {}
    assert refusal(api.renew(formId=form, watchId="mine", body={})).status_code == 404
    assert refusal(api.delete(formId=form, watchId="mine")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"watch": {"target": TOPIC}},
        {"watch": {"eventType": "RESPONSES"}},
        {"watch": {"target": TOPIC, "eventType": "RESPONSES"}, "watchId": "No!"},
        {"watch": {"id": "mine", "target": TOPIC, "eventType": "RESPONSES"}},
    ],
)
def test_watches__refuse_what_is_none(office: Office, form: str, body: Any) -> None:
    assert refusal(office.api().watches().create(formId=form, body=body)).status_code == 400


def test_events__tell_of_each_response(office: Office, form: str) -> None:
    told: list[Any] = []
    office.emulator.events.subscribe(lambda kind, detail: told.append((kind, detail)))
    sent = office.respond(ANNA, {"What for": "x"})
    assert told == [("form", {"form": form, "response": sent["responseId"], "by": ANNA})]


def test_uploads__lie_in_the_owners_folders(office: Office) -> None:
    form = office.create("Счета")
    item = office.emulator.forms.add_upload_question(
        form, "Invoice", required=True, types=("PDF",), max_files=2
    )
    shown = office.form(form)["items"][0]
    assert shown == item
    spec = shown["questionItem"]["question"]["fileUploadQuestion"]
    assert {name: spec[name] for name in ("types", "maxFiles", "maxFileSize")} == {
        "types": ["PDF"],
        "maxFiles": 2,
        "maxFileSize": "10485760",
    }
    pdf = {
        "name": "../счёт 5.pdf",
        "mimeType": "application/pdf",
        "base64": base64.b64encode(b"%PDF-1").decode(),
    }
    second = {"name": "b.pdf", "base64": base64.b64encode(b"").decode()}
    office.respond("", files={"Invoice": [pdf]}, status=401)
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    office.respond(ANNA, files={"Invoice": [pdf, second]})
    (one,) = office.responses(form)["responses"]
    (answer,) = one["answers"].values()
    files = answer["fileUploadAnswers"]["answers"]
    assert [(file["fileName"], file["mimeType"]) for file in files] == [
        ("счёт 5 - anna.pdf", "application/pdf"),
        ("b - anna.pdf", "application/pdf"),
    ]
    assert office.emulator.drive.bytes(files[0]["fileId"]) == b"%PDF-1"
    path = [file.name for file in office.emulator.files.above(files[0]["fileId"])]
    assert path[:3] == ["счёт 5 - anna.pdf", "Invoice (File responses)", "Счета (File responses)"]
    stored = office.emulator.files.get(files[0]["fileId"])
    assert stored is not None
    assert (stored.owner, office.emulator.files.role(stored.id, ANNA)) == (OWNER, None)
    links = ", ".join(f"https://drive.google.com/open?id={file['fileId']}" for file in files)
    assert office.cells(sheet, "'Form responses 1'!C2") == [[links]]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "required question"),
        ([("a.pdf", "", 1), ("b.pdf", "", 1), ("c.pdf", "", 1)], "At most 2 file(s)."),
        ([("a.exe", "", 1)], "a.exe is not of an accepted type."),
        ([("a.pdf", "text/html", 1)], "a.pdf is not of an accepted type."),
        ([("a.pdf", "", 1025)], "a.pdf is too large."),
    ],
)
def test_uploads__are_refused(office: Office, files: list[tuple[str, str, int]], words: str) -> None:
    form = office.create()
    office.emulator.forms.add_upload_question(
        form, "Invoice", required=True, types=("PDF", "IMAGE"), max_files=2, max_file_size=1024
    )
    sent = [
        {"name": name, "mimeType": kind, "base64": base64.b64encode(b"x" * size).decode()}
        for name, kind, size in files
    ]
    assert words in office.respond(ANNA, files={"Invoice": sent}, status=400)["error"]["message"]
    assert not [file for file in office.emulator.files.visible_to(OWNER) if file.name.startswith("a")]


def test_uploads__of_an_edited_response_stay_or_are_replaced(office: Office) -> None:
    form = office.create()
    office.emulator.forms.add_upload_question(form, "Invoice")
    office.add(form, text("Q"))
    office.emulator.forms.configure(form, allow_edits=True)
    first = {"name": "a.txt", "base64": base64.b64encode(b"a").decode()}
    second = {"name": "b.txt", "base64": base64.b64encode(b"b").decode()}
    sent = office.respond(ANNA, {"Q": "1"}, files={"Invoice": [first]})["responseId"]
    office.respond(ANNA, {"Q": "2"}, edit=sent)
    assert _file_names(office, form) == ["a - anna.txt"]
    office.respond(ANNA, files={"Invoice": [second]}, edit=sent)
    assert _file_names(office, form) == ["b - anna.txt"]


def _file_names(office: Office, form: str) -> list[str]:
    (one,) = office.responses(form)["responses"]
    return [
        file["fileName"]
        for answer in one["answers"].values()
        for file in answer.get("fileUploadAnswers", {}).get("answers", ())
    ]


def test_uploads__a_deleted_folder_is_made_anew(office: Office) -> None:
    form = office.create()
    item = office.emulator.forms.add_upload_question(form, "Invoice")
    folder = item["questionItem"]["question"]["fileUploadQuestion"]["folderId"]
    office.emulator.files.remove(folder)
    office.respond(ANNA, files={"Invoice": [{"name": "a.txt", "base64": ""}]})
    spec = office.form(form)["items"][0]["questionItem"]["question"]["fileUploadQuestion"]
    assert spec["folderId"] != folder
    assert office.emulator.files.get(spec["folderId"]) is not None


def test_quiz__is_graded_by_its_key(office: Office) -> None:
    form = office.create()
    quiz = {"settings": {"quizSettings": {"isQuiz": True}}, "updateMask": "quizSettings"}
    office.batch(form, {"updateSettings": quiz})
    one, many = choice("One", "RADIO", "a", "b"), choice("Many", "CHECKBOX", "a", "b", "c")
    for item, points, key in ((one, 2, ["a"]), (many, 3, ["a", "b"])):
        item["questionItem"]["question"]["grading"] = {
            "pointValue": points,
            "correctAnswers": {"answers": [{"value": value} for value in key]},
            "whenRight": {"text": "Yes"},
        }
    ids = office.add(form, one, many, text("Free"))
    office.respond(ANNA, {"One": "a", "Many": ["b", "a"], "Free": "x"})
    office.respond(ANNA, {"One": "b", "Many": ["a"]})
    right, wrong = office.responses(form)["responses"]
    assert right["totalScore"] == 5
    assert right["answers"][ids[0]]["grade"] == {"score": 2, "correct": True, "feedback": {"text": "Yes"}}
    assert "grade" not in right["answers"][ids[2]]
    assert "totalScore" not in wrong
    assert [wrong["answers"][key]["grade"] for key in ids[:2]] == [{}, {}]

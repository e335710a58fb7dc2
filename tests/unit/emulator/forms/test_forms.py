"""forms.create, get, batchUpdate and setPublishSettings, by Google's client."""

from __future__ import annotations

from typing import Any

import pytest

from sheetflow.emulator.forms.service import forms_shapes
from tests.discovery import assert_fits, discovery
from tests.unit.emulator.forms.office import ANNA, OWNER, Office, asking, choice, refusal, text

BANNED = "Displayed text cannot contain newlines"


def test_messages__are_those_of_the_discovery_document() -> None:
    schemas = discovery("forms.v1")["schemas"]
    for name, fields in forms_shapes().messages.items():
        assert set(fields) == set(schemas[name].get("properties", {})), name
        for field, about in schemas[name].get("properties", {}).items():
            names = about.get("enum") or about.get("items", {}).get("enum") or []
            assert fields[field].names == frozenset(names), (name, field)
            assert bool(fields[field].lists) is (about.get("type") == "array"), (name, field)


def test_create__answers_what_google_answers(office: Office) -> None:
    made = office.api().create(body={"info": {"title": "T", "documentTitle": "In Drive"}}).execute()
    assert_fits(document="forms.v1", schema="Form", value=made)
    public = made["responderUri"].removeprefix(f"{office.root}/forms/d/e/").removesuffix("/viewform")
    assert public.startswith("1FAIpQLS")
    assert made == {
        "formId": made["formId"],
        "info": {"title": "T", "documentTitle": "In Drive"},
        "settings": {"emailCollectionType": "VERIFIED"},
        "revisionId": "00000001",
        "responderUri": made["responderUri"],
        "publishSettings": {"publishState": {"isPublished": True, "isAcceptingResponses": True}},
    }
    assert office.form(made["formId"]) == made
    file = office.emulator.files.get(made["formId"])
    assert file is not None
    assert (file.name, file.mime_type, file.owner) == ("In Drive", "application/vnd.google-apps.form", OWNER)


def test_create__a_form_without_document_title_is_untitled_in_drive(office: Office) -> None:
    assert office.form(office.create("T"))["info"] == {"title": "T", "documentTitle": "Untitled form"}


def test_create__unpublished_and_of_a_consumer_account(office: Office) -> None:
    made = office.api("a@gmail.com").create(body={"info": {"title": "T"}}, unpublished=True).execute()
    assert made["publishSettings"] == {"publishState": {}}
    assert made["settings"] == {"emailCollectionType": "DO_NOT_COLLECT"}


@pytest.mark.parametrize(
    "body",
    [
        {"info": {"title": "T", "description": "D"}},
        {"info": {"title": "T"}, "items": [text("Q")]},
        {"info": {"title": "T"}, "settings": {"quizSettings": {"isQuiz": True}}},
    ],
)
def test_create__takes_titles_only(office: Office, body: Any) -> None:
    error = refusal(office.api().create(body=body))
    assert error.status_code == 400
    assert error.reason == (
        "Only info.title can be set when creating a form. To add items and change settings, use batchUpdate."
    )


def test_get__needs_an_editor(office: Office) -> None:
    form = office.create()
    error = refusal(office.api(ANNA).get(formId=form))
    assert (error.status_code, error.reason) == (403, "The caller does not have permission")
    office.emulator.files.share(form, ANNA, "reader")
    assert refusal(office.api(ANNA).responses().list(formId=form)).status_code == 403
    office.emulator.files.share(form, ANNA, "writer")
    assert office.api(ANNA).get(formId=form).execute()["formId"] == form
    error = refusal(office.api().get(formId="nothing"))
    assert (error.status_code, error.reason) == (404, "Requested entity was not found.")


def test_get__a_form_is_gone_with_its_file(office: Office) -> None:
    form = office.create()
    office.emulator.files.remove(form)
    assert refusal(office.api().get(formId=form)).status_code == 404
    assert office.page(f"/forms/d/{form}/viewform").status_code == 404


def test_get__fields_masks_the_answer(office: Office) -> None:
    form = office.create("T")
    assert office.api().get(formId=form, fields="info(title),formId").execute() == {
        "formId": form,
        "info": {"title": "T"},
    }


def test_batch__creates_every_kind_of_item(office: Office) -> None:
    form = office.create()
    grid = {
        "grid": {"columns": {"type": "RADIO", "options": [{"value": "1"}, {"value": "2"}]}},
        "questions": [{"rowQuestion": {"title": "Speed"}}, {"rowQuestion": {"title": "Price"}}],
    }
    items = [
        text("Short", required=True, description="Help"),
        text("Long", paragraph=True),
        choice("One", "RADIO", "a", "b", other=True),
        choice("Many", "CHECKBOX", "a", "b"),
        choice("List", "DROP_DOWN", "a", "b"),
        asking("Scale", scaleQuestion={"low": 0, "high": 5, "lowLabel": "bad"}),
        asking("Rating", ratingQuestion={"iconType": "STAR", "ratingScaleLevel": 5}),
        asking("Date", dateQuestion={"includeYear": True, "includeTime": True}),
        asking("Time", timeQuestion={}),
        {"title": "Section", "pageBreakItem": {}},
        {"title": "Words", "textItem": {}},
        {"title": "Grid", "questionGroupItem": grid},
        {"title": "Picture", "imageItem": {"image": {"altText": "a cat", "properties": {"width": 100}}}},
        {"title": "Film", "videoItem": {"video": {"youtubeUri": "https://youtu.be/x"}, "caption": "c"}},
    ]
    made = [{"createItem": {"item": one, "location": {"index": i}}} for i, one in enumerate(items)]
    answer = office.batch(form, *made, includeFormInResponse=True)
    shown = office.form(form)
    assert answer["form"] == shown
    assert answer["writeControl"] == {"requiredRevisionId": shown["revisionId"]}
    assert [item["title"] for item in shown["items"]] == [item["title"] for item in items]
    replies = [reply["createItem"] for reply in answer["replies"]]
    assert [reply["itemId"] for reply in replies] == [item["itemId"] for item in shown["items"]]
    assert [len(reply.get("questionId", [])) for reply in replies] == [*[1] * 9, 0, 0, 2, 0, 0]
    # Fields at their defaults are left out, as Google does; empty messages say what kind it is.
    assert shown["items"][0]["questionItem"]["question"] == {
        "questionId": replies[0]["questionId"][0],
        "required": True,
        "textQuestion": {},
    }
    assert shown["items"][5]["questionItem"]["question"]["scaleQuestion"] == {"high": 5, "lowLabel": "bad"}
    assert all(int(reply["itemId"], 16) for reply in replies)


def test_batch__ids_may_be_chosen_and_must_be_free(office: Office) -> None:
    form = office.create()
    item = {"itemId": "0000000a", **text("Q")}
    item["questionItem"]["question"]["questionId"] = "0000000b"
    assert office.add(form, item) == ["0000000b"]
    error = office.refused(form, {"createItem": {"item": item, "location": {"index": 0}}})
    assert error.reason == "Invalid requests[0].createItem: ID is already in use: 0000000a"


def test_batch__moves_updates_and_deletes(office: Office) -> None:
    form = office.create()
    first, second, third = office.add(form, text("A"), text("B"), text("C"))
    move = {"moveItem": {"originalLocation": {"index": 2}, "newLocation": {"index": 0}}}
    assert office.batch(form, move)["replies"] == [{}]
    assert [item["title"] for item in office.form(form)["items"]] == ["C", "A", "B"]
    change = text("A!", required=True)
    office.batch(
        form,
        {
            "updateItem": {
                "item": change,
                "location": {"index": 1},
                "updateMask": "title,questionItem.question.required",
            }
        },
        {"deleteItem": {"location": {"index": 2}}},
    )
    items = office.form(form)["items"]
    assert [item["title"] for item in items] == ["C", "A!"]
    assert items[1]["questionItem"]["question"] == {"questionId": first, "required": True, "textQuestion": {}}
    assert {second, third} - {items[0]["questionItem"]["question"]["questionId"]} == {second}


def test_batch__an_item_read_and_written_back_keeps_its_ids(office: Office) -> None:
    form = office.create()
    office.add(form, choice("Pick", "RADIO", "a"))
    (item,) = office.form(form)["items"]
    changed = {**item, "title": "Choose"}
    office.batch(form, {"updateItem": {"item": changed, "location": {"index": 0}, "updateMask": "*"}})
    assert office.form(form)["items"] == [changed]
    fresh = text("Choose")
    office.batch(form, {"updateItem": {"item": fresh, "location": {"index": 0}, "updateMask": "*"}})
    (last,) = office.form(form)["items"]
    assert last["itemId"] != item["itemId"]
    assert "choiceQuestion" not in last["questionItem"]["question"]


def test_batch__setting_another_kind_clears_the_old_one(office: Office) -> None:
    form = office.create()
    (question,) = office.add(form, text("Q"))
    change = choice("Q", "RADIO", "yes")
    mask = "question_item.question.choice_question"
    office.batch(form, {"updateItem": {"item": change, "location": {"index": 0}, "updateMask": mask}})
    assert office.form(form)["items"][0]["questionItem"]["question"] == {
        "questionId": question,
        "choiceQuestion": {"type": "RADIO", "options": [{"value": "yes"}]},
    }


def test_batch__info_and_settings(office: Office) -> None:
    form = office.create("T", documentTitle="D")
    graded = text("Q")
    graded["questionItem"]["question"]["grading"] = {
        "pointValue": 2,
        "correctAnswers": {"answers": [{"value": "x"}]},
    }
    office.batch(
        form,
        {
            "updateFormInfo": {
                "info": {"title": "U", "description": "Long"},
                "updateMask": "title,description",
            }
        },
        {
            "updateSettings": {
                "settings": {"emailCollectionType": "RESPONDER_INPUT", "quizSettings": {"isQuiz": True}},
                "updateMask": "*",
            }
        },
        {"createItem": {"item": graded, "location": {"index": 0}}},
    )
    shown = office.form(form)
    assert shown["info"] == {"title": "U", "description": "Long", "documentTitle": "D"}
    assert shown["settings"] == {"emailCollectionType": "RESPONDER_INPUT", "quizSettings": {"isQuiz": True}}
    assert "grading" in shown["items"][0]["questionItem"]["question"]
    off = {"settings": {"quizSettings": {}}, "updateMask": "quizSettings.isQuiz"}
    office.batch(form, {"updateSettings": off})
    assert office.form(form)["settings"] == {"emailCollectionType": "RESPONDER_INPUT"}
    assert "grading" not in office.form(form)["items"][0]["questionItem"]["question"]


def _create(item: Any) -> Any:
    return {"createItem": {"item": item, "location": {"index": 0}}}


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (_create(text("two\nlines")), f".createItem: {BANNED}"),
        (_create(choice("C", "RADIO", "a\nb")), f".createItem: {BANNED}"),
        (
            _create(
                asking("C", choiceQuestion={"type": "RADIO", "options": [{"isOther": True, "value": "x"}]})
            ),
            ".createItem: Cannot set option.value when isOther is true",
        ),
        (_create(choice("C", "DROP_DOWN", "a", other=True)), ".createItem: Cannot set option.isOther"),
        (_create(choice("C", "RADIO")), ".createItem: A choice question must have at least one option."),
        (_create(choice("C", "RADIO", "a", "a")), ".createItem: Duplicate option: a"),
        (
            _create(asking("C", choiceQuestion={"options": [{"value": "a"}]})),
            ".createItem: The type of a choice",
        ),
        (_create(asking("S", scaleQuestion={"low": 2, "high": 5})), ".createItem: A scale goes"),
        (_create(asking("S", ratingQuestion={"iconType": "STAR", "ratingScaleLevel": 11})), "A rating needs"),
        (_create(asking("S")), "The question must have a kind."),
        (_create({"title": "none"}), "The item must have a kind."),
        (_create(asking("F", fileUploadQuestion={"folderId": "x"})), "does not support creating file upload"),
        ({"createItem": {"item": text("Q")}}, ".createItem: The location must be set."),
        ({"createItem": {"item": text("Q"), "location": {"index": 9}}}, ".createItem: The index 9 is out"),
        ({"deleteItem": {"location": {"index": 1}}}, ".deleteItem: The index 1 is out of bounds"),
        (
            {"moveItem": {"originalLocation": {"index": 0}, "newLocation": {"index": 1}}},
            ".moveItem: The index 1",
        ),
        ({"updateItem": {"item": text("Q"), "location": {"index": 0}}}, ".updateItem: At least one field"),
        (
            {"updateItem": {"item": text("Q"), "location": {"index": 0}, "updateMask": "nonsense"}},
            "Invalid field in the update mask: nonsense",
        ),
        ({"updateFormInfo": {"info": {"documentTitle": "D"}, "updateMask": "documentTitle"}}, "Drive API"),
        ({"updateFormInfo": {"info": {"title": "a\nb"}, "updateMask": "*"}}, BANNED),
        ({}, "Invalid requests[0]: No request set."),
    ],
)
def test_batch__refuses(office: Office, request_: Any, words: str) -> None:
    form = office.create()
    office.add(form, text("Q"))
    before = office.form(form)
    first = {"updateFormInfo": {"info": {"title": "changed"}, "updateMask": "title"}}
    error = office.refused(form, request_)
    assert error.status_code == 400
    assert words in error.reason
    assert office.refused(form, first, request_).status_code == 400
    assert office.form(form) == before  # all or nothing


def test_batch__a_payload_that_does_not_fit_is_told_in_googles_words(office: Office) -> None:
    form = office.create()
    error = office.refused(form, {"createItem": {"item": {"titel": "x"}}})
    assert error.reason == (
        "Invalid JSON payload received. Unknown name \"titel\" at 'requests[0].create_item.item':"
        " Cannot find field."
    )
    assert office.refused(form).reason == "Must specify at least one request."


def test_batch__write_control(office: Office) -> None:
    form = office.create()
    office.add(form, text("A"))
    now = office.form(form)["revisionId"]
    rename = {"updateFormInfo": {"info": {"title": "N"}, "updateMask": "title"}}
    answer = office.batch(form, rename, writeControl={"requiredRevisionId": now})
    assert int(answer["writeControl"]["requiredRevisionId"], 16) > int(now, 16)
    error = office.refused(form, rename, writeControl={"requiredRevisionId": now})
    assert error.status_code == 400
    office.batch(form, rename, writeControl={"targetRevisionId": now})
    assert office.refused(form, rename, writeControl={"targetRevisionId": "ffffffff"}).status_code == 400


def test_publish_settings__open_close_and_nonsense(office: Office) -> None:
    form = office.create()

    def set_to(published: bool, accepting: bool) -> Any:
        state = {"isPublished": published, "isAcceptingResponses": accepting}
        body = {"publishSettings": {"publishState": state}, "updateMask": "publish_state"}
        return office.api().setPublishSettings(formId=form, body=body)

    answer = set_to(True, False).execute()
    assert_fits(document="forms.v1", schema="SetPublishSettingsResponse", value=answer)
    assert answer == {"formId": form, "publishSettings": {"publishState": {"isPublished": True}}}
    before = office.form(form)["revisionId"]
    assert refusal(set_to(False, True)).status_code == 400
    set_to(True, True).execute()
    assert office.form(form)["publishSettings"]["publishState"]["isAcceptingResponses"]
    assert office.form(form)["revisionId"] == before  # no part of the content
    body = {"publishSettings": {"publishState": {"isPublished": True}}}
    assert refusal(office.api().setPublishSettings(formId=form, body=body)).status_code == 400


def test_forms__are_there_after_a_restart(office: Office) -> None:
    form = office.create()
    office.add(form, text("A"), choice("B", "CHECKBOX", "x"))
    office.emulator.forms.configure(form, allow_edits=True, language="ru")
    office.emulator.forms.link(form, office.spreadsheet())
    before = office.form(form)
    office.restart()
    before["responderUri"] = office.root + "/forms" + before["responderUri"].partition("/forms")[2]
    assert office.form(form) == before
    assert office.emulator.forms.form(form).options.allow_edits


def test_calls__have_the_methods_names(office: Office) -> None:
    form = office.create()
    office.add(form, text("A"))
    office.responses(form)
    office.api().watches().list(formId=form).execute()
    counts = office.emulator.calls.counts()
    assert set(counts) == {
        *("forms.create", "forms.get", "forms.batchUpdate", "forms.responses.list", "forms.watches.list")
    }

"""What differs between a declared form and one that is there, and how it is said."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sheetflow.app.form import QUESTIONS, steps
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.templates.plan import Change, Plan
from tests.unit.app.forms import TEXTS, declared, differences, form, shown


def told(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.action, change.kind, change.name) for change in changes]


@pytest.mark.parametrize("language", LANGUAGES)
def test_compare__a_form_as_declared_has_no_differences(language: str) -> None:
    wanted = declared(language)
    assert differences(wanted, shown(form(wanted))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_compare__an_empty_form_lacks_everything_in_order(language: str) -> None:
    wanted = declared(language)
    changes = differences(wanted, {"info": {"title": "x"}, "revisionId": "1"})
    by_hand = [change for change in changes if change.by_hand]
    assert [change.detail for change in by_hand] == steps(wanted.words, wanted.texts, "form-1")
    made = [change for change in changes if change.kind in ("question", "section") and not change.by_hand]
    assert len(made) == len(QUESTIONS) - 1 + 2
    places = [change.deed["requests"][0]["createItem"]["location"]["index"] for change in made]
    assert places == list(range(len(made)))
    assert [change.name for change in changes if change.kind == "form"] == [
        "title", "description", "e-mail addresses", "link to the spreadsheet",
    ]  # fmt: skip


def test_compare__an_old_form_cannot_be_published_over_the_api() -> None:
    wanted = declared()
    found = shown(form(wanted))
    del found["publishSettings"]
    assert differences(wanted, found) == []


def test_compare__a_link_to_another_spreadsheet_is_a_change() -> None:
    wanted = declared()
    (change,) = differences(wanted, shown(form(wanted), linkedSheetId="another"))
    assert (change.action, change.by_hand) == ("change", True)


def test_compare__a_form_in_another_language_is_put_into_ours_question_by_question() -> None:
    russian, english = declared("ru"), declared("en")
    found = shown(form(russian))
    for item in found["items"]:  # made again by hand: only the titles tell
        item["itemId"] = item["itemId"][::-1]
    changes = differences(english, found)
    questions = [change for change in changes if change.kind == "question"]
    assert {change.action for change in questions} == {"change"}
    assert len(questions) == len(QUESTIONS)
    sections = [change for change in changes if change.kind == "section"]
    assert {change.action for change in sections} == {"add"}


def upload(number: int, title: str) -> dict[str, Any]:
    question = {"questionId": f"0000002{number}", "fileUploadQuestion": {"folderId": "f"}}
    return {"itemId": f"0000001{number}", "title": title, "questionItem": {"question": question}}


def test_compare__of_several_uploads_the_one_under_the_title_counts() -> None:
    wanted = declared()
    found = shown(form(wanted))
    found["items"].append(upload(1, "Passport"))
    assert differences(wanted, found) == []
    ours = next(item for item in found["items"] if item["itemId"] == "00000001")
    ours["title"] = "Scan"
    (change,) = differences(wanted, found)
    assert (change.action, change.kind, change.name, change.by_hand) == ("add", "question", "Invoice", True)


def test_compare__what_stands_beside_a_question_is_people_s_own() -> None:
    wanted = declared()
    found = copy.deepcopy(shown(form(wanted)))
    by_title = {item["title"]: item for item in found["items"]}
    by_title["Currency"]["questionItem"]["question"]["choiceQuestion"]["shuffle"] = True
    by_title["Amount"]["questionItem"]["image"] = {"altText": "an invoice"}
    by_title["Amount"]["questionItem"]["question"]["grading"] = {"pointValue": 1}
    assert differences(wanted, found) == []
    by_title["Amount"]["questionItem"]["question"]["required"] = False
    (change,) = differences(wanted, found)
    update = change.deed["requests"][0]["updateItem"]
    assert update["updateMask"] == "questionItem.question.required"
    assert update["item"] == {"questionItem": {"question": {"required": True}}}


def test_compare__one_item_is_one_difference_that_tells_all_of_it() -> None:
    wanted = declared()
    found = copy.deepcopy(shown(form(wanted)))
    item = next(item for item in found["items"] if item["title"] == "Amount")
    item.update(title="Sum", description="")
    item["questionItem"]["question"] = {"questionId": item["questionItem"]["question"]["questionId"]} | {
        "timeQuestion": {}
    }
    (change,) = differences(wanted, found)
    assert told([change]) == [("change", "question", "Amount")]
    assert change.detail == (
        "it is called 'Sum'; it has no help text; it need not be answered; it asks for a time, not for a "
        "text; it is put right"
    )


def test_plan__what_is_by_hand_is_said_and_not_among_what_is_done() -> None:
    wanted = declared()
    plan = Plan(tuple(differences(wanted, {"info": {"title": TEXTS["en"]["form"]["title"]}})))
    assert len(plan.doable) == len(plan.changes) - 2
    assert [one["by_hand"] for one in plan.as_dict()["changes"] if "by_hand" in one] == [True, True]
    assert len({plan.checksum, Plan(tuple(plan.doable)).checksum}) == 2

"""What the form asks, in both languages and by any settings, and how its answers are told."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sheetflow.app.form import (
    QUESTIONS,
    REQUIRED,
    SEND,
    UPLOAD,
    fill_form,
    items,
    load_form_texts,
    question_id,
    questionnaire,
    requests,
    steps,
    tend_tab,
    upload_place,
)
from sheetflow.core.company import DEFAULTS
from sheetflow.core.intake import ASKED
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.errors import ConfigError
from sheetflow.runtime import templates_folder
from sheetflow.templates.texts import Texts
from tests.desk import words
from tests.discovery import assert_fits

FOLDER = templates_folder()
TEXTS = load_form_texts(FOLDER)


def made(language: str = "en", **settings: str) -> list[dict[str, Any]]:
    return items(words()[language], TEXTS[language], {**DEFAULTS, **settings})


def questions(language: str = "en", **settings: str) -> dict[str, Any]:
    """Question by key."""
    keys = {question_id(key): key for key in QUESTIONS}
    asked = [
        item["questionItem"]["question"] for item in made(language, **settings) if "questionItem" in item
    ]
    return {keys[question["questionId"]]: question for question in asked}


# --- ids


def test_question_id__never_changes_for_forms_that_are_out_there() -> None:
    known = {"subject": "460119b3", "amount": "5f39f2e5", "inn": "444e3a3b", "send": "2e22ec80"}
    assert {key: question_id(key) for key in known} == known


def test_question_id__is_what_forms_takes_and_nobody_elses() -> None:
    found = [item["itemId"] for item in made()] + [question_id(key) for key in QUESTIONS]
    assert all(re.fullmatch("[0-7][0-9a-f]{7}", one) for one in found)
    assert len(set(found)) == len(found)


# --- questions


def test_questions__are_all_that_an_answer_may_fill() -> None:
    assert set(QUESTIONS) == {*ASKED, SEND}


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions__stand_in_order_with_the_columns_headers_and_words_of_help(language: str) -> None:
    labels = {**words()[language].labels["columns"], "send": TEXTS[language]["titles"]["send"]}
    asked = [item for item in made(language) if "questionItem" in item]
    assert [item["title"] for item in asked] == [labels[key] for key in QUESTIONS if key != UPLOAD]
    assert all(item["description"] for item in asked)


def test_questions__need_only_what_autofill_cannot_give() -> None:
    assert {key for key, question in questions().items() if question["required"]} == REQUIRED
    assert {"subject", "amount", "currency", "pay_by"} == REQUIRED


def test_questions__choices_are_the_settings_parts() -> None:
    found = questions(departments="Sales,  IT , Sales,", categories="")
    options = found["department"]["choiceQuestion"]["options"]
    assert [option["value"] for option in options] == ["Sales", "IT"]
    assert found["currency"]["choiceQuestion"]["type"] == "DROP_DOWN"
    assert found["category"]["textQuestion"] == {"paragraph": False}
    assert found["send"]["choiceQuestion"]["type"] == "RADIO"
    assert found["pay_by"]["dateQuestion"]["includeYear"] is True
    assert found["purpose"]["textQuestion"] == {"paragraph": True}


@pytest.mark.parametrize("language", LANGUAGES)
def test_requests__are_what_google_takes(language: str) -> None:
    body = {"requests": requests(words()[language], TEXTS[language], DEFAULTS)}
    assert_fits(document="forms.v1", schema="BatchUpdateFormRequest", value=body)
    assert {
        "updateSettings": {
            "settings": {"emailCollectionType": "VERIFIED"},
            "updateMask": "emailCollectionType",
        }
    } in body["requests"]
    places = [one["createItem"]["location"]["index"] for one in body["requests"] if "createItem" in one]
    assert places == list(range(len(places)))


def test_upload_place__is_below_the_contractors_address() -> None:
    titles = [item["title"] for item in made()]
    assert titles[upload_place() - 1 : upload_place() + 1] == ["Contractor e-mail", "Comment"]


# --- making it


class FakeForms:
    """A form's owner at work (FormSchemaPort): what was done, in order."""

    def __init__(self, *, empty: bool = True) -> None:
        self.done: list[str] = []
        self.empty = empty

    def is_empty(self, form: str) -> bool:
        return self.empty

    def batch(self, form: str, requests: Sequence[Mapping[str, Any]]) -> None:
        self.done.append(f"batch {form} {len(requests)}")

    def publish(self, form: str) -> None:
        self.done.append(f"publish {form}")


def test_fill_form__opens_it_when_it_is_whole() -> None:
    port = FakeForms()
    fill_form(port, "form-1", words()["ru"], TEXTS["ru"], DEFAULTS)
    assert port.done == [f"batch form-1 {len(made('ru')) + 2}", "publish form-1"]


def test_fill_form__leaves_one_that_asks_something_as_it_is() -> None:
    port = FakeForms(empty=False)
    fill_form(port, "form-1", words()["ru"], TEXTS["ru"], DEFAULTS)
    assert port.done == ["publish form-1"]


class FakeTabs:
    """The tabs of a spreadsheet (the part of SchemaPort that is asked for)."""

    def __init__(self, **titles: int) -> None:
        self.titles, self.batches = {tab: title for title, tab in titles.items()}, []  # type: ignore[var-annotated]

    def share(self, file: str, email: str, role: str) -> None:
        raise AssertionError

    def tabs(self, spreadsheet: str) -> Mapping[int, str]:
        return self.titles

    def batch(self, spreadsheet: str, requests: Sequence[Mapping[str, Any]]) -> None:
        self.batches.append(list(requests))


def test_tend_tab__gives_it_the_registrys_name_behind_all_others_and_locks_it() -> None:
    port = FakeTabs(Answers=9, Registry=100)
    tend_tab(port, "s", 9, "Form responses", ["robot@firm.example"])
    (((shown, kept)),) = port.batches
    assert shown["updateSheetProperties"]["properties"] == {
        "sheetId": 9,
        "title": "Form responses",
        "index": 2,
    }
    assert kept["addProtectedRange"]["protectedRange"]["range"] == {"sheetId": 9}
    assert_fits(
        document="sheets.v4", schema="BatchUpdateSpreadsheetRequest", value={"requests": [shown, kept]}
    )


def test_tend_tab__takes_nobodys_name() -> None:
    port = FakeTabs(**{"Form responses 1": 9, "Form responses": 55})
    tend_tab(port, "s", 9, "Form responses", [])
    assert port.batches[0][0]["updateSheetProperties"]["properties"]["title"] == "Form responses 1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps__name_the_form_and_the_question(language: str) -> None:
    upload, link = steps(words()[language], TEXTS[language], "form-1")
    assert "https://docs.google.com/forms/d/form-1/edit" in upload
    assert words()[language].label("columns", "invoice") in upload
    assert "SF_FORM = form-1" in link
    assert "{" not in upload + link


# --- reading it


def test_questionnaire__knows_every_languages_titles_and_yes() -> None:
    asked = questionnaire(words(), TEXTS)
    assert asked.columns[question_id("inn")] == "inn"
    assert {asked.titles["invoice"], asked.titles["эл. версия счета"]} == {UPLOAD}
    assert asked.titles["инн"] == "inn"
    assert asked.yes == {TEXTS["en"]["send"]["yes"].lower(), TEXTS["ru"]["send"]["yes"].lower()}
    assert UPLOAD not in asked.columns.values()


# --- the words


def changed(tmp_path: Path, language: str, before: str, after: str) -> tuple[str, ...]:
    """The problems of the bundled words with one thing changed."""
    folder = tmp_path / "templates"
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    file = folder / language / "form.toml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(ConfigError) as broken:
        load_form_texts(folder)
    return broken.value.problems


@pytest.mark.parametrize(
    ("language", "before", "after", "problem"),
    [
        ("ru", "comment = ", "comments = ", "ru/form.toml: help.comment is missing"),
        ("ru", "comment = ", "comments = ", "ru/form.toml: help.comments is not known"),
        ("en", 'title = "Payment request"', 'title = " "', "en/form.toml: form.title is no text"),
        ("en", "SF_FORM = {form}", "SF_FORM", "ru/form.toml: steps.link names other facts"),
        ("en", "send = ", "sent = ", "en/form.toml: titles.send is missing"),
    ],
)
def test_load_form_texts__names_every_problem(
    tmp_path: Path, language: str, before: str, after: str, problem: str
) -> None:
    assert problem in changed(tmp_path, language, before, after)


def test_load_form_texts__a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as broken:
        load_form_texts(tmp_path)
    assert [problem.partition(":")[0] for problem in broken.value.problems] == [
        "en/form.toml",
        "ru/form.toml",
    ]


def test_load_form_texts__is_the_same_list_in_every_language() -> None:
    def keys(texts: Texts) -> set[str]:
        return {f"{group}.{key}" for group, entries in texts.items() for key in entries}

    assert keys(TEXTS["en"]) == keys(TEXTS["ru"])

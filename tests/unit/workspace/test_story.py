"""The story is whole: told in both languages, lawful by the rules' own check, and it ends in every status."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sheetflow.adapters.invoices import read_payment_qr
from sheetflow.app.form import REQUIRED
from sheetflow.core.rules import RULES
from sheetflow.core.rules.fields import check
from sheetflow.model.cells import Cell
from sheetflow.model.columns import REQUEST_FIELDS
from sheetflow.workflow.table import Status
from sheetflow.workspace import cast
from sheetflow.workspace.demo_papers import code_of, made
from sheetflow.workspace.frame import _WORDS
from sheetflow.workspace.story import Day, Told, address
from sheetflow.workspace.story_chapters import STORY
from sheetflow.workspace.story_requests import PAPERS, REQUESTS, SHORT
from sheetflow.workspace.story_showcase import ENDS, SHOWCASE

TODAY = date(2026, 11, 24)


def cells_of(name: str, language: str) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for key, value in REQUESTS[name].cells.items():
        if isinstance(value, Day):
            found[key] = (TODAY + timedelta(days=value.ahead)).isoformat()
        else:
            found[key] = value[language] if isinstance(value, Told) else value
    return found


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", REQUESTS)
def test_requests__can_be_submitted_but_for_the_one_that_is_wrong(name: str, language: str) -> None:
    cells = cells_of(name, language)
    assert set(cells) <= set(REQUEST_FIELDS)
    _, problems = check(cells, ("RUB",), TODAY)
    found = [(column, facts["problem"]) for _, column, facts in problems]
    assert found == ([("inn", "inn-check-digit")] if name == "gas" else [])


def test_story__is_told_in_both_languages() -> None:
    told = [chapter.title for chapter in (*STORY, SHOWCASE)]
    told += [step.says for chapter in STORY for step in chapter.steps]
    told += _WORDS.values()
    assert all(text.en and text.ru and text.en != text.ru for text in told)
    assert all(text.en.count("{}") == text.ru.count("{}") for text in told)


def test_story__people_are_of_the_cast_and_rules_of_the_register() -> None:
    known = {person["email"] for person in cast.people("en")}
    steps = [step for chapter in (*STORY, SHOWCASE) for step in chapter.steps]
    assert {address(step.who) for step in steps if step.who and not step.barred} <= known
    assert {step.put_back[1] for step in steps if step.put_back} <= set(RULES)
    assert {step.confirmed for step in steps if step.confirmed} <= {status.value for status in Status}


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", PAPERS)
def test_papers__are_readable_and_say_what_the_story_says(name: str, language: str) -> None:
    file = made(name, language)
    assert file == made(name, language)  # made again to be looked for: byte for byte
    assert file.name.endswith(".pdf")
    found = read_payment_qr(file.data, "application/pdf")
    assert found == PAPERS[name].code.get(language)
    assert bool(found) is bool(code_of(name, language)) is (name == "invoice")


def test_short__says_what_nothing_can_fill_in() -> None:
    for sample in SHORT.values():
        assert REQUIRED <= set(sample.cells) < {*REQUEST_FIELDS}


def test_showcase__ends_with_requests_in_every_status_and_one_from_the_form() -> None:
    assert set(ENDS.values()) == {status.value for status in Status}
    assert set(ENDS) == {*REQUESTS, "stand"}

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sheetflow.errors import ConfigError
from sheetflow.model.columns import SHOWN
from sheetflow.templates.actual import Actual, Sheet
from sheetflow.templates.diff import compare
from sheetflow.templates.looks import object_id
from sheetflow.templates.schema import Template, read_template
from sheetflow.templates.target import Target
from tests.discovery import assert_fits

HEADERS = {
    "state": ("id", "confirmed", "seal", *[key for key in SHOWN if key != "confirmed"]),
    "inbox": ("uuid", "at"),
    "outbox": ("id", "state"),
    "history": ("seq", "at", "hash"),
    "contractors": ("inn", "account", "since"),
    "policy": ("rule", "step1"),
    "recurring": ("name", "every", "subject"),
    "banks": ("bik", "name"),
    "bank": ("line", "decision", "result"),
}
SETTINGS = {"currencies": "RUB, USD", "vat_rates": "20 %, none", "departments": "", "company": "=1+1"}
ROWS = {
    "people": [["mia@firm.example", "Миа", "manager"], ["=IMPORTXML(1)"]],
    "settings": [["Company", "=1+1"]],
}
EMPTY = Actual("en_US", "Etc/GMT", [Sheet(0, "Sheet1", rows=1000, columns=26)])
EDITORS = {
    "system": ["robot@firm.example", "sa@x.example"],
    "admins": ["robot@firm.example", "ada@firm.example"],
    "accountants": ["robot@firm.example", "anna@firm.example"],
}


@dataclass
class Language:
    language: str
    labels: Mapping[str, Mapping[str, str]]


def language(name: str) -> Language:
    return Language(name, tomllib.loads(Path(f"sheet_templates/{name}/labels.toml").read_text("utf-8")))


@pytest.fixture(scope="module")
def template() -> Template:
    return read_template(Path("sheet_templates/payments.toml").read_text("utf-8"))


@pytest.fixture(params=["en", "ru"])
def words(request: pytest.FixtureRequest) -> Language:
    return language(request.param)


@pytest.fixture
def requests(template: Template, words: Language) -> list[dict[str, Any]]:
    return made(template, words)


def made(template: Template, words: Language, settings: Mapping[str, str] = SETTINGS) -> list[dict[str, Any]]:
    target = Target(template, words, [words], HEADERS, settings, EDITORS, "Europe/Moscow", "", ROWS)
    return [dict(request) for change in compare(target, EMPTY) for request in change.requests]


def kinds(requests: list[dict[str, Any]], name: str) -> list[Any]:
    return [request[name] for request in requests if name in request]


def test_founding__requests_are_what_google_takes(requests: list[dict[str, Any]]) -> None:
    body = {"requests": requests}
    assert_fits(document="sheets.v4", schema="BatchUpdateSpreadsheetRequest", value=body)


def test_founding__cells_hold_texts_that_are_never_formulas(requests: list[dict[str, Any]]) -> None:
    formulas = []
    for written in kinds(requests, "updateCells"):
        for row in written["rows"]:
            formulas += [
                cell["userEnteredValue"]["formulaValue"]
                for cell in row["values"]
                if "formulaValue" in cell.get("userEnteredValue", {})
            ]
    currencies = 2
    assert len(formulas) == len(SHOWN) + 1 + currencies  # the Calendar's days and sums besides
    assert all(formula.startswith("=ARRAYFORMULA(") for formula in formulas)
    assert "IMPORTXML" not in "".join(formulas)


def test_founding__ids_of_protections_and_views_are_stable_and_distinct(
    requests: list[dict[str, Any]],
) -> None:
    protections = {
        item["protectedRange"]["description"]: item["protectedRange"]["protectedRangeId"]
        for item in kinds(requests, "addProtectedRange")
    }
    views = [item["filter"]["filterViewId"] for item in kinds(requests, "addFilterView")]
    assert protections["sheetflow: registry.confirmed"] == object_id("protection", "registry", "confirmed")
    assert len({*protections.values(), *views}) == len(protections) + len(views) == 31


def test_founding__protections_name_whom_they_leave_free(template: Template) -> None:
    requests = made(template, language("en"))
    found = {}
    for item in kinds(requests, "addProtectedRange"):
        protection = item["protectedRange"]
        name = protection["description"].removeprefix("sheetflow: ")
        found[name] = "warning" if protection.get("warningOnly") else protection["editors"]["users"]
    system = ("header", *SHOWN)
    assert found == {
        "registry.id": "warning",
        **{f"registry.{key}": EDITORS["system"] for key in system},
        **dict.fromkeys(("calendar", "history", "inbox", "state", "outbox", "banks"), EDITORS["system"]),
        **dict.fromkeys(("contractors", "people", "settings", "policy"), EDITORS["admins"]),
        **dict.fromkeys(("bank.line", "bank.result"), EDITORS["system"]),
        "bank.decision": EDITORS["accountants"],
    }


def test_founding__dropdowns_offer_what_the_settings_say_and_only_mark(template: Template) -> None:
    requests = made(template, language("ru"))
    keys = [column.key for column in template.columns]
    offered = {}
    for item in kinds(requests, "setDataValidation"):
        condition = item["rule"]["condition"]
        values = [value["userEnteredValue"] for value in condition.get("values", ())]
        offered[keys[item["range"]["startColumnIndex"]]] = values or condition["type"]
        assert item["rule"].get("strict", False) is (condition["type"] == "BOOLEAN")
    assert offered == {
        "status": [
            "Черновик", "На согласовании", "Согласован к оплате", "Оплачен частично", "Оплачен", "Отказано",
            "На доработке", "Отменено",
        ],
        "currency": ["RUB", "USD"],
        "vat": ["20 %", "none"],
        "to_pay": "BOOLEAN",
    }  # fmt: skip


def test_founding__views_stand_on_what_was_confirmed(template: Template) -> None:
    requests = made(template, language("ru"))
    views = {
        item["filter"]["title"]: [
            (spec["columnIndex"], spec["filterCriteria"]["condition"]["values"][0]["userEnteredValue"])
            for spec in item["filter"]["filterSpecs"]
        ]
        for item in kinds(requests, "addFilterView")
    }
    assert views == {
        "Для бухгалтерии: согласованные": [(2, '=OR($C2="Согласован к оплате";$C2="Оплачен частично")')],
        "Сегодня": [
            (7, "=AND(ISNUMBER($H2);$H2<=TODAY())"),
            (2, '=OR($C2="Согласован к оплате";$C2="Оплачен частично")'),
        ],
        "На этой неделе": [
            (7, "=AND(ISNUMBER($H2);$H2<=TODAY()+7-WEEKDAY(TODAY();2))"),
            (2, '=OR($C2="Согласован к оплате";$C2="Оплачен частично")'),
        ],
        "В этом месяце": [
            (7, "=AND(ISNUMBER($H2);$H2<=EOMONTH(TODAY();0))"),
            (2, '=OR($C2="Согласован к оплате";$C2="Оплачен частично")'),
        ],
        "К оплате сегодня: отмеченные": [
            (23, "=$X2"),
            (2, '=OR($C2="Согласован к оплате";$C2="Оплачен частично")'),
        ],
        "Оплаченные": [(2, '=OR($C2="Оплачен";$C2="Оплачен частично")')],
        "Ждут согласования": [(2, "На согласовании")],
        "Просроченные": [
            (7, "=AND(ISNUMBER($H2);$H2<TODAY())"),
            (2, '=OR($C2="На согласовании";$C2="Согласован к оплате";$C2="Оплачен частично")'),
        ],
        "С ошибками": [(27, "=LEN($AB2)>0")],
    }


def test_founding__googles_own_tab_goes_and_peoples_stay(template: Template) -> None:
    assert kinds(made(template, language("en")), "deleteSheet") == [{"sheetId": 0}]
    used = Sheet(0, "Plan", rows=9, columns=9, cells=[[{"userEnteredValue": {"stringValue": "mine"}}]])
    target = Target(
        template, language("en"), [], HEADERS, SETTINGS, EDITORS, "Europe/Moscow", "", ROWS
    )  # fmt: skip
    changes = compare(target, Actual("en_US", "Etc/GMT", [used, Sheet(7, "Registry")]))
    requests = [dict(request) for change in changes for request in change.requests]
    assert kinds(requests, "deleteSheet") == []
    renamed = [change for change in changes if change.action == "change" and change.kind == "tab"]
    (told,) = (change.detail for change in renamed)
    assert told.endswith("; it is called 'Registry (2)', and nothing in it is touched")


def test_founding__labels_that_cannot_be_used_are_all_told(template: Template) -> None:
    words = language("en")
    labels = {group: dict(texts) for group, texts in words.labels.items()}
    del labels["tabs"]["state"], labels["statuses"]["Paid"]
    labels["columns"]["checks"] = "Comment"
    labels["columns"]["amount"] = 'Amount "net"'
    with pytest.raises(ConfigError) as caught:
        made(template, Language("en", labels), {"colour": "blue"})
    assert caught.value.problems == (
        "en/labels.toml: tabs.state: there is no label",
        "en/labels.toml: columns.checks: the same label as 'comment'",
        "en/labels.toml: statuses.Paid: there is no label",
        "en/labels.toml: settings.colour: there is no label",
        'en/labels.toml: columns.amount: a header must not hold the sign "',
    )


def test_founding__a_language_without_a_locale_is_refused(template: Template) -> None:
    with pytest.raises(ConfigError, match="there is no language 'de'"):
        made(template, Language("de", language("en").labels))

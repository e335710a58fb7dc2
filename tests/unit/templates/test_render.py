from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sheetflow.errors import ConfigError
from sheetflow.model.columns import SHOWN
from sheetflow.templates.looks import object_id
from sheetflow.templates.render import Contents, SystemTabs, render
from sheetflow.templates.schema import Template, read_template
from tests.discovery import assert_fits

SYSTEM = SystemTabs(
    {
        "state": ("id", "confirmed", "seal", *[key for key in SHOWN if key != "confirmed"]),
        "inbox": ("uuid", "at"),
        "outbox": ("id", "state"),
        "history": ("seq", "at", "hash"),
        "contractors": ("inn", "account", "since"),
        "banks": ("bik", "name"),
    },
    '{"revision":0}',
    "SF_VERSION",
    "sf_0_abc",
)
CONTENTS = Contents(
    [{"email": "mia@firm.example", "name": "Миа", "roles": "manager"}, {"email": "=IMPORTXML(1)"}],
    {"currencies": "RUB, USD", "vat_rates": "20 %, none", "departments": "", "company": "=1+1"},
)
EDITORS = {
    "system": ["robot@firm.example", "sa@x.example"],
    "admins": ["robot@firm.example", "ada@firm.example"],
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
    return render(template, words, SYSTEM, CONTENTS, EDITORS)


def kinds(requests: list[dict[str, Any]], name: str) -> list[Any]:
    return [request[name] for request in requests if name in request]


def test_render__requests_are_what_google_takes(requests: list[dict[str, Any]]) -> None:
    body = {"requests": requests}
    assert_fits(document="sheets.v4", schema="BatchUpdateSpreadsheetRequest", value=body)


def test_render__cells_hold_texts_that_are_never_formulas(requests: list[dict[str, Any]]) -> None:
    formulas = []
    for written in kinds(requests, "updateCells"):
        for row in written["rows"]:
            formulas += [
                cell["userEnteredValue"]["formulaValue"]
                for cell in row["values"]
                if "formulaValue" in cell.get("userEnteredValue", {})
            ]
    assert len(formulas) == len(SHOWN)
    assert all(formula.startswith("=ARRAYFORMULA(") for formula in formulas)
    assert "IMPORTXML" not in "".join(formulas)


def test_render__ids_of_protections_and_views_are_stable_and_distinct(requests: list[dict[str, Any]]) -> None:
    protections = {
        item["protectedRange"]["description"]: item["protectedRange"]["protectedRangeId"]
        for item in kinds(requests, "addProtectedRange")
    }
    views = [item["filter"]["filterViewId"] for item in kinds(requests, "addFilterView")]
    assert protections["sheetflow: registry.confirmed"] == object_id("protection", "registry", "confirmed")
    assert len({*protections.values(), *views}) == len(protections) + len(views) == 21


def test_render__protections_name_whom_they_leave_free(template: Template) -> None:
    requests = render(template, language("en"), SYSTEM, CONTENTS, EDITORS)
    found = {}
    for item in kinds(requests, "addProtectedRange"):
        protection = item["protectedRange"]
        name = protection["description"].removeprefix("sheetflow: ")
        found[name] = "warning" if protection.get("warningOnly") else protection["editors"]["users"]
    system = ("header", *SHOWN)
    assert found == {
        "registry.id": "warning",
        **{f"registry.{key}": EDITORS["system"] for key in system},
        **dict.fromkeys(("history", "inbox", "state", "outbox", "banks"), EDITORS["system"]),
        **dict.fromkeys(("contractors", "people", "settings"), EDITORS["admins"]),
    }


def test_render__dropdowns_offer_what_the_settings_say_and_only_mark(template: Template) -> None:
    requests = render(template, language("ru"), SYSTEM, CONTENTS, EDITORS)
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


def test_render__views_stand_on_what_was_confirmed(template: Template) -> None:
    requests = render(template, language("ru"), SYSTEM, CONTENTS, EDITORS)
    views = {
        item["filter"]["title"]: [
            (spec["columnIndex"], spec["filterCriteria"]["condition"]["values"][0]["userEnteredValue"])
            for spec in item["filter"]["filterSpecs"]
        ]
        for item in kinds(requests, "addFilterView")
    }
    assert views == {
        "Для бухгалтерии: согласованные": [(2, '=OR($C2="Согласован к оплате";$C2="Оплачен частично")')],
        "Ждут согласования": [(2, "На согласовании")],
        "Просроченные": [
            (7, "=AND(ISNUMBER($H2);$H2<TODAY())"),
            (2, '=OR($C2="На согласовании";$C2="Согласован к оплате";$C2="Оплачен частично")'),
        ],
        "С ошибками": [(27, "=LEN($AB2)>0")],
    }


def test_render__the_token_is_named_in_the_same_batch(requests: list[dict[str, Any]]) -> None:
    (named,) = kinds(requests, "addNamedRange")
    corner = {"sheetId": 111, "endRowIndex": 1, "endColumnIndex": 1}
    assert named["namedRange"] == {"namedRangeId": "sf_0_abc", "name": "SF_VERSION", "range": corner}


def test_render__labels_that_cannot_be_used_are_all_told(template: Template) -> None:
    words = language("en")
    labels = {group: dict(texts) for group, texts in words.labels.items()}
    del labels["tabs"]["state"], labels["statuses"]["Paid"]
    labels["columns"]["checks"] = "Comment"
    labels["columns"]["amount"] = 'Amount "net"'
    with pytest.raises(ConfigError) as caught:
        render(template, Language("en", labels), SYSTEM, Contents([], {"colour": "blue"}), EDITORS)
    assert caught.value.problems == (
        "en/labels.toml: tabs.state: there is no label",
        "en/labels.toml: columns.checks: the same label as 'comment'",
        "en/labels.toml: statuses.Paid: there is no label",
        "en/labels.toml: settings.colour: there is no label",
        'en/labels.toml: columns.amount: a header must not hold the sign "',
    )


def test_render__a_language_without_a_locale_is_refused(template: Template) -> None:
    with pytest.raises(ConfigError, match="there is no language 'de'"):
        render(template, Language("de", language("en").labels), SYSTEM, CONTENTS, EDITORS)

"""The sample files are what they claim: 25 requests each, the same in both languages, wrong as marked.

The organisations, their INNs and the banks' BIKs are published ones; the accounts are made up so that their
keys hold, and nobody's mail is at an .example address. The column "Expected" says "ok", or what is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sheetflow.model import requisites
from sheetflow.model.csv_requests import read_requests
from sheetflow.model.dates import parse_date
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_money

DATA = Path(__file__).parents[2] / "data"
KEYS = [
    *("subject", "contractor", "amount", "currency", "pay_by", "details", "inn", "kpp", "bik", "account"),
    *("corr_account", "purpose", "invoice_no", "invoice_date", "vat", "department", "category"),
    *("contractor_email", "expected"),
]
ENGLISH = (
    "What for|Contractor|Amount|Currency|Pay by|Details|INN|KPP|BIK|Account|Corr. account|Payment purpose|"
    "Invoice No.|Invoice date|VAT|Department|Category|Contractor e-mail|Expected"
)
RUSSIAN = (
    "За что платим|Подрядчик|Сумма счета|Валюта|Оплатить до|Реквизиты|ИНН|КПП|БИК банка|Р/С|К/С|"
    "Назначение платежа|№ счета|Дата счета|НДС|Отдел|Статья|E-mail подрядчика|Expected"
)
HEADERS = {
    header.lower(): key
    for titles in (ENGLISH, RUSSIAN)
    for header, key in zip(titles.split("|"), KEYS, strict=True)
}
WRONG_IN_THE_LEAVES = {
    "account-key": 1,
    "account-lost-digits": 1,
    "amount-not-positive": 2,
    "amount-too-large": 1,
    "currency-unknown": 1,
    "inn-check-digit": 1,
}
WRONG_BY_A_RULE = {"date-past": 1, "is-formula": 1, "required-fields": 1, "text-too-long": 1}


def sample(name: str) -> list[dict[str, str]]:
    return read_requests((DATA / name).read_text(encoding="utf-8"), HEADERS)


def account_of(row: dict[str, str]) -> str:
    if requisites.is_iban(row["account"]):
        return requisites.iban(row["account"]).value
    return requisites.account(row["account"], row["bik"]).value


CHECKS: list[Callable[[dict[str, str]], object]] = [
    lambda row: parse_money(row["amount"], row["currency"]),
    lambda row: parse_date(row["pay_by"]),
    lambda row: parse_date(row["invoice_date"]),
    lambda row: not row["inn"] or requisites.inn(row["inn"]),
    lambda row: not row["kpp"] or requisites.kpp(row["kpp"]),
    lambda row: not row["bik"] or requisites.bik(row["bik"]),
    account_of,
    lambda row: not row["corr_account"] or requisites.corr_account(row["corr_account"], row["bik"]),
]


def wrong(row: dict[str, str]) -> list[str]:
    codes = []
    for check in CHECKS:
        try:
            check(row)
        except Invalid as problem:
            codes.append(problem.code)
    return codes


@pytest.mark.parametrize("name", ["requests.csv", "requests.ru.csv"])
def test_sample__is_wrong_exactly_as_marked(name: str) -> None:
    rows = sample(name)
    marked = Counter(row["expected"] for row in rows)
    assert marked == {"ok": 14, **WRONG_IN_THE_LEAVES, **WRONG_BY_A_RULE}
    for row in rows:
        expected = [row["expected"]] if row["expected"] in WRONG_IN_THE_LEAVES else []
        assert wrong(row) == expected, row


@pytest.mark.parametrize("name", ["requests.csv", "requests.ru.csv"])
def test_sample__holds_what_the_rules_judge(name: str) -> None:
    by_code = {row["expected"]: row for row in sample(name)}
    assert parse_date(by_code["date-past"]["pay_by"]) == date(2020, 1, 15)
    assert by_code["required-fields"]["purpose"] == ""
    assert by_code["is-formula"]["subject"].startswith("=IMPORTXML(")
    assert len(by_code["text-too-long"]["subject"]) == 5_000


def test_sample__has_the_lawful_oddities() -> None:
    good = [row for row in sample("requests.csv") if row["expected"] == "ok"]
    assert any("🎉" in row["subject"] for row in good)
    assert any("\u05ea" in row["subject"] for row in good)  # Hebrew, written right to left
    assert any(row["currency"] == "rub" and row["amount"] == "12 500,00" for row in good)
    assert [requisites.inn(row["inn"]).padded for row in good if row["inn"]].count(True) == 1
    (foreign,) = [row for row in good if not row["inn"]]
    assert foreign["currency"] == "EUR"
    assert requisites.is_iban(foreign["account"])


def test_sample__is_the_same_in_both_languages() -> None:
    translated = {"subject", "details", "vat", "department", "category"}
    for english, russian in zip(sample("requests.csv"), sample("requests.ru.csv"), strict=True):
        assert english.keys() == russian.keys() == set(KEYS)
        differ = {key for key in KEYS if english[key] != russian[key]}
        assert differ <= translated, differ

"""The Approval policy tab as rules; what cannot be read makes a rule wider and lets nobody approve."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sheetflow.core.company import Company, read_company
from sheetflow.core.policy.matching import Asked, rule_for
from sheetflow.core.policy.table import Rule, Step
from sheetflow.core.policy.telling import fault_text, step_text
from sheetflow.model.cells import Cell
from tests.desk import BOTH, DIRECTOR, HEAD, PEOPLE, book
from tests.tables import parse
from tests.unit.core.outcome import staff

HEADER: list[Cell] = [
    "Rule", "Amount from", "Amount to", "Currency", "Department", "Category", "Contractor",
    "Step 1", "Step 2", "Step 3", "Step 4", "Note",
]  # fmt: skip
RUSSIAN: list[Cell] = [
    "Правило", "Сумма от", "Сумма до", "Валюта", "Отдел", "Статья", "Подрядчик", "Шаг 1", "Шаг 2", "Шаг 3",
    "Шаг 4", "Примечание",
]  # fmt: skip


def company(*rows: list[Cell], header: list[Cell] = HEADER, rates: str = "") -> Company:
    people: list[list[Cell]] = [list(row) for row in parse(PEOPLE)]
    settings: list[list[Cell]] = [["Setting", "Value"], ["rates", rates]]
    return read_company(people, settings, book(), [header, *rows])


def row(**cells: Cell) -> list[Cell]:
    keys = ("rule", "low", "high", "currency", "department", "category", "contractor", "s1", "s2", "s3", "s4")
    return [cells.get(key, "") for key in keys]


def only(**cells: Cell) -> Rule:
    (rule,) = company(row(**{"s1": "approver", **cells})).policy.rules
    return rule


def faults(**cells: Cell) -> list[str]:
    rule = only(**cells)
    assert rule.faults == () or rule.steps == ()
    return [key for key, _ in rule.faults]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("approver", Step(("role:approver",))),
        ("Директор", Step(("role:director",))),
        (HEAD.upper(), Step((HEAD,))),
        (f"any: {HEAD}, director", Step((HEAD, "role:director"))),
        (f"{HEAD}; director", Step((HEAD, "role:director"))),
        (f"Любой из: {HEAD}\nдиректор", Step((HEAD, "role:director"))),
        (f"all: {HEAD}, {BOTH}", Step((HEAD, BOTH), each=True)),
        (f"Все : {HEAD} , согласующий", Step((HEAD, "role:approver"), each=True)),
        (f"2 of: {HEAD}, {BOTH}, approver", Step((HEAD, BOTH, "role:approver"), 2)),
        (f"2 из: {HEAD}, {BOTH}", Step((HEAD, BOTH), 2)),
        ("3 of: approver", Step(("role:approver",), 3)),
    ],
)
def test_step__as_people_write_it(text: str, step: Step) -> None:
    rule = only(s1=text)
    assert (rule.faults, rule.steps) == ((), (step,))
    assert Step.of_dict(step.as_dict()) == step


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("aprover", "step-stranger"),
        ("eve@elsewhere.example", "step-stranger"),
        ("accountant", "step-role"),
        ("anna@firm.example", "step-role"),
        ("some: approver", "step-kind"),
        ("2: approver", "step-kind"),
        ("of: approver", "step-kind"),
        ("-1 of: approver", "step-kind"),
        ("0 of: approver", "step-count"),
        (f"3 of: {HEAD}, {BOTH}", "step-count"),
        (f"all: {HEAD}, {HEAD.upper()}", "step-twice"),
        (f"2 of: {HEAD}, {HEAD}, {BOTH}", "step-twice"),
        ("any:", "step-empty"),
        (",", "step-empty"),
        ("=A1", "formula"),
    ],
)
def test_step__what_cannot_be_read_is_a_fault(text: str, fault: str) -> None:
    assert fault in faults(s1=text)


def test_step__one_left_out_and_none_at_all() -> None:
    assert faults(s1="approver", s3="director") == ["step-left-out"]
    assert faults(s1="", rule="x") == ["no-step"]


def test_step__two_addresses_of_one_person_are_one() -> None:
    olga = f"{HEAD} | Olga | approver | 1 RUB | en | o@mail.example"
    people: list[list[Cell]] = [list(line) for line in parse(staff(olga))]
    found = read_company(people, [], book(), [HEADER, row(s1=f"all: {HEAD}, o@mail.example")])
    assert [key for key, _ in found.policy.rules[0].faults] == ["step-twice"]


def test_rule__every_condition() -> None:
    assert only(
        rule="large", low="500 000", high=1000000.5, currency="руб, usd", department="Sales, IT",
        category="Rent", contractor="Known", s1="approver", s2="director",
    ) == Rule(
        "large", 2, Decimal(500000), Decimal("1000000.5"), ("RUB", "USD"), ("sales", "it"), ("rent",),
        "known",
        (Step(("role:approver",)), Step(("role:director",))),
    )  # fmt: skip


def test_rule__in_russian_with_columns_in_another_order() -> None:
    header = [RUSSIAN[7], RUSSIAN[6], *RUSSIAN[:6], *RUSSIAN[8:]]
    cells: list[Cell] = ["директор", "новый", "", "0", "10"]
    (rule,) = company(cells, header=header).policy.rules
    assert rule == Rule("2", 2, Decimal(0), Decimal(10), contractor="new", steps=(Step(("role:director",)),))


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"low": "much"}, "amount"),
        ({"low": "1,234"}, "amount"),
        ({"high": "5 USD"}, "amount"),
        ({"high": "5 USD", "currency": "EUR"}, "amount"),
        ({"low": -1}, "amount"),
        ({"low": 5, "high": 4}, "amounts-crossed"),
        ({"currency": "gold"}, "currency"),
        ({"contractor": "old"}, "contractor"),
        ({"department": "=A1"}, "formula"),
    ],
)
def test_rule__a_condition_that_cannot_be_read_fits_everything(cells: dict[str, Cell], fault: str) -> None:
    assert fault in faults(**cells)
    found = company(row(s1="approver", **cells))
    one = Asked(Decimal(7), "EUR" if "currency" in cells else "RUB", "any", "any")
    assert rule_for(one, found) is found.policy.rules[0]


def test_policy__a_column_that_is_gone_lets_nobody_approve_anything() -> None:
    found = company(row(s1="approver"), header=[*HEADER[:4], "Departement", *HEADER[5:]])
    (rule,) = found.policy.rules
    assert rule.faults == (("no-column", {"policy_columns": "department"}),)
    told = fault_text(rule.faults[0], book().words["ru"])
    assert told == "на листе нет столбца Отдел; его вернет `sheetflow apply`"


def test_policy__notes_and_blank_rows_are_no_rules() -> None:
    note: list[Cell] = [*[""] * 11, "Marketing"]
    assert company().policy.rules == ()
    found = company(note, row(), row(s1="director"))
    assert [rule.row for rule in found.policy.rules] == [4]


# --- which rule fits


def asked(amount: str, currency: str = "RUB", **more: object) -> Asked:
    return Asked(Decimal(amount), currency, **more)  # type: ignore[arg-type]


def fitting(found: Company, one: Asked) -> str:
    rule = rule_for(one, found)
    return rule.name if rule else ""


def test_rule_for__the_first_that_fits_with_bounds_included() -> None:
    found = company(
        row(rule="small", high=1000, s1="approver"),
        row(rule="middle", low=1000, high=2000, s1="approver"),
        row(rule="large", low="2000.01", s1="director"),
    )
    names = [
        fitting(found, asked(amount)) for amount in ("0.01", "1000", "1000.01", "2000", "2000.005", "9999")
    ]
    assert names == ["small", "small", "middle", "middle", "", "large"]


def test_rule_for__other_currencies_by_their_rate_and_without_one_larger_than_any_bound() -> None:
    found = company(
        row(rule="small", high=1000, s1="approver"), row(rule="large", low=1000, s1="director"),
        rates="USD 100; евро 50,5",
    )  # fmt: skip
    assert [fitting(found, asked(a, "USD")) for a in ("10", "10.01")] == ["small", "large"]
    assert [fitting(found, asked(a, "EUR")) for a in ("19.80", "19.81")] == ["small", "large"]
    assert fitting(found, asked("0.01", "CNY")) == "large"


def test_rule_for__a_named_currency_is_compared_in_itself() -> None:
    found = company(row(rule="abroad", high=100, currency="USD, CNY", s1="approver"), rates="USD 100")
    names = [fitting(found, asked("100", c)) for c in ("USD", "CNY", "EUR", "RUB")]
    assert names == ["abroad", "abroad", "", ""]
    assert fitting(found, asked("100.01", "USD")) == ""


def test_rule_for__departments_categories_and_contractors() -> None:
    found = company(
        row(rule="it", department="IT, Sales", s1="approver"),
        row(rule="rent", category="Rent", contractor="new", s1="approver"),
    )
    assert fitting(found, asked("1", department="it")) == "it"
    assert fitting(found, asked("1", category="RENT")) == "rent"
    assert fitting(found, asked("1", category="rent", known=True)) == ""
    assert fitting(found, asked("1", department="Italy")) == ""


def test_step_text__is_what_the_tab_would_say() -> None:
    found, words = company(), book().words
    steps = [
        Step((HEAD,)),
        Step((HEAD, "role:director")),
        Step((HEAD, DIRECTOR), each=True),
        Step((HEAD, BOTH), 2),
    ]
    assert [step_text(step, found.people, words["en"]) for step in steps] == [
        "Olga", "any: Olga, director", "all: Olga, Dora", "2 of: Olga, Boris",
    ]  # fmt: skip
    assert step_text(steps[1], found.people, words["ru"]) == "любой: Olga, директор"

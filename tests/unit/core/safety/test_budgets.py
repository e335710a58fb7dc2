from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sheetflow.core.company import read_company
from sheetflow.core.safety.budgets import read_budgets
from sheetflow.model.cells import Cell
from sheetflow.model.dates import to_serial
from sheetflow.model.money import Money
from tests.desk import DIRECTOR, HEAD, MIA, Desk, book
from tests.unit.core.outcome import request_of

BUDGETS = "Реклама 3 000 RUB; Rent: 5000 EUR; Travel 100,50"


def spend(desk: Desk, amount: float, day: str = "2027-04-23", category: str = "реклама", **more: Cell) -> str:
    cells: Any = {
        "amount": amount,
        "pay_by": to_serial(date.fromisoformat(day)),
        "category": category,
        **more,
    }
    return desk.submitted(MIA, **cells)


def test_read_budgets__numbers_as_people_write_them() -> None:
    problems: list[str] = []
    found = read_budgets(BUDGETS, "RUB", problems)
    assert {key: budget.limit for key, budget in found.items()} == {
        "реклама": Money(Decimal(3000), "RUB"),
        "rent": Money(Decimal(5000), "EUR"),
        "travel": Money(Decimal("100.50"), "RUB"),
    }
    assert problems == []


@pytest.mark.parametrize("text", ["Rent", "5000 RUB", "Rent 5000 XXZ", "Rent -5 RUB"])
def test_read_budgets__what_cannot_be_read_is_said(text: str) -> None:
    problems: list[str] = []
    found = read_budgets(f"{text}; Ads 5 RUB", "RUB", problems)
    assert set(found) == {"ads"}
    assert len(problems) == 1


def test_over_budget__counts_the_month_of_pay_by_and_what_was_not_given_up() -> None:
    desk = Desk(settings={"budgets": BUDGETS})
    first = spend(desk, 2000)
    spend(desk, 900, "2027-05-01")
    spend(desk, 900, category="Rent", currency="RUB")
    assert "budget" not in desk.cautions(spend(desk, 1000, "2027-04-30"))
    over = spend(desk, 0.5, "2027-04-01")
    facts = dict(request_of(desk, over).cautions)["over-budget"]
    assert {key: fact.replace("\N{NO-BREAK SPACE}", " ") for key, fact in facts.items()} == {
        "budget_category": "Реклама", "month": "04.2027", "whole": "3 000.50 RUB", "limit": "3 000.00 RUB",
        "over": "0.50 RUB",
    }  # fmt: skip
    assert "Реклама" in desk.cautions(over)
    desk.run(desk.act(HEAD, first, "reject", comment="no"))
    assert "budget" not in desk.cautions(spend(desk, 10))


def test_over_budget__another_currency_is_said_to_be_beyond_it() -> None:
    desk = Desk(settings={"budgets": BUDGETS})
    rid = spend(desk, 1, currency="EUR")
    assert "kept in RUB" in desk.cautions(rid)


def test_over_budget__warns_and_no_more() -> None:
    desk = Desk(settings={"budgets": BUDGETS})
    rid = spend(desk, 4000)
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Approved"


@pytest.mark.parametrize("who", ["director", DIRECTOR])
def test_over_budget__a_further_step_by_setting(who: str) -> None:
    desk = Desk(settings={"budgets": BUDGETS, "budget_over": who})
    rid = spend(desk, 4000)
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    desk.status(DIRECTOR, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    within = spend(desk, 1, "2027-06-01")
    desk.status(HEAD, within, "Approved")
    desk.run()
    assert desk.accepted(within) == "Approved"


def test_settings__what_cannot_be_read_is_said_and_the_stricter_counts() -> None:
    desk = Desk()
    rows: list[list[Cell]] = [
        ["", ""], ["Duplicates", "perhaps"], ["Days between like payments", "soon"],
        ["Who may approve a duplicate", "manager"], ["Over budget", "eve@elsewhere.example"],
    ]  # fmt: skip
    company = read_company(desk.sheet.people, rows, book())
    assert company.safety.block
    assert company.safety.duplicate_days == 14
    assert [str(role) for role in company.safety.override] == ["director"]
    assert company.safety.budget_over == "eve@elsewhere.example"  # whom nobody can be: nobody approves it
    assert len(company.problems) == 4

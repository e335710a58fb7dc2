"""Rules of what an accountant chooses for a line of a statement, each by itself."""

from __future__ import annotations

from decimal import Decimal

from sheetflow.core.rules.bank import LINE_RULES, LineCase, accountant_settles_lines
from sheetflow.core.rules.case import rule_id
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Request
from tests.banks import numbered_account


def asked(rule: str, *, is_open: bool = True, word: str = "past", **more: str) -> bool:
    """Whether a rule lets a choice pass; `more`: cells of the request that was chosen."""
    line = {"amount": "500.00", "currency": "RUB", "payee_account": numbered_account(1)}
    due = Decimal(more.pop("due", "600"))
    chosen = Request("PR-000001", cells={"currency": "RUB", **more}) if more else None
    (ask,) = (one for one in LINE_RULES if rule_id(one) == rule)
    return ask(LineCase(line, chosen, due, is_open=is_open, word=word)) is None


def test_known_decision__past_the_registry_is_one() -> None:
    assert asked("known-decision")
    assert asked("known-decision", word="", account="1"), "a request was chosen"


def test_known_decision__any_other_text_is_none() -> None:
    assert not asked("known-decision", word="")


def test_line_counts_once__the_first_decision() -> None:
    assert asked("line-counts-once")
    assert not asked("line-counts-once", is_open=False)


def test_line_pays_its_payee__the_account_with_blanks() -> None:
    account = numbered_account(1)
    assert asked("line-pays-its-payee", account=f"{account[:5]} {account[5:]}")
    assert not asked("line-pays-its-payee", account=account, currency="USD")
    assert not asked("line-pays-its-payee", account="")


def test_line_fits_what_is_due__a_part() -> None:
    assert asked("line-fits-what-is-due", account="1")
    assert not asked("line-fits-what-is-due", account="1", due="499.99")


def settles(*roles: Role) -> bool:
    person = Person("a@x.example", "A", frozenset(roles))
    return accountant_settles_lines(LineCase({}, None, Decimal(0), is_open=True, person=person)) is None


def test_accountant_settles_lines__an_accountant() -> None:
    assert settles(Role.ACCOUNTANT)


def test_accountant_settles_lines__nobody_else() -> None:
    assert not settles(Role.DIRECTOR, Role.ADMIN, Role.APPROVER)

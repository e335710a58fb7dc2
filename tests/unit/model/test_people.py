from __future__ import annotations

from decimal import Decimal

import pytest

from sheetflow.model.people import People, Person, Role

OLGA = Person(
    "olga@firm.example",
    "Olga",
    frozenset({Role.APPROVER}),
    {"RUB": Decimal(100), "EUR": Decimal(5)},
    aliases=frozenset({"olga@home.example"}),
)
DORA = Person("dora@firm.example", "", frozenset({Role.DIRECTOR, Role.MANAGER}))
PEOPLE = People([OLGA, DORA])


@pytest.mark.parametrize("address", ["olga@firm.example", " OLGA@Firm.Example ", "Olga@home.example"])
def test_find__by_any_address_in_any_case(address: str) -> None:
    assert PEOPLE.find(address) is OLGA


@pytest.mark.parametrize("address", ["", " ", "eve@firm.example", "olga", "olga@firm.example.evil.example"])
def test_find__nobody_else(address: str) -> None:
    assert PEOPLE.find(address) is None


def test_find__an_address_of_two_belongs_to_the_first() -> None:
    twice = People([OLGA, Person("olga@home.example", "Eve", frozenset({Role.DIRECTOR}))])
    assert twice.find("olga@home.example") is OLGA


def test_with_role__anybody_with_any_of_them() -> None:
    assert PEOPLE.with_role(Role.APPROVER, Role.DIRECTOR) == [OLGA, DORA]
    assert PEOPLE.with_role(Role.ACCOUNTANT) == []
    assert PEOPLE.with_role() == []


def test_name__or_the_address_itself() -> None:
    assert PEOPLE.name("olga@home.example") == "Olga"
    assert PEOPLE.name("dora@firm.example") == "dora@firm.example"
    assert PEOPLE.name("eve@firm.example") == "eve@firm.example"


@pytest.mark.parametrize(
    ("amount", "currency", "covered"),
    [
        ("100", "RUB", True),
        ("100.01", "RUB", False),
        ("5", "EUR", True),
        ("5.01", "EUR", False),
        ("1", "USD", False),
    ],
)
def test_covers__up_to_the_limit_of_that_currency(amount: str, currency: str, covered: bool) -> None:
    assert OLGA.covers(Decimal(amount), currency) is covered


def test_covers__a_director_anything_and_a_limit_without_the_role_nothing() -> None:
    assert DORA.covers(Decimal(10) ** 12, "KWD")
    clerk = Person("a@firm.example", "A", frozenset({Role.ACCOUNTANT, Role.ADMIN}), {"RUB": Decimal(100)})
    assert not clerk.covers(Decimal(1), "RUB")

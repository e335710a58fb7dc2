"""What is wrong with a policy: told exactly, held against trying everything."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetflow.core.company import Company, read_company
from sheetflow.core.policy.boxes import OTHERS, Space
from sheetflow.core.policy.findings import findings
from sheetflow.core.policy.matching import Asked, rule_for
from sheetflow.model.cells import Cell
from tests.desk import BOTH, DIRECTOR, HEAD, MIA, START, book
from tests.tables import parse
from tests.unit.core.outcome import staff
from tests.unit.core.policy.test_table import HEADER, row


def company(*rows: list[Cell], people: str = "", **options: str) -> Company:
    chosen: list[list[Cell]] = [["Setting", "Value"], *[list[Cell](one) for one in options.items()]]
    staffed: list[list[Cell]] = [list(line) for line in parse(people or staff())]
    return read_company(staffed, chosen, book(), [HEADER, *rows])


def found(there: Company) -> list[tuple[str, str]]:
    return [(one.key, one.rule) for one in findings(there, START)]


RUB = {"currencies": "RUB"}


def test_findings__none_without_rules_and_none_where_all_is_well() -> None:
    assert found(company()) == []
    well = company(
        row(rule="small", high=1000, s1="approver"), row(rule="large", s1="approver", s2="director"), **RUB
    )
    assert found(well) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(rule="a", s1="nobody")], [("unread", "a")]),
        ([row(rule="a", s1="approver"), row(rule="b", s1="director")], [("conflict", "b")]),
        ([row(rule="a", s1="approver"), row(rule="b", s1="approver")], [("repeated", "b")]),
        (
            [
                row(rule="a", high=10, s1="approver"), row(rule="b", low=10, s1="approver"),
                row(rule="c", low=5, high=20, department="it", s1="director"),
            ],
            [("unreachable", "c")],
        ),
        (
            [row(rule="a", s1="2 of: director"), row(s1="approver", low=1)],
            [("unreachable", "3"), ("too-few", "a")],
        ),
        ([row(rule="a", s1=f"all: {HEAD}, {BOTH}", s2=HEAD)], [("too-few", "a")]),
        ([row(rule="a", high=10, s1="approver")], [("gap", "")]),
        ([row(rule="a", s1=BOTH)], [("own-requests", "a"), ("limit-part", "a")]),
        ([row(rule="a", low=500_001, s1=HEAD), row(s1="approver", s2="director")], [("limit-none", "a")]),
        ([row(rule="a", department="it", s1="director"), row(s1="director")], []),
    ],
)  # fmt: skip
def test_findings__each_kind(rows: list[list[Cell]], expected: list[tuple[str, str]]) -> None:
    assert found(company(*rows, **RUB)) == expected


def test_findings__names_and_rates_that_the_settings_lack() -> None:
    there = company(
        row(rule="a", high=5, department="It, Salse", s1="director"), row(s1="director"),
        departments="IT, Sales", currencies="RUB, USD, CNY", rates="USD 90",
    )  # fmt: skip
    assert found(there) == [("unlisted", "a"), ("no-rate", "")]
    told = [one.says(book().words["en"], Space(there)) for one in findings(there, START)]
    assert told[0].startswith("Rule a, Department: salse does not stand on the list")
    assert "no rate for CNY" in told[1]


@pytest.mark.parametrize(
    ("absent", "key"),
    [
        ("2026-11-24: mia@firm.example", "substitute-role"),
        ("2026-11-24: gone@firm.example", "substitute-role"),
        (f"2026-11-24: {HEAD}", "substitute-self"),
        (f"2026-11-24: {DIRECTOR}", "substitute-away"),
        (f"2026-11-24: {BOTH}", ""),
        ("2026-11-23: mia@firm.example", ""),
        ("2026-11-24", ""),
    ],
)
def test_findings__substitutes_who_cannot_stand_in(absent: str, key: str) -> None:
    people = staff(
        "E-mail | Name | Roles | Limit | Language | Other addresses | Absent",
        f"{HEAD} | Olga | approver | 500000 RUB | en | | {absent}",
        f"{DIRECTOR} | Dora | director | | en | | 20.11.2026–25.11.2026",
    )
    lines = people.splitlines()
    lines.insert(0, lines.pop(next(n for n, line in enumerate(lines) if "Absent" in line)))
    there = company(row(s1="approver", s2="director"), people="\n".join(lines[:1] + lines[2:]), **RUB)
    assert [name for name, _ in found(there)] == ([key] if key else [])


amounts = st.none() | st.integers(1, 6).map(lambda n: n * 50)
rules = st.builds(
    row,
    low=amounts.map(lambda n: n or ""),
    high=amounts.map(lambda n: n or ""),
    currency=st.sampled_from(["", "", "RUB", "USD", "USD, EUR"]),
    department=st.sampled_from(["", "", "it", "it, sales"]),
    category=st.sampled_from(["", "", "rent"]),
    contractor=st.sampled_from(["", "", "new", "known"]),
    s1=st.just("director"),
)
POINTS = [
    Asked(Decimal(amount) / 100, *others)
    for amount, others in itertools.product(
        sorted({n * 2500 + d for n in range(15) for d in (-1, 0, 1)}),
        itertools.product(("RUB", "USD", "EUR"), ("it", "sales", OTHERS), ("rent", OTHERS), (True, False)),
    )
    if amount > 0
]  # fmt: skip
"""Every kind of request that these rules can tell apart: USD is two roubles, EUR has no rate."""


@given(st.lists(rules, min_size=1, max_size=5))
@settings(max_examples=25, deadline=None)
def test_findings__unreachable_rules_and_gaps_are_exactly_those_that_trying_everything_finds(
    rows: list[list[Cell]],
) -> None:
    there = company(*rows, currencies="RUB, USD, EUR", rates="USD 2")
    hits = {rule.row if (rule := rule_for(point, there)) else 0 for point in POINTS}
    never = {"conflict", "repeated", "unreachable", "fits-nothing"}
    dead = {one.rule for one in findings(there, START) if one.key in never}
    sound = {rule.name for rule in there.policy.rules if not rule.faults}
    assert dead & sound == {rule.name for rule in there.policy.rules if rule.row not in hits} & sound
    assert any(one.key == "gap" for one in findings(there, START)) == (0 in hits)


def test_own_requests__only_of_people_who_may_ask() -> None:
    there = company(row(rule="a", s1=f"all: {HEAD}, {DIRECTOR}"), **RUB)
    assert found(there) == []
    assert MIA not in str(findings(there, START))

"""Rows as text tables: what becomes of each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sheetflow.core.company import read_company
from sheetflow.core.migration.known import Known, known_of, row_key, sift
from sheetflow.core.migration.names import find_person
from sheetflow.core.migration.rows import Judged, judge_rows
from sheetflow.core.migration.table import Found, Table
from sheetflow.model.cells import Cell
from sheetflow.model.events import Event
from tests import tables
from tests.desk import MIA, PEOPLE, START, book
from tests.unit.core.migration.test_cleaning import WORDS

COMPANY = read_company(
    [list(row) for row in tables.parse(PEOPLE)],
    [["Setting", "Value"], ["departments", "Sales"], ["vat_rates", "20 %, none"]],
    book(),
)
KEYS = (
    "contractor", "amount", "status", "currency", "inn", "invoice_no", "paid", "paid_on", "requester",
    "department",
    "payment_order", "bik", "purpose", "kpp",
)  # fmt: skip


def judged(*rows: dict[str, Any]) -> list[Judged]:
    """Judge rows; each says what it says besides a contractor and an amount."""
    lines = []
    for row in rows:
        cells = {"contractor": "Rose", "amount": 100, **row}
        lines.append([Found(v, str(v)) if (v := cells.get(key)) is not None else Found() for key in KEYS])
    titles = [Found(key, key) for key in KEYS]
    places = {key: place for place, key in enumerate(KEYS)}
    return judge_rows(Table("a", "f" * 64, "", [titles, *lines]), 2, places, WORDS, COMPANY)


def one(**row: Any) -> Judged:
    return judged(row)[0]


def codes(found: Judged) -> list[str]:
    return [remark.code for remark in found.remarks]


@pytest.mark.parametrize(
    ("row", "status", "paid"),
    [
        ({}, "Draft", 0), ({"status": "paid"}, "Paid", 100), ({"paid": 100}, "Paid", 100),
        ({"paid": "yes"}, "Paid", 100),
        ({"status": "paid", "paid": "100,00"}, "Paid", 100), ({"status": "rejected"}, "Rejected", 0),
        ({"status": "void"}, "Cancelled", 0), ({"status": "approved"}, "Draft", 0),
        ({"status": "rework"}, "Draft", 0),
        ({"paid": 0}, "Draft", 0), ({"status": "open", "paid": "no"}, "Draft", 0),
    ],
)  # fmt: skip
def test_judge__what_a_request_becomes(row: dict[str, Any], status: str, paid: int) -> None:
    found = one(**row)
    assert found.entry is not None, found
    assert (found.entry.status, found.entry.paid) == (status, Decimal(paid))
    assert ("became-draft" in codes(found)) is (row.get("status") in ("approved", "rework"))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"status": "partly paid"}, "part-paid"), ({"paid": 40}, "part-paid"),
        ({"status": "paid", "paid": 40}, "paid-differs"), ({"status": "paid", "paid": "no"}, "paid-differs"),
        ({"status": "open", "paid": 100}, "open-but-paid"),
        ({"status": "rejected", "paid": 40}, "open-but-paid"),
        ({"status": "open", "paid_on": "01.02.2026"}, "open-but-paid"),
        ({"status": "paid", "amount": None}, "closed-needs"),
        ({"status": "void", "contractor": None}, "closed-needs"),
        ({"contractor": None, "department": "Sales"}, "says-too-little"),
        ({"purpose": "=1+1"}, "is-formula"), ({"purpose": "a¦b"}, "text-has-seal-sign"),
    ],
)  # fmt: skip
def test_judge__contradictions_are_refused(row: dict[str, Any], code: str) -> None:
    found = one(**row)
    assert found.outcome == "refused"
    assert code in codes(found)


def test_judge__all_reasons_are_told_at_once() -> None:
    assert codes(one(amount="1,234", inn="123", status="?x")) == [
        "amount-ambiguous", "status-unknown", "inn-length",
    ]  # fmt: skip


def test_judge__currency_assumed_written_or_contradicted() -> None:
    assumed, written = one(), one(amount="€5")
    assert assumed.entry is not None
    assert written.entry is not None
    assert (assumed.entry.cells["currency"], codes(assumed)) == ("RUB", ["currency-assumed"])
    assert (written.entry.cells["currency"], codes(written)) == ("EUR", [])
    assert codes(one(amount="€5", currency="USD")) == ["amount-other-currency"]
    assert "currency-not-listed" in codes(one(currency="GBP"))


def test_judge__inn_and_kpp_in_one_cell() -> None:
    found = one(inn="7707083893/773601001")
    assert found.entry is not None
    assert (found.entry.cells["inn"], found.entry.cells["kpp"]) == ("7707083893", "773601001")


def test_judge__accountants_columns_of_open_requests_stay_out() -> None:
    draft, paid = (
        one(payment_order="https://x.example/1"),
        one(payment_order="https://x.example/1", paid="yes"),
    )
    assert draft.entry is not None
    assert paid.entry is not None
    assert "payment_order" not in draft.entry.cells
    assert "accountants-left-out" in codes(draft)
    assert paid.entry.cells["payment_order"] == "https://x.example/1"


def test_judge__whose_it_is() -> None:
    mine, nobody, head = one(requester="mia"), one(requester="Bob"), one(requester="Olga")
    assert [found.entry.requester for found in (mine, nobody, head) if found.entry] == [MIA, "", ""]
    assert "requester-unknown" in codes(nobody)
    assert "requester-no-manager" in codes(head)
    assert nobody.entry is not None
    assert nobody.entry.more["requester"] == "Bob"


def test_find_person__by_name_in_any_order_or_by_initials() -> None:
    rows = [
        ["E-mail", "Name"],
        ["a@x.example", "Ivan Petrov"],
        ["b@x.example", "Igor Petrov"],
        ["c@x.example", "Anna Lee Smith"],
    ]
    people = read_company(rows, [["Setting", "Value"]], book()).people
    found = {
        text: find_person(text, people)
        for text in ("petrov ivan", "Petrov I.", "Smith A.L.", "Smith", "a@x.example", "Lee B.")
    }
    assert {text: person.email for text, person in found.items() if person} == {
        "petrov ivan": "a@x.example", "Smith A.L.": "c@x.example", "a@x.example": "a@x.example",
    }  # fmt: skip


def test_sift__what_stands_twice() -> None:
    rows = judged(
        {"invoice_no": "A-1"}, {"invoice_no": "a 1"}, {}, {}, {"invoice_no": "A-1", "status": "void"},
        {"invoice_no": "7"},
    )  # fmt: skip
    known = Known(payments={("rose", "7", "100", "RUB"): "PR-000009"})
    sift(rows, "f" * 64, known)
    assert [found.outcome for found in rows] == [
        "import",
        "refused",
        "import",
        "refused",
        "import",
        "refused",
    ]
    assert [codes(found) for found in rows if found.outcome == "refused"] == [
        ["duplicate-row"], ["duplicate-row"], ["duplicate-request"],
    ]  # fmt: skip
    assert rows[1].remarks[0].facts == {"row": "2"}


def test_known_of__rows_and_what_they_said() -> None:
    (row,) = judged({})
    assert row.entry is not None
    data: dict[str, Cell] = {"digest": row.entry.digest}
    event = Event(
        1, START, "PR-000001", "RequestImported", "system", "import", data, row_key("a" * 64, 7), "h"
    )
    known = known_of([event], [])
    sift([row], "f" * 64, known)
    assert (row.outcome, row.request) == ("known", "PR-000001")

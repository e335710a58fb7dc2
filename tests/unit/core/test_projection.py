from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetflow.core.company import read_company
from sheetflow.core.projection import (
    CONFIRMED,
    DATA,
    DUE,
    FIRST_INPUT,
    HISTORY,
    PAID,
    SEAL,
    WIDTH,
    due,
    fingerprint,
    from_row,
    last_seq_of,
    seal_text,
    to_row,
)  # fmt: skip
from sheetflow.errors import ConfigError
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import INPUTS, SEALED
from sheetflow.model.request import Hold, Loose, Note, Request, Reversal, Said
from sheetflow.workflow.table import Status
from tests.desk import ANNA, GOOD, HEAD, MIA, START, Desk, book

DESK = Desk()
COMPANY = read_company(DESK.sheet.people, DESK.sheet.settings, DESK.book)


def row_of(request: Request, language: str = "en", last_seq: int = 0) -> list[Cell]:
    return to_row(request, COMPANY, book(language), last_seq, 105)


FULL = Request(
    id="PR-000002",
    status="Part-paid",
    requester=MIA,
    cells=dict(GOOD) | {"to_pay": True, "comment": "line\nline"},
    approver=HEAD,
    fingerprint="f" * 64,
    paid=Decimal("30.10"),
    updated=START,
    submitted=True,
    notes={ANNA: Note(START, "30.10")},
    hold=Hold("Returned", ANNA, START, START + timedelta(minutes=10), "comment-required", "u1"),
    loose={"inn": Loose("sha256:x", START)},
    unsigned={"inn", "account"},
    problems=[("valid-fields", "inn", {"problem": "inn-length", "length": "3"})],
    noted={"status": "right-role"},
    reversal=Reversal(ANNA, START, "bounced"),
    bank_file="pay.txt",
    moved=START,
    bounced=["m1"],
    links={"n1": "u1"},
    deleted=START,
    response="r1@2026-11-24T09:00:00+00:00",
    answers={"inn": "0a1b2c3d"},
    filing=["invoice/letter1"],
    files=[{"id": "f1", "name": "invoice.pdf", "sha256": "ab", "column": "invoice"}],
    qr={"inn": "7707083893", "amount": 12500.5},
    filled=["kpp"],
    cautions=[("qr-differs", {"columns": "amount"})],
    policy={"rule": "large", "steps": [{"need": 1, "of": ["role:approver"]}]},
    approvals=[{"by": HEAD, "at": "2026-11-24T09:00:00.000Z", "step": 1, "as": "role:approver"}],
    safety={"held": {"caution": "details-changed", "by": [ANNA], "phones": []}},
    payee_by=[ANNA],
    moved_by=HEAD,
    said=[Said(ANNA, START, "@mia which account?", (MIA,))],
    escalated=START,
    undelivered=[{"at": "2026-11-24T09:00:00.000Z", "to": MIA, "template": "paid"}],
    respondent="eve@elsewhere.example",
    recurring={"name": "Rent", "due": "2026-12-31", "at": "2026-11-24T09:00:00.000Z"},
    order={"file": "pay.txt", "number": "7"},
    banked=["0a1b"],
    seen=Decimal("30.10"),
    approved=START,
    tasks={HEAD: "decide"},
)

# --- round trip


def test_from_row__every_field_comes_back() -> None:
    for field in fields(Request):
        if (
            field.name == "archived"
        ):  # of such a one a trace is kept, no more: tests/unit/core/test_archived.py
            continue
        # each differs from its default, so that a forgotten one is seen
        assert getattr(FULL, field.name) != getattr(Request(""), field.name), field.name
    assert from_row(row_of(FULL)) == FULL


def test_from_row__a_new_request_comes_back() -> None:
    assert from_row(row_of(Request("PR-000002"))) == Request("PR-000002")


def test_from_row__from_a_row_whose_blank_end_the_sheet_leaves_out() -> None:
    row = row_of(Request("PR-000002", cells={"subject": "x"}))
    while row and row[-1] == "":
        row.pop()
    assert from_row(row).cells == {"subject": "x"}


@pytest.mark.parametrize("data", ["", "{", "17", "[]", "null"])
def test_from_row__where_somebody_else_wrote(data: str) -> None:
    row = row_of(FULL)
    row[DATA] = data
    with pytest.raises(ConfigError, match="PR-000002"):
        from_row(row)


moments = st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
texts = st.text(max_size=12)
filled = st.text(min_size=1, max_size=12)
cells = st.one_of(
    filled, st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False), st.just(True)
)
requests = st.builds(
    Request,
    id=filled,
    status=st.sampled_from([status.value for status in Status]),
    requester=texts,
    cells=st.dictionaries(st.sampled_from(INPUTS), cells),
    approver=texts,
    fingerprint=texts,
    paid=st.decimals(0, 10**9, places=2).filter(lambda d: d != 0) | st.just(Decimal(0)),
    updated=st.none() | moments,
    submitted=st.booleans(),
    notes=st.dictionaries(texts, st.builds(Note, moments, texts)),
    hold=st.none() | st.builds(Hold, texts, texts, moments, moments, st.just("comment-required"), texts),
    loose=st.dictionaries(texts, st.builds(Loose, texts, moments)),
    unsigned=st.sets(texts),
    noted=st.dictionaries(texts, texts),
    reversal=st.none() | st.builds(Reversal, texts, moments, texts),
    bank_file=texts,
    links=st.dictionaries(texts, texts),
    deleted=st.none() | moments,
)


@given(requests)
@settings(deadline=None)
def test_from_row__whatever_a_request_holds_comes_back(request: Request) -> None:
    row = row_of(request)
    assert len(row) == WIDTH
    assert from_row(json.loads(json.dumps(row))) == request
    assert row_of(from_row(row)) == row


# --- what is shown


def test_to_row__shows_names_labels_and_the_link_to_its_last_event() -> None:
    row = row_of(FULL, last_seq=41)
    assert row[CONFIRMED] == "Part-paid"
    assert row[4:6] == ["Mia", "Olga"]
    assert row[6] == pytest.approx(46350.375)
    assert row[PAID] == 30.1
    assert str(row[HISTORY]).endswith("#gid=105&range=A42")
    assert last_seq_of(row) == 41
    assert row_of(FULL, "ru")[CONFIRMED] == "Оплачен частично"


def test_last_seq_of__a_request_without_history() -> None:
    assert last_seq_of(row_of(Request("PR-000002"))) == 0
    assert last_seq_of(None) == 0


def test_to_row__checks_name_everything_that_is_open() -> None:
    checks = str(row_of(FULL)[3])
    assert "The INN has 3 digits" in checks
    assert "Returned waits until 09:10: add a comment" in checks
    assert "bounced" in checks
    assert "Nobody is known to have typed Account, INN" in checks
    assert "{" not in checks


# --- when to look again

EARLY = START - timedelta(days=60)
DUES: list[tuple[str, Callable[[], Request], datetime | None]] = [
    ("nothing", lambda: Request("x"), None),
    ("loose", lambda: Request("x", loose={"inn": Loose("d", EARLY)}), EARLY + timedelta(seconds=60)),
    ("hold", lambda: Request("x", hold=FULL.hold), START + timedelta(minutes=10)),
    ("deleted", lambda: Request("x", deleted=EARLY), EARLY + timedelta(days=30)),
    ("the first of several", lambda: FULL, START + timedelta(seconds=60)),
]


@pytest.mark.parametrize(
    ("case", "make", "at"), DUES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_due__the_next_moment_that_changes_something(
    case: str, make: Callable[[], Request], at: datetime | None
) -> None:
    expected = at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else ""
    assert due(make(), COMPANY.settings) == expected
    assert row_of(make())[DUE] == expected


# --- the seal and the fingerprint


def test_seal_text__joins_the_sealed_cells_and_nothing_else() -> None:
    assert seal_text(GOOD, comma=False) == (
        "ООО «Ромашка»¦12500500¦RUB¦7707083893¦773601001¦049805746¦40602810700000000025¦"
        "¦Payment for paper, invoice 17¦20 %¦"
    )
    assert row_of(FULL)[SEAL] == seal_text(GOOD, comma=False)


@pytest.mark.parametrize(
    ("amount", "thousandths"),
    [
        (1, "1000"),
        (0.1, "100"),
        (12500.5, "12500500"),
        (0.0005, "1"),
        ("", "0"),
        ("much", "?"),
        ("7", "7000"),
    ],
)
def test_seal_text__the_amount_in_thousandths(amount: Cell, thousandths: str) -> None:
    assert seal_text({"amount": amount}, comma=False).split("¦")[1] == thousandths


def test_seal_text__other_numbers_as_the_locale_writes_them() -> None:
    assert seal_text({"vat": 0.2}, comma=True).endswith("¦0,2¦")
    assert seal_text({"vat": 0.2}, comma=False).endswith("¦0.2¦")


@pytest.mark.parametrize("key", INPUTS)
def test_fingerprint__changes_with_each_sealed_cell_and_with_no_other(key: str) -> None:
    changed = GOOD | {key: "something else"}
    assert (fingerprint(changed) != fingerprint(GOOD)) is (key in SEALED)
    assert (seal_text(changed, comma=False) != seal_text(GOOD, comma=False)) is (key in SEALED)


@given(st.dictionaries(st.sampled_from(SEALED), st.text(max_size=5)))
def test_fingerprint__cells_cannot_be_moved_from_one_column_to_another(given_cells: dict[str, Cell]) -> None:
    shifted = {
        key: given_cells.get(before, "") for key, before in zip(SEALED, ("", *SEALED[:-1]), strict=True)
    }
    same = all(canonical(shifted.get(key, "")) == canonical(given_cells.get(key, "")) for key in SEALED)
    assert (fingerprint(shifted) == fingerprint(given_cells)) is same


def test_fingerprint__the_same_for_what_people_call_the_same() -> None:
    assert fingerprint({**GOOD, "amount": 12500.50}) == fingerprint(GOOD)
    assert fingerprint({**GOOD, "inn": 7707083893}) == fingerprint(GOOD)
    assert fingerprint({**GOOD, "corr_account": ""}) == fingerprint(GOOD)


def test_state_row__has_a_place_for_every_input() -> None:
    assert len(INPUTS) + FIRST_INPUT == WIDTH

"""What accountants choose on the Bank tab, at a desk in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from sheetflow.core.bank.lines import DECISION, RESULT, is_open
from sheetflow.model.cells import Cell
from tests import banks
from tests.archiving import archive
from tests.banks import Movement
from tests.desk import ANNA, HEAD, MIA, Desk
from tests.unit.app.test_bank import bank, carried_out, desk_with, payee, ready, request, settled, take


@pytest.fixture
def desk() -> Desk:
    return desk_with()


def renumbered(desk: Desk, rid: str) -> Movement:
    """What the bank did with the order, under a number and a purpose that tell nobody which it was."""
    (movement,) = carried_out(desk, rid)
    return replace(movement, number="777", purpose="Оплата")


def shown(desk: Desk) -> list[tuple[str, str]]:
    return [(str(row[DECISION]), str(row[RESULT])) for row in desk.sheet.bank]


def chooses(desk: Desk, who: str, value: str, place: int = 0) -> None:
    """A hand picks in the dropdown; the trigger tells of it; a pass runs."""
    line, old = str(desk.sheet.bank[place][0]), str(desk.sheet.bank[place][DECISION])
    desk.sheet.bank[place][DECISION] = value
    desk.sheet.inbox.append(desk.event(who, [(line, [("decision", old, value)])], exact=True, sheet=108))
    desk.run()


def doubtful(desk: Desk) -> str:
    """A request, and a line that may be it; no bank file stands in the way of paying by hand."""
    (rid,) = ready(desk)
    bank(desk).export(ANNA)
    movement = renumbered(desk, rid)
    (file,) = {str(request(desk, rid).bank_file)}
    bank(desk).cancel(file, "the bank had it typed in", ANNA)
    assert [one.outcome for one in take(desk, movement).lines] == ["doubtful"]
    return rid


def test_choose__a_request_is_paid_by_the_accountant_with_the_line(desk: Desk) -> None:
    rid = doubtful(desk)
    (row,) = desk.sheet.bank
    assert is_open(row)
    chooses(desk, ANNA, rid)
    one, event = request(desk, rid), desk.sheet.read_history()[1][-1]
    assert (one.status, one.paid, len(one.banked)) == ("Paid", Decimal("12500.50"), 1)
    assert (event.kind, event.actor, event.via, event.data["how"]) == ("RequestPaid", ANNA, "bank", "chosen")
    assert event.data["payee_account"] == payee(1)["account"]
    assert desk.cell(rid, "status") == "Paid"
    assert shown(desk)[0][0] == rid
    assert shown(desk)[0][1]
    settled(desk)
    assert take(desk, replace(carried_line(row), number="777")).facts == ()


def carried_line(row: Sequence[Cell]) -> Movement:
    line = json.loads(str(row[-1]))
    other = replace(banks.payee(1), account=line["payee_account"], inn=line["payee_inn"], name=line["payee"])
    day = date.fromisoformat(line["dated"])
    booked = date.fromisoformat(line["date"])
    return Movement(other, Decimal(line["amount"]), line["number"], day, booked, line["purpose"])


@pytest.mark.parametrize("word", ["past the registry", "Мимо реестра"])
def test_choose__past_the_registry_is_recorded_once(desk: Desk, word: str) -> None:
    doubtful(desk)
    chooses(desk, ANNA, word)
    assert desk.sheet.read_history()[1][-1].kind == "DebitSettled"
    assert shown(desk)[0][0] == "past the registry"
    chooses(desk, ANNA, "PR-000001")
    assert desk.refusals[-1] == "line-counts-once"
    assert shown(desk)[0][0] == "past the registry"


def test_choose__later_decides_nothing(desk: Desk) -> None:
    doubtful(desk)
    before = desk.sheet.read_history()[1]
    chooses(desk, ANNA, "later")
    assert desk.sheet.read_history()[1] == before
    assert shown(desk) == [("later", "")]


@pytest.mark.parametrize(
    ("who", "value", "rule"),
    [
        (MIA, "past the registry", "accountant-settles-lines"),
        (ANNA, "PR-999999", "known-decision"),
        (MIA, "", ""),
    ],
)
def test_choose__what_may_not_be_is_put_back(desk: Desk, who: str, value: str, rule: str) -> None:
    doubtful(desk)
    chooses(desk, who, value)
    assert desk.refusals[-1:] == ([rule] if rule else [])
    assert shown(desk) == [("", "")]


@pytest.mark.parametrize("who", [MIA, HEAD, "eve@elsewhere.example"])
def test_choose__a_request_is_paid_by_accountants_alone(desk: Desk, who: str) -> None:
    rid = doubtful(desk)
    chooses(desk, who, rid)
    assert request(desk, rid).status == "Approved"
    assert desk.refusals[-1] in ("right-role", "known-person")
    assert shown(desk) == [("", "")]


def test_line_pays_its_payee__another_account_is_not_it(desk: Desk) -> None:
    doubtful(desk)
    other = desk.approved(**payee(2))
    chooses(desk, ANNA, other)
    assert desk.refusals[-1] == "line-pays-its-payee"
    assert request(desk, other).status == "Approved"


def test_line_fits_what_is_due__a_smaller_request_to_the_same_account_is_not_it(desk: Desk) -> None:
    doubtful(desk)
    small = desk.approved(**payee(1), amount=10, purpose="Another")
    chooses(desk, ANNA, small)
    assert desk.refusals[-1] == "line-fits-what-is-due"


def test_line_counts_once__a_line_that_has_paid_pays_nothing_more(desk: Desk) -> None:
    rid = doubtful(desk)
    twin = desk.approved(**{**payee(1), "invoice_no": "55", "amount": 12600, "purpose": "Twin"})
    chooses(desk, ANNA, rid)
    chooses(desk, ANNA, twin)
    assert desk.refusals[-1] == "line-counts-once"
    assert request(desk, twin).status == "Approved"


def test_choose__a_part_leaves_the_rest(desk: Desk) -> None:
    (rid,) = ready(desk)
    bank(desk).export(ANNA)
    movement = replace(renumbered(desk, rid), amount=Decimal("500.00"))
    bank(desk).cancel(request(desk, rid).bank_file, "typed in by hand", ANNA)
    take(desk, movement)
    chooses(desk, ANNA, rid)
    one = request(desk, rid)
    assert (one.status, one.paid) == ("Part-paid", Decimal("500.00"))
    settled(desk)


def test_lines__a_decided_one_leaves_the_tab_after_a_month(desk: Desk) -> None:
    rid = doubtful(desk)
    chooses(desk, ANNA, rid)
    desk.clock.at += timedelta(days=31)
    desk.process().tidy()
    assert desk.sheet.bank == []


@pytest.mark.parametrize("first", ["", "past the registry"])
def test_choose__what_nobody_reported_is_put_back_after_the_grace_time(desk: Desk, first: str) -> None:
    rid = doubtful(desk)
    if first:
        chooses(desk, ANNA, first)
    before = list(desk.sheet.read_history()[1])
    desk.sheet.bank[0][DECISION] = rid
    desk.run()
    assert shown(desk)[0][0] == rid  # its edit may still be on its way
    commits = desk.sheet.commits
    desk.run()
    assert desk.sheet.commits == commits
    desk.run(later=timedelta(minutes=2))
    assert shown(desk)[0][0] == first
    assert desk.sheet.read_history()[1] == before
    assert request(desk, rid).status == "Approved"
    commits = desk.sheet.commits
    desk.run()
    assert desk.sheet.commits == commits


def test_choose__a_choice_reported_late_counts(desk: Desk) -> None:
    rid = doubtful(desk)
    desk.sheet.bank[0][DECISION] = rid
    desk.run()
    desk.sheet.bank[0][DECISION] = ""
    chooses(desk, ANNA, rid)
    assert request(desk, rid).status == "Paid"
    assert "loose" not in str(desk.sheet.bank[0][-1])


def test_choose__later_stays_whoever_wrote_it(desk: Desk) -> None:
    doubtful(desk)
    desk.sheet.bank[0][DECISION] = "later"
    desk.run()
    desk.run(later=timedelta(minutes=2))
    assert shown(desk)[0] == ("later", "")


def test_choose__an_archived_request_is_no_choice(desk: Desk) -> None:
    doubtful(desk)
    gone = desk.approved(subject="Old", amount=77)
    desk.status(ANNA, gone, "Paid")
    desk.run()
    assert archive(desk, days=0) == [gone]
    trace, events = list(desk.state_row(gone)), desk.events(gone)
    chooses(desk, ANNA, gone)
    assert desk.refusals[-1] == "known-decision"
    assert is_open(desk.sheet.bank[0])
    assert (desk.state_row(gone), desk.events(gone)) == (trace, events)


def test_take__the_statement_of_an_archived_payment_counts_once(desk: Desk) -> None:
    (rid,) = ready(desk)
    bank(desk).export(ANNA)
    (movement,) = carried_out(desk, rid)
    take(desk, movement)
    desk.run()
    assert desk.accepted(rid) == "Paid"
    assert archive(desk, days=0) == [rid]
    seq = desk.sheet.token.seq
    (again,) = take(desk, movement).lines
    assert again.outcome == "known"
    assert desk.sheet.token.seq == seq
    desk.verify()

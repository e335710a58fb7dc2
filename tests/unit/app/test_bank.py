"""The bank's two actions at a desk in memory: file out, statement in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from sheetflow.app.bank import BankDesk
from sheetflow.app.papers import papers_for
from sheetflow.banking import client_bank_reader
from sheetflow.banking.matching import Reason
from sheetflow.banking.payment_order import draw
from sheetflow.banking.statement_reader import read
from sheetflow.core import folding, history
from sheetflow.core.bank.export import Export
from sheetflow.core.bank.intake import Taken
from sheetflow.core.bank.paper import unpacked
from sheetflow.core.company import read_company
from sheetflow.core.projection import fingerprint, from_row, to_row
from sheetflow.core.tabs import read_outbox_row
from sheetflow.errors import ConfigError
from sheetflow.model.cells import Cell
from sheetflow.model.events import Event, Fact
from sheetflow.model.request import Request
from tests import banks
from tests.banks import BIK, PAYER, Movement, numbered_account, numbered_inn
from tests.desk import ADA, ANNA, BOTH, HEAD, MIA, Desk
from tests.unit.banking import test_camt053 as camt

OWN = PAYER.account
IBAN = "DE89370400440532013000"
SETTINGS = {
    "company_inn": PAYER.inn,
    "company_kpp": PAYER.kpp,
    "own_accounts": f"{OWN} | BIK {BIK} | {PAYER.name} | bank {banks.BANK}",
}


def desk_with(**more: str) -> Desk:
    return Desk(settings={**SETTINGS, **more})


@pytest.fixture
def desk() -> Desk:
    return desk_with()


def bank(desk: Desk) -> BankDesk:
    return BankDesk(desk.sheet, desk.book, desk.clock, desk.nonces)


def payee(number: int) -> dict[str, Cell]:
    return {
        "contractor": f"ООО «Ромашка {number}»", "inn": numbered_inn(number), "bik": BIK,
        "account": numbered_account(number), "details": banks.BANK, "invoice_no": str(number),
    }  # fmt: skip


def to_pay(desk: Desk, *requests: str) -> None:
    for rid in requests:
        desk.edit(ANNA, rid, "to_pay", True)
    desk.run()


def ready(desk: Desk, count: int = 1, **changes: Cell) -> list[str]:
    rids = [desk.approved(**{**payee(number), **changes}) for number in range(1, count + 1)]
    to_pay(desk, *rids)
    return rids


def submitted(desk: Desk, **changes: Cell) -> str:
    return desk.submitted(MIA, **changes)


def request(desk: Desk, rid: str) -> Request:
    return from_row(desk.state_row(rid))


def held(export: Export) -> list[tuple[str, str, str]]:
    return [(one.request, one.column, one.problem.code) for one in export.held]


def carried_out(desk: Desk, *rids: str, later: int = 0) -> list[Movement]:
    """What the bank did with the orders of these requests."""
    found = []
    for rid in rids:
        one = request(desk, rid)
        other = replace(
            banks.payee(1),
            account=str(one.cell("account")),
            inn=str(one.cell("inn")),
            name=str(one.cell("contractor")),
        )
        day = date.fromisoformat(one.order["date"])
        amount, booked = Decimal(one.order["amount"]), day + timedelta(days=later)
        found.append(Movement(other, amount, one.order["number"], day, booked, str(one.cell("purpose"))))
    return found


def take(desk: Desk, *movements: Movement, dry_run: bool = False) -> Taken:
    desk.clock.at += timedelta(seconds=1)
    return bank(desk).take(read(banks.statement(movements)), "kl_to_1c.txt", dry_run=dry_run)


def settled(desk: Desk) -> None:
    """No pass has anything to put back or to say against what the bank did, and the chain holds."""
    before = list(desk.refusals)
    for _ in range(4):
        desk.run(later=timedelta(minutes=6))
    assert desk.refusals == before
    token, events = desk.sheet.read_history()
    history.verify(events, head=token.head, seq=token.seq)
    for rid, folded in folding.fold(events).items():
        known = request(desk, rid)
        assert (known.status, known.paid, known.bank_file, known.order, known.banked) == (
            folded.status, folded.paid, folded.bank_file, folded.order, folded.banked,
        )  # fmt: skip


# --- out


def test_export__one_file_of_all_that_is_ticked_numbered_in_sequence(desk: Desk) -> None:
    first, second = ready(desk, 2)
    waiting = desk.approved(**payee(3))
    export = bank(desk).export(ANNA)
    (file,) = export.files
    assert [(line.request, line.number) for line in file.lines] == [(first, "1"), (second, "2")]
    documents = client_bank_reader.read(file.content).documents
    assert [one.values["Номер"] for one in documents] == ["1", "2"]
    assert documents[0].values["НазначениеПлатежа"] == (
        "Payment for paper, invoice 17, в т.ч. НДС 20% - 2 083.42"
    )
    assert documents[0].values["ПлательщикКПП"] == PAYER.kpp
    assert request(desk, first).bank_file == request(desk, second).bank_file == file.name
    assert ("BankFileMade", ANNA) in desk.events(first)
    to_pay(desk, waiting)
    again = bank(desk).export(ANNA)
    assert [line.number for line in again.files[0].lines] == ["3"]
    assert again.standing == [(first, file.name), (second, file.name)]
    settled(desk)


def test_export__is_recorded_before_it_is_given_out_and_a_dry_run_records_nothing(desk: Desk) -> None:
    (rid,) = ready(desk)
    seq = desk.sheet.token.seq
    assert bank(desk).export(dry_run=True).files
    assert (desk.sheet.token.seq, request(desk, rid).bank_file) == (seq, "")

    def died() -> None:
        raise ConfigError(["the lights went out"])

    desk.sheet.before_commit = died
    with pytest.raises(ConfigError):
        bank(desk).export()
    assert request(desk, rid).bank_file == ""


def test_export__that_loses_the_race_is_decided_anew(desk: Desk) -> None:
    first, second = ready(desk, 2)

    def returned() -> None:
        desk.comment(ANNA, first, "wrong")
        desk.status(ANNA, first, "Returned")
        desk.run()

    desk.sheet.before_commit = returned
    export = bank(desk).export()
    assert [line.request for file in export.files for line in file.lines] == [second]
    assert desk.accepted(first) == "Returned"


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"purpose": "За бумагу → 17"}, "purpose", "bank-character"),
        ({"purpose": "x" * 200}, "purpose", "purpose-too-long"),
        ({"currency": "USD"}, "currency", "bank-currency"),
        ({"purpose": "Paper, no VAT"}, "vat", "vat-contradicts-purpose"),
        (
            {"account": "03100643000000018500", "bik": "017003983"}, "account", "bank-budget",
        ),
    ],
)  # fmt: skip
def test_export__what_a_file_cannot_express_is_held_and_the_rest_goes(
    desk: Desk, changes: dict[str, Cell], column: str, code: str
) -> None:
    (good,) = ready(desk)
    rid = submitted(desk, **{**payee(9), "amount": 5, **changes})
    desk.status("dora@firm.example", rid, "Approved")
    desk.run()
    to_pay(desk, rid)
    export = bank(desk).export()
    assert held(export) == [(rid, column, code)]
    assert [line.request for line in export.files[0].lines] == [good]
    assert export.files[0].lines[0].number == "1"  # no number is lost to what is held
    for language in ("en", "ru"):
        problem = export.held[0].problem
        assert any(
            desk.book.words[language].sentence(group, problem.code, problem.facts)
            for group in ("bank", "problems")
        )


def test_export__the_approver_does_not_pay(desk: Desk) -> None:
    rid = submitted(desk, **payee(1))
    desk.status(BOTH, rid, "Approved")
    desk.run()
    to_pay(desk, rid)
    assert held(bank(desk).export(BOTH)) == [(rid, "approver", "bank-payer-approved")]
    assert bank(desk).export(ANNA).files


def test_export__a_step_that_waits_for_its_comment_holds_it(desk: Desk) -> None:
    (rid,) = ready(desk)
    desk.status(HEAD, rid, "Returned")
    desk.run()
    assert held(bank(desk).export()) == [(rid, "status", "bank-step-waits")]


def test_export__only_accountants_and_programs(desk: Desk) -> None:
    ready(desk)
    with pytest.raises(ConfigError, match="no accountant"):
        bank(desk).export(MIA)


def test_export__from_the_account_that_was_chosen() -> None:
    other = banks.keyed("40702810100000000777")
    desk = desk_with(own_accounts=f"{SETTINGS['own_accounts']}\n{other} | {BIK} | bank Bank")
    first, second, third = ready(desk, 3)
    desk.edit(ANNA, first, "pay_from", f"{OWN} {PAYER.name}")
    desk.edit(ANNA, second, "pay_from", other)
    desk.run()
    export = bank(desk).export(account=other)
    assert [(file.account, [line.request for line in file.lines]) for file in export.files] == [
        (other, [second])
    ]
    assert held(export) == [(third, "pay_from", "bank-which-account")]
    assert [file.account for file in bank(desk).export().files] == [OWN]


def test_export__a_payee_with_an_iban_goes_into_a_message_of_its_own() -> None:
    desk = desk_with(own_accounts=f"{SETTINGS['own_accounts']}; {IBAN} | BIC COBADEFFXXX | Luch LLC")
    rid = desk.submitted(
        contractor="Müller GmbH", inn="", kpp="", bik="", account=IBAN, currency="EUR", amount=100,
        purpose="Invoice 17", vat="",
    )  # fmt: skip
    desk.status(HEAD, rid, "Approved")
    desk.run()
    to_pay(desk, rid)
    (file,) = bank(desk).export().files
    assert file.name.endswith(".xml")
    assert f"<EndToEndId>{rid}-1</EndToEndId>".encode() in file.content
    assert request(desk, rid).order["number"] == f"{rid}-1"
    booked = f"{desk.clock.at:%Y-%m-%d}"
    details = camt.details(f"{rid}-1").replace(camt.PAYEE, IBAN)
    data = camt.document(camt.entry(inside=details)).replace(
        b"2026-11-12</Dt></BookgDt>", booked.encode() + b"</Dt></BookgDt>"
    )
    taken = bank(desk).take(read(data), "camt.xml")
    assert [(one.outcome, one.match.reason) for one in taken.lines] == [("paid", Reason.BY_ORDER)]
    assert (desk.accepted(rid), request(desk, rid).bank_file) == ("Paid", "")
    settled(desk)


def test_cancel__frees_the_requests_with_a_reason(desk: Desk) -> None:
    first, second = ready(desk, 2)
    (file,) = bank(desk).export().files
    desk.status(HEAD, first, "Cancelled")
    desk.run()
    assert desk.accepted(first) == "Approved"
    with pytest.raises(ConfigError, match="no request stands"):
        bank(desk).cancel("other.txt", "why")
    assert bank(desk).cancel(file.name, "typed wrong", ANNA).requests == (first, second)
    assert desk.events(first)[-1] == ("BankFileCancelled", ANNA)
    assert [line.number for line in bank(desk).export().files[0].lines] == ["3", "4"]
    settled(desk)


# --- in


def test_take__our_orders_pay_their_requests_and_everybody_is_told(desk: Desk) -> None:
    first, second = ready(desk, 2)
    bank(desk).export()
    desk.mail.sent.clear()
    taken = take(desk, *carried_out(desk, first, second))
    assert [one.outcome for one in taken.lines] == ["paid", "paid"]
    assert desk.accepted(first) == desk.accepted(second) == "Paid"
    assert desk.events(first)[-1] == ("RequestPaid", "bank")
    paid = desk.sheet.read_history()[1][-1]
    assert (paid.via, paid.data["date"], paid.data["order"]) == ("bank", "2026-11-24", "2")
    assert paid.data["line"]
    assert paid.data["statement"] == "kl_to_1c.txt"
    assert request(desk, first).bank_file == ""
    assert desk.cell(first, "status") == "Paid"
    settled(desk)
    assert ("pay@romashka.example", "contractor-paid") in desk.letters()
    assert (MIA, "paid") in desk.letters()
    told = [read_outbox_row(row).letter for row in desk.sheet.outbox]
    notices = [one for one in told if one.template == "contractor-paid"]
    assert {one.facts["reply_to"] for one in notices} == {ANNA}
    order, debited = unpacked(notices[0].facts["order"])  # type: ignore[arg-type]
    assert (order.request, order.number, debited) == (first, 1, date(2026, 11, 24))
    assert (order.payer.name, order.payee.inn) == (PAYER.name, numbered_inn(1))
    ((name, kind, content),) = papers_for(notices[0])
    assert (name, kind) == ("payment-order-1-2026-11-24.pdf", "application/pdf")
    assert content == draw(order, debited)


def test_take__again_or_overlapping_changes_nothing_twice(desk: Desk) -> None:
    first, second = ready(desk, 2)
    bank(desk).export()
    one, two = carried_out(desk, first, second)
    stranger = Movement(banks.payee(77), Decimal(7), "900", purpose="За что-то")
    take(desk, one, stranger)
    seq = desk.sheet.token.seq
    again = take(desk, one, stranger)
    assert (again.facts, desk.sheet.token.seq) == ((), seq)
    assert [one.outcome for one in again.lines] == ["known", "unknown"]
    assert len(take(desk, stranger, two, one).facts) == 1
    assert desk.accepted(second) == "Paid"
    kinds = [event.kind for event in desk.sheet.read_history()[1]]
    assert kinds.count("UnknownDebit") == 1
    assert kinds.count("RequestPaid") == 2


def test_take__a_part_leaves_the_rest_open(desk: Desk) -> None:
    rid = desk.approved(**payee(1), purpose="Оплата по счету 1")
    one = request(desk, rid)
    other = replace(banks.payee(1), account=str(one.cell("account")), inn=str(one.cell("inn")))
    day = desk.clock.at.date()
    part = Movement(other, Decimal("500.50"), "31", day, day, "Оплата по счету 1")
    rest = Movement(other, Decimal(12000), "32", day, day, "Оплата по счету 1")
    taken = take(desk, part)
    assert [one.match.reason for one in taken.lines] == [Reason.BY_PURPOSE]
    assert (desk.accepted(rid), request(desk, rid).paid) == ("Part-paid", Decimal("500.50"))
    assert desk.sheet.read_history()[1][-1].data["open"] == "12000.00"
    take(desk, rest, part)
    assert (desk.accepted(rid), request(desk, rid).paid) == ("Paid", Decimal("12500.50"))
    settled(desk)


def test_take__both_parts_in_one_statement(desk: Desk) -> None:
    rid = desk.approved(**payee(1), purpose="Оплата по счету 1")
    day = desk.clock.at.date()
    other = banks.payee(1)
    parts = [Movement(other, Decimal(amount), number, day, day, "Оплата по счету 1") for amount, number in
             (("12000", "31"), ("500.50", "32"))]  # fmt: skip
    take(desk, *parts)
    assert [kind for kind, _ in desk.events(rid)][-2:] == ["RequestPartPaid", "RequestPaid"]
    assert desk.accepted(rid) == "Paid"


def test_take__what_a_person_marked_as_paid_is_only_seen(desk: Desk) -> None:
    (rid,) = ready(desk)
    bank(desk).export()
    movements = carried_out(desk, rid)
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert desk.accepted(rid) == "Paid"
    taken = take(desk, *movements)
    assert [fact.kind for fact in taken.facts] == ["PaymentSeen"]
    assert request(desk, rid).paid == Decimal("12500.50")
    assert request(desk, rid).bank_file == ""
    assert take(desk, *movements).facts == ()
    settled(desk)


def by_hand(desk: Desk, rid: str, amount: str, number: str = "31") -> Movement:
    """A payment that somebody typed into the client-bank."""
    one, day = request(desk, rid), desk.clock.at.date()
    other = replace(banks.payee(1), account=str(one.cell("account")), inn=str(one.cell("inn")))
    return Movement(other, Decimal(amount), number, day, day, f"Оплата по счету {one.cell('invoice_no')}")


def test_take__what_was_paid_by_hand_without_a_file_is_no_stranger(desk: Desk) -> None:
    rid = desk.approved(**payee(1))
    desk.status(ANNA, rid, "Paid")
    desk.run()
    line = by_hand(desk, rid, "12500.50")
    assert [one.outcome for one in take(desk, line).lines] == ["seen"]
    twice = take(desk, line, by_hand(desk, rid, "12500.50", "32"))  # the bank took it once more
    assert [(one.outcome, one.match.reason) for one in twice.lines] == [
        ("known", None),
        ("doubtful", Reason.MORE_THAN_DUE),
    ]
    assert request(desk, rid).paid == Decimal("12500.50")
    settled(desk)


def test_take__a_part_marked_by_hand_and_the_rest_by_the_bank(desk: Desk) -> None:
    rid = desk.approved(**payee(1))
    desk.comment(ANNA, rid, "500")
    desk.status(ANNA, rid, "Part-paid")
    desk.run()
    lines = [by_hand(desk, rid, "500"), by_hand(desk, rid, "12000.50", "32")]
    assert sorted(one.outcome for one in take(desk, *lines).lines) == ["paid", "seen"]
    assert (desk.accepted(rid), request(desk, rid).paid) == ("Paid", Decimal("12500.50"))
    settled(desk)


def test_take__a_line_that_is_neither_the_marked_part_nor_the_rest(desk: Desk) -> None:
    rid = desk.approved(**payee(1))
    desk.comment(ANNA, rid, "500")
    desk.status(ANNA, rid, "Part-paid")
    desk.run()
    assert [one.outcome for one in take(desk, by_hand(desk, rid, "12500.50")).lines] == ["doubtful"]
    assert desk.accepted(rid) == "Part-paid"


def test_take__a_payment_that_bounced_is_paid_anew(desk: Desk) -> None:
    (rid,) = ready(desk)
    bank(desk).export()
    movements = carried_out(desk, rid)
    take(desk, *movements)
    for who in (ANNA, ADA):
        desk.comment(who, rid, "bounced")
        desk.status(who, rid, "Approved")
        desk.run()
    assert desk.accepted(rid) == "Approved"
    assert take(desk, *movements).facts == ()  # the old line is known
    assert desk.cell(rid, "to_pay") is not True
    assert bank(desk).export().files == []  # the tick went with the payment: nobody pays it again unawares
    to_pay(desk, rid)
    (file,) = bank(desk).export().files
    assert file.lines[0].number == "2"
    take(desk, *movements, *carried_out(desk, rid))
    assert (desk.accepted(rid), request(desk, rid).paid) == ("Paid", Decimal("12500.50"))
    settled(desk)


def test_take__a_doubtful_line_changes_nothing(desk: Desk) -> None:
    (rid,) = ready(desk)
    bank(desk).export()
    (movement,) = carried_out(desk, rid)
    taken = take(desk, replace(movement, amount=Decimal(1)))
    assert [(one.outcome, one.match.reason, one.match.candidates) for one in taken.lines] == [
        ("doubtful", Reason.ORDER_DIFFERS, (rid,))
    ]
    assert [fact.kind for fact in taken.facts] == ["DebitDoubtful"]  # for the Bank tab, once
    assert take(desk, replace(movement, amount=Decimal(1))).facts == ()
    assert len(desk.sheet.bank) == 1
    assert desk.accepted(rid) == "Approved"


def test_take__only_the_companys_own_accounts(desk: Desk) -> None:
    other = replace(PAYER, account=numbered_account(5))
    with pytest.raises(ConfigError, match="own accounts"):
        bank(desk).take(read(banks.statement([Movement(banks.payee(1), Decimal(1))], other)), "x.txt")


def test_take__a_dry_run_writes_nothing(desk: Desk) -> None:
    (rid,) = ready(desk)
    bank(desk).export()
    seq = desk.sheet.token.seq
    assert len(take(desk, *carried_out(desk, rid), dry_run=True).facts) == 1
    assert desk.sheet.token.seq == seq


def test_take__five_hundred_requests_in_a_constant_number_of_calls(desk: Desk) -> None:
    """Out and in: two reads and one commit each, whatever the number."""
    (rid,) = ready(desk)
    row = desk.state_row(rid)
    base = desk.sheet.rows[desk.row_of(rid)]
    told = [event for event in desk.sheet.read_history()[1] if event.request == rid]
    facts: list[Fact] = []
    for number in range(2, 501):
        new = f"PR-{100_000 + number:06d}"
        cells = payee(number)
        one = from_row(row)
        one.id, one.cells = new, {**one.cells, **cells}
        desk.sheet.state.append(_row_of(desk, one))
        shown = list(base)
        shown[desk.sheet.columns()["id"]] = new
        for key, value in cells.items():
            shown[desk.sheet.columns()[key]] = value
        desk.sheet.rows.append(shown)
        facts += [_as_of(event, new, cells) for event in told]
    token = desk.sheet.token
    events = history.chain(token.head, token.seq, facts)
    desk.sheet.history += [history.to_row(event) for event in events]
    desk.sheet.token = replace(token, head=events[-1].hash, seq=events[-1].seq)
    before = (desk.sheet.reads, desk.sheet.commits)
    export = bank(desk).export()
    assert (desk.sheet.reads, desk.sheet.commits) == (before[0] + 1, before[1] + 1)
    assert len(export.files[0].lines) == 500, export.held[:3]
    rids = [line.request for line in export.files[0].lines]
    movements = carried_out(desk, *rids)
    before = (desk.sheet.reads, desk.sheet.commits)
    taken = take(desk, *movements)
    assert (desk.sheet.reads, desk.sheet.commits) == (before[0] + 1, before[1] + 1)
    assert {one.outcome for one in taken.lines} == {"paid"}
    assert {desk.accepted(one) for one in rids} == {"Paid"}


def _as_of(event: Event, rid: str, cells: Mapping[str, Cell]) -> Fact:
    """The same event of another request."""
    data = dict(event.data)
    if "cells" in data:
        data["cells"] = {**data["cells"], **cells}
    return Fact(event.at, rid, event.kind, event.actor, event.via, data)


def _row_of(desk: Desk, one: Request) -> list[Cell]:
    one.fingerprint = fingerprint(one.cells, one.files)
    return to_row(one, read_company(desk.sheet.people, desk.sheet.settings, desk.book), desk.book, 0, 105)


def test_take__payments_to_one_contractor_are_one_notice_with_all_orders(desk: Desk) -> None:
    rids = ready(desk, 3, account=numbered_account(1), inn=numbered_inn(1), contractor="ООО «Ромашка 1»")
    bank(desk).export()
    movements = carried_out(desk, *rids)
    take(desk, *movements[:2], replace(movements[2], amount=Decimal("100.00")))
    told = [read_outbox_row(row).letter for row in desk.sheet.outbox if row and row[0]]
    (notice,) = [one for one in told if one.template.startswith("contractor-")]
    payments = notice.facts["payments"]
    assert isinstance(payments, list)
    assert [one["request"] for one in payments][:2] == rids[:2]
    assert len(papers_for(notice)) == len(payments) >= 2
    desk.run()
    assert len([one for one in desk.letters() if one[0] == "pay@romashka.example"]) == 1


@pytest.mark.parametrize(("setting", "number"), [("", "1"), ("yearly", "1"), ("running", "2")])
def test_export__numbers_begin_anew_each_january_where_they_are_yearly(setting: str, number: str) -> None:
    desk = desk_with(**({"order_numbers": setting} if setting else {}))
    first, second = (desk.approved(**payee(number)) for number in (1, 2))
    to_pay(desk, first)
    assert bank(desk).export().files[0].lines[0].number == "1"
    desk.clock.at += timedelta(days=370)
    to_pay(desk, second)
    assert bank(desk).export().files[0].lines[0].number == number

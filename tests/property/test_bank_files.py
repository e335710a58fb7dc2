"""Any order that can be written is read back as it was, by us and by others, and its statement finds it."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import date
from decimal import Decimal

import client_bank_1c
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetflow.banking import client_bank, statement_reader
from sheetflow.banking.client_bank_reader import InvalidExchange, read
from sheetflow.banking.matching import Kind, OpenPayment, Ordered, Reason, match
from sheetflow.banking.orders import PaymentOrder
from tests.banks import MADE, PAYER, carried_out, orders, statement
from tests.long import examples

several = st.lists(orders(), min_size=1, max_size=3, unique_by=lambda order: order.number)
slow = [HealthCheck.too_slow]  # how fast texts are made is the machine's
PARTY = ("Счет", "1", "ИНН", "КПП", "БИК", "Корсчет", "Банк1", "Банк2")


def day(text: str) -> date:
    return date(*(int(part) for part in reversed(text.split("."))))


def said(order: PaymentOrder) -> list[object]:
    code = order.code or ("0" if order.budget else "")
    found: list[object] = [order.number, order.date, order.amount, order.purpose, order.priority, code]
    for party in (order.payer, order.payee):
        found += [party.account, party.name, party.inn, party.kpp]
        found += [party.bik, party.corr_account, party.bank, party.city]
    return found


@given(several)
@settings(max_examples=examples(60), deadline=None, suppress_health_check=slow)
def test_orders__are_read_back_as_they_were(several: list[PaymentOrder]) -> None:
    file = client_bank.write(several, MADE)
    assert (list(file.orders), file.held) == (several, ())
    found = read(file.content).documents
    assert [[str(part) for part in said(order)] for order in several] == [
        [
            *(one.get("Номер"), str(day(one.get("Дата"))), one.get("Сумма"), one.get("НазначениеПлатежа")),
            *(one.get("Очередность"), one.get("Код")),
            *(one.get(who + key) for who in ("Плательщик", "Получатель") for key in PARTY),
        ]
        for one in found
    ]


@given(several)
@settings(max_examples=examples(40), deadline=None, suppress_health_check=slow)
def test_orders__an_independent_reader_says_the_same(several: list[PaymentOrder]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = client_bank_1c.load(client_bank.write(several, MADE).content).documents
    assert [said(order) for order in several] == [
        [
            *(int(one["Номер"]), one["Дата"], one["Сумма"], one["НазначениеПлатежа"]),
            *(int(one["Очередность"]), one["Код"] or ""),
            *(one[who + key] or "" for who in ("Плательщик", "Получатель") for key in PARTY),
        ]
        for one in found
    ]


@given(several)
@settings(max_examples=examples(40), deadline=None, suppress_health_check=slow)
def test_orders__once_carried_out_each_pays_its_own_request(several: list[PaymentOrder]) -> None:
    several = [replace(order, request=f"PR-{place}") for place, order in enumerate(several, 1)]
    own = PAYER.account
    payments = [
        OpenPayment(
            order.request, order.amount, "RUB", order.payee.account, order.payee.inn,
            orders=(Ordered(str(order.number), order.date, order.amount, own),),
        )
        for order in several
    ]  # fmt: skip
    lines = statement_reader.read(statement(carried_out(order) for order in several)).lines
    for one, order in zip(match(lines, payments), several, strict=True):
        if one.kind is not Kind.SURE:  # the random purpose names another request
            assert one.reason is Reason.OTHER_NAMED
            continue
        assert (one.request, one.left, one.reason) == (order.request, Decimal(0), Reason.BY_ORDER)


@given(st.text(), st.text(max_size=200))
@settings(max_examples=examples(150), deadline=None)
def test_texts__stand_in_their_own_field_or_keep_the_order_out(name: str, purpose: str) -> None:
    order = PaymentOrder("PR-1", 1, date(2026, 1, 9), Decimal(5), PAYER, replace(PAYER, name=name), purpose)
    file = client_bank.write([order], MADE)
    if file.held:
        assert {one.column for one in file.held} <= {"contractor", "purpose"}
        assert file.content == b""
        return
    found = read(file.content)
    assert len(found.documents) == 1
    document = found.documents[0]
    assert document.problems == []
    assert len(document.values) == file.content.count(b"\r\n") - 14  # every line of it is one key


@given(st.binary(max_size=200), st.sampled_from(["", "1CClientBankExchange\r\n", "\ufeff", "<?xml ?>"]))
@settings(max_examples=examples(150), deadline=None)
def test_read__bytes_from_anywhere_are_refused_with_reasons(data: bytes, start: str) -> None:
    try:
        statement_reader.read(start.encode() + data)
    except InvalidExchange as refusal:
        assert refusal.problems  # noqa: PT017

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import client_bank_1c
import pytest

from sheetflow.banking import client_bank
from sheetflow.banking.client_bank_reader import read
from sheetflow.banking.orders import Budget, PaymentOrder, number_after
from tests.banks import DAY, MADE, ORDER, PAYER, TAX


def held(order: PaymentOrder) -> list[str]:
    file = client_bank.write([order], MADE)
    assert (file.content, file.orders) == (b"", ())
    return [str(one) for one in file.held]


def named(**changes: Any) -> PaymentOrder:
    """The order with these changes of its payee."""
    return replace(ORDER, payee=replace(ORDER.payee, **changes))


def test_write__the_whole_file() -> None:
    content = client_bank.write([ORDER], MADE).content
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert (
        content.decode("cp1251").split("\r\n")
        == f"""\
1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
Отправитель=sheetflow
Получатель=
ДатаСоздания=12.11.2026
ВремяСоздания=09:30:05
ДатаНачала=12.11.2026
ДатаКонца=12.11.2026
РасчСчет={PAYER.account}
Документ=Платежное поручение
СекцияДокумент=Платежное поручение
Номер=15
Дата=12.11.2026
Сумма=12000.00
ПлательщикСчет={PAYER.account}
Плательщик=АО «Луч»
ПлательщикИНН={PAYER.inn}
ПлательщикКПП=770701001
Плательщик1=АО «Луч»
ПлательщикРасчСчет={PAYER.account}
ПлательщикБанк1=ПАО Сбербанк
ПлательщикБанк2=г. Москва
ПлательщикБИК=044525225
ПлательщикКорсчет=30101810400000000225
ПолучательСчет={ORDER.payee.account}
Получатель=ООО «Ромашка»
ПолучательИНН={ORDER.payee.inn}
ПолучательКПП=770701001
Получатель1=ООО «Ромашка»
ПолучательРасчСчет={ORDER.payee.account}
ПолучательБанк1=ПАО Сбербанк
ПолучательБанк2=г. Москва
ПолучательБИК=044525225
ПолучательКорсчет=30101810400000000225
ВидПлатежа=Электронно
ВидОплаты=01
Код=
КодНазПлатежа=
СтатусСоставителя=
ПоказательКБК=
ОКАТО=
ПоказательОснования=
ПоказательПериода=
ПоказательНомера=
ПоказательДаты=
ПоказательТипа=
Очередность=5
НазначениеПлатежа=Оплата по счету 15 от 12.11.2026 за бумагу, в т.ч. НДС 20% - 2 000.00
КонецДокумента
КонецФайла
""".split("\n")
    )


def test_write__a_budget_payment_has_its_fields() -> None:
    values = read(client_bank.write([TAX], MADE).content).documents[0].values
    told = {
        key: values[key]
        for key in ("СтатусСоставителя", "ПоказательКБК", "ОКАТО", "ПоказательПериода", "Код")
    }
    assert list(told.values()) == ["01", "18201061201010000510", "0", "0", "0"]
    sole_trader = replace(TAX, payer=replace(PAYER, kpp=""))
    assert read(client_bank.write([sole_trader], MADE).content).documents[0].get("ПлательщикКПП") == "0"


def test_write__an_independent_reader_understands_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = client_bank_1c.load(client_bank.write([ORDER, TAX], MADE).content)
    assert found.info["ДатаСоздания"] == DAY
    assert found.info["РасчСчет"] == [PAYER.account]
    for order, document in zip((ORDER, TAX), found.documents, strict=True):
        assert document["Номер"] == str(order.number)
        assert (document["Дата"], document["Сумма"]) == (order.date, order.amount)
        assert document["НазначениеПлатежа"] == order.purpose
        for who, party in (("Плательщик", order.payer), ("Получатель", order.payee)):
            keys = ("Счет", "ИНН", "КПП", "1", "БИК", "Корсчет", "Банк1", "Банк2")
            assert [document[who + key] for key in keys] == [
                party.account, party.inn, party.kpp, party.name, party.bik, party.corr_account, party.bank,
                party.city,
            ]  # fmt: skip


@pytest.mark.parametrize(
    ("order", "reasons"),
    [
        (named(name="Café →"), ["PR-1, contractor: bank-character (value='Café →', characters='é →')"]),
        (
            replace(ORDER, purpose="За бумагу\r\nКонецДокумента"),
            ["PR-1, purpose: bank-line-break (value='За бумагу⏎⏎КонецДокумента')"],
        ),
        (
            replace(ORDER, purpose="x СекцияДокумент=1"),
            ["PR-1, purpose: bank-section-word (value='x СекцияДокумент=1', word='СекцияДокумент')"],
        ),
        (replace(ORDER, purpose="x\u2028y"), ["PR-1, purpose: bank-line-break (value='x⏎y')"]),
        (
            replace(ORDER, purpose="я" * 211),
            [f"PR-1, purpose: purpose-too-long (value='{'я' * 59}…', length='211', limit='210')"],
        ),
        (
            named(name="я" * 161),
            [f"PR-1, contractor: name-too-long (value='{'я' * 59}…', length='161', limit='160')"],
        ),
        (named(name=" "), ["PR-1, contractor: order-needs (columns='contractor')"]),
        (named(bank=""), ["PR-1, details: order-needs (columns='details')"]),
        (named(inn="7707083894"), ["PR-1, inn: inn-check-digit (value='7707083894')"]),
        (named(kpp="77"), ["PR-1, kpp: kpp-format (value='77')"]),
        (named(bik="44525225"), ["PR-1, bik: order-field (columns='bik', value='44525225')"]),
        (named(account="DE893704"), ["PR-1, account: account-length (value='DE893704', length='8')"]),
        (replace(ORDER, number=1000), ["PR-1, payment_order: order-number (value='1000')"]),
        (replace(ORDER, number=0), ["PR-1, payment_order: order-number (value='0')"]),
        (
            replace(ORDER, amount=Decimal("0.001")),
            ["PR-1, amount: amount-too-precise (value='0.001', decimals='2', currency='RUB')"],
        ),
        (replace(ORDER, amount=Decimal(0)), ["PR-1, amount: amount-not-positive (value='0')"]),
        (replace(ORDER, priority=6), ["PR-1, payment_order: order-field (columns='priority', value='6')"]),
        (replace(ORDER, code="12"), ["PR-1, payment_order: order-field (columns='code', value='12')"]),
        (replace(ORDER, date=date(1999, 1, 1)), ["PR-1, payment_order: order-date (value='1999-01-01')"]),
        (
            replace(TAX, budget=Budget("1", "2", "3")),
            [
                f"PR-2, purpose: order-field (columns='{field}', value='{value}')"
                for field, value in (("status", 1), ("kbk", 2), ("oktmo", 3))
            ],
        ),
        (
            replace(ORDER, payer=replace(PAYER, name="", corr_account="1")),
            [
                "PR-1, pay_from: order-needs (columns='contractor')",
                "PR-1, pay_from: corr-account-length (value='1', length='1')",
            ],
        ),
    ],
)  # fmt: skip
def test_write__what_cannot_be_expressed_is_held(order: PaymentOrder, reasons: list[str]) -> None:
    assert held(order) == reasons


def test_write__one_that_is_held_keeps_no_other_out() -> None:
    file = client_bank.write([replace(ORDER, purpose="☺"), TAX], MADE)
    assert file.orders == (TAX,)
    assert [one.request for one in file.held] == ["PR-1"]
    assert len(read(file.content).documents) == 1


def test_write__letters_of_two_characters_become_one() -> None:
    document = read(client_bank.write([named(name="Сои\u0306ка")], MADE).content).documents[0]
    assert document.get("Получатель") == "Сойка"


def wrong_calls() -> Iterator[list[PaymentOrder]]:
    yield []
    yield [ORDER, replace(TAX, number=ORDER.number)]
    yield [ORDER, replace(TAX, payer=TAX.payee)]


@pytest.mark.parametrize("orders", list(wrong_calls()), ids=["none", "number twice", "two accounts"])
def test_write__the_callers_mistakes_are_errors(orders: list[PaymentOrder]) -> None:
    with pytest.raises(ValueError, match="bank file"):
        client_bank.write(orders, MADE)


def test_number_after__passes_over_what_banks_refuse() -> None:
    number, seen = 0, []
    for _ in range(2001):
        number = number_after(number)
        seen.append(number)
    assert len(set(seen)) == 2001
    assert not [number for number in seen if number % 1000 == 0]
    assert number_after(999_998) == 999_999

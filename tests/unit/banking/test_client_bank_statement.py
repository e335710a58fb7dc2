from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sheetflow.banking import client_bank, statement_reader
from sheetflow.banking.client_bank_reader import InvalidExchange
from sheetflow.banking.statement import Direction, Side, Statement, StatementLine
from tests.banks import (
    DAY,
    MADE,
    ORDER,
    PAYER,
    Movement,
    carried_out,
    document,
    payee,
    statement,
    statement_text,
)

DATA = Path(__file__).parents[2] / "data"
PAID = carried_out(ORDER, date(2026, 11, 13))
GOT = Movement(payee(2, "ООО «Заказчик»"), Decimal("99.90"), "7", DAY, DAY, "За услуги", out=False)


def read(text: str) -> Statement:
    return statement_reader.read(text.encode("cp1251"))


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidExchange) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def test_read__a_payment_and_a_receipt() -> None:
    found = statement_reader.read(statement([PAID, GOT]))
    assert found == Statement(
        (PAYER.account,),
        (
            StatementLine(
                PAYER.account, Direction.OUT, "15", DAY, date(2026, 11, 13), Decimal("12000.00"), "RUB",
                Side("ООО «Ромашка»", ORDER.payee.account, ORDER.payee.inn, "770701001", "044525225",
                     "ПАО Сбербанк"),
                ORDER.purpose, "Платежное поручение", 18,
            ),
            StatementLine(
                PAYER.account, Direction.IN, "7", DAY, DAY, Decimal("99.90"), "RUB",
                Side("ООО «Заказчик»", GOT.other.account, GOT.other.inn, "770701001", "044525225",
                     "ПАО Сбербанк"),
                "За услуги", "Платежное поручение", found.lines[1].line,
            ),
        ),
    )  # fmt: skip


def test_read__a_file_of_orders_is_no_statement() -> None:
    """Our own file, put into the wrong folder, would otherwise mark everything in it as paid."""
    with pytest.raises(InvalidExchange, match="statement-not-executed"):
        statement_reader.read(client_bank.write([ORDER], MADE).content)


def test_read__a_statement_of_a_quiet_day_is_empty() -> None:
    assert statement_reader.read(statement()) == Statement((PAYER.account,), ())


def test_read__an_account_must_be_named() -> None:
    text = statement_text().replace(f"РасчСчет={PAYER.account}", "")
    assert problems(text) == ["statement-no-account"]


def test_read__balances_that_do_not_add_up_refuse_the_file() -> None:
    text = statement_text([PAID], opening=Decimal(50_000))
    (problem,) = problems(text.replace("КонечныйОстаток=38000.00", "КонечныйОстаток=38000.01"))
    assert problem == (
        f"statement-balance (line='9', account='{PAYER.account}', opening='50000.00', received='0.00',"
        " taken='12000.00', closing='38000.01')"
    )


def test_read__a_balance_may_be_negative_and_may_be_missing() -> None:
    text = statement_text([PAID], opening=Decimal(0))
    assert "КонечныйОстаток=-12000.00" in text
    assert read(text).cautions == ()
    text = text.replace("ВсегоСписано=12000.00\r\n", "")
    assert [str(one) for one in read(text).cautions] == [f"statement-no-totals (account='{PAYER.account}')"]


def test_read__a_document_that_the_banks_sums_do_not_know_refuses_the_file() -> None:
    text = statement_text([PAID], documents=[document(replace(PAID, number="16", amount=Decimal(1)))])
    assert problems(text) == [
        f"statement-exceeds-totals (account='{PAYER.account}', documents='12001.00', total='12000.00')"
    ]


def test_read__a_forged_document_inside_a_purpose_refuses_the_file() -> None:
    """A payer's text with line breaks, which a careless bank repeats: every line of it is well formed."""
    forged = document(carried_out(replace(ORDER, request="PR-9", number=99, amount=Decimal(5))))
    text = statement_text([replace(GOT, purpose="\r\n".join(["x", "КонецДокумента", *forged[:-1]]))])
    assert problems(text) == [
        f"statement-exceeds-totals (account='{PAYER.account}', documents='5.00', total='0.00')"
    ]


def test_read__documents_that_are_missing_are_told() -> None:
    text = statement_text([PAID, GOT])
    start = text.index("СекцияДокумент", text.index("КонецДокумента"))
    found = read(text[:start] + "КонецФайла\r\n")
    assert [str(one) for one in found.cautions] == [
        f"statement-below-totals (account='{PAYER.account}', documents='0', total='99.90')"
    ]
    assert [line.number for line in found.lines] == ["15"]


def spoiled(key: str, value: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.split("\r\n")
        place = next(n for n, line in enumerate(lines) if line.startswith(f"{key}=") and n > 15)
        lines[place] = f"{key}={value}"
        return "\r\n".join(lines)

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (spoiled("Сумма", "12 000.00"), "statement-amount (line='21', key='Сумма', value='12 000.00')"),
        (spoiled("Сумма", "1e5"), "statement-amount (line='21', key='Сумма', value='1e5')"),
        (spoiled("Сумма", "0.00"), "statement-amount (line='18', key='Сумма', value='0.00')"),
        (spoiled("Сумма", "-5"), "statement-amount (line='18', key='Сумма', value='-5')"),
        (spoiled("Сумма", ""), "statement-amount (line='18', key='Сумма', value='')"),
        (spoiled("Дата", "2026-11-12"), "statement-date (line='20', key='Дата', value='2026-11-12')"),
        (spoiled("Дата", "31.02.2026"), "statement-date (line='20', key='Дата', value='31.02.2026')"),
        (spoiled("Дата", "12.11.1026"), "statement-date (line='20', key='Дата', value='12.11.1026')"),
        (spoiled("Дата", ""), "statement-date (line='18', key='Дата', value='')"),
        (spoiled("ДатаСписано", ""), "statement-day-missing (line='18')"),
        (spoiled("ПлательщикСчет", "40702810000000000000"), "statement-other-account (line='18')"),
    ],
)
def test_read__a_document_that_cannot_be_understood_is_told_and_the_others_count(
    change: Callable[[str], str], told: str
) -> None:
    found = read(change(statement_text([PAID, GOT])))
    assert [str(problem) for problem in found.problems] == [told]
    assert [line.number for line in found.lines] == ["7"]


@pytest.mark.parametrize(
    ("written", "amount"), [("12000,5", "12000.5"), ("12000", "12000"), ("12000.50", "12000.50")]
)
def test_read__an_amount_as_banks_write_it(written: str, amount: str) -> None:
    text = spoiled("Сумма", written)(statement_text([replace(PAID, amount=Decimal(amount))]))
    assert read(text).lines[0].amount == Decimal(amount)


def test_read__both_days_are_filled_and_the_account_says_which_counts() -> None:
    text = statement_text([PAID, GOT]).replace("ДатаПоступило=\r\n", "ДатаПоступило=14.11.2026\r\n")
    assert [(line.direction, line.booked.day) for line in read(text).lines] == [("out", 13), ("in", 12)]


def test_read__from_one_own_account_to_another() -> None:
    other = payee(4, "АО «Луч»")
    text = statement_text([replace(PAID, other=other)])
    text = text.replace("Получатель=\r\n", f"Получатель=\r\nРасчСчет={other.account}\r\n", 1)
    (line,) = read(text).lines
    assert (line.account, line.direction) == (PAYER.account, "out")
    both = text.replace("ДатаПоступило=\r\n", "ДатаПоступило=14.11.2026\r\n")
    assert [(line.account, line.direction) for line in read(both).lines] == [
        (PAYER.account, "out"),
        (other.account, "in"),
    ]


def test_read__days_in_sections_of_their_own() -> None:
    text = statement_text([PAID])
    start, end = text.index("СекцияРасчСчет"), text.index("СекцияДокумент")
    quiet = text[start:end].replace("12000.00", "0.00").replace("999999999988000.00", "1000000000000000.00")
    found = read(text[:start] + quiet + text[start:])
    assert (found.cautions, len(found.lines)) == ((), 1)


SAMPLE = (DATA / "kl_to_1c.txt").read_bytes()


def test_read__a_statement_as_a_bank_writes_it() -> None:
    """Keys in another order, INN before the name, fields that only some banks have, zeros for "none"."""
    found = statement_reader.read(SAMPLE)
    assert (found.problems, found.cautions) == ((), ())
    assert [
        (
            line.direction.value,
            line.number,
            line.amount,
            line.other.name,
            line.other.inn,
            line.other.kpp,
            line.kind,
        )
        for line in found.lines
    ] == [
        (
            "out",
            "10840",
            Decimal("18.00"),
            'АО "СЕВЕРНЫЙ МОСТ"',
            "6164102186",
            "997950001",
            "Банковский ордер",
        ),
        (
            "out",
            "305",
            Decimal("22399.99"),
            'ООО НПО "ЛАСТОЧКА"',
            "6154021869",
            "615401001",
            "Платежное поручение",
        ),
        ("in", "БА8170", Decimal("139020.80"), "Иванов Иван Иванович", "", "", "Мемориальный ордер"),
    ]
    assert found.lines[1].purpose == "Оплата по счету №198 от 21.08.2026 г. в т.ч. НДС 18% - 3 416.95"
    assert found.lines[2].purpose == "Возврат займа по договору 3"

"""Orders as people make them, and the statement of a bank that has carried them out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from hypothesis import strategies as st

from sheetflow.banking.client_bank import SECTION_WORDS
from sheetflow.banking.orders import LAST_NUMBER, Budget, Party, PaymentOrder

MADE = datetime(2026, 11, 12, 9, 30, 5)
DAY = date(2026, 11, 12)
BIK = "044525225"
BANK = "ПАО Сбербанк"
CORR = "30101810400000000225"
OWN = "40702810700000000003"
RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁ"
SIGNS = " .,-–—№«»\"'()/%&+:;#|~^@*!?=…"


def keyed(account: str, bik: str = BIK) -> str:
    """The account with the digit 9 that makes its key right for the bank."""
    for digit in "0123456789":
        found = account[:8] + digit + account[9:]
        if sum(int(d) * w % 10 for d, w in zip(bik[6:] + found, (7, 1, 3) * 8, strict=False)) % 10 == 0:
            return found
    raise AssertionError(account)


def numbered_account(number: int) -> str:
    return keyed(f"40702810000{number:09d}")


def numbered_inn(number: int) -> str:
    digits = [int(digit) for digit in f"77{number:07d}"]
    check = sum(w * d for w, d in zip((2, 4, 10, 3, 5, 9, 4, 6, 8), digits, strict=True)) % 11 % 10
    return "".join(map(str, [*digits, check]))


def payee(number: int, name: str = "ООО «Ромашка»") -> Party:
    return Party(
        name, numbered_account(number), BIK, BANK, CORR, numbered_inn(number), "770701001", "г. Москва"
    )


PAYER = Party("АО «Луч»", keyed(OWN), BIK, BANK, CORR, numbered_inn(9_999_999), "770701001", "г. Москва")
ORDER = PaymentOrder(
    "PR-1", 15, DAY, Decimal("12000.00"), PAYER, payee(1),
    "Оплата по счету 15 от 12.11.2026 за бумагу, в т.ч. НДС 20% - 2 000.00",
)  # fmt: skip
TAX = replace(
    ORDER,
    request="PR-2",
    number=16,
    payee=Party(
        "Казначейство России (ФНС России)", "03100643000000018500", "017003983", "ОТДЕЛЕНИЕ ТУЛА",
        "40102810445370000059", "7727406020", "770801001", "г. Тула",
    ),
    purpose="Единый налоговый платеж",
    code="0",
    budget=Budget("01", "18201061201010000510", "0"),
)  # fmt: skip


def texts(limit: int) -> st.SearchStrategy[str]:
    """What people write and windows-1251 has, without the words that divide a bank file."""
    written = st.text(RUSSIAN + "abcxyzABCXYZ0123456789" + SIGNS, min_size=1, max_size=limit)
    plain = written.map(lambda text: " ".join(text.split())).filter(bool)
    return plain.filter(lambda text: not any(word.lower() in text.lower() for word in SECTION_WORDS))


@st.composite
def orders(draw: st.DrawFn) -> PaymentOrder:
    number = draw(st.integers(1, LAST_NUMBER).filter(lambda number: number % 1000))
    return PaymentOrder(
        f"PR-{draw(st.integers(1, 99999))}",
        number,
        draw(st.dates(date(2020, 1, 1), date(2040, 12, 31))),
        draw(st.decimals("0.01", "999999999999.99", places=2)),
        PAYER,
        replace(
            payee(draw(st.integers(1, 999)), draw(texts(160))), bank=draw(texts(60)), city=draw(texts(20))
        ),
        draw(texts(210)),
        priority=draw(st.integers(1, 5)),
        code=draw(st.sampled_from(["", "0", "1" * 20, "2" * 25])),
        budget=draw(st.sampled_from([None, TAX.budget])),
    )


@dataclass(frozen=True)
class Movement:
    """One document of a statement; `out`: from the own account to the other side, else the other way."""

    other: Party
    amount: Decimal
    number: str = "1"
    dated: date = DAY
    booked: date = DAY
    purpose: str = ""
    out: bool = True
    kind: str = "Платежное поручение"


def carried_out(order: PaymentOrder, booked: date | None = None) -> Movement:
    return Movement(
        order.payee, order.amount, str(order.number), order.date, booked or order.date, order.purpose
    )


def document(movement: Movement, own: Party = PAYER) -> list[str]:
    payer, paid = (own, movement.other) if movement.out else (movement.other, own)
    booked = f"{movement.booked:%d.%m.%Y}"
    return [
        f"СекцияДокумент={movement.kind}",
        f"Номер={movement.number}",
        f"Дата={movement.dated:%d.%m.%Y}",
        f"Сумма={movement.amount:.2f}",
        *_side("Плательщик", payer),
        f"ДатаСписано={booked if movement.out else ''}",
        *_side("Получатель", paid),
        f"ДатаПоступило={'' if movement.out else booked}",
        "ВидОплаты=01",
        "Очередность=5",
        f"НазначениеПлатежа={movement.purpose}",
        "КонецДокумента",
    ]


def _side(who: str, party: Party) -> list[str]:
    return [
        f"{who}Счет={party.account}",
        f"{who}=ИНН {party.inn} {party.name}",
        f"{who}ИНН={party.inn}",
        f"{who}КПП={party.kpp}",
        f"{who}1={party.name}",
        f"{who}БИК={party.bik}",
        f"{who}Банк1={party.bank}",
    ]


def statement_text(
    movements: Iterable[Movement] = (),
    own: Party = PAYER,
    documents: Sequence[Sequence[str]] = (),
    opening: Decimal = Decimal(10**15),
) -> str:
    """A statement with the sums of `movements`; `documents`: more of them, that the sums do not know."""
    movements = list(movements)
    taken = sum((one.amount for one in movements if one.out), Decimal(0))
    received = sum((one.amount for one in movements if not one.out), Decimal(0))
    days = [one.booked for one in movements] or [DAY]
    period = [f"ДатаНачала={min(days):%d.%m.%Y}", f"ДатаКонца={max(days):%d.%m.%Y}"]
    lines = [
        "1CClientBankExchange",
        "ВерсияФормата=1.03",
        "Кодировка=Windows",
        "Отправитель=Банк",
        "Получатель=",
        *period,
        f"РасчСчет={own.account}",
        "СекцияРасчСчет",
        *period,
        f"РасчСчет={own.account}",
        f"НачальныйОстаток={opening:.2f}",
        f"ВсегоПоступило={received:.2f}",
        f"ВсегоСписано={taken:.2f}",
        f"КонечныйОстаток={opening + received - taken:.2f}",
        "КонецРасчСчет",
        *(line for one in movements for line in document(one, own)),
        *(line for one in documents for line in one),
        "КонецФайла",
    ]
    return "\r\n".join(lines) + "\r\n"


def statement(movements: Iterable[Movement] = (), own: Party = PAYER) -> bytes:
    return statement_text(movements, own).encode("cp1251")

"""The file that every Russian client-bank reads: 1CClientBankExchange 1.03, written.

Decided here: how orders stand in the file, and which texts it cannot hold. Not decided: which orders are
paid from which account, what the file is called and where it lies.

In: `orders.PaymentOrder` of one own account, and the moment the file is made. Out: `BankFile`: bytes (cp1251,
CRLF), the orders that are in it, and a `Held` for each field that kept an order out. The same input gives the
same bytes.

The format (1C's standard for exchange with client-banks) has no escaping: a value ends with its line. So a
value with a line break or with a section's keyword is held, and so is a character that cp1251 does not have.
Texts are put into Unicode's composed form first, in which й is one character: nobody can see the difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sheetflow.banking.orders import Budget, Held, Party, PaymentOrder, check_order
from sheetflow.model.invalid import Invalid, shown

SIGNATURE = "1CClientBankExchange"
VERSION = "1.03"
ORDER_KIND = "Платежное поручение"
SECTION_WORDS = (
    SIGNATURE, "СекцияРасчСчет", "КонецРасчСчет", "СекцияДокумент", "КонецДокумента", "КонецФайла",
)  # fmt: skip
"""Words that begin or end a part of the file. Some readers look for them anywhere in a line."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SECTION_WORD = re.compile("|".join(SECTION_WORDS), re.IGNORECASE)
_BUDGET: Mapping[str, str] = {
    "status": "СтатусСоставителя",
    "kbk": "ПоказательКБК",
    "oktmo": "ОКАТО",
    "basis": "ПоказательОснования",
    "period": "ПоказательПериода",
    "document": "ПоказательНомера",
    "document_date": "ПоказательДаты",
    "kind": "ПоказательТипа",
}
"""ОКАТО is the key's name still; what stands there has been the OKTMO since 2014."""
_COLUMNS: Mapping[str, str] = {"": "contractor", "1": "contractor", "Банк1": "details", "Банк2": "details"}


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file for one own account. `content` is empty where every order was held."""

    account: str
    content: bytes
    orders: tuple[PaymentOrder, ...]
    held: tuple[Held, ...]


def write(orders: Sequence[PaymentOrder], made: datetime, sender: str = "sheetflow") -> BankFile:
    """One file for the payer's account that all these orders have.

    Codes of what is held: those of `orders.check_order`, "bank-character" (facts: `characters`, each once),
    "bank-line-break" and "bank-section-word" (facts: `word`).

    Args:
        orders: at least one; the file keeps their order.
        made: the local time that the file says it was made at.
        sender: the program that the file says it comes from.

    Raises:
        ValueError: no orders, two payers' accounts, or a number twice: the caller's mistakes, not a person's.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> payer = Party("ООО Луч", "40602810700000000025", "049805746", "Банк", inn="7707083893")
    >>> order = PaymentOrder("PR-1", 7, date(2026, 11, 12), Decimal(5), payer, payer, "За →")
    >>> print(write([order], datetime(2026, 11, 12)).held[0])
    PR-1, purpose: bank-character (value='За →', characters='→')
    """
    accounts = {order.payer.account for order in orders}
    if len(accounts) != 1:
        raise ValueError(f"a bank file is of one account, not of {len(accounts)}")
    if len({order.number for order in orders}) < len(orders):
        raise ValueError("two orders of one bank file have the same number")
    held: list[Held] = []
    written: list[PaymentOrder] = []
    for order in orders:
        problems = check_order(order) or tuple(_unwritable(order))
        held += problems
        if not problems:
            written.append(order)
    account = accounts.pop()
    content = _content(account, written, made, sender) if written else b""
    return BankFile(account, content, tuple(written), tuple(held))


def _content(account: str, orders: Sequence[PaymentOrder], made: datetime, sender: str) -> bytes:
    days = [order.date for order in orders]
    lines = [
        SIGNATURE,
        f"ВерсияФормата={VERSION}",
        "Кодировка=Windows",
        f"Отправитель={sender}",
        "Получатель=",
        f"ДатаСоздания={made:%d.%m.%Y}",
        f"ВремяСоздания={made:%H:%M:%S}",
        f"ДатаНачала={min(days):%d.%m.%Y}",
        f"ДатаКонца={max(days):%d.%m.%Y}",
        f"РасчСчет={account}",
        f"Документ={ORDER_KIND}",
    ]
    for order in orders:
        lines.append(f"СекцияДокумент={ORDER_KIND}")
        lines += [f"{key}={value}" for key, _, value in _fields(order)]
        lines.append("КонецДокумента")
    lines.append("КонецФайла")
    return "".join(f"{line}\r\n" for line in lines).encode("cp1251")


def _unwritable(order: PaymentOrder) -> Iterator[Held]:
    seen: set[tuple[str, str]] = set()
    for _, column, value in _fields(order):
        problem = _text_problem(value)
        if problem is not None and (column, value) not in seen:  # a name stands there twice
            seen.add((column, value))
            yield Held(order.request, column, problem)


def _text_problem(value: str) -> Invalid | None:
    if _CONTROL.search(value):
        return Invalid("bank-line-break", {"value": shown(_CONTROL.sub("⏎", value))})
    if word := _SECTION_WORD.search(value):
        return Invalid("bank-section-word", {"value": shown(value), "word": word[0]})
    try:
        value.encode("cp1251")
    except UnicodeEncodeError:
        strange = dict.fromkeys(sign for sign in value if not _in_cp1251(sign))
        return Invalid("bank-character", {"value": shown(value), "characters": " ".join(strange)})
    return None


def _in_cp1251(sign: str) -> bool:
    try:
        sign.encode("cp1251")
    except UnicodeEncodeError:
        return False
    return True


def _fields(order: PaymentOrder) -> Iterator[tuple[str, str, str]]:
    """Key, the Registry's column it comes from, and the value, in the standard's order."""
    yield "Номер", "payment_order", str(order.number)
    yield "Дата", "payment_order", f"{order.date:%d.%m.%Y}"
    yield "Сумма", "amount", f"{order.amount:.2f}"
    budget = order.budget is not None
    for key, value in _party(order.payer, budget=budget):
        yield f"Плательщик{key}", "pay_from", value
    for key, value in _party(order.payee, budget=budget):
        yield f"Получатель{key}", _COLUMNS.get(key, "account"), value
    yield "ВидПлатежа", "payment_order", _text(order.way)
    yield "ВидОплаты", "payment_order", order.operation
    yield "Код", "payment_order", order.code or ("0" if budget else "")
    yield "КодНазПлатежа", "payment_order", order.purpose_code
    for field, key in _BUDGET.items():
        yield key, "purpose", _text(_budget(order.budget, field))
    yield "Очередность", "payment_order", str(order.priority)
    yield "НазначениеПлатежа", "purpose", _text(order.purpose)


def _party(party: Party, *, budget: bool) -> Iterator[tuple[str, str]]:
    yield "Счет", party.account
    yield "", _text(party.name)
    yield "ИНН", party.inn
    yield "КПП", party.kpp or ("0" if budget else "")  # field 103 is never blank in a budget payment
    yield "1", _text(party.name)
    yield "РасчСчет", party.account
    yield "Банк1", _text(party.bank)
    yield "Банк2", _text(party.city)
    yield "БИК", party.bik
    yield "Корсчет", party.corr_account


def _budget(budget: Budget | None, field: str) -> str:
    return "" if budget is None else str(getattr(budget, field))


def _text(value: str) -> str:
    return unicodedata.normalize("NFC", value.strip())

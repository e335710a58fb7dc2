"""What a statement in 1C's format (1CClientBankExchange) says was taken from own accounts and what came in.

Decided here: what its documents mean, in which direction the money went, and whether the bank's own sums
agree with them. Not decided: which request a line pays (`matching`).

In: bytes. Out: `statement.Statement`. A file whose form or whose balances are wrong is refused whole, since
nothing in it can be relied on: values are not escaped in this format, and a text with a line break can make a
document that the bank never wrote; what it says was taken then exceeds the bank's own totals. A document that
cannot be understood is passed over and told (`Statement.problems`), the others count. What is strange and
harmless is told too (`Statement.cautions`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sheetflow.banking.client_bank_reader import Exchange, InvalidExchange, Section
from sheetflow.banking.client_bank_reader import read as read_exchange
from sheetflow.banking.statement import Balance, Direction, Side, Statement, StatementLine, unequal
from sheetflow.model.dates import FIRST, LAST
from sheetflow.model.invalid import Invalid, shown
from sheetflow.model.requisites import account_currency

_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_AMOUNT = re.compile(r"(-?)([0-9]{1,18})(?:[.,]([0-9]{1,2}))?")
_LEADING_INN = re.compile(r"(?:ИНН\s*)?[0-9]{10,12}[\s,;:/]+", re.IGNORECASE)
_PURPOSES = tuple(f"НазначениеПлатежа{number}" for number in range(1, 7))


def read(data: bytes) -> Statement:
    r"""A statement in 1C's format.

    Raises:
        InvalidExchange: what client_bank_reader.read raises; "statement-no-account";
            "statement-not-executed" (a file of orders for the bank, where nothing has been taken yet);
            "statement-balance" (facts: `line`, `account`, `opening`, `received`, `taken`, `closing`: they do
            not add up); "statement-exceeds-totals" (facts: `account`, `documents`, `total`).

    In `problems`, each with the fact `line`: those of the reader, "statement-date" and "statement-amount"
    (facts: `key`, `value`), "statement-day-missing" (no day on which the bank did it),
    "statement-other-account" (between accounts that the file is not about).
    In `cautions`: "statement-below-totals" (facts as above), "statement-no-totals" (facts: `account`).

    >>> read("1CClientBankExchange\nВерсияФормата=1.03\nКонецФайла\n".encode("cp1251"))
    Traceback (most recent call last):
    sheetflow.banking.client_bank_reader.InvalidExchange: statement-no-account
    """
    exchange = read_exchange(data)
    if not exchange.own:
        raise InvalidExchange([Invalid("statement-no-account")])
    executed = [one for one in exchange.documents if one.get("ДатаСписано", "ДатаПоступило")]
    if exchange.documents and not executed:
        raise InvalidExchange([Invalid("statement-not-executed")])
    problems: list[Invalid] = []
    lines: list[StatementLine] = []
    for document in exchange.documents:
        try:
            lines += _movements(document, exchange.own)
        except Invalid as problem:
            problems.append(problem)
    cautions = _cautions(_balances(exchange), lines, complete=not problems)
    return Statement(exchange.own, tuple(lines), tuple(problems), cautions)


def _cautions(
    balances: Sequence[Balance], lines: Sequence[StatementLine], *, complete: bool
) -> tuple[Invalid, ...]:
    """What the bank's own sums say of the documents; `complete`: no document was passed over.

    Raises:
        InvalidExchange: "statement-balance", "statement-exceeds-totals", as in `read`.
    """
    wrong = [problem for balance in balances if (problem := unequal(balance)) is not None]
    cautions: list[Invalid] = []
    sums: dict[tuple[str, Direction], Decimal] = {}
    for line in lines:
        place = (line.account, line.direction)
        sums[place] = sums.get(place, Decimal(0)) + line.amount
    for account in dict.fromkeys(line.account for line in lines):
        mine = [balance for balance in balances if balance.account == account]
        for direction in Direction:
            totals = [one.taken if direction is Direction.OUT else one.received for one in mine]
            stated = [total for total in totals if total is not None]
            if not mine or len(stated) < len(mine):
                continue
            documents, total = sums.get((account, direction), Decimal(0)), sum(stated, Decimal(0))
            facts = {"account": account, "documents": f"{documents:f}", "total": f"{total:f}"}
            if documents > total:
                wrong.append(Invalid("statement-exceeds-totals", facts))
            elif documents < total and complete:
                cautions.append(Invalid("statement-below-totals", facts))
        if not any(one.taken is not None for one in mine):
            cautions.append(Invalid("statement-no-totals", {"account": account}))
    if wrong:
        raise InvalidExchange(wrong)
    return tuple(cautions)


def _movements(document: Section, own: Sequence[str]) -> list[StatementLine]:
    """One line, or two where the money went from one own account to another.

    Raises:
        Invalid: the document cannot be understood.
    """
    if document.problems:
        raise document.problems[0]
    payer, payee = _side(document, "Плательщик"), _side(document, "Получатель")
    out, into = _own(document, "Плательщик", own), _own(document, "Получатель", own)
    if not out and not into:
        raise Invalid("statement-other-account", _where(document))
    dated = _date(document, "Дата")
    amount = _amount(document, "Сумма")
    if amount is None or dated is None or amount <= 0:
        key = "Дата" if dated is None else "Сумма"
        code = "statement-date" if dated is None else "statement-amount"
        raise Invalid(code, {**_where(document), "key": key, "value": shown(document.get(key))})
    taken, received = _date(document, "ДатаСписано"), _date(document, "ДатаПоступило")
    found: list[StatementLine] = []
    for direction, account, other, day in (
        (Direction.OUT, out, payee, taken),
        (Direction.IN, into, payer, received or (None if out else taken)),
    ):
        if not account:
            continue
        if day is None and not (out and into):
            raise Invalid("statement-day-missing", _where(document))
        if day is not None:
            found.append(
                StatementLine(
                    account, direction, document.get("Номер"), dated, day, amount,
                    account_currency(account) or "RUB", other, _purpose(document), document.kind,
                    document.line,
                )
            )  # fmt: skip
    if not found:
        raise Invalid("statement-day-missing", _where(document))
    return found


def _side(document: Section, who: str) -> Side:
    inn = document.get(f"{who}ИНН").strip("0") and document.get(f"{who}ИНН")
    kpp = document.get(f"{who}КПП").strip("0") and document.get(f"{who}КПП")
    name = document.get(f"{who}1") or _LEADING_INN.sub("", document.get(who), count=1)
    account = document.get(f"{who}РасчСчет", f"{who}Счет")
    return Side(name, account, inn, kpp, document.get(f"{who}БИК"), document.get(f"{who}Банк1"))


def _own(document: Section, who: str, own: Sequence[str]) -> str:
    """The own account on one side of a document, "" where that side is somebody else's."""
    named = (document.get(f"{who}Счет"), document.get(f"{who}РасчСчет"))
    return next((account for account in named if account in own), "")


def _purpose(document: Section) -> str:
    whole = document.get("НазначениеПлатежа")
    return whole or " ".join(filter(None, (document.get(key) for key in _PURPOSES)))


def _where(section: Section, key: str = "") -> dict[str, str]:
    return {"line": str(section.lines.get(key, section.line))}


def _date(section: Section, key: str) -> date | None:
    """A day, or None where none stands there.

    Raises:
        Invalid: "statement-date".
    """
    text = section.get(key)
    if not text:
        return None
    problem = Invalid("statement-date", {**_where(section, key), "key": key, "value": shown(text)})
    match = _DATE.fullmatch(text)
    if match is None:
        raise problem
    try:
        found = date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        raise problem from None
    if not FIRST <= found <= LAST:
        raise problem
    return found


def _amount(section: Section, key: str) -> Decimal | None:
    """An amount, or None where none stands there.

    Raises:
        Invalid: "statement-amount".
    """
    text = section.get(key)
    if not text:
        return None
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise Invalid("statement-amount", {**_where(section, key), "key": key, "value": shown(text)})
    return Decimal(f"{match[1]}{match[2]}.{match[3] or '0'}")


def _balances(exchange: Exchange) -> list[Balance]:
    found: list[Balance] = []
    problems = [problem for section in exchange.accounts for problem in section.problems]
    for section in exchange.accounts:
        try:
            sums = [_amount(section, key) for key in ("НачальныйОстаток", "ВсегоПоступило", "ВсегоСписано")]
            closing = _amount(section, "КонечныйОстаток")
        except Invalid as problem:
            problems.append(problem)
            continue
        account = section.get("РасчСчет") or (exchange.own[0] if len(exchange.own) == 1 else "")
        found.append(Balance(account, section.line, sums[0], sums[1], sums[2], closing))
    if problems:
        raise InvalidExchange(problems)
    return found

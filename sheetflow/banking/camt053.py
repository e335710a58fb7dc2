"""A bank's statement in ISO 20022's camt.053, versions 001.02 to 001.13, as the lines of `statement`.

Decided here: which entries count, which movement each of their transactions is, and whether the balances
hold. Not decided: which request a line pays (`matching`).

In: XML bytes. Out: `statement.Statement`. Only booked entries count; what is pending is told as a caution. A
batch entry becomes one line a transaction, if their amounts add up to the entry's; otherwise one line that
names nobody. A line's number is the EndToEndId that `pain001` gave, else the bank's reference. Source: ISO
20022's message definition report for bank-to-customer cash management.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from sheetflow.banking import xml_tree
from sheetflow.banking.client_bank_reader import InvalidExchange
from sheetflow.banking.statement import Balance, Direction, Side, Statement, StatementLine, unequal
from sheetflow.model.dates import FIRST, LAST
from sheetflow.model.invalid import Invalid, shown

_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(?:0[2-9]|1[0-3])\}Document")
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,5})?|\.[0-9]{1,5}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_NOT_GIVEN = ("NOTPROVIDED", "NOTAVAILABLE")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def read(data: bytes) -> Statement:
    """A statement in camt.053.

    Raises:
        InvalidExchange: those of xml_tree.parse, "camt-other" (another document), "statement-no-account",
            and "statement-balance" as in statement.read.

    In `problems`, each with the fact `line` (which entry of the file): "camt-entry" (facts: `field`,
    `value`), "camt-transactions" (they do not add up). In `cautions`: "camt-pending" (facts: `line`).

    >>> read(b"<Document/>")
    Traceback (most recent call last):
    sheetflow.banking.client_bank_reader.InvalidExchange: camt-other (value='Document')
    """
    try:
        root = xml_tree.parse(data)
    except Invalid as problem:
        raise InvalidExchange([problem]) from None
    if not _NAMESPACE.fullmatch(root.tag):
        raise InvalidExchange([Invalid("camt-other", {"value": shown(root.tag)})])
    lines: list[StatementLine] = []
    problems: list[Invalid] = []
    cautions: list[Invalid] = []
    unequals: list[Invalid] = []
    accounts: dict[str, None] = {}
    number = 0
    for statement in _all(root, "BkToCstmrStmt", "Stmt"):
        account = _text(statement, "Acct", "Id", "IBAN") or _text(statement, "Acct", "Id", "Othr", "Id")
        if not account:
            raise InvalidExchange([Invalid("statement-no-account")])
        accounts[account] = None
        mine: list[StatementLine] = []
        complete = True
        for entry in _all(statement, "Ntry"):
            number += 1
            if (_text(entry, "Sts", "Cd") or _text(entry, "Sts")) != "BOOK":
                cautions.append(Invalid("camt-pending", {"line": str(number)}))
                continue
            try:
                mine += _lines(entry, account, number)
            except Invalid as unreadable:
                problems.append(unreadable)
                complete = False
        lines += mine
        if complete and (sums := unequal(_balance(statement, account, number, mine))):
            unequals.append(sums)
    if unequals:
        raise InvalidExchange(unequals)
    return Statement(tuple(accounts), tuple(lines), tuple(problems), tuple(cautions))


def _lines(entry: Element, account: str, number: int) -> list[StatementLine]:
    where = {"line": str(number)}
    amount, currency = _amount(entry, where)
    if not amount:
        raise Invalid("camt-entry", {**where, "field": "Amt", "value": "0"})
    details = [one for batch in _all(entry, "NtryDtls") for one in _all(batch, "TxDtls")]
    whole = StatementLine(
        account, _direction(entry, where), _reference(entry), None, _day(entry, where), amount, currency,
        Side(), _text(entry, "AddtlNtryInf"), "camt.053", number,
    )  # fmt: skip
    if not details:
        return [whole]
    if len(details) == 1:
        return [_detailed(whole, details[0], amount)]
    amounts = [_own_amount(one, currency, where) for one in details]
    if None in amounts:
        return [whole]
    if sum(filter(None, amounts), Decimal(0)) != amount:
        raise Invalid("camt-transactions", {**where, "value": f"{amount:f}"})
    return [_detailed(whole, one, part) for one, part in zip(details, amounts, strict=True) if part]


def _detailed(whole: StatementLine, details: Element, amount: Decimal) -> StatementLine:
    """What one transaction says of itself, in the words of whichever version."""
    ours = _text(details, "Refs", "EndToEndId")
    out = whole.direction is Direction.OUT
    who, agent = ("Cdtr", "CdtrAgt") if out else ("Dbtr", "DbtrAgt")
    parties = _first(details, "RltdPties")
    party = _first(parties, who)
    other = Side(
        name=_text(party, "Pty", "Nm") or _text(party, "Nm"),
        account=_text(parties, f"{who}Acct", "Id", "IBAN")
        or _text(parties, f"{who}Acct", "Id", "Othr", "Id"),
        bik=_text(details, "RltdAgts", agent, "FinInstnId", "BICFI")
        or _text(details, "RltdAgts", agent, "FinInstnId", "BIC"),
        bank=_text(details, "RltdAgts", agent, "FinInstnId", "Nm"),
    )
    told = [_own_text(one) for one in _all(details, "RmtInf", "Ustrd")]
    told += [_own_text(one) for one in _all(details, "RmtInf", "Strd", "CdtrRefInf", "Ref")]
    return replace(
        whole,
        number=ours if ours and ours.upper() not in _NOT_GIVEN else whole.number,
        amount=amount,
        other=other,
        purpose=" ".join(filter(None, told)) or whole.purpose,
    )


def _balance(statement: Element, account: str, number: int, lines: list[StatementLine]) -> Balance:
    """What the lines are held against; their sums stand for the totals, which a camt.053 need not have."""
    found: dict[str, Decimal] = {}
    for balance in _all(statement, "Bal"):
        kind = _text(balance, "Tp", "CdOrPrtry", "Cd")
        try:
            amount, _ = _amount(balance, {})
            sign = 1 if _direction(balance, {}) is Direction.IN else -1
        except Invalid as problem:
            raise InvalidExchange([problem]) from None
        found.setdefault(kind, amount * sign)
    opening = next((found[kind] for kind in _OPENING if kind in found), None)
    closing = next((found[kind] for kind in _CLOSING if kind in found), None)
    sums = {
        direction: sum((line.amount for line in lines if line.direction is direction), Decimal(0))
        for direction in Direction
    }
    return Balance(account, number, opening, sums[Direction.IN], sums[Direction.OUT], closing)


def _amount(element: Element, where: dict[str, str]) -> tuple[Decimal, str]:
    found = _first(element, "Amt")
    text, currency = _own_text(found), "" if found is None else found.get("Ccy", "")
    if not _AMOUNT.fullmatch(text) or not _CURRENCY.fullmatch(currency):
        raise Invalid("camt-entry", {**where, "field": "Amt", "value": shown(f"{text} {currency}".strip())})
    return Decimal(text), currency


def _own_amount(details: Element, currency: str, where: dict[str, str]) -> Decimal | None:
    """A transaction's amount in the entry's currency, or None where it does not say."""
    for holder in (details, _first(details, "AmtDtls", "TxAmt")):
        if holder is not None and _first(holder, "Amt") is not None:
            amount, own = _amount(holder, where)
            return amount if own == currency else None
    return None


def _direction(element: Element, where: dict[str, str]) -> Direction:
    text = _text(element, "CdtDbtInd")
    if text not in ("CRDT", "DBIT"):
        raise Invalid("camt-entry", {**where, "field": "CdtDbtInd", "value": shown(text)})
    return Direction.IN if text == "CRDT" else Direction.OUT


def _day(entry: Element, where: dict[str, str]) -> date:
    booked = (_text(entry, name, "Dt") or _text(entry, name, "DtTm")[:10] for name in ("BookgDt", "ValDt"))
    text = next(filter(None, booked), "")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not FIRST <= day <= LAST:
        raise Invalid("camt-entry", {**where, "field": "BookgDt", "value": shown(text)})
    return day


def _reference(entry: Element) -> str:
    return _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")


def _all(element: Element | None, *path: str) -> Iterator[Element]:
    """The elements at the end of a path of names, whatever the namespace."""
    if element is None:
        return
    if not path:
        yield element
        return
    for child in element:
        if child.tag.rpartition("}")[2] == path[0]:
            yield from _all(child, *path[1:])


def _first(element: Element | None, *path: str) -> Element | None:
    return next(_all(element, *path), None)


def _text(element: Element | None, *path: str) -> str:
    return _own_text(_first(element, *path))


def _own_text(element: Element | None) -> str:
    return "" if element is None else " ".join((element.text or "").split())

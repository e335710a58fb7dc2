"""Orders to a bank for payees with an IBAN: ISO 20022's pain.001.001.09, written.

Decided here: how transfers stand in the message, and which texts it cannot hold. Not decided: which requests
are paid from which account, and whether the bank takes the currency.

In: transfers of one own account, and the moment the message is made. Out: `PainFile`: UTF-8 bytes, the
transfers in it, and a `Held` for each field that kept one out. The same input gives the same bytes. Who bears
the charges and by which scheme the money goes is not stated, so that the agreement with the bank decides.

Letters are those of the Latin script, as banks abroad take them; another letter, a text that is too long, or
a control character is held: nothing is transliterated or cut. Source: ISO 20022's message definition for
customer credit transfer initiation; the 70 characters of a name are the European Payments Council's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sheetflow.banking.orders import Held
from sheetflow.model import requisites
from sheetflow.model.invalid import Invalid, shown
from sheetflow.model.money import Money

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LONGEST_NAME, LONGEST_PURPOSE, LONGEST_ID = 70, 140, 35

_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_ID = re.compile(r"[0-9A-Za-z+?:().,'-](?:[0-9A-Za-z/+?:().,' -]*[0-9A-Za-z+?:().,'-])?")
_LETTERS = re.compile(r"[ -~\u00a0-\u017f\u2010-\u201e\u20ac]*")
"""Printable ASCII, the Latin letters of Europe, dashes, quotation marks and the euro."""


@dataclass(frozen=True, slots=True)
class Payer:
    """The own account: an IBAN; `bic`: of its bank."""

    name: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment. `reference`: the EndToEndId, by which a statement names it; `bic` may be ""."""

    request: str
    reference: str
    amount: Decimal
    currency: str
    name: str
    iban: str
    bic: str
    purpose: str
    on: date


@dataclass(frozen=True, slots=True)
class PainFile:
    """A message of one own account. `content` is empty where every transfer was held."""

    content: bytes
    transfers: tuple[Transfer, ...]
    held: tuple[Held, ...]


def write(payer: Payer, transfers: Sequence[Transfer], made: datetime, message: str) -> PainFile:
    """One message.

    Codes of what is held: "iban-…", "amount-…", "currency-unknown" as the model has them, "bic-format",
    "order-needs" (facts: `columns`), "name-too-long", "purpose-too-long" (facts: `length`, `limit`),
    "bank-character" (facts: `characters`), "order-field" (facts: `columns`, `value`).

    Args:
        payer: whose account it is.
        transfers: in the order in which they are to stand; those of one day stand together.
        made: local time with its zone, or UTC.
        message: the message's id, at most 35 characters, never used before with this bank.

    Raises:
        ValueError: no transfers, a reference twice, or a message id that cannot be one.
        Invalid: the payer's own name, IBAN or BIC cannot stand there.

    >>> from datetime import UTC
    >>> payer = Payer("Luch LLC", "DE89370400440532013000", "COBADEFFXXX")
    >>> day, made = date(2026, 1, 9), datetime(2026, 1, 8, tzinfo=UTC)
    >>> transfer = Transfer("PR-1", "PR-1/1", Decimal(5), "EUR", "Müller", payer.iban, "", "счет 5", day)
    >>> print(*write(payer, [transfer], made, "M1").held)
    PR-1, purpose: bank-character (value='счет 5', characters='с ч е т')
    """
    references = {transfer.reference for transfer in transfers}
    if not transfers or len(references) < len(transfers) or not _is_id(message):
        raise ValueError("a message has an id, and transfers that each have a reference of their own")
    for problem in (_name(payer.name), _iban(payer.iban), _bic(payer.bic, needed=True)):
        if problem is not None:
            raise problem
    held: list[Held] = []
    written: list[Transfer] = []
    for transfer in transfers:
        problems = [Held(transfer.request, column, problem) for column, problem in _problems(transfer)]
        held += problems
        if not problems:
            written.append(transfer)
    content = _content(payer, written, made, message) if written else b""
    return PainFile(content, tuple(written), tuple(held))


def _problems(transfer: Transfer) -> Iterator[tuple[str, Invalid]]:
    checks = {
        "payment_order": None if _is_id(transfer.reference) else _wrong("payment_order", transfer.reference),
        "amount": _amount(transfer),
        "contractor": _name(transfer.name),
        "account": _iban(transfer.iban),
        "bik": _bic(transfer.bic, needed=False),
        "purpose": _text(transfer.purpose, "purpose", "purpose-too-long", LONGEST_PURPOSE),
    }
    for column, problem in checks.items():
        if problem is not None:
            yield column, problem


def _amount(transfer: Transfer) -> Invalid | None:
    try:
        Money(transfer.amount, transfer.currency)
    except Invalid as problem:
        return problem
    return None if transfer.amount > 0 else Invalid("amount-not-positive", {"value": shown(transfer.amount)})


def _iban(text: str) -> Invalid | None:
    try:
        value = requisites.iban(text).value
    except Invalid as problem:
        return problem
    return None if value == text else _wrong("account", text)


def _bic(text: str, *, needed: bool) -> Invalid | None:
    if _BIC.fullmatch(text) or (not text and not needed):
        return None
    return Invalid("bic-format", {"value": shown(text)})


def _name(text: str) -> Invalid | None:
    return _text(text, "contractor", "name-too-long", LONGEST_NAME)


def _text(text: str, field: str, too_long: str, limit: int) -> Invalid | None:
    if not text.strip():
        return Invalid("order-needs", {"columns": field})
    if not _LETTERS.fullmatch(text):
        strange = dict.fromkeys(sign for sign in text if not _LETTERS.fullmatch(sign))
        characters = " ".join(sign if sign.isprintable() else "⏎" for sign in strange)
        return Invalid("bank-character", {"value": shown(text), "characters": characters})
    if len(text) > limit:
        return Invalid(too_long, {"value": shown(text), "length": str(len(text)), "limit": str(limit)})
    return None


def _wrong(field: str, text: str) -> Invalid:
    return Invalid("order-field", {"columns": field, "value": shown(text)})


def _is_id(text: str) -> bool:
    """Whether a text can be an id: signs that every bank takes, no slash at an end and no two together."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None and "//" not in text


def _content(payer: Payer, transfers: Sequence[Transfer], made: datetime, message: str) -> bytes:
    root = Element("Document", xmlns=NAMESPACE)
    initiation = SubElement(root, "CstmrCdtTrfInitn")
    header = SubElement(initiation, "GrpHdr")
    _put(header, message, "MsgId")
    _put(header, made.isoformat(timespec="seconds"), "CreDtTm")
    _count(header, transfers)
    _put(header, payer.name, "InitgPty", "Nm")
    days = sorted({transfer.on for transfer in transfers})
    for number, day in enumerate(days, 1):
        of_day = [transfer for transfer in transfers if transfer.on == day]
        batch = SubElement(initiation, "PmtInf")
        _put(batch, f"{message[: LONGEST_ID - 4]}-{number}", "PmtInfId")
        _put(batch, "TRF", "PmtMtd")
        _count(batch, of_day)
        _put(batch, day.isoformat(), "ReqdExctnDt", "Dt")
        _put(batch, payer.name, "Dbtr", "Nm")
        _put(batch, payer.iban, "DbtrAcct", "Id", "IBAN")
        _put(batch, payer.bic, "DbtrAgt", "FinInstnId", "BICFI")
        for transfer in of_day:
            _transfer(batch, transfer)
    indent(root)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _transfer(batch: Element, transfer: Transfer) -> None:
    element = SubElement(batch, "CdtTrfTxInf")
    _put(element, transfer.reference, "PmtId", "EndToEndId")
    amount = Money(transfer.amount, transfer.currency).amount
    _put(element, f"{amount:f}", "Amt", "InstdAmt").set("Ccy", transfer.currency)
    if transfer.bic:
        _put(element, transfer.bic, "CdtrAgt", "FinInstnId", "BICFI")
    _put(element, transfer.name.strip(), "Cdtr", "Nm")
    _put(element, transfer.iban, "CdtrAcct", "Id", "IBAN")
    _put(element, transfer.purpose.strip(), "RmtInf", "Ustrd")


def _count(parent: Element, transfers: Sequence[Transfer]) -> None:
    """How many there are and the sum of their figures, whatever the currencies: that is what it is for."""
    _put(parent, str(len(transfers)), "NbOfTxs")
    _put(parent, f"{sum((transfer.amount for transfer in transfers), Decimal(0)):f}", "CtrlSum")


def _put(parent: Element, text: str, *path: str) -> Element:
    """An element at the end of a path of new ones."""
    for name in path:
        parent = SubElement(parent, name)
    parent.text = text
    return parent

"""The Registry's columns: their keys, who writes them, and what depends on them.

Headers are not here: they are labels in `sheet_templates/<locale>/labels.toml`, and a column is always
looked up by its header, never by its position.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Writer(Enum):
    """Whose the column is."""

    ID = "the system, once"
    STATUS = "people, by dropdown: a wish that the system judges"
    SHOWN = "a formula over the State tab"
    REQUESTER = "the requester, in Draft and Returned"
    ACCOUNTANT = "accountants, once approved"
    ANYONE = "anyone with a role"


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    AMOUNT = "amount"
    DATE = "date"
    CHOICE = "choice"
    CHECKBOX = "checkbox"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the Registry.

    `required`: needed to submit. `sealed`: part of the fingerprint that an approval is bound to.
    `payee`: says whom the money goes to, so a draft's value of unknown origin has to be confirmed.
    """

    key: str
    writer: Writer
    kind: Kind = Kind.TEXT
    required: bool = False
    sealed: bool = False
    payee: bool = False


def _asked(
    key: str, kind: Kind = Kind.TEXT, *, required: bool = False, sealed: bool = False, payee: bool = False
) -> Column:
    return Column(key, Writer.REQUESTER, kind, required=required, sealed=sealed, payee=payee)


COLUMNS: tuple[Column, ...] = (
    Column("id", Writer.ID),
    Column("status", Writer.STATUS, Kind.CHOICE),
    Column("confirmed", Writer.SHOWN),
    _asked("subject", required=True),
    _asked("contractor", required=True, sealed=True, payee=True),
    _asked("amount", Kind.AMOUNT, required=True, sealed=True),
    _asked("currency", Kind.CHOICE, required=True, sealed=True),
    _asked("pay_by", Kind.DATE, required=True),
    _asked("details", required=True),
    _asked("inn", required=True, sealed=True, payee=True),
    _asked("kpp", sealed=True, payee=True),
    _asked("bik", sealed=True, payee=True),
    _asked("account", required=True, sealed=True, payee=True),
    _asked("corr_account", sealed=True, payee=True),
    _asked("purpose", required=True, sealed=True),
    _asked("invoice_no"),
    _asked("invoice_date", Kind.DATE),
    _asked("vat", Kind.CHOICE, sealed=True),
    _asked("department", Kind.CHOICE),
    _asked("category", Kind.CHOICE),
    _asked("contractor_email"),
    _asked("invoice", Kind.LINK, sealed=True),
    Column("pay_from", Writer.ACCOUNTANT, Kind.CHOICE),
    Column("to_pay", Writer.ACCOUNTANT, Kind.CHECKBOX),
    Column("payment_order", Writer.ACCOUNTANT, Kind.LINK),
    Column("paid", Writer.SHOWN, Kind.AMOUNT),
    Column("comment", Writer.ANYONE),
    Column("checks", Writer.SHOWN),
    Column("requester", Writer.SHOWN),
    Column("approver", Writer.SHOWN),
    Column("updated", Writer.SHOWN),
    Column("history", Writer.SHOWN, Kind.LINK),
)

BY_KEY = {column.key: column for column in COLUMNS}

REQUEST_FIELDS: tuple[str, ...] = tuple(c.key for c in COLUMNS if c.writer is Writer.REQUESTER)
"""What the requester fills, in the order of the sheet."""

INPUTS: tuple[str, ...] = tuple(
    c.key for c in COLUMNS if c.writer in (Writer.REQUESTER, Writer.ACCOUNTANT, Writer.ANYONE)
)
"""Every cell that people fill, apart from the status: the State tab keeps the accepted value of each."""

SHOWN: tuple[str, ...] = tuple(c.key for c in COLUMNS if c.writer is Writer.SHOWN)
REQUIRED: tuple[str, ...] = tuple(c.key for c in COLUMNS if c.required)
SEALED: tuple[str, ...] = tuple(c.key for c in COLUMNS if c.sealed)
PAYEE: frozenset[str] = frozenset(c.key for c in COLUMNS if c.payee)

SEAL_SIGN = "¦"
"""Stands between the sealed cells in the text that Confirmed compares: no sealed cell may hold it."""

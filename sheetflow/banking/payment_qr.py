"""The payment QR of a Russian invoice: its text read leniently, written strictly.

Decided here: which text is a payment code, what its fields say, and where it and a row of the Registry say
different things. Not decided: whether the requisites can be right (model.requisites) and whether the payee
is who they say. The picture is made and read elsewhere.

Source: GOST R 56042-2014. A code is `ST`, the version `0001`, a digit that names the encoding, a separator
of the writer's choice, then `Key=value` pairs; `Sum` is in kopecks. Codes in use have errors, and reading is
lenient where the meaning stays certain: keys in any case, `INN` for `PayeeINN`, a missing or zero
`CorrespAcc`, `Sum=1250000.00`, a wrong encoding. Nothing is guessed: a fraction of a kopeck, or a key that
stands twice with two values, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from sheetflow.banking.qr_charset import CHARSETS, decode, repaired
from sheetflow.model import requisites
from sheetflow.model.cells import Cell
from sheetflow.model.dates import parse_date, to_serial
from sheetflow.model.invalid import Invalid, shown
from sheetflow.model.money import MAX_INTEGER_DIGITS

LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "Name": 160, "PersonalAcc": 20, "BankName": 45, "BIC": 9, "CorrespAcc": 20, "Sum": 18, "Purpose": 210,
        "PayeeINN": 12, "KPP": 9, "DocNo": 15, "DocDate": 10,
    }
)  # fmt: skip
"""The standard's keys that a `PaymentQr` has fields for, in the order of writing, with the longest value."""

SEPARATORS = "|~^#;*_@$%&!"
"""What stands between the pairs: the first that no value contains."""

_HEAD = re.compile(r"ST([0-9]{4})([0-9])(.)", re.IGNORECASE | re.DOTALL)
_HEAD_LENGTH = 8
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b\u2060\ufeff]+")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_SUM = re.compile(r"([0-9]{1,18})(?:[.,]([0-9]*))?", re.ASCII)
_DAY_MONTH_YEAR = re.compile(r"([0-9]{2})([0-9]{2})(20[0-9]{2})", re.ASCII)
_YEAR_MONTH_DAY = re.compile(r"(20[0-9]{2})([0-9]{2})([0-9]{2})", re.ASCII)
_CANONICAL = {key.lower(): key for key in LIMITS} | {"inn": "PayeeINN", "bik": "BIC"}
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PaymentQr:
    """What a payment code says; "" or None: it does not say.

    `account`, `bik`, `corr_account`, `inn` and `kpp` are without blanks and not checked; `amount` is in
    roubles; `extra` has every other key as it was written.
    """

    name: str = ""
    account: str = ""
    bank: str = ""
    bik: str = ""
    corr_account: str = ""
    amount: Decimal | None = None
    purpose: str = ""
    inn: str = ""
    kpp: str = ""
    doc_no: str = ""
    doc_date: date | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


def parse(data: bytes | str) -> PaymentQr:
    """What a code's bytes say, or the text that a decoder made of them.

    Raises:
        Invalid: "qr-not-payment", "qr-version", "qr-encoding", "qr-separator", "qr-empty", "qr-key-twice" and
            "qr-formula" (facts of both: `key`), "qr-amount-not-kopecks", "amount-not-a-number",
            "amount-too-large".

    >>> code = parse("ST00012|Name=ООО «Ромашка»|PersonalAcc=40702810400000000001|BIC=044525225|Sum=1250000")
    >>> code.name, code.amount, code.corr_account
    ('ООО «Ромашка»', Decimal('12500.00'), '')
    >>> parse("https://example.com/pay")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: qr-not-payment (value='https://example.com/pay')
    """
    separator, body = _opened(data)
    said = dict(_pairs(body, separator))
    if not (said.get("Name") or said.get("PersonalAcc")):
        raise Invalid("qr-empty", {"value": shown(body)})
    for key, value in said.items():
        if value.startswith("="):  # a formula on its way into the sheet
            raise Invalid("qr-formula", {"key": key, "value": shown(value)})
    doc_date = _day(said.get("DocDate", ""))
    extra = {
        key: value
        for key, value in said.items()
        if value and (key not in LIMITS or (key == "DocDate" and doc_date is None))
    }
    return PaymentQr(
        name=said.get("Name", ""),
        account=_number(said, "PersonalAcc"),
        bank=said.get("BankName", ""),
        bik=_number(said, "BIC"),
        corr_account=_number(said, "CorrespAcc"),
        amount=_roubles(said.get("Sum", "")),
        purpose=said.get("Purpose", ""),
        inn=_number(said, "PayeeINN"),
        kpp=_number(said, "KPP"),
        doc_no=said.get("DocNo", ""),
        doc_date=doc_date,
        extra=MappingProxyType(extra) if extra else _NOTHING,
    )


def build(qr: PaymentQr) -> str:
    """The text of a code that every bank reads: UTF-8, mandatory keys first, each value within its length.

    Blanks and control characters become one space. Requisites must be right by their check digits: a code is
    paid as it is.

    Raises:
        Invalid: "qr-key-missing", "qr-value-too-long" (facts: `key`, `length`, `limit`), "qr-key" for another
            key that cannot be one, "qr-formula", "qr-separator", "amount-not-positive", "amount-too-precise",
            "amount-too-large", and those of model.requisites.

    >>> build(PaymentQr("ООО «Луч»", "40602810700000000025", "Банк", "049805746", amount=Decimal("0.5")))
    'ST00012|Name=ООО «Луч»|PersonalAcc=40602810700000000025|BankName=Банк|BIC=049805746|CorrespAcc=0|Sum=50'
    """
    bik = requisites.bik(qr.bik).value
    values = {
        "Name": qr.name,
        "PersonalAcc": requisites.account(qr.account, bik).value,
        "BankName": qr.bank,
        "BIC": bik,
        "CorrespAcc": requisites.corr_account(qr.corr_account, bik).value if qr.corr_account else "0",
        "Sum": _kopecks_text(qr.amount),
        "Purpose": qr.purpose,
        "PayeeINN": requisites.inn(qr.inn).value if qr.inn else "",
        "KPP": requisites.kpp(qr.kpp).value if qr.kpp else "",
        "DocNo": qr.doc_no,
        "DocDate": f"{qr.doc_date:%d.%m.%Y}" if qr.doc_date else "",
    }
    for key, value in qr.extra.items():
        if not _KEY.fullmatch(key) or (key.lower() in _CANONICAL and key != "DocDate"):
            raise Invalid("qr-key", {"key": shown(key)})
        values[key] = values.get(key) or value
    written = {key: _writable(key, value) for key, value in values.items()}
    for key in ("Name", "BankName"):
        if not written[key]:
            raise Invalid("qr-key-missing", {"key": key})
    pairs = [f"{key}={value}" for key, value in written.items() if value]
    everything = "".join(pairs)
    separator = next((sign for sign in SEPARATORS if sign not in everything), None)
    if separator is None:
        raise Invalid("qr-separator", {"value": shown(everything)})
    return separator.join(["ST00012", *pairs])


def to_cells(qr: PaymentQr) -> dict[str, Cell]:
    """The Registry's cells that a code fills, by column key: what it does not say is left out.

    >>> to_cells(PaymentQr(name="ООО «Луч»", amount=Decimal("12500.00"), doc_date=date(2026, 11, 12)))
    {'contractor': 'ООО «Луч»', 'amount': 12500.0, 'currency': 'RUB', 'invoice_date': 46338}
    """
    cells: dict[str, Cell] = {
        "contractor": qr.name,
        "amount": "" if qr.amount is None else float(qr.amount),
        "currency": "RUB",
        "details": qr.bank,
        "inn": qr.inn,
        "kpp": qr.kpp,
        "bik": qr.bik,
        "account": qr.account,
        "corr_account": qr.corr_account,
        "purpose": qr.purpose,
        "invoice_no": qr.doc_no,
        "invoice_date": "" if qr.doc_date is None else to_serial(qr.doc_date),
    }
    return {key: cell for key, cell in cells.items() if cell != ""}


def _opened(data: bytes | str) -> tuple[str, str]:
    """A code's separator and everything after it."""
    if isinstance(data, bytes):
        data = data.removeprefix(b"\xef\xbb\xbf").lstrip()
        start = data[:_HEAD_LENGTH].decode("latin-1")
    else:
        data = data.lstrip("\ufeff \t\r\n")
        start = data[:_HEAD_LENGTH]
    head = _HEAD.match(start)
    if head is None:
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        raise Invalid("qr-not-payment", {"value": shown(text)})
    version, digit, separator = head.groups()
    if version != "0001":
        raise Invalid("qr-version", {"value": version})
    if digit not in CHARSETS:
        raise Invalid("qr-encoding", {"value": digit})
    if separator.isalnum() or separator == "=" or not separator.isascii():
        raise Invalid("qr-separator", {"value": separator})
    body = data[_HEAD_LENGTH:]
    return separator, decode(body, digit) if isinstance(body, bytes) else repaired(body, digit)


def _pairs(body: str, separator: str) -> Iterator[tuple[str, str]]:
    """Keys and values. A piece without a key belongs to the value before it, which held the separator."""
    pieces: list[list[str]] = []
    for piece in body.split(separator):
        key, equals, value = piece.partition("=")
        if equals and _KEY.fullmatch(key.strip()):
            pieces.append([key.strip(), value])
        elif piece.strip() and pieces:
            pieces[-1][1] += separator + piece
    seen: dict[str, str] = {}
    for key, value in pieces:
        name, text = _CANONICAL.get(key.lower(), key), _BLANK.sub(" ", value).strip()
        known = seen.setdefault(name.lower(), text)
        if known and text and known != text:
            raise Invalid("qr-key-twice", {"key": name, "value": shown(text)})
        if text or not known:
            seen[name.lower()] = text
            yield name, text


def _number(said: Mapping[str, str], key: str) -> str:
    """A number of many digits, without blanks; zeros stand for "none"."""
    text = _BLANK.sub("", said.get(key, ""))
    return text if text.strip("0") else ""


def _roubles(text: str) -> Decimal | None:
    """An amount in kopecks as roubles; nothing and zero leave the amount to the payer."""
    text = _BLANK.sub("", text)
    if not text:
        return None
    match = _SUM.fullmatch(text)
    if match is None:
        raise Invalid("amount-not-a-number", {"value": shown(text)})
    kopecks, fraction = match.groups()
    if (fraction or "").strip("0"):
        raise Invalid("qr-amount-not-kopecks", {"value": shown(text)})
    roubles = Decimal(int(kopecks)).scaleb(-2)
    if roubles >= Decimal(10) ** MAX_INTEGER_DIGITS:
        raise Invalid("amount-too-large", {"value": shown(text), "digits": str(MAX_INTEGER_DIGITS)})
    return roubles or None


def _kopecks_text(amount: Decimal | None) -> str:
    if amount is None:
        return ""
    if not amount.is_finite() or amount <= 0:
        raise Invalid("amount-not-positive", {"value": shown(amount)})
    if amount >= Decimal(10) ** MAX_INTEGER_DIGITS:
        raise Invalid("amount-too-large", {"value": shown(amount), "digits": str(MAX_INTEGER_DIGITS)})
    kopecks = amount.scaleb(2)
    if kopecks != int(kopecks):
        raise Invalid("amount-too-precise", {"value": shown(amount), "decimals": "2", "currency": "RUB"})
    return str(int(kopecks))


def _writable(key: str, value: str) -> str:
    text = _BLANK.sub(" ", value).strip()
    if text.startswith("="):
        raise Invalid("qr-formula", {"key": key, "value": shown(text)})
    if len(text) > LIMITS.get(key, len(text)):
        facts = {"length": str(len(text)), "limit": str(LIMITS[key])}
        raise Invalid("qr-value-too-long", {"key": key, "value": shown(text), **facts})
    return text


def _day(text: str) -> date | None:
    """The day of a date as people write it, or of eight digits; None where it cannot be read."""
    text = _DAY_MONTH_YEAR.sub(r"\1.\2.\3", text) if _DAY_MONTH_YEAR.fullmatch(text) else text
    text = _YEAR_MONTH_DAY.sub(r"\1-\2-\3", text) if _YEAR_MONTH_DAY.fullmatch(text) else text
    try:
        return parse_date(text)
    except Invalid:
        return None

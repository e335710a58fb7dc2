"""Where an invoice's payment code and a row of the Registry say different things.

Decided here: what counts as a difference. Neither side is trusted: the code may be older than the agreement,
and the row may have been retyped. What one of them does not say is no difference. Bank names are not compared
(the BIK says it, and Details is free text).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from sheetflow.banking.payment_qr import PaymentQr, to_cells
from sheetflow.model.cells import Cell, is_blank, text_of
from sheetflow.model.columns import REQUEST_FIELDS
from sheetflow.model.dates import parse_date
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency

_NOT_LETTERS = re.compile(r"[^\w]+|_")
_LEGAL_FORMS = {
    "общество с ограниченной ответственностью": "ооо",
    "публичное акционерное общество": "пао",
    "закрытое акционерное общество": "зао",
    "открытое акционерное общество": "оао",
    "акционерное общество": "ао",
    "индивидуальный предприниматель": "ип",
}
_LOOK_ALIKES = str.maketrans("aceopxykmthbё", "асеорхукмтнве")
"""Latin letters that a keyboard in the wrong mode puts for Cyrillic ones; and ё, which many write as е."""


def differences(qr: PaymentQr, cells: Mapping[str, Cell]) -> list[str]:
    """The keys of the columns where both say something and it is not the same, in the order of the sheet.

    Names and purposes are compared without case, quotes, punctuation and the long words of legal forms;
    numbers by their digits; amounts in kopecks.

    >>> code = PaymentQr(name="ООО «Луч»", inn="0274051582", amount=Decimal("12500.00"))
    >>> differences(code, {"contractor": 'ооо "ЛУЧ"', "inn": 274051582, "amount": "12 500,01"})
    ['amount']
    """
    said = to_cells(qr)
    return [
        key
        for key in REQUEST_FIELDS
        if key in said
        and (substance := _SUBSTANCE.get(key)) is not None
        and not is_blank(cells.get(key))
        and substance(said[key]) != substance(cells[key])
    ]


def _words(cell: Cell) -> str:
    text = " ".join(_NOT_LETTERS.sub(" ", text_of(cell).lower()).split()).translate(_LOOK_ALIKES)
    for words, short in _LEGAL_FORMS.items():
        text = re.sub(rf"\b{words}\b", short, text)
    return text


def _digits(cell: Cell) -> str:
    """A number that became a spreadsheet's number has lost its leading zeros."""
    return _NOT_LETTERS.sub("", text_of(cell)).upper().lstrip("0")


def _invoice_number(cell: Cell) -> str:
    return _NOT_LETTERS.sub("", text_of(cell).lower()).translate(_LOOK_ALIKES)


def _amount(cell: Cell) -> Decimal | str:
    try:
        return parse_amount(cell) * 100
    except Invalid:
        return text_of(cell)


def _currency(cell: Cell) -> str:
    try:
        return parse_currency(cell)
    except Invalid:
        return text_of(cell)


def _date(cell: Cell) -> str:
    try:
        return parse_date(cell).isoformat()
    except Invalid:
        return text_of(cell)


_SUBSTANCE: Mapping[str, Callable[[Cell], object]] = {
    "contractor": _words,
    "amount": _amount,
    "currency": _currency,
    "inn": _digits,
    "kpp": _digits,
    "bik": _digits,
    "account": _digits,
    "corr_account": _digits,
    "purpose": _words,
    "invoice_no": _invoice_number,
    "invoice_date": _date,
}

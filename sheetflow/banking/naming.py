"""What a payment's purpose names: requests by their ids, invoices by their numbers.

Decided here: when a number in a text is an invoice's, and not part of a date, of an amount or of a
contract's number. In: the purpose as a bank repeats it, in any case, with Cyrillic letters for Latin ones.
Out: sets of numbers in one spelling (`plain`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ALIKE = str.maketrans("АВЕЁКМНОРСТУХ", "ABEEKMHOPCTYX")
"""Cyrillic capitals that look like Latin ones; people and banks write either."""
_TOKEN = re.compile(
    r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2,4}|[0-9]+(?:[.,][0-9]+)?\s?%|[0-9A-ZА-Я]+(?:[-/_][0-9A-ZА-Я]+)*"
    r"|[№,;.:+&#]"
)
_DATE = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _spelled(*words: str) -> tuple[str, ...]:
    return tuple(word.translate(_ALIKE) for word in words)


_INVOICE_STEMS = _spelled("СЧЕТ", "ИНВОЙС", "INVOICE")
_INVOICE_WORDS = _spelled("СЧ", "СЧ-ТУ", "INV")
_TAX_INVOICE = _spelled("СЧЕТ-ФАКТУР", "СЧЕТА-ФАКТУР", "СЧЕТУ-ФАКТУР", "СЧЕТАМ-ФАКТУР")
"""A paper that follows the delivery, with a number of its own."""
_BEFORE = frozenset(_spelled("НА", "ОПЛАТУ"))
"""What may stand between "invoice" and its number, and not after it."""
_BETWEEN = frozenset(
    _spelled(
        "№", "N", "NO", "НОМЕР", "ОТ", "Г", "И", "AND", "OF", "DATED", ",", ";", ".", ":", "+", "&", "#"
    )
)  # fmt: skip
_TELLING_LENGTH = 6
"""A number this long that has a letter is nobody else's by chance."""


@dataclass(frozen=True, slots=True)
class Named:
    """`invoices`: numbers that the text calls invoices; `tokens`: every word and number in it."""

    invoices: frozenset[str]
    tokens: frozenset[str]

    def names(self, invoice_no: str) -> bool:
        """Whether the text names this invoice."""
        number = plain(invoice_no)
        if not number:
            return False
        telling = len(number) >= _TELLING_LENGTH and not number.isdigit() and not _DATE.fullmatch(number)
        return number in self.invoices or (telling and number in self.tokens)

    def names_other(self, invoice_no: str) -> bool:
        """Whether the text names invoices, and one of them is not this one."""
        return bool(self.invoices - {plain(invoice_no)})


def plain(number: str) -> str:
    """One spelling of a request's id or an invoice's number.

    >>> plain("№ 0015"), plain("РR-7"), plain(" ab / 12 ")
    ('15', 'PR-7', 'AB/12')
    """
    text = "".join(number.upper().translate(_ALIKE).split()).lstrip("№#")
    return text.lstrip("0") or text if text.isdigit() else text


def read(purpose: str) -> Named:
    """What a purpose names.

    >>> sorted(read("Оплата по счетам №15 от 12.11.2026, 16 за бумагу, НДС 20% - 1 234.56").invoices)
    ['15', '16']
    >>> read("По договору № 15, счет-фактура АБ-12/7").names("15"), read("Счет АБ-12/7").names("аб-12/7")
    (False, True)
    """
    tokens = [_without_n(match[0]) for match in _TOKEN.finditer(purpose.upper().translate(_ALIKE))]
    invoices: set[str] = set()
    listing = numbered = False
    for token in tokens:
        if token in _INVOICE_WORDS or (
            token.startswith(_INVOICE_STEMS) and not token.startswith(_TAX_INVOICE)
        ):
            listing, numbered = True, False
        elif token in _BETWEEN or _DATE.fullmatch(token) or (token in _BEFORE and not numbered):
            continue
        elif listing and any(sign.isdigit() for sign in token) and not token.endswith("%"):
            invoices.add(plain(token))
            numbered = True
        else:
            listing = False
    return Named(frozenset(invoices), frozenset(plain(token) for token in tokens))


def _without_n(token: str) -> str:
    """The number 15 of "N15"."""
    return token[1:] if re.fullmatch(r"N[0-9]+", token) else token

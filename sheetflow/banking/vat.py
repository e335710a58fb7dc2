"""VAT in a Russian payment: the rate that a cell means, the tax within an amount, and the words for it.

Decided here: which texts are a rate, how the tax is rounded, what a payment's purpose says of it, and
whether a purpose that speaks of VAT already agrees with the request. Not decided: which rates a company uses
(a setting), and whether the contractor owes the tax.

In: cells of the VAT column and an amount that includes the tax. Out: a rate in percent, an amount in
roubles, a text. The tax within an amount is amount × rate / (100 + rate) (Russia's Tax Code, article 164,
paragraph 4), rounded half up to a kopeck. The order of the words is the one that banks and bookkeeping
programs recognise.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from sheetflow.model.invalid import Invalid, shown

_PERCENT = re.compile(r"(?:ндс|vat)?\s*([0-9]{1,2}(?:[.,][0-9]{1,2})?)\s*%?", re.IGNORECASE)
_FRACTION = re.compile(r"([0-9]{1,2}(?:[.,][0-9]{1,2})?)\s*/\s*(1[0-9]{2}(?:[.,][0-9]{1,2})?)\s*%?")
_UNTAXED = frozenset(
    {
        "none", "no", "no vat", "without vat", "vat exempt", "exempt", "not taxed", "нет", "без ндс",
        "без налога", "без налога (ндс)", "не облагается", "ндс не облагается", "не облагается ндс",
    }
)  # fmt: skip
_SPOKEN = re.compile(r"\b(?:ндс|vat)\b", re.IGNORECASE)
_SPOKEN_UNTAXED = re.compile(
    r"\bбез\s+(?:налога\s*\(?\s*)?ндс\b|\bндс\s+не\s+(?:облага|предусмотрен)|\bне\s+облага\w*\s+(?:\w+\s+)?ндс\b"
    r"|\b(?:no|without)\s+vat\b",
    re.IGNORECASE,
)
_SPOKEN_RATE = re.compile(
    r"\b(?:ндс|vat)[\s(:-]*([0-9]{1,2}(?:[.,][0-9]{1,2})?)\s*%|([0-9]{1,2}(?:[.,][0-9]{1,2})?)\s*%\s*(?:ндс|vat)\b",
    re.IGNORECASE,
)


def parse_rate(cell: object) -> Decimal | None:
    """The rate in percent that a cell means; None: the payment is free of VAT, which is not a rate of zero.

    A number below one is a percentage as a spreadsheet keeps it; "10/110" is the rate 10 applied to an
    amount that includes the tax, as every rate here is.

    Raises:
        Invalid: "vat-missing", "vat-unknown".

    >>> parse_rate("20 %"), parse_rate(0.05), parse_rate("10/110"), parse_rate("0%"), parse_rate("без НДС")
    (Decimal('20'), Decimal('5'), Decimal('10'), Decimal('0'), None)
    >>> parse_rate("as always")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: vat-unknown (value='as always')
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        number = Decimal(repr(cell))
        cell = f"{(number * 100 if 0 < number < 1 else number).normalize():f}"
    text = "" if cell is None else " ".join(str(cell).split())
    if not text:
        raise Invalid("vat-missing")
    if text.lower() in _UNTAXED:
        return None
    if match := _PERCENT.fullmatch(text):
        return _plain(match[1])
    if (match := _FRACTION.fullmatch(text)) and _plain(match[1]) + 100 == _plain(match[2]):
        return _plain(match[1])
    raise Invalid("vat-unknown", {"value": shown(text)})


def tax_within(amount: Decimal, rate: Decimal) -> Decimal:
    """The tax within an amount that includes it, to a kopeck, half a kopeck up.

    >>> tax_within(Decimal("7407.36"), Decimal(20)), tax_within(Decimal("0.09"), Decimal(20))
    (Decimal('1234.56'), Decimal('0.02'))
    """
    return (amount * rate / (100 + rate)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def wording(amount: Decimal, rate: Decimal | None) -> str:
    """What a purpose says of VAT.

    >>> wording(Decimal("7407.36"), Decimal(20)), wording(Decimal(5), None)
    ('в т.ч. НДС 20% - 1 234.56', 'НДС не облагается')
    """
    if rate is None:
        return "НДС не облагается"
    return f"в т.ч. НДС {rate:f}% - {tax_within(amount, rate):,f}".replace(",", " ")


def purpose_with_vat(purpose: str, vat: object, amount: Decimal) -> str:
    """The purpose as it goes to the bank: what a person wrote, and after it the words for VAT.

    A purpose that speaks of VAT already stays as it is, if it does not contradict the VAT column: an
    invoice's tax may differ from ours by a kopeck, and its author has the invoice. Where the column is blank
    nothing is known and nothing is added.

    Args:
        purpose: what the request says.
        vat: the VAT column's cell.
        amount: what is paid now, the tax included.

    Raises:
        Invalid: "vat-unknown", and "vat-contradicts-purpose" (facts: `vat`).

    >>> purpose_with_vat("Оплата по счету 15 от 12.11.2026", "20 %", Decimal("12000.00"))
    'Оплата по счету 15 от 12.11.2026, в т.ч. НДС 20% - 2 000.00'
    >>> purpose_with_vat("Аренда. Без НДС", "none", Decimal(100))
    'Аренда. Без НДС'
    >>> purpose_with_vat("Аренда. Без НДС", "20 %", Decimal(100))
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: vat-contradicts-purpose (value='Аренда. Без НДС', vat='20 %')
    """
    if vat is None or not str(vat).strip():
        return purpose
    rate = parse_rate(vat)
    if _SPOKEN.search(purpose):
        if not _agrees(purpose, rate):
            raise Invalid("vat-contradicts-purpose", {"value": shown(purpose), "vat": shown(vat)})
        return purpose
    written = purpose.rstrip().rstrip(",;")
    if not written:
        return purpose
    return f"{written}{' ' if written.endswith(('.', '!', '?')) else ', '}{wording(amount, rate)}"


def _agrees(purpose: str, rate: Decimal | None) -> bool:
    """Whether what a purpose says of VAT can be meant with this rate."""
    rates = {_plain(match[1] or match[2]) for match in _SPOKEN_RATE.finditer(purpose)}
    if rate is None:
        return not rates
    return rate in rates or not (rates or _SPOKEN_UNTAXED.search(purpose))


def _plain(digits: str) -> Decimal:
    """A rate without zeros at its end, so that it is written as people do."""
    number = Decimal(digits.replace(",", "."))
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()

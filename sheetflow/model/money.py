"""Money: an exact decimal amount in one ISO 4217 currency, and how people write it in cells.

Decided here: which texts are an amount, and which are refused because they could mean two. Nothing is
rounded, and no float is ever a result. Which currencies a company allows is a setting, not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from sheetflow.model.currencies import AMBIGUOUS, MINOR_DIGITS, SIGNS, WORDS
from sheetflow.model.invalid import Invalid, shown

MAX_INTEGER_DIGITS = 12
"""The longest amount that one request may have: 999,999,999,999. More is a typing error."""

MAX_TOTAL = Decimal(10) ** 18
"""No sum of requests comes near; below it decimal arithmetic in 28 digits is exact."""

NBSP = "\N{NO-BREAK SPACE}"
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\t\r\n"), " ")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff"), "")
_MINUS = {ord("\u2212"): "-", ord("\u2013"): "-"}
_CLEAN = {**_SPACES, **_INVISIBLE, **_MINUS}
_AMOUNT = re.compile(r"([^0-9]*)([0-9](?:[0-9 .,'’]*[0-9])?)([^0-9]*)")
_LONGEST_TEXT = 64


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency; it may be zero or negative, as the difference of two.

    Args:
        amount: in whole units of the currency, with no more decimals than the currency has.
        currency: an upper-case ISO 4217 code.

    Raises:
        Invalid: "currency-unknown", "amount-not-a-number", "amount-too-precise", "amount-too-large".

    >>> Money(Decimal("12500"), "RUB").minor_units
    1250000
    >>> Money(Decimal("0.5"), "JPY")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: amount-too-precise (value='0.5', decimals='0', currency='JPY')
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        digits = minor_digits(self.currency)
        if not self.amount.is_finite():
            raise Invalid("amount-not-a-number", {"value": str(self.amount)})
        if abs(self.amount) >= MAX_TOTAL:
            raise Invalid("amount-too-large", {"value": shown(self.amount)})
        exact = self.amount.quantize(Decimal(1).scaleb(-digits))
        if exact != self.amount:
            raise Invalid(
                "amount-too-precise",
                {"value": shown(self.amount), "decimals": str(digits), "currency": self.currency},
            )
        object.__setattr__(self, "amount", exact)

    @classmethod
    def from_minor_units(cls, units: int, currency: str) -> Money:
        """Money from a whole number of kopecks, cents or fils."""
        return cls(Decimal(units).scaleb(-minor_digits(currency)), currency)

    @property
    def minor_units(self) -> int:
        """The amount in kopecks, cents or fils."""
        return int(self.amount.scaleb(minor_digits(self.currency)))

    def __str__(self) -> str:
        """Unambiguous and without groups, for logs and hashes: "12500.00 RUB"."""
        return f"{self.amount:f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self} and {other} are in different currencies: convert first")
        return other.amount


def totals(monies: Iterable[Money]) -> list[Money]:
    """What some amounts come to, by currency in the order of the codes: currencies are never added up.

    >>> [str(money) for money in totals([Money(Decimal(2), "RUB"), Money(Decimal(1), "EUR")] * 2)]
    ['2.00 EUR', '4.00 RUB']
    """
    sums: dict[str, Money] = {}
    for money in monies:
        known = sums.get(money.currency)
        sums[money.currency] = known + money if known else money
    return [sums[currency] for currency in sorted(sums)]


def minor_digits(currency: str) -> int:
    """How many decimals a currency has.

    Raises:
        Invalid: "currency-unknown".
    """
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise Invalid("currency-unknown", {"value": shown(currency)}) from None


def parse_currency(text: object) -> str:
    """The ISO 4217 code that a person meant: by code in any case, by sign or by word.

    Raises:
        Invalid: "currency-missing", "currency-ambiguous" (facts: `choices`), "currency-unknown".

    >>> parse_currency("руб."), parse_currency("eur"), parse_currency("RUR")
    ('RUB', 'EUR', 'RUB')
    >>> parse_currency("¥")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: currency-ambiguous (value='¥', choices='CNY, JPY')
    """
    word = "" if text is None else str(text).translate(_CLEAN).strip()
    if not word:
        raise Invalid("currency-missing")
    if word.upper() in MINOR_DIGITS:
        return word.upper()
    if word in AMBIGUOUS:
        raise Invalid("currency-ambiguous", {"value": word, "choices": ", ".join(AMBIGUOUS[word])})
    try:
        return WORDS[word.lower()]
    except KeyError:
        raise Invalid("currency-unknown", {"value": shown(word)}) from None


def parse_amount(cell: object, currency: str | None = None) -> Decimal:
    """The amount that stands in a cell: a number of the Sheets API, or text as people write it.

    Args:
        cell: int, float or text; a float counts by its shortest exact text, 0.1 as 0.1.
        currency: if known, the amount must fit its decimals, and a sign in the text must agree with it.

    Raises:
        Invalid: "amount-missing", "amount-not-a-number", "amount-ambiguous" (facts: the two readings
            `thousands` and `decimals`), "amount-not-positive", "amount-too-large", "amount-too-precise",
            "amount-other-currency" (facts: `written`, `currency`).

    >>> parse_amount("12 500,00 р."), parse_amount("12,500.00"), parse_amount(1234.5)
    (Decimal('12500.00'), Decimal('12500.00'), Decimal('1234.5'))
    >>> parse_amount("1,234")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: amount-ambiguous (value='1,234', thousands='1234', decimals='1.234')
    """
    amount = _from_number(cell) if isinstance(cell, (int, float)) else _from_text(cell, currency)
    if amount <= 0:
        raise Invalid("amount-not-positive", {"value": shown(cell)})
    if amount >= Decimal(10) ** MAX_INTEGER_DIGITS:
        raise Invalid("amount-too-large", {"value": shown(cell), "digits": str(MAX_INTEGER_DIGITS)})
    if currency is not None:
        return Money(amount, currency).amount
    return amount


def parse_money(amount: object, currency: object) -> Money:
    """Money from an amount's and a currency's cell; raises what the two parsers raise."""
    code = parse_currency(currency)
    return Money(parse_amount(amount, code), code)


def _from_number(cell: float) -> Decimal:
    if isinstance(cell, bool) or (isinstance(cell, float) and not isfinite(cell)):
        raise Invalid("amount-not-a-number", {"value": shown(cell)})
    return Decimal(repr(cell))


def _from_text(cell: object, currency: str | None) -> Decimal:
    text = "" if cell is None else str(cell).translate(_CLEAN).strip()
    if not text:
        raise Invalid("amount-missing")
    match = _AMOUNT.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise Invalid("amount-not-a-number", {"value": shown(text)})
    before, number, after = (part.strip() for part in match.groups())
    negative = (before == "(" and after == ")") or before.startswith("-") or before.endswith("-")
    if before == "(" and after == ")":  # how accountants write a negative amount
        before = after = ""
    _agree(text, [before.strip("+- "), after], currency)
    return -_digits(text, number) if negative else _digits(text, number)


def _agree(text: str, words: list[str], currency: str | None) -> None:
    """What surrounds the digits must be a currency's sign, and the right one."""
    for word in filter(None, words):
        try:
            written = parse_currency(word)
        except Invalid as problem:
            if problem.code == "currency-ambiguous" and currency in AMBIGUOUS[word]:
                continue
            raise Invalid("amount-not-a-number", {"value": shown(text)}) from None
        if currency is not None and written != currency:
            raise Invalid(
                "amount-other-currency", {"value": shown(text), "written": written, "currency": currency}
            )


def _digits(text: str, number: str) -> Decimal:
    """Tell the decimal mark from the marks between groups of three."""
    marks = [mark for mark in number if not mark.isdigit()]
    points = [mark for mark in marks if mark in ".,"]
    whole, decimals = number, ""
    if points and points.count(points[-1]) == 1:
        whole, _, decimals = number.rpartition(points[-1])
        if len(marks) == 1 and len(decimals) == 3 and len(whole) <= 3 and not whole.startswith("0"):
            raise Invalid(
                "amount-ambiguous",
                {"value": shown(text), "thousands": whole + decimals, "decimals": f"{whole}.{decimals}"},
            )
    groups = re.split(r"[ .,'’]", whole)
    one_mark = len({mark for mark in whole if not mark.isdigit()}) <= 1
    fit = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    if not one_mark or (decimals and not decimals.isdigit()) or (len(groups) > 1 and not fit):
        raise Invalid("amount-not-a-number", {"value": shown(text)})
    return Decimal("".join(groups) + ("." + decimals if decimals else ""))


def format_money(money: Money, locale: str) -> str:
    """Money as a person reads it: "12 500,00 ₽" in Russian (no-break spaces), "RUB 12,500.00" in English.

    Args:
        money: what to write, always with all of its currency's decimals.
        locale: "ru" or "en", also with a country as in "ru_RU".
    """
    text = f"{money.amount:,f}"
    language = locale.partition("_")[0]
    if language == "en":
        return f"{money.currency} {text}"
    if language == "ru":
        text = text.replace(",", NBSP).replace(".", ",")
        return text + NBSP + SIGNS.get(money.currency, money.currency)
    raise ValueError(f"no way to write money in {locale!r}")

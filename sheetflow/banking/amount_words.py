"""An amount of roubles in Russian words, as a payment order has it.

Decided here: the words, their gender and case. In: a positive amount in roubles. Out: a text that begins
with a capital letter; kopecks stay digits, as the Bank of Russia's rule No 762-P asks (field 6).
"""

from __future__ import annotations

from decimal import Decimal

_ONES = (
    "", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать",
    "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать",
    "девятнадцать",
)  # fmt: skip
_FEMININE = {1: "одна", 2: "две"}
_TENS = (
    "", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят",
    "девяносто",
)  # fmt: skip
_HUNDREDS = (
    "", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот",
)  # fmt: skip
_ROUBLES = ("рубль", "рубля", "рублей")
_KOPECKS = ("копейка", "копейки", "копеек")
_GROUPS = (
    ("тысяча", "тысячи", "тысяч"),
    ("миллион", "миллиона", "миллионов"),
    ("миллиард", "миллиарда", "миллиардов"),
    ("триллион", "триллиона", "триллионов"),
)


def in_words(amount: Decimal) -> str:
    """Roubles in words, kopecks in two digits; up to 999 trillion.

    Raises:
        ValueError: a negative amount, a fraction of a kopeck, or more than there are words for.

    >>> in_words(Decimal("1234.56"))
    'Одна тысяча двести тридцать четыре рубля 56 копеек'
    >>> in_words(Decimal("0.01")), in_words(Decimal(2_000_011))
    ('Ноль рублей 01 копейка', 'Два миллиона одиннадцать рублей 00 копеек')
    """
    roubles, fraction = divmod(amount, 1)
    kopecks = fraction * 100
    if amount < 0 or kopecks != int(kopecks) or roubles >= Decimal(1000) ** (len(_GROUPS) + 1):
        raise ValueError(f"no words for {amount}")
    whole = int(roubles)
    words = _spelled(whole) or ["ноль"]
    text = " ".join([*words, _form(whole, _ROUBLES), f"{int(kopecks):02d}", _form(int(kopecks), _KOPECKS)])
    return text[0].upper() + text[1:]


def _spelled(number: int) -> list[str]:
    words: list[str] = []
    for place in range(len(_GROUPS), -1, -1):
        group = number // 1000**place % 1000
        words += _below_thousand(group, feminine=place == 1)
        if place and group:
            words.append(_form(group, _GROUPS[place - 1]))
    return words


def _below_thousand(number: int, *, feminine: bool) -> list[str]:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10) if rest >= 20 else (0, rest)  # up to nineteen has words of its own
    last = _FEMININE.get(ones, _ONES[ones]) if feminine else _ONES[ones]
    return [word for word in (_HUNDREDS[hundreds], _TENS[tens], last) if word]


def _form(number: int, forms: tuple[str, str, str]) -> str:
    """The form of a noun after a number: 1 рубль, 2 рубля, 5 and 11 рублей."""
    if number % 100 in range(11, 15):
        return forms[2]
    return forms[0] if number % 10 == 1 else forms[1] if number % 10 in (2, 3, 4) else forms[2]

"""One foreign cell read as what its column holds: everything that has one reading only, nothing else.

A value that could mean two things, or that lost something on its way, is `Invalid`: the row is then listed,
never repaired by a guess. Its words are in `rules.toml` ([problems]) or in `import.toml` ([reasons]).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sheetflow.core.migration.table import Found, Vocabulary, plain
from sheetflow.model import dates
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import BY_KEY, Kind
from sheetflow.model.invalid import Invalid, shown
from sheetflow.model.money import parse_amount, parse_currency

_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\t"), " ")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff"), "")
_EXCEL_RETURN = re.compile(r"_x000[dD]_|\r\n?")
_DASHES = re.compile(r"[\s\-\u2012-\u2015]+")
_NAMED_MONTH = re.compile(
    r"(?:(?P<day>\d{1,2})[\s.\-]*(?P<month>[^\W\d_]{3,})|(?P<month2>[^\W\d_]{3,})[\s.]+(?P<day2>\d{1,2})),?"
    r"[\s.\-]*(?P<year>\d{4})(?:\s*г(?:\.|ода)?)?"
)
_CLOCK = re.compile(r"[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?$")
_SERIAL = re.compile(r"\d{5}")
_NAMED = re.compile(r"(?:инн|inn|кпп|kpp|бик|bik|bic|р/с|к/с|iban)[\s:№.]+", re.IGNORECASE)
_TAX_PAIR = re.compile(r"(\d{9,12})\s*[/\\|;,]\s*(\d{9})")
_NUMBER_IN_TEXT = re.compile(r"\d+(?:[.,]\d+)?")
_SIGN_BEFORE_OR_AFTER = re.compile(r"^([^\d(+\-]*)[\d(+\-].*?([^\d)]*)$", re.DOTALL)
SURE_DIGITS = 10**15
"""A number keeps 15 digits: from here on it may differ from what was typed."""


def clean_text(text: str) -> str:
    """A text without the dirt of spreadsheets: no-break spaces, invisible signs, Excel's returns."""
    text = _EXCEL_RETURN.sub("\n", text).translate(_INVISIBLE).translate(_SPACES)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    text = "\n".join(line for line in lines if line)
    return "" if _DASHES.fullmatch(text) else text


def raw(found: Found) -> object:
    """The cell's value, a text without dirt; None where it says nothing.

    Raises:
        Invalid: "cell-error" or "formula-without-value".
    """
    if found.problem:
        raise Invalid(found.problem, {"value": shown(found.text)})
    if isinstance(found.value, str):
        return clean_text(found.value) or None
    return found.value


def read_text(key: str, found: Found) -> str:
    """A text column. Whole numbers are written as such.

    Raises:
        Invalid: "became-a-date" for an invoice number that Excel took for a date, "number-lost-digits".
    """
    if found.link and BY_KEY.get(key) is not None and BY_KEY[key].kind is Kind.LINK:
        return found.link
    value = raw(found)
    if value is None:
        return ""
    if isinstance(value, (date, datetime)):
        if key == "invoice_no":
            raise Invalid("became-a-date", {"value": shown(found.text)})
        return value.strftime("%d.%m.%Y")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if abs(value) >= SURE_DIGITS:
            raise Invalid("number-lost-digits", {"value": shown(found.text)})
        return canonical(_as_shown(value))
    return str(value)


def read_digits(found: Found) -> Cell:
    """INN, KPP, BIK and accounts: as they are, for their own check; "ИНН 7707083893" without its name."""
    value = raw(found)
    if isinstance(value, (date, datetime)):
        raise Invalid("became-a-date", {"value": shown(found.text)})
    if isinstance(value, str):
        return _NAMED.sub("", value, count=1) if _NAMED.match(value) else value
    return value if isinstance(value, (int, float)) else ""


def tax_pair(cell: Cell) -> tuple[str, str] | None:
    """INN and KPP that stand in one cell.

    >>> tax_pair("7707083893/773601001"), tax_pair("7707083893")
    (('7707083893', '773601001'), None)
    """
    match = _TAX_PAIR.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return (match[1], match[2]) if match else None


def read_date(found: Found, words: Vocabulary, epoch_shift: int = 0) -> int | str:
    """A date as a serial number, "" where there is none: a real one, a number, or any text with one reading.

    Raises:
        Invalid: as `model.dates.parse_date`.
    """
    value = raw(found)
    if value is None:
        return ""
    if isinstance(value, (date, datetime)):
        day = value.date() if isinstance(value, datetime) else value
        return dates.to_serial(dates.from_serial(dates.to_serial(day)))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return dates.to_serial(dates.from_serial(value + epoch_shift))
    text = _CLOCK.sub("", str(value)).strip()
    if _SERIAL.fullmatch(text):
        return dates.to_serial(dates.from_serial(int(text) + epoch_shift))
    if (named := _NAMED_MONTH.fullmatch(text)) and (
        month := words.months.get(plain(named["month"] or named["month2"])[:3])
    ):
        text = f"{named['day'] or named['day2']}.{month}.{named['year']}"
    return dates.to_serial(dates.parse_date(text))


def read_amount(found: Found) -> tuple[float | str, str]:
    """An amount, "" where there is none, and the currency that is written with it ("" for none).

    The currency may stand in the text ("12 500,00 р.") or in the cell's number format. A number counts as
    Excel shows it, with 15 digits: what calculation leaves beyond them is no amount.

    Raises:
        Invalid: as `model.money.parse_amount`; "amount-other-currency".
    """
    value = raw(found)
    if value is None:
        return "", ""
    if isinstance(value, (date, datetime, bool)):
        raise Invalid("amount-not-a-number", {"value": shown(found.text)})
    if isinstance(value, (int, float)):
        return float(parse_amount(_as_shown(value))), _currency_or_blank(found.sign)
    text = str(value)
    amount = parse_amount(text)
    match = _SIGN_BEFORE_OR_AFTER.match(text)
    signs = [sign.strip() for sign in match.groups()] if match else []
    written = {code for sign in signs if (code := _currency_or_blank(sign))}
    if len(written) > 1:
        one, other = sorted(written)
        raise Invalid("amount-other-currency", {"value": shown(text), "written": one, "currency": other})
    return float(amount), next(iter(written), "")


def _as_shown(value: float) -> float:
    return float(f"{value:.15g}")


def _currency_or_blank(sign: str) -> str:
    try:
        return parse_currency(sign) if sign else ""
    except Invalid:
        return ""


def read_vat(found: Found, rates: list[str], words: Vocabulary) -> str:
    """A VAT rate as the Settings tab writes it, "" where there is none.

    Raises:
        Invalid: "vat-unknown" (facts: `allowed`): no rate of the company's, or an amount of VAT.
    """
    value = raw(found)
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = _as_shown(value)
        percent: Decimal | None = Decimal(repr(float(number * 100 if 0 < number < 1 else number)))
    else:
        percent = _percent(str(value))
        if percent is None and plain(value) in words.untaxed:
            if without := next((rate for rate in rates if _percent(rate) is None), ""):
                return without
            raise Invalid("vat-unknown", {"value": shown(found.text), "allowed": ", ".join(rates)})
    for rate in rates:
        if plain(rate) == plain(value) or (percent is not None and _percent(rate) == percent):
            return rate
    raise Invalid("vat-unknown", {"value": shown(found.text), "allowed": ", ".join(rates)})


def _percent(text: str) -> Decimal | None:
    numbers = _NUMBER_IN_TEXT.findall(text)
    if len(numbers) != 1 or not any(sign.isdigit() for sign in text):
        return None
    try:
        return Decimal(numbers[0].replace(",", "."))
    except InvalidOperation:
        return None


def read_status(found: Found, words: Vocabulary) -> tuple[str, str]:
    """The status that a word means, "" for a blank cell; and the word.

    Raises:
        Invalid: "status-unknown".
    """
    value = raw(found)
    if value is None:
        return "", ""
    text = str(value)
    status = words.statuses.get(plain(text))
    if status is None:
        raise Invalid("status-unknown", {"value": shown(text)})
    return status, text


def read_paid(found: Found, words: Vocabulary, epoch_shift: int) -> tuple[bool | float | None, int | str]:
    """What a column "Paid" says: all (True), nothing (False), an amount, or None; and on which day.

    Raises:
        Invalid: it cannot be read.
    """
    value = raw(found)
    if value is None:
        return None, ""
    if isinstance(value, bool):
        return value, ""
    if isinstance(value, (date, datetime)):
        return True, read_date(found, words, epoch_shift)
    if isinstance(value, str):
        if plain(value) in words.yes or value.strip() in ("+", "✓", "✔"):
            return True, ""
        if plain(value) in words.no or value.strip() == "-":
            return False, ""
        if not value.isdigit():  # five digits are an amount here, no date
            try:
                return True, read_date(found, words, epoch_shift)
            except Invalid:
                pass
    if value in (0, 0.0) or str(value).strip() in ("0", "0,00", "0.00"):
        return False, ""
    amount = read_amount(found)[0]
    return float(amount) if amount != "" else None, ""


def lost_digits(account: str, bik: str) -> bool:
    """Whether an account may be what a number left of one: zeros at its end, and no bank to check it by.

    >>> lost_digits("40702810400000000000", ""), lost_digits("40702810400000000000", "044525225")
    (True, False)
    """
    return not bik and len(account) == 20 and account.isdigit() and account.endswith("00000")


def normal_invoice(text: str) -> str:
    """An invoice number as it is compared: case, spaces and signs aside."""
    return "".join(sign for sign in text.upper() if sign.isalnum()).lstrip("0")


def written(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """Cells that say something."""
    return {key: cell for key, cell in cells.items() if cell != ""}

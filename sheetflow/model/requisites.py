"""Whom the money goes to: INN, KPP, BIK and account numbers of Russia, and the IBAN.

Decided here: whether one value can be right, by its length, its characters and its check digits. Not
decided: whether a field is needed, and whether the payee is who they say.

A cell may be text or a number. A number keeps 15 digits at most: a 20-digit account that became one is
refused, never repaired. An INN or a BIK that lost its leading zero gets it back, and `Checked.padded`
says so, for a note that people see.

Sources: the account key is the Bank of Russia's rule No 515 of 08.09.1997; INN and IBAN are checked by
python-stdnum. What is known from use alone (how BIKs begin, the currency in digits 6-8) is a question
that a caller may ask, never an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sheetflow.model.invalid import Invalid, shown

_BLANKS = re.compile(r"[\s\u200b\u200e\u200f\u2060\ufeff]+")
_SEPARATORS = re.compile(r"[\s\u200b\u200e\u200f\u2060\ufeff.\-\u2013]+")
_EXPONENT = re.compile(r"[0-9](?:[.,][0-9]+)?[eе]\+?[0-9]+", re.IGNORECASE)  # the second "е" is Cyrillic
_DIGITS = re.compile(r"[0-9]+")
_KPP = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_ACCOUNT_LETTERS = "ABCEHKMPTX"
_ACCOUNT = re.compile(rf"[0-9]{{5}}[0-9{_ACCOUNT_LETTERS}][0-9]{{14}}")
_IBAN_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{4,30}")
_SURE_DIGITS = 10**15
"""From here on a spreadsheet's number may differ from what was typed."""
_ACCOUNT_LENGTH = 20
_BIK_LENGTH = 9
_BANK_OF_RUSSIA_UNITS = ("000", "001", "002")
"""Digits 7-9 of a BIK that belongs to no bank but to a unit of the Bank of Russia."""
_ACCOUNT_CURRENCIES = {"810": "RUB", "643": "RUB", "840": "USD", "978": "EUR", "156": "CNY"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A requisite that can be right, without blanks, in upper case; `padded`: its lost zero was put back."""

    value: str
    padded: bool = False


def inn(cell: object) -> Checked:
    """A tax number: 10 digits of a company or 12 of a person, with the right check digits.

    Raises:
        Invalid: "inn-missing", "inn-lost-digits", "inn-not-digits", "inn-length", "inn-zeros",
            "inn-check-digit".

    >>> inn("7707083893"), inn(274051582)
    (Checked(value='7707083893', padded=False), Checked(value='0274051582', padded=True))
    >>> inn("7707083894")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: inn-check-digit (value='7707083894')
    """
    # Loaded with the first INN, not before: it brings 40 ms of modules that an edit of a comment never needs.
    from stdnum.ru.inn import is_valid

    text = _digits("inn", cell)
    if len(text) in (10, 12):
        if not is_valid(text):
            raise Invalid("inn-check-digit", {"value": text})
        return Checked(text)
    if len(text) in (9, 11) and is_valid("0" + text):
        return Checked("0" + text, padded=True)
    raise Invalid("inn-length", {"value": shown(text), "length": str(len(text))})


def kpp(cell: object) -> Checked:
    """A registration-reason code: 4 digits, 2 digits or Latin capitals, 3 digits. Sole traders have none.

    Raises:
        Invalid: "kpp-missing", "kpp-zeros", "kpp-format".

    >>> kpp("773601001"), kpp("7736az001")
    (Checked(value='773601001', padded=False), Checked(value='7736AZ001', padded=False))
    >>> kpp("77360100")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: kpp-format (value='77360100')
    """
    text = _text("kpp", cell).upper()
    if not _KPP.fullmatch(text):
        raise Invalid("kpp-format", {"value": shown(text)})
    return Checked(_not_zeros("kpp", text))


def bik(cell: object) -> Checked:
    """A bank's identification code: 9 digits, without a check digit of its own.

    Raises:
        Invalid: "bik-missing", "bik-lost-digits", "bik-not-digits", "bik-length", "bik-zeros".

    >>> bik("044525225"), bik(44525225)
    (Checked(value='044525225', padded=False), Checked(value='044525225', padded=True))
    >>> bik("0445252250")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: bik-length (value='0445252250', length='10')
    """
    text = _digits("bik", cell)
    if len(text) == _BIK_LENGTH:
        return Checked(text)
    if len(text) == _BIK_LENGTH - 1:
        return Checked("0" + text, padded=True)
    raise Invalid("bik-length", {"value": shown(text), "length": str(len(text))})


def account(cell: object, bank: object) -> Checked:
    """A payee's account in the bank whose BIK is `bank`: 20 digits whose key fits that bank.

    A letter in position 6 stands for a digit. Treasury accounts (03…, 40102…) do not follow the key's plain
    rule and are held to their form only; so is any account while `bank` is blank, since the key is the
    bank's: that a rouble payment needs a BIK is a rule of its own.

    Raises:
        Invalid: "account-missing", "account-lost-digits", "account-length", "account-characters",
            "account-zeros", "account-key" (facts: `bik`), and those of `bik`.

    >>> account("40602 810 7 0000 0000025", "049805746").value
    '40602810700000000025'
    >>> account("40602810700000000026", "049805746")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: account-key (value='40602810700000000026', bik='049805746')
    >>> account(4.07028e19, "044525225")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: account-lost-digits (value='4.07028e+19')
    """
    text = _account("account", cell)
    code = _bik_or_blank(bank)
    if not code:
        return Checked(text)
    in_central_bank = text.startswith("301") or code[6:] in _BANK_OF_RUSSIA_UNITS
    _hold_key("account", text, code, "0" + code[4:6] if in_central_bank else code[6:])
    return Checked(text)


def corr_account(cell: object, bank: object) -> Checked:
    """The correspondent account of the bank whose BIK is `bank`; its last three digits are that BIK's.

    While `bank` is blank the account is held to its form only.

    Raises:
        Invalid: "corr-account-missing", "corr-account-lost-digits", "corr-account-length",
            "corr-account-characters", "corr-account-zeros", "corr-account-key" and
            "corr-account-other-bank" (facts of both: `bik`), and those of `bik`.

    >>> corr_account("30101810400000000225", "044525225").value
    '30101810400000000225'
    >>> corr_account("30101810400000000225", "044525593")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: corr-account-other-bank (value='30101810400000000225', bik='044525593')
    """
    text = _account("corr-account", cell)
    code = _bik_or_blank(bank)
    if not code:
        return Checked(text)
    if not _is_treasury(text) and code[6:] not in _BANK_OF_RUSSIA_UNITS and text[-3:] != code[6:]:
        raise Invalid("corr-account-other-bank", {"value": text, "bik": code})
    _hold_key("corr-account", text, code, "0" + code[4:6])
    return Checked(text)


def iban(cell: object) -> Checked:
    """An International Bank Account Number, in the form of its country and with the right check digits.

    Raises:
        Invalid: "iban-missing", "iban-format", "iban-check-digits".

    >>> iban("DE89 3704 0044 0532 0130 00").value
    'DE89370400440532013000'
    >>> iban("DE88 3704 0044 0532 0130 00")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: iban-check-digits (value='DE88370400440532013000')
    """
    # Loaded with the first IBAN, as above.
    from stdnum.exceptions import InvalidChecksum, ValidationError
    from stdnum.iban import validate

    text = _SEPARATORS.sub("", _text("iban", cell)).upper()
    if not _IBAN_SHAPE.fullmatch(text):
        raise Invalid("iban-format", {"value": shown(text)})
    try:
        return Checked(validate(text))
    except InvalidChecksum:
        raise Invalid("iban-check-digits", {"value": shown(text)}) from None
    except ValidationError:
        raise Invalid("iban-format", {"value": shown(text)}) from None


def is_russian_account(text: str) -> bool:
    """Whether a text has the form of a 20-digit account; its key may still be wrong.

    >>> is_russian_account("40702.810.4.0000.0000001"), is_russian_account("DE89370400440532013000")
    (True, False)
    """
    return _ACCOUNT.fullmatch(_SEPARATORS.sub("", text).upper()) is not None


def is_iban(text: str) -> bool:
    """Whether a text has the form of an IBAN; its check digits may still be wrong.

    >>> is_iban("DE88 3704 0044 0532 0130 00"), is_iban("40702810400000000001")
    (True, False)
    """
    return _IBAN_SHAPE.fullmatch(_SEPARATORS.sub("", text).upper()) is not None


def account_currency(account: str) -> str | None:
    """The currency that digits 6-8 of a Russian account name, or None where they name none known here.

    Known from use, not from a rule: fit for a warning, never for a refusal.

    >>> account_currency("40702810400000000001"), account_currency("40702999400000000001")
    ('RUB', None)
    """
    return _ACCOUNT_CURRENCIES.get(account[5:8])


def is_usual_bik(code: str) -> bool:
    """Whether a BIK begins as BIKs do; known from use, fit for a warning only.

    >>> is_usual_bik("044525225"), is_usual_bik("944525225")
    (True, False)
    """
    return code.startswith(("04", "00", "01", "02"))


def _text(field: str, cell: object) -> str:
    """The cell without blanks, a whole number in plain digits."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _SURE_DIGITS:
        cell = int(cell)
    text = "" if cell is None else _BLANKS.sub("", str(cell))
    if not text:
        raise Invalid(f"{field}-missing")
    return text


def _digits(field: str, cell: object) -> str:
    text = _text(field, cell)
    if _EXPONENT.fullmatch(text):
        raise Invalid(f"{field}-lost-digits", {"value": shown(text)})
    if not _DIGITS.fullmatch(text):
        raise Invalid(f"{field}-not-digits", {"value": shown(text)})
    return _not_zeros(field, text)


def _not_zeros(field: str, text: str) -> str:
    """All zeros satisfy every check digit, and belong to nobody."""
    if not text.strip("0"):
        raise Invalid(f"{field}-zeros", {"value": shown(text)})
    return text


def _account(field: str, cell: object) -> str:
    text = _text(field, cell)
    if _EXPONENT.fullmatch(text) or (isinstance(cell, (int, float)) and abs(cell) >= _SURE_DIGITS):
        raise Invalid(f"{field}-lost-digits", {"value": shown(text)})
    text = _SEPARATORS.sub("", text).upper()
    if len(text) != _ACCOUNT_LENGTH:
        raise Invalid(f"{field}-length", {"value": shown(text), "length": str(len(text))})
    if not _ACCOUNT.fullmatch(text):
        raise Invalid(f"{field}-characters", {"value": shown(text)})
    return _not_zeros(field, text)


def _bik_or_blank(bank: object) -> str:
    return "" if bank is None or not str(bank).strip() else bik(bank).value


def _is_treasury(account: str) -> bool:
    return account.startswith(("03", "40102"))


def _hold_key(field: str, account: str, code: str, prefix: str) -> None:
    """Weights 7, 1, 3 over prefix and account: the last digits of the products add up to a multiple of 10."""
    if _is_treasury(account):
        return
    letter = account[5]
    digit = str(_ACCOUNT_LETTERS.index(letter)) if letter in _ACCOUNT_LETTERS else letter
    digits = prefix + account[:5] + digit + account[6:]
    if sum(int(d) * weight % 10 for d, weight in zip(digits, (7, 1, 3) * 8, strict=False)) % 10:
        raise Invalid(f"{field}-key", {"value": account, "bik": code})

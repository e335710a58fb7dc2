"""The company's own accounts, as the Settings tab has them.

One account a line, or several separated by semicolons, the parts of each separated by "|", in any order
after the account:

    40702810700000000003 | BIK 044525225 | АО «Луч»
    DE89370400440532013000 | BIC COBADEFFXXX | Luch LLC

A part that is no BIK, no BIC and no correspondent account is the payer's name as that bank knows it; without
one the company's name counts. "bank …" names the bank where no bank directory does. A list of bare accounts
separated by commas is read too: there is something to choose then, and no bank file before each has its BIK.

In: the setting's text. Out: `OwnAccounts`; nothing is raised. What looks like an account and is none is told
in `problems`; other words ("Cash") are just something to choose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sheetflow.model import requisites
from sheetflow.model.invalid import Invalid

_ENTRY = re.compile(r"[;\n]|,(?=\s*(?:[0-9]{5}|[A-Z]{2}[0-9]{2}))")
_BARE = re.compile(r"[;\n,]")
_BIK = re.compile(r"(?:БИК|BIK|БИК:|BIK:)?\s*([0-9]{8,9})", re.IGNORECASE)
_BIC = re.compile(r"(?:BIC|SWIFT)\s*:?\s*([A-Z0-9]{8,11})|([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)")
_CORR = re.compile(r"(?:к/с|corr\.?)?\s*(301[0-9]{17})", re.IGNORECASE)
_BANK = re.compile(r"(?:банк|bank)\s*:?\s+(.+)", re.IGNORECASE)
_MEANT = re.compile(r"[0-9]{5}")
"""Whoever writes so many digits means an account."""


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One account. `code`: the bank's BIK, or its BIC where the account is an IBAN. "" where not given."""

    number: str
    code: str = ""
    name: str = ""
    bank: str = ""
    corr_account: str = ""

    @property
    def foreign(self) -> bool:
        """Whether it is an IBAN."""
        return self.number[:2].isalpha()

    @property
    def choice(self) -> str:
        """What Pay from offers."""
        return f"{self.number} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """The setting, understood. `choices`: what Pay from offers. `problems`: sentences with their lines."""

    accounts: tuple[OwnAccount, ...] = ()
    choices: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def find(self, text: str) -> OwnAccount | None:
        """The account that a text names, such as a cell of Pay from or a statement's account."""
        plain = "".join(text.split()).upper()
        return next((one for one in self.accounts if one.number in plain), None)


def read(text: str) -> OwnAccounts:
    """The accounts of the setting.

    >>> found = read("40702810800000000003 | БИК 044525225 | АО «Луч»; Cash")
    >>> found.accounts[0].code, found.choices
    ('044525225', ('40702810800000000003 АО «Луч»', 'Cash'))
    >>> read("407028109").problems
    ("own_accounts: '407028109': an account has 20 characters, this one has 9",)
    """
    accounts: list[OwnAccount] = []
    choices: list[str] = []
    problems: list[str] = []
    for entry in (_ENTRY if "|" in text else _BARE).split(text):
        line = entry.strip()
        if not line:
            continue
        try:
            account = _account(line)
        except _Wrong as wrong:
            problems.append(f"own_accounts: {line!r}: {wrong}")
            continue
        if account is None:
            choices.append(line)
        elif account.number in {one.number for one in accounts}:
            problems.append(f"own_accounts: {account.number} stands there twice; the first counts")
        else:
            accounts.append(account)
            choices.append(account.choice)
    return OwnAccounts(tuple(accounts), tuple(dict.fromkeys(choices)), tuple(problems))


class _Wrong(ValueError):
    """A line that is meant to be an account, and cannot be one."""


def _account(line: str) -> OwnAccount | None:
    first, *parts = (part.strip() for part in line.split("|"))
    number = "".join(first.split()).upper()
    head, _, tail = first.partition(" ")
    if not parts and len(head) >= len("40702810800000000003") and not tail[:1].isdigit():
        number, parts = head.upper(), [tail.strip()]
    found = OwnAccount(number)
    for part in filter(None, parts):
        found = _with(found, part)
    try:
        if number[:2].isalpha() and number[2:4].isdigit():
            return replace(found, number=requisites.iban(number).value)
        if not _MEANT.search(number):
            return None
        return replace(found, number=requisites.account(number, found.code).value)
    except Invalid as problem:
        sentence = _SENTENCES.get(problem.code, f"it cannot be an account ({problem.code})")
        raise _Wrong(sentence.format(length=len(number), bik=found.code)) from problem


_SENTENCES = {
    "account-length": "an account has 20 characters, this one has {length}",
    "account-key": "its key does not fit the bank with the BIK {bik}; one of the two has a typing error",
    "bik-length": "a BIK has 9 digits",
}


def _with(account: OwnAccount, part: str) -> OwnAccount:
    """The account with one more part of its line."""
    foreign = account.foreign
    if (match := _BIC.fullmatch(part)) and foreign:
        return replace(account, code=match[1] or match[2])
    if (match := _CORR.fullmatch(part)) and not foreign:
        return replace(account, corr_account=match[1])
    if (match := _BIK.fullmatch(part)) and not foreign:
        return replace(account, code=match[1].zfill(9))
    if match := _BANK.fullmatch(part):
        return replace(account, bank=match[1].strip())
    return replace(account, name=part)

"""Whose bank details are vouched for: what the request says of its payee against the book and against before.

A row of the contractor book vouches for its account when it bears the system's seal, or when a request that
was approved here says the same: a row that was typed or altered by hand vouches for nothing. A payee is known
by INN or by name; so neither another INN under a known name nor another name under a known INN makes a new
payee of an old one, and taking rows out of the book does not either.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetflow.core.safety.keys import HOLDING
from sheetflow.core.safety.ledger import Ledger
from sheetflow.core.safety.names import folded, resembles
from sheetflow.model.cells import text_of
from sheetflow.model.request import Request

if TYPE_CHECKING:
    from sheetflow.core.contractors import Book, Entry

SEALED = ("inn", "contractor", "account", "bik", "corr_account")
"""What a row's seal is over: who, and where the money goes."""
MOST_SHOWN = 3
_PHONE_SPLIT = re.compile(r"[,;\n]| {2,}|\bor\b|\bили\b")
FEWEST_DIGITS, NATIONAL = 6, 11


def seal(key: bytes, cells: Mapping[str, str]) -> str:
    """The system's seal on a book row's payee details: hexadecimal HMAC-SHA256, "" without a key."""
    if not key:
        return ""
    content = "contractor book\n" + "".join(f"{len(text)}:{text}" for text in _details(cells))
    return hmac.new(key, content.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:40]


def is_sealed(key: bytes, cells: Mapping[str, str], found: str) -> bool:
    """Whether a row bears the seal of exactly what it says."""
    right = seal(key, cells)
    return bool(right) and hmac.compare_digest(right.encode(), found.encode("utf-8", "surrogatepass"))


def _details(cells: Mapping[str, str]) -> list[str]:
    return [cells.get(key, "") for key in SEALED]


def details_digest(request: Request) -> str:
    """What a confirmation is bound to: the payee and the account, whatever else the request says."""
    texts = [text_of(request.cell(key)) for key in SEALED]
    texts[1] = folded(texts[1])
    content = "".join(f"{len(text)}:{text}" for text in texts)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request's payee stands. `caution`: a key of [warnings] with `facts`, "" for nothing new."""

    caution: str
    facts: Mapping[str, str]
    known: bool = True

    @property
    def holds(self) -> bool:
        """Whether the request waits for a confirmation."""
        return self.caution in HOLDING


def standing(request: Request, book: Book, ledger: Ledger) -> Standing:
    """Compare a request's payee with what was vouched for before."""
    inn, name, account = (text_of(request.cell(key)) for key in ("inn", "contractor", "account"))
    rows = book.about(request)
    if any(_vouches(row, request, ledger) for row in rows):
        return Standing("", {})
    before = ledger.approved_payee(request)
    if not rows and not before:
        if like := _look_alike(name, book, ledger):
            return Standing("payee-look-alike", {"name": name, "known": like}, known=False)
        return Standing("first-payment", {"name": name}, known=False)
    inns = {row.text("inn") for row in rows} | {one.text("inn") for one in before}
    if inn and inn not in inns and (others := sorted(inns - {""})):
        return Standing("payee-inn-changed", {"name": name, "inn": inn, "known": ", ".join(others)})
    own = [row for row in rows if row.text("inn") == inn] or rows
    good = {row.text("account") for row in own if row.sealed or _was_approved(row, ledger)}
    if not good:
        return Standing("details-by-hand", {"account": account})
    return Standing("details-changed", {"account": account, "known": ", ".join(sorted(good)[:MOST_SHOWN])})


def knows(request: Request, book: Book, ledger: Ledger) -> bool:
    """Whether an account of the payee is vouched for: what a rule of the policy calls a known contractor."""
    inn = text_of(request.cell("inn"))
    rows = [row for row in book.about(request) if not inn or row.text("inn") == inn]
    return any(row.sealed or _was_approved(row, ledger) for row in rows)


def _vouches(row: Entry, request: Request, ledger: Ledger) -> bool:
    """Whether a book row vouches for exactly this request's account, in this bank."""
    same = all(row.text(key) == text_of(request.cell(key)) for key in ("account", "bik"))
    ours, theirs = row.text("corr_account"), text_of(request.cell("corr_account"))
    inn, known = text_of(request.cell("inn")), row.text("inn")
    if not same or (ours and theirs and ours != theirs) or (inn and known and inn != known):
        return False
    if inn and not known:  # a payee abroad whose name a company at home took
        return False
    return row.sealed or _was_approved(row, ledger)


def _was_approved(row: Entry, ledger: Ledger) -> bool:
    """Whether the request that the row names as its first was approved here, for this very account."""
    found = ledger.approved(row.text("since_request"))
    return found is not None and all(found.text(key) == row.text(key) for key in ("inn", "account", "bik"))


def _look_alike(name: str, book: Book, ledger: Ledger) -> str:
    """A known payee whose name this one may be taken for, "" where there is none."""
    own = folded(name)
    known = {folded(entry.text("contractor")): entry.text("contractor") for entry in book.known()}
    for theirs, written in {**ledger.payees(), **known}.items():
        if resembles(own, theirs):
            return written
    return ""


def phones(entries: Iterable[Entry]) -> list[str]:
    """The telephone numbers in these rows of the book, as they stand there, each once."""
    found: dict[str, str] = {}
    for entry in entries:
        for part in _PHONE_SPLIT.split(entry.text("phone")):
            if number := digits(part):
                found.setdefault(number, " ".join(part.split()))
    return list(found.values())


def digits(phone: str) -> str:
    """A telephone number as it is compared, "" where it is none: 8 (495) … is +7 495 ….

    >>> digits("8 (495) 123-45-67") == digits("+7 495 1234567")
    True
    """
    number = "".join(sign for sign in phone if sign in "0123456789")
    if len(number) < FEWEST_DIGITS:
        return ""
    return "7" + number[1:] if len(number) == NATIONAL and number[0] == "8" else number

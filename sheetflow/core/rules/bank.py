"""Rules of what an accountant chooses for a line of a statement, besides the rules of paying."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sheetflow.core.rules.case import Objection, rule
from sheetflow.model.cells import text_of
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_currency
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Request


@dataclass(frozen=True, slots=True)
class LineCase:
    """Somebody says what a statement's line is.

    `line`: as history keeps it. `request`: that was chosen, None for none. `due`: what is left to pay of it.
    `is_open`: nobody decided on the line yet, and it paid nothing. `word`: the choice where it is no request.
    """

    line: Mapping[str, Any]
    request: Request | None
    due: Decimal
    is_open: bool
    person: Person | None = None
    word: str = "past"


@rule
def accountant_settles_lines(case: LineCase) -> Objection | None:
    """Only an accountant decides what a statement's line is.

    Allowed: the accountant says that it was paid past the registry. Refused: anybody else, whoever that is.
    """
    able = case.person is not None and case.person.has(Role.ACCOUNTANT)
    return None if able else Objection(column="decision")


@rule
def line_counts_once(case: LineCase) -> Objection | None:
    """A statement's line is decided once.

    Allowed: the first decision. Refused: another one afterwards, and a line that has paid a request already.
    """
    return None if case.is_open else Objection(column="decision")


@rule
def known_decision(case: LineCase) -> Objection | None:
    """A line is a request of this registry, past the registry, or left for later.

    Allowed: the number of a request. Refused: any other text.
    """
    return Objection(column="decision") if case.request is None and case.word != "past" else None


@rule
def line_pays_its_payee(case: LineCase) -> Objection | None:
    """A line pays the request whose payee got the money.

    Allowed: money that went to the account and in the currency of the request. Refused: to another account.
    """
    if case.request is None:
        return None
    account = "".join(text_of(case.request.cell("account")).split()).upper()
    went = "".join(str(case.line.get("payee_account", "")).split()).upper()
    try:
        currency = parse_currency(text_of(case.request.cell("currency")))
    except Invalid:
        currency = ""
    if account == went and account and currency == case.line.get("currency"):
        return None
    return Objection({"account": account, "went": went or "?"}, column="decision")


@rule
def line_fits_what_is_due(case: LineCase) -> Objection | None:
    """A line pays no more than what is left of its request.

    Allowed: the remainder, or a part of it. Refused: more than was approved.
    """
    amount = Decimal(str(case.line.get("amount", "0")))
    if case.request is None or amount <= case.due:
        return None
    return Objection({"amount": str(amount), "due": str(case.due)}, column="decision")


LINE_RULES: tuple[Callable[[LineCase], Objection | None], ...] = (
    line_counts_once, known_decision, line_pays_its_payee, line_fits_what_is_due,
)  # fmt: skip
"""Asked in this order of every choice that names a request."""

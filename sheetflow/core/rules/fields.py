"""Rules of the fields at submit: what is missing, what cannot be right, what nobody vouches for.

Each field's own check is `model.requisites`, `model.money` or `model.dates`; here they are put together
and cells are brought to their normal form (an INN that lost its leading zero, "12 500,00", "rub").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from sheetflow.core.projection import fingerprint
from sheetflow.core.rules.case import MoveCase, Objection, Problem, rule
from sheetflow.model import dates, requisites
from sheetflow.model.cells import Cell, is_blank, is_formula, text_of
from sheetflow.model.columns import REQUEST_FIELDS, REQUIRED, SEAL_SIGN
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency

if TYPE_CHECKING:
    from decimal import Decimal

LONGEST = 2_000
"""Characters a text field may have."""


def check(
    cells: Mapping[str, Cell], currencies: tuple[str, ...], today: date
) -> tuple[dict[str, Cell], list[Problem]]:
    """Look at every field.

    Returns:
        The cells in normal form that differ from what was given, and the problems, in the sheet's order.
    """
    normal: dict[str, Cell] = {}
    problems: list[Problem] = []
    foreign = requisites.is_iban(text_of(cells.get("account", "")))

    def look(column: str, read: Callable[[Cell], Cell | None]) -> None:
        cell = cells.get(column, "")
        if is_blank(cell):
            return
        try:
            value = read(cell)
        except Invalid as wrong:
            problems.append(("valid-fields", column, {**wrong.facts, "problem": wrong.code}))
        else:
            if value is not None and (value != cell or type(value) is not type(cell)):
                normal[column] = value

    for column in REQUEST_FIELDS:
        cell = cells.get(column, "")
        if is_formula(cell):
            problems.append(("no-formulas", column, {"problem": "is-formula"}))
            continue
        if isinstance(cell, str) and (problem := _text_problem(cell)):
            problems.append(("valid-fields", column, {"problem": problem, "limit": str(LONGEST)}))
            continue
        reader = _READERS.get(column)
        if reader is not None:
            look(column, lambda given, reader=reader: reader(given, cells, currencies, today))  # type: ignore[misc]
    needed = [c for c in REQUIRED if is_blank(cells.get(c, "")) and not (foreign and c == "inn")]
    if not foreign and is_blank(cells.get("bik", "")) and _is_rouble(cells):
        needed.append("bik")
    if needed:
        problems.append(("required-fields", "", {"columns": ", ".join(needed)}))
    return normal, problems


def _text_problem(text: str) -> str:
    if len(text) > LONGEST:
        return "text-too-long"
    if SEAL_SIGN in text:
        return "text-has-seal-sign"
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
        return "text-has-control-characters"
    return ""


def _is_rouble(cells: Mapping[str, Cell]) -> bool:
    try:
        return parse_currency(text_of(cells.get("currency", ""))) == "RUB"
    except Invalid:
        return False


def _amount(cell: Cell, cells: Mapping[str, Cell], _currencies: tuple[str, ...], _today: date) -> Cell:
    currency = cells.get("currency", "")
    try:
        code = parse_currency(text_of(currency))
    except Invalid:
        code = None
    amount: Decimal = parse_amount(cell, code)
    if amount > 100_000_000_000:
        raise Invalid("amount-too-large", {"value": text_of(cell)})
    return cell if not isinstance(cell, str) else float(amount)


def _currency(cell: Cell, _cells: Mapping[str, Cell], currencies: tuple[str, ...], _today: date) -> Cell:
    currency = parse_currency(text_of(cell))
    if currency not in currencies:
        raise Invalid("currency-not-allowed", {"value": currency, "allowed": ", ".join(currencies)})
    return currency


def _pay_by(cell: Cell, _cells: Mapping[str, Cell], _currencies: tuple[str, ...], today: date) -> Cell:
    day = dates.parse_date(cell)
    if day < today:
        raise Invalid("date-past", {"value": day.strftime("%d.%m.%Y")})
    return cell if not isinstance(cell, str) else dates.to_serial(day)


def _date(cell: Cell, _cells: Mapping[str, Cell], _currencies: tuple[str, ...], _today: date) -> Cell:
    day = dates.parse_date(cell)
    return cell if not isinstance(cell, str) else dates.to_serial(day)


def _inn(cell: Cell, *_rest: object) -> Cell:
    return requisites.inn(cell).value


def _kpp(cell: Cell, *_rest: object) -> Cell:
    return requisites.kpp(cell).value


def _bik(cell: Cell, *_rest: object) -> Cell:
    return requisites.bik(cell).value


def _account(cell: Cell, cells: Mapping[str, Cell], *_rest: object) -> Cell:
    if requisites.is_iban(text_of(cell)):
        return requisites.iban(cell).value
    return requisites.account(cell, _bik_or_blank(cells)).value


def _corr_account(cell: Cell, cells: Mapping[str, Cell], *_rest: object) -> Cell:
    return requisites.corr_account(cell, _bik_or_blank(cells)).value


def _bik_or_blank(cells: Mapping[str, Cell]) -> str:
    try:
        return requisites.bik(cells.get("bik", "")).value
    except Invalid:
        return ""


def _email(cell: Cell, *_rest: object) -> Cell:
    text = text_of(cell)
    if not _EMAIL.fullmatch(text):
        raise Invalid("email-malformed", {"value": text})
    return text


_EMAIL = re.compile(r"[^\s@,;:<>\"'()\[\]\\]+@[^\s@,;:<>\"'()\[\]\\.]+(\.[^\s@,;:<>\"'()\[\]\\.]+)+")
"""One plain address: nothing that could become a second header or a second recipient."""


_READERS: Mapping[str, Callable[[Cell, Mapping[str, Cell], tuple[str, ...], date], Cell]] = {
    "amount": _amount,
    "currency": _currency,
    "pay_by": _pay_by,
    "invoice_date": _date,
    "inn": _inn,
    "kpp": _kpp,
    "bik": _bik,
    "account": _account,
    "corr_account": _corr_account,
    "contractor_email": _email,
}


@rule
def required_fields(case: MoveCase) -> Objection | None:
    """Every required field must be filled before a request is sent.

    Allowed: all starred fields filled; a foreign payee with an IBAN needs no INN. Refused: no purpose.
    """
    return _objection(case, "required-fields")


@rule
def valid_fields(case: MoveCase) -> Objection | None:
    """A field holds something that cannot be right.

    Allowed: an INN whose check digits hold. Refused: an account that does not fit its bank's BIK, a date
    that is past, 0 roubles, a 20-digit account that became a number.
    """
    return _objection(case, "valid-fields") or _objection(case, "no-formulas")


def seen_fingerprint(
    cells: Mapping[str, Cell], currencies: tuple[str, ...], files: Iterable[Mapping[str, str]] = ()
) -> str:
    """What somebody who looks at a request has before them: its fingerprint, cells in normal form.

    The normal form, for that is what a draft becomes when it is submitted; bringing cells to it twice
    changes nothing, so a submitted request has here the very fingerprint that it was submitted with.
    """
    normal, _ = check(cells, currencies, date.max)  # the day matters to no sealed cell
    return fingerprint({**cells, **normal}, files)


@rule
def payee_author_known(case: MoveCase) -> Objection | None:
    """Nobody is known to have typed the payee's details.

    Allowed: the requester typed them, or confirmed exactly these on the request page. Refused: a program or
    an unseen hand did, and the status was picked in the sheet, or they changed after the page was opened.
    """
    unsigned = case.request.unsigned
    if not unsigned:
        return None
    request = case.request
    confirmed = seen_fingerprint(request.cells, case.company.settings.currencies, request.files)
    if case.via != "sheet" and case.seen == confirmed:
        return None
    return Objection({"columns": ", ".join(sorted(unsigned))})


def _objection(case: MoveCase, rule_name: str) -> Objection | None:
    found = [problem for problem in case.problems if problem[0] == rule_name]
    if not found:
        return None
    _, column, facts = found[0]
    return Objection(facts, column or "status")

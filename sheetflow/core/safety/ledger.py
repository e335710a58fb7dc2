"""All other requests, found by payee, invoice, payment or file, as they stand at this moment of the pass.

Made of the State tab's rows when it is first asked, and never where no submit is judged. It is asked for what
may match alone, so that a supplier with thousands of requests costs no more than one with a few.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sheetflow.core.projection import APPROVER, DATA, FIRST_INPUT, STATUS, WIDTH, from_row
from sheetflow.core.safety.names import folded
from sheetflow.core.safety.numbers import invoice_number
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.columns import INPUTS
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row
from sheetflow.workflow.table import Status

COUNTED = (Status.SUBMITTED, Status.APPROVED, Status.PART_PAID, Status.PAID)
"""What is still to be paid or was paid: a draft, a refusal and a cancelled request pay nothing."""
ACCEPTED = (Status.APPROVED, Status.PART_PAID, Status.PAID)
LATEST = 20
"""How many of those that are alike in a number alone are looked at: thousands may have "1"."""
_PLACES = {key: FIRST_INPUT + place for place, key in enumerate(INPUTS)}
_HASH = re.compile(r'"sha256":"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Other:
    """Another request. `approved_here`: somebody of this registry approved it; an import has no approver."""

    id: str
    status: str
    approved_here: bool
    cell: Callable[[str], Cell]
    whole: Callable[[], Request]

    def text(self, key: str) -> str:
        """A cell's text, "" when blank."""
        return text_of(self.cell(key))


class Ledger:
    """`state`: State rows by request. `requests`: those that this pass has taken up, as they now are."""

    def __init__(self, state: Mapping[str, Row], requests: Mapping[str, Request]) -> None:
        self._state, self._requests = state, requests
        self._index: dict[str, list[str]] | None = None
        self._names: dict[str, str] = {}
        self._noted: list[tuple[Request, bool]] = []

    def approved_payee(self, request: Request) -> list[Other]:
        """Requests of the same INN or name that somebody of this registry approved."""
        found = self._found(request.id, _payee(_text(request)))
        return [one for one in found if one.approved_here and one.status in ACCEPTED]

    def with_invoice(self, request: Request) -> list[Other]:
        """Requests of the same amount with the same invoice number, of the same INN, name or account."""
        return self._found(request.id, _with(_sum(request.cell), _invoice(_text(request))))

    def with_number(self, request: Request) -> list[Other]:
        """The latest requests with the same invoice number of the same payee, whatever the amount."""
        return self._found(request.id, _invoice(_text(request)), LATEST)

    def with_payment(self, request: Request) -> list[Other]:
        """Requests of the same amount to the same account."""
        return self._found(request.id, _with(_sum(request.cell), _account(_text(request))))

    def approved(self, rid: str) -> Other | None:
        """The request with this number, where somebody of this registry approved it; None otherwise."""
        known = rid in self._requests or rid in self._state
        other = self._other(rid) if known else None
        return other if other is not None and other.approved_here and other.status in ACCEPTED else None

    def with_file(self, request: Request) -> list[Other]:
        """Requests with the same invoice file."""
        hashes = [one["sha256"] for one in request.files if one["column"] == "invoice" and one["sha256"]]
        return [
            other
            for other in self._found(request.id, [f"f:{sha}" for sha in hashes])
            if any(one["column"] == "invoice" and one["sha256"] in hashes for one in other.whole().files)
        ]

    def of_category(self, request: Request, first: int, last: int) -> list[Other]:
        """Requests of the same category that are to be paid between two days (serial numbers)."""
        wanted = text_of(request.cell("category")).casefold()

        def fits(category: Cell, pay_by: Cell) -> bool:
            same = text_of(category).casefold() == wanted
            return same and isinstance(pay_by, int | float) and first <= pay_by < last + 1

        ids = [
            rid
            for rid, row in self._state.items()
            if rid not in self._requests and fits(_cell(row, "category"), _cell(row, "pay_by"))
        ]
        ids += [rid for rid, one in self._requests.items() if fits(one.cell("category"), one.cell("pay_by"))]
        return [other for rid in ids if rid != request.id and (other := self._other(rid)) is not None]

    def payees(self) -> Mapping[str, str]:
        """Everybody who was ever to be paid: folded name -> the name as it was written."""
        self._indexed()
        return self._names

    def note(self, request: Request) -> None:
        """A request was submitted or approved in this pass: the next one sees it."""
        accepted = request.status in ACCEPTED
        if self._index is None:
            self._noted.append((request, accepted))
        else:
            self._take(request, accepted=accepted)

    # --- parts of it

    def _indexed(self) -> dict[str, list[str]]:
        if self._index is None:
            self._index = {}
            for rid, row in self._state.items():
                if len(row) > FIRST_INPUT and row[STATUS] in COUNTED:
                    data = str(row[DATA])
                    hashes = _HASH.findall(data) if '"files"' in data else []
                    accepted = row[STATUS] in ACCEPTED and bool(row[APPROVER])
                    self._add(rid, lambda key, row=row: _cell(row, key), hashes, accepted=accepted)  # type: ignore[misc]
            for request, accepted in self._noted:
                self._take(request, accepted=accepted)
        return self._index

    def _take(self, request: Request, *, accepted: bool) -> None:
        self._add(request.id, request.cell, [one["sha256"] for one in request.files], accepted=accepted)

    def _add(self, rid: str, cell: Callable[[str], Cell], hashes: list[str], *, accepted: bool) -> None:
        index = self._indexed()
        name = text_of(cell("contractor"))
        self._names.setdefault(folded(name), name)

        def text(key: str) -> str:
            return text_of(cell(key))

        sum_, numbers = _sum(cell), _invoice(text)
        keys = [
            *numbers,
            *_with(sum_, numbers),
            *_with(sum_, _account(text)),
            *(f"f:{sha}" for sha in hashes),
        ]
        for key in keys + (_payee(text) if accepted else []):
            known = index.setdefault(key, [])
            if rid not in known[-1:]:
                known.append(rid)

    def _found(self, own: str, keys: list[str], latest: int = 0) -> list[Other]:
        index = self._indexed()
        ids = dict.fromkeys(rid for key in keys for rid in index.get(key, [])[-latest:])
        return [other for rid in ids if rid != own and (other := self._other(rid)) is not None]

    def _other(self, rid: str) -> Other | None:
        """The request as it stands, None where it pays nothing any more."""
        taken = self._requests.get(rid)
        if taken is not None:
            if taken.status not in COUNTED:
                return None
            return Other(rid, taken.status, bool(taken.approver), taken.cell, lambda: taken)
        row = self._state[rid]
        if row[STATUS] not in COUNTED:
            return None
        return Other(
            rid, str(row[STATUS]), bool(row[APPROVER]), lambda key: _cell(row, key), lambda: _whole(row)
        )


def _text(request: Request) -> Callable[[str], str]:
    return lambda key: text_of(request.cell(key))


def _payee(text: Callable[[str], str]) -> list[str]:
    found = (("i", text("inn")), ("n", folded(text("contractor"))))
    return [f"{kind}:{value}" for kind, value in found if value]


def _invoice(text: Callable[[str], str]) -> list[str]:
    number = invoice_number(text("invoice_no"))
    if not number:
        return []
    return [f"v:{number}/{payee}" for payee in (*_payee(text), f"a:{text('account')}") if payee != "a:"]


def _account(text: Callable[[str], str]) -> list[str]:
    return [f"p:{account}"] if (account := text("account")) else []


def _with(sum_: str, keys: list[str]) -> list[str]:
    """Keys narrowed down to one sum; none where the amount cannot be read."""
    return [f"{key}/{sum_}" for key in keys] if sum_ else []


def _sum(cell: Callable[[str], Cell]) -> str:
    """Amount and currency as a key, "" where the amount cannot be read."""
    try:
        return f"{parse_amount(cell('amount')).normalize():f}/{text_of(cell('currency'))}"
    except Invalid:
        return ""


def _cell(row: Row, key: str) -> Cell:
    place = _PLACES[key]
    return row[place] if place < len(row) else ""


def _whole(row: Row) -> Request:
    return from_row([*row, *[""] * (WIDTH - len(row))])

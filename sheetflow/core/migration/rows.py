"""Every row of a foreign table judged: it becomes a request as it says, or it is listed with its reason.

Nobody approved here what was approved elsewhere: open requests begin anew as drafts, closed ones are kept as
they ended. Nothing is dropped in silence, and nothing that could mean two things is taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sheetflow.core.company import Company
from sheetflow.core.history import dumps
from sheetflow.core.migration import cleaning
from sheetflow.core.migration.names import find_person
from sheetflow.core.migration.table import BLANK, EXTRA, Found, Table, Vocabulary, cell_at, plain
from sheetflow.core.rules.fields import check
from sheetflow.model import dates
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import BY_KEY, Kind, Writer
from sheetflow.model.currencies import MINOR_DIGITS
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_currency
from sheetflow.model.people import Role
from sheetflow.workflow.table import Status

CLOSED = (Status.PAID, Status.REJECTED, Status.CANCELLED)
"""What a request may be imported as, besides Draft."""
NEEDED = ("contractor", "amount")
"""What a closed request has to say to be of use: whom it paid, and how much."""
TELLING = ("contractor", "inn", "account", "subject", "purpose")
"""A request has to say one of these, or it is an amount that stands alone."""
_DIGITS = ("inn", "kpp", "bik", "account", "corr_account")
_PADDED = {"inn": "inn-padded", "bik": "bik-padded"}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be said about a row: a reason or a note. `column`: our column's key, "" for the row."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    column: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A request to be. `more`: what the row says besides; `padded`: columns that got a lost zero back."""

    status: str
    cells: Mapping[str, Cell]
    requester: str = ""
    paid: Decimal = Decimal(0)
    more: Mapping[str, str] = field(default_factory=dict)
    padded: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What tells it from any other: the same row in another file has the same."""
        content = [self.status, dict(self.cells), str(self.paid), dict(self.more)]
        return hashlib.sha256(dumps(content).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(slots=True)
class Judged:
    """One row. `outcome`: "import", "refused", "skipped" (it is no request) or "known" (imported before)."""

    row: int
    outcome: str
    entry: Entry | None = None
    remarks: list[Remark] = field(default_factory=list)
    request: str = ""


def judge_rows(
    table: Table, first: int, columns: Mapping[str, int], words: Vocabulary, company: Company
) -> list[Judged]:
    """Judge all rows from number `first` on; blank ones are left out.

    `columns`: our column -> place in the table.
    """
    title = [plain(found.text) for found in table.rows[first - 2]] if first >= 2 else []
    own = {at for at in range(first, len(table.rows) + 1) if _says_something(at, table.rows[at - 1])}
    judged = []
    for number in sorted(own):
        row = table.rows[number - 1]
        if skipped := _no_request(row, title, columns, words):
            judged.append(Judged(number, "skipped", remarks=[Remark(skipped)]))
        else:
            judged.append(_Row(number, row, columns, words, company, table.epoch_shift, own).judge())
    return judged


def _says_something(number: int, row: Sequence[Found]) -> bool:
    """Whether a row has a cell of its own, not just the rest of merged cells that began above."""
    return any(not found.blank and (not found.rows or found.rows[0] == number) for found in row)


def _no_request(
    row: Sequence[Found], title: Sequence[str], columns: Mapping[str, int], words: Vocabulary
) -> str:
    """Why a row is no request: a total, a heading, titles or column numbers again; "" if it is one."""
    filled = [found for found in row if not found.blank]
    first = plain(filled[0].text)
    payee = [cell_at(row, columns[key]) for key in ("inn", "account", "purpose") if key in columns]
    if all(found.blank for found in payee) and any(
        first == word or first.startswith(word + " ") for word in words.totals
    ):
        return "total-row"
    texts = [plain(found.text) for found in row]
    if texts == title[: len(texts)] and len(filled) > 1:
        return "titles-again"
    if len(filled) > 2 and [found.text.strip() for found in filled] == [
        str(n + 1) for n in range(len(filled))
    ]:
        return "column-numbers"
    if len(filled) == 1 and ("amount" not in columns or cell_at(row, columns["amount"]).blank):
        return "heading"
    return ""


class _Row:
    """One row on its way to a request: what is wrong gathers in `wrong`, what is worth saying in `notes`."""

    def __init__(
        self,
        number: int,
        row: Sequence[Found],
        columns: Mapping[str, int],
        words: Vocabulary,
        company: Company,
        epoch_shift: int,
        own: AbstractSet[int],
    ) -> None:
        self.number, self.words, self.company, self.shift = number, words, company, epoch_shift
        self.own = own
        self.found = {key: cell_at(row, place) for key, place in columns.items()}
        self.cells: dict[str, Cell] = {}
        self.wrong: list[Remark] = []
        self.notes: list[Remark] = []
        self.more: dict[str, str] = {}
        self.padded: list[str] = []

    def judge(self) -> Judged:
        """The row's end: imported as it is, or refused for every reason there is."""
        written_currency = self._read_cells()
        self._settle_currency(written_currency)
        status, paid = self._settle_status()
        self._check_fields(status)
        requester = self._requester(status)
        if self.wrong:
            return Judged(self.number, "refused", remarks=self.wrong)
        cells = cleaning.written(self.cells)
        entry = Entry(status, cells, requester, paid, self.more, tuple(self.padded))
        return Judged(self.number, "import", entry, self.notes)

    def _say(self, code: str, column: str = "", **facts: str) -> None:
        self.notes.append(Remark(code, facts, column))

    def _refuse(self, code: str, column: str = "", **facts: str) -> None:
        self.wrong.append(Remark(code, facts, column))

    def _read_cells(self) -> str:
        """Read every field; gives the currency that is written with the amount."""
        sign = ""
        for key, found in self.found.items():
            if key in EXTRA:
                continue
            if found.rows and not found.blank:
                start, end = found.rows
                if key == "amount" and any(row in self.own for row in range(start + 1, end + 1)):
                    self._refuse("amount-merged", key, first=str(start), last=str(end))
                    continue  # one payment, or one for each row?
                if start != self.number:
                    self._say("from-merged", key, first=str(start))
            try:
                if key == "amount":
                    self.cells[key], sign = cleaning.read_amount(found)
                else:
                    self.cells[key] = self._read(key, found)
            except Invalid as invalid:
                self.wrong.append(Remark(invalid.code, invalid.facts, key))
        if pair := cleaning.tax_pair(self.cells.get("inn", "")):
            self.cells["inn"] = pair[0]
            if self.cells.get("kpp", "") in ("", pair[1]):
                self.cells["kpp"] = pair[1]
        return sign

    def _read(self, key: str, found: Found) -> Cell:
        if key in _DIGITS:
            return cleaning.read_digits(found)
        if key == "vat":
            return cleaning.read_vat(found, self.company.settings.items("vat_rates"), self.words)
        if BY_KEY[key].kind is Kind.DATE:
            return cleaning.read_date(found, self.words, self.shift)
        return cleaning.read_text(key, found)

    def _settle_currency(self, written: str) -> None:
        text = str(self.cells.get("currency", ""))
        if text:
            try:
                code = parse_currency(text)
            except Invalid as invalid:
                self._refuse(invalid.code, "currency", **invalid.facts)
                return
            if written and written != code:
                value = self.found["amount"].text
                self._refuse("amount-other-currency", "amount", value=value, written=written, currency=code)
        elif self.cells.get("amount", "") != "":
            code = written or self.company.settings.base_currency
            if not written:
                self._say("currency-assumed", "currency", currency=code)
        else:
            return
        self.cells["currency"] = code
        if code not in self.company.settings.currencies:
            self._say("currency-not-listed", "currency", value=code)

    def _settle_status(self) -> tuple[str, Decimal]:
        """What the request is from now on, and how much of it was paid."""
        amount = Decimal(repr(value)) if isinstance(value := self.cells.get("amount"), float) else None
        try:
            status, word = cleaning.read_status(self.found.get("status", BLANK), self.words)
            paid, day = cleaning.read_paid(self.found.get("paid", BLANK), self.words, self.shift)
            paid_on = cleaning.read_date(self.found.get("paid_on", BLANK), self.words, self.shift) or day
        except Invalid as invalid:
            self.wrong.append(Remark(invalid.code, invalid.facts, "status"))
            return Status.DRAFT, Decimal(0)
        said = self.found.get("paid", BLANK).text
        whole = paid is True or (amount is not None and paid is not False and paid == float(amount))
        if not status and whole:
            status = Status.PAID
        if status == Status.PART_PAID or (not status and paid and not whole):
            self._refuse("part-paid", "status")
        elif status == Status.PAID and paid is not None and not whole:
            self._refuse("paid-differs", "paid", value=said)
        elif status != Status.PAID and paid:
            self._refuse("open-but-paid", "status", status=word, value=said)
        elif status != Status.PAID and paid_on != "" and paid is not False:
            self._refuse("open-but-paid", "status", status=word, value=self.found["paid_on"].text)
        if paid_on != "" and status == Status.PAID:
            self.more["paid_on"] = dates.from_serial(float(paid_on)).isoformat()
        if status not in CLOSED:
            if status not in ("", Status.DRAFT):
                self._say("became-draft", "status", value=word)
            return Status.DRAFT, Decimal(0)
        return status, (amount or Decimal(0)) if status == Status.PAID else Decimal(0)

    def _check_fields(self, status: str) -> None:
        """The registry's own check of every field: what cannot be right is refused, whatever its status."""
        given = cleaning.written(self.cells)
        broken = {remark.column for remark in self.wrong}
        normal, problems = check(given, tuple(MINOR_DIGITS), date.min)
        for rule, column, facts in problems:
            if rule != "required-fields" and column not in broken:
                self._refuse(facts["problem"], column, **facts)
        for key, value in normal.items():
            if key in _PADDED and len(str(value)) > len("".join(canonical(given[key]).split())):
                self._say(_PADDED[key], key, value=str(value))
                self.padded.append(key)
            self.cells[key] = value
        self._check_whole(status)

    def _check_whole(self, status: str) -> None:
        """What the fields say together: enough to be a request, and nothing that belongs to others."""
        for key in ("account", "corr_account"):
            if cleaning.lost_digits(str(self.cells.get(key, "")), str(self.cells.get("bik", ""))):
                self._refuse("account-zeros-at-end", key, value=str(self.cells[key]))
        broken = {remark.column for remark in self.wrong}
        missing = [key for key in NEEDED if not self.cells.get(key) and key not in broken]
        if status in CLOSED and missing:
            self._refuse("closed-needs", "", columns=", ".join(missing))
        if not any(self.cells.get(key) for key in TELLING):
            self._refuse("says-too-little")
        if status not in CLOSED:
            for key in [
                key for key in cleaning.written(self.cells) if BY_KEY[key].writer is Writer.ACCOUNTANT
            ]:
                self._say("accountants-left-out", key, value=str(self.cells.pop(key)))
        for key, setting in (("department", "departments"), ("category", "categories")):
            listed = self.company.settings.items(setting)
            if listed and (text := str(self.cells.get(key, ""))) and text not in listed:
                self._say("not-listed", key, value=text)

    def _requester(self, status: str) -> str:
        """Whose the request is, "" where nobody of the People tab is meant; what else is said is kept."""
        for key in ("requester", "approver", "old_id"):
            try:
                text = cleaning.read_text(key, self.found.get(key, BLANK))
            except Invalid as invalid:
                self.wrong.append(Remark(invalid.code, invalid.facts, key))
                continue
            if text:
                self.more[key] = text
        name = self.more.get("requester", "")
        if not name:
            return ""
        person = find_person(name, self.company.people)
        if person is None:
            self._say("requester-unknown", "requester", value=name)
            return ""
        if status not in CLOSED and not person.has(Role.MANAGER):
            self._say("requester-no-manager", "requester", value=person.name)
            return ""
        if plain(name) not in (plain(person.name), plain(person.email)):
            self._say("requester-taken-for", "requester", value=name, name=person.name)
        return person.email

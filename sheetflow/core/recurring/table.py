"""The Recurring tab as templates: what each row asks for, and what of it cannot be read.

A row with anything wrong makes nothing until it is put right; nothing of it is lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sheetflow.core.company import MOST_BEFORE, Company
from sheetflow.core.recurring.period import Period, read_period
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.model import dates
from sheetflow.model.cells import Cell, canonical, is_formula, text_of
from sheetflow.model.invalid import Invalid, shown
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.model.people import Role
from sheetflow.model.snapshot import Row, Snapshot

ASKED = (
    "subject", "contractor", "amount", "currency", "details", "inn", "kpp", "bik", "account", "corr_account",
    "purpose", "vat", "department", "category", "contractor_email",
)  # fmt: skip
"""The request's own fields that a template fills."""
OWN = ("name", "requester", "every", "next", "until", "before")
COLUMNS = (*OWN, *ASKED)
"""The tab's columns, in their order."""
NEEDED = ("name", "requester", "every", "next")
MOST = 150
"""Rows that count: the token remembers each one."""

NAMED = 3
"""How many rows one sentence names."""

Fault = tuple[str, Mapping[str, str]]
"""What cannot be read: a key of [recurring] in `rules.toml`, and its facts."""


@dataclass(frozen=True, slots=True)
class Template:
    """One row. `row`: its number on the tab, 1 is the header. `before`: days; `until`: None for no end.

    `cells`: the request's fields as they stand. Where there are faults, the rest may say nothing.
    """

    name: str
    row: int
    requester: str = ""
    period: Period = field(default=Period(months=1))
    first: date = date.max
    until: date | None = None
    before: int = 0
    cells: Mapping[str, Cell] = field(default_factory=dict)
    content: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def key(self) -> str:
        """What it is remembered by: from its name, however it is written."""
        return key_of(self.name)


def key_of(name: str) -> str:
    """What a name is remembered by."""
    return hashlib.sha256(" ".join(name.lower().split()).encode("utf-8", "surrogatepass")).hexdigest()[:8]


def read_templates(rows: Sequence[Row], company: Company, book: Rulebook) -> list[Template]:
    """Read the tab, its header row included."""
    filled = [(n, row) for n, row in enumerate(rows[1:], start=2) if any(text_of(cell) for cell in row)]
    if not filled:
        return []
    places: dict[str, int] = {}
    for place, cell in enumerate(rows[0]):
        if (key := book.recurring_headers.get(text_of(cell).lower())) in COLUMNS:
            places.setdefault(str(key), place)
    if missing := [key for key in COLUMNS if key not in places]:
        return [Template("?", 1, faults=(("no-column", {"recurring_columns": ", ".join(missing)}),))]
    found: list[Template] = []
    taken: dict[str, int] = {}
    for number, row in filled:
        cells = {key: row[place] if place < len(row) else "" for key, place in places.items()}
        if not any(text_of(cell) for cell in cells.values()):
            continue  # a column of somebody's own
        reader = _Reader(cells, company)
        template = reader.template(number)
        if template.name and (other := taken.setdefault(template.key, number)) != number:
            reader.wrong("name-twice", value=template.name, row=str(other))
        if len(found) >= MOST:
            reader.wrong("too-many", value=str(MOST))
        found.append(template if not reader.faults else _held(template, reader.faults))
    return found


def faults_said(template: Template, words: Words) -> list[str]:
    """What is wrong with a row, in words."""
    return [words.sentence("recurring", key, facts) for key, facts in template.faults]


def unread(snapshot: Snapshot, company: Company, book: Rulebook) -> str:
    """The rows that cannot be read, such as "3 (Rent)"; "" for none."""
    held = [one for one in read_templates(snapshot.recurring, company, book) if one.faults]
    named = ", ".join(f"{one.row} ({one.name})" for one in held[:NAMED])
    return named + (" …" if len(held) > NAMED else "")


def _held(template: Template, faults: Sequence[Fault]) -> Template:
    return Template(template.name or "?", template.row, template.requester, faults=tuple(faults))


class _Reader:
    """One row."""

    def __init__(self, cells: Mapping[str, Cell], company: Company) -> None:
        self.cells, self.company = cells, company
        self.faults: list[Fault] = []

    def template(self, number: int) -> Template:
        for key in COLUMNS:
            if is_formula(self.cells[key]):
                self.wrong("formula", key)
        for key in NEEDED:
            if not text_of(self.cells[key]):
                self.wrong("blank", key)
        first, until = self._date("next"), self._date("until")
        if first and until and until < first:
            self.wrong("until-before-next", value=text_of(self.cells["until"]))
        self._money()
        asked = {key: self.cells[key] for key in ASKED if text_of(self.cells[key])}
        content = [canonical(self.cells[key]) for key in COLUMNS if key != "name"]
        return Template(
            text_of(self.cells["name"]), number, self._requester(), self._period(), first or date.max, until,
            self._before(), asked, key_of("\n".join(content)),
        )  # fmt: skip

    def wrong(self, fault: str, column: str = "", **facts: str) -> None:
        self.faults.append((fault, {**({"recurring_column": column} if column else {}), **facts}))

    def _requester(self) -> str:
        text = text_of(self.cells["requester"])
        person = self.company.people.find(text) if text else None
        if text and person is None:
            self.wrong("unknown-requester", value=shown(text))
        elif person is not None and not person.has(Role.MANAGER):
            self.wrong("requester-asks-nothing", value=shown(text))
        return person.email if person else ""

    def _period(self) -> Period:
        text = text_of(self.cells["every"])
        try:
            return read_period(text) if text else Period(months=1)
        except Invalid as wrong:
            self.wrong("period", **wrong.facts)
            return Period(months=1)

    def _date(self, key: str) -> date | None:
        cell = self.cells[key]
        if not text_of(cell) or is_formula(cell):
            return None
        text = text_of(cell)
        try:
            serial = (
                float(text) if text.isascii() and text.isdigit() else cell
            )  # a date typed into a cell of text
            return dates.parse_date(serial)
        except Invalid:
            self.wrong("date", key, value=shown(text))
            return None

    def _before(self) -> int:
        text = text_of(self.cells["before"])
        if not text:
            return self.company.settings.recurring_days
        if text.isascii() and text.isdigit() and int(text[:6]) <= MOST_BEFORE:
            return int(text)
        self.wrong("before", value=shown(text), most=str(MOST_BEFORE))
        return 0

    def _money(self) -> None:
        for key, read in (("amount", parse_amount), ("currency", lambda cell: parse_currency(text_of(cell)))):
            if text_of(self.cells[key]) and not is_formula(self.cells[key]):
                try:
                    read(self.cells[key])
                except Invalid:
                    self.wrong("unread", key, value=shown(text_of(self.cells[key])))

"""A registry in memory: people's hands on one side, passes on the other.

`FakeSheet` implements SheetPort with the same promises as the real one (atomic, guarded by the token, rows
written by place); `Desk` adds a company, a clock and what people do.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

from sheetflow.app.channels import Channels
from sheetflow.app.outbox import Deliverer
from sheetflow.app.process import PassReport, Process
from sheetflow.core import folding, history, inbox
from sheetflow.core.access import wanted
from sheetflow.core.company import read_company
from sheetflow.core.filing import COLUMNS as COLUMNS_OF_FILES
from sheetflow.core.projection import CONFIRMED, SEAL, WIDTH, from_row, seal_text
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.core.tabs import CONTRACTOR_HEADERS, first_token, read_outbox_row
from sheetflow.errors import ConcurrentEdit
from sheetflow.model.cells import Cell, canonical, digest
from sheetflow.model.columns import COLUMNS, SHOWN
from sheetflow.model.events import Act, Arrived, Event, FiledFile, Filing, Response, Returned, Upload
from sheetflow.model.snapshot import Letter, Registry, Row, Snapshot
from sheetflow.ports import Block, Commit, Receipt
from sheetflow.runtime import load_rulebook_words
from tests import tables

KEY = b"k" * 32
SPREADSHEET = "spreadsheet-1"
SHEETS = {
    "registry": 100, "contractors": 101, "people": 102, "settings": 103, "calendar": 104, "history": 105,
    "policy": 106, "recurring": 107, "bank": 108,
    "inbox": 110, "state": 111, "outbox": 112,
}  # fmt: skip
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

MIA, MAX = "mia@firm.example", "max@firm.example"
HEAD, DIRECTOR = "olga@firm.example", "dora@firm.example"
ANNA, ADA = "anna@firm.example", "ada@firm.example"
ADMIN, BOTH = "ivan@firm.example", "boris@firm.example"
STRANGER = "eve@elsewhere.example"

PEOPLE = """
E-mail            | Name  | Roles             | Limit                  | Language | Other addresses
mia@firm.example  | Mia   | manager           |                        | en       | mia.private@mail.example
max@firm.example  | Max   | manager           |                        | en       |
olga@firm.example | Olga  | approver          | 500000 RUB; 5000 EUR   | en       |
dora@firm.example | Dora  | director          |                        | en       |
anna@firm.example | Anna  | accountant        |                        | en       |
ada@firm.example  | Ada   | accountant        |                        | en       |
ivan@firm.example | Ivan  | admin             |                        | en       |
boris@firm.example| Boris | manager, approver, accountant | 500000 RUB | en       |
"""

GOOD: dict[str, Cell] = {
    "subject": "Paper", "contractor": "ООО «Ромашка»", "amount": 12500.5, "currency": "RUB", "pay_by": 46500,
    "details": "Sberbank", "inn": "7707083893", "kpp": "773601001", "bik": "049805746",
    "account": "40602810700000000025", "purpose": "Payment for paper, invoice 17", "vat": "20 %",
    "contractor_email": "pay@romashka.example",
}  # fmt: skip
"""A request that may be submitted. pay_by 46500 is 2027-04-23."""


@cache
def words() -> dict[str, Words]:
    """The real templates."""
    return load_rulebook_words(Path(__file__).parent.parent / "sheet_templates")


def book(language: str = "en") -> Rulebook:
    """A rulebook with the real templates."""
    return Rulebook(language, words(), SPREADSHEET, KEY, "https://pages.example/request")


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at
        self.slept = 0.0

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


class FakeNonces:
    """Nonces in order."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def nonce(self) -> str:
        return f"nonce{next(self._count):06d}"

    def jitter(self) -> float:
        return 0.5


class FakeMail:
    """A mailbox that keeps what was sent. `fail` is called before each send and may raise."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.fail: Callable[[EmailMessage], None] = lambda message: None

    def send(self, message: EmailMessage) -> str:
        self.fail(message)
        self.sent.append(message)
        return f"m{len(self.sent)}"

    def find(self, reference: str) -> str | None:
        return next(
            (f"m{n}" for n, m in enumerate(self.sent, 1) if m["X-Sheetflow-Reference"] == reference), None
        )


class FakeForms:
    """A form whose answers are put in by hand (FormsPort)."""

    def __init__(self) -> None:
        self.answers: list[Response] = []
        self.asked: list[datetime | None] = []

    def responses(self, since: datetime | None) -> list[Response]:
        self.asked.append(since)
        return [answer for answer in self.answers if since is None or answer.at >= since]


class FakeMailroom:
    """Mails that answer ours, put in by hand (MailroomPort). `strange`: those that were not taken."""

    def __init__(self) -> None:
        self.waiting: list[Arrived] = []
        self.strange: list[str] = []

    def arrived(self) -> tuple[list[Returned], list[Arrived]]:
        return [], list(self.waiting)

    def told(self, returned: Collection[str], strange: Collection[str]) -> None:
        self.strange += strange
        self.waiting = []


class FakeFiles:
    """A folder (FilesPort): what was filed, what QR codes say. `fail` is called before each filing."""

    def __init__(self) -> None:
        self.filed: list[str] = []
        self.qr: dict[str, Cell] = {}
        self.problem = ""
        self.fail: Callable[[Letter], None] = lambda letter: None

    def file(self, letter: Letter) -> Filing:
        self.fail(letter)
        column = COLUMNS_OF_FILES[letter.template]
        if self.problem:
            return Filing(
                letter.id, letter.request, column, "", (), problem=self.problem, facts={"name": "x"}
            )
        uploads: Any = letter.facts["files"]
        files = tuple(
            FiledFile(
                file,
                f"{letter.request} {name}",
                f"hash of {file}",
                f"https://drive.google.com/file/d/{file}/view",
            )
            for file, name, _ in uploads
        )
        self.filed += [file.id for file in files]
        return Filing(letter.id, letter.request, column, files[0].link, files, self.qr)

    def download(self, file: str) -> tuple[str, str, bytes]:
        return f"{file}.pdf", "application/pdf", f"content of {file}".encode()


class FakeSheet:
    """The spreadsheet in memory (SheetPort, HistoryPort). `before_commit` runs once, ahead of the next."""

    def __init__(
        self, people: Sequence[Row], settings: Sequence[Row], clock: FakeClock, language: str = "en"
    ) -> None:
        labels = words()[language].labels["columns"]
        self.clock = clock
        self.header: list[str] = [labels[column.key] for column in COLUMNS]
        self.rows: list[list[Cell]] = []
        self.notes: dict[tuple[str, str], str] = {}
        self.people, self.settings = [list(row) for row in people], [list(row) for row in settings]
        self.policy: list[list[Cell]] = []
        self.recurring: list[list[Cell]] = []
        self.bank: list[list[Cell]] = []
        self.state: list[list[Cell]] = []
        self.inbox: list[list[Cell]] = []
        self.outbox: list[list[Cell]] = []
        self.history: list[list[Cell]] = []
        known = words()[language].labels
        self.contractors: list[list[Cell]] = [
            [known["columns"].get(key) or known["book"][key] for key in CONTRACTOR_HEADERS]
        ]
        company = read_company(self.people, self.settings, book(language))
        self.token = replace(first_token(SHEETS, "n0"), access=wanted(company.people).digest)
        self.banks: dict[str, list[str]] = {}
        self.bank_reads = 0
        self.reads = self.commits = 0
        self.before_commit: Callable[[], object] | None = None
        self._headers = book(language).headers

    def columns(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for place, text in enumerate(self.header):
            if key := self._headers.get(text.lower()):
                found.setdefault(key, place)
        return found

    def read(self, event: int = 0) -> Snapshot:
        self.reads += 1
        columns = self.columns()
        shown = {columns[key] for key in SHOWN if key in columns}
        rows = [["" if i in shown else cell for i, cell in enumerate(row)] for row in self.rows]
        return Snapshot(
            self.clock.now(), self.token, Registry(columns, [_trim(row) for row in rows], len(self.header)),
            [_trim(row) for row in self.state], [_trim(row) for row in self.inbox],
            [_trim(row) for row in self.outbox], self.people, self.settings, self.contractors,
            policy=self.policy, recurring=self.recurring, bank=[list(row) for row in self.bank],
            event_hash=str(self.history[event - 1][8]) if 0 < event <= len(self.history) else "",
        )  # fmt: skip

    def commit(self, commit: Commit) -> Receipt:
        if self.before_commit is not None:
            act, self.before_commit = self.before_commit, None
            act()
        if commit.old != self.token:
            raise ConcurrentEdit("Sheets", "the token moved on")
        self.commits += 1
        self.token = commit.new
        self.history += [history.to_row(event) for event in commit.events]
        _place(self.state, commit.states, WIDTH)
        _place(self.outbox, commit.outbox, 10)
        self.contractors += [list(row) for row in commit.book]
        for block in commit.blocks:
            self._put(block)
        self.bank += [list(row) for row, _ in commit.new_lines]
        for line in commit.lines:
            for column, value in line.cells.items():
                self.bank[line.place][column] = value
            if line.note is not None:
                self.notes[(str(self.bank[line.place][0]), "decision")] = line.note
        if commit.banks is not None:
            self.banks = {str(row[0]): [str(cell) for cell in row[1:]] for row in commit.banks}
        for place in commit.consumed:
            row = self.inbox[place] = [*self.inbox[place], *[""] * (7 - len(self.inbox[place]))]
            row[4:7] = ["", "", commit.new.revision]
        for write in commit.writes:
            self._write(write.row, commit.columns[write.column], write.value)
            if write.note is not None:
                self.notes[(write.request, write.column)] = write.note
        for offset, cells in enumerate(commit.restored):
            self.rows.insert(commit.registry_rows + offset, [])
            for key, value in cells.items():
                self._write(commit.registry_rows + offset, commit.columns[key], value)
            for key, text in commit.restored_notes.get(offset, {}).items():
                self.notes[(str(cells["id"]), key)] = text
        for key, places in commit.pruned.items():
            tab: list[list[Cell]] = {
                "inbox": self.inbox, "outbox": self.outbox, "state": self.state, "bank": self.bank,
            }[key]  # fmt: skip
            for place in sorted(places, reverse=True):
                del tab[place]
        return Receipt(commit.new, {write.row: list(self.rows[write.row]) for write in commit.writes})

    def read_banks(self, since: str) -> dict[str, list[str]]:
        self.bank_reads += 1
        return self.banks

    def read_history(self) -> tuple[Any, list[Event]]:
        return self.token, [history.from_row(row, place) for place, row in enumerate(self.history, 1)]

    def _put(self, block: Block) -> None:
        tab = {"people": self.people, "settings": self.settings, "policy": self.policy}[block.tab]
        for offset, values in enumerate(block.rows):
            while len(tab) <= block.row + offset:
                tab.append([])
            row = tab[block.row + offset]
            row.extend([""] * (block.column + len(values) - len(row)))
            row[block.column : block.column + len(values)] = values

    def _write(self, row: int, column: int, value: Cell | None) -> None:
        while len(self.rows) <= row:
            self.rows.append([])
        cells = self.rows[row]
        cells.extend([""] * (len(self.header) - len(cells)))
        if value is not None:
            cells[column] = value


class Desk:
    """A company at work: `edit` and its kin are people's hands, `run` is a pass."""

    def __init__(
        self,
        people: str = PEOPLE,
        settings: Mapping[str, str] | None = None,
        language: str = "en",
        policy: str = "",
    ) -> None:
        self.clock, self.nonces, self.mail = FakeClock(), FakeNonces(), FakeMail()
        self.forms, self.files, self.mailroom = FakeForms(), FakeFiles(), FakeMailroom()
        rows: list[list[Cell]] = [list(row) for row in tables.parse(people)]
        options = {"time_zone": "UTC", "company": "Firm", "digest": "no", **(settings or {})}
        self.language = language
        self.sheet = FakeSheet(
            rows, [["Setting", "Value"], *[[k, v] for k, v in options.items()]], self.clock, language
        )
        self.sheet.policy = [list(row) for row in tables.parse(policy)] if policy else []
        self.book = book(language)
        self.channels: Channels | None = None
        self._edits, self._ids = itertools.count(1), itertools.count(2, 2)
        self.refusals: list[str] = []

    # --- passes

    def process(self) -> Process:
        """A fresh instance, as a cold function would be."""
        deliverer = Deliverer(self.mail, _plain, lambda key: "SF" + key, self.files, channels=self.channels)
        return Process(self.sheet, deliverer, self.book, self.clock, self.nonces, self.forms, self.mailroom)

    def run(self, *acts: Act, later: timedelta = timedelta(seconds=1), scheduled: bool = False) -> PassReport:
        """Let some time go by and run a pass."""
        self.clock.at += later
        report = self.process().run(acts, scheduled=scheduled)
        self.refusals += [refusal.rule for refusal in report.refusals]
        return report

    def answer(
        self, user: str, *, edits: str = "", files: Sequence[str] = (), send: bool = False, **cells: Cell
    ) -> str:
        """A person answers the form, or edits their answer; gives the answer's id."""
        self.clock.at += timedelta(seconds=1)
        known = edits or f"answer-{len(self.forms.answers) + 1}"
        uploads = tuple(Upload(file, f"{file}.pdf", "application/pdf") for file in files)
        answer = Response(known, self.clock.at, user, cells, uploads, send)
        self.forms.answers = [old for old in self.forms.answers if old.id != known] + [answer]
        return known

    def take_answers(self) -> PassReport:
        """A pass that looks at the form."""
        self.clock.at += timedelta(seconds=1)
        report = self.process().run(form=True)
        self.refusals += [refusal.rule for refusal in report.refusals]
        return report

    def last_row(self) -> str:
        """The id of the lowest request in the sheet."""
        return str(self.sheet.rows[-1][self.sheet.columns()["id"]])

    # --- hands

    def row_of(self, rid: str) -> int:
        column = self.sheet.columns()["id"]
        return next(i for i, row in enumerate(self.sheet.rows) if column < len(row) and row[column] == rid)

    def cell(self, rid: str, key: str) -> Cell:
        row, column = self.sheet.rows[self.row_of(rid)], self.sheet.columns()[key]
        return row[column] if column < len(row) else ""

    def type(self, user: str, **cells: Cell) -> str:
        """A person fills a new row; the trigger gives it an id and writes one event a cell."""
        rid = f"PR-{next(self._ids):06d}"
        self.sheet._write(len(self.sheet.rows), self.sheet.columns()["id"], rid)
        for key, value in cells.items():
            self.edit(user, rid, key, value)
        return rid

    def edit(
        self, user: str, rid: str, key: str, value: Cell, *, seen: bool = True, deliver: bool = True
    ) -> list[Cell]:
        """A person types into a cell. Gives the trigger's Inbox row, delivered unless `deliver` is off."""
        row = self.row_of(rid)
        old = canonical(self.cell(rid, key))
        self.sheet._write(row, self.sheet.columns()[key], value)
        if not seen:
            return []
        event = self.event(user, [(rid, [(key, old, canonical(value))])], exact=True)
        if deliver:
            self.sheet.inbox.append(event)
        return event

    def status(self, user: str, rid: str, status: str) -> None:
        """A person picks a status."""
        self.edit(user, rid, "status", self.book.status_labels.get(status, status))

    def event(
        self,
        user: str,
        rows: Sequence[tuple[str, Sequence[tuple[str, str | None, str]]]],
        *,
        exact: bool,
        sheet: int = 100,
    ) -> list[Cell]:
        """An Inbox row as the trigger writes it; columns are given by key."""
        self.clock.at += timedelta(milliseconds=20)
        labels = self.book.own.labels["columns"]
        body = {
            "exact": exact,
            "rows": [
                {"id": rid, "cells": [[labels.get(key, key), old, _long(new)] for key, old, new in cells]}
                for rid, cells in rows
            ],
        }
        row: list[Cell] = [
            f"uuid-{next(self._edits)}", history.instant(self.clock.at), user, sheet,
            json.dumps(body, ensure_ascii=False),
        ]  # fmt: skip
        return [*row, inbox.signature(KEY, row, SPREADSHEET), ""]

    def comment(self, user: str, rid: str, text: str) -> None:
        self.edit(user, rid, "comment", text)

    def act(self, user: str, rid: str, act: str, **more: Any) -> Act:
        """An act on the request page, just loaded: `seen` is what was submitted unless given."""
        known = [row for row in self.sheet.state if row and row[0] == rid]
        more.setdefault("seen", from_row(known[0]).fingerprint if known else "")
        return Act(self.nonces.nonce(), self.clock.at, user, rid, act, **more)

    def submitted(self, user: str = MIA, **changes: Cell) -> str:
        """A submitted request, mails of that forgotten."""
        rid = self.type(user, **{**GOOD, **changes})
        self.status(user, rid, "Submitted")
        self.run()
        assert self.accepted(rid) == "Submitted", self.checks(rid)
        self.mail.sent.clear()
        return rid

    def approved(self, **changes: Cell) -> str:
        """An approved request, mails of that forgotten."""
        rid = self.submitted(MIA, **changes)
        self.status(HEAD, rid, "Approved")
        self.run()
        assert self.accepted(rid) == "Approved"
        self.mail.sent.clear()
        return rid

    # --- what there is to see

    def state_row(self, rid: str) -> list[Cell]:
        return next(row for row in self.sheet.state if row and row[0] == rid)

    def accepted(self, rid: str) -> str:
        """The accepted status."""
        return str(self.state_row(rid)[9])

    def checks(self, rid: str) -> str:
        return str(self.state_row(rid)[3])

    def cautions(self, rid: str) -> str:
        """All that whoever decides on a request is warned of, as sentences."""
        told = from_row(self.state_row(rid)).cautions
        return "\n".join(self.book.own.sentence("warnings", key, facts) for key, facts in told)

    def confirmed(self, rid: str) -> str:
        """What the Confirmed formula shows for every row with this id, joined."""
        columns = self.sheet.columns()
        rows = [row for row in self.sheet.rows if columns["id"] < len(row) and row[columns["id"]] == rid]
        if len(rows) != 1:
            return ""
        known = [row for row in self.sheet.state if row and row[0] == rid]
        cells = {key: rows[0][place] for key, place in columns.items() if place < len(rows[0])}
        if not known or seal_text(cells, comma=self.language == "ru") != known[0][SEAL]:
            return ""
        return str(known[0][CONFIRMED])

    def show(self, *keys: str) -> str:
        """The registry as a table; "confirmed" as the formula would show it."""
        columns = self.sheet.columns()
        rows = []
        for row in self.sheet.rows:
            rid = str(row[columns["id"]]) if columns["id"] < len(row) else ""
            cells = {key: row[columns[key]] if columns[key] < len(row) else "" for key in keys}
            if "confirmed" in cells:
                cells["confirmed"] = self.confirmed(rid)
            rows.append(list(cells.values()))
        return tables.show(keys, rows)

    def letters(self) -> list[tuple[str, str]]:
        """Who was sent what: (address, template), in order."""
        return [(str(m["To"]), str(m["Subject"])) for m in self.mail.sent]

    def events(self, rid: str | None = None) -> list[tuple[str, str]]:
        """(event, actor) from history, about one request or about all."""
        events = self.sheet.read_history()[1]
        return [(e.kind, e.actor) for e in events if (e.request == rid if rid else e.request)]

    def verify(self) -> None:
        """The chain holds, ends where the token says, and State is the fold of it."""
        token, events = self.sheet.read_history()
        history.verify(events, head=token.head, seq=token.seq)
        for rid, request in folding.fold(events).items():
            row = self.state_row(rid)
            assert row[9] == request.status, rid
            if request.status not in ("Draft", "Returned") and not request.archived:
                assert {k: canonical(v) for k, v in request.cells.items()} == {
                    key: canonical(cell)
                    for key, cell in zip(inputs(), [*row, *[""] * WIDTH][12:WIDTH], strict=False)
                    if canonical(cell)
                }, rid

    def outbox_states(self) -> list[str]:
        return [read_outbox_row(row).state for row in self.sheet.outbox if row and row[0]]


def inputs() -> tuple[str, ...]:
    from sheetflow.model.columns import INPUTS

    return INPUTS


def _plain(letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["To"], message["Subject"] = letter.to, letter.template
    message["X-Sheetflow-Reference"] = "SF" + letter.id
    message.set_content(json.dumps(dict(letter.facts), ensure_ascii=False))
    return message


def _long(text: str) -> str:
    return text if len(text) <= 1_000 else digest(text)


def _trim(row: Sequence[Cell]) -> list[Cell]:
    cells = list(row)
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def _place(tab: list[list[Cell]], rows: Sequence[tuple[int | None, Row]], width: int) -> None:
    for place, row in rows:
        cells = [*row, *[""] * (width - len(row))]
        if place is None:
            tab.append(cells)
        else:
            tab[place] = cells


def sign(key: bytes, text: str) -> str:
    """A hex HMAC-SHA256."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

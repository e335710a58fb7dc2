"""A registry in memory, with the ports of a real one: the passes over it are those that run in the cloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage

from sheetflow.app.outbox import Deliverer
from sheetflow.app.process import Process
from sheetflow.core.access import wanted
from sheetflow.core.company import read_company
from sheetflow.core.projection import WIDTH
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.tabs import CONTRACTOR_HEADERS, OUTBOX_HEADERS, first_token
from sheetflow.model.cells import Cell
from sheetflow.model.columns import COLUMNS
from sheetflow.model.events import Response
from sheetflow.model.snapshot import Letter, Registry, Row, Snapshot
from sheetflow.ports import Commit, Receipt

_TABS = (
    "registry", "contractors", "people", "settings", "calendar", "history", "inbox", "state", "outbox",
    "policy",
)  # fmt: skip
_TEMPLATE, _REFERENCE = "X-Template", "X-Reference"


@dataclass
class Office:
    """A clock, a spreadsheet, a form and a mailbox. `sent`: (moment, address, template) of every mail."""

    people: list[list[Cell]]
    settings: list[list[Cell]]
    book: Rulebook
    at: datetime
    sent: list[tuple[datetime, str, str]] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        labels = {**self.book.own.labels["book"], **self.book.own.labels["columns"]}
        self._columns = {column.key: place for place, column in enumerate(COLUMNS)}
        self._rows: list[list[Cell]] = []
        self._tabs: dict[str, list[list[Cell]]] = {"state": [], "outbox": []}
        self.contractors: list[list[Cell]] = [[labels.get(key, key) for key in CONTRACTOR_HEADERS]]
        company = read_company(self.people, self.settings, self.book)
        token = first_token({tab: 100 + place for place, tab in enumerate(_TABS)}, "n0")
        self._token = replace(token, access=wanted(company.people).digest)
        self._nonces = 0
        mail = Deliverer(self, _plain, lambda letter: letter)
        self.process = Process(self, mail, self.book, self, self, self)

    @property
    def state(self) -> Sequence[Row]:
        """The State tab."""
        return self._tabs["state"]

    # --- the clock and the nonces

    def now(self) -> datetime:
        """What time it is."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Nobody waits."""

    def nonce(self) -> str:
        """The next one."""
        self._nonces += 1
        return f"n{self._nonces:07}"

    def jitter(self) -> float:
        """None."""
        return 0.0

    # --- the form and the mailbox

    def responses(self, since: datetime | None) -> Sequence[Response]:
        """The form's answers."""
        return [answer for answer in self.answers if since is None or answer.at >= since]

    def send(self, message: EmailMessage) -> str:
        """Deliver at once."""
        self.sent.append((self.at, str(message["To"]), str(message[_TEMPLATE])))
        return str(message[_REFERENCE])

    def find(self, reference: str) -> str | None:  # noqa: ARG002 - of the port
        """No run of the simulation dies, so nothing is ever looked for."""
        return None

    # --- the spreadsheet

    def read(self, event: int = 0) -> Snapshot:  # noqa: ARG002 - of the port
        """What a pass reads. Nothing is anchored."""
        return Snapshot(
            self.at, self._token, Registry(self._columns, [list(row) for row in self._rows], len(COLUMNS)),
            state=[list(row) for row in self._tabs["state"]],
            outbox=[list(row) for row in self._tabs["outbox"]],
            people=self.people, settings=self.settings, contractors=self.contractors,
        )  # fmt: skip

    def read_banks(self, since: str) -> Mapping[str, Sequence[str]]:  # noqa: ARG002 - of the port
        """No bank directory."""
        return {}

    def commit(self, commit: Commit) -> Receipt:
        """Write all of it: nobody else writes here."""
        self._token = commit.new
        for tab, width, rows in (
            ("state", WIDTH, commit.states), ("outbox", len(OUTBOX_HEADERS), commit.outbox),
        ):  # fmt: skip
            for place, row in rows:
                whole = [*row, *[""] * (width - len(row))]
                if place is None:
                    self._tabs[tab].append(whole)
                else:
                    self._tabs[tab][place] = whole
        self.contractors += [list(row) for row in commit.book]
        for write in commit.writes:
            if write.value is not None:
                self._rows[write.row][commit.columns[write.column]] = write.value
        for cells in commit.restored:
            fresh: list[Cell] = [""] * len(COLUMNS)
            for key, value in cells.items():
                fresh[commit.columns[key]] = value
            self._rows.append(fresh)
        for tab, places in commit.pruned.items():
            for place in sorted(places, reverse=True):
                del self._tabs[tab][place]
        written = {write.row: list(self._rows[write.row]) for write in commit.writes}
        return Receipt(commit.new, written)


def _plain(letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["To"], message[_TEMPLATE], message[_REFERENCE] = letter.to, letter.template, letter.id
    return message

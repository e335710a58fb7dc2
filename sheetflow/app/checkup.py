"""A checkup: what the doctor has at hand, what each look gives, and what is read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import cached_property
from typing import Literal, Protocol

from sheetflow.app.anchoring import AnchorPort
from sheetflow.app.upkeep import Known, Upkeep
from sheetflow.core import history
from sheetflow.core.company import Company, read_company
from sheetflow.core.history import moment
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.model.events import Event
from sheetflow.model.snapshot import Snapshot
from sheetflow.ports import ClockPort, HistoryPort, MailPort, SheetPort
from sheetflow.templates.plan import Change, Place
from sheetflow.templates.texts import Texts, fill

State = Literal["ok", "off", "warn", "bad"]
"""`ok`; `off`: not set up, and need not be; `warn`: look at it; `bad`: something does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, why that matters, what to do ("" where nothing is)."""

    check: str
    state: State
    title: str
    says: str
    todo: str = ""

    def as_dict(self) -> dict[str, str]:
        """For `--json`."""
        return {
            "check": self.check, "state": self.state, "title": self.title, "says": self.says,
            "todo": self.todo,
        }  # fmt: skip


class AccountPort(Protocol):
    """Who we are towards Google."""

    def granted(self) -> tuple[str, frozenset[str]]:
        """Our address, and the scopes of our token. Raises AccessDenied where there is no token to be had."""
        ...


class RegistryPort(SheetPort, HistoryPort, Protocol):
    """The spreadsheet, with its history."""


@dataclass(frozen=True, slots=True)
class Ward:
    """What the doctor looks at.

    `needed`: the scopes that a pass needs. `letter`: makes a mail to the sender's own address, and the
    reference to find it by. `reach`: service -> a call that reads next to nothing; None where it is not set
    up. `page`: what is wrong with the request page, "" nothing, None not set up. `told_at`: the service's
    time in its last answer. `anchors`: where the head of the history is kept outside.
    """

    registry: RegistryPort
    upkeep: Upkeep
    book: Rulebook
    clock: ClockPort
    account: AccountPort
    needed: Sequence[str]
    reach: Mapping[str, Callable[[], object] | None]
    mail: MailPort | None
    letter: Callable[[], tuple[EmailMessage, str]]
    page: Callable[[], str | None]
    told_at: Callable[[], datetime | None]
    anchors: AnchorPort


class Case:
    """One examination of a ward: what it reads, it reads once.

    `texts`: `doctor.toml` in the language of whoever asked, `words` the registry's in the same language.
    """

    def __init__(self, ward: Ward, texts: Texts, language: str, *, send_mail: bool) -> None:
        self.ward, self.texts, self.send_mail = ward, texts, send_mail
        self.words: Words = ward.book.for_person(language)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The registry as it stands."""
        return self.ward.registry.read()

    @cached_property
    def company(self) -> Company:
        """Its people, settings and policy."""
        snapshot = self.snapshot
        return read_company(snapshot.people, snapshot.settings, self.ward.book, snapshot.policy)

    @cached_property
    def events(self) -> Sequence[Event]:
        """The history, verified. Raises HistoryBroken."""
        token, events = self.ward.registry.read_history()
        history.verify(events, head=token.head, seq=token.seq)
        return events

    @cached_property
    def known(self) -> Known:
        """What the spreadsheet says of itself."""
        return self.ward.upkeep.registry.read()

    def differences(self, place: Place) -> Sequence[Change]:
        """What differs in one place from what was declared: one that is out of reach hides no other."""
        found = self.ward.upkeep.places.get(place)
        return found.survey(self.known) if found is not None else ()

    def say(self, check: str, state: State, outcome: str, **facts: str) -> Finding:
        """A finding in words: those of this check's outcome, else of the outcome alone."""
        said = self.texts["says"].get(f"{check}-{outcome}") or self.texts["says"][outcome]
        todo = self.texts["todo"].get(f"{check}-{outcome}") or self.texts["todo"].get(outcome, "")
        return Finding(check, state, self.texts["checks"][check], fill(said, **facts), fill(todo, **facts))

    def ailment(self, check: str, key: str, facts: Mapping[str, str]) -> Finding:
        """An ailment that admins are told of by mail, in the same words."""
        says, todo = (self.words.ailment(key, part, facts) for part in ("says", "todo"))
        return Finding(check, "bad", self.texts["checks"][check], says, todo)

    def when(self, at: str) -> str:
        """An ISO moment as the company's clock shows it."""
        return moment(at).astimezone(self.company.settings.zone).strftime("%Y-%m-%d %H:%M")

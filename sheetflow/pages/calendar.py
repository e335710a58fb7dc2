"""The payment calendar: what falls due when, for accountants and directors; and "what if I pay these".

Nothing is done here: the page has no form, and what is ticked and typed never leaves the browser.
"""

from __future__ import annotations

from sheetflow.app.links import CALENDAR
from sheetflow.core.calendar import open_requests
from sheetflow.model.people import Person, Role
from sheetflow.pages.calendar_view import CalendarView, Places, Wanted, calendar_view
from sheetflow.pages.entrance import Entered, Entrance
from sheetflow.pages.headers import CALENDAR_CSS, WHAT_IF, policy
from sheetflow.pages.knock import Answer, Visitor
from sheetflow.pages.view import language_of

READERS = (Role.ACCOUNTANT, Role.DIRECTOR)
"""Whose page it is."""


class CalendarDoor(Entrance):
    """One visit to the calendar. Raises what the ports raise, and ConfigError."""

    kind = CALENDAR

    def show(self, token: str, wanted: Wanted, *, visitor: Visitor | None = None) -> Answer:
        """The calendar. One read."""
        entered = self.enter(token, visitor or Visitor())
        if isinstance(entered, Answer):
            return entered
        person = entered.company.people.find(entered.claim.person)
        if not may_read(person):
            return Answer(403, self.pages.notice(language_of(person, self.book), "not_your_calendar"))
        html = self.pages.calendar(language_of(person, self.book), self._view(entered, person, token, wanted))
        content = policy(script=WHAT_IF, more_css=CALENDAR_CSS)
        return Answer(200, html, headers={"Content-Security-Policy": content})

    def _view(self, entered: Entered, person: Person | None, token: str, wanted: Wanted) -> CalendarView:
        snapshot, claim = entered.snapshot, entered.claim
        sheet = snapshot.token.sheets["registry"]
        language = language_of(person, self.book)
        places = Places(
            lambda row: sheet_link(self.book.spreadsheet, sheet, row),
            lambda rid: f"?t={self.links.sign(claim.to_request(rid))}",
            lambda other: f"?t={token}&{other.query}",
        )
        today = snapshot.now.astimezone(entered.company.settings.zone).date()
        dues = open_requests(snapshot.state, snapshot.registry)
        words = self.book.for_person(language)
        return calendar_view(dues, today, wanted, words, self.pages.texts[language], places)


def may_read(person: Person | None) -> bool:
    """Whether the calendar is this person's."""
    return person is not None and person.has(*READERS)


def sheet_link(spreadsheet: str, sheet: int, row: int | None) -> str:
    """The address of a row in the spreadsheet, "" for none."""
    base = f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit#gid={sheet}"
    return "" if row is None else f"{base}&range=A{row}"

"""The payment calendar as plain values in a reader's language: no HTML here, and nothing is decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sheetflow.core.calendar import BY, DAY, MONTH, WEEK, Due, Span, outlooks, spans
from sheetflow.core.rulebook import Words
from sheetflow.model.cells import text_of
from sheetflow.model.money import Money, format_money, minor_digits
from sheetflow.pages.texts import Texts, fill

MOST = 300
"""Entries that are listed; sums count the others too."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a reader wants it. `by`: one of `BY`; `approved`: without what nobody has decided on yet."""

    by: str = DAY
    approved: bool = False

    @classmethod
    def read(cls, by: str, show: str) -> Wanted:
        """From an address; what it cannot mean is as if it were not said."""
        return cls(by if by in BY else DAY, show == "approved")

    @property
    def query(self) -> str:
        """For an address."""
        return f"by={self.by}" + ("&show=approved" if self.approved else "")


@dataclass(frozen=True, slots=True)
class Places:
    """Where links lead: to a row of the Registry, to a request's page, to this page in another view.

    `row` takes the row's number, 1 at the top, None where there is none. Each gives "" for no link.
    """

    row: Callable[[int | None], str]
    page: Callable[[str], str]
    here: Callable[[Wanted], str]


@dataclass(frozen=True, slots=True)
class Tab:
    """A view to choose."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. `minor`: what is open in kopecks or cents, "" where it cannot be read."""

    id: str
    contractor: str
    subject: str
    amount: str
    minor: str
    currency: str
    decided: bool
    status: str
    status_key: str
    day: str
    late: str
    note: str
    row: str
    page: str


@dataclass(frozen=True, slots=True)
class Group:
    """What falls due together. `left`: how many more there are than are listed, in words."""

    title: str
    sums: Sequence[str]
    entries: Sequence[Entry]
    late: bool
    left: str


@dataclass(frozen=True, slots=True)
class Glance:
    """A currency at a glance; `is_late`: something of it is overdue."""

    currency: str
    digits: int
    late: str
    week: str
    month: str
    all: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The page, top to bottom."""

    lead: str
    by: Sequence[Tab]
    which: Sequence[Tab]
    glances: Sequence[Glance]
    groups: Sequence[Group]


def calendar_view(
    dues: Sequence[Due], today: date, wanted: Wanted, words: Words, texts: Texts, places: Places
) -> CalendarView:
    """Put the page together. `dues`: what is open, as `core.calendar.open_requests` gives it."""
    return _Writer(today, words, texts, places).view(dues, wanted)


class _Writer:
    """Writes for one reader, on one day."""

    def __init__(self, today: date, words: Words, texts: Texts, places: Places) -> None:
        self.today, self.words, self.texts, self.places = today, words, texts, places
        self.text = texts["calendar"]

    def view(self, dues: Sequence[Due], wanted: Wanted) -> CalendarView:
        shown = [due for due in dues if due.decided or not wanted.approved]
        groups, room = [], MOST
        for span in spans(shown, self.today, wanted.by):
            groups.append(self._group(span, wanted.by, room))
            room = max(0, room - len(span.entries))
        views = [Wanted(by, wanted.approved) for by in BY]
        which = [Wanted(wanted.by, approved) for approved in (False, True)]
        here = self.places.here
        return CalendarView(
            lead=fill(self.text["lead"], day=self._date(self.today, year=True)),
            by=[Tab(self.text[f"by_{one.by}"], here(one), one == wanted) for one in views],
            which=[
                Tab(self.text["approved" if one.approved else "everything"], here(one), one == wanted)
                for one in which
            ],
            glances=self._glances(shown),
            groups=groups,
        )

    def _glances(self, dues: Sequence[Due]) -> list[Glance]:
        return [
            Glance(
                one.currency,
                minor_digits(one.currency),
                self._money(one.overdue),
                self._money(one.week),
                self._money(one.month),
                self._money(one.all),
                is_late=one.overdue.amount > 0,
            )
            for one in outlooks(dues, self.today)
        ]

    def _group(self, span: Span, by: str, room: int) -> Group:
        left = len(span.entries) - room
        return Group(
            self._title(span, by),
            [self._money(money) for money in span.totals],
            [self._entry(due, span, by) for due in span.entries[:room]],
            span.overdue,
            fill(self.text["left"], count=str(left)) if left > 0 else "",
        )

    def _entry(self, due: Due, span: Span, by: str) -> Entry:
        request, day = due.request, due.day
        late = (self.today - day).days if day else 0
        status = request.status
        return Entry(
            id=request.id,
            contractor=text_of(request.cell("contractor")),
            subject=text_of(request.cell("subject")),
            amount=self._money(due.open) if due.open else text_of(request.cell("amount")),
            minor=str(due.open.minor_units) if due.open else "",
            currency=due.open.currency if due.open else "",
            decided=due.decided,
            status=self.words.label("statuses", status),
            status_key=status.lower(),
            day=self._date(day) if day and (span.overdue or by != DAY) else "",
            late=fill(self.text["late"], days=str(late)) if late > 0 else "",
            note=self.text["bank_file"] if request.bank_file else "",
            row=self.places.row(None if due.place is None else due.place + 2),  # below the header, from 1
            page=self.places.page(request.id),
        )

    def _title(self, span: Span, by: str) -> str:
        if span.first is None or span.last is None:
            return self.text["undated"]
        if span.overdue:
            return self.text["overdue"]
        if by == MONTH:
            month = self.texts["month_names"][str(span.last.month)]
            return fill(self.text["month"], month=month, year=str(span.last.year))
        if by == WEEK:
            return self._week(span.first, span.last)
        weekday = self.texts["weekdays"][str(span.first.weekday())]
        written = fill(self.text["weekday"], weekday=weekday, date=self._date(span.first))
        near = {0: "today", 1: "tomorrow"}.get((span.first - self.today).days)
        return fill(self.text[near], date=written) if near else written[:1].upper() + written[1:]

    def _week(self, first: date, last: date) -> str:
        written = self._date(last)
        if first != last:
            start = str(first.day) if first.month == last.month else f"{self._date(first)} "
            written = f"{start}–{'' if first.month == last.month else ' '}{written}"
        near = {0: "this_week", 1: "next_week"}.get((last - self.today).days // 7)
        return fill(self.text[near], dates=written) if near else written

    def _date(self, day: date, *, year: bool = False) -> str:
        """Day and month, and the year where it is another one."""
        month = self.words.label("months", str(day.month))
        if year or day.year != self.today.year:
            form = self.words.label("letters", "date")
            return fill(form, day=str(day.day), month=month, year=str(day.year))
        return f"{day.day} {month}"

    def _money(self, money: Money) -> str:
        return format_money(money, self.words.language)

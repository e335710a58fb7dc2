"""The digest: what one person has to do and to know, made of the State as it stands.

No list of news is kept: what waits, for how long, and what moved since the person's last digest follow from
the requests themselves. So whatever is killed when, the next pass makes the same digest, with the same id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sheetflow.core.attention.standing import Standing
from sheetflow.core.attention.survey import Survey, Thing
from sheetflow.core.attention.urgency import is_urgent
from sheetflow.core.attention.waiting import days_waited, since
from sheetflow.core.calendar import due_day, open_amount
from sheetflow.core.company import Company
from sheetflow.core.consequences import brief, facts_about
from sheetflow.core.history import moment
from sheetflow.core.rules.case import same_person
from sheetflow.core.told import had_a_part
from sheetflow.model.cells import text_of
from sheetflow.model.money import totals
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Request, Said
from sheetflow.workflow.table import Status

LISTED = 12
"""Requests of a section that are listed; the page has all of them."""
FIRST_DAYS = timedelta(days=3)
"""How far back somebody's first digest looks for news."""
PATIENCE = timedelta(hours=18)
"""How old an approval has to be at the hour to be news by itself: what was approved in the afternoon is about
to be paid, and then it is one piece of news instead of two."""
OVERLAP = timedelta(minutes=5)
"""How late an edit may reach us: what happened so shortly before the last digest may not have been in it."""

NEWS = (Status.APPROVED, Status.PART_PAID, Status.PAID, Status.CANCELLED)
"""What is news to the requester. A rejection or a return came at once."""
SUMMED = ("waiting", "pay", "escalated")
"""Sections that say what they come to."""
LINE = (
    "subject",
    "contractor",
    "amount",
    "currency",
    "pay_by",
    "requester",
    "status",
    "fingerprint",
)


@dataclass(slots=True)
class Digest:
    """One person's digest while it is made.

    `due`: something in it asks for being sent now. `needed`: something in it needs its reader. `urgent`:
    something became urgent since the last one. `outlook`: what an accountant has to pay, as (overdue, today
    or week; amount; currency).
    """

    sections: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    totals: dict[str, list[list[str]]] = field(default_factory=dict)
    outlook: list[list[str]] = field(default_factory=list)
    due: bool = False
    needed: bool = False
    urgent: bool = False


class Desk:
    """What lies before one person, at one moment."""

    def __init__(
        self, person: Person, standing: Standing, survey: Survey, company: Company, now: datetime
    ) -> None:
        self.person, self.standing, self.survey, self.company, self.now = (
            person, standing, survey, company, now,
        )  # fmt: skip
        settings = company.settings
        self.today = now.astimezone(settings.zone).date()
        self.hour = datetime.combine(
            self.today, person.digest_hour or settings.budget.hour, tzinfo=settings.zone
        )
        self.last = standing.at.astimezone(settings.zone).date() if standing.at else None
        self.made = Digest()

    def digest(self) -> Digest:
        """Look at everything."""
        self._decisions()
        self._payments()
        self._returned()
        self._drafts()
        self._escalated()
        if not self.standing.quiet:
            self._news()
            self._comments()
        self._troubles()
        return self.made

    # --- what needs its reader

    def _decisions(self) -> None:
        self._work("waiting", self.survey.to_decide.get(self.person.email, ()))

    def _payments(self) -> None:
        if not self.person.has(Role.ACCOUNTANT):
            return
        able = [
            thing
            for thing in self.survey.to_pay
            if not had_a_part(self.person.email, thing.request, self.company)
        ]
        self._work("pay", able)
        self.made.outlook = self._outlook(able)

    def _outlook(self, things: Sequence[Thing]) -> list[list[str]]:
        """What is due when: it rides along with what is to be paid, and is never a reason for a digest."""
        sunday = self.today + timedelta(days=6 - self.today.weekday())
        sums = []
        for when, first, last in (
            ("overdue", date.min, self.today - timedelta(days=1)),
            ("today", self.today, self.today),
            ("week", self.today + timedelta(days=1), sunday),
        ):
            left = (open_amount(one.request) for one in things if one.due and first <= one.due <= last)
            whole = totals(money for money in left if money is not None)
            sums += [[when, str(money.amount), money.currency] for money in whole]
        return sums

    def _work(self, section: str, things: Sequence[Thing]) -> None:
        """Requests that wait for this person, the soonest first."""
        if not things:
            return
        listed = sorted(things, key=_order)
        lines = []
        for place, thing in enumerate(listed):
            if place >= LISTED and self.made.due:  # the urgent and the overdue stand before these
                break
            request, began = thing.request, since(thing.request)
            fresh = self._is_new(thing, began)
            told = self._told_at_once(request, began)
            urgent = is_urgent(request, self.company, self.today)
            newly = urgent and not fresh and not is_urgent(request, self.company, self.last or self.today)
            again = section == "waiting" and not fresh and self._rung(request)
            due = self._turned(request)
            self.made.urgent = self.made.urgent or newly or (urgent and fresh and not told)
            self.made.due = self.made.due or (fresh and not told) or newly or again or due
            if place < LISTED:
                lines.append(self._line(request, fresh=fresh, urgent=urgent))
        self.made.needed = True
        self._list(section, lines, listed)

    def _returned(self) -> None:
        """The person's own requests that came back, and wait for them."""
        own = sorted(self.survey.returned.get(self.person.email, ()), key=_order)
        if own:
            self.made.due = self.made.due or any(self._rung(thing.request) for thing in own)
            self.made.needed = True
            self._list("returned", [self._line(thing.request) for thing in own[:LISTED]], own)

    def _drafts(self) -> None:
        """What recurring requests made for this person: to be checked and sent."""
        own = sorted(self.survey.drafts.get(self.person.email, ()), key=_order)
        if own:
            since_then = self._since()
            fresh = {one.request.id for one in own if moment(one.request.recurring["at"]) > since_then}
            self.made.due = self.made.due or bool(fresh) or any(self._turned(thing.request) for thing in own)
            self.made.needed = True
            lines = [self._line(thing.request, fresh=thing.request.id in fresh) for thing in own[:LISTED]]
            self._list("drafts", lines, own)

    def _escalated(self) -> None:
        if not self.person.has(Role.DIRECTOR):
            return
        own = {thing.request.id for thing in self.survey.to_decide.get(self.person.email, ())}
        things = sorted((t for t in self.survey.escalated if t.request.id not in own), key=_order)
        if things:
            fresh = (self._is_new(thing, thing.request.escalated) for thing in things)
            self.made.due = any(fresh) or self.made.due
            self.made.needed = True
            self._list("escalated", [self._line(thing.request) for thing in things[:LISTED]], things)

    # --- what happened

    def _news(self) -> None:
        found = []
        for thing in self.survey.news.get(self.person.email, ()):
            request = thing.request
            if request.status not in NEWS or request.moved is None:
                continue
            if same_person(request.moved_by, self.person.email, self.company):
                continue
            if self._is_new(thing, request.moved):
                found.append(thing)
                patience = PATIENCE if request.status == Status.APPROVED else timedelta(0)
                self.made.due = self.made.due or request.moved + patience < self.hour
        if found:
            found.sort(key=lambda thing: (thing.request.moved or self.now, thing.request.id))
            self._list("news", [self._line(thing.request) for thing in found[:LISTED]], found)

    def _comments(self) -> None:
        found = []
        for thing in self.survey.news.get(self.person.email, ()):
            for said in thing.request.said:
                if not self._is_new(thing, said.at) or same_person(said.by, self.person.email, self.company):
                    continue
                if self.person.email in said.told or self._went_with_a_step(thing, said):
                    continue
                line = self._line(thing.request)
                line |= {"comment": said.text, "by": self.company.people.name(said.by)}
                found.append(line)
                self.made.due = self.made.due or said.at < self.hour
        if found:
            self._list("comments", found[:LISTED], found)

    def _went_with_a_step(self, thing: Thing, said: Said) -> bool:
        """Whether it was the reason of a step that is told itself, with the comment."""
        request = thing.request
        if request.moved is None or said.at > request.moved or not self._is_new(thing, request.moved):
            return False
        return same_person(said.by, request.moved_by, self.company)

    def _troubles(self) -> None:
        """What went astray: mails that came back, notices without an address, answers of strangers."""
        accountant, admin = self.person.has(Role.ACCOUNTANT), self.person.has(Role.ADMIN)
        lines = []
        for thing in self.survey.astray:
            for back in thing.request.undelivered:
                to_contractor = back["template"].startswith("contractor-")
                if (accountant if to_contractor else admin) and self._is_new(thing, moment(back["at"])):
                    lines.append(self._line(thing.request) | {"trouble": "bounced", "to": back["to"]})
        lines += [
            self._line(thing.request) | {"trouble": "no-address", "to": ""}
            for thing in self.survey.news.get(self.person.email, ())
            if self._lacks_address(thing)
        ]
        if admin:
            for request, respondent, at in self.survey.strangers:
                if at > self._since():
                    lines.append(self._line(request) | {"trouble": "stranger", "to": respondent})
        if lines:
            self.made.due = self.made.needed = True
            self._list("troubles", lines[:LISTED], lines)

    def _lacks_address(self, thing: Thing) -> bool:
        request = thing.request
        return (
            self.company.settings.on("contractor_notice")
            and request.status in (Status.PAID, Status.PART_PAID)
            and not text_of(request.cell("contractor_email"))
            and self._is_new(thing, request.moved)
        )

    # --- parts of it

    def _since(self) -> datetime:
        return self.standing.at or self.now - FIRST_DAYS

    def _is_new(self, thing: Thing, at: datetime | None) -> bool:
        """Whether it happened since the last digest. An event that came later has a higher number."""
        if at is None or thing.seq <= self.standing.seq:
            return False
        return at > (self.standing.at - OVERLAP if self.standing.at else self.now - FIRST_DAYS)

    def _told_at_once(self, request: Request, began: datetime | None) -> bool:
        """Whether a letter of today has said already that it waits."""
        if began is None or began.astimezone(self.company.settings.zone).date() != self.today:
            return False
        return is_urgent(request, self.company, self.today)

    def _rung(self, request: Request) -> bool:
        """Whether it has now waited as long as a rung of the ladder, and had not at the last digest."""
        settings = self.company.settings
        now = days_waited(request, settings, self.today)
        before = days_waited(request, settings, self.last) if self.last else 0
        return any(before < rung <= now for rung in settings.budget.reminders)

    def _turned(self, request: Request) -> bool:
        """Whether its day to be paid has come, or gone by, since the last digest."""
        due = due_day(request)
        if due is None or self.last is None:
            return False
        return self.last < due <= self.today or self.last <= due < self.today

    def _line(self, request: Request, *, fresh: bool = False, urgent: bool = False) -> dict[str, object]:
        about = facts_about(request, self.company)
        line: dict[str, object] = {key: brief(str(about[key])) for key in LINE}
        due = due_day(request)
        said = request.said[-1] if request.said else None
        recent = said is not None and not same_person(said.by, self.person.email, self.company)
        return line | {
            "request": request.id,
            "new": "yes" if fresh else "",
            "urgent": "yes" if urgent else "",
            "overdue": "yes" if due is not None and due < self.today else "",
            "waited": str(days_waited(request, self.company.settings, self.today)),
            "cautions": [[key, dict(facts)] for key, facts in request.cautions[:3]],
            "by": self.company.people.name(request.moved_by) if request.moved_by else "",
            "comment": said.text if said is not None and recent else "",
            "comment_by": self.company.people.name(said.by) if said is not None and recent else "",
        }

    def _list(self, section: str, lines: list[dict[str, object]], everything: Sequence[object]) -> None:
        """`everything`: what is in the section, of which `lines` are listed."""
        self.made.sections[section] = lines
        self.made.left[section] = len(everything) - len(lines)
        if section in SUMMED:
            left = (open_amount(thing.request) for thing in everything if isinstance(thing, Thing))
            sums = totals(money for money in left if money is not None)
            self.made.totals[section] = [[str(money.amount), money.currency] for money in sums]


def _order(thing: Thing) -> tuple[date, str]:
    return thing.due or date.max, thing.request.id

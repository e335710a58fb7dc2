"""A month of a company of fifteen, lived twice: with the mails of the usual tools, and with the registry's.

The people are the same both times. Each looks at mail at 9:30, 13:00 and 17:00, Monday to Friday, and at once
when a mail is marked urgent; then they decide, or pay, all that lies before them. A mail leads to a page that
is live: whoever has one of the last seven days sees there what came since. At the same moment the accountants
look before the approvers, so that no payment takes advantage of a decision of that very moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sheetflow.app.links import DAYS, WAITING
from sheetflow.app.simulation.chance import Chance
from sheetflow.app.simulation.office import Office
from sheetflow.core.attention.standing import DIGEST
from sheetflow.core.projection import STATUS, from_row
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.cells import Cell
from sheetflow.model.events import Act, Response
from sheetflow.model.people import Role
from sheetflow.workflow.table import Status

REQUESTS, MANAGERS, APPROVERS, ACCOUNTANTS = 200, 10, 3, 2
FIRST = date(2026, 11, 2)
"""The first day, a Monday."""
MONTH = 21
"""Working days of a month."""
OPENS, CLOSES = time(9), time(18)
LOOKS = (time(9, 30), time(13), time(17))
DIGEST_AT = time(9)
URGENT_ONE_IN = 10
URGENT_DAYS = 2
"""Days until an urgent request has to be paid."""
PATIENT_DAYS = (7, 30)
"""Days until any other has to be."""
LIMIT = "1000000000 RUB"
CHANGES = 3
"""Of a request, the usual way: it was submitted, it was approved, it was paid."""
AFTER = 5
"""Working days after the month, until all of it is paid and told."""
DECIDES, PAYS = ("approve", Status.SUBMITTED), ("pay", Status.APPROVED)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request comes in. `due`: the day to pay by."""

    at: datetime
    manager: str
    due: date

    @property
    def urgent(self) -> bool:
        """Whether it is marked so."""
        return (self.due - self.at.date()).days <= URGENT_DAYS


@dataclass(frozen=True, slots=True)
class Life:
    """When a request was decided and when it was paid."""

    decided: datetime
    paid: datetime


@dataclass(frozen=True, slots=True)
class Month:
    """What came of it: messages by address, and the lives of the requests in the order of their arrival."""

    messages: Counter[str]
    lives: Sequence[Life]


def people() -> dict[str, Role]:
    """Everybody, by address."""
    return {
        **{f"manager{n}@firm.example": Role.MANAGER for n in range(1, MANAGERS + 1)},
        **{f"approver{n}@firm.example": Role.APPROVER for n in range(1, APPROVERS + 1)},
        **{f"accountant{n}@firm.example": Role.ACCOUNTANT for n in range(1, ACCOUNTANTS + 1)},
    }


def working_days(count: int) -> list[date]:
    """So many, from the first on."""
    days = (FIRST + timedelta(days=n) for n in range(count * 2 + 7))
    return [day for day in days if day.weekday() < 5][:count]


def arrivals(chance: Chance, months: int) -> list[Arrival]:
    """Requests spread over the working hours as a Poisson process spreads so many of them.

    Exactly one in `URGENT_ONE_IN` is urgent, wherever it falls.
    """
    days = working_days(MONTH * months)
    hours = (datetime.combine(FIRST, CLOSES) - datetime.combine(FIRST, OPENS)).total_seconds()
    moments = sorted(chance.number() * hours * len(days) for _ in range(REQUESTS * months))
    places = sorted(range(len(moments)), key=lambda _: chance.number())
    hurried = set(places[: len(moments) // URGENT_ONE_IN])
    found = []
    for place, moment in enumerate(moments):
        day, seconds = divmod(moment, hours)
        at = datetime.combine(days[int(day)], OPENS, UTC) + timedelta(seconds=int(seconds))
        first, last = (0, URGENT_DAYS) if place in hurried else PATIENT_DAYS
        ahead = first + chance.below(last - first + 1)
        manager = f"manager{chance.below(MANAGERS) + 1}@firm.example"
        found.append(Arrival(at, manager, at.date() + timedelta(days=ahead)))
    return found


def usual(coming: Sequence[Arrival], months: int) -> Month:
    """The usual tools: one mail to every participant at every change, so that everybody always knows."""
    looks = _looks(months)
    urgent = [one.at for one in coming if one.urgent]
    lives = []
    decisions: list[tuple[datetime, bool]] = []
    for one in coming:
        decided = one.at if one.urgent else min(at for at in [*looks, *urgent] if at > one.at)
        decisions.append((decided, one.urgent))
    hurried = [decided for decided, in_a_hurry in decisions if in_a_hurry]
    for decided, in_a_hurry in decisions:
        paid = decided if in_a_hurry else min(at for at in [*looks, *hurried] if at > decided)
        lives.append(Life(decided, paid))
    messages: Counter[str] = Counter()
    others = [who for who, role in people().items() if role is not Role.MANAGER]
    for one in coming:
        for who in (one.manager, *others):
            messages[who] += CHANGES
    return Month(messages, lives)


class Registry:
    """The same month with the registry's own passes and mails."""

    def __init__(self, coming: Sequence[Arrival], months: int, book: Rulebook) -> None:
        self.coming, self.months = coming, months
        headers = [book.own.label("people", key) for key in ("email", "name", "roles", "limit")]
        rows: list[list[Cell]] = [
            [who, "", book.own.label("roles", role), LIMIT if role is Role.APPROVER else ""]
            for who, role in people().items()
        ]
        settings: dict[str, Cell] = {
            "company": "Firm", "time_zone": "UTC", "contractor_notice": "no", "digest": "yes",
            "digest_hour": f"{DIGEST_AT:%H:%M}", "urgent_days": str(URGENT_DAYS),
        }  # fmt: skip
        self.office = Office(
            [[*headers], *rows],
            [["", ""], *([key, value] for key, value in settings.items())],
            book,
            datetime.combine(FIRST, time(6), UTC),
        )
        self._decided: dict[str, datetime] = {}
        self._paid: dict[str, datetime] = {}
        self._read = self._asked = 0
        self._pages: dict[str, datetime] = {}

    def live(self) -> Month:
        """Run all of it."""
        looks = set(_looks(self.months))
        happens = {*looks, *(one.at for one in self.coming)}
        # Between these the scheduled pass, which runs every minute, has nothing to do.
        ticks = {datetime.combine(day, DIGEST_AT, UTC) for day in _all_days(self.months)}
        ticks |= {at.replace(second=0) + timedelta(minutes=1) for at in happens}
        for at in sorted(happens | ticks):
            self.office.at = at
            if at in ticks:
                self.office.process.run(scheduled=True)
                if at.time() == DIGEST_AT:
                    self.office.process.tidy()
            if at in looks:
                self._look()
            for arrival in [one for one in self.coming if one.at == at]:
                self._ask(arrival)
        lives = [
            Life(self._decided[rid], self._paid[rid])
            for rid in (f"PR-{n:06}" for n in sorted(int(rid[3:]) for rid in self._decided))
        ]
        return Month(Counter(who for _, who, _ in self.office.sent), lives)

    def _ask(self, arrival: Arrival) -> None:
        self._asked += 1
        number = self._asked
        cells = {**_PAYEE, "amount": str(1_000 + 7 * number), "pay_by": arrival.due.isoformat()}
        cells |= {"subject": f"Delivery {number}", "purpose": f"Delivery {number}", "invoice_no": str(number)}
        answer = Response(f"answer{number}", arrival.at, arrival.manager, cells, (), send=True)
        self.office.answers = [answer]
        self.office.process.run(form=True)
        self._hurry()

    def _look(self) -> None:
        """Everybody looks, the accountants first."""
        for role in (Role.ACCOUNTANT, Role.APPROVER):
            for who, theirs in people().items():
                if theirs is role:
                    self._work(who)
        self._hurry()

    def _hurry(self) -> None:
        """Whoever has got a mail that is marked urgent looks at once, and so on until there is none."""
        while fresh := self.office.sent[self._read :]:
            self._read = len(self.office.sent)
            for _, who, template in fresh:
                if template in ("approve", "to-pay"):
                    self._pages[who] = self.office.at
                    self._work(who)

    def _work(self, who: str) -> None:
        """Decide, or pay, all that lies before somebody: what the page shows to which a mail leads them."""
        mails = reversed(self.office.sent)
        known = [at for at, to, template in mails if to == who and template == DIGEST][:1]
        known += [self._pages[who]] if who in self._pages else []
        if not known or max(known) + timedelta(days=DAYS[WAITING]) < self.office.at:
            return
        act, status = DECIDES if people()[who] is Role.APPROVER else PAYS
        before = [from_row(row) for row in self.office.state if row and row[STATUS] == status]
        acts = [
            Act(self.office.nonce(), self.office.at, who, one.id, act, seen=one.fingerprint) for one in before
        ]
        if not acts:
            return
        report = self.office.process.run(acts)
        moments = self._decided if act == DECIDES[0] else self._paid
        for one in acts:
            if report.answers[one.uuid] is None:
                moments[one.request] = self.office.at


def later(before: Month, now: Month) -> int:
    """How many requests were decided, or paid, later than the usual way."""
    pairs = zip(before.lives, now.lives, strict=True)
    return sum(ours.decided > theirs.decided or ours.paid > theirs.paid for theirs, ours in pairs)


def simulate(seed: int, months: int, book: Rulebook) -> tuple[Month, Month]:
    """The month of a seed: the usual way, and with the registry."""
    coming = arrivals(Chance(seed), months)
    return usual(coming, months), Registry(coming, months, book).live()


def _looks(months: int) -> list[datetime]:
    days = working_days(MONTH * months + AFTER)
    return [datetime.combine(day, look, UTC) for day in days for look in LOOKS]


def _all_days(months: int) -> list[date]:
    last = working_days(MONTH * months + AFTER)[-1]
    return [FIRST + timedelta(days=n) for n in range((last - FIRST).days + 1)]


_PAYEE: Mapping[str, Cell] = {
    "contractor": "Supplier", "currency": "RUB", "details": "Bank", "inn": "7707083893", "kpp": "773601001",
    "bik": "049805746", "account": "40602810700000000025", "vat": "20 %",
}  # fmt: skip

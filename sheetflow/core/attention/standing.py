"""What is remembered of each person's attention: when their last digest went, what they got, what they want.

Kept beside the token, in a cell of its own, and written with the commit that changes it: so that a digest
went and that it is known to have gone is one and the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from sheetflow.core.attention.urgency import NEEDS_ITS_READER
from sheetflow.core.company import Company
from sheetflow.core.history import dumps
from sheetflow.core.tabs import OUTBOX_HEADERS, read_outbox_row
from sheetflow.model.events import Event
from sheetflow.model.snapshot import Letter, Row

DIGEST = "digest"
"""The template of the mail."""
ROOM = 45_000
"""Characters that all of it may take of its cell's 50,000; more than a thousand people fit."""

CHANGED = "PreferenceChanged"
"""The event: it is about no request, and its actor is whose preference it is."""

_QUIET = "quiet"
_TEMPLATE = OUTBOX_HEADERS.index("template")


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's.

    `at`, `seq`: the moment of their last digest and the last event then; `seq` alone: up to there was nothing
    to tell them. `months`: "2026-11" -> (messages, how many of them needed them). `quiet`: they do not want
    news that they need not act on.
    """

    at: datetime | None = None
    seq: int = 0
    months: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    quiet: bool = False

    def text(self) -> str:
        """As it is kept."""
        at = f"{self.at.astimezone(UTC):%Y%m%dT%H%M}" if self.at else ""
        parts = [f"{at}/{self.seq}"] if at or self.seq else []
        parts += [f"{month}:{got}:{needed}" for month, (got, needed) in sorted(self.months.items())]
        return " ".join([*parts, *([_QUIET] if self.quiet else [])])

    def counted(self, month: str, *, needed: bool) -> Standing:
        """One message more."""
        got, before = self.months.get(month, (0, 0))
        return replace(self, months={**self.months, month: (got + 1, before + needed)})


def read_standing(text: str) -> Standing:
    """What `text` gave. Parts that nobody here has written count as nothing."""
    at, seq, quiet = None, 0, False
    months: dict[str, tuple[int, int]] = {}
    for part in text.split():
        try:
            if part == _QUIET:
                quiet = True
            elif "/" in part:
                moment, _, number = part.partition("/")
                seq = int(number)
                at = datetime.strptime(moment, "%Y%m%dT%H%M").replace(tzinfo=UTC) if moment else None
            else:
                month, got, needed = part.split(":")
                months[month] = (int(got), int(needed))
        except ValueError:
            continue
    return Standing(at, seq, months, quiet)


def standings_of(events: Sequence[Event], outbox: Iterable[Row], emails: Iterable[str]) -> dict[str, str]:
    """The standings where they were lost: made again from History, and the digests in the Outbox.

    Who had none that is still there is told of the last days once more. How many messages each got is not
    known any more.

    Args:
        events: the whole History.
        outbox: the Outbox tab's rows.
        emails: of everybody on the People tab.
    """
    went: dict[str, datetime] = {}
    for row in outbox:
        if len(row) > _TEMPLATE and row[_TEMPLATE] == DIGEST:
            try:
                mark = read_outbox_row(row)
            except ValueError:
                continue
            to = mark.letter.to
            went[to] = max(went.get(to, mark.leased_at), mark.leased_at)
    quiet = {event.actor: event.data["news"] == "off" for event in events if event.kind == CHANGED}
    found = {}
    for email in emails:
        at = went.get(email)
        seq = max((event.seq for event in events if event.at <= at), default=0) if at else 0
        found[email] = Standing(at, seq, quiet=quiet.get(email, False)).text()
    return fitted(found)


def month_of(day: date) -> str:
    """The month as it is counted by."""
    return f"{day:%Y-%m}"


def count(
    standings: Mapping[str, str], letters: Iterable[Letter], company: Company, now: datetime
) -> dict[str, str]:
    """The standings after these letters: each of them to somebody on the People tab is a message."""
    found = dict(standings)
    month = month_of(now.astimezone(company.settings.zone).date())
    for letter in letters:
        person = company.people.find(letter.to)
        if person is not None:
            needed = letter.template in NEEDS_ITS_READER or bool(letter.facts.get("needed"))
            found[person.email] = (
                read_standing(found.get(person.email, "")).counted(month, needed=needed).text()
            )
    return fitted(found)


def fitted(standings: Mapping[str, str]) -> dict[str, str]:
    """As many as there is room for: counts go first, then whoever had no digest for the longest time."""
    found = {who: text for who, text in standings.items() if text}
    if len(dumps(found)) > ROOM:
        found = {who: replace(read_standing(text), months={}).text() for who, text in found.items()}
        found = {who: text for who, text in found.items() if text}
    order = sorted(found, key=lambda who: (_QUIET in found[who], found[who]))
    while order and len(dumps(found)) > ROOM:
        for who in order[:50]:
            del found[who]
        order = order[50:]
    return found

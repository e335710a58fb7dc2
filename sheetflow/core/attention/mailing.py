"""Attention's part in a pass: whose digest goes now, what people want to hear, and how much they got."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sheetflow.core.attention.digest import Desk
from sheetflow.core.attention.digest_letter import letter_of
from sheetflow.core.attention.standing import CHANGED, Standing, count, fitted, month_of, read_standing
from sheetflow.core.attention.survey import survey
from sheetflow.core.company import Company
from sheetflow.core.history import moment
from sheetflow.core.projection import UPDATED
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.turn import Outcome
from sheetflow.model.dates import to_serial
from sheetflow.model.events import Act, Fact, Refusal
from sheetflow.model.people import Person
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Decision, Letter, Row, Snapshot

PREFERENCES: Mapping[str, bool] = {"news-off": True, "news-on": False}
"""Acts that say what somebody wants to hear -> whether they want quiet. They concern no request."""


def take_preferences(
    snapshot: Snapshot, company: Company, decision: Decision, out: Outcome
) -> dict[str, list[Act]]:
    """Take the acts that say what somebody wants to hear; gives all others, by request.

    Wanting what one has already is accepted, and changes nothing.
    """
    rest: dict[str, list[Act]] = {}
    standings = dict(snapshot.token.attention)
    for act in snapshot.acts:
        if act.act not in PREFERENCES:
            rest.setdefault(act.request, []).append(act)
            continue
        person = company.people.find(act.user)
        if person is None:
            decision.answers[act.uuid] = Refusal("known-person", "", "status", {}, act.user, act.uuid)
            continue
        decision.answers[act.uuid] = None
        standing, quiet = read_standing(standings.get(person.email, "")), PREFERENCES[act.act]
        if standing.quiet != quiet:
            standings[person.email] = replace(standing, quiet=quiet).text()
            data = {"news": "off" if quiet else "on"}
            out.facts.append(Fact(act.at, "", CHANGED, person.email, "page", data, act.uuid))
    if decision.answers:
        _set(snapshot, decision, standings)
    return rest


def make_digests(
    snapshot: Snapshot,
    requests: Mapping[str, Request],
    decision: Decision,
    company: Company,
    book: Rulebook,
    now: datetime,
) -> None:
    """Make the digests that are due, where the schedule asks; `requests`: as they stand after the pass."""
    if not snapshot.scheduled or not company.settings.budget.on:
        return
    standings = dict(snapshot.token.attention if decision.attention is None else decision.attention)
    candidates = _candidates(standings, company, now)
    if not candidates:
        return
    seq = decision.events[-1].seq if decision.events else snapshot.token.seq
    seqs = {event.request: event.seq for event in decision.events}

    def look(rows: Iterable[Row]) -> list[Desk]:
        found = survey(
            {str(row[0]): row for row in rows if row and row[0] != ""},
            requests,
            seqs,
            company,
            frozenset().union(*(person.roles for person, _ in candidates)),
            min(standing.seq for _, standing in candidates),
            now,
        )
        return [Desk(person, standing, found, company, now) for person, standing in candidates]

    if _looked_today(snapshot, [person for person, _ in candidates], company, now):
        fresh = list(_of_today(snapshot.state, company, now))
        if not any(desk.digest().due for desk in look(fresh)):
            return
    made: list[Letter] = []
    month = month_of(now.astimezone(company.settings.zone).date())
    for desk in look(snapshot.state):
        person, standing, digest = desk.person, desk.standing, desk.digest()
        if digest.due and (now >= desk.hour or digest.urgent):
            made.append(letter_of(digest, person, standing, company, book, now))
            months = {key: count for key, count in standing.months.items() if key >= month}
            standings[person.email] = replace(standing, at=now, seq=seq, months=months).text()
        elif not digest.sections:  # nobody has to look at so much of it again
            standings[person.email] = replace(standing, seq=seq).text() if seq else standing.text()
    if made:
        decision.letters += made
        _set(snapshot, decision, standings)


def count_letters(snapshot: Snapshot, decision: Decision, company: Company, now: datetime) -> None:
    """Count what people get, for the line in the first digest of a month."""
    if decision.letters and company.settings.budget.on:
        known = snapshot.token.attention if decision.attention is None else decision.attention
        _set(snapshot, decision, count(known, decision.letters, company, now))


def _candidates(
    standings: Mapping[str, str], company: Company, now: datetime
) -> list[tuple[Person, Standing]]:
    """Whose digest of today has not gone yet though its hour has come, on a day on which they are at work.

    What became urgent does not wait for an hour of somebody's own that is later than the company's.
    """
    settings = company.settings
    local = now.astimezone(settings.zone)
    if not settings.budget.calendar.works(local.date()):
        return []
    found = []
    for person in company.people.all:
        hour = min(person.digest_hour or settings.budget.hour, settings.budget.hour)
        if local.time() < hour or person.absence(local.date()) is not None:
            continue
        standing = read_standing(standings.get(person.email, ""))
        if standing.at is None or standing.at.astimezone(settings.zone).date() < local.date():
            found.append((person, standing))
    return found


def _looked_today(snapshot: Snapshot, people: Iterable[Person], company: Company, now: datetime) -> bool:
    """Whether a scheduled pass since everybody's hour has looked at all there is, and wrote that it ran.

    From then on only what changes can make a digest due: what comes with time comes at the hour.
    """
    beat, settings = snapshot.token.vitals.get("beat", ""), company.settings
    local = now.astimezone(settings.zone)
    hours = {settings.budget.hour, *(person.digest_hour for person in people if person.digest_hour)}
    come = max((hour for hour in hours if hour <= local.time()), default=settings.budget.hour)
    return beat != "" and datetime.combine(local.date(), come, tzinfo=settings.zone) <= moment(beat)


def _of_today(state: Iterable[Row], company: Company, now: datetime) -> Iterator[Row]:
    """The rows of requests that changed today."""
    midnight = to_serial(now.astimezone(company.settings.zone).date())
    for row in state:
        updated = row[UPDATED] if len(row) > UPDATED else ""
        if isinstance(updated, (int, float)) and updated >= midnight:
            yield row


def _set(snapshot: Snapshot, decision: Decision, standings: Mapping[str, str]) -> None:
    fit = fitted(standings)
    decision.attention = None if fit == dict(snapshot.token.attention) else fit

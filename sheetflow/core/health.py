"""Whether the registry is well, as one read of it tells: what turns bad is said once, and what is over.

Looked at in every pass, for what can die in silence shows in the sheet: letters that stay, edits that nobody
reported, a People tab that leaves nobody to decide. What needs more calls is for `sheetflow doctor`.

The token's `vitals` keep what one pass has to know of those before it:

    beat            when the schedule last ran, to the hour: an idle pass stays one read
    throttled       when Google last refused a call for the quota's sake, to the hour
    edited          when the last edit came that the trigger had reported
    strange         since when there are changes that it had not
    refused         since when there are reports that are signed with another secret
    ill:<ailment>   since when that is wrong, and the admins know it
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sheetflow.core.attention.space import MESSAGE
from sheetflow.core.attention.tasks import CLOSE, OPEN
from sheetflow.core.company import Company
from sheetflow.core.consequences import language_of
from sheetflow.core.history import instant, moment
from sheetflow.core.inbox import Mail
from sheetflow.core.recurring.table import unread
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.tabs import OutboxRow, is_open, read_outbox_row
from sheetflow.errors import Unavailable
from sheetflow.model.events import Refusal
from sheetflow.model.people import Person, Role
from sheetflow.model.snapshot import Letter, Row, Snapshot

EVERY = timedelta(hours=1)
"""How often the schedule writes down that it runs."""
STUCK = timedelta(minutes=30)
"""How long a letter may be on its way since what it tells of: several leases."""
SILENT = timedelta(minutes=10)
"""How long changes that nobody reported are waited for: a paste takes its time, a trigger may be retried."""
RECENT = timedelta(days=7)
"""How long a letter that was given up counts; nobody is told that it is over, for it never was sent."""
NAMED = 3
"""How many people or problems one sentence names."""

AILMENTS = (
    "trigger-silent", "edits-refused", "letters-stuck", "letters-failed", "chat-silent", "tasks-refused",
    "nobody-approves", "nobody-pays",
    "own-requests-only", "own-payments-only", "tabs-unread", "recurring-unread", "policy-unread",
    "rolled-back",
)  # fmt: skip
"""Every ailment: keys of [ailments] in `rules.toml`."""

ILL = "ill:"
_CHANNELS: Mapping[str, str] = {MESSAGE: "chat-silent", OPEN: "tasks-refused", CLOSE: "tasks-refused"}
UNREAD = "recurring-unread"
ROLLED_BACK = "rolled-back"
"""The ailment that stops a registry (`app.anchoring`); it is over when its anchor fits again."""


def hold(snapshot: Snapshot) -> None:
    """Let nothing be decided on a registry that was stopped.

    Raises:
        Unavailable: it was.
    """
    if ILL + ROLLED_BACK in snapshot.token.vitals:
        raise Unavailable(
            "registry", "it was rolled back; nothing is decided until an admin has looked at it"
        )


@dataclass(frozen=True, slots=True)
class Ailment:
    """Something that is wrong. `facts`: for its sentences."""

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)


def vitals(snapshot: Snapshot, mail: Mail, refusals: Iterable[Refusal], now: datetime) -> dict[str, str]:
    """What the token knows of the signs of life after this pass."""
    found = dict(snapshot.token.vitals)
    beat = found.get("beat", "")
    if snapshot.scheduled and (not beat or now >= moment(beat) + EVERY):
        found["beat"] = instant(now)
    throttled = found.get("throttled", "")
    if snapshot.throttled and (not throttled or now >= moment(throttled) + EVERY):
        found["throttled"] = instant(now)
    if mail.edits:
        found["edited"] = instant(max(edit.at for edit in mail.edits))
        found.pop("strange", None)
        found.pop("refused", None)
    if any(reason == "its signature does not hold" for _, reason in mail.refused):
        found.setdefault("refused", instant(now))
    if not mail.edits and any(refusal.rule == "unexplained-change" for refusal in refusals):
        found.setdefault("strange", instant(now))
    return found


def ailments(snapshot: Snapshot, company: Company, signs: Mapping[str, str], now: datetime) -> list[Ailment]:
    """What is wrong, by the signs of life, the Outbox, and the company's own tabs."""
    found = []
    if "strange" in signs and now >= moment(signs["strange"]) + SILENT:
        found.append(Ailment("trigger-silent"))
    if "refused" in signs:
        found.append(Ailment("edits-refused"))
    found += _letters(snapshot.outbox, now)
    if snapshot.people:
        found += _deadlocks(company)
    if unread := [rule.name for rule in company.policy.rules if rule.faults]:
        named = ", ".join(unread[:NAMED]) + (" …" if len(unread) > NAMED else "")
        found.append(Ailment("policy-unread", {"rules": named}))
    if company.problems:
        first = "; ".join(company.problems[:NAMED])
        found.append(Ailment("tabs-unread", {"problems": first, "count": str(len(company.problems))}))
    return found


def of_recurring(snapshot: Snapshot, company: Company, book: Rulebook) -> list[Ailment]:
    """Rows of the Recurring tab that make no drafts."""
    rows = unread(snapshot, company, book)
    return [Ailment(UNREAD, {"rows": rows})] if rows else []


def examine(
    snapshot: Snapshot,
    mail: Mail,
    refusals: Iterable[Refusal],
    company: Company,
    book: Rulebook,
    now: datetime,
    *,
    idle: bool = False,
) -> tuple[dict[str, str] | None, list[Letter]]:
    """The token's new vitals, None where they stay, and letters to the admins on what turned bad or well.

    `idle`: nothing else is to be written; then a refused call alone is no reason for one more.
    """
    known = snapshot.token.vitals
    signs = vitals(snapshot, mail, refusals, now)
    wrong = {one.key: one for one in ailments(snapshot, company, signs, now)}
    if snapshot.scheduled:  # somebody may be in the middle of typing a row: no edit of theirs asks
        wrong |= {one.key: one for one in of_recurring(snapshot, company, book)}
    elif ILL + UNREAD in known:
        wrong[UNREAD] = Ailment(UNREAD)
    fresh = [one for key, one in wrong.items() if ILL + key not in known]
    over = [
        key.removeprefix(ILL) for key in known if key.startswith(ILL) and key.removeprefix(ILL) not in wrong
    ]
    for key in over:
        del signs[ILL + key]
    signs |= {ILL + one.key: instant(now) for one in fresh}
    if idle and {**signs, "throttled": ""} == {**known, "throttled": ""}:
        return None, []
    if signs == dict(known):
        return None, []
    gone = [Ailment(key) for key in over if key != "letters-failed"]
    return signs, told("unwell", fresh, company, book, now) + told("well-again", gone, company, book, now)


def told(
    template: str, ills: Sequence[Ailment], company: Company, book: Rulebook, now: datetime
) -> list[Letter]:
    """A letter to each admin on what is wrong, or over; none where nothing is."""
    admins = company.people.with_role(Role.ADMIN)
    return [_letter(template, ills, admin, company, book, now) for admin in admins if ills]


def _letters(outbox: Iterable[Row], now: datetime) -> Iterator[Ailment]:
    stuck, failed = [], []
    last: dict[str, Row] = {}
    for row in outbox:
        ailing = _CHANNELS.get(str(row[5])) if len(row) > 5 else None
        if ailing:
            if row[1] in ("sent", "failed"):
                last[ailing] = row
            continue
        try:
            if is_open(row):
                known = read_outbox_row(row)
                if moment(str(known.letter.facts["at"])) + STUCK <= now:
                    stuck.append(known)
            elif len(row) > 3 and row[1] == "failed" and moment(str(row[3])) + RECENT > now:
                failed.append(read_outbox_row(row))
        except (ValueError, LookupError):
            continue
    for key, rows in (("letters-stuck", stuck), ("letters-failed", failed)):
        if rows:
            yield Ailment(
                key, {"count": str(len(rows)), "whom": _named(rows), "result": rows[0].result[:200]}
            )
    yield from _channels(last, now)


def _channels(last: Mapping[str, Row], now: datetime) -> Iterator[Ailment]:
    """Ways besides mail whose last letter was given up: told once, and over with the next that goes."""
    for key, row in last.items():
        try:
            if row[1] == "failed" and moment(str(row[3])) + RECENT > now:
                known = read_outbox_row(row)
                facts = {"whom": str(known.letter.facts.get("person", "")), "result": known.result[:200]}
                yield Ailment(key, facts)
        except (ValueError, LookupError):
            continue


def _named(rows: Iterable[OutboxRow]) -> str:
    whom = list(dict.fromkeys(row.letter.to or row.letter.request for row in rows))
    return ", ".join(whom[:NAMED]) + (" …" if len(whom) > NAMED else "")


def _deadlocks(company: Company) -> Iterator[Ailment]:
    """Roles that leave somebody's request undecided, or somebody's decision unpaid, whatever happens."""
    people = company.people
    approvers = [
        p for p in people.with_role(Role.APPROVER, Role.DIRECTOR) if p.has(Role.DIRECTOR) or p.limits
    ]
    payers = people.with_role(Role.ACCOUNTANT)
    if not approvers:
        yield Ailment("nobody-approves")
    if not payers:
        yield Ailment("nobody-pays")
    alone = [p.name for p in people.with_role(Role.MANAGER) if approvers == [p]]
    if alone:
        yield Ailment("own-requests-only", {"whom": ", ".join(alone)})
    if payers and (same := [p.name for p in approvers if payers == [p]]):
        yield Ailment("own-payments-only", {"whom": ", ".join(same)})


def _letter(
    template: str, ills: Iterable[Ailment], admin: Person, company: Company, book: Rulebook, now: datetime
) -> Letter:
    language = language_of(admin.email, company, book)
    words = book.for_person(language)
    items = [
        {
            "key": ill.key,
            "head": words.ailment(ill.key, "head", ill.facts),
            "says": words.ailment(ill.key, "says", ill.facts),
            "todo": words.ailment(ill.key, "todo", ill.facts),
        }
        for ill in ills
    ]
    cause = "\n".join([template, instant(now), *(item["key"] for item in items), admin.email])
    key = hashlib.sha256(cause.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    facts = {
        "items": items,
        "at": instant(now),
        "language": words.language,
        "name": admin.name,
        "company": company.settings.values["company"],
        "time_zone": str(company.settings.zone),
    }
    return Letter(key, template, admin.email, "", facts)

"""The doctor: everything that can die in silence, looked at on request; nothing is changed, one mail is sent.

What one read of the sheet tells is looked at in every pass (`core.health`); here it is told too, with all
that needs further calls: the account, each service, the file's owner, drift, the form, mail, the history.
Every look is by itself: one that fails says so, and the others are made all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from sheetflow.app import backup, channel_checks
from sheetflow.app.anchoring import place_of, stops
from sheetflow.app.bank_checkup import bank_tab
from sheetflow.app.checkup import Case, Finding, State, Ward
from sheetflow.core import health
from sheetflow.core.history import moment
from sheetflow.errors import ConfigError, HistoryBroken, PortError
from sheetflow.templates.plan import Change
from sheetflow.templates.texts import Texts

LATE = timedelta(hours=2)
"""How long the schedule may not have written down that it runs: it does so once an hour."""
QUIET = timedelta(days=7)
"""How long no edit may have been reported before it is worth a look."""
SKEW_WARNED, SKEW_REFUSED = timedelta(seconds=5), timedelta(seconds=60)
"""How far this machine's clock may be off; tokens are checked with ten seconds of patience."""
MAIL_TRIES, MAIL_WAIT = 6, 5.0
"""How often, and after how many seconds, the mail to oneself is looked for."""
PEOPLE = (
    "nobody-approves",
    "nobody-pays",
    "own-requests-only",
    "own-payments-only",
    "tabs-unread",
    "policy-unread",
    "recurring-unread",
)
"""Ailments of the tabs that admins keep."""
NAMED = 4
"""How many of the differences one line names."""


def examine(
    ward: Ward,
    texts: Texts,
    language: str,
    *,
    send_mail: bool = True,
    told: Callable[[Finding], None] = lambda _finding: None,
) -> list[Finding]:
    """Look at everything.

    Args:
        ward: what is looked at.
        texts: `doctor.toml` in `language`.
        language: of what is said.
        send_mail: whether a mail is sent to the sender's own address; else the mailbox is only opened.
        told: hears of each finding as it is made.
    """
    case = Case(ward, texts, language, send_mail=send_mail)
    found: list[Finding] = []
    for check, look in CHECKS.items():
        try:
            findings = list(look(case))
        except (PortError, ConfigError, HistoryBroken) as error:
            findings = [case.say(check, "bad", "failed", why=" ".join(str(error).split()))]
        for finding in findings:
            found.append(finding)
            told(finding)
    return found


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing is bad."""
    return all(finding.state != "bad" for finding in findings)


# --- the account and the services


def _credentials(case: Case) -> Iterator[Finding]:
    address, scopes = case.ward.account.granted()
    missing = [scope for scope in case.ward.needed if scope not in scopes and not _covered(scope, scopes)]
    if missing:
        yield case.say("credentials", "bad", "missing", account=address, scopes=", ".join(missing))
    else:
        yield case.say("credentials", "ok", "ok", account=address)


def _reached(case: Case, check: str) -> Iterator[Finding]:
    call = case.ward.reach.get(check)
    if call is None:
        yield case.say(check, "off", "off")
        return
    call()
    yield case.say(check, "ok", "ok")


def _sheets(case: Case) -> Iterator[Finding]:
    yield from _reached(case, "sheets")


def _drive(case: Case) -> Iterator[Finding]:
    yield from _reached(case, "drive")


def _mail(case: Case) -> Iterator[Finding]:
    ward = case.ward
    if ward.mail is None:
        yield case.say("mail", "off", "off")
        return
    if not case.send_mail:
        yield from _reached(case, "mail")
        return
    message, reference = ward.letter()
    ward.mail.send(message)
    for attempt in range(1, MAIL_TRIES + 1):
        if ward.mail.find(reference):
            yield case.say("mail", "ok", "sent", to=str(message["To"]))
            return
        if attempt < MAIL_TRIES:
            ward.clock.sleep(MAIL_WAIT)
    yield case.say("mail", "warn", "unseen", to=str(message["To"]), reference=reference)


def _page(case: Case) -> Iterator[Finding]:
    wrong = case.ward.page()
    if wrong is None:
        yield case.say("page", "warn", "off")
    elif wrong:
        yield case.say("page", "bad", "wrong", why=wrong)
    else:
        yield case.say("page", "ok", "ok")


def _clock(case: Case) -> Iterator[Finding]:
    if call := case.ward.reach.get("sheets"):
        call()  # so that the service's time is fresh
    here, there = case.ward.clock.now(), case.ward.told_at()
    if there is None:
        yield case.say("clock", "warn", "unknown")
        return
    off = abs(here - there)
    state: State = "bad" if off > SKEW_REFUSED else "warn" if off > SKEW_WARNED else "ok"
    outcome = "ok" if state == "ok" else "off"
    yield case.say("clock", state, outcome, seconds=f"{off.total_seconds():.0f}")


def _owner(case: Case) -> Iterator[Finding]:
    known = case.known
    person = known.company.people.find(known.owner) if known.owner else None
    if not known.owner:
        yield case.say("owner", "ok", "nobody")
    elif known.owner == known.service_account:
        yield case.say("owner", "bad", "robot", owner=known.owner)
    elif person is not None and person.roles:
        roles = ", ".join(case.words.label("roles", role) for role in sorted(person.roles))
        yield case.say("owner", "bad", "role", owner=known.owner, roles=roles)
    else:
        yield case.say("owner", "ok", "ok", owner=known.owner)


def _differences(case: Case, check: str, changes: Sequence[Change], state: State) -> Iterator[Finding]:
    if not changes:
        yield case.say(check, "ok", "ok")
        return
    named = "; ".join(f"{change.name}: {change.detail}" for change in changes[:NAMED])
    more = f" (+{len(changes) - NAMED})" if len(changes) > NAMED else ""
    yield case.say(check, state, "differs", count=str(len(changes)), named=named + more)


def _drift(case: Case) -> Iterator[Finding]:
    yield from _differences(case, "drift", case.differences("spreadsheet"), "warn")


def _sharing(case: Case) -> Iterator[Finding]:
    if "drive" not in case.ward.upkeep.places:
        yield case.say("sharing", "off", "off")
        return
    yield from _differences(case, "sharing", case.differences("drive"), "bad")


def _form(case: Case) -> Iterator[Finding]:
    call = case.ward.reach.get("form")
    if call is None:
        yield case.say("form", "off", "off")
        return
    call()
    yield from _differences(case, "form", case.differences("form"), "bad")


def _history(case: Case) -> Iterator[Finding]:
    yield case.say("history", "ok", "ok", count=str(len(case.events)))


def _anchor(case: Case) -> Iterator[Finding]:
    anchor = case.ward.anchors.read()  # before the sheet: whoever commits in between only lets it lag
    snapshot = case.ward.registry.read(place_of(anchor))
    if anchor is None:
        yield case.say("anchor", "warn" if snapshot.token.seq else "ok", "none")
        return
    behind = stops(snapshot, anchor)
    outcome = "behind" if behind else "ok"
    yield case.say("anchor", "bad" if behind else "ok", outcome, seq=str(anchor.seq))


def _backup(case: Case) -> Iterator[Finding]:
    if "drive" not in case.ward.upkeep.places:
        yield case.say("backup", "off", "off")
        return
    token, now = case.snapshot.token, case.snapshot.now
    last = token.vitals.get(backup.DONE, "")
    if not last:
        yield case.say("backup", "warn" if token.seq else "ok", "never")
    elif now - moment(last) > backup.OLD:
        yield case.say("backup", "bad", "old", when=case.when(last))
    else:
        yield case.say("backup", "ok", "ok", when=case.when(last))


def _trigger(case: Case) -> Iterator[Finding]:
    signs, now = case.snapshot.token.vitals, case.snapshot.now
    told = [ill for ill in ("trigger-silent", "edits-refused") if health.ILL + ill in signs]
    yield from (case.ailment("trigger", key, {}) for key in told)
    if told:
        return
    edited = signs.get("edited", "")
    if not edited:
        yield case.say("trigger", "warn", "never")
    elif now - moment(edited) > QUIET:
        yield case.say("trigger", "warn", "quiet", when=case.when(edited))
    else:
        yield case.say("trigger", "ok", "ok", when=case.when(edited))


def _schedule(case: Case) -> Iterator[Finding]:
    beat, now = case.snapshot.token.vitals.get("beat", ""), case.snapshot.now
    if not beat:
        yield case.say("schedule", "bad", "never")
    elif now - moment(beat) > LATE:
        yield case.say("schedule", "bad", "late", when=case.when(beat))
    else:
        yield case.say("schedule", "ok", "ok", when=case.when(beat))


def _outbox(case: Case) -> Iterator[Finding]:
    yield from _wrong(case, "outbox", ("letters-stuck", "letters-failed"))


def _people(case: Case) -> Iterator[Finding]:
    yield from _wrong(case, "people", PEOPLE)


def _quota(case: Case) -> Iterator[Finding]:
    throttled = case.snapshot.token.vitals.get("throttled", "")
    since = case.snapshot.now - timedelta(days=1)
    minutes = Counter(event.at.replace(second=0, microsecond=0) for event in case.events if event.at >= since)
    busiest = str(max(minutes.values(), default=0))
    if throttled and moment(throttled) >= since:
        yield case.say("quota", "warn", "used-up", when=case.when(throttled), busiest=busiest)
    else:
        yield case.say("quota", "ok", "ok", busiest=busiest)


def _watches(case: Case) -> Iterator[Finding]:
    yield case.say("watches", "off", "off")


def _wrong(case: Case, check: str, keys: Sequence[str]) -> Iterator[Finding]:
    snapshot = case.snapshot
    ills = health.ailments(snapshot, case.company, snapshot.token.vitals, snapshot.now)
    ills += health.of_recurring(snapshot, case.company, case.ward.book)
    found = [case.ailment(check, ill.key, ill.facts) for ill in ills if ill.key in keys]
    yield from found or [case.say(check, "ok", "ok")]


_WIDER: Mapping[str, Sequence[str]] = {
    "https://www.googleapis.com/auth/gmail.modify": ["https://mail.google.com/"],
    "https://www.googleapis.com/auth/forms.body.readonly": ["https://www.googleapis.com/auth/forms.body"],
}
"""Scopes that let one do what a narrower one does."""


def _covered(scope: str, scopes: Iterable[str]) -> bool:
    return bool(set(_WIDER.get(scope, ())) & set(scopes))


CHECKS: Mapping[str, Callable[[Case], Iterable[Finding]]] = {
    "credentials": _credentials, "sheets": _sheets, "drive": _drive, "mail": _mail, "form": _form,
    "page": _page, "clock": _clock, "owner": _owner, "sharing": _sharing, "drift": _drift,
    "history": _history, "anchor": _anchor, "backup": _backup, "bank": bank_tab, "trigger": _trigger,
    "schedule": _schedule, "outbox": _outbox, "tasks": channel_checks.tasks, "chat": channel_checks.chat,
    "people": _people, "quota": _quota, "watches": _watches,
}  # fmt: skip
"""Everything that is looked at, in the order in which it is shown: keys of [checks] in `doctor.toml`."""

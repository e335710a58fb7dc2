"""What is going on when a call is the last one or fails: whole ways of money, each as it waits for a sweep.

A scenario is a value: what people did, so that all of it waits, and what is chosen on a page meanwhile. Its
end is everything that can be seen from outside, without times.
"""

from __future__ import annotations

import base64
import json
import re
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sheetflow.app import form as forms
from sheetflow.core.projection import from_row
from sheetflow.core.recurring.table import COLUMNS
from sheetflow.model.events import Act
from tests import banks
from tests.banks import Movement
from tests.faults.waiting import outcome
from tests.firm import GOOD, OTHER_ACCOUNT, Firm, text_of
from tests.scenario import test_access as people
from tests.scenario import test_answers as mails
from tests.scenario import test_bank as bank
from tests.scenario.test_channels import messages, tasks_of
from tests.scenario.test_files import TAKEN

PAPER = b"%PDF-1.4 a scan"
ORDER = b"%PDF-1.4 " + bytes(range(256)) * 40


@dataclass(frozen=True)
class Scenario:
    """`prepare` leaves everything waiting. `acts`: chosen on a page, again by whoever saw it fail.

    `kinds`: events that have to come of it.
    """

    name: str
    prepare: Callable[[Firm], None]
    kinds: frozenset[str]
    acts: Callable[[Firm], Sequence[Act]] = lambda _firm: ()


def settings(firm: Firm, **values: str) -> None:
    """The admin writes settings."""
    names = firm.runtime.book.own.labels["settings"]
    known = [str(row[0]) if row else "" for row in firm.values("A1:A", tab="settings")]
    for key, value in values.items():
        if names[key] not in known:
            known.append(names[key])
        place = known.index(names[key]) + 1
        firm.ivan.enters(f"{firm.title('settings')}!A{place}", names[key])
        firm.ivan.enters(f"{firm.title('settings')}!B{place}", value)


def _form(firm: Firm) -> None:
    """The form answered with an invoice, to be sent; and another answer that stays a draft."""
    place = firm.place.form
    title = forms.upload_title(place.words, place.texts)
    for who, send in ((firm.mia, "yes"), (firm.max, "no")):
        given = {forms.question_id(key): value for key, value in TAKEN.items()}
        given[forms.question_id("send")] = place.texts["send"][send]
        paper = {
            "name": "Счет.pdf",
            "mimeType": "application/pdf",
            "base64": base64.b64encode(PAPER).decode(),
        }
        firm.post("/workspace/respond", {"as": who.address, "answers": given, "files": {title: [paper]}})


def _payment(firm: Firm) -> None:
    """One paid in part, one paid with its order at hand, one returned and one rejected with a word."""
    part, whole, back, no = (firm.mia.submits() for _ in range(4))
    firm.run()
    for rid in (part, whole):
        firm.olga.picks("Approved", rid)
    firm.run()
    firm.anna.types("comment", part, "5000")
    firm.anna.picks("Part-paid", part)
    order = firm.anna.uploads("Платёжка.pdf", ORDER, firm.folder("incoming"))
    firm.anna.types("payment_order", whole, order)
    firm.anna.picks("Paid", whole)
    for rid, status in ((back, "Returned"), (no, "Rejected")):
        firm.olga.types("comment", rid, "Which contract is this?")
        firm.olga.picks(status, rid)


def _bank(firm: Firm) -> None:
    """Two were sent to the bank and one is in a statement that lies there; an unknown debit is decided."""
    bank.with_accounts(firm)
    rids = bank.approved(firm, 2)
    bank.told(firm, "export", "--as", bank.ANNA)
    unknown = Movement(banks.payee(99), Decimal(7), "900", date(2026, 1, 5), date(2026, 1, 5), "?")
    with tempfile.TemporaryDirectory() as folder:
        first = bank.statement(firm, [], Path(folder) / "first.txt", unknown).read_bytes()
        second = bank.statement(firm, rids, Path(folder) / "second.txt").read_bytes()
    firm.anna.uploads("first.txt", first, firm.folder("incoming"), "text/plain")
    incoming = firm.runtime.incoming()
    assert incoming is not None
    assert incoming.run() == 1
    firm.settle()
    firm.anna.enters(f"{firm.title('bank')}!K2", firm.runtime.book.own.label("bank_words", "past"))
    firm.anna.uploads("second.txt", second, firm.folder("incoming"), "text/plain")


def _channels(firm: Firm) -> None:
    """With tasks and a space: one to be decided, one decided, somebody named, a mail answered."""
    settings(firm, tasks="yes", chat="all")
    soon = (firm.place.emulator.clock.now() + timedelta(days=1)).date().isoformat()
    rid, asked = firm.mia.submits(pay_by=soon), firm.mia.submits()
    firm.settle()
    firm.olga.picks("Approved", rid)
    firm.mia.submits(pay_by=soon)
    firm.mia.types("comment", asked, "@anna is this the old account?")
    mails.send(firm, firm.olga.address, mails.answer(firm, firm.olga.address, asked, "Whose is it?"))


def _office(firm: Firm) -> None:
    """Somebody comes, somebody goes, a stranger has access, and a recurring payment is due."""
    firm.run()
    firm.place.emulator.drive.files.share(firm.spreadsheet, people.EVE, "writer")
    people.hire(firm, people.PAT, "accountant")
    people.fire(firm, firm.dora.address)
    today = firm.place.emulator.clock.now().date()
    own = {"name": "Rent", "requester": firm.mia.address, "every": "month", "next": today.isoformat()}
    cells = {key: str(value) for key, value in {**GOOD, **own}.items()}
    firm.ivan.pastes(f"{firm.title('recurring')}!A2", [[cells.get(key, "") for key in COLUMNS]])


def _page(firm: Firm) -> None:
    """Two to be decided on the page, and a digest for who has work."""
    settings(firm, working_days="Mon-Sun", digest_hour="0:00", reminder_days="0", digest="yes")
    firm.run()
    firm.mia.submits(), firm.max.submits(account=OTHER_ACCOUNT, bik="044525225")
    firm.run()


def _approvals(firm: Firm) -> Sequence[Act]:
    """Chosen a moment ago on the page, by whoever got its link."""
    now, rows = firm.place.emulator.clock.now(), firm.state()
    rid = min(rows)
    seen = from_row(rows[rid]).fingerprint
    name = uuid.uuid5(uuid.NAMESPACE_OID, rid).hex
    return [Act(name, now, firm.olga.address, rid, "approve", "Fine", seen=seen, link=name)]


SCENARIOS = (
    Scenario("form", _form, frozenset({"RequestSubmitted"})),
    Scenario(
        "payment",
        _payment,
        frozenset({"RequestPartPaid", "RequestPaid", "RequestReturned", "RequestRejected"}),
    ),
    Scenario("bank", _bank, frozenset({"StatementRead", "RequestPaid", "DebitSettled"})),
    Scenario("channels", _channels, frozenset({"CommentAdded", "RequestApproved"})),
    Scenario("office", _office, frozenset({"AccessGranted", "RecurringDrafted"})),
    Scenario("page", _page, frozenset({"RequestApproved"}), _approvals),
)

UNSTEADY = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)?")
"""Times that events tell."""


def ending(firm: Firm) -> dict[str, Any]:
    """Everything that can be seen from outside, without times; the chain is verified on the way."""
    found = outcome(firm)
    by_request: dict[str, list[str]] = {}
    for kind, rid, actor, data in found.events:
        if kind in ("AccessGranted", "AccessRevoked"):
            continue  # they tell what the run itself did: one that goes on where another died did the rest
        by_request.setdefault(rid, []).append(UNSTEADY.sub("", f"{kind} by {actor}: {data}"))
    if "" in by_request:
        by_request[""].sort()  # of the company as a whole: in which order the parts came is nobody's
    sent = firm.robot.mails("in:sent")
    references = Counter(
        ref for mail in sent for ref in set(re.findall(r"\bSF[A-Z0-9]{10,}\b", text_of(mail)))
    )
    assert set(references.values()) <= {1}, "one reference in two messages"
    return {
        "rows": found.rows,
        "notes": found.notes,
        "state": UNSTEADY.sub("", json.dumps(found.state, sort_keys=True, ensure_ascii=False)),
        "events": by_request,
        "letters": found.letters,
        "outbox": found.outbox,
        "unread edits": found.waiting,
        "papers": firm.papers(),
        "shared": people.sharing(firm),
        "tasks": sorted(
            (hand.address, task["title"], task["status"])
            for hand in (firm.olga, firm.anna, firm.mia, firm.dora)
            for task in tasks_of(firm, hand)
        ),
        "space": sorted(message["text"] for message in messages(firm)),
        "attached": sorted(
            str(part.get_filename())
            for mail in sent
            for part in mail.iter_attachments()
        ),
    }  # fmt: skip


def differences(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Which parts of two ends differ, and how they start to."""
    told = []
    for key in one:
        if one[key] != other[key]:
            told.append(f"{key}:\n  is     {one[key]!r}\n  was to {other[key]!r}")
    return "\n".join(told)

"""Whose digest goes when, and what is in it: a company at work, by the pass and the clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from sheetflow.core.decide import decide
from sheetflow.errors import Unavailable
from sheetflow.model.cells import Cell
from sheetflow.model.dates import to_serial
from tests.desk import ADA, ADMIN, ANNA, BOTH, DIRECTOR, GOOD, HEAD, MAX, MIA, PEOPLE, Desk

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FEW = """
E-mail            | Name  | Roles      | Limit      | Language | Digest at
mia@firm.example  | Mia   | manager    |            | en       |
olga@firm.example | Olga  | approver   | 500000 RUB | en       |
dora@firm.example | Dora  | director   |            | en       |
anna@firm.example | Anna  | accountant |            | en       |
ivan@firm.example | Ivan  | admin      |            | en       |
"""


def desk(people: str = FEW, **settings: str) -> Desk:
    """A company with digests, on a Tuesday at nine; its tabs are in history already."""
    made = Desk(people, {"digest": "yes", **settings})
    made.clock.at = TUESDAY
    made.run()
    return made


def at(desk: Desk, text: str, *, scheduled: bool = True) -> list[tuple[str, str]]:
    """Run a pass at a moment ("25 09:01", of November); gives who got what."""
    desk.clock.at = datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    desk.mail.sent.clear()
    desk.run(later=timedelta(0), scheduled=scheduled)
    return desk.letters()


def submit(desk: Desk, **cells: Cell) -> str:
    rid = desk.type(MIA, **{**GOOD, **cells})
    desk.status(MIA, rid, "Submitted")
    return rid


def day(number: int, month: int = 11) -> int:
    return to_serial(datetime(2026, month, number, tzinfo=UTC).date())


def facts(desk: Desk, to: str) -> Mapping[str, Any]:
    """The facts of somebody's newest letter."""
    row = [row for row in desk.sheet.outbox if row[6] == to][-1]
    found: Mapping[str, Any] = json.loads(str(row[8]))
    return found


def listed(desk: Desk, to: str) -> dict[str, list[str]]:
    """Section -> requests, of somebody's newest digest."""
    sections = facts(desk, to)["sections"]
    return {key: [line["request"] for line in lines] for key, lines in sections.items()}


def test_digest__what_is_not_urgent_waits_for_the_hour() -> None:
    firm = desk()
    assert at(firm, "24 09:05") == []
    one = submit(firm)
    assert at(firm, "24 09:06", scheduled=False) == []
    assert at(firm, "24 09:07") == [
        (HEAD, "digest")
    ]  # nothing was there at the hour, so the first thing that comes
    two = submit(firm)
    assert at(firm, "24 17:00") == []  # one a day
    assert at(firm, "25 08:59") == []
    assert at(firm, "25 09:00") == [(HEAD, "digest")]
    assert listed(firm, HEAD) == {"waiting": [one, two]}
    lines = facts(firm, HEAD)["sections"]["waiting"]
    assert [line["new"] for line in lines] == ["", "yes"]
    assert facts(firm, HEAD)["totals"] == {"waiting": [["25001.00", "RUB"]]}


def test_digest__the_urgent_goes_at_once_and_only_once() -> None:
    firm = desk()
    submit(firm, pay_by=day(26))
    assert at(firm, "24 11:00", scheduled=False) == [(HEAD, "approve")]
    assert facts(firm, HEAD)["urgent"] == "yes"
    assert at(firm, "24 11:01") == []  # no digest of the same on the same day
    submit(firm, pay_by=day(27))
    assert at(firm, "24 12:00", scheduled=False) == []
    assert at(firm, "24 12:01") == [(HEAD, "digest")]


def test_digest__what_becomes_urgent_is_said_by_the_digest_of_that_day() -> None:
    firm = desk(reminder_days="0")
    submit(firm, pay_by=day(27))
    at(firm, "24 09:30")
    assert facts(firm, HEAD)["urgent"] == ""
    assert at(firm, "25 09:00") == [(HEAD, "digest")]
    assert facts(firm, HEAD)["urgent"] == "yes"
    assert at(firm, "26 09:00") == []
    assert at(firm, "27 09:00") == [(HEAD, "digest")]  # its day has come
    assert at(firm, "30 09:00") == [(HEAD, "digest")]  # and gone by
    assert facts(firm, HEAD)["sections"]["waiting"][0]["overdue"] == "yes"


def test_digest__an_hour_of_ones_own_but_what_became_urgent_comes_at_the_companys() -> None:
    firm = desk(FEW.replace("500000 RUB | en       |", "500000 RUB | en       | 16:00"), reminder_days="0")
    submit(firm, pay_by=day(27))
    assert at(firm, "24 15:59") == []
    assert at(firm, "24 16:00") == [(HEAD, "digest")]
    assert at(firm, "25 09:00") == [(HEAD, "digest")]


def test_digest__never_on_days_off() -> None:
    firm = desk(holidays="2026-11-25", working_days="Mon-Thu, Sat")
    submit(firm, pay_by=day(20, 12))
    assert at(firm, "25 10:00") == []
    submit(firm, pay_by=day(20, 12))
    assert at(firm, "26 10:00") == [(HEAD, "digest")]
    submit(firm, pay_by=day(20, 12))
    assert at(firm, "27 10:00") == []
    assert at(firm, "28 10:00") == [(HEAD, "digest")]
    assert len(listed(firm, HEAD)["waiting"]) == 3


def test_digest__the_hour_is_of_the_companys_clock() -> None:
    firm = desk(time_zone="Asia/Vladivostok")  # ten hours ahead
    submit(firm)
    assert at(firm, "24 22:59") == []
    assert at(firm, "24 23:00") == [(HEAD, "digest")]


def test_digest__the_requester_hears_next_day_what_became_of_it() -> None:
    firm = desk()
    rid = submit(firm)
    at(firm, "24 09:30")
    firm.status(HEAD, rid, "Approved")
    assert at(firm, "24 11:00", scheduled=False) == []
    assert at(firm, "24 11:01") == [(ANNA, "digest")]  # who has to act: the requester's news can wait
    assert listed(firm, ANNA) == {"pay": [rid]}
    assert at(firm, "25 09:00") == [(MIA, "digest")]
    assert listed(firm, MIA) == {"news": [rid]}
    (line,) = facts(firm, MIA)["sections"]["news"]
    assert (line["status"], line["by"]) == ("Approved", "Olga")
    firm.status(ANNA, rid, "Paid")
    at(firm, "25 15:00", scheduled=False)
    assert at(firm, "26 09:00") == [(MIA, "digest")]
    assert facts(firm, MIA)["needed"] == ""
    assert at(firm, "27 09:00") == []


def test_digest__a_rejection_and_a_return_go_at_once_and_the_returned_waits_for_its_requester() -> None:
    firm = desk()
    one, two = submit(firm), submit(firm)
    at(firm, "24 09:30")
    for rid, status in ((one, "Rejected"), (two, "Returned")):
        firm.comment(HEAD, rid, "no")
        firm.status(HEAD, rid, status)
    assert at(firm, "24 11:00", scheduled=False) == [(MIA, "rejected"), (MIA, "returned")]
    assert at(firm, "25 09:00") == []
    assert at(firm, "26 09:00") == [(MIA, "digest")]  # two working days: the first rung
    assert listed(firm, MIA) == {"returned": [two]}
    assert at(firm, "27 09:00") == []


def test_digest__reminders_then_the_directors_each_once() -> None:
    firm = desk()
    submit(firm)
    sent = {"24": at(firm, "24 09:30")}
    for number in (25, 26, 27, 28, 29, 30):
        sent[str(number)] = at(firm, f"{number} 09:00")
    assert {key: who for key, who in sent.items() if who} == {
        "24": [(HEAD, "digest")], "26": [(HEAD, "digest")], "30": [(HEAD, "digest")],
    }  # fmt: skip
    assert facts(firm, HEAD)["sections"]["waiting"][0]["waited"] == "4"
    firm.mail.sent.clear()
    for number in (1, 2, 3):
        firm.clock.at = datetime(2026, 12, number, 9, 0, tzinfo=UTC)
        firm.run(scheduled=True)
    assert firm.letters() == [(DIRECTOR, "digest")]
    assert list(listed(firm, DIRECTOR)) == ["escalated"]
    told = [event for event in firm.sheet.read_history()[1] if event.kind == "RequestEscalated"]
    assert [(event.data["days"], event.data["to"]) for event in told] == [(6, [DIRECTOR])]


def test_digest__escalation_begins_anew_with_each_submit() -> None:
    firm = desk(escalation_days="1")
    rid = submit(firm)
    at(firm, "24 09:30")
    at(firm, "25 09:00")
    firm.status(MIA, rid, "Draft")
    at(firm, "25 10:00")
    firm.status(MIA, rid, "Submitted")
    at(firm, "25 11:00")
    assert at(firm, "26 09:00")
    kinds = [event.kind for event in firm.sheet.read_history()[1] if event.kind == "RequestEscalated"]
    assert len(kinds) == 2


def test_digest__comments_of_others_on_ones_own_request() -> None:
    firm = desk()
    rid = submit(firm)
    at(firm, "24 09:30")
    firm.comment(ANNA, rid, "which account?")
    firm.run()
    assert at(firm, "25 09:00") == [(MIA, "digest")]
    (line,) = facts(firm, MIA)["sections"]["comments"]
    assert (line["comment"], line["by"]) == ("which account?", "Anna")
    firm.comment(MIA, rid, "the old one")
    firm.run()
    assert at(firm, "26 09:00") == [(HEAD, "digest")]  # a reminder; Mia knows what she said
    assert facts(firm, HEAD)["sections"]["waiting"][0]["comment"] == "the old one"


def test_digest__what_went_astray_waits_for_it_too() -> None:
    firm = desk(contractor_notice="yes")
    rid = submit(firm, contractor_email="")
    at(firm, "24 09:30")
    firm.status(HEAD, rid, "Approved")
    firm.status(ANNA, rid, "Paid")
    firm.answer("eve@elsewhere.example", subject="Mine")
    firm.take_answers()
    assert {who for who, _ in firm.letters()} == {HEAD}
    assert set(at(firm, "24 12:00")) == {(ADMIN, "digest"), (MIA, "digest")}
    (line,) = facts(firm, ADMIN)["sections"]["troubles"]
    assert (line["trouble"], line["to"]) == ("stranger", "eve@elsewhere.example")
    assert [line["trouble"] for line in facts(firm, MIA)["sections"]["troubles"]] == ["no-address"]


def test_digest__whoever_is_not_on_the_people_tab_is_written_to_at_once() -> None:
    firm = desk()
    rid = submit(firm)
    at(firm, "24 09:30")
    firm.status(HEAD, rid, "Approved")
    del firm.sheet.people[1]  # Mia left
    assert at(firm, "24 10:00", scheduled=False) == [(MIA, "approved")]


def test_digest__without_digests_each_letter_goes_at_once() -> None:
    firm = desk(digest="no")
    submit(firm)
    assert at(firm, "24 09:30", scheduled=False) == [(HEAD, "approve")]
    for number in (25, 26, 27, 30):
        assert at(firm, f"{number} 09:30") == []
    assert dict(firm.sheet.token.attention) == {}


def test_digest__switched_on_later_knows_what_waits_since_when() -> None:
    firm = desk(digest="no", escalation_days="3")
    submit(firm)
    at(firm, "24 09:30")
    firm.sheet.settings = [[row[0], "yes" if row[0] == "digest" else row[1]] for row in firm.sheet.settings]
    at(firm, "25 09:00")
    assert at(firm, "26 09:00") == [(HEAD, "digest")]
    assert at(firm, "27 09:00") == [(DIRECTOR, "digest")]


def test_digest__who_is_asked_is_who_may_decide() -> None:
    firm = desk(PEOPLE)
    submit(firm, amount=900_000)
    assert at(firm, "24 09:30") == [(DIRECTOR, "digest")]


def test_digest__payers_are_asked_but_not_for_what_they_approved() -> None:
    firm = desk(PEOPLE)
    rid = submit(firm)
    assert {who for who, _ in at(firm, "24 09:30")} == {HEAD, BOTH}
    firm.status(BOTH, rid, "Approved")
    firm.run()
    assert {who for who, _ in at(firm, "25 09:00")} == {ANNA, ADA, MIA}


def test_digest__a_pass_where_nothing_is_due_is_one_read_and_one_digest_one_commit() -> None:
    firm = desk()
    submit(firm)
    at(firm, "24 09:30")
    reads, commits = firm.sheet.reads, firm.sheet.commits
    assert at(firm, "24 09:40") == []
    assert (firm.sheet.reads, firm.sheet.commits) == (reads + 1, commits)


def test_digest__of_five_hundred_people_is_one_commit() -> None:
    crowd = "".join(f"p{n}@firm.example | P{n} | accountant | | en |\n" for n in range(500))
    firm = desk(FEW + crowd)
    rid = submit(firm)
    at(firm, "24 09:30")
    firm.status(HEAD, rid, "Approved")
    firm.run()
    snapshot = firm.sheet.read()
    snapshot.scheduled = True
    decision = decide(snapshot, firm.book, datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    assert sum(letter.template == "digest" for letter in decision.letters) == 502  # with Anna and Mia
    assert decision.attention is not None
    assert len(decision.attention) >= 502
    commits = firm.sheet.commits
    at(firm, "25 09:00")
    assert firm.sheet.commits == commits + 2  # what was decided, and that the first of them were sent
    while at(firm, "25 09:10"):
        pass
    sent = [row[6] for row in firm.sheet.outbox if row[5] == "digest" and row[1] == "sent"]
    assert len(sent) == len(set(sent)) == 503  # with Olga's of yesterday


def test_digest__decided_again_on_what_was_written_decides_nothing_more() -> None:
    firm = desk()
    submit(firm)
    at(firm, "24 09:30")
    snapshot = firm.sheet.read()
    snapshot.scheduled = True
    assert decide(snapshot, firm.book, firm.clock.at + timedelta(minutes=1)).empty


def test_digest__the_same_day_makes_the_same_letter() -> None:
    firm = desk()
    submit(firm)
    firm.run()
    snapshot = firm.sheet.read()
    snapshot.scheduled = True
    ids = [
        [one.id for one in decide(snapshot, firm.book, TUESDAY + timedelta(hours=n)).letters] for n in (1, 2)
    ]
    assert ids[0] == ids[1] != []


def test_month__the_first_digest_of_a_month_says_how_much_there_was() -> None:
    firm = desk(reminder_days="0")
    submit(firm)
    at(firm, "24 09:30")
    submit(firm, pay_by=day(26))
    at(firm, "24 11:00", scheduled=False)
    firm.clock.at = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    submit(firm)
    firm.run(scheduled=True)
    assert facts(firm, HEAD)["month"] == {"month": "11", "got": "2", "needed": "2"}
    firm.clock.at = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    submit(firm)
    firm.run(scheduled=True)
    assert facts(firm, HEAD)["month"] == {}


@pytest.mark.parametrize("again", [False, True])
def test_preferences__no_news_of_ones_own_but_all_that_needs_one(again: bool) -> None:
    firm = desk()
    rid = submit(firm)
    at(firm, "24 09:30")
    for _ in range(2):
        act = firm.act(MIA, "", "news-off")
        assert firm.run(act).answers == {act.uuid: None}
    if again:
        firm.run(firm.act(MIA, "", "news-on"))
    firm.status(HEAD, rid, "Approved")
    firm.run()
    assert (MIA in {who for who, _ in at(firm, "25 09:00")}) is again
    other = submit(firm)
    firm.comment(HEAD, other, "no")
    firm.status(HEAD, other, "Returned")
    assert at(firm, "25 10:00") == [(MIA, "returned")]
    told = [event for event in firm.sheet.read_history()[1] if event.kind == "PreferenceChanged"]
    assert [(event.actor, event.data["news"]) for event in told] == [
        (MIA, "off"), *([(MIA, "on")] if again else []),
    ]  # fmt: skip


def test_preferences__of_nobody_whom_the_company_knows() -> None:
    firm = desk()
    act = firm.act("eve@elsewhere.example", "", "news-off")
    refusal = firm.run(act).answers[act.uuid]
    assert refusal is not None
    assert refusal.rule == "known-person"
    assert dict(firm.sheet.token.attention) == {}


def test_digest__a_managers_who_is_nobodys_colleague_here() -> None:
    firm = desk(PEOPLE)
    rid = firm.type(MAX, **GOOD)
    firm.status(MAX, rid, "Submitted")
    assert {who for who, _ in at(firm, "24 09:30")} == {HEAD, BOTH}


@pytest.mark.parametrize("dies", ["before sending", "after sending", "raced"])
def test_digest__goes_once_whatever_is_killed_when(dies: str) -> None:
    """Every run loses something: its mail, the mailbox's answer, or the race for the commit."""
    firm = desk()
    submit(firm)
    sent: list[str] = []

    def fail(message: EmailMessage) -> None:
        if dies == "after sending":
            firm.mail.sent.append(message)
        if len(sent) < 3:
            sent.append(str(message["To"]))
            raise Unavailable("Gmail", "no answer")

    def race() -> None:
        firm.process().run(scheduled=True)

    if dies == "raced":
        firm.sheet.before_commit = race
    else:
        firm.mail.fail = fail
    at(firm, "24 09:30")
    mails = list(firm.mail.sent)
    for minutes in range(1, 60):
        firm.mail.sent = mails
        firm.clock.at = TUESDAY + timedelta(minutes=30 + minutes)
        firm.run(scheduled=True)
    assert [str(mail["To"]) for mail in mails] == [HEAD]
    rows = [row[1] for row in firm.sheet.outbox if row[5] == "digest"]
    assert rows == ["sent"]


def test_digest__later_in_the_day_only_what_changed_is_looked_at() -> None:
    """What waits for long is said at the hour; then the first thing that comes, and only that."""
    firm = desk(FEW + "olaf@firm.example | Olaf | approver | 500000 RUB | en | 15:00\n", reminder_days="1")
    submit(firm)
    at(firm, "24 09:30")
    assert at(firm, "25 09:00") == [(HEAD, "digest")]  # the rung
    for minutes in ("09:40", "11:00"):
        assert at(firm, f"25 {minutes}") == []
    assert at(firm, "25 15:00") == [("olaf@firm.example", "digest")]
    submit(firm)
    assert at(firm, "26 09:00") == [(HEAD, "digest")]
    assert at(firm, "26 12:00") == []
    rid = submit(firm)
    firm.run()
    firm.status(HEAD, rid, "Approved")
    assert at(firm, "26 12:01") == [(ANNA, "digest")]


def test_digest__an_accountants_says_what_is_due_when_each_currency_by_itself() -> None:
    firm = desk()
    wanted: list[dict[str, Cell]] = [
        {"pay_by": day(25), "amount": 7.0},
        {"pay_by": day(24)},
        {"pay_by": day(24), "currency": "EUR"},
        {"pay_by": day(30)},
    ]
    for cells in wanted:
        rid = submit(firm, **{"amount": 100.0} | cells)
        firm.run()
        firm.status(DIRECTOR, rid, "Approved")
        firm.run()
    assert (ANNA, "digest") in at(firm, "25 09:01")
    assert facts(firm, ANNA)["outlook"] == [
        ["overdue", "100.00", "EUR"], ["overdue", "100.00", "RUB"], ["today", "7.00", "RUB"],
    ]  # fmt: skip

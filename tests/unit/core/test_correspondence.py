"""Answers by mail in memory: a comment once, never a decision, and nothing for whom it is none of."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta

import pytest

from sheetflow.app.letters import root_of
from sheetflow.model.events import Arrived
from tests.desk import ANNA, GOOD, HEAD, MAX, MIA, SPREADSHEET, STRANGER, Desk

_COUNT = itertools.count(1)


def writes(desk: Desk, who: str, rid: str, text: str, *, results: str = "", more: str = "") -> Arrived:
    """Somebody answers a mail about a request."""
    domain = who.partition("@")[2]
    head = {
        "Received": "from a by mx.google.com with SMTPS",
        "Authentication-Results": results or f"mx.google.com; dmarc=pass header.from={domain}",
        "From": who,
        "References": f"<request-{root_of(SPREADSHEET, rid)}@firm.example>",
        "Content-Type": "text/plain; charset=utf-8",
    }
    raw = "".join(f"{name}: {value}\r\n" for name, value in head.items()) + more + "\r\n" + text
    mail = Arrived(f"18c{next(_COUNT):05x}", desk.clock.at, raw.encode())
    desk.mailroom.waiting.append(mail)
    return mail


def comments(desk: Desk, rid: str) -> list[tuple[str, str, str]]:
    rows = [row for row in desk.sheet.history if row[2] == rid and row[3] == "CommentAdded"]
    return [(str(row[4]), str(row[5]), json.loads(str(row[6]))["text"]) for row in rows]


def letters(desk: Desk) -> list[tuple[str, str]]:
    return sorted(desk.letters())


def test_answer__is_a_comment_of_its_author_once() -> None:
    desk = Desk()
    rid = desk.submitted()
    mail = writes(desk, "Mia.Private@mail.example", rid, "It is the rent.\n\n> old")
    desk.run(scheduled=True)
    assert comments(desk, rid) == [(MIA, "mail", "It is the rent.")]
    assert desk.cell(rid, "comment") == "It is the rent."
    desk.mailroom.waiting = [mail]  # killed before the mailbox knew
    desk.comment(HEAD, rid, "thanks")
    desk.run(scheduled=True, later=timedelta(minutes=1))
    assert [text for *_, text in comments(desk, rid)] == ["It is the rent.", "thanks"]
    assert desk.letters() == []
    assert desk.mailroom.strange == []
    desk.verify()


def test_answer__tells_whom_it_names_and_its_author_whom_it_could_not() -> None:
    desk = Desk()
    rid = desk.submitted()
    writes(desk, HEAD, rid, "@anna is it paid elsewhere? @nobody")
    desk.run(scheduled=True)
    assert letters(desk) == [(ANNA, "mentioned"), (HEAD, "answer-not-taken")]
    told = next(json.loads(m.get_content()) for m in desk.mail.sent if m["To"] == HEAD)
    assert "@nobody" in told["items"][0]["says"]
    writes(desk, MAX, rid, "I am not in it")
    desk.run(scheduled=True)
    assert len(comments(desk, rid)) == 1


@pytest.mark.parametrize("text", ["Approve", "approved!", "OK", "Согласовано.", "Отклоняю", "оплачено"])
def test_answer__decides_nothing_and_says_so(text: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    writes(desk, HEAD, rid, text)
    for _ in range(2):
        desk.run(scheduled=True)
    assert desk.accepted(rid) == "Submitted"
    assert letters(desk) == [(HEAD, "answer-not-taken")]
    assert comments(desk, rid) == [(HEAD, "mail", text)]


@pytest.mark.parametrize(
    ("who", "results", "more"),
    [
        (STRANGER, "", ""),
        (MAX, "", ""),
        (HEAD, "mx.google.com; dmarc=fail header.from=firm.example", ""),
        (HEAD, "mx.evil.example; dmarc=pass header.from=firm.example", ""),
    ],
)
def test_answer__of_whom_it_is_none_of_is_left_and_nobody_told(who: str, results: str, more: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    mail = writes(desk, who, rid, "Approve", results=results, more=more)
    before = len(desk.sheet.history)
    desk.run(scheduled=True)
    assert (desk.letters(), len(desk.sheet.history)) == ([], before)
    assert desk.mailroom.strange == [mail.message]


def test_answer__of_a_machine_and_about_no_request_is_passed_over() -> None:
    desk = Desk()
    rid = desk.submitted()
    writes(desk, HEAD, rid, "Gone until Monday", more="Auto-Submitted: auto-replied\r\n")
    writes(desk, HEAD, "PR-999999", "Hello")
    desk.run(scheduled=True)
    assert (desk.letters(), comments(desk, rid)) == ([], [])


def test_answer__to_a_draft_or_without_words_is_told() -> None:
    desk = Desk()
    rid, draft = desk.submitted(), desk.type(MIA, **GOOD)
    desk.run()
    writes(desk, MIA, draft, "A comment")
    writes(desk, HEAD, rid, "> nothing above")
    desk.run(scheduled=True)
    assert letters(desk) == [(MIA, "answer-not-taken"), (HEAD, "answer-not-taken")]
    assert comments(desk, rid) == []
    assert desk.cell(draft, "comment") == ""

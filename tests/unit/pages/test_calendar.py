"""The calendar page: whose it is, what it shows in which view, and that it can do nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from sheetflow.app.links import CALENDAR, REQUEST, WAITING
from sheetflow.pages.calendar import CalendarDoor
from sheetflow.pages.calendar_view import MOST, Wanted
from sheetflow.pages.front import Front
from sheetflow.pages.knock import Answer, Knock
from sheetflow.pages.waiting import WaitingDoor
from tests.desk import ANNA, HEAD, MAX, Desk
from tests.unit.pages.test_door import LINKS, PAGES, RUSSIAN, Reader

NASTY = '"><img src=x onerror=alert(1)>'


def front(office: Desk) -> Front:
    wired = (office.sheet, office.process(), office.book, LINKS, PAGES, office.nonces)
    return Front.over(wired, office.clock)


def token(office: Desk, user: str, kind: str = CALENDAR) -> str:
    return LINKS.make("", user, "letter1", "", office.clock.at, kind=kind).partition("?t=")[2]


def looked(office: Desk, user: str = ANNA, **query: str) -> Answer:
    return front(office).answer(Knock("GET", {"t": token(office, user), **query}))


def groups(answer: Answer) -> list[str]:
    return [unescape(title) for title in re.findall(r"<h2[^>]*>([^<]*)</h2>", answer.html)]


def test_show__by_day_overdue_first_with_sums_and_links() -> None:
    office = Desk()
    late = office.approved(pay_by=(office.clock.at + timedelta(days=1)).date().isoformat())
    euro = office.submitted(
        currency="EUR", amount=420, inn="", kpp="", bik="", corr_account="", account="DE89370400440532013000",
        pay_by=(office.clock.at + timedelta(days=3)).date().isoformat(), vat="",
    )  # fmt: skip
    office.clock.at += timedelta(days=3)
    answer = looked(office)
    assert answer.status == 200
    page = Reader(answer.html)
    assert groups(answer)[0] == "Overdue"
    assert groups(answer)[1].startswith("Today, ")
    for words in ("2 d. overdue", "RUB 12,500.50", "EUR 420.00", "Approved", "Submitted"):
        assert words in page.words()
    hrefs = [str(given["href"]) for tag, given in page.tags if tag == "a"]
    assert f"https://docs.google.com/spreadsheets/d/{office.book.spreadsheet}/edit#gid=" in " ".join(hrefs)
    assert [href[-3:] for href in hrefs if "docs.google" in href] == [
        f"=A{office.row_of(rid) + 2}" for rid in (late, euro)
    ]
    opened = [LINKS.read(href[3:], REQUEST) for href in hrefs if re.fullmatch(r"\?t=[\w.-]+", href)]
    assert [(claim.request, claim.person, claim.nonce) for claim in opened] == [
        (late, ANNA, "letter1"), (euro, ANNA, "letter1"),
    ]  # fmt: skip


def test_show__by_week_and_month_and_without_what_nobody_decided_on() -> None:
    office = Desk()
    office.approved(pay_by="2027-05-20")
    office.submitted(pay_by="2027-06-08")
    assert groups(looked(office, by="month")) == ["May 2027", "June 2027"]
    assert groups(looked(office, by="week")) == ["17–23 May 2027", "7–13 June 2027"]
    assert groups(looked(office, by="month", show="approved")) == ["May 2027"]
    assert groups(looked(office, by="fortnight")) == groups(looked(office))
    current = re.findall(r'<a href="([^"]*)" aria-current="true">', looked(office, by="week").html)
    assert [unescape(href).partition("&")[2] for href in current] == ["by=week", "by=week"]


def test_show__in_russian() -> None:
    office = Desk(people=RUSSIAN)
    office.approved(pay_by="2027-05-20")
    answer = looked(office, by="month")
    assert groups(answer) == ["Май 2027"]
    assert "Платежный календарь" in answer.html
    assert "12\N{NO-BREAK SPACE}500,50\N{NO-BREAK SPACE}₽" in answer.html


def test_show__nothing_open() -> None:
    answer = looked(Desk())
    assert "Nothing is to be paid" in answer.html
    assert "<details" not in answer.html


@pytest.mark.parametrize("user", [HEAD, MAX, "stranger@firm.example"])
def test_show__is_not_for_others(user: str) -> None:
    office = Desk()
    office.approved()
    answer = looked(office, user)
    assert answer.status == 403
    assert "for accountants and directors" in answer.html
    assert "Ромашка" not in answer.html


def test_show__writes_nothing_and_has_no_form() -> None:
    office = Desk()
    office.approved()
    before = office.sheet.token
    answer = looked(office)
    assert "<form" not in answer.html
    assert office.sheet.token == before


def test_act__there_is_nothing_to_do_by_this_link() -> None:
    office = Desk()
    rid = office.approved()
    sent = {"token": [token(office, ANNA)], "act": ["pay"], "chosen": [rid]}
    answer = front(office).answer(Knock("POST", fields=sent))
    assert answer.status in (400, 403)
    assert office.accepted(rid) == "Approved"


@pytest.mark.parametrize("kind", [WAITING, REQUEST])
def test_enter__another_kind_of_link_opens_no_calendar(kind: str) -> None:
    office = Desk()
    wired = (office.sheet, office.process(), office.book, LINKS, PAGES, office.nonces)
    answer = CalendarDoor(*wired).show(token(office, ANNA, kind), Wanted())
    assert answer.status == 403
    assert "[link-is-valid]" in answer.html


def test_show__an_old_link_is_refused() -> None:
    office = Desk()
    old = token(office, ANNA)
    office.clock.at += timedelta(days=8)
    answer = front(office).answer(Knock("GET", {"t": old}))
    assert (answer.status, "[link-not-expired]" in answer.html) == (403, True)


def test_show__every_field_is_text_and_nothing_runs_but_by_its_hash() -> None:
    office = Desk()
    office.approved(subject=NASTY, contractor=NASTY)
    answer = looked(office, by=NASTY, show=NASTY)
    assert "<img" not in answer.html
    assert NASTY in Reader(answer.html).text
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", answer.html)


def test_show__sums_count_what_is_not_listed() -> None:
    office = Desk()
    rid = office.approved()
    row = office.state_row(rid)
    office.sheet.state += [[f"PR-9{number:05d}", *row[1:]] for number in range(MOST + 1)]
    answer = looked(office)
    assert answer.html.count("data-pick=") == MOST
    assert "And 2 more" in answer.html
    assert f"RUB {12_500.50 * (MOST + 2):,.2f}" in answer.html


def test_waiting__leads_to_the_calendar_where_it_is_theirs() -> None:
    office = Desk()
    office.submitted()
    wired = (office.sheet, office.process(), office.book, LINKS, PAGES, office.nonces)
    for user, theirs in ((ANNA, True), (HEAD, False)):
        answer = WaitingDoor(*wired).show(token(office, user, WAITING))
        links = [str(given["href"])[3:] for tag, given in Reader(answer.html).tags if tag == "a"]
        kinds = [LINKS.read(link, REQUEST, CALENDAR).kind for link in links]
        assert (CALENDAR in kinds) is theirs

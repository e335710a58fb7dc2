"""The accountant's button at a desk in memory: what it makes, what it holds, and who may press it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from sheetflow.app.bank_files import BankFiles
from sheetflow.app.links import WAITING
from sheetflow.pages.front import Front
from sheetflow.pages.knock import Answer, Knock
from tests.desk import ANNA, BOTH, HEAD, Desk
from tests.unit.app.test_bank import bank, desk_with, payee, ready, request, submitted, to_pay
from tests.unit.app.test_bank_files import Drive
from tests.unit.pages.test_door import LINKS, PAGES


def opened(desk: Desk, user: str, drive: Drive | None = None) -> tuple[Front, str, Answer, dict[str, str]]:
    """Somebody opens their waiting page: the front, their link, the page, their cookies."""
    wired = (desk.sheet, desk.process(), desk.book, LINKS, PAGES, desk.nonces)
    front = Front.over(wired, desk.clock, files=BankFiles(bank(desk), drive or Drive(), "root"))
    link = LINKS.make("", user, "letter1", "", desk.clock.at, kind=WAITING).partition("?t=")[2]
    page = front.answer(Knock("GET", {"t": link}))
    return front, link, page, {cookie.name: cookie.value for cookie in page.cookies}


def pressed(front: Front, page: Answer, cookies: dict[str, str]) -> Answer:
    found = re.search(r'name="token" value="([^"]+)"', page.html)
    assert found
    form = {"token": [unescape(found[1])], "act": ["bank-file"]}
    return front.answer(Knock("POST", fields=form, cookies=cookies))


def test_bank_file__is_made_recorded_and_given_out() -> None:
    desk, drive = desk_with(), Drive()
    first, second = ready(desk, 2)
    front, link, page, cookies = opened(desk, ANNA, drive)
    answer = pressed(front, page, cookies)
    (name,) = drive.files
    assert (answer.status, name in answer.html, "Bank/Outgoing" in answer.html) == (200, True, True)
    assert {request(desk, rid).bank_file for rid in (first, second)} == {name}
    made = [event for event in desk.sheet.read_history()[1] if event.kind == "BankFileMade"]
    assert {event.actor for event in made} == {ANNA}
    file = front.answer(Knock("GET", {"t": link, "file": name}))
    assert file.status == 200
    assert file.headers["Content-Disposition"].startswith(f'attachment; filename="{name}"')
    assert file.content.count("СекцияДокумент".encode("cp1251")) == 2
    again = pressed(front, page, cookies)  # pressed twice: nothing is made twice
    assert "No bank file was made" in again.html
    assert name in again.html
    assert list(drive.files) == [name]


def test_bank_file__nobody_brings_what_they_approved_to_the_bank() -> None:
    desk = desk_with()
    rid = submitted(desk, **payee(1))
    desk.status(BOTH, rid, "Approved")
    desk.run()
    to_pay(desk, rid)
    front, _, page, cookies = opened(desk, BOTH)
    answer = pressed(front, page, cookies)
    assert rid in answer.html
    assert "bank-payer-approved" in answer.html
    assert request(desk, rid).bank_file == ""


def test_bank_file__is_the_accountants_alone() -> None:
    desk = desk_with()
    (rid,) = ready(desk)
    desk.submitted()
    front, link, page, cookies = opened(desk, HEAD)
    assert "bank-file" not in page.html
    assert pressed(front, page, cookies).status == 403
    assert request(desk, rid).bank_file == ""
    assert front.answer(Knock("GET", {"t": link, "file": "x.txt"})).status == 403


@pytest.mark.parametrize("how", ["other browser", "other site"])
def test_bank_file__counts_only_from_the_page_that_was_shown(how: str) -> None:
    desk = desk_with()
    (rid,) = ready(desk)
    front, _, page, cookies = opened(desk, ANNA)
    found = re.search(r'name="token" value="([^"]+)"', page.html)
    assert found
    form = {"token": [unescape(found[1])], "act": ["bank-file"]}
    theirs = cookies if how == "other site" else {}
    knock = Knock("POST", fields=form, cookies=theirs, ours=how != "other site")
    assert front.answer(knock).status == 403
    assert request(desk, rid).bank_file == ""


def test_bank_file__one_that_there_is_none_of() -> None:
    front, link, page, _ = opened(desk_with(), ANNA)
    assert "Make the bank file" in page.html
    assert front.answer(Knock("GET", {"t": link, "file": "../x"})).status == 404

from __future__ import annotations

from datetime import timedelta

import pytest

from sheetflow.app.channels import plain
from sheetflow.core.attention.budget import SPACE
from sheetflow.errors import AccessDenied, Unavailable
from tests.channels import FakeChat, channels
from tests.desk import GOOD, HEAD, MIA, Desk

SOON = 46352  # 2026-11-26, two working days from the desk's first day


def desk_with(chosen: str, language: str = "en") -> tuple[Desk, FakeChat]:
    desk, chat = Desk(settings={"chat": chosen, "digest": "yes"}, language=language), FakeChat()
    desk.channels = channels(chat=chat, language=language)
    return desk, chat


def test_space__an_urgent_approval_is_one_message_without_anything_personal() -> None:
    desk, chat = desk_with("urgent")
    rid = desk.submitted(pay_by=SOON)
    text = (
        "*Urgent: a request waits for approval*\n"
        f"RUB 12,500.50 · ООО «Ромашка» · {rid}\n"
        "To be paid by 26 November 2026\n"
        "Asked: Olga, Boris\n"
        "<https://docs.google.com/spreadsheets/d/spreadsheet-1/edit|Open the registry>"
    )
    assert chat.texts == [text]
    assert [thread for thread, _ in chat.said.values()] == [rid]
    assert "40602810700000000025" not in chat.texts[0]


def test_space__what_may_wait_is_not_told() -> None:
    desk, chat = desk_with("urgent")
    desk.submitted()
    desk.run(scheduled=True)
    assert chat.texts == []


def test_space__a_summary_each_working_morning_once() -> None:
    desk, chat = desk_with("summary")
    desk.submitted(pay_by=SOON)
    desk.status(HEAD, desk.submitted(currency="EUR", amount=900, subject="Rent"), "Approved")
    desk.run()
    assert chat.texts == []
    for _ in range(3):
        desk.run(scheduled=True)
    assert len(chat.texts) == 1
    assert chat.texts[0].splitlines()[:-1] == [
        "*Payment requests this morning*",
        "24 November 2026",
        "Wait for a decision: 1 (RUB 12,500.50)",
        "Wait to be paid: 1 (EUR 900.00)",
        "Urgent: 1",
    ]
    desk.run(scheduled=True, later=timedelta(days=1))
    assert len(chat.texts) == 2
    desk.run(scheduled=True, later=timedelta(days=3))  # a Saturday
    assert len(chat.texts) == 2


def test_space__off_by_default() -> None:
    desk, chat = desk_with("")
    desk.submitted(pay_by=SOON)
    desk.run(scheduled=True)
    assert (chat.texts, dict(desk.sheet.token.channels)) == ([], {})


@pytest.mark.parametrize("failure", [Unavailable("Chat", "no answer"), AccessDenied("Chat", "gone")])
def test_space__one_that_fails_keeps_no_mail_and_is_posted_once(failure: Exception) -> None:
    desk, chat = desk_with("urgent")

    def fail(text: str) -> None:
        raise failure

    chat.fail = fail
    rid = desk.type(MIA, **{**GOOD, "pay_by": SOON})
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert [template for _, template in desk.letters()] == ["approve", "approve"]
    for _ in range(12):
        desk.run(later=timedelta(minutes=40), scheduled=True)
    assert [template for _, template in desk.letters()].count("unwell") == 1
    assert len(chat.texts) == 1  # it stood there from the first try


def test_space__told_in_the_registrys_language() -> None:
    desk, chat = desk_with("всё", "ru")
    desk.submitted(pay_by=SOON)
    assert chat.texts[0].startswith("*Срочно: заявка ждёт согласования*\n12\u00a0500,50\u00a0₽")


def test_space__no_word_of_a_request_is_markup() -> None:
    said = plain("*x* _y_ ~z~ `c` <users/all> <https://evil.example|Pay here>\n@all 4070 2810 9000 0000 0001")
    assert not set("*_~`<>|@\n") & set(said)
    assert "https:" not in said
    assert said.endswith("…0001")


def test_space__every_word_of_the_setting_means_something() -> None:
    assert {frozenset(), frozenset({"urgent"}), frozenset({"summary"})} < set(SPACE.values())
    desk = Desk(settings={"chat": "loud"})
    desk.run(scheduled=True)
    assert any("chat is 'loud'" in str(row[8]) for row in desk.sheet.outbox)

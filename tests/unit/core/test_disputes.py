"""What a contractor says of a payment: recorded once, told to who paid, and nothing is moved by it."""

from __future__ import annotations

import json

from sheetflow.model.events import Act
from tests.desk import ADA, ANNA, HEAD, Desk

PAYEE = "pay@romashka.example"


def paid(desk: Desk) -> str:
    rid = desk.approved()
    desk.run(desk.act(ANNA, rid, "pay"))
    desk.mail.sent.clear()
    return rid


def says(desk: Desk, rid: str, text: str, link: str = "letter1", payer: str = ANNA) -> Act:
    facts = {"payment": "3", "amount": "12500.5", "currency": "RUB", "payer": payer}
    return desk.act(PAYEE, rid, "dispute", comment=text, link=link, facts=facts)


def test_dispute__is_kept_and_told_to_whoever_paid() -> None:
    desk = Desk()
    rid = paid(desk)
    act = says(desk, rid, "The money has not come")
    assert desk.run(act).answers == {act.uuid: None}
    assert desk.events(rid)[-1] == ("PaymentDisputed", PAYEE)
    assert desk.letters() == [(ANNA, "payment-disputed")]
    facts = json.loads(desk.mail.sent[0].get_content())
    assert (facts["comment"], facts["reply_to"]) == ("The money has not come", PAYEE)
    assert facts["just_paid"] == "12500.5"
    assert desk.accepted(rid) == "Paid"
    assert desk.cell(rid, "comment") == ""
    desk.verify()


def test_dispute__of_a_payment_by_the_bank_is_told_to_every_accountant() -> None:
    desk = Desk()
    rid = paid(desk)
    for payer in ("bank", HEAD):
        desk.mail.sent.clear()
        desk.run(says(desk, rid, "Wrong sum", link=f"letter of {payer}", payer=payer))
        assert {who for who, _ in desk.letters()} == {ANNA, ADA, "boris@firm.example"}


def test_dispute__once_a_notice() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.run(says(desk, rid, "The money has not come"))
    events = desk.events(rid)
    again = says(desk, rid, "Still not")
    refusal = desk.run(again).answers[again.uuid]
    assert refusal is not None
    assert refusal.rule == "link-is-used-once"
    assert desk.events(rid) == events
    assert len(desk.letters()) == 1
    other = says(desk, rid, "Nor the other half", link="letter2")
    assert desk.run(other).answers == {other.uuid: None}


def test_dispute__the_very_same_act_again_is_answered_as_done() -> None:
    desk = Desk()
    rid = paid(desk)
    act = says(desk, rid, "The money has not come")
    for _ in range(3):
        assert desk.run(act).answers == {act.uuid: None}
    assert len(desk.letters()) == 1


def test_dispute__without_words_or_without_a_notice_is_none() -> None:
    desk = Desk()
    rid = paid(desk)
    for act, rule in (
        (says(desk, rid, " "), "comment-required"),
        (says(desk, rid, "Hello", link=""), "link-is-used-once"),
    ):
        refusal = desk.run(act).answers[act.uuid]
        assert refusal is not None
        assert refusal.rule == rule
    assert desk.letters() == []

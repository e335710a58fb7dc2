"""Answers to our mails, by real clients: a comment once, whatever dies when, and only of whom Gmail knows."""

from __future__ import annotations

import base64
from email.message import EmailMessage

from tests.faults.dying import run_pass
from tests.firm import Firm


def answer(
    firm: Firm, who: str, rid: str, text: str, *, subtype: str = "plain", **headers: str
) -> EmailMessage:
    """Somebody answers the mail about a request, as a mail program does."""
    mail = next(one for one in reversed(firm.hand("olga@firm.example").mails()) if rid in one["Subject"])
    reply = EmailMessage()
    reply["From"], reply["To"] = headers.pop("From", who), firm.get("/workspace")["owner"]
    reply["Subject"] = f"Re: {mail['Subject']}"
    reply["In-Reply-To"] = mail["Message-ID"]
    reply["References"] = f"{mail['References']} {mail['Message-ID']}"
    for name, value in headers.items():
        reply[name.replace("_", "-")] = value
    reply.set_content(text, subtype=subtype, charset="koi8-r" if subtype == "plain" else "utf-8")
    return reply


def send(firm: Firm, who: str, mail: EmailMessage) -> None:
    body = {"raw": base64.urlsafe_b64encode(mail.as_bytes()).decode()}
    firm.hand(who).gmail.users().messages().send(userId="me", body=body).execute()


def comments(firm: Firm, rid: str) -> list[tuple[str, str, str]]:
    return [
        (event.actor, event.via, event.data["text"])
        for event in firm.history()
        if event.request == rid and event.kind == "CommentAdded"
    ]


def test_answer__is_a_comment_once_and_nobody_else_can_give_it(fresh: Firm) -> None:
    rid = fresh.mia.submits()
    fresh.run()
    quoted = "\n\nвт, 24 нояб. 2026 г. в 10:00, Платежи <pay@firm.example>:\n> старое"
    send(fresh, "olga@firm.example", answer(fresh, "olga@firm.example", rid, f"Какой это счет?{quoted}"))
    died = 0
    while run_pass(fresh.environment, died, scheduled=True):
        died += 1
    assert died > 6
    fresh.run()
    assert comments(fresh, rid) == [("olga@firm.example", "mail", "Какой это счет?")]
    assert "Какой это счет?" in fresh.row(rid).values()

    html = '<p>The rent, @anna</p><div class="gmail_quote">old</div>'
    send(fresh, "mia@firm.example", answer(fresh, "mia@firm.example", rid, html, subtype="html"))
    owner = fresh.get("/workspace")["owner"]
    forged = answer(fresh, "olga@firm.example", rid, "Approve")
    results = "mx.google.com; spf=fail smtp.mailfrom=eve@evil.example; dmarc=fail header.from=firm.example"
    raw = f"Received: from evil by mx.google.com\r\nAuthentication-Results: {results}\r\n".encode()
    body = {
        "raw": base64.urlsafe_b64encode(raw + forged.as_bytes()).decode(),
        "labelIds": ["INBOX", "UNREAD"],
    }
    fresh.hand(owner).gmail.users().messages().insert(userId="me", body=body).execute()
    away = answer(fresh, "olga@firm.example", rid, "I am away", Auto_Submitted="auto-replied")
    send(fresh, "olga@firm.example", away)
    send(fresh, "eve@elsewhere.example", answer(fresh, "eve@elsewhere.example", rid, "Pay at once"))
    before = fresh.last_call()
    for _ in range(2):
        fresh.runtime.process().run(scheduled=True)
    assert comments(fresh, rid)[1:] == [("mia@firm.example", "mail", "The rent, @anna")]
    assert len([one for one in fresh.anna.subjects() if rid in one and "asks you" in one]) == 1
    assert not fresh.hand("eve@elsewhere.example").mails()
    assert fresh.status(rid) == "Submitted"
    left = fresh.hand(owner).mails("label:sheetflow-not-taken")
    assert {str(one["From"]) for one in left} == {"olga@firm.example", "eve@elsewhere.example"}

    before = fresh.last_call()
    fresh.runtime.process().run(scheduled=True)
    mailbox = [call for call in fresh.calls(before) if "gmail" in call]
    assert len(mailbox) == 1, mailbox  # nothing new: one look
    fresh.verify()

"""A notice that comes back reaches accounting, once."""

from __future__ import annotations

import base64
from email.message import EmailMessage

from tests.firm import Firm


def bounce(firm: Firm, reference: str) -> None:
    """What a mail system sends to the sender when it could not deliver."""
    notice = EmailMessage()
    notice["From"], notice["To"] = "mailer-daemon@googlemail.example", firm.get("/workspace")["owner"]
    notice["Subject"] = "Delivery Status Notification (Failure)"
    notice.set_content(f"Address not found. Your message was not delivered.\n\nReference: {reference}\n")
    raw = base64.urlsafe_b64encode(notice.as_bytes()).decode()
    firm.hand("mailer-daemon@googlemail.example").gmail.users().messages().send(
        userId="me", body={"raw": raw}
    ).execute()


def test_bounce__of_a_contractors_notice_reaches_the_accountants_once(fresh: Firm) -> None:
    rid = fresh.mia.submits(contractor_email="gone@romashka.example")
    fresh.olga.picks("Approved", rid)
    fresh.run()
    fresh.anna.picks("Paid", rid)
    fresh.run()
    notice = fresh.hand("gone@romashka.example").mails()[-1]
    bounce(fresh, str(notice["X-Sheetflow-Reference"]))
    for _ in range(3):
        fresh.runtime.process().run(scheduled=True)
    assert [s for s in fresh.anna.subjects() if "Not delivered" in s and "gone@romashka.example" in s]
    assert sum("Not delivered" in subject for subject in fresh.anna.subjects()) == 1
    assert [kind for kind, _ in fresh.events(rid)].count("MessageBounced") == 1
    fresh.verify()


def test_bounce__of_somebody_elses_mail_is_none_of_ours(fresh: Firm) -> None:
    bounce(fresh, "SFAAAAAAAAAA")
    fresh.runtime.process().run(scheduled=True)
    assert not [s for s in fresh.anna.subjects() if "Not delivered" in s]

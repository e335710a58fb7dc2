"""What the pages frame: a mail's HTML, PDF files and pictures, each under a policy of its own."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from typing import Any

import pytest
import requests

from sheetflow.workspace.web.previews import mail_page
from tests.firm import Firm, Hand

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg=="
)


def mail(
    html: str = "", *, text: str = "Hello", subject: str = "Hello", to: str = "mia@firm.example"
) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "robot@firm.example", to, subject
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    return made


def delivered(hand: Hand, made: EmailMessage) -> dict[str, Any]:
    """Put a mail into somebody's inbox; gives it as the API has it."""
    raw = base64.urlsafe_b64encode(bytes(made)).decode()
    messages = hand.gmail.users().messages()
    kept = messages.insert(userId="me", body={"raw": raw, "labelIds": ["INBOX", "UNREAD"]}).execute()
    found: dict[str, Any] = messages.get(userId="me", id=kept["id"], format="full").execute()
    return found


def get(firm: Firm, path: str, **headers: str) -> requests.Response:
    return requests.get(f"{firm.url}/workspace/{path}", headers=headers, timeout=30)


def policy(answer: requests.Response) -> dict[str, str]:
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: " ".join(values) for name, *values in parts}


def test_mail__is_sealed_whatever_it_holds(firm: Firm) -> None:
    kept = delivered(firm.mia, mail(f"<p>{NASTY}</p><form action=//evil.example><button>Go</button></form>"))
    answer = get(firm, f"mail/mia@firm.example/{kept['id']}/html")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    rules = policy(answer)
    assert rules.pop("style-src") == "'unsafe-inline'"
    assert rules == {
        "default-src": "'none'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'",
        "frame-ancestors": "'self'", "sandbox": "allow-popups allow-popups-to-escape-sandbox",
    }  # fmt: skip
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "<script>alert(1)</script>" in answer.text  # as it was written: the policy keeps it from running
    assert '<base target="_blank">' in answer.text


def test_mail__shows_the_pictures_that_it_carries() -> None:
    made = mail('<img src="cid:logo@firm"><img src="cid:other"><img src="https://spy.example/x.png">')
    body = made.get_body(("html",))
    assert isinstance(body, EmailMessage)
    body.add_related(PIXEL, "image", "png", cid="<logo@firm>")
    page = mail_page(bytes(made))
    assert page is not None
    assert f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}" in page
    assert "cid:other" in page
    assert "https://spy.example/x.png" in page  # asked for by nobody: the policy knows data alone


def test_mail__without_html_has_no_page(firm: Firm) -> None:
    kept = delivered(firm.mia, mail())
    assert get(firm, f"mail/mia@firm.example/{kept['id']}/html").status_code == 404
    assert get(firm, f"mail/olga@firm.example/{kept['id']}/html").status_code == 404


def test_attachment__is_shown_as_what_it_is_or_not_at_all(firm: Firm) -> None:
    made = mail("<p>Files</p>")
    made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename=f"{NASTY}.pdf")
    made.add_attachment(NASTY.encode(), maintype="text", subtype="html", filename="page.html")
    made.add_attachment(b"<svg/>", maintype="image", subtype="svg+xml", filename="x.svg")
    kept = delivered(firm.mia, made)
    pdf, page, svg = (part["partId"] for part in kept["payload"]["parts"] if part["filename"])
    where = f"mail/mia@firm.example/{kept['id']}/files/"
    answer = get(firm, where + pdf)
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.4")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''%3Cscript%3E")
    assert policy(answer)["default-src"] == "'none'"
    assert "script-src" not in policy(answer)
    for part in (page, svg):
        refused = get(firm, where + part)
        assert refused.status_code == 415
        assert refused.headers["Content-Type"].startswith("application/json")
    assert get(firm, where + "9").status_code == 404


def test_file__is_shown_to_who_may_see_it(firm: Firm) -> None:
    made = firm.anna.drive.files().create(body={"name": "a", "mimeType": "application/pdf"}, fields="id")
    pdf = made.execute()["id"]
    assert get(firm, f"drive/anna@firm.example/{pdf}").headers["Content-Type"] == "application/pdf"
    assert get(firm, f"drive/mia@firm.example/{pdf}").status_code == 404
    folder = firm.folder("incoming")
    assert get(firm, f"drive/robot@firm.example/{folder}").status_code == 415


@pytest.mark.parametrize("path", ["mailboxes", "mail/a@b.example/1/html", "drive/anna@firm.example/x"])
def test_previews__are_for_this_machine_alone(firm: Firm, path: str) -> None:
    assert get(firm, path, Host="evil.example").status_code == 403


def test_mailboxes__are_everybodys_and_those_that_were_written_to(firm: Firm) -> None:
    before = {box["address"]: box for box in get(firm, "mailboxes").json()["mailboxes"]}
    assert before["dora@firm.example"] == {
        "address": "dora@firm.example", "name": "Dora Reed", "total": 0, "unread": 0
    }  # fmt: skip
    assert "shop@outside.example" not in before
    raw = base64.urlsafe_b64encode(bytes(mail(to="shop@outside.example"))).decode()
    firm.robot.gmail.users().messages().send(userId="me", body={"raw": raw}).execute()
    boxes = get(firm, "mailboxes").json()["mailboxes"]
    after = {box["address"]: box for box in boxes}
    assert (after["shop@outside.example"]["total"], after["shop@outside.example"]["unread"]) == (1, 1)
    assert after["robot@firm.example"]["unread"] == before.get("robot@firm.example", {"unread": 0})["unread"]
    assert {boxes[0]["address"], boxes[1]["address"]} == {"shop@outside.example", "robot@firm.example"}

"""Everybody's mail in a browser: read, followed, answered, and unable to do anything by itself."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import functions_framework
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Route, expect

from sheetflow.workspace.paper import invoice
from tests.firm import Firm
from tests.pages.conftest import Looks

SOURCE = Path(__file__).parents[2] / "functions" / "main.py"
NASTY = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
ORDER = invoice("Payment order 5")


@pytest.fixture
def request_page(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The deployed request page."""
    for name, value in firm.environment.items():
        monkeypatch.setenv(name, value)
    app = functions_framework.create_app("request_page", str(SOURCE))  # type: ignore[no-untyped-call]
    return app.test_client()  # type: ignore[no-any-return]


def send(firm: Firm, to: str, subject: str, html: str, text: str = "", files: tuple[str, ...] = ()) -> None:
    made = EmailMessage()
    made["To"], made["Subject"] = to, subject
    if text or not html:
        made.set_content(text or "-")
        if html:
            made.add_alternative(html, subtype="html")
    else:
        made.set_content(html, subtype="html")
    for name in files:
        made.add_attachment(ORDER, maintype="application", subtype="pdf", filename=name)
    raw = base64.urlsafe_b64encode(bytes(made)).decode()
    firm.robot.gmail.users().messages().send(userId="me", body={"raw": raw}).execute()


def test_approver__reads_a_request_and_follows_its_link(
    firm: Firm, looks: Looks, request_page: FlaskClient
) -> None:
    page = looks("olga", "/mail", size="phone")
    page.locator("#empty").wait_for()
    rid = firm.mia.submits(subject="Stand in Kazan")
    firm.settle()  # its mail comes while the page is open
    thread = page.locator("#threads li", has_text=rid)
    expect(thread).to_have_class("unread")
    expect(page.locator("[data-page=mail] .count")).to_have_text("1")
    thread.get_by_role("link").click()
    letter = page.frame_locator(".letter iframe")
    expect(letter.locator("h1")).to_contain_text("Mia Meadows")
    expect(letter.locator("body")).to_contain_text("Stand in Kazan")
    expect(page.locator("[data-page=mail] .count")).to_be_hidden()

    def serve(route: Route) -> None:
        parts = urlsplit(route.request.url)
        answer = request_page.get(f"{parts.path or '/'}?{parts.query}")
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.get_data())

    page.context.route(f"{firm.environment['SHEETFLOW_PAGE_URL']}/**", serve)
    with page.context.expect_page() as opened:
        letter.get_by_role("link").first.click()
    expect(opened.value.locator("body")).to_contain_text("Stand in Kazan")
    assert opened.value.evaluate("opener") is None
    assert opened.value.evaluate("document.referrer") == ""
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#threads li", has_text=rid)).not_to_have_class("unread")


def test_contractor__reads_the_notice_with_the_payment_order_and_answers(firm: Firm, looks: Looks) -> None:
    payee = "pay@romashka.example"
    rid = firm.mia.submits(contractor_email=payee)
    firm.run()
    firm.olga.picks("Approved", rid)
    firm.run()
    firm.robot.drive.permissions().create(
        fileId=firm.folder("incoming"),
        body={"type": "user", "role": "writer", "emailAddress": firm.anna.address},
    ).execute()
    firm.anna.types("payment_order", rid, firm.anna.uploads("Order 5.pdf", ORDER, firm.folder("incoming")))
    firm.anna.picks("Paid", rid)
    firm.settle()
    page = looks("anna", f"/mail#box={payee}")
    expect(page.locator("#boxes a[aria-current]")).to_have_text(payee + "1")
    page.locator("#threads li").first.get_by_role("link").click()
    page.get_by_role("button", name=f"Look at {rid} Order 5.pdf").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text(f"{rid} Order 5.pdf")
    shown = dialog.locator("iframe").get_attribute("src") or ""
    answer = page.request.get(f"{firm.url}{shown}")
    assert (answer.headers["content-type"], answer.body()) == ("application/pdf", ORDER)
    with page.expect_download() as kept:
        dialog.get_by_role("button", name="Download").click()
    assert Path(kept.value.path()).read_bytes() == ORDER
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Reply").click()
    page.get_by_label("Text", exact=True).fill("Спасибо — получили!\nВсё верно.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("article.letter")).to_have_count(2)
    (said,) = firm.anna.mails(f"from:{payee}")
    assert said["Subject"].startswith("Re: ")
    assert said.get_content().replace("\r\n", "\n").strip() == "Спасибо — получили!\nВсё верно."
    assert said["In-Reply-To"]


def test_mail__what_others_wrote_is_text(firm: Firm, looks: Looks) -> None:
    send(
        firm,
        "max@firm.example",
        f"S {NASTY}",
        f"<p>Hello</p>{NASTY}",
        "Plain " + NASTY,
        (f"{NASTY[:28]}.pdf",),
    )
    page = looks("max", "/mail", hostile=True)
    page.locator("#threads li", has_text="S <img").get_by_role("link").click()
    expect(page.locator(".reading h2")).to_contain_text(f"S {NASTY}")
    frame = page.locator(".letter iframe")
    assert frame.get_attribute("sandbox") == "allow-popups allow-popups-to-escape-sandbox"
    expect(page.frame_locator(".letter iframe").locator("p")).to_have_text("Hello")
    inside = frame.element_handle().content_frame()
    assert inside is not None
    assert "run" not in inside.title()
    assert "run" not in page.title()
    expect(page.get_by_role("button", name="Look at <img")).to_be_visible()
    page.get_by_role("button", name="Plain text").click()
    expect(page.locator("pre.plain")).to_contain_text(f"Plain {NASTY}")
    page.get_by_role("button", name="Source").click()
    expect(page.get_by_role("dialog").locator("pre")).to_contain_text("Subject: S <img")


def test_mail__cannot_reach_out_nor_lead_its_page_away(firm: Firm, looks: Looks) -> None:
    html = (
        "<meta http-equiv=refresh content='0;url=https://evil.example/'><base href='https://evil.example/'>"
        "<img src='https://spy.example/pixel.png'><form action='https://evil.example'><button>Go</button></form>"
        "<a href='https://evil.example' target=_top>top</a><p>Innocent</p>"
    )
    send(firm, "max@firm.example", "Reaching out", html)
    page = looks("max", "/mail", hostile=True)
    asked: set[str] = set()
    barred: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.on("requestfailed", lambda request: barred.add(request.url) if request.failure == "csp" else None)
    page.locator("#threads li", has_text="Reaching out").get_by_role("link").click()
    letter = page.frame_locator(".letter iframe")
    expect(letter.locator("p")).to_have_text("Innocent")
    letter.get_by_role("button", name="Go").click()
    letter.get_by_role("link", name="top").click()
    expect(letter.locator("p")).to_have_text("Innocent")
    assert page.url.startswith(f"{firm.url}/mail")
    assert (
        {url for url in asked if not url.startswith(firm.url)} == {"https://spy.example/pixel.png"} == barred
    )


def test_mail__finds_as_gmail_does_and_keeps_the_place_in_the_address(firm: Firm, looks: Looks) -> None:
    send(firm, "ivan@firm.example", "About paper", "", "ink and paper")
    send(firm, "ivan@firm.example", "About tea", "", "leaves", ("tea.pdf",))
    page = looks("ivan", "/mail")
    expect(page.locator("#threads li", has_text="About")).to_have_count(2)
    page.get_by_role("searchbox", name="Search mail").fill("has:attachment")
    page.keyboard.press("Enter")
    expect(page.locator("#threads .subject")).to_have_text(["1 unread: About tea"])
    page.reload()
    expect(page.locator("#threads li")).to_have_count(1)
    page.go_back()
    expect(page.locator("#threads li", has_text="About")).to_have_count(2)
    page.get_by_role("link", name="Sent").click()
    expect(page.locator("#empty")).to_contain_text("Nothing was sent from here yet.")

"""The whole process through the pages alone: what each person would open, read and press, and nothing else.

One workspace a language, its functions running as they are deployed, digests on as a company has them: what
the robot does is seen only because a page shows it. In the English story every field, file name and comment
is hostile. Proved elsewhere: each page by itself in its own module here; every act and refusal of the request
page, its links and its cookies in `tests/scenario/test_pages.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.message import EmailMessage

import pytest
from playwright.sync_api import FilePayload, Frame, FrameLocator, Page, expect

from sheetflow.workspace.local import LocalWorkspace
from sheetflow.workspace.paper import invoice
from tests.firm import GOOD, Firm, text_of
from tests.pages.conftest import Looks, Sheets
from tests.pages.looking import accessible, fits
from tests.pages.sheet_page import SheetPage
from tests.pages.test_form import field, form_of
from tests.pages.test_request_pages import PAYEE, press

EVIL = """'"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>{{7*7}}"""
NAME = """<img src=x onerror="document.title='owned'">"""
CLEAN = "document.querySelectorAll('[src=x], [onerror], [onfocus]').length === 0"
LINK = re.compile(r"""http://127[^\s"'<>]+[?]t=[^\s"'<>]+""")
SCROLLS = "scrollable-region-focusable"
"""A rule of axe, which cannot know that the grid, having the focus, scrolls what is inside it by its keys."""
ORDER: FilePayload = {
    "name": f"{NAME}.pdf",
    "mimeType": "application/pdf",
    "buffer": invoice("https://bank.example/o"),
}


@pytest.fixture(scope="module")
def firm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """A firm in the language asked for, all of it running but the schedule, which a moved clock calls."""
    with LocalWorkspace(
        tmp_path_factory.mktemp("workspace"), language=request.param, scheduled=False
    ) as place:
        firm = Firm.at(place).shorten()
        yield firm
        firm.close()


def today(firm: Firm) -> date:
    """The workspace's day."""
    return datetime.fromisoformat(firm.get("/workspace")["now"]).date()


def only_text(page: Page, *shown: str) -> None:
    """What is hostile is read, in whichever frame, and is nothing but text there."""
    for frame in page.frames:
        assert frame.title() != "owned"
        assert frame.evaluate(CLEAN)
    read = "\n".join(frame.locator("body").inner_text() for frame in page.frames)
    for text in shown:
        assert text in read, read


def asks(page: Page, firm: Firm, days: int, hostile: str = "", **answers: str) -> Frame:
    """Fill in the form, send it for approval at once, and be thanked. Every text is `hostile`, too."""
    form = form_of(page)
    texts = ("contractor", "details", "purpose", "invoice_no", "department", "category", "comment")
    given = {key: str(GOOD.get(key) or "-") + hostile for key in texts}
    given |= {key: str(GOOD[key]) for key in ("inn", "kpp", "bik", "account", "contractor_email", "amount")}
    given |= {"pay_by": str(today(firm) + timedelta(days=days))} | answers
    for key, text in given.items():
        field(form, key).fill(text)
    for key in ("currency", "vat"):
        field(form, key).select_option(str(GOOD[key]))
    bill = invoice(f"https://bill.example/{answers['subject'][:9]}")
    form.locator("input[type=file]").set_input_files(
        {"name": f"{NAME if hostile else 'Счет'}.pdf", "mimeType": "application/pdf", "buffer": bill}
    )
    form.locator("input[type=radio]").first.check()
    accessible(form)
    form.locator("button[type=submit]").click()
    expect(form.locator(".lines.done")).to_be_visible()
    return form


def request_of(sheet: SheetPage, row: int) -> str:
    """The number of the request that comes to stand in a row, from 1, as soon as it stands there."""
    place = sheet.at(row, sheet.firm.columns()["id"])
    expect(place).not_to_be_empty()
    return place.inner_text()


def letter(page: Page, words: str) -> FrameLocator:
    """Open a conversation by words of its line; gives its last mail."""
    page.locator("#threads li", has_text=words).first.get_by_role("link").click()
    frame = page.frame_locator(".letter:last-child iframe")
    expect(frame.locator("h1")).to_be_visible()
    return frame


def follow(page: Page, frame: FrameLocator, words: str = "") -> Page:
    """Press a button of a mail, its first one if no other is named: the page that it opens."""
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name=words or None).first.click()
    expect(opened.value.locator("h1")).to_be_visible()
    return opened.value


def morning(page: Page) -> None:
    """Move the clock on in the bar, to the hour of the digests."""
    page.locator("#clock").click()
    page.locator("[data-advance=morning]").click()
    expect(page.locator("#toasts")).not_to_be_empty()
    page.keyboard.press("Escape")


def narrow(page: Page) -> None:
    """Nothing sticks out, in no frame either."""
    for frame in page.frames:
        assert frame.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def done(page: Page) -> None:
    """The page says that it is done."""
    expect(page.locator("h1.told")).to_be_focused()


def mails_of(firm: Firm) -> dict[str, list[EmailMessage]]:
    """Every mailbox that was written to."""
    sent = firm.robot.mails("in:sent")
    return {address: firm.hand(address).mails() for address in {str(mail["To"]) for mail in sent}}


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    return str(body.get_content()) if body is not None else ""


def scanned(firm: Firm, page: Page) -> set[str]:
    """A mail scanner follows every link of every mail, in every way that only looks: nothing changes."""
    mails = mails_of(firm)
    links = {
        link.replace("&amp;", "&")
        for box in mails.values()
        for mail in box
        for part in (text_of(mail), html_of(mail), str(mail["List-Unsubscribe"] or ""))
        for link in LINK.findall(part)
    }
    seen = firm.token(), firm.history(), firm.state(), {to: len(box) for to, box in mails.items()}
    for link in sorted(links):
        for method in ("GET", "HEAD"):
            for prefetch in ({}, {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender"}):
                answer = page.request.fetch(link, method=method, headers=prefetch)
                assert answer.status == 200, link
    after = mails_of(firm)
    assert (firm.token(), firm.history(), firm.state(), {to: len(box) for to, box in after.items()}) == seen
    return links


@pytest.mark.parametrize("firm", ["en"], indirect=True)
def test_process__in_english_by_four_people_with_hostile_words(
    firm: Firm, looks: Looks, sheets: Sheets
) -> None:
    watching, activity = sheets("olga"), looks("ivan", "/activity")

    # Mia asks by the form, due tomorrow; Olga sees it come and be sent.
    mia = looks("mia", "/form")
    asks(mia, firm, 1, EVIL, subject=EVIL)
    only_text(mia)
    rid = request_of(watching, 1)
    expect(watching.cell(rid, "confirmed")).to_have_text("Submitted")
    expect(watching.cell(rid, "subject")).to_have_text(EVIL)
    only_text(watching.page, EVIL)

    # Mia would approve it herself, and then raise the amount: both are put back, before the eyes of both.
    sheet = sheets("mia")
    sheet.types(sheet.cell(rid, "status"), "Approved")
    expect(sheet.toasts).to_contain_text("right-role")
    for one in (sheet, watching):
        expect(one.cell(rid, "status")).to_have_text("Submitted")
        expect(one.cell(rid, "status")).to_have_class(re.compile(r"\bnoted\b"))
    sheet.types(sheet.cell(rid, "amount"), "99999")
    expect(sheet.toasts.last).to_contain_text("fields-change-in-draft")
    for one in (sheet, watching):
        expect(one.cell(rid, "amount")).to_have_text("12,500.00")

    # Ivan lets Olga ask for payments, too; what she asks for herself she may not approve.
    ivan = sheets("ivan", f"#gid={firm.sheets['people']}&range=C4")
    expect(ivan.at(3, 2)).to_have_text("approver")
    ivan.types(ivan.at(3, 2), "approver, manager")
    expect(ivan.at(3, 2)).to_have_text("approver, manager")
    asks(looks("olga", "/form"), firm, 20, subject="My own chair", contractor="Chairs")
    own = request_of(watching, 2)
    expect(watching.cell(own, "confirmed")).to_have_text("Submitted")
    watching.types(watching.cell(own, "status"), "Approved")
    expect(watching.toasts.last).to_contain_text("no-self-approval")
    expect(watching.cell(own, "status")).to_have_text("Submitted")
    accessible(watching.page, SCROLLS)

    # Olga decides on her phone, in the dark, from the mail.
    phone = looks("olga", "/mail", size="phone", theme="dark")
    mail = letter(phone, rid)
    only_text(phone, EVIL)
    accessible(phone)
    narrow(phone)
    page = follow(phone, mail)
    only_text(page, EVIL, NAME)
    fits(page)
    accessible(page)
    page.locator("#comment-approve").fill(EVIL)
    press(page, firm, "approve")
    done(page)
    expect(watching.cell(rid, "confirmed")).to_have_text("Approved")
    again = follow(phone, mail)
    expect(again.locator("body")).to_contain_text("This link was used already")
    accessible(again)
    link = again.url
    page.goto(page.url)  # what stands in the address bar after an act leads nowhere
    expect(page.locator("body")).to_contain_text("link-is-valid")
    accessible(page)

    # Anna pays it with an order, from her mail, and sees the contractor's word come.
    anna = looks("anna", "/mail")
    page = follow(anna, letter(anna, rid))
    only_text(page, EVIL, NAME)
    page.set_input_files("#order-pay", ORDER)
    page.locator("#comment-pay").fill(EVIL)
    press(page, firm, "pay")
    done(page)
    expect(watching.cell(rid, "confirmed")).to_have_text("Paid")

    payee = looks("anna", f"/mail#box={PAYEE}")
    page = follow(payee, letter(payee, rid))
    only_text(payee, EVIL)
    only_text(page, EVIL)
    page.locator("summary").click()
    page.locator("#comment").fill(f"Nothing came {EVIL}")
    page.locator("details button").click()
    done(page)
    accessible(page)
    answered = anna.locator("#threads li.unread", has_text=rid)
    answered.get_by_role("link").click()
    said = anna.frame_locator(".letter:last-child iframe").locator("body")
    expect(said).to_contain_text(f"Nothing came {EVIL}")
    only_text(anna, EVIL)

    # The next morning brings Mia what became of it, in one mail.
    mia.goto(f"{firm.url}/mail")
    morning(mia)
    news = letter(mia, "News of your requests")
    only_text(mia, EVIL)
    accessible(mia)
    page = follow(mia, news, "I want no news")
    accessible(page)

    # What everybody saw happen is told in Activity; the files lie in Drive.
    for words in ("sent it for approval", "right-role", "no-self-approval", "marked it as paid"):
        expect(activity.locator("#passes")).to_contain_text(words)
    activity.locator("#passes button").first.click()
    only_text(activity)
    accessible(activity)
    drive = looks("mia", "/drive")
    drive.locator("#inside a", has_text=rid).click()
    expect(drive.locator("#inside")).to_contain_text(f"{rid} ")
    only_text(drive)
    accessible(drive)
    for path in ("", "calendar"):
        if not path or path in firm_pages(drive):
            drive.goto(f"{firm.url}/{path}", wait_until="networkidle")
            only_text(drive)
            accessible(drive)

    assert len(scanned(firm, looks("max", "/"))) >= 6
    firm.verify()
    firm.later("P15D")
    again.goto(link)
    expect(again.locator("body")).to_contain_text("link-not-expired")
    accessible(again)


def firm_pages(page: Page) -> list[str | None]:
    """The pages in the bar."""
    return [each.get_attribute("data-page") for each in page.locator("nav.pages a").all()]


@pytest.mark.parametrize("firm", ["ru"], indirect=True)
def test_process__in_russian_on_phones_by_the_digests(firm: Firm, looks: Looks, sheets: Sheets) -> None:
    likes = {"size": "phone", "language": "ru"}

    # Мария и Максим просят об оплате через месяц: до утра об этом никому не пишут.
    rids = {}
    olga = looks("olga", "/mail", **likes)
    expect(olga.locator("#empty")).to_contain_text("Здесь пока пусто")
    seen = sheets("mia", **likes)
    for row, (login, subject) in enumerate((("mia", "Бумага"), ("max", "Краска")), 1):
        form = looks(login, "/form", **likes)
        asks(form, firm, 30, subject=subject, contractor=f"ООО «{subject}»")
        narrow(form)
        rids[subject] = request_of(seen, row)
        expect(seen.at(row, firm.columns()["status"])).to_have_text("На согласовании")
    paper, paint = rids.values()

    # Мария сама согласовать не может: статус возвращается у нее на глазах.
    status = seen.cell(paper, "status")
    status.tap()
    status.tap()
    seen.page.get_by_role("option", name="Согласован к оплате").click()
    expect(seen.toasts).to_contain_text("right-role")
    expect(status).to_have_text("На согласовании")
    accessible(seen.page, SCROLLS)

    # Утром Ольге приходит одно письмо; по нему она согласует обе.
    morning(olga)
    mail = letter(olga, "Решить: 2")
    narrow(olga)
    accessible(olga)
    page = follow(olga, mail)
    fits(page)
    for box in page.locator("input[name=chosen]").all():
        box.check()
    page.locator("button[value=approve]").tap()
    done(page)
    accessible(page)
    seen.go(paper, "status")
    for rid in (paper, paint):
        expect(seen.cell(rid, "status")).to_have_text("Согласован к оплате")

    # На следующее утро Анна платит: одну с платежкой на странице заявки, другую по списку.
    anna = looks("anna", "/mail", **likes)
    morning(anna)
    mail = letter(anna, "Оплатить: 2")
    narrow(anna)
    page = follow(anna, mail)
    page.locator("a.open", has_text=paper).tap()
    page.set_input_files("#order-pay", {**ORDER, "name": "Платежка.pdf"})
    press(page, firm, "pay")
    done(page)
    page = follow(anna, mail)
    expect(page.locator(".rows li")).to_have_count(1)
    page.locator("input[name=chosen]").check()
    page.locator("button[value=pay]").tap()
    done(page)
    for rid in (paper, paint):
        expect(seen.cell(rid, "status")).to_have_text("Оплачен")

    # Подрядчик видит платеж и пишет, что с ним не так; Анна читает это в своей почте.
    payee = looks("anna", f"/mail#box={PAYEE}", **likes)
    mail = letter(payee, paper)
    expect(payee.locator(".letter .file")).to_contain_text("Платежка.pdf")
    narrow(payee)
    page = follow(payee, mail)
    fits(page)
    page.locator("summary").tap()
    page.locator("#comment").fill("Деньги не пришли")
    page.locator("details button").tap()
    done(page)
    anna.get_by_role("link", name="Назад к списку").click()
    answered = letter(anna, paper)
    expect(answered.locator("body")).to_contain_text("Деньги не пришли")
    accessible(anna)
    drive = looks("anna", "/drive", **likes)
    narrow(drive)
    accessible(drive)
    firm.verify()

"""The pages that mails lead to, in a real browser: an approver on a phone, an accountant with an order.

The functions run as they are deployed, as processes of their own; people come by the links of their mails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sheetflow.templates.formulas import letter
from sheetflow.workspace.local import LocalWorkspace
from sheetflow.workspace.paper import invoice
from tests.firm import LETTERS_AT_ONCE, Firm, Hand, text_of
from tests.pages.looking import accessible, fits

PAYEE = "pay@romashka.example"
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1_200, "height": 800}

Visits = Callable[..., Page]


@pytest.fixture(scope="module", params=["en", "ru"])
def firm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    folder: Path = tmp_path_factory.mktemp("workspace")
    with LocalWorkspace(folder, language=request.param, scheduled=False, settings=LETTERS_AT_ONCE) as place:
        firm = Firm.at(place).shorten()
        yield firm
        firm.close()


@pytest.fixture
def visits(chromium: Browser) -> Iterator[Visits]:
    """Opens a link in a browser of its own. What a page's script throws, or its policy refuses, fails."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def visit(link: str, size: dict[str, int] = WIDE, **more: Any) -> Page:
        context = chromium.new_context(viewport=size, **more)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda told: wrong.append(told.text) if "Content Security Policy" in told.text else None,
        )
        page.goto(link)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert wrong == []


def submitted(firm: Firm, **changes: Any) -> str:
    rid = firm.mia.submits(**changes)
    firm.settle()
    return rid


def with_invoice(firm: Firm) -> str:
    rid = firm.mia.drafts()
    bill = invoice(
        f"https://firm.example/{rid}"
    )  # the same file twice would be a duplicate, and ask for more
    incoming = firm.place.settled.folders["incoming"]
    firm.mia.types("invoice", rid, firm.anna.uploads("bill.pdf", bill, incoming))
    firm.mia.picks("Submitted", rid)
    firm.settle()
    return rid


def links(hand: Hand, rid: str) -> list[str]:
    mail = next(mail for mail in reversed(hand.mails()) if rid in str(mail["Subject"]))
    return re.findall(r"http://127\S+[?]t=\S+", text_of(mail))


def press(page: Page, firm: Firm, act: str) -> None:
    """Press a step's button; what needs a comment opens first."""
    page.get_by_role("button", name=firm.runtime.book.own.label("acts", act), exact=True).click()


def drawn(page: Page) -> None:
    """The preview of the paper is there. A condition as text would be eval: the policy forbids it."""
    picture = page.locator(".paper img")
    picture.scroll_into_view_if_needed()
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") > 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_approver__decides_on_a_phone(firm: Firm, visits: Visits, scheme: str) -> None:
    rid = with_invoice(firm)
    page = visits(links(firm.olga, rid)[0], NARROW, is_mobile=True, has_touch=True, color_scheme=scheme)
    fits(page)
    accessible(page)
    drawn(page)
    page.locator(".jump a").tap()
    press(page, firm, "approve")
    expect(page.locator("h1")).to_be_focused()
    fits(page)
    accessible(page)
    assert firm.status(rid) == "Approved"


def test_approver__without_scripts_by_keyboard_and_with_a_comment_forgotten(
    firm: Firm, visits: Visits
) -> None:
    rid = submitted(firm)
    page = visits(links(firm.olga, rid)[0], java_script_enabled=False)
    label = firm.runtime.book.own.label("acts", "return")
    page.locator("summary", has_text=label).press("Enter")
    page.get_by_role("button", name=label, exact=True).press("Enter")
    assert firm.status(rid) == "Submitted"  # the browser itself asks for the comment
    page.locator("#comment-return").fill("   ")
    page.get_by_role("button", name=label, exact=True).press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("[comment-required]")
    expect(summary).to_be_focused()
    page.locator("#comment-return").fill("Which account is it?")
    page.get_by_role("button", name=label, exact=True).press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    assert firm.status(rid) == "Returned"


def test_accountant__hands_in_the_order_and_the_contractor_sees_it(
    firm: Firm, visits: Visits, tmp_path: Path
) -> None:
    rid = submitted(firm)
    firm.olga.picks("Approved", rid)
    firm.settle()
    page = visits(links(firm.anna, rid)[0])
    accessible(page)
    page.locator("details:has(#qr) > summary").click()
    expect(page.locator("img.qr")).to_be_visible()
    assert page.evaluate("document.querySelector('img.qr').naturalWidth") > 20
    (tmp_path / "virus.pdf").write_bytes(b"MZ\x90\x00")
    (tmp_path / "order.pdf").write_bytes(invoice("https://bank.example/order"))
    page.set_input_files("#order-pay", tmp_path / "virus.pdf")
    page.locator("#comment-pay").fill("paid today")
    press(page, firm, "pay")
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page)
    assert page.locator("#comment-pay").input_value() == "paid today"
    page.set_input_files("#order-pay", tmp_path / "order.pdf")
    press(page, firm, "pay")
    expect(page.get_by_role("status")).to_be_visible()
    assert firm.status(rid) == "Paid"
    theirs = visits(links(firm.hand(PAYEE), rid)[0], NARROW, is_mobile=True, has_touch=True)
    fits(theirs)
    accessible(theirs)
    drawn(theirs)
    theirs.locator("summary").tap()
    theirs.locator("#comment").fill("The money has not come")
    theirs.get_by_role("button").tap()
    expect(theirs.locator("h1")).to_be_focused()
    assert [mail for mail in firm.anna.mails() if mail["Reply-To"] == PAYEE and rid in str(mail["Subject"])]


def known(firm: Firm, phone: str) -> None:
    """The contractor was paid before, and an admin has typed their number into the book."""
    rid = submitted(firm)
    firm.olga.picks("Approved", rid)
    firm.settle()
    header, *rows = firm.values("A1:Z", tab="contractors")
    place = header.index(firm.runtime.book.own.label("book", "phone"))
    firm.ivan.enters(f"{firm.title('contractors')}!{letter(place)}{len(rows) + 1}", phone)
    firm.settle()


def test_accountant__calls_the_contractor_whose_account_is_new(firm: Firm, visits: Visits) -> None:
    phone, scheme = "+7 495 123-45-67", {"en": "light", "ru": "dark"}[firm.runtime.config.language]
    known(firm, phone)
    rid = submitted(firm, account="40602810100000000023", amount=7_001)
    label = firm.runtime.book.own.label
    page = visits(links(firm.olga, rid)[0], NARROW, is_mobile=True, has_touch=True, color_scheme=scheme)
    assert page.get_by_role("button", name=label("acts", "approve"), exact=True).count() == 0
    expect(page.locator("#blocked + ul")).to_contain_text("[bank-details-confirmed]")
    page = visits(links(firm.anna, rid)[0], NARROW, is_mobile=True, has_touch=True, color_scheme=scheme)
    fits(page)
    accessible(page)
    alarm = page.locator(".alarm")
    expect(alarm).to_contain_text("40602810100000000023")
    top = alarm.bounding_box()
    assert top is not None
    assert top["y"] < NARROW["height"]  # seen without scrolling
    assert page.locator("fieldset a").get_attribute("href") == "tel:+74951234567"
    page.locator(".jump a").tap()
    page.get_by_text(phone).tap()
    press(page, firm, "confirm-details")
    expect(page.get_by_role("status")).to_be_visible()
    assert ("BankDetailsConfirmed", "anna@firm.example") in firm.events(rid)
    page = visits(links(firm.olga, rid)[0], NARROW, is_mobile=True, has_touch=True)
    expect(page.locator(".note")).to_contain_text(phone)
    press(page, firm, "approve")
    expect(page.get_by_role("status")).to_be_visible()
    assert firm.status(rid) == "Approved"


def test_waiting__the_chosen_are_summed_up_at_once_and_done_together(firm: Firm, visits: Visits) -> None:
    one, two, three = (submitted(firm, amount=amount) for amount in (1_000, 2_000.5, 4_000))
    page = visits(links(firm.olga, three)[1], NARROW, is_mobile=True, has_touch=True)
    fits(page)
    accessible(page)
    rows = page.locator(".rows li")
    for rid in (one, two):
        rows.filter(has_text=rid).locator("input").check()
    told = page.locator("[data-chosen]")
    total = {"en": "RUB 3,000.50", "ru": "3 000,50 ₽"}[firm.runtime.config.language]
    plain = re.sub(r"\s", " ", told.inner_text())
    assert plain.endswith(f"2 · {total}")
    before = firm.token().revision
    page.locator("button[value=approve]").tap()
    expect(page.get_by_role("status")).to_be_visible()
    accessible(page)
    assert [firm.status(rid) for rid in (one, two, three)] == ["Approved", "Approved", "Submitted"]
    assert firm.token().revision - before <= 2


def test_calendar__from_the_mail_and_on_to_a_request(firm: Firm, visits: Visits) -> None:
    rid = submitted(firm, amount=2_000.5)
    firm.olga.picks("Approved", rid)
    firm.settle()
    page = visits(links(firm.anna, rid)[2], NARROW, is_mobile=True, has_touch=True)
    fits(page)
    accessible(page)
    entry = page.locator(".cal-entry").filter(has_text=rid)
    entry.locator("input").check()
    page.locator("[data-if] summary").tap()
    page.locator("[data-money=RUB] input").fill("2000")
    russian = firm.runtime.config.language == "ru"
    told = "Не хватает 0,50 ₽" if russian else "Short by RUB 0.50"
    rest = page.locator("[data-money=RUB] [data-rest-row]")
    assert re.sub(r"\s+", " ", rest.inner_text()) == told
    accessible(page)
    fits(page)
    entry.get_by_role("link", name=rid, exact=False).first.tap()
    expect(page.locator("#actions")).to_be_attached()


def test_waiting__without_scripts_a_button_sums_up(firm: Firm, visits: Visits) -> None:
    rid = submitted(firm, amount=1_234)
    page = visits(links(firm.olga, rid)[1], java_script_enabled=False)
    page.locator(".rows li").filter(has_text=rid).locator("input").check()
    page.locator("button[value=sum]").click()
    expect(page.locator("[data-chosen]")).to_contain_text("1")
    assert re.sub(r"\s", " ", page.locator("[data-chosen]").inner_text()).endswith(
        {"en": "RUB 1,234.00", "ru": "1 234,00 ₽"}[firm.runtime.config.language]
    )
    expect(page.locator(".rows li").filter(has_text=rid).locator("input")).to_be_checked()


def test_page__two_links_open_in_one_browser_both_decide(firm: Firm, visits: Visits) -> None:
    one, two = submitted(firm), submitted(firm)
    first = visits(links(firm.olga, one)[0])
    second = first.context.new_page()
    second.goto(links(firm.olga, two)[0])
    for page in (first, second):
        press(page, firm, "approve")
        expect(page.get_by_role("status")).to_be_visible()
    assert (firm.status(one), firm.status(two)) == ("Approved", "Approved")

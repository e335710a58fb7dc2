"""The calendar in a browser: what is due when, kept live, and "what if I pay these" in two languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from sheetflow.model.cells import Cell
from tests.conftest import Opener
from tests.firm import Firm
from tests.pages.conftest import Looks
from tests.pages.looking import accessible

EURO: Mapping[str, Cell] = {
    "currency": "EUR", "inn": "", "kpp": "", "bik": "", "account": "DE89370400440532013000", "vat": "",
    "contractor": "Acme GmbH",
}  # fmt: skip
NASTY = "<img src=x onerror=document.title='run'>"


@pytest.fixture(scope="module")
def firm(opened: Opener) -> Firm:
    """One overdue, two of one day, one in euros that nobody has decided on."""
    firm = opened()
    firm.post("/workspace/clock", {"set": "2026-11-24T09:00:00Z"})
    days = [(date(2026, 11, 24) + timedelta(days=ahead)).isoformat() for ahead in (1, 3, 3, 10)]
    for amount, day in zip((1_000, 2_000.5, 4_000), days, strict=False):
        firm.mia.submits(amount=amount, pay_by=day)
    firm.mia.submits(**EURO, amount=420, pay_by=days[3], subject=NASTY)
    firm.settle()
    for rid in ids(firm)[:3]:
        firm.dora.picks("Approved", rid)
    firm.settle()
    firm.later("P2D")
    return firm


LEAST = 44
"""Pixels of what a finger has to hit."""


def ids(firm: Firm) -> list[str]:
    place = firm.columns()["id"]
    return [row[place] for row in firm.table() if row[place]]


def test_calendar__what_if_in_english_and_live(firm: Firm, looks: Looks) -> None:
    page = looks("anna", "/calendar")
    headings = page.locator(".cal h2")
    expect(headings).to_have_text(["Overdue", "Tomorrow, Friday, 27 November", "Friday, 4 December"])
    accessible(page)
    assert "run" not in page.title()
    expect(page.locator(".cal-entry").last).to_contain_text(NASTY)
    page.get_by_role("checkbox", name="All of these: Tomorrow").check()
    page.locator(".cal-entry").last.locator("label").click()
    page.get_by_label("Balance, RUB").fill("5 000,25")
    line = page.locator("[data-line]")
    expect(line).to_have_text(
        re.compile(r"Chosen: 3 · EUR.420\.00 · RUB.6,000\.50 \(short by RUB.1,000\.25\)")
    )
    page.get_by_label("Balance, RUB").fill("7,000")
    expect(line).to_have_text(re.compile(r"remains RUB.999\.50"))
    page.get_by_label("Balance, RUB").fill("a lot")
    expect(page.get_by_role("alert")).to_have_text("This is no amount. Write it like 150000.50.")
    page.get_by_label("Balance, RUB").fill("7,000")
    page.get_by_role("link", name="Month").click()
    expect(headings).to_have_text(["Overdue", "November 2026", "December 2026"])
    expect(line).to_have_text(re.compile(r"Chosen: 3"))  # kept in the tab
    rid = ids(firm)[2]
    firm.anna.picks("Paid", rid)
    firm.settle()
    expect(page.locator(f"[data-pick={rid}]")).to_have_count(0)  # seen without loading it again
    expect(line).to_have_text(re.compile(r"Chosen: 2 · EUR.420\.00 · RUB.2,000\.50"))
    page.get_by_role("link", name=f"In the sheet: {ids(firm)[0]}").click()
    expect(page).to_have_url(re.compile(r"/sheet#gid=\d+&range=A2$"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_calendar__on_a_phone_in_russian(firm: Firm, looks: Looks, theme: str) -> None:
    page = looks("anna", "/calendar?by=week", size="phone", language="ru", theme=theme)
    expect(page.locator(".cal h2")).to_have_text(
        ["Просрочено", "Эта неделя, 26–29 ноября", "Следующая неделя, 30 ноября – 6 декабря"]
    )
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator(".cal-entry label").first.tap()
    panel = page.locator("[data-if]")
    expect(panel).to_contain_text("Выбрано: 1")
    panel.locator("summary").tap()
    page.get_by_label("Остаток, RUB").fill("400,5")
    expect(page.locator("[data-rest-row]:visible")).to_have_text(re.compile(r"Не хватает\s*599,50.₽"))
    accessible(page)
    for one in page.locator(".cal :is(a, button, summary, label:not([for])):visible").all():
        box = one.bounding_box()
        assert box is not None
        assert box["height"] >= LEAST, one.inner_text()


def test_calendar__somebody_without_the_page_is_led_to_the_sheet_alone(firm: Firm, looks: Looks) -> None:
    entry = looks("mia", "/calendar").locator(".cal-entry").first
    expect(entry.get_by_role("link")).to_have_text(["In the sheet"])
    expect(looks("anna", "/calendar").locator(".cal-entry").first.get_by_role("link")).to_have_text(
        [f"Open {ids(firm)[0]}", "In the sheet"]
    )

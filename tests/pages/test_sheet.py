"""The Sheet page in a browser: what a person types, what the robot answers, what others see."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.firm import Firm
from tests.pages.conftest import Looks, Sheets


def test_person__is_chosen_in_the_bar_and_kept(looks: Looks) -> None:
    page = looks("mia", "/")
    page.locator("#person").click()
    page.locator("#person-menu").get_by_role("button", name="Olga Hall").click()
    expect(page.locator("#person")).to_have_attribute("aria-label", re.compile("You are Olga Hall, approver"))
    page.get_by_role("navigation").get_by_role("link", name="Sheet").click()
    expect(page.locator("#person")).to_have_attribute("aria-label", re.compile("Olga Hall"))
    cookie = next(each for each in page.context.cookies() if each["name"] == "local_account")
    assert (cookie["value"], cookie["sameSite"]) == ("olga@firm.example", "Strict")


def test_edit__shows_its_confirmed_status_without_a_reload(firm: Firm, sheets: Sheets) -> None:
    rid = firm.mia.drafts()
    firm.settle()
    mia = sheets("mia")
    mia.types(mia.cell(rid, "status"), "Subm")
    expect(mia.cell(rid, "status")).to_have_text("Submitted")
    mia.passes()
    expect(mia.cell(rid, "confirmed")).to_have_text("Submitted")
    assert firm.status(rid) == "Submitted"


def test_edit__an_unlawful_status_is_put_back_live_with_its_reason(firm: Firm, sheets: Sheets) -> None:
    rid = firm.mia.submits()
    firm.settle()
    mia = sheets("mia")
    mia.types(mia.cell(rid, "status"), "Approved")
    expect(mia.cell(rid, "status")).to_have_text("Approved")
    mia.passes()
    expect(mia.cell(rid, "status")).to_have_text("Submitted")
    expect(mia.cell(rid, "status")).to_have_class(re.compile(r"\bnoted\b"))
    expect(mia.toasts).to_contain_text("right-role")
    mia.cell(rid, "contractor").click()
    mia.cell(rid, "status").click()
    expect(mia.page.get_by_role("tooltip")).to_contain_text("right-role")


def test_protected_cell__is_refused_in_googles_words_and_shows_what_is_there(
    firm: Firm, sheets: Sheets
) -> None:
    rid = firm.mia.drafts()
    firm.settle()
    mia = sheets("mia")
    confirmed = mia.cell(rid, "confirmed")
    expect(confirmed).to_have_text("Draft")
    mia.types(confirmed, "Approved")
    expect(mia.toasts).to_contain_text("You are trying to edit a protected cell or object.")
    expect(confirmed).to_have_text("Draft")


def test_paste__a_block_fills_its_cells_and_undo_takes_it_back(firm: Firm, sheets: Sheets) -> None:
    first, second = firm.mia.drafts(), firm.mia.drafts()
    firm.settle()
    before = [firm.row(rid)["purpose"] for rid in (first, second)]
    mia = sheets("mia")
    mia.go(first, "purpose")
    block = 'One, "quoted"\tN-1\t2026-11-20\nTwo\tN-2\t2026-11-21'
    mia.pastes(mia.cell(first, "purpose"), block)
    expect(mia.cell(second, "invoice_date")).to_have_text("2026-11-21")
    expect(mia.cell(first, "purpose")).to_have_text('One, "quoted"')
    rows = [firm.row(rid) for rid in (first, second)]
    assert [row["invoice_no"] for row in rows] == ["N-1", "N-2"]
    mia.page.keyboard.press("Control+Z")
    expect(mia.cell(second, "invoice_date")).to_have_text("")
    assert [firm.row(rid)["purpose"] for rid in (first, second)] == before
    mia.page.keyboard.press("Control+Y")
    expect(mia.cell(second, "invoice_no")).to_have_text("N-2")


def test_copy__gives_what_is_shown_and_delete_clears(firm: Firm, sheets: Sheets) -> None:
    rid = firm.mia.drafts(subject="To copy", contractor="ООО «Лютик»")
    firm.settle()
    mia = sheets("mia")
    mia.cell(rid, "subject").click()
    mia.page.keyboard.press("Shift+ArrowRight")
    mia.page.keyboard.press("Shift+ArrowRight")
    mia.page.keyboard.press("Control+C")
    assert mia.page.evaluate("navigator.clipboard.readText()") == "To copy\tООО «Лютик»\t12,500.00"
    mia.page.keyboard.press("Delete")
    expect(mia.cell(rid, "contractor")).to_have_text("")
    row = firm.row(rid)
    assert (row["subject"], row["contractor"], row["amount"]) == ("", "", "")


def test_two_browsers__see_each_others_edits(firm: Firm, sheets: Sheets) -> None:
    rid = firm.mia.drafts()
    firm.settle()
    mia, olga = sheets("mia"), sheets("olga")
    mia.types(mia.cell(rid, "subject"), "Seen by both")
    expect(olga.cell(rid, "subject")).to_have_text("Seen by both")
    olga.types(olga.go(rid, "comment"), "I see it")
    expect(mia.go(rid, "comment")).to_have_text("I see it")


def test_filter_view__shows_its_rows_and_the_address_says_so(firm: Firm, sheets: Sheets) -> None:
    waiting, draft = firm.mia.submits(), firm.mia.drafts()
    firm.settle()
    olga = sheets("olga")
    olga.page.get_by_role("button", name="Filter views").click()
    olga.page.get_by_role("button", name="Waiting for approval").click()
    expect(olga.cell(draft, "id")).to_have_count(0)
    expect(olga.cell(waiting, "confirmed")).to_have_text("Submitted")
    assert "fvid=" in olga.page.url
    again = sheets("olga", olga.page.url.partition("/sheet")[2])
    expect(again.cell(waiting, "id")).to_have_text(waiting)
    expect(again.cell(draft, "id")).to_have_count(0)
    olga.page.get_by_role("button", name="Close the view").click()
    expect(olga.cell(draft, "id")).to_have_text(draft)


def test_deep_link__opens_its_sheet_and_selects_its_range(firm: Firm, sheets: Sheets) -> None:
    gid = firm.sheets["people"]
    ivan = sheets("ivan", f"#gid={gid}&range=B3")
    expect(ivan.page.get_by_role("tab", selected=True)).to_have_text(firm.title("people"))
    expect(ivan.page.locator("#active-cell")).to_have_attribute("data-at", "2:1")
    ivan.page.keyboard.press("ArrowDown")
    assert ivan.page.url.endswith(f"#gid={gid}&range=B4")


def test_column__is_added_at_the_right_and_a_sort_is_done_by_whoever_may(firm: Firm, sheets: Sheets) -> None:
    low, high = firm.mia.drafts(amount=10), firm.mia.drafts(amount=999_999)
    firm.settle()
    robot, mia = sheets("robot"), sheets("mia")
    width = len(firm.values("1:1")[0])
    robot.cell(low, "amount").click(button="right")
    robot.page.locator("#cell-menu").get_by_role("button", name="Add a column at the right").click()
    expect(robot.toasts).to_contain_text("was added")
    robot.page.keyboard.type("Mine")
    robot.page.keyboard.press("Enter")
    expect(robot.at(0, width)).to_have_text("Mine")
    robot.go(low, "amount").click(button="right")
    robot.page.locator("#cell-menu").get_by_role("button", name="Z to A").click()
    expect(robot.at(1, firm.columns()["amount"])).to_have_text("999,999.00")
    assert firm.number(high) < firm.number(low)
    mia.cell(low, "amount").click(button="right")
    mia.page.locator("#cell-menu").get_by_role("button", name="A to Z").click()
    expect(mia.toasts).to_contain_text("protected")


def test_cells__have_the_editors_that_fit_them(firm: Firm, sheets: Sheets) -> None:
    rid = firm.mia.drafts()
    firm.settle()
    mia = sheets("mia")
    mia.cell(rid, "pay_by").click()
    mia.page.keyboard.press("F2")
    mia.page.locator("input[type=date]").fill("2027-05-06")
    mia.page.keyboard.press("Enter")
    expect(mia.cell(rid, "pay_by")).to_have_text("2027-05-06")
    mia.go(rid, "to_pay")
    mia.page.keyboard.press(" ")
    expect(mia.cell(rid, "to_pay").locator(".check.on")).to_have_count(1)
    firm.settle()
    expect(mia.cell(rid, "to_pay").locator(".check.on")).to_have_count(0)
    expect(mia.toasts.last).to_contain_text("accountants-columns")
    mia.go(rid, "subject")
    mia.page.keyboard.press("F2")
    mia.page.keyboard.type(" and more")
    mia.page.keyboard.press("Escape")
    expect(mia.cell(rid, "subject")).not_to_contain_text("and more")


def test_history_link__leads_to_the_requests_history_here(firm: Firm, sheets: Sheets) -> None:
    rid = firm.mia.submits()
    firm.settle()
    olga = sheets("olga", f"#gid={firm.sheets['registry']}&range=AF{firm.number(rid)}")
    link = olga.cell(rid, "history").locator("a")
    expect(link).to_have_attribute("href", re.compile(rf"^/sheet#gid={firm.sheets['history']}&range="))
    link.click()
    expect(olga.page.get_by_role("tab", selected=True)).to_have_text(firm.title("history"))
    expect(olga.page.locator("#active-cell")).not_to_be_empty()


def test_rows__are_inserted_and_sorted_by_whoever_may(firm: Firm, sheets: Sheets) -> None:
    low, high = firm.mia.drafts(amount=10), firm.mia.drafts(amount=999_999)
    firm.settle()
    ivan = sheets("ivan")
    row = firm.number(low)
    ivan.cell(low, "amount").click()
    ivan.page.get_by_role("button", name="Rows").click()
    ivan.page.get_by_role("button", name="Insert above").click()
    expect(ivan.at(row, 0)).to_have_text(low)
    assert firm.number(low) == row + 1
    firm.settle()
    assert [firm.status(rid) for rid in (low, high)] == ["Draft", "Draft"]


def test_find__goes_to_what_is_looked_for(firm: Firm, sheets: Sheets) -> None:
    rid = firm.mia.drafts(subject="A needle in it")
    firm.settle()
    mia = sheets("mia")
    mia.page.keyboard.press("Control+F")
    mia.page.keyboard.type("needle")
    expect(mia.page.locator("#find-count")).to_have_text("1 of 1")
    expect(mia.page.locator("#active-cell")).to_have_text("A needle in it")
    assert (
        mia.page.locator("#active-cell").get_attribute("data-at")
        == f"{firm.number(rid) - 1}:{firm.columns()['subject']}"
    )


def test_text__of_whoever_writes_stays_text(firm: Firm, sheets: Sheets) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\"><b>b</b>"
    rid = firm.mia.drafts(subject=evil)
    firm.settle()
    mia = sheets("mia")
    expect(mia.cell(rid, "subject")).to_have_text(evil)
    assert mia.page.locator("#grid img, #grid b").count() == 0
    assert "owned" not in mia.page.title()


def test_phone__a_tap_selects_and_a_second_one_edits(firm: Firm, sheets: Sheets) -> None:
    rid = firm.mia.drafts()
    firm.settle()
    mia = sheets("mia", size="phone", language="ru", theme="dark")
    cell = mia.cell(rid, "status")
    cell.tap()
    cell.tap()
    mia.page.get_by_role("option", name="Submitted").click()
    expect(cell).to_have_text("Submitted")
    assert firm.row(rid)["status"] == "Submitted"

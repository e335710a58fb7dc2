"""The form in a browser: filled in on a phone, with a file, wrongly at first."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Frame, Locator, Page, expect

from sheetflow.app.form import question_id
from sheetflow.workspace.paper import invoice
from tests.firm import Firm
from tests.pages.conftest import Looks

PDF: FilePayload = {"name": "Счёт № 417.pdf", "mimeType": "application/pdf", "buffer": invoice("417")}
NASTY = "<img src=x onerror=alert(1)>"


def form_of(page: Page) -> Frame:
    """The form inside the page, once its script runs."""
    frame = page.locator("#respondent").element_handle().content_frame()
    assert frame is not None
    expect(frame.locator("html.scripted")).to_be_attached()
    return frame


def field(form: Frame, key: str) -> Locator:
    return form.locator(f"#entry-{int(question_id(key), 16)}")


def fill(form: Frame, subject: str) -> None:
    """Answer what has to be answered."""
    for key, text in (("subject", subject), ("amount", "12500"), ("pay_by", "2027-04-23")):
        field(form, key).fill(text)
    field(form, "currency").select_option("RUB")


def taken(firm: Firm, subject: str) -> dict[str, str]:
    """The request that a form's answer became."""
    firm.runtime.process().run(form=True)
    (rid,) = (row[firm.columns()["id"]] for row in firm.table() if row[firm.columns()["subject"]] == subject)
    return firm.row(rid)


def test_form__is_filled_in_on_a_phone_with_an_invoice(firm: Firm, looks: Looks) -> None:
    page = looks("mia", "/form", size="phone")
    form = form_of(page)
    expect(form.locator(".account")).to_contain_text("mia@firm.example")
    form.get_by_role("button", name="Submit").click()
    expect(form.get_by_role("alert")).to_contain_text("Some answers need your attention")
    expect(form.locator(".row.wrong")).to_have_count(4)
    expect(field(form, "subject")).to_be_focused()
    expect(field(form, "subject")).to_have_attribute("aria-invalid", "true")
    fill(form, "Paper by phone")
    expect(form.locator(".row.wrong")).to_have_count(0)
    expect(form.locator(".progress")).to_have_text("4 of 4 required")
    files = form.locator("input[type=file]")
    files.set_input_files(PDF)
    files.set_input_files({"name": f"{NASTY}.png", "mimeType": "image/png", "buffer": b"x" * 2_500_000})
    expect(form.locator(".chosen li")).to_have_count(2)
    expect(form.locator(".chosen li").first).to_contain_text(re.compile(r"Счёт № 417\.pdf\s*\d+ KB"))
    expect(form.locator(".chosen li").last).to_contain_text("2.4 MB")
    form.get_by_role("button", name=f"Remove {NASTY}.png").click()
    expect(form.locator(".chosen li")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert form.evaluate("document.documentElement.scrollWidth <= innerWidth")
    form.get_by_role("button", name="Submit").click()
    expect(form.get_by_role("status")).to_contain_text("Thank you")
    expect(form.get_by_role("link", name="Edit your response")).to_be_visible()
    expect(form.get_by_role("link", name="Submit another response")).to_be_visible()
    expect(page.get_by_role("link", name="Open the sheet")).to_be_visible()
    row = taken(firm, "Paper by phone")
    assert (row["status"], row["requester"]) == ("Draft", "Mia Meadows")
    file = row["invoice"].partition("/d/")[2].partition("/")[0]
    name = firm.robot.drive.files().get(fileId=file, fields="name").execute()["name"]
    assert name == f"{row['id']} Счёт № 417 - mia.pdf"


def test_form__keeps_answers_and_files_when_the_server_refuses_one(firm: Firm, looks: Looks) -> None:
    form = form_of(looks("mia", "/form"))
    fill(form, "Kept")
    form.locator("input[type=file]").set_input_files(PDF)
    # What no hand can choose: only the server sees it.
    field(form, "currency").evaluate("s => { s.options[1].value = 'XXX'; s.selectedIndex = 1; }")
    form.get_by_role("button", name="Submit").click()
    expect(form.get_by_role("alert")).to_contain_text("Some answers need your attention")
    expect(form.locator(".row.wrong")).to_contain_text("XXX is not one of the options.")
    expect(field(form, "subject")).to_have_value("Kept")
    expect(form.locator(".chosen li")).to_have_count(1)
    assert form.locator("input[type=file]").evaluate("i => i.files.length") == 1


def test_form__changes_its_answer_by_the_confirmations_link(firm: Firm, looks: Looks) -> None:
    form = form_of(looks("mia", "/form"))
    fill(form, "Changed later")
    form.get_by_role("button", name="Submit").click()
    form.get_by_role("link", name="Edit your response").click()
    expect(field(form, "subject")).to_have_value("Changed later")
    field(form, "amount").fill("7000")
    form.get_by_role("button", name="Submit").click()
    expect(form.get_by_role("status")).to_contain_text("Thank you")
    assert taken(firm, "Changed later")["amount"].startswith("7,000")


def test_form__is_light_or_dark_as_the_workspace_is(firm: Firm, looks: Looks) -> None:
    page = looks("mia", "/form", theme="dark")
    form = form_of(page)
    dark = form.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("[popovertarget=look-menu]").click()
    page.get_by_role("radio", name="Light", exact=True).check()
    expect(form.locator("html[data-theme=light]")).to_be_attached()
    assert form.evaluate("getComputedStyle(document.body).backgroundColor") != dark

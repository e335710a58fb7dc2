"""The company's files in a browser: looked at, put in, and kept from who may not see them."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import FilePayload, expect

from sheetflow.workspace.paper import invoice
from tests.firm import Firm
from tests.pages.conftest import Looks

PDF = invoice("417")
NASTY = "<img src=x onerror=document.title='run'>.pdf"


def folder_of(firm: Firm, name: str, *writers: str) -> str:
    """A new folder of the robot's that these people may write in."""
    files, rights = firm.robot.drive.files(), firm.robot.drive.permissions()
    kind = "application/vnd.google-apps.folder"
    made = files.create(body={"name": name, "mimeType": kind}, fields="id").execute()
    for writer in writers:
        body = {"type": "user", "role": "writer", "emailAddress": writer}
        rights.create(fileId=made["id"], body=body).execute()
    return str(made["id"])


def test_drive__shows_a_folder_its_files_and_a_look_at_one(firm: Firm, looks: Looks) -> None:
    folder = folder_of(firm, "Papers", firm.anna.address)
    firm.robot.uploads("Invoice 417.pdf", PDF, folder)
    firm.robot.uploads("notes.txt", b"text", folder, "text/plain")
    page = looks("anna", "/drive")
    page.get_by_role("link", name="Papers").click()
    expect(page.get_by_role("navigation", name="Where you are").get_by_role("listitem")).to_have_text(
        ["Drive", "Papers"]
    )
    expect(page.locator("tbody tr")).to_have_count(2)
    row = page.get_by_role("row", name="Invoice 417.pdf")
    expect(row.locator(".size")).to_have_text(f"{round(len(PDF) / 1024)} kB")
    row.get_by_role("button", name="Who has access").click()
    expect(page.locator(".access-list:popover-open li")).to_have_text(["Robotowner", "Anna Countseditor"])
    page.keyboard.press("Escape")
    row.get_by_role("button", name="Look at Invoice 417.pdf").click()
    dialog = page.get_by_role("dialog", name="Invoice 417.pdf")
    shown = dialog.locator("iframe").get_attribute("src") or ""
    answer = page.request.get(f"{firm.url}{shown}")
    assert (answer.headers["content-type"], answer.body()) == ("application/pdf", PDF)
    dialog.get_by_role("button", name="Close").click()
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download notes.txt").last.click()
    assert kept.value.suggested_filename == "notes.txt"
    assert Path(kept.value.path()).read_bytes() == b"text"


def test_drive__takes_files_by_button_and_by_drop_and_shows_them_live(firm: Firm, looks: Looks) -> None:
    folder = folder_of(firm, "Inbox", firm.anna.address)
    watching = looks("robot", f"/drive#folder={folder}")
    expect(watching.locator("#inside .empty")).to_contain_text("This folder is empty")
    page = looks("anna", f"/drive#folder={folder}", size="phone")
    expect(page.locator("#inside .empty")).to_contain_text("Drop files here")
    order: FilePayload = {"name": NASTY, "mimeType": "application/pdf", "buffer": PDF}
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload").click()
    chooser.value.set_files(order)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(watching.get_by_role("button", name=f"Look at {NASTY}")).to_have_text(NASTY)
    assert "run" not in page.title()
    dropped = page.evaluate_handle(
        """() => {
          const carried = new DataTransfer();
          carried.items.add(new File(["hello"], "drop.txt", {type: "text/plain"}));
          return carried;
        }"""
    )
    page.dispatch_event("#inside", "dragenter", {"dataTransfer": dropped})
    expect(page.locator("#dropping")).to_have_text("Drop to upload into “Inbox”")
    page.dispatch_event("#inside", "drop", {"dataTransfer": dropped})
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(watching.locator("tbody tr")).to_have_count(2)
    kept = firm.robot.drive.files().list(q=f"'{folder}' in parents", fields="files(name,owners)").execute()
    assert {file["name"] for file in kept["files"]} == {NASTY, "drop.txt"}


def test_drive__tells_in_googles_words_who_may_not_see_and_asks_for_access(firm: Firm, looks: Looks) -> None:
    folder = folder_of(firm, "Secret", firm.anna.address)
    page = looks("max", f"/drive#folder={folder}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("You need access")
    expect(alert).to_contain_text(f"File not found: {folder}.")
    expect(page.get_by_role("button", name="Upload")).to_be_hidden()
    page.get_by_role("button", name="Ask for access").click()
    expect(page.locator("#toasts")).to_contain_text("The owner is asked.")
    proposals = firm.robot.drive.accessproposals().list(fileId=folder).execute()["accessProposals"]
    assert [one["requesterEmailAddress"] for one in proposals] == [firm.max.address]
    firm.robot.drive.permissions().create(
        fileId=folder, body={"type": "user", "role": "reader", "emailAddress": firm.max.address}
    ).execute()
    expect(page.locator("#barred")).to_be_visible()
    expect(alert).to_be_hidden()

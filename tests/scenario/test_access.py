"""The People tab is the access list: who stands on it may open what the role needs, and nobody else may."""

from __future__ import annotations

from collections.abc import Mapping

import gspread
import pytest

from sheetflow.app.access import MOST
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.emulator.files import Permission, permission_id
from sheetflow.model.events import Event
from tests.conftest import Opener
from tests.faults.dying import run_pass
from tests.firm import Firm, facts_of
from tests.long import STRIDE
from tests.scenario.test_files import PAPER, TAKEN, answer, invoice_of

READ, WRITE = "sheets.values.batchGet", "sheets.batchUpdate"
PAT, EVE = "pat@firm.example", "eve@elsewhere.example"
FOLDERS = ("root", "payments", "bank", "incoming", "outgoing", "processed", "rejected")


@pytest.fixture
def firm(opened: Opener) -> Firm:
    """A firm whose first pass has run."""
    firm = opened()
    firm.run()
    return firm


def places(firm: Firm) -> dict[str, str]:
    return {"spreadsheet": firm.spreadsheet, **{key: firm.folder(key) for key in FOLDERS}}


def given(firm: Firm, address: str) -> dict[str, str]:
    """What somebody was given, place -> role."""
    files = firm.place.emulator.drive.files
    return {
        place: one.role
        for place, file in places(firm).items()
        for one in files.permissions(file)
        if one.email == address
    }


def sharing(firm: Firm) -> Mapping[str, list[tuple[str, str, str]]]:
    """Everything that was given on every place."""
    files = firm.place.emulator.drive.files
    return {
        place: sorted((one.kind, one.email, one.role) for one in files.permissions(file))
        for place, file in places(firm).items()
    }


def row_of(firm: Firm, address: str) -> int:
    addresses = [str(row[0]).lower() if row else "" for row in firm.values("A1:A200", tab="people")]
    return addresses.index(address) + 1 if address in addresses else len(addresses) + 1


def hire(firm: Firm, address: str, *roles: str, aliases: str = "") -> None:
    """The admin writes somebody's row, or changes it."""
    words = firm.runtime.book.own
    labels = ", ".join(words.label("roles", role) for role in roles)
    where = f"{firm.title('people')}!A{row_of(firm, address)}"
    firm.ivan.pastes(where, [[address, address.partition("@")[0].title(), labels, "", "", aliases]])


def fire(firm: Firm, address: str) -> None:
    """The admin blanks somebody's row."""
    row = row_of(firm, address)
    firm.ivan.pastes(f"{firm.title('people')}!A{row}", [[""] * 6])


def told(firm: Firm) -> list[Event]:
    return [event for event in firm.history() if event.kind.startswith("Access")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_access__whoever_is_added_may_open_what_the_role_needs_within_that_pass(
    opened: Opener, language: str
) -> None:
    firm = opened(language)
    firm.run()
    hire(firm, PAT, "accountant")
    assert given(firm, PAT) == {}
    before = firm.last_call()
    firm.run()
    assert given(firm, PAT) == {
        "spreadsheet": "writer", "payments": "reader", "incoming": "writer", "outgoing": "reader",
        "processed": "reader", "rejected": "reader",
    }  # fmt: skip
    assert firm.calls(before).count("drive.permissions.create") == 6
    (event,) = told(firm)
    assert (event.kind, event.actor) == ("AccessGranted", "system")
    assert [tuple(one) for one in event.data["access"]] == [
        ("spreadsheet", PAT, "writer"), ("payments", PAT, "reader"), ("incoming", PAT, "writer"),
        ("outgoing", PAT, "reader"), ("processed", PAT, "reader"), ("rejected", PAT, "reader"),
    ]  # fmt: skip
    assert firm.hand(PAT).tab().title == firm.title("registry")
    assert not firm.run().commits
    firm.verify()


def test_access__follows_the_roles(firm: Firm) -> None:
    hire(firm, PAT, "approver")
    firm.run()
    assert given(firm, PAT) == {"spreadsheet": "writer", "payments": "reader"}
    hire(firm, PAT, "manager")
    firm.run()
    assert given(firm, PAT) == {"spreadsheet": "writer"}
    hire(firm, PAT)
    firm.run()
    assert given(firm, PAT) == {"spreadsheet": "reader"}


def test_access__whoever_is_removed_can_open_nothing_and_do_nothing(firm: Firm) -> None:
    rid, theirs = firm.mia.submits(), firm.max.drafts()
    firm.settle()
    hand = firm.olga
    hand.picks("Approved", rid)
    firm.settle()
    fire(firm, hand.address)
    firm.run()
    assert given(firm, hand.address) == {}
    with pytest.raises(PermissionError) as refused:
        hand.tab()
    cause = refused.value.__cause__
    assert isinstance(cause, gspread.exceptions.APIError)
    assert cause.response.status_code == 403
    (event,) = told(firm)
    assert event.kind == "AccessRevoked"
    assert {tuple(one) for one in event.data["access"]} == {
        ("spreadsheet", hand.address, "writer"), ("payments", hand.address, "reader"),
    }  # fmt: skip
    # Even where somebody opens the spreadsheet to them again, by hand, their wishes are nobody's.
    firm.place.emulator.drive.files.share(firm.spreadsheet, hand.address, "writer")
    other = firm.max.submits()
    firm.settle()
    hand.picks("Approved", other)
    hand.types("subject", theirs, "Pens")
    firm.settle()
    assert firm.status(other) == "Submitted"
    assert ("EditRefused", hand.address) in firm.events(other)
    assert firm.row(theirs)["subject"] != "Pens"
    assert "known-" in facts_of([one for one in firm.history() if one.kind == "EditRefused"][-1])


def test_access__a_removed_requester_cannot_open_the_folders_of_their_requests(firm: Firm) -> None:
    rid = answer(firm, firm.max, TAKEN, {"invoice.pdf": PAPER})
    firm.settle()
    files = firm.place.emulator.drive.files
    record = files.get(invoice_of(firm, rid))
    assert record is not None
    folder = record.parent
    assert files.role(folder, firm.max.address) == "reader"
    fire(firm, firm.max.address)
    # The spreadsheet was closed to them by hand before: nothing but the State tab names them any more.
    files.revoke(firm.spreadsheet, permission_id(firm.max.address))
    firm.settle()
    assert files.role(folder, firm.max.address) is None
    assert [folder, firm.max.address, "reader"] in told(firm)[0].data["access"]


def test_access__nobody_but_the_people_and_the_system_stays(firm: Firm) -> None:
    before = sharing(firm)
    files = firm.place.emulator.drive.files
    for file in places(firm).values():
        files.share(file, EVE, "writer")
        files.grant(file, Permission("anyoneWithLink", "", "reader", "anyone"))
        files.grant(file, Permission("1k", "firm.example", "writer", "domain"))
        files.grant(file, Permission("77", "all@firm.example", "writer", "group"))
    files.share(places(firm)["payments"], firm.mia.address, "writer")
    files.share(firm.spreadsheet, firm.anna.address, "reader")
    hire(firm, PAT, "manager")
    firm.settle()
    expected = {place: list(shares) for place, shares in before.items()}
    expected["spreadsheet"] = sorted([*expected["spreadsheet"], ("user", PAT, "writer")])
    assert sharing(firm) == expected
    taken = [one for event in told(firm) if event.kind == "AccessRevoked" for one in event.data["access"]]
    assert len(taken) == 4 * len(places(firm)) + 1
    assert ["spreadsheet", "anyone", "reader"] in taken
    assert given(firm, firm.robot.address)["spreadsheet"] == "owner"
    assert given(firm, firm.service.address) == {"spreadsheet": "writer", "root": "writer"}


def test_access__another_address_of_a_person_is_theirs(firm: Firm) -> None:
    files = firm.place.emulator.drive.files
    files.share(firm.spreadsheet, "mia@home.example", "reader")
    hire(firm, firm.mia.address, "manager", aliases="mia@home.example")
    firm.run()
    assert given(firm, "mia@home.example") == {"spreadsheet": "writer"}
    assert given(firm, firm.mia.address) == {"spreadsheet": "writer"}
    hire(firm, firm.mia.address, "manager")
    firm.run()
    assert given(firm, "mia@home.example") == {}
    assert given(firm, firm.mia.address) == {"spreadsheet": "writer"}


def test_access__a_tab_without_an_admin_is_a_mishap_and_locks_nobody_out(firm: Firm) -> None:
    before = sharing(firm)
    firm.robot.enters(f"{firm.title('people')}!A1", "Whatever")
    firm.settle()
    assert sharing(firm) == before
    firm.robot.enters(f"{firm.title('people')}!A1", firm.runtime.book.own.label("people", "email"))
    firm.settle()
    assert sharing(firm) == before


def test_access__costs_nothing_where_nobody_changed(firm: Firm) -> None:
    rid = firm.mia.drafts()
    before = firm.last_call()
    firm.run()
    assert firm.calls(before) == [READ, WRITE]
    firm.ivan.enters(f"{firm.title('people')}!B{row_of(firm, firm.mia.address)}", "Mia M.")
    before = firm.last_call()
    firm.run()
    assert firm.calls(before) == [READ, WRITE]
    assert rid
    assert told(firm) == []


def test_access__a_place_that_is_in_order_is_looked_at_and_left_alone(firm: Firm) -> None:
    files = firm.place.emulator.drive.files
    for place, role in (("spreadsheet", "writer"), ("payments", "reader")):
        files.share(places(firm)[place], PAT, role)
    hire(firm, PAT, "approver")
    before = firm.last_call()
    firm.run()
    assert "drive.permissions.create" not in firm.calls(before)
    assert told(firm) == []
    assert firm.calls(before).count(WRITE) == 2


def test_access__what_drive_refuses_is_told_once_with_what_to_do(firm: Firm) -> None:
    refusal = {"path": "/permissions", "method": "POST", "status": 403, "times": None}
    firm.post("/workspace/faults", {**refusal, "message": "Sharing outside of firm.example is not allowed."})
    hire(firm, EVE, "manager")
    firm.settle()
    assert given(firm, EVE) == {}
    (mail,) = [one for one in firm.ivan.mails() if "Access could not be changed" in str(one["Subject"])]
    text = str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "Sharing outside of firm.example is not allowed." in text
    assert "the Workspace admin has to allow" in " ".join(text.split())
    assert EVE in str(mail["Subject"])
    hire(firm, PAT, "manager", aliases="p@firm.example")
    firm.forget_faults()
    firm.settle()
    assert given(firm, EVE) == given(firm, PAT) == {"spreadsheet": "writer"}
    assert len([one for one in firm.ivan.subjects() if "Access" in one]) == 1


def test_access__a_place_that_is_closed_to_us_does_not_keep_the_others(firm: Firm) -> None:
    files = firm.place.emulator.drive.files
    root = places(firm)["root"]
    files.put(root, more='{"writersCanShare": false}')
    hire(firm, PAT, "approver")
    firm.settle()
    assert given(firm, PAT)["spreadsheet"] == "writer"
    assert [one for one in firm.ivan.subjects() if "Access could not be changed" in one]


def test_access__drive_out_of_reach_is_asked_again(firm: Firm) -> None:
    firm.post("/workspace/faults", {"path": "/permissions", "status": 503, "times": None})
    hire(firm, PAT, "manager")
    firm.run()
    assert given(firm, PAT) == {}
    firm.forget_faults()
    firm.later()
    firm.settle()
    assert given(firm, PAT) == {"spreadsheet": "writer"}
    assert [event.kind for event in told(firm)] == ["AccessGranted"]


def test_access__many_at_once_take_several_rounds(firm: Firm) -> None:
    row = row_of(firm, PAT)
    manager = firm.runtime.book.own.label("roles", "manager")
    people = [[f"p{n}@firm.example", "", manager, "", "", ""] for n in range(MOST + 5)]
    firm.ivan.pastes(f"{firm.title('people')}!A{row}", people)
    firm.settle()
    assert {given(firm, person[0])["spreadsheet"] for person in people} == {"writer"}
    assert [len(event.data["access"]) for event in told(firm)] == [MOST, 5]


def test_access__kill_between_any_two_calls_leaves_nothing_undone(opened: Opener) -> None:
    first = opened()
    first.run()
    first.place.emulator.drive.files.share(first.spreadsheet, EVE, "writer")
    hire(first, PAT, "accountant")
    fire(first, first.olga.address)
    folder = first.place.folder
    first.place.close()
    answered = 0
    while True:
        firm = opened(copy_of=folder)
        killed = run_pass(firm.environment, answered)
        firm.later()
        firm.settle()
        assert set(given(firm, PAT)) == {
            "spreadsheet",
            "payments",
            "incoming",
            "outgoing",
            "processed",
            "rejected",
        }, answered
        assert given(firm, EVE) == given(firm, firm.olga.address) == {}, answered
        firm.verify()
        firm.place.close()
        if not killed:
            break
        answered += STRIDE
    assert answered > 15

"""What a pass costs in calls to Google, counted where they arrive."""

from __future__ import annotations

import pytest

from tests.conftest import Opener
from tests.firm import Firm

READ, WRITE, MAIL = "sheets.values.batchGet", "sheets.batchUpdate", "gmail.messages.send"


@pytest.fixture(scope="module")
def firm(opened: Opener) -> Firm:
    """A firm whose first pass has run, which writes down who works there."""
    firm = opened()
    firm.run()
    return firm


def cost(firm: Firm) -> list[str]:
    """The calls of one pass, by whomever they are made."""
    before = firm.last_call()
    firm.run()
    return firm.calls(before)


def test_calls__nothing_to_do_is_one_read(firm: Firm) -> None:
    assert cost(firm) == [READ]


def test_calls__an_edit_of_a_draft_is_one_read_and_one_write(firm: Firm) -> None:
    rid = firm.mia.drafts()
    assert cost(firm) == [READ, WRITE]
    firm.mia.types("subject", rid, "Pens")
    assert cost(firm) == [READ, WRITE]
    assert cost(firm) == [READ]


def test_calls__an_accepted_edit_is_one_read_and_one_write_before_its_mail_and_one_write_after(
    firm: Firm,
) -> None:
    rid = firm.mia.submits()
    assert cost(firm) == [READ, WRITE, MAIL, WRITE]
    firm.olga.picks("Approved", rid)
    assert cost(firm) == [READ, WRITE, MAIL, MAIL, MAIL, WRITE]
    assert cost(firm) == [READ]


def test_calls__an_edit_that_is_put_back_costs_no_more(firm: Firm) -> None:
    rid = firm.mia.submits()
    firm.run()
    firm.mia.picks("Approved", rid)
    assert cost(firm) == [READ, WRITE, MAIL, WRITE]
    assert cost(firm) == [READ]


def test_calls__a_hundred_waiting_edits_cost_the_same_as_one(firm: Firm) -> None:
    rids = [firm.mia.drafts() for _ in range(4)]
    firm.run()
    cells = [firm.cell_of(rid, "subject") for rid in rids]
    for n in range(23):
        for cell in cells:
            firm.mia.enters(cell, f"Paper {n}")
    for rid in rids:
        firm.mia.picks("Submitted", rid)
        firm.mia.picks("Approved", rid)
    waiting = [row for row in firm.values("A2:G", "UNFORMATTED_VALUE", "inbox") if len(row) < 7]
    assert len(waiting) == 100
    mails = [MAIL] * (len(rids) + 1)  # one to decide for each, and one word about all that was put back
    assert cost(firm) == [READ, WRITE, *mails, WRITE]
    assert [firm.status(rid) for rid in rids] == ["Submitted"] * 4
    assert [firm.row(rid)["subject"] for rid in rids] == ["Paper 22"] * 4
    assert cost(firm) == [READ]


def test_calls__a_cold_start_reads_no_more_than_a_warm_one(firm: Firm) -> None:
    vars(firm).pop("runtime", None)
    assert cost(firm) == [READ]


def test_calls__nobody_asked_for_the_spreadsheet_itself(firm: Firm) -> None:
    assert set(firm.calls(by=firm.service.address)) <= {READ, WRITE}
    assert "gmail.messages.list" not in firm.calls(by=firm.robot.address)

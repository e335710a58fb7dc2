"""Recurring requests through real passes: drafts in the Registry, once, and what is said to whom."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sheetflow.core.company import read_company
from sheetflow.core.recurring.drafting import memory_of
from sheetflow.core.recurring.table import COLUMNS, faults_said, read_templates
from sheetflow.model.cells import Cell
from tests.desk import ADMIN, GOOD, HEAD, MIA, Desk

RENT: dict[str, Cell] = {
    "name": "Rent", "requester": MIA, "every": "month", "next": "2026-12-31", "until": "", "before": "",
    "subject": "Rent for {month} {year}", "contractor": GOOD["contractor"], "amount": "100 000,50",
    "currency": "RUB", "details": "Sberbank", "inn": GOOD["inn"], "kpp": GOOD["kpp"], "bik": GOOD["bik"],
    "account": GOOD["account"], "purpose": "Rent, due {date}", "vat": "20 %",
}  # fmt: skip
SOON = datetime(2026, 12, 28, 9, 30, tzinfo=UTC)
"""A Monday, and the settings say five days before."""


def desk_with(*rows: dict[str, Cell], language: str = "en", **settings: str) -> Desk:
    desk = Desk(settings=settings, language=language)
    labels = desk.book.own.labels
    heads = [labels["columns"].get(key) or labels["recurring"][key] for key in COLUMNS]
    desk.sheet.recurring = [list(heads), *[[row.get(key, "") for key in COLUMNS] for row in rows]]
    desk.run()
    desk.clock.at = SOON
    return desk


def drafts(desk: Desk) -> list[str]:
    return [str(row[0]) for row in desk.sheet.state if row and '"recurring":{' in str(row[11])]


def company_events(desk: Desk) -> list[tuple[str, str]]:
    return [(event.kind, event.actor) for event in desk.sheet.read_history()[1] if not event.request]


def test_draft__made_once_by_the_schedule_with_the_words_of_its_day() -> None:
    desk = desk_with(RENT)
    desk.run()
    assert drafts(desk) == []  # an edit's pass makes none
    desk.run(scheduled=True)
    (rid,) = drafts(desk)
    assert [desk.cell(rid, key) for key in ("status", "subject", "purpose", "amount", "pay_by")] == [
        "Draft", "Rent for December 2026", "Rent, due 2026-12-31", 100000.5, 46387,
    ]  # fmt: skip
    commits = desk.sheet.commits
    desk.run(scheduled=True)
    desk.run()
    assert (drafts(desk), desk.sheet.commits) == ([rid], commits)
    assert ("RecurringDrafted", "system") in company_events(desk)
    assert desk.letters() == [(MIA, "draft-ready")]
    desk.verify()


def test_draft__in_russian() -> None:
    desk = desk_with(
        {**RENT, "every": "месяц, в последний день", "subject": "Аренда за {месяц} {year} г."}, language="ru"
    )
    desk.run(scheduled=True)
    (rid,) = drafts(desk)
    assert desk.cell(rid, "subject") == "Аренда за декабрь 2026 г."
    assert desk.cell(rid, "purpose") == "Rent, due 31.12.2026"


def test_draft__its_payee_is_vouched_for_by_the_book_or_by_its_requester() -> None:
    desk = desk_with(RENT)
    desk.run(scheduled=True)
    (rid,) = drafts(desk)
    assert "Account" in desk.checks(rid)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Draft"
    assert desk.refusals == ["payee-author-known"]


def test_draft__what_the_book_vouches_for_needs_no_confirming() -> None:
    desk = Desk()
    first = desk.submitted()
    desk.status(HEAD, first, "Approved")
    desk.run()
    labels = desk.book.own.labels
    heads = [labels["columns"].get(key) or labels["recurring"][key] for key in COLUMNS]
    desk.sheet.recurring = [list(heads), [RENT.get(key, "") for key in COLUMNS]]
    desk.clock.at = SOON
    desk.run(scheduled=True)
    (rid,) = drafts(desk)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted", desk.checks(rid)


def test_draft__deleted_sorted_and_renamed_it_does_not_come_again() -> None:
    desk = desk_with({**RENT, "name": "Phone", "next": "2027-06-01"}, RENT)
    desk.run(scheduled=True)
    (rid,) = drafts(desk)
    del desk.sheet.rows[desk.row_of(rid)]
    desk.run(scheduled=True)
    desk.sheet.recurring[1:] = desk.sheet.recurring[:0:-1]
    desk.sheet.recurring[1][0] = "Office rent"
    desk.run(scheduled=True)
    assert desk.sheet.rows == []


def test_draft__a_name_typed_anew_is_known_though_all_else_changed() -> None:
    desk = desk_with(RENT)
    desk.run(scheduled=True)
    desk.sheet.recurring[1][0] = "Office"
    desk.sheet.recurring[1][COLUMNS.index("amount")] = "5"
    desk.sheet.inbox.append(
        desk.event(MIA, [("Office", [("Name", "Rent", "Office")])], exact=True, sheet=107)
    )
    desk.run()
    desk.run(scheduled=True)
    assert len(drafts(desk)) == 1
    assert ("RecurringChanged", MIA) in company_events(desk)
    assert memory_of(desk.sheet.read_history()[1]).keys() == desk.sheet.token.recurring.keys()


def test_draft__a_lost_token_does_not_bring_it_again() -> None:
    desk = desk_with(RENT)
    desk.run(scheduled=True)
    desk.sheet.token = replace(desk.sheet.token, recurring={})
    desk.run(scheduled=True)
    assert len(drafts(desk)) == 1


def test_draft__after_an_outage_the_latest_missed_and_what_comes() -> None:
    desk = desk_with({**RENT, "every": "week", "next": "2026-12-31", "before": "10"})
    desk.run(scheduled=True)
    assert len(drafts(desk)) == 2  # both within ten days
    desk.clock.at = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
    desk.run(scheduled=True)
    days = sorted(
        json.loads(str(row[11]))["recurring"]["due"] for row in desk.sheet.state if row[0] in drafts(desk)
    )
    assert days == ["2026-12-31", "2027-01-07", "2027-02-25", "2027-03-04", "2027-03-11"]


def test_draft__the_digest_has_it_once_and_its_requester_is_needed() -> None:
    desk = desk_with(RENT, digest="yes")
    desk.run(scheduled=True)
    desk.run(scheduled=True)
    assert desk.letters() == [(MIA, "digest")]
    facts = json.loads(str(next(row for row in desk.sheet.outbox if row[5] == "digest")[8]))
    assert [line["subject"] for line in facts["sections"]["drafts"]] == ["Rent for December 2026"]
    assert facts["needed"] == "yes"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"requester": "who@firm.example"}, "who@firm.example is no address on the People tab"),
        ({"requester": ADMIN}, "is no manager"),
        ({"every": "now and then"}, "“now and then” is no period"),
        ({"next": "31.02.2027"}, "Next date: “31.02.2027” is no date"),
        ({"next": ""}, "Next date is blank"),
        ({"until": "2026-01-01"}, "before its next date"),
        ({"before": "26"}, "Days before is “26”"),
        ({"amount": "a lot"}, "Amount: “a lot” cannot be read"),
        ({"account": "=IMPORTDATA(1)"}, "Account: there is a formula"),
    ],
)  # fmt: skip
def test_draft__a_wrong_row_is_held_and_said(changes: dict[str, Cell], says: str) -> None:
    desk = desk_with({**RENT, **changes}, {**RENT, "name": "Other", "next": "2027-06-01"})
    desk.run(scheduled=True)
    assert drafts(desk) == []
    assert (ADMIN, "unwell") in desk.letters()
    company = read_company(desk.sheet.people, desk.sheet.settings, desk.book)
    held = read_templates(desk.sheet.recurring, company, desk.book)[0]
    assert any(says in one for one in faults_said(held, desk.book.own)), faults_said(held, desk.book.own)
    desk.sheet.recurring[1] = [RENT.get(key, "") for key in COLUMNS]
    desk.run(scheduled=True, later=timedelta(hours=1))
    assert len(drafts(desk)) == 1
    assert (ADMIN, "well-again") in desk.letters()


def test_draft__the_same_name_twice_counts_once() -> None:
    desk = desk_with(RENT, RENT)
    desk.run(scheduled=True)
    assert len(drafts(desk)) == 1

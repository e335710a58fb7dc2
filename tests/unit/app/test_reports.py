"""Reports: from State and History to tables; no currency is ever added to another."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta

from sheetflow.app.reports import Report, rates_since, report
from sheetflow.cli.report import _harmless, number, titled
from sheetflow.cli.report_page import html
from sheetflow.core.company import read_company
from tests.desk import ADA, ANNA, HEAD, Desk

TODAY = date(2026, 11, 26)
"""A Thursday."""


def made(office: Desk, month: str = "", today: date = TODAY) -> Report:
    seen = office.sheet.read()
    settings = read_company(seen.people, seen.settings, office.book).settings
    return report(seen.state, office.sheet.read_history()[1], settings, office.book, today, month)


def shown(found: Report, table: str, *columns: str) -> list[str]:
    return [" ".join(row[name] or "-" for name in columns) for row in found.tables[table]]


def test_report__due_by_day_currency_and_account() -> None:
    office = Desk()
    office.approved(pay_by="2026-11-25")
    office.submitted(pay_by="2026-11-26")
    office.approved(pay_by="2026-11-26")
    office.submitted(pay_by="2026-11-29", currency="USD")
    office.submitted(pay_by="2026-11-30")
    assert shown(made(office), "due", "when", "currency", "requests", "amount", "approved") == [
        "overdue RUB 1 12500.50 12500.50", "today RUB 2 25001.00 12500.50", "week USD 1 12500.50 0.00",
    ]  # fmt: skip
    assert shown(made(office), "open", "status", "currency", "requests", "amount") == [
        "Submitted RUB 2 25001.00", "Submitted USD 1 12500.50", "Approved RUB 2 25001.00",
    ]  # fmt: skip


def test_report__spend_and_times_of_payments_that_stand() -> None:
    office = Desk()
    first, second = office.submitted(department="Sales"), office.submitted(department="Sales")
    office.clock.at += timedelta(days=2)
    for rid in (first, second):
        office.status(HEAD, rid, "Approved")
    office.run()
    office.clock.at += timedelta(days=4)
    office.status(ANNA, first, "Paid")
    office.run()
    found = made(office)
    assert shown(found, "spend", "month", "currency", "requests", "amount") == ["2026-11 RUB 1 12500.50"]
    assert shown(found, "times", "by", "name", "requests", "approval_median", "paid", "paid_p90")[:2] == [
        "all - 2 2.0 1 6.0", "department Sales 2 2.0 1 6.0",
    ]  # fmt: skip
    assert made(office, "2026-10").tables["spend"] == made(office, "2026-10").tables["times"] == []
    assert json.loads(json.dumps(found.as_dict()))["spend"][0]["amount"] == "12500.50"


def test_report__an_equivalent_stands_beside_with_its_rate() -> None:
    office = Desk()
    office.submitted(pay_by="2026-11-26", currency="USD")
    assert shown(made(office), "due", "amount", "equivalent") == ["12500.50 -"]
    office.sheet.settings = [*office.sheet.settings, ["Rates", "USD 92.50"]]
    office.run()
    found = made(office)
    assert shown(found, "due", "currency", "amount", "equivalent") == ["USD 12500.50 1156296.25"]
    assert {currency: str(rate) for currency, rate in found.rates.items()} == {"USD": "92.50"}
    assert found.since == "2026-11-24"
    assert rates_since([], read_company([], office.sheet.settings, office.book).settings, office.book) == ""


def test_report__a_payment_taken_back_is_none() -> None:
    office = Desk()
    rid = office.approved()
    office.status(ANNA, rid, "Paid")
    office.run()
    assert len(made(office).tables["spend"]) == 1
    office.comment(ANNA, rid, "it came back")
    office.status(ANNA, rid, "Approved")
    office.run()
    office.status(ADA, rid, "Approved")
    office.run()
    assert office.accepted(rid) == "Approved"
    assert made(office).tables["spend"] == []


def test_reports__pandas_is_loaded_by_them_alone() -> None:
    code = "import sys, sheetflow.cli, sheetflow.app.process; print('pandas' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_csv__no_cell_is_a_formula() -> None:
    assert [_harmless(text) for text in ("=1+1", "@x", "-12.50", "Sales")] == [
        "'=1+1",
        "'@x",
        "-12.50",
        "Sales",
    ]


def test_html__bars_have_their_numbers_as_text_and_nothing_is_markup() -> None:
    office = Desk()
    rid = office.approved(category="<b>Rent & co")
    office.status(ANNA, rid, "Paid")
    office.run()
    found = made(office)
    page = html(found, titled(found, office.book.own), office.book.own, "en")
    assert 'aria-label="&lt;b&gt;Rent &amp; co: 12,500.50 RUB"' in page
    assert "<b>" not in page


def test_report__numbers_as_people_of_a_language_read_them() -> None:
    assert number("1156296.25", "en") == "1,156,296.25"
    assert number("1156296.25", "ru") == "1\u00a0156\u00a0296,25"

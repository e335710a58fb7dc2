"""Whatever comes from outside is read, or refused in the ways that its reader names: no other error."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetflow.adapters.identity import Verifier
from sheetflow.adapters.invoices import read_codes
from sheetflow.app.letters import address_of
from sheetflow.app.links import Links, Vouched
from sheetflow.banking import bank_directory, own_accounts, payment_qr, statement_reader
from sheetflow.banking.bank_directory import InvalidDirectory
from sheetflow.banking.client_bank_reader import InvalidExchange
from sheetflow.core.absences import read_absences
from sheetflow.core.attention.calendar import read_calendar, read_week
from sheetflow.core.company import read_company
from sheetflow.core.filing import drive_file
from sheetflow.core.history import from_line
from sheetflow.core.inbox import read_inbox, signature
from sheetflow.core.mentions import mentions
from sheetflow.core.people_file import read_people
from sheetflow.core.policy.table import read_policy
from sheetflow.core.projection import from_row
from sheetflow.core.safety.budgets import read_budgets
from sheetflow.core.safety.names import folded, resembles
from sheetflow.core.tabs import read_attention, read_token
from sheetflow.emulator.sheets import a1
from sheetflow.errors import CallerRefused, ConfigError, HistoryBroken, LinkRefused, Unavailable
from sheetflow.model import requisites
from sheetflow.model.cells import Cell
from sheetflow.model.csv_requests import UnreadableRequests, read_requests
from sheetflow.model.dates import parse_date
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.pages.entrance import clean
from tests.desk import KEY, MIA, SPREADSHEET, START, Desk, book
from tests.long import examples

BOOK = book()
COMPANY = read_company(Desk().sheet.people, Desk().sheet.settings, BOOK)
LINKS = Links(b"l" * 32, "https://pages.example/")

PIECES = st.sampled_from(
    ["2026-11-24", "12.5", "1 000,00", "RUB", "EUR", "₽", "..", "–", ";", ":", "\n", "@", "any:", "2 of", "|",
     "mia@firm.example", "A1", "$B$2:C", "'Tab'!", "!", ":", "БИК", "044525225", "40702810900000000001", "%",
     "7707083893", "НДС", "{", "}", "[", "]", '"', "\\", "\x00", "\u202e", "\ufeff", "=1+1", "e9", "-", "+",
     "INF", "nan", "٣", "²", "\ud800", "9" * 60, ".eyJ", "{{7*7}}", "January"]
)  # fmt: skip
TEXTS = st.text(max_size=60) | st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)
CELLS: st.SearchStrategy[Cell] = TEXTS | st.integers() | st.floats() | st.booleans()


@dataclass(frozen=True)
class Reader:
    """A reader of outside texts, and what it may raise."""

    read: Callable[[Any], object]
    raises: tuple[type[Exception], ...] = ()
    again: bool = False
    """Reading what it gave gives the same."""


READERS = {
    "amount": Reader(lambda text: parse_amount(text, "RUB"), (Invalid,), again=True),
    "currency": Reader(parse_currency, (Invalid,), again=True),
    "date": Reader(parse_date, (Invalid,)),
    "inn": Reader(lambda cell: requisites.inn(cell).value, (Invalid,), again=True),
    "kpp": Reader(lambda cell: requisites.kpp(cell).value, (Invalid,), again=True),
    "bik": Reader(lambda cell: requisites.bik(cell).value, (Invalid,), again=True),
    "account": Reader(lambda cell: requisites.account(cell, "").value, (Invalid,), again=True),
    "corr-account": Reader(lambda cell: requisites.corr_account(cell, "").value, (Invalid,), again=True),
    "iban": Reader(lambda cell: requisites.iban(cell).value, (Invalid,), again=True),
    "name": Reader(lambda cell: folded(str(cell))),
    "mail address": Reader(lambda cell: address_of(str(cell)), (Invalid,), again=True),
    "comment": Reader(lambda cell: clean(str(cell)), again=True),
    "mention": Reader(lambda cell: mentions(f"@{cell}", MIA, COMPANY.people)),
    "drive link": Reader(lambda cell: drive_file(str(cell))),
    "budgets": Reader(lambda cell: read_budgets(str(cell), "RUB", [])),
    "absences": Reader(lambda cell: read_absences(str(cell), "x", [])),
    "holidays": Reader(lambda cell: read_calendar(frozenset({0}), str(cell))),
    "week": Reader(lambda cell: read_week(str(cell)), (ValueError,)),
    "own accounts": Reader(lambda cell: own_accounts.read(str(cell))),
    "people file": Reader(lambda cell: read_people(f"E-mail,Name,Roles\n{cell}", BOOK, "x"), (ConfigError,)),
    "requests file": Reader(
        lambda cell: list(read_requests(str(cell), {"what for": "subject"})), (UnreadableRequests,)
    ),
    "payment QR": Reader(lambda cell: payment_qr.parse(f"ST00012|Name=A|{cell}"), (Invalid,)),
    "history line": Reader(lambda cell: from_line(str(cell), 1), (HistoryBroken,)),
    "token": Reader(read_token, (ConfigError,)),
    "attention": Reader(read_attention, (ConfigError,)),
    "link": Reader(lambda cell: LINKS.read(str(cell)), (LinkRefused,)),
    "cookie": Reader(lambda cell: LINKS.vouched(str(cell))),
    "bank directory": Reader(
        lambda cell: bank_directory.read_csv(f"BIC;NameP\n{cell}"), (InvalidDirectory,)
    ),
    "A1": Reader(lambda cell: a1.parse(str(cell))),
}  # fmt: skip


def wide(text: object) -> object:
    """Without halves of signs, where the way here is UTF-8 and has none."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else text


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_reader__reads_or_refuses_as_it_says(name: str, data: st.DataObject) -> None:
    reader, cell = READERS[name], data.draw(CELLS)
    try:
        found = reader.read(cell)
    except reader.raises:
        return
    if reader.again:
        assert reader.read(found) == found


KEYS = st.sampled_from(["id", "cells", "rows", "exact"])
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
    max_leaves=8,
)  # fmt: skip
CHANGE = st.tuples(st.sampled_from(["Amount", "ID", "Status", "x"]), TEXTS | st.none(), TEXTS | st.integers())
SIGNED = st.fixed_dictionaries(
    {
        "exact": st.booleans(),
        "rows": st.lists(st.fixed_dictionaries({"id": CELLS, "cells": st.lists(CHANGE, max_size=3)})),
    }
)


@settings(max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BODIES | SIGNED, CELLS, TEXTS, st.booleans())
def test_inbox__any_row_is_an_edit_or_refused_and_always_marked(
    body: object, sheet: Cell, user: str, holds: bool
) -> None:
    row: list[Cell] = ["u1", START.isoformat(), user, sheet, json.dumps(body)]
    row += [signature(KEY, row, SPREADSHEET) if holds else "0" * 64, ""]
    mail = read_inbox(
        [row],
        key=KEY,
        spreadsheet=SPREADSHEET,
        headers=BOOK.headers,
        horizon="",
        now=START + timedelta(minutes=1),
    )
    assert mail.waiting == [0]
    assert holds or (mail.edits == [] and len(mail.refused) == 1)


@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, max_size=12), max_size=4), st.lists(st.lists(CELLS, max_size=3), max_size=6))
def test_company__any_tabs_make_a_company_and_a_policy(
    rows: list[list[Cell]], options: list[list[Cell]]
) -> None:
    office = Desk()
    company = read_company([office.sheet.people[0], *rows], [office.sheet.settings[0], *options], BOOK)
    titles: list[Cell] = list(BOOK.policy_headers)
    read_policy([titles, *rows], company.people, "RUB", BOOK)


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from(sorted(BOOK.own.labels["settings"])), TEXTS)
def test_settings__any_value_of_any_makes_a_company(key: str, text: str) -> None:
    read_company(Desk().sheet.people, [["Setting", "Value"], [BOOK.own.labels["settings"][key], text]], BOOK)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=40), BODIES)
def test_state__any_row_is_a_request_or_named(row: list[Cell], body: object) -> None:
    whole = [*row, *[""] * 40][:40]
    whole[11] = json.dumps(body)
    try:
        from_row(whole)
    except ConfigError as error:
        problem = str(error)
    else:
        problem = "State"
    assert "State" in problem


XML = b'<?xml version="1.0"?><ED807 xmlns="urn:cbr-ru:ed:v2.0" EDDate="2026-11-24">'
ZIPPED = b"PK\x03\x04\x14\x00\x00\x00\x08\x00"


@settings(max_examples=examples(100), deadline=None)
@given(
    st.sampled_from(
        [
            b"", XML, XML + b"<BICDirectoryEntry BIC='044525225'>", ZIPPED, b"\xff\xfe", b"BIC;NameP\r\n",
            b"<!DOCTYPE a>",
        ]
    ),
    st.binary(max_size=120),
)  # fmt: skip
def test_bytes__of_any_kind_are_refused_by_every_reader_in_its_own_way(start: bytes, more: bytes) -> None:
    for read, raises in (
        (bank_directory.read_ed807, InvalidDirectory),
        (statement_reader.read, InvalidExchange),
        (read_any_codes, Invalid),
    ):
        with contextlib.suppress(raises):
            read(start + more)


def read_any_codes(data: bytes) -> object:
    """What a payment QR is looked for in, whatever it calls itself."""
    return [read_codes(data, kind) for kind in ("application/pdf", "image/png")]


@settings(max_examples=examples(100), deadline=None)
@given(TEXTS, st.sampled_from(["Bearer ", "bearer", "Basic ", ""]))
def test_token__anything_else_is_a_caller_refused(text: str, scheme: str) -> None:
    verifier = Verifier("audience", {"on_edit": "a@b.example"}, "http://127.0.0.1:9/none")
    with pytest.raises((CallerRefused, Unavailable)):
        verifier.verify("on_edit", scheme + text)


@settings(max_examples=examples(100), deadline=None)
@given(TEXTS, st.integers(0, 2**33))
def test_cookie__comes_back_as_it_was_written(address: str, until: int) -> None:
    cookie = LINKS.vouch(Vouched(str(wide(address)), until))
    assert len(cookie) > 2_000 or LINKS.vouched(cookie) == Vouched(str(wide(address)), until)


@settings(max_examples=examples(100), deadline=None)
@given(st.text("абв", max_size=14), st.text("абв", max_size=14))
def test_resembles__is_the_same_both_ways_and_never_itself(one: str, other: str) -> None:
    assert resembles(one, other) == resembles(other, one)
    assert not resembles(one, one)

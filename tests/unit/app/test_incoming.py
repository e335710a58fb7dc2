"""Statements dropped into Bank/Incoming, at a desk in memory: whose word counts, and each file once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import pytest

from sheetflow.app.bank import BankDesk
from sheetflow.app.incoming import Incoming
from sheetflow.core.tabs import read_outbox_row
from sheetflow.errors import PortError, Unavailable
from sheetflow.model.events import Dropped
from sheetflow.model.snapshot import Letter
from tests import banks
from tests.desk import ADA, ADMIN, ANNA, BOTH, MIA, Desk
from tests.unit.app.test_bank import bank, carried_out, desk_with, ready, request, settled


class FakeIncoming:
    """The folder in memory (IncomingPort). `fails` names calls that fail once, after they took effect."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[Dropped, bytes]] = {}
        self.gone: dict[str, str] = {}
        self.fails: list[str] = []

    def drop(self, content: bytes, by: str = ANNA, owner: str = "", name: str = "kl_to_1c.txt") -> str:
        file = f"file-{len(self.files) + len(self.gone) + 1}"
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        self.files[file] = (Dropped(file, name, digest, len(content), by, (owner or by,)), content)
        return file

    def waiting(self) -> Sequence[Dropped]:
        self._fail("waiting")
        return [dropped for dropped, _ in self.files.values()]

    def content(self, file: str) -> bytes:
        self._fail("content")
        return self.files[file][1]

    def put_away(self, dropped: Dropped, folder: str, year: str) -> None:
        self._fail("put_away")
        del self.files[dropped.id]
        self.gone[dropped.id] = f"{folder}/{year}" if folder == "processed" else folder

    def close(self) -> None:
        pass

    def _fail(self, call: str) -> None:
        if call in self.fails:
            self.fails.remove(call)
            raise Unavailable("Drive", "no answer")


@pytest.fixture
def desk() -> Desk:
    return desk_with()


@pytest.fixture
def folder() -> FakeIncoming:
    return FakeIncoming()


def run(desk: Desk, folder: FakeIncoming) -> int:
    desk.clock.at += timedelta(seconds=1)
    return Incoming(bank(desk), folder).run()


def told(desk: Desk, template: str) -> list[Letter]:
    rows = [read_outbox_row(row).letter for row in desk.sheet.outbox if row and row[0]]
    return [letter for letter in rows if letter.template == template]


def kinds(desk: Desk) -> list[str]:
    return [event.kind for event in desk.sheet.read_history()[1]]


def statement_of(desk: Desk, *rids: str) -> bytes:
    return banks.statement(carried_out(desk, *rids))


def test_incoming__an_accountants_statement_pays_and_is_told_to_them_alone(
    desk: Desk, folder: FakeIncoming
) -> None:
    rids = ready(desk, 2)
    bank(desk).export(ANNA)
    file = folder.drop(statement_of(desk, *rids))
    assert run(desk, folder) == 1
    assert [request(desk, rid).status for rid in rids] == ["Paid", "Paid"]
    assert folder.gone == {file: f"processed/{desk.clock.at.year}"}
    (letter,) = told(desk, "statement-read")
    assert letter.to == ANNA
    assert (letter.facts["paid_count"], letter.facts["to_decide"], letter.facts["items"]) == ("2", "0", [])
    assert kinds(desk)[-1] == "StatementRead"
    assert run(desk, folder) == 0
    settled(desk)


@pytest.mark.parametrize(
    ("by", "owner"), [(MIA, MIA), (ANNA, MIA), (MIA, ANNA), ("who@else.example", ANNA), ("", ANNA)]
)
def test_incoming__anybody_elses_hand_takes_its_word(
    desk: Desk, folder: FakeIncoming, by: str, owner: str
) -> None:
    (rid,) = ready(desk)
    bank(desk).export(ANNA)
    file = folder.drop(statement_of(desk, rid), by, owner)
    run(desk, folder)
    assert request(desk, rid).status == "Approved"
    assert folder.gone == {file: "rejected"}
    letters = told(desk, "statement-stranger")
    assert {letter.to for letter in letters} == {ANNA, ADA, ADMIN, BOTH}
    assert run(desk, folder) == 0


def test_incoming__in_a_shared_drive_nobody_owns_a_file(desk: Desk, folder: FakeIncoming) -> None:
    (rid,) = ready(desk)
    bank(desk).export(ANNA)
    file = folder.drop(statement_of(desk, rid))
    dropped, content = folder.files[file]
    folder.files[file] = (Dropped(file, dropped.name, dropped.digest, dropped.size, ANNA, ()), content)
    run(desk, folder)
    assert request(desk, rid).status == "Paid"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.4", "This is no statement"),
        ("1CClientBankExchange\r\nСекцияРасчСчет\r\nбез знака\r\n".encode("cp1251"), "line 3"),
        (banks.statement([]).replace(banks.PAYER.account.encode(), b"4070281040000000" + b"9999"), "9999"),
    ],
)
def test_incoming__what_cannot_be_read_goes_back_with_its_lines(
    desk: Desk, folder: FakeIncoming, content: bytes, says: str
) -> None:
    before = kinds(desk)
    file = folder.drop(content)
    run(desk, folder)
    assert folder.gone == {file: "rejected"}
    (letter,) = told(desk, "statement-rejected")
    items = letter.facts["items"]
    assert letter.to == ANNA
    assert isinstance(items, list)
    assert says in " ".join(str(item["says"]) for item in items)
    assert kinds(desk) == [*before, "StatementRefused"]


@pytest.mark.parametrize("call", ["waiting", "content", "put_away", "commit"])
def test_incoming__whatever_call_fails_each_payment_and_each_letter_is_once(
    desk: Desk, folder: FakeIncoming, call: str
) -> None:
    rids = ready(desk, 2)
    bank(desk).export(ANNA)
    file = folder.drop(statement_of(desk, *rids))
    if call == "commit":
        desk.sheet.before_commit = lambda: desk.run() and None
    else:
        folder.fails.append(call)
    for _ in range(3):
        try:
            run(desk, folder)
        except PortError:
            continue
    assert folder.gone == {file: f"processed/{desk.clock.at.year}"}
    assert [request(desk, rid).status for rid in rids] == ["Paid", "Paid"]
    assert kinds(desk).count("StatementRead") == 1
    assert kinds(desk).count("RequestPaid") == 2
    assert len(told(desk, "statement-read")) == 1
    settled(desk)


def test_incoming__a_content_that_changed_since_it_was_listed_waits(desk: Desk, folder: FakeIncoming) -> None:
    file = folder.drop(banks.statement([]))
    dropped, _ = folder.files[file]
    folder.files[file] = (dropped, b"another")
    before = kinds(desk)
    assert run(desk, folder) == 0
    assert kinds(desk) == before
    assert file in folder.files


def test_incoming__the_desk_is_the_commands() -> None:
    """One code path: what `bank import` runs and what the folder runs are the same desk."""
    assert Incoming(bank(Desk()), FakeIncoming()).desk.__class__ is BankDesk

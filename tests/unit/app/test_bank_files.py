"""The schedule's own bank files at a desk in memory: once a day, by the ticks, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sheetflow.app.bank_files import BankFiles
from sheetflow.core.tabs import read_outbox_row
from sheetflow.errors import Unavailable
from sheetflow.model.events import Upload
from sheetflow.model.snapshot import Letter
from tests.desk import ADA, ANNA, BOTH, Desk
from tests.unit.app.test_bank import bank, desk_with, payee, ready, request, settled, submitted


class Drive:
    """Bank/Outgoing in memory (OutgoingPort)."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.closed = False

    def keep(self, key: str, name: str, kind: str, content: bytes, folder: str) -> Upload:
        assert (key, folder) == (f"root/{name}", "outgoing")
        if self.closed:
            raise Unavailable("Drive", "no answer")
        self.files.setdefault(name, content)
        return Upload(name, name, kind)


def files(desk: Desk, drive: Drive) -> BankFiles:
    return BankFiles(bank(desk), drive, "root")


def told(desk: Desk) -> list[Letter]:
    rows = [read_outbox_row(row).letter for row in desk.sheet.outbox if row and row[0]]
    return [letter for letter in rows if letter.template == "bank-files"]


@pytest.fixture
def desk() -> Desk:
    return desk_with(bank_export="10:00", time_zone="UTC")  # the desk's day begins at nine, a Tuesday


def at(desk: Desk, **later: float) -> None:
    desk.clock.at += timedelta(**later)


def test_daily__at_its_hour_once_a_day(desk: Desk) -> None:
    drive, (rid,) = Drive(), ready(desk)
    assert files(desk, drive).daily() is None
    assert not desk.run(scheduled=True).export_due
    at(desk, hours=1)
    assert desk.run(scheduled=True).export_due
    assert not desk.run().export_due
    assert files(desk, drive).daily() is not None
    (name,) = drive.files
    assert request(desk, rid).bank_file == name
    assert {letter.to for letter in told(desk)} == {ANNA, ADA, BOTH}
    assert told(desk)[0].facts["order_count"] == "1"
    assert not desk.run(scheduled=True).export_due
    assert files(desk, drive).daily() is None
    settled(desk)
    at(desk, days=1)
    assert files(desk, drive).daily() is not None  # nothing to pay: no letter, no file
    assert (len(told(desk)), list(drive.files)) == (3, [name])
    assert files(desk, drive).daily() is None


@pytest.mark.parametrize(("setting", "days"), [("off", 0), ("10:00", 4), ("25:00", 0)])
def test_daily__not_where_it_is_off_nor_on_a_saturday(setting: str, days: int) -> None:
    desk = desk_with(bank_export=setting, time_zone="UTC")
    ready(desk)
    at(desk, days=days, hours=2)
    assert files(desk, Drive()).daily() is None


def test_daily__what_drive_did_not_take_waits_for_the_next_run(desk: Desk) -> None:
    drive, (rid,) = Drive(), ready(desk)
    at(desk, hours=2)
    drive.closed = True
    files(desk, drive).daily()
    assert request(desk, rid).bank_file
    assert desk.run(scheduled=True).export_due
    drive.closed = False
    files(desk, drive).daily()
    assert list(drive.files) == [request(desk, rid).bank_file]
    assert files(desk, drive).daily() is None
    assert len(told(desk)) == 3


def test_daily__counts_as_brought_by_whoever_ticked(desk: Desk) -> None:
    rid = submitted(desk, **payee(1))
    desk.status(BOTH, rid, "Approved")
    desk.run()
    desk.edit(BOTH, rid, "to_pay", True)
    desk.run()
    at(desk, hours=2)
    drive = Drive()
    made = files(desk, drive).daily()
    assert made is not None
    assert [one.problem.code for one in made.export.held] == ["bank-payer-approved"]
    assert drive.files == {}
    assert "bank-payer-approved" in str(told(desk)[0].facts["items"])


def test_daily__a_file_that_was_cancelled_is_not_waited_for(desk: Desk) -> None:
    drive, (rid,) = Drive(), ready(desk)
    at(desk, hours=2)
    drive.closed = True
    files(desk, drive).daily()
    bank(desk).cancel(request(desk, rid).bank_file, "not wanted", ANNA)
    drive.closed = False
    files(desk, drive).daily()
    assert (drive.files, files(desk, drive).daily()) == ({}, None)

"""The anchor: a registry that was rolled back decides nothing, and says so once."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from sheetflow.app.anchoring import Anchor, Anchors, adopt
from sheetflow.app.process import PassReport, Process
from sheetflow.core.health import ILL, ROLLED_BACK, hold
from sheetflow.errors import ConfigError, PortError, Unavailable
from tests.desk import HEAD, MIA, Desk

VERSIONED = ("rows", "state", "inbox", "outbox", "history", "token")
FLAG = ILL + ROLLED_BACK


class Place:
    """Where the anchor is kept."""

    def __init__(self) -> None:
        self.kept: Anchor | None = None
        self.out_of_reach = False
        self.writes = 0

    def read(self) -> Anchor | None:
        if self.out_of_reach:
            raise Unavailable("Drive", "503")
        return self.kept

    def write(self, anchor: Anchor) -> None:
        if self.out_of_reach:
            raise PortError("Drive", "403")
        self.kept, self.writes = anchor, self.writes + 1


class Kept(Desk):
    """A company whose history is anchored."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Place()

    def process(self) -> Process:
        process = super().process()
        process.anchors = Anchors(self.place)
        return process

    def sweep(self) -> PassReport:
        return self.run(scheduled=True, later=timedelta(minutes=6))

    def version(self) -> dict[str, Any]:
        sheet = self.sheet
        return {key: copy.deepcopy(getattr(sheet, key)) for key in VERSIONED}

    def restore(self, version: dict[str, Any]) -> None:
        for key, value in copy.deepcopy(version).items():
            setattr(self.sheet, key, value)

    def told(self) -> list[str]:
        sent = [row for row in self.sheet.outbox if row and row[5] == "unwell"]
        return [str(row[6]) for row in sent if "rolled-back" in str(row[8])]


def rolled_back() -> tuple[Kept, str, dict[str, Any]]:
    """A request was approved and anchored; then the version before its approval was put back."""
    desk = Kept()
    rid = desk.submitted()
    desk.sweep()
    old = desk.version()
    desk.status(HEAD, rid, "Approved")
    desk.run()
    desk.sweep()
    assert desk.accepted(rid) == "Approved"
    newest = desk.version()
    desk.restore(old)
    return desk, rid, newest


def test_anchor__follows_history_and_costs_nothing_where_it_stands() -> None:
    desk = Kept()
    desk.submitted()
    desk.run()
    assert desk.place.writes == 0, "the edit path knows nothing of it"
    desk.sweep()
    token = desk.sheet.token
    assert desk.place.kept == Anchor(token.seq, token.head, desk.place.kept.revision)  # type: ignore[union-attr]
    desk.sweep()
    assert desk.place.writes == 1


def test_anchor__an_old_version_decides_nothing_and_admins_hear_once() -> None:
    desk, rid, _ = rolled_back()
    before = desk.sheet.token.seq
    report = desk.sweep()
    assert (report.halted, report.events, report.sent) == (True, [], 1)
    assert report.as_dict()["halted"] is True
    desk.status(HEAD, rid, "Approved")
    for _ in range(3):
        assert desk.run().halted
        assert desk.sweep().halted
    assert len(desk.told()) == 1
    assert desk.sheet.token.seq == before
    assert desk.accepted(rid) == "Submitted"
    with pytest.raises(Unavailable, match="rolled back"):
        desk.run(desk.act(HEAD, rid, "approve"))
    with pytest.raises(Unavailable):
        hold(desk.sheet.read())


def test_anchor__another_history_of_the_same_length_is_seen_too() -> None:
    desk, rid, newest = rolled_back()
    desk.status(HEAD, rid, "Approved")
    desk.run()  # before anybody looked, somebody decided on the old version
    desk.comment(MIA, rid, "a longer history")
    desk.run()
    assert desk.sheet.token.seq >= newest["token"].seq
    assert desk.sheet.token.head != newest["token"].head
    assert desk.sweep().halted


def test_anchor__an_old_version_of_the_same_history_is_told_by_its_revision() -> None:
    desk = Kept()
    rid = desk.submitted()
    desk.sweep()
    old = desk.version()
    desk.run(scheduled=True, later=timedelta(hours=2))  # a sign of life: no event, but a commit
    newest = desk.version()
    assert newest["token"].head == old["token"].head
    assert newest["token"].revision > old["token"].revision
    assert desk.place.kept == Anchor(newest["token"].seq, newest["token"].head, newest["token"].revision)
    desk.restore(old)
    for _ in range(3):  # its own letter brings it no nearer to the anchor
        assert desk.sweep().halted
    assert len(desk.told()) == 1
    desk.status(HEAD, rid, "Approved")
    assert desk.run().halted
    desk.restore(newest)
    assert not desk.sweep().halted
    desk.restore(old)
    adopt(desk.sheet, desk.place, desk.clock, desk.nonces, "why", "system")
    assert not desk.sweep().halted
    desk.verify()


def test_anchor__what_writes_without_a_pass_is_refused() -> None:
    desk, _, newest = rolled_back()
    anchors = Anchors(desk.place)
    with pytest.raises(Unavailable, match="rolled back"):
        anchors.guard(desk.sheet)
    with pytest.raises(Unavailable, match="rolled back"):
        anchors.hold(desk.sheet.token)
    desk.place.kept = None
    anchors.hold(desk.sheet.token)  # nobody noticed yet, and nothing is anchored
    desk.restore(newest)
    desk.place.kept = Anchor(newest["token"].seq, newest["token"].head, newest["token"].revision)
    anchors.guard(desk.sheet)
    anchors.hold(desk.sheet.token)
    desk.place.kept = Anchor(1, "f" * 64, 1)  # grown from another event than the anchored one
    with pytest.raises(Unavailable, match="rolled back"):
        anchors.guard(desk.sheet)


def test_anchor__the_newest_version_put_back_goes_on_by_itself() -> None:
    desk, _, newest = rolled_back()
    desk.sweep()
    desk.restore(newest)
    report = desk.sweep()
    assert not report.halted
    assert FLAG not in desk.sheet.token.vitals
    desk.verify()


def test_anchor__a_registry_that_was_stopped_and_fits_again_says_so() -> None:
    desk, _, _ = rolled_back()
    kept = desk.place.kept
    desk.sweep()
    desk.place.kept = Anchor(desk.sheet.token.seq, desk.sheet.token.head, 1)
    assert not desk.sweep().halted
    assert FLAG not in desk.sheet.token.vitals
    assert kept is not None


def test_anchor__adopted_with_a_reason_all_goes_on() -> None:
    desk, rid, _ = rolled_back()
    desk.sweep()
    desk.status(HEAD, rid, "Approved")
    with pytest.raises(ConfigError, match="reason"):
        adopt(desk.sheet, desk.place, desk.clock, desk.nonces, "  ", "system")
    event = adopt(desk.sheet, desk.place, desk.clock, desk.nonces, "restored on purpose", "ivan@firm.example")
    assert event.kind == "HistoryAdopted"
    assert event.data["reason"] == "restored on purpose"
    assert event.data["anchored"]["seq"] > event.data["seq"]
    with pytest.raises(ConfigError, match="nothing to adopt"):
        adopt(desk.sheet, desk.place, desk.clock, desk.nonces, "again", "system")
    assert not desk.sweep().halted
    assert desk.accepted(rid) == "Approved", "what waited is judged now"
    desk.verify()


def test_anchor__killed_before_its_adoption_was_anchored_it_is_adopted_again() -> None:
    desk, _, _ = rolled_back()
    desk.sweep()
    desk.place.out_of_reach = True
    desk.place.read = lambda: desk.place.kept  # type: ignore[method-assign]
    with pytest.raises(PortError):
        adopt(desk.sheet, desk.place, desk.clock, desk.nonces, "why", "system")
    desk.place.out_of_reach = False
    assert desk.sweep().halted
    adopt(desk.sheet, desk.place, desk.clock, desk.nonces, "why", "system")
    assert not desk.sweep().halted


def test_anchor__commits_between_its_reading_and_the_sheet_s_raise_no_alarm() -> None:
    desk = Kept()
    rid = desk.submitted()
    desk.sweep()
    desk.status(HEAD, rid, "Approved")
    read = desk.place.read

    def meanwhile() -> Anchor | None:
        found = read()
        desk.place.read = read  # type: ignore[method-assign]
        Desk.process(desk).run()  # another instance commits and its schedule anchors later
        return found

    desk.place.read = meanwhile  # type: ignore[method-assign]
    assert not desk.sweep().halted
    old = desk.place.kept
    desk.place.write(Anchor(1, str(desk.sheet.history[0][8]), 1))  # a slow instance wrote an older one last
    assert not desk.sweep().halted
    assert desk.place.kept == old


def test_anchor__out_of_reach_keeps_no_pass_from_running_and_frees_none_that_was_stopped() -> None:
    desk = Kept()
    desk.submitted()
    desk.place.out_of_reach = True
    assert not desk.sweep().halted
    stopped, _, _ = rolled_back()
    stopped.sweep()
    stopped.place.out_of_reach = True
    assert stopped.sweep().halted

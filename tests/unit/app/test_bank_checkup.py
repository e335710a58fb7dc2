"""The doctor's look at the Bank tab, at a desk in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sheetflow.app.bank_checkup import bank_tab
from sheetflow.app.checkup import Case, Ward
from sheetflow.cli.doctor import FILE
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.runtime import templates_folder
from sheetflow.templates.plan import Change
from sheetflow.templates.texts import Texts, load_texts
from tests.desk import SHEETS, Desk
from tests.unit.app.test_bank import desk_with
from tests.unit.core.bank.test_deciding import doubtful

SHARED = Change("remove", "access", "Incoming / mia@firm.example", "taken away", "drive")
ELSEWHERE = Change("remove", "access", "Payments / mia@firm.example", "taken away", "drive")


def texts() -> Texts:
    return load_texts(templates_folder(), FILE, LANGUAGES)["en"]


def states(desk: Desk, drive: Sequence[Change] = ()) -> list[str]:
    upkeep = SimpleNamespace(
        places={"drive": SimpleNamespace(survey=lambda _known: drive)},
        registry=SimpleNamespace(read=lambda: None),
    )
    ward = cast(Ward, SimpleNamespace(registry=desk.sheet, book=desk.book, upkeep=upkeep))
    return [finding.state for finding in bank_tab(Case(ward, texts(), "en", send_mail=False))]


def test_bank_tab__is_not_asked_about_where_there_is_no_account() -> None:
    assert states(Desk()) == ["off"]


def test_bank_tab__a_line_may_wait_for_three_days() -> None:
    desk = desk_with()
    doubtful(desk)
    assert states(desk) == ["ok"]
    desk.clock.at += timedelta(days=3, minutes=1)
    assert states(desk) == ["warn"]


def test_bank_tab__others_in_its_folders_are_bad() -> None:
    assert states(desk_with(), [ELSEWHERE]) == ["ok"]
    assert states(desk_with(), [ELSEWHERE, SHARED]) == ["bad"]


def test_bank_tab__missing_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "bank" in SHEETS
    desk = desk_with()
    before: Any = desk.sheet.read

    def read() -> Any:
        found = before()
        del found.token.sheets["bank"]
        return found

    monkeypatch.setattr(desk.sheet, "read", read)
    assert states(desk) == ["bad"]

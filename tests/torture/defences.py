"""What keeps anything from being lost or done twice, by name: how it is switched off, and where it is missed.

The crash here is one of this process: what was about to be called is left undone, another runtime goes on.
What is switched off stays so for both. Real kills are in `test_crash`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from sheetflow.adapters.drive import _Handed
from sheetflow.adapters.gmail import GmailMail
from sheetflow.adapters.sheets import Sheets
from sheetflow.app import outbox
from sheetflow.core.bank import dropped
from sheetflow.ports import Commit
from sheetflow.runtime import from_environment
from tests.firm import Firm
from tests.torture.cases import Case
from tests.torture.sweeps import Calls, sweep

Off = Callable[[pytest.MonkeyPatch], None]


class Killed(BaseException):
    """Nothing of this process goes on."""


@dataclass(frozen=True)
class Defence:
    """`file`: where it stands. `off` switches it off. `scenario`, `disturbed`: where it is missed."""

    file: str
    off: Off
    scenario: str
    disturbed: Callable[[Firm, Case], None]


def number(case: Case, part: str) -> int:
    """The first call of the undisturbed sweep that has this in its method and address."""
    return next(place for place, url in enumerate(case.urls) if part in url)


def killed_after(part: str) -> Callable[[Firm, Case], None]:
    """The process ends once this call has taken effect."""

    def disturbed(firm: Firm, case: Case) -> None:
        def die(*_: object) -> requests.Response:
            raise Killed

        last = number(case, part)
        with Calls(lambda call: die if call == last + 1 else None).watched(), contextlib.suppress(Killed):
            sweep(from_environment(firm.environment), case.scenario.acts(firm))

    return disturbed


def overtaken_at(part: str) -> Callable[[Firm, Case], None]:
    """Another instance runs a whole sweep while this call is about to be made."""

    def disturbed(firm: Firm, case: Case) -> None:
        def overtake(send: Callable[[], requests.Response], _: object) -> requests.Response:
            sweep(from_environment(firm.environment))
            return send()

        first, seen = number(case, part), [False]

        def at(call: int) -> Callable[..., requests.Response] | None:
            if call != first or seen[0]:
                return None
            seen[0] = True
            return overtake

        with Calls(at).watched():
            sweep(firm.runtime, case.scenario.acts(firm))

    return disturbed


def patched(target: object, name: str, value: object) -> Off:
    """Put something else in its place."""
    return lambda patch: patch.setattr(target, name, value)


def last_writer_wins(patch: pytest.MonkeyPatch) -> None:
    """Commits go by the token that stands there at the last moment, not by the one that was decided on."""
    commit = Sheets.commit

    def forced(sheet: Sheets, given: Commit) -> Any:
        now = sheet.read().token
        return commit(sheet, replace(given, old=now))

    patch.setattr(Sheets, "commit", forced)


DEFENCES: Mapping[str, Defence] = {
    "commit-token": Defence(
        "sheetflow/adapters/sheets.py", last_writer_wins, "payment", overtaken_at(":batchUpdate")
    ),
    "letter-lease": Defence(
        "sheetflow/app/outbox.py", patched(outbox, "LEASE", timedelta(hours=-1)), "payment",
        overtaken_at("/messages/send"),
    ),
    "letter-searched-for": Defence(
        "sheetflow/adapters/gmail.py", patched(GmailMail, "find", lambda *_: None), "payment",
        killed_after("/messages/send"),
    ),
    "file-marked": Defence(
        "sheetflow/adapters/drive.py", patched(_Handed, "marks", property(lambda _: {})), "form",
        killed_after("PATCH"),
    ),
    "statement-once": Defence(
        "sheetflow/core/bank/dropped.py", patched(dropped, "dealt_with", lambda *_: None), "bank",
        killed_after(":batchUpdate"),
    ),
}  # fmt: skip

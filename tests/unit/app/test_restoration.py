"""The token made again from History: nothing that a pass did is done by the next one again."""

from __future__ import annotations

import json
from dataclasses import replace

from sheetflow.app.registry import guarded
from sheetflow.app.restoration import token
from sheetflow.model.snapshot import Token
from tests.desk import Desk
from tests.unit.core.recurring.test_drafting import RENT, desk_with, drafts


def again(desk: Desk) -> Token:
    old = desk.sheet.token
    rows = [row[0] for row in desk.sheet.state if row]
    return token(desk.sheet.read_history()[1], rows, old.sheets, old.range_id, old.banks, {})


def test_token__no_recurring_draft_is_made_twice() -> None:
    desk = desk_with(RENT)
    desk.run(scheduled=True)
    made = drafts(desk)
    assert len(made) == 1
    found = again(desk)
    assert found.recurring == desk.sheet.token.recurring != {}
    desk.sheet.state = [
        row for row in desk.sheet.state if row and row[0] not in made
    ]  # drafts have no history
    desk.sheet.token = found
    desk.run(scheduled=True)
    assert drafts(desk) == []


def test_guarded__standings_are_written_only_where_they_were_made_again() -> None:
    desk = Desk()
    plain = json.dumps(guarded("", desk.sheet.token))
    assert "olga@x.example" not in plain
    assert '"quiet"' not in plain
    written = guarded("", replace(desk.sheet.token, attention={"olga@x.example": "quiet"}))[-1]
    (row,) = written["updateCells"]["rows"]
    assert [cell["userEnteredValue"]["stringValue"] for cell in row["values"]][
        1
    ] == '{"olga@x.example":"quiet"}'

"""Many at once, and the process gone in the middle: a response and its row are there both or not at all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.forms.responses import Responses
from tests.unit.emulator.forms.office import ANNA, OWNER, Office, text


def test_races__respondents_editors_and_the_sheet_at_once(office: Office) -> None:
    form = office.create()
    office.add(form, text("Q"))
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)

    def respond(number: int) -> None:
        office.emulator.respondent.respond_request({"as": ANNA, "form": form, "answers": {"Q": str(number)}})

    def type_(number: int) -> None:
        office.emulator.hand.type(OWNER, sheet, f"Sheet1!A{number + 1}", number)

    def edit(number: int) -> None:
        item = {"item": text(f"Extra {number}"), "location": {"index": 1}}
        office.emulator.forms.batch_update(OWNER, form, {"requests": [{"createItem": item}]})

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(job, number) for number in range(12) for job in (respond, type_, edit)]
        for job in jobs:
            job.result(timeout=60)
    rows = office.cells(sheet, "'Form responses 1'!A2:C99")
    assert sorted(int(row[2]) for row in rows) == list(range(12))
    assert len(office.responses(form)["responses"]) == 12
    header = office.cells(sheet, "'Form responses 1'!A1:Z1")[0]
    assert sorted(header[3:]) == sorted(f"Extra {number}" for number in range(12))
    assert threading.active_count() < 50


def test_kill__between_the_response_and_its_row_keeps_neither(
    office: Office, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = office.create()
    office.add(form, text("Q"))
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    office.respond(ANNA, {"Q": "one"})
    save, calls = Responses.save, []

    def dies(self: Responses, response: Any) -> Any:
        calls.append(response)
        if len(calls) == 2:  # the row is written, its place is not kept yet
            raise KeyboardInterrupt
        return save(self, response)

    monkeypatch.setattr(Responses, "save", dies)
    with pytest.raises(KeyboardInterrupt):
        office.emulator.respondent.respond_request({"as": ANNA, "answers": {"Q": "two"}})
    monkeypatch.undo()
    assert [row[2] for row in office.cells(sheet, "'Form responses 1'!A2:C9")] == ["one"]
    # What is on disk now is what a killed process leaves behind.
    twin = tmp_path_factory.mktemp("twin")
    for file in office.folder.glob("workspace.sqlite*"):
        (twin / file.name).write_bytes(file.read_bytes())
    assert _kept(twin, form, sheet) == (["one"], ["one"])


def _kept(folder: Path, form: str, sheet: str) -> tuple[list[str], list[Any]]:
    emulator = Emulator(folder)
    responses = emulator.forms.responses.all_of(form)
    doc = emulator.sheets.open(sheet, OWNER)
    tab = doc.book.sheets[0]
    rows = [tab.cell(row, 2).value for row in range(1, tab.used_rows)]
    emulator.close()
    return [next(iter(one.answers.values()))["textAnswers"]["answers"][0]["value"] for one in responses], rows

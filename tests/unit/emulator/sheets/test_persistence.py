from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.unit.emulator.sheets.world import OWNER, World, open_world

ROWS = {"sheetId": 0, "dimension": "ROWS"}


def test_persistence__a_new_service_sees_all_that_was_answered(world: World) -> None:
    world.put("A1:B3", [["text", 1.5], ["=1+2", True], ["12%", "2026-11-24"]])
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 2}
    style = {"userEnteredFormat": {"textFormat": {"bold": True}}, "note": "n"}
    world.batch(
        {"repeatCell": {"range": place, "cell": style, "fields": "userEnteredFormat.textFormat.bold,note"}},
        {"addSheet": {"properties": {"sheetId": 3, "title": "Second", "index": 0}}},
        {"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "N", "range": {"sheetId": 3}}}},
        {"addProtectedRange": {"protectedRange": {"range": place}}},
        {
            "updateDimensionProperties": {
                "range": {**ROWS, "startIndex": 1, "endIndex": 2},
                "properties": {"pixelSize": 40},
                "fields": "pixelSize",
            }
        },
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataId": 1,
                    "metadataKey": "k",
                    "visibility": "DOCUMENT",
                    "location": {"spreadsheet": True},
                }
            }
        },
    )
    again = world.reopened()
    assert again.get("?includeGridData=true") == world.get("?includeGridData=true")


def test_persistence__shifted_and_deleted_rows_are_on_disk(world: World) -> None:
    world.put("A1:A5", [["a"], ["b"], ["c"], ["d"], ["e"]])
    world.batch(
        {"deleteDimension": {"range": {**ROWS, "startIndex": 1, "endIndex": 3}}},
        {"insertDimension": {"range": {**ROWS, "startIndex": 0, "endIndex": 1}}},
    )
    world.ok("POST", f"{world.url}/values/A4:clear")
    assert world.values("A1:A9") == [[], ["a"], ["d"]]
    assert world.reopened().values("A1:A9") == [[], ["a"], ["d"]]


def test_persistence__an_edit_writes_its_rows_only(world: World) -> None:
    doc = world.service.open(world.sheet, OWNER)
    world.service.write_values(doc, OWNER, "A1", [["x"] * 5] * 500, entered=False)
    changes = world.service._store._connection.total_changes
    world.put("B7", [["new"]])
    assert world.service._store._connection.total_changes - changes <= 3


def test_persistence__files_shares_and_titles(world: World) -> None:
    world.service.share(world.sheet, "Anna@Example.com", "writer")
    world.batch({"updateSpreadsheetProperties": {"properties": {"title": "Renamed"}, "fields": "title"}})
    again = world.reopened()
    assert again.ok("GET", again.url, who="anna@example.com")["properties"]["title"] == "Renamed"
    assert again.ok("GET", f"/drive/v3/files/{world.sheet}")["name"] == "Renamed"


_WRITER = """
import sys
from pathlib import Path
from tests.unit.emulator.sheets.world import open_world, OWNER
world = open_world(Path(sys.argv[1]), sys.argv[2])
number = 0
while True:
    number += 1
    world.put("A1", [[number]])
    print(number, flush=True)
"""


def test_persistence__a_killed_process_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    sheet = open_world(tmp_path).sheet
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path), sheet],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path.cwd(),
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert process.stdout is not None
    answered = [int(process.stdout.readline()) for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    answered += [int(line) for line in process.stdout.read().split()]
    process.stdout.close()
    process.wait()
    (kept,) = open_world(tmp_path, sheet).values("A1", "UNFORMATTED_VALUE")
    assert kept[0] >= answered[-1] >= 20

"""Google's own recorded traffic, replayed: the emulator's answers beside Google's.

Ids that Google chose are learnt from the answers; times, links and mail addresses are compared by type only.
One width in pixels depends on a font that the emulator has not.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sheetflow.emulator.sheets.service import SheetsService
from sheetflow.emulator.store import Store
from tests.unit.emulator.sheets.world import OWNER, Clock, World, build_app

TRAFFIC = Path(__file__).parents[4].parent / "shared" / "google-traffic" / "pairs"
FILES = sorted(TRAFFIC.glob("*.json")) if TRAFFIC.is_dir() else []
_ID = re.compile(r"^(\d{5,}|1[\w-]{40,})$")
_MAIL = re.compile(r"^[\w.+-]+@[\w.-]+$")
_TIME = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z$")
_FONT = 8691  # the width of 1,000 letters in Google's Arial

if not FILES:
    pytest.skip("no recorded traffic beside the repository", allow_module_level=True)


class _Replay:
    """Replays a file and keeps what differs."""

    def __init__(self, folder: Path) -> None:
        clock = Clock()
        self.service = SheetsService(Store(folder / "workspace.sqlite"), clock)
        self.world = World(folder, self.service, clock, build_app(self.service))
        self.ours: dict[str, str] = {}
        self.numbers: dict[int, int] = {}
        self.total = 0
        self.differences: list[str] = []

    def play(self, pair: dict[str, Any]) -> None:
        url = re.sub(r"^https://[^/]+", "", pair["url"])
        for theirs, mine in self.ours.items():
            url = url.replace(theirs, mine)
        body = self._translated(pair["request_body"])
        who = OWNER
        known = re.search(r"/(?:spreadsheets|files)/([\w-]{30,})", url)
        if known and pair["status"] != 404 and self.service.files.get(known[1]) is None:
            stranger = pair["status"] == 403
            made = self.service.create("stranger@example.com" if stranger else OWNER, {})
            self.ours[known[1]] = made["spreadsheetId"]
            url = url.replace(known[1], made["spreadsheetId"])
        status, answer = self.world.call(pair["method"], url, body, who=who, strict=pair["status"] == 200)
        expected = pair["response_body"]
        self.total += 1
        if "/drive/v3/files?" in url and pair["method"] == "GET":
            names = {file["name"] for file in answer["files"]}
            expected["files"] = [f for f in expected["files"] if f["name"] in names][: len(answer["files"])]
        found = [f"status {status} for {pair['status']}"] if status != pair["status"] else []
        found += self._compare(expected, answer, "")
        if found:
            self.differences.append(
                f"{pair['method']} {url}\n    {json.dumps(body)[:300]}\n    " + "\n    ".join(found)
            )

    def _translated(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._translated(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._translated(inner) for inner in value]
        if isinstance(value, str):
            return self.ours.get(value, value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.numbers.get(value, value)
        return value

    def _compare(self, theirs: Any, mine: Any, path: str) -> list[str]:
        if isinstance(theirs, dict) and isinstance(mine, dict):
            found = [f"{path}.{key}: absent" for key in theirs.keys() - mine.keys()]
            found += [f"{path}.{key}: not Google's ({mine[key]})" for key in mine.keys() - theirs.keys()]
            for key in theirs.keys() & mine.keys():
                found += self._compare(theirs[key], mine[key], f"{path}.{key}")
            return found
        if isinstance(theirs, list) and isinstance(mine, list):
            found = [f"{path}: {len(mine)} for {len(theirs)}: {mine}"] if len(theirs) != len(mine) else []
            for index, (one, two) in enumerate(zip(theirs, mine, strict=False)):
                found += self._compare(one, two, f"{path}[{index}]")
            return found
        if type(theirs) is type(mine) and self._same(theirs, mine, path):
            return []
        if isinstance(theirs, int | float) and isinstance(mine, int | float) and theirs == mine:
            return []
        return [f"{path}: {mine!r} for {theirs!r}"]

    def _same(self, theirs: object, mine: object, path: str) -> bool:
        if theirs == mine:
            return True
        if isinstance(theirs, str) and isinstance(mine, str):
            if path.endswith(("Id", ".id")) and _ID.match(theirs) and _ID.match(mine):
                return self.ours.setdefault(theirs, mine) == mine
            if path.endswith("Url"):
                return True
            return any(one.match(theirs) and one.match(mine) for one in (_MAIL, _TIME))
        if isinstance(theirs, int) and isinstance(mine, int) and path.endswith("Id"):
            return self.numbers.setdefault(theirs, mine) == mine
        return theirs == _FONT and path.endswith("pixelSize")


def _play(file: Path, folder: Path) -> _Replay:
    replay = _Replay(folder)
    for pair in json.loads(file.read_text("utf-8"))["pairs"]:
        replay.play(pair)
    return replay


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_recorded_traffic__each_file_is_answered_as_google_did(file: Path, tmp_path: Path) -> None:
    replay = _play(file, tmp_path)
    print(f"{replay.total - len(replay.differences)} of {replay.total} answers equal")  # noqa: T201
    assert not replay.differences, f"{len(replay.differences)} of {replay.total} differ:\n" + "\n".join(
        replay.differences
    )

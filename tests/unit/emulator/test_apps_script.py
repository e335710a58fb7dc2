"""Apps Script's services as scripts see them."""

from __future__ import annotations

import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.apps_script import services
from sheetflow.emulator.apps_script.dates import format_date, to_milliseconds, to_serial
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.wire import GoogleError

OWNER, SCRIPT = "owner@example.com", "script@example.com"


class Lab:
    """A spreadsheet, and a project of somebody who may write to it."""

    def __init__(self, folder: Path) -> None:
        self.emulator = Emulator(folder)
        tabs = [
            {"properties": {"sheetId": 5, "title": "Data"}},
            {"properties": {"sheetId": 6, "title": "It's"}},
        ]
        body = {
            "properties": {"title": "Lab", "locale": "en_US", "timeZone": "Europe/Moscow"},
            "sheets": tabs,
        }
        self.id: str = self.emulator.sheets.create(OWNER, body)["spreadsheetId"]
        self.emulator.sheets.share(self.id, SCRIPT, "writer")

    def write(self, where: str, block: list[list[Any]]) -> None:
        doc = self.emulator.sheets.open(self.id, OWNER, write=True)
        self.emulator.sheets.write_values(doc, OWNER, where, block)

    def read(self, where: str, option: str = "FORMULA") -> list[list[Any]]:
        doc = self.emulator.sheets.open(self.id, OWNER)
        area = doc.book.area(where)
        return self.emulator.sheets.shown(doc, area.sheet_id).texts(
            doc.book.box(area), option, "SERIAL_NUMBER"
        )

    def run(self, body: str, owner: str = SCRIPT) -> Any:
        """The value of a script's body, in which `sheet` is the first tab."""
        result = self.attempt(body, owner)
        assert result.error is None, result.error
        return result.value

    def attempt(self, body: str, owner: str = SCRIPT) -> Any:
        source = f"function main() {{ const ss = SpreadsheetApp.openById('{self.id}');"
        source += f" const sheet = ss.getSheets()[0]; {body} }}"
        self.emulator.scripts.deploy("lab", owner, source)
        return self.emulator.scripts.run("lab", "main")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    yield lab
    lab.emulator.close()


def test_sheet__tells_its_size_and_values(lab: Lab) -> None:
    lab.write("Data!B2", [["a", "1.5", "TRUE", "=1/0", "12/31/2026"]])
    assert lab.run(
        "return [sheet.getLastRow(), sheet.getLastColumn(), sheet.getName(), sheet.getSheetId()]"
    ) == [
        *(2, 6),
        *("Data", 5),
    ]
    values = lab.run("return sheet.getRange(1, 2, 2, 4).getValues()")
    assert values == [["", "", "", ""], ["a", 1.5, True, "#DIV/0!"]]
    assert lab.run("return sheet.getRange('F2').getValue().toISOString()") == "2026-12-30T21:00:00.000Z"
    assert lab.run("return sheet.getRange('E2:F2').getDisplayValues()") == [["#DIV/0!", "12/31/2026"]]
    assert lab.run("return sheet.getRange('B2:E2').getFormulas()") == [["", "", "", "=1/0"]]


def test_sheet__empty_one_has_no_last_row(lab: Lab) -> None:
    assert lab.run(
        "return [sheet.getLastRow(), sheet.getLastColumn(), sheet.getDataRange().getA1Notation()]"
    ) == [
        *(0, 0),
        "A1",
    ]


def test_spreadsheet__finds_its_tabs(lab: Lab) -> None:
    assert lab.run('return ss.getSheetByName("It\'s").getSheetId()') == 6
    assert lab.run("return ss.getSheetByName('none')") is None
    assert lab.run("return ss.getSheetById(6).getIndex()") == 2
    assert lab.run("return ss.getRange(\"'It''s'!B2:C3\").getSheet().getName()") == "It's"
    assert lab.run("return ss.getSheetById(6).getRange('B2:C3').getA1Notation()") == "B2:C3"
    assert lab.run("return [ss.getName(), ss.getSpreadsheetTimeZone(), ss.getSpreadsheetLocale()]") == [
        *("Lab", "Europe/Moscow"),
        "en_US",
    ]


def test_range__set_values_are_read_as_typed(lab: Lab) -> None:
    values = "['=1+1', '2.50', 'text', true, new Date(Date.UTC(2026, 11, 31))]"
    lab.run(f"sheet.getRange(1, 1, 1, 5).setValues([{values}])")
    assert lab.read("Data!A1:E1") == [["=1+1", 2.5, "text", True, 46387.125]]
    assert lab.read("Data!E1", "FORMATTED_VALUE") == [["2026-12-31"]]
    lab.run("sheet.getRange('A1:E1').clearContent()")
    assert lab.read("Data!A1:E1") == []


def test_range__text_format_keeps_what_looks_like_a_number(lab: Lab) -> None:
    lab.run("sheet.getRange('A1').setNumberFormat('@').setValue('007')")
    assert lab.read("Data!A1") == [["007"]]


def test_range__wrong_size_and_outside_are_refused(lab: Lab) -> None:
    assert "does not match the range" in lab.attempt("sheet.getRange('A1:B1').setValues([[1]])").error
    assert "outside the dimensions" in lab.attempt("sheet.getRange(1, 99)").error
    assert "too small" in lab.attempt("sheet.getRange(0, 1)").error


def test_append_row__goes_below_the_last_row_and_is_atomic(lab: Lab) -> None:
    lab.write("Data!A1", [["head"], [""], ["x"]])
    sheet = f"SpreadsheetApp.openById('{lab.id}').getSheets()[0]"
    source = f"function main(n) {{ {sheet}.appendRow([n, '{{\"=\":1}}']); }}"
    lab.emulator.scripts.deploy("appender", SCRIPT, source)
    threads = [
        threading.Thread(target=lab.emulator.scripts.run, args=("appender", "main", n)) for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = lab.read("Data!A4:B")
    assert sorted(row[0] for row in rows) == list(range(12))
    assert {row[1] for row in rows} == {'{"=":1}'}


def test_script__has_its_owners_rights(lab: Lab) -> None:
    assert "do not have permission" in lab.attempt("return 1", owner="stranger@example.com").error
    lab.emulator.sheets.share(lab.id, "reader@example.com", "reader")
    assert lab.run("return sheet.getName()", owner="reader@example.com") == "Data"
    assert "do not have permission" in lab.attempt("sheet.appendRow([1])", owner="reader@example.com").error
    doc = lab.emulator.sheets.open(lab.id, OWNER, write=True)
    protected = {"range": {"sheetId": 5}, "editors": {"users": [OWNER]}}
    request = {"requests": [{"addProtectedRange": {"protectedRange": protected}}]}
    lab.emulator.sheets.batch_update(doc, OWNER, request)
    assert "protected cell" in lab.attempt("sheet.appendRow([1])").error
    lab.run("sheet.appendRow([1])", owner=OWNER)


def test_utilities__digest_hmac_base64_uuid(lab: Lab) -> None:
    hexed = ".map(b => ((b + 256) % 256).toString(16).padStart(2, '0')).join('')"
    utf8 = "Utilities.Charset.UTF_8"
    got = lab.run(f"return Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, 'ключ', {utf8}){hexed}")
    assert got == hashlib.sha256("ключ".encode()).hexdigest()
    got = lab.run(f"return Utilities.computeHmacSha256Signature('текст', 'ключ', {utf8}){hexed}")
    assert got == hmac.new("ключ".encode(), "текст".encode(), "sha256").hexdigest()
    assert (
        lab.run("return Utilities.computeDigest(Utilities.DigestAlgorithm.MD5, 'a').some(b => b < 0)") is True
    )
    assert lab.run("return Utilities.base64EncodeWebSafe([-1, -2])") == "__4="
    assert lab.run("return new Set([1, 2, 3].map(() => Utilities.getUuid())).size") == 3


def test_interpreter__offers_a_script_nothing_of_the_machine(lab: Lab) -> None:
    names = ["require", "process", "call_python", "dukpy", "std", "os"]
    assert lab.run(f"return {names}.filter(n => n in globalThis)") == []


def test_interpreter__a_run_leaves_nothing_to_the_next(lab: Lab) -> None:
    lab.run("globalThis.kept = 1")
    assert lab.run("return typeof globalThis.kept") == "undefined"


def test_date__is_the_workspaces_and_still_a_date(lab: Lab) -> None:
    lab.emulator.clock.set(lab.emulator.clock.now().replace(year=2031))
    assert lab.run("return [new Date().getUTCFullYear(), new Date(Date.now()).getUTCFullYear()]") == [
        2031,
        2031,
    ]
    assert lab.run("return [new Date(0).toISOString(), new Date() instanceof Date]") == [
        "1970-01-01T00:00:00.000Z",
        True,
    ]


def test_properties__stay_between_runs_and_deployments(lab: Lab) -> None:
    lab.run("PropertiesService.getScriptProperties().setProperty('a', 1).setProperties({b: '2', c: '3'})")
    lab.run("PropertiesService.getScriptProperties().deleteProperty('b')")
    assert lab.run("return PropertiesService.getScriptProperties().getProperties()") == {"a": "1", "c": "3"}
    assert lab.run("return PropertiesService.getScriptProperties().getProperty('b')") is None


def test_lock__excludes_and_is_released_when_a_script_forgets(lab: Lab) -> None:
    body = "const l = LockService.getScriptLock(); return [l.tryLock(10), l.tryLock(10), l.hasLock()]"
    assert lab.run(body) == [True, True, True]
    assert lab.run(body) == [True, True, True]
    holder = "LockService.getScriptLock().tryLock(0); Utilities.sleep(300); return 1"
    thread = threading.Thread(target=lab.run, args=(holder,))
    thread.start()
    time.sleep(0.1)
    assert lab.emulator.scripts.projects.named("lab")
    assert lab.attempt("return LockService.getScriptLock().tryLock(0)").value is False
    assert "Lock timeout" in lab.attempt("LockService.getScriptLock().waitLock(1)").error
    thread.join()


def test_triggers__are_installed_and_deleted(lab: Lab) -> None:
    assert (
        lab.run("return ScriptApp.newTrigger('f').forSpreadsheet(ss).onEdit().create().getHandlerFunction()")
        == "f"
    )
    assert lab.run(
        "return ScriptApp.getProjectTriggers().map(t => [t.getEventType(), t.getTriggerSourceId()])"
    ) == [["ON_EDIT", lab.id]]
    lab.run("ScriptApp.deleteTrigger(ScriptApp.getProjectTriggers()[0])")
    assert lab.emulator.scripts.projects.triggers(spreadsheet=lab.id) == []


def test_url_fetch__a_server_that_hangs_does_not_hang_the_script(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FETCH_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        result = lab.attempt(f"return UrlFetchApp.fetch('{url}').getResponseCode()")
    assert "Timeout" in result.error


def test_url_fetch__errors_throw_unless_muted(lab: Lab) -> None:
    server = serve(create_app(lab.emulator), 0)
    try:
        url = f"{server.url}/v4/spreadsheets/x"
        assert "returned code 401" in lab.attempt(f"return UrlFetchApp.fetch('{url}')").error
        assert (
            lab.run(f"return UrlFetchApp.fetch('{url}', {{muteHttpExceptions: true}}).getResponseCode()")
            == 401
        )
        certs = f"UrlFetchApp.fetch('{server.url}/oauth2/v1/certs')"
        assert len(lab.run(f"return Object.keys(JSON.parse({certs}.getContentText()))")) == 1
    finally:
        server.shutdown()
    assert "Invalid argument" in lab.attempt("return UrlFetchApp.fetch('file:///etc/passwd')").error


def test_run__log_error_and_unknown_project(lab: Lab) -> None:
    result = lab.attempt("console.warn('careful', {a: 1}); Logger.log('said'); throw new TypeError('bad')")
    assert result.log == ['WARNING careful {"a":1}', "INFO said"]
    assert "TypeError: bad" in result.error
    with pytest.raises(GoogleError):
        lab.emulator.scripts.run("nobody", "main")


@pytest.mark.parametrize(
    ("zone", "pattern", "text"),
    [
        ("Europe/Moscow", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2026-01-02T06:04:05.678+03:00"),
        ("GMT", "d.M.yy h:mm a", "2.1.26 3:04 AM"),
        ("America/New_York", "EEE, dd MMM yyyy Z", "Thu, 01 Jan 2026 -0500"),
        ("UTC", "XXX", "Z"),
    ],
)
def test_format_date__javas_patterns(zone: str, pattern: str, text: str) -> None:
    assert format_date(1767323045678, zone, pattern) == text


def test_format_date__unknown_letter() -> None:
    with pytest.raises(GoogleError, match="Illegal pattern character"):
        format_date(0, "UTC", "Q")


@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York", "UTC", "Asia/Kathmandu"])
@pytest.mark.parametrize("serial", [46387, 46387.5, 46387.999988425926, 1, 46111.75])
def test_serial__there_and_back(zone: str, serial: float) -> None:
    assert to_serial(to_milliseconds(serial, zone), zone) == pytest.approx(serial, abs=1e-8)

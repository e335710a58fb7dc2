"""A company's whole data written and brought back over HTTP: the same history, the same requests."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from sheetflow.adapters import http
from sheetflow.adapters.clock import SystemClock, SystemNonces
from sheetflow.cli import main
from sheetflow.core.projection import CONFIRMED, HISTORY
from sheetflow.runtime import Runtime, credentials
from sheetflow.templates.schema import read_template
from sheetflow.workspace import cast
from tests.conftest import Opener
from tests.faults.dying import run_command
from tests.firm import Firm
from tests.long import LONG
from tests.registry import make_registry


def run(firm: Firm, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--workspace", firm.url])


def told(firm: Firm, *arguments: str) -> dict[str, Any]:
    done = run(firm, *arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def lived(firm: Firm) -> dict[str, str]:
    """A registry with a past: a request in each kind of state, somebody's own column, an import."""
    rule = ["large", "12000", "", "", "", "", "", f"any: {firm.olga.address}"]
    firm.ivan.pastes(f"'{firm.title('policy')}'!A2:H2", [rule])
    rent = ["Rent", firm.mia.address, "month", "2099-12-01", "", "5", "Rent for {month}", "Good", "100"]
    firm.ivan.pastes(f"'{firm.title('recurring')}'!A2:I2", [rent])
    found = {"draft": firm.mia.drafts(subject="Draft", details="+7 (495) 100")}
    found["paid"] = firm.mia.submits(subject="Paid")
    found["returned"] = firm.max.submits(subject="Returned")
    found["open"] = firm.mia.submits(subject="Open")
    found["gone"] = firm.mia.drafts(subject="Gone")
    firm.settle()
    firm.olga.picks("Approved", found["paid"])
    firm.olga.types("comment", found["returned"], "why?")
    firm.olga.picks("Returned", found["returned"])
    firm.settle()
    firm.anna.picks("Paid", found["paid"])
    firm.max.types("amount", found["returned"], 77)  # of which history knows nothing
    row = firm.number(found["gone"])
    firm.robot.tab().delete_rows(row)
    firm.settle()
    firm.later()
    firm.settle()
    return found


def new_registry(firm: Firm, language: str) -> str:
    """A freshly provisioned spreadsheet, as `sheetflow apply` makes one; gives its id."""
    owner = credentials(f"local:{cast.OWNER}")
    folder = firm.runtime.folder
    made = make_registry(
        http.client(owner, firm.url, SystemClock(), SystemNonces()),
        read_template((folder / "payments.toml").read_text("utf-8")),
        firm.runtime.words[language],
        [{"email": "ivan@firm.example", "name": "Ivan", "roles": ["admin"]}],
        {"company": "To be replaced"},
        owner=cast.OWNER,
        service_account=cast.SERVICE_ACCOUNT,
        nonce=SystemNonces().nonce(),
    )
    return made.spreadsheet_id


def other(firm: Firm, spreadsheet: str) -> Runtime:
    return Runtime(replace(firm.runtime.config, spreadsheet=spreadsheet))


@pytest.fixture(scope="module", params=["en", "ru"])
def kept(
    request: pytest.FixtureRequest, opened: Opener, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Firm, dict[str, str], Path]:
    """A firm, its requests, and what was exported of it."""
    firm = opened(request.param)
    requests = lived(firm)
    folder = tmp_path_factory.mktemp("kept") / "export"
    since = firm.last_call()
    found = told(firm, "export", "--out", str(folder))
    assert firm.calls(since) == ["sheets.values.batchGet"] * 2
    assert found["counts"]["requests"] == 5
    assert found["head"] == firm.token().head
    return firm, requests, folder


Kept = tuple[Firm, dict[str, str], Path]


def test_export__the_history_verifies_by_itself(kept: Kept, tmp_path: Path) -> None:
    firm, _, folder = kept
    alone = tmp_path / "history.jsonl"
    alone.write_bytes((folder / "history.jsonl").read_bytes())
    done = CliRunner().invoke(main, ["history", "verify", "--file", str(alone)])
    assert done.exit_code == 0, done.output
    assert firm.token().head in done.output
    lines = alone.read_bytes().splitlines(keepends=True)
    alone.write_bytes(b"".join(lines).replace(b"12500", b"92500", 1))
    broken = CliRunner().invoke(main, ["history", "verify", "--file", str(alone), "--json"])
    assert broken.exit_code == 1
    assert json.loads(broken.stdout)["ok"] is False
    # cut off at the end the chain holds: the manifest beside it tells
    (tmp_path / "manifest.json").write_bytes((folder / "manifest.json").read_bytes())
    alone.write_bytes(b"".join(lines[:-1]))
    assert CliRunner().invoke(main, ["history", "verify", "--file", str(alone)]).exit_code == 1


def test_export__excel_has_real_dates_numbers_and_texts(kept: Kept) -> None:
    firm, requests, folder = kept
    words = firm.runtime.book.own
    book = openpyxl.load_workbook(folder / "registry.xlsx")
    assert book.sheetnames[:4] == [
        words.label("tabs", key) for key in ("registry", "contractors", "people", "settings")
    ]
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2) if row[0].value}
    assert set(rows) == set(requests.values()) - {requests["gone"]}
    cells = {
        key: rows[requests["paid"]][titles.index(words.label("columns", key))]
        for key in ("pay_by", "amount", "inn")
    }
    assert cells["pay_by"].value == datetime(2027, 4, 23)
    assert cells["pay_by"].is_date
    assert (cells["amount"].value, cells["amount"].number_format) == (12500, "#,##0.00")
    assert (cells["inn"].value, cells["inn"].number_format) == ("7707083893", "@")


def test_export__csv_is_harmless_and_dates_are_readable(kept: Kept) -> None:
    firm, requests, folder = kept
    with (folder / "registry.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    label = firm.runtime.book.own.labels["columns"]
    by_id = {row[label["id"]]: row for row in rows}
    assert by_id[requests["paid"]][label["pay_by"]] == "2027-04-23"
    assert by_id[requests["draft"]][label["details"]] == "'+7 (495) 100"


def test_export__never_into_a_folder_with_anything_in_it(kept: Kept) -> None:
    firm, _, folder = kept
    again = run(firm, "export", "--out", str(folder))
    assert again.exit_code == 1
    assert "not empty" in again.output


def test_restore__history_state_and_numbers_are_the_same(kept: Kept) -> None:
    firm, requests, folder = kept
    spreadsheet = new_registry(firm, firm.runtime.config.language)
    found = told(firm, "restore", str(folder), "--spreadsheet", spreadsheet)
    assert found["commits"] == 1
    there, here = other(firm, spreadsheet), firm.runtime
    token, events = there.sheet().read_history()
    assert events == here.sheet().read_history()[1]
    assert (token.head, token.seq, token.last_id) == (
        firm.token().head,
        firm.token().seq,
        firm.token().last_id,
    )

    new, old = there.sheet().read(), here.sheet().read()
    unlinked = [[cell for at, cell in enumerate(row) if at != HISTORY] for row in sorted(new.state)]
    assert unlinked == [[cell for at, cell in enumerate(row) if at != HISTORY] for row in sorted(old.state)]
    assert all(spreadsheet in str(row[HISTORY]) for row in new.state if row[HISTORY])
    shown = len(there.sheet().read().registry.rows)
    assert shown == 4  # a deleted draft has no row
    assert new.people == old.people
    assert new.settings == old.settings
    assert new.policy == old.policy
    assert new.policy[1][:2] == ["large", "12000"]
    assert new.recurring == old.recurring
    assert new.recurring[1][:3] == ["Rent", firm.mia.address, "month"]
    assert new.contractors == old.contractors
    assert [row[:1] for row in new.outbox] == [row[:1] for row in old.outbox]

    again = told(firm, "restore", str(folder), "--spreadsheet", spreadsheet)
    assert again["commits"] == 0

    report = there.process().run()  # nothing is left to decide, nobody is written to again
    assert set(report.events) == {"AccessGranted"}  # people may open it
    assert report.sent == 0
    assert there.process().run().commits == 0
    confirmed = {str(row[0]): str(row[CONFIRMED]) for row in new.state}
    assert confirmed[requests["paid"]] == firm.label("Paid")
    verified = verify(firm, spreadsheet)
    assert verified.exit_code == 0, verified.output


def verify(firm: Firm, spreadsheet: str) -> Result:
    environment = {**firm.environment, "SHEETFLOW_SPREADSHEET": spreadsheet}
    return CliRunner().invoke(main, ["history", "verify"], env=environment)


def test_restore__next_numbers_go_on(kept: Kept) -> None:
    firm, requests, folder = kept
    spreadsheet = new_registry(firm, firm.runtime.config.language)
    told(firm, "restore", str(folder), "--spreadsheet", spreadsheet)
    there = other(firm, spreadsheet)
    title = there.book.own.label("tabs", "registry")
    columns = there.sheet().read().registry.columns
    letters = chr(65 + columns["subject"])
    firm.robot.script.http_client.values_update(
        spreadsheet, f"{title}!{letters}6", {"valueInputOption": "RAW"}, {"values": [["Typed"]]}
    )
    there.process().run()
    ids = {str(row[0]) for row in there.sheet().read().state}
    (fresh,) = ids - set(requests.values())
    assert fresh > max(requests.values())
    assert verify(firm, spreadsheet).exit_code == 0


def test_restore__never_into_a_registry_with_a_past(kept: Kept) -> None:
    firm, _, folder = kept
    done = run(firm, "restore", str(folder))  # this very registry has gone on since, or not: all is there
    assert done.exit_code == 0
    assert "already" in done.output
    spreadsheet = new_registry(firm, firm.runtime.config.language)
    other(firm, spreadsheet).process().run()  # records who works here
    refused = run(firm, "restore", str(folder), "--spreadsheet", spreadsheet)
    assert refused.exit_code == 1
    assert "history of its own" in refused.output


@pytest.mark.parametrize("file", ["history.jsonl", "state.jsonl", "people.csv"])
def test_restore__what_was_changed_since_is_refused(kept: Kept, tmp_path: Path, file: str) -> None:
    firm, _, folder = kept
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    text = (copy / file).read_text("utf-8")
    (copy / file).write_text(text.replace("firm.example", "evil.example", 1), "utf-8")
    spreadsheet = new_registry(firm, firm.runtime.config.language)
    refused = run(firm, "restore", str(copy), "--spreadsheet", spreadsheet)
    assert refused.exit_code == 1
    assert ("broken at event" if file == "history.jsonl" else "changed since") in refused.output
    assert other(firm, spreadsheet).sheet().read().token.seq == 0
    (copy / "manifest.json").unlink()
    unfinished = run(firm, "restore", str(copy), "--spreadsheet", spreadsheet)
    assert "no finished export" in unfinished.output


def test_restore__killed_at_any_call_it_goes_on(kept: Kept) -> None:
    firm, _, folder = kept
    for after in (0, 3, 5, 7, 10) if LONG else (5, 10):
        spreadsheet = new_registry(firm, firm.runtime.config.language)
        command = ["restore", str(folder), "--spreadsheet", spreadsheet, "--workspace", firm.url]
        assert run_command(command, after, batch=3)
        if after > 4:  # it had begun: a pass in between has nothing to say
            assert other(firm, spreadsheet).process().run().commits == 0
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output
        new, old = other(firm, spreadsheet).sheet().read(), firm.runtime.sheet().read()
        assert sorted(str(row[0]) for row in new.state) == sorted(str(row[0]) for row in old.state)
        assert len(new.registry.rows) == 4
        assert len(new.outbox) == len(old.outbox)
        assert len(new.contractors) == len(old.contractors)
        assert verify(firm, spreadsheet).exit_code == 0

"""The anchor in Drive, over HTTP: a registry that does not agree with it stops, and is adopted by command."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetflow.app.anchoring import Anchor
from sheetflow.cli import main
from tests.firm import Firm

PLAIN = {name: None for name in os.environ if "SHEETFLOW" in name}


def command(firm: Firm, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--workspace", firm.url], env=PLAIN)


def anchor_of(firm: Firm) -> list[str]:
    told = json.loads(command(firm, "doctor", "--no-mail", "--json").stdout)
    return [one["state"] for one in told["findings"] if one["check"] == "anchor"]


def writing_commands_are_refused(firm: Firm, folder: Path) -> None:
    """And write nothing: what is right in itself is refused only because the registry stopped."""
    exported = command(firm, "export", "--out", str(folder / "export"))
    assert exported.exit_code == 0, exported.output
    banks, table = folder / "banks.csv", folder / "table.csv"
    banks.write_text("BIK,Name,Corr. account\n044525225,Sberbank,30101810400000000225\n", "utf-8")
    table.write_text("Subject,Amount,Currency,Payee\nPaper,100,RUB,Paper Ltd\n", "utf-8")
    spreadsheet, before = firm.runtime.config.spreadsheet, firm.token()
    title = firm.runtime.sheet().titles["settings"]
    change: dict[str, Any] = {"updateSheetProperties": {
        "properties": {"sheetId": before.sheets["settings"], "title": f"{title} 2"}, "fields": "title",
    }}  # fmt: skip
    firm.runtime.sheet().http.batch_update(spreadsheet, {"requests": [change]})
    for arguments in (
        ["bik", "load", str(banks)],
        ["import", str(table), "--yes"],
        ["restore", str(folder / "export")],
        ["apply", "--yes"],
    ):
        refused = command(firm, *arguments)
        assert refused.exit_code == 1, (arguments, refused.output)
        assert "rolled back" in refused.output, (arguments, refused.output)
    assert firm.token() == before
    change["updateSheetProperties"]["properties"]["title"] = title
    firm.runtime.sheet().http.batch_update(spreadsheet, {"requests": [change]})


def test_anchor__a_rolled_back_registry_stops_and_is_adopted(fresh: Firm, tmp_path: Path) -> None:
    firm, runtime = fresh, fresh.runtime
    rid = firm.mia.submits(subject="Paper")
    runtime.process().run(scheduled=True)
    token = firm.token()
    kept = runtime.anchor_place().read()
    assert kept is not None
    assert (kept.seq, kept.head) == (token.seq, token.head)
    assert anchor_of(firm) == ["ok"]
    firm.olga.types("comment", rid, "which paper?")
    firm.settle()  # no schedule ran: the anchor lags, and its event is looked up in the chain
    last = firm.last_call()
    assert not runtime.process().run(scheduled=True).halted
    reads = [call for call in firm.calls(last) if call.startswith("sheets.") and call != "sheets.batchUpdate"]
    assert reads == ["sheets.values.batchGet"]
    runtime.anchor_place().write(Anchor(firm.token().seq + 3, "f" * 64, 99))  # what was there before
    assert runtime.process().run(scheduled=True).halted
    firm.olga.picks("Approved", rid)
    firm.later()
    assert runtime.process().run().halted
    assert runtime.process().run(scheduled=True).halted
    assert firm.status(rid) == "Submitted"
    assert len(firm.ivan.subjects("An old version of the spreadsheet was restored")) == 1
    assert anchor_of(firm) == ["bad"]
    refused = command(firm, "bank", "export", "--dry-run")
    assert refused.exit_code == 1
    assert "rolled back" in refused.output
    writing_commands_are_refused(firm, tmp_path)
    assert command(firm, "history", "adopt", "--reason", " ").exit_code == 1
    adopted = command(firm, "history", "adopt", "--reason", "a test of the backup")
    assert adopted.exit_code == 0, adopted.output
    assert not runtime.process().run(scheduled=True).halted
    assert firm.status(rid) == "Approved"
    assert anchor_of(firm) == ["ok"]
    assert [event.data["reason"] for event in firm.history() if event.kind == "HistoryAdopted"] == [
        "a test of the backup"
    ]
    firm.verify()


@pytest.mark.parametrize("text", ["", "x", "1 2", "a b c"])
def test_anchor__what_is_none_counts_as_nothing(firm: Firm, text: str) -> None:
    place = firm.runtime.anchor_place()
    body = {"appProperties": {"sf_anchor": text or None}}
    place.api.again(place.api.files.update(fileId=place.spreadsheet, body=body))
    assert place.read() is None

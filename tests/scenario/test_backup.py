"""The daily backup in Drive, and a registry made of it again: the same history, nothing sent twice."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sheetflow.adapters.backups import unpack
from sheetflow.cli import main
from sheetflow.errors import ConfigError
from tests.conftest import Opener
from tests.firm import Firm

PLAIN = {name: None for name in os.environ if "SHEETFLOW" in name}


def command(firm: Firm, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--workspace", firm.url], env=PLAIN)


def finding(firm: Firm) -> str:
    told = json.loads(command(firm, "doctor", "--no-mail", "--json").stdout)
    return next(str(one["state"]) for one in told["findings"] if one["check"] == "backup")


def test_backup__once_a_day_and_restored_it_is_the_same(opened: Opener, tmp_path: Path) -> None:
    firm = opened()
    paid, draft = firm.mia.submits(subject="Paid"), firm.mia.drafts(subject="Draft")
    firm.settle()
    firm.olga.picks("Approved", paid)
    firm.settle()
    assert finding(firm) == "warn"
    backup = firm.runtime.backup()
    assert backup is not None
    assert backup.run()
    assert not backup.run()
    assert finding(firm) == "ok"
    assert not firm.runtime.process().run(scheduled=True).backup_due
    port = firm.runtime.backups()
    assert port is not None
    name, content = port.newest()
    assert port.keep(firm.runtime.sheet().read().now, b"another of the day") == port.keep(
        firm.runtime.sheet().read().now, b"and another"
    )
    assert port.newest() == (name, content)
    assert "history.jsonl" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    file = tmp_path / name
    file.write_bytes(content)
    other = opened()
    done = command(other, "restore", str(file), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    events = firm.history()
    assert (told["events"], told["head"]) == (len(events), events[-1].hash)
    assert [event.hash for event in other.history()][: len(events)] == [event.hash for event in events]
    assert [other.status(rid) for rid in (paid, draft)] == ["Approved", "Draft"]
    before = len(other.olga.mails())
    other.settle()
    other.verify()
    assert len(other.olga.mails()) == before
    firm.later("P3D")
    assert finding(firm) == "bad"
    assert firm.runtime.process().run(scheduled=True).backup_due


def test_restore__asks_for_one_source(firm: Firm) -> None:
    assert command(firm, "restore").exit_code == 2
    assert "no backup of this registry" in command(firm, "restore", "--from-drive").output


@pytest.mark.parametrize("name", ["../x", "a/b"])
def test_unpack__what_is_no_backup(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="no backup"):
        unpack(b"no zip", tmp_path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(ConfigError, match="folders"):
        unpack(packed.getvalue(), tmp_path)

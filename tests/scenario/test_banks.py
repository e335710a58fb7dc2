"""The bank directory: loaded by the command, read when a draft's BIK asks for it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from sheetflow.cli import main
from tests.firm import Firm

DATA = Path(__file__).parent.parent / "data"


def load(firm: Firm, file: Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["bik", "load", str(file), "--workspace", firm.url])
    return done.exit_code, done.output


def test_load__fills_a_drafts_bank_from_its_bik(fresh: Firm) -> None:
    code, said = load(fresh, DATA / "ed807.xml")
    assert code == 0, said
    rid = fresh.mia.drafts(subject="Pens", bik="044525225", corr_account="", details="")
    fresh.run()
    row = fresh.row(rid)
    assert row["corr_account"] == "30101810400000000225"
    assert row["details"]
    since = fresh.last_call()
    fresh.mia.types("subject", rid, "More pens")
    fresh.run()
    assert fresh.calls(since).count("sheets.values.batchGet") == 1


def test_load__a_file_with_a_mistake_is_refused_whole_with_every_mistake(fresh: Firm, tmp_path: Path) -> None:
    file = tmp_path / "banks.csv"
    file.write_text("BIK;Name;Corr. account\n12;Bank;\n044525225;;\n", "utf-8")
    code, said = load(fresh, file)
    assert code == 1
    assert "2 problems" in said
    assert "banks.csv: 2: " in said
    assert "the bank has no name" in said

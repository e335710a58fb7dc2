"""`sheetflow.env`: what is kept there, and that people's own lines stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetflow.adapters.env_file import keep, kept
from sheetflow.cli.settings import environment


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sheetflow.env"


def test_keep__makes_a_file_that_only_its_owner_reads(path: Path) -> None:
    keep(path, {"SHEETFLOW_SPREADSHEET": "1AbC", "SHEETFLOW_FORM": ""})
    assert path.read_text("utf-8") == "SHEETFLOW_SPREADSHEET=1AbC\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_keep__leaves_every_other_line_as_it_is(path: Path) -> None:
    path.write_text("# ours\nexport SHEETFLOW_FORM=old\n\nSHEETFLOW_PROJECT='acme'  # Google's\n", "utf-8")
    keep(path, {"SHEETFLOW_FORM": "new", "SHEETFLOW_FOLDER": "f1"})
    lines = path.read_text("utf-8").splitlines()
    assert lines[:4] == ["# ours", "SHEETFLOW_FORM=new", "", "SHEETFLOW_PROJECT='acme'  # Google's"]
    assert lines[4:] == ["SHEETFLOW_FOLDER=f1"]
    keep(path, {"SHEETFLOW_FORM": ""})
    assert "SHEETFLOW_FORM" not in path.read_text("utf-8")


@pytest.mark.parametrize("value", ["user:robot@firm.example", "Firm & Co", "it's", 'a "b" \\ c', "#no"])
def test_keep__is_read_by_the_commands_as_it_was(path: Path, value: str) -> None:
    keep(path, {"SHEETFLOW_OWNER": value})
    assert kept(path) == {"SHEETFLOW_OWNER": value}
    assert environment(str(path))["SHEETFLOW_OWNER"] == value


def test_keep__takes_no_second_line(path: Path) -> None:
    keep(path, {"SHEETFLOW_OWNER": "a"})
    with pytest.raises(ValueError, match="SHEETFLOW_OWNER"):
        keep(path, {"SHEETFLOW_OWNER": "a\nSHEETFLOW_INBOX_KEY=b"})
    assert kept(path) == {"SHEETFLOW_OWNER": "a"}


def test_keep__into_a_folder_that_takes_nothing_keeps_the_old_file(path: Path) -> None:
    keep(path, {"SHEETFLOW_OWNER": "a"})
    with pytest.raises(OSError, match="exists"):
        keep(path / "below", {"SHEETFLOW_OWNER": "b"})
    assert kept(path) == {"SHEETFLOW_OWNER": "a"}


def test_kept__nothing_where_there_is_no_file(path: Path) -> None:
    assert kept(path) == {}

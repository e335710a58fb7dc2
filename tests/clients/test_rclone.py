"""rclone, written in Go, with Google's own addresses built in: it keeps a folder in Drive as it is here.

It needs the program, which `.ci/run` installs; without it the test is skipped, and says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sheetflow.emulator.testing import LocalGoogle
from tests.clients.proxy import Proxy

pytestmark = pytest.mark.skipif(shutil.which("rclone") is None, reason="no rclone: install the package")

REMOTE = """[drive]
type = drive
scope = drive
token = {"access_token": "local:anna@example.com", "token_type": "Bearer", "expiry": "2099-01-01T00:00:00Z"}
"""
Rclone = Callable[..., str]


@pytest.fixture
def rclone(google: LocalGoogle, tmp_path: Path) -> Iterator[Rclone]:
    """Runs rclone, which must succeed, and gives what it printed."""
    (tmp_path / "rclone.conf").write_text(REMOTE)
    proxy = Proxy(google.url, tmp_path)

    def run(*arguments: str) -> str:
        options = ["--config", "rclone.conf", "--retries", "1", "--low-level-retries", "1"]
        done = subprocess.run(
            ["rclone", *options, *arguments],
            cwd=tmp_path,
            env={**os.environ, **proxy.environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    yield run
    proxy.close()


def test_rclone__keeps_a_folder_in_drive(rclone: Rclone, tmp_path: Path) -> None:
    here = tmp_path / "here"
    (here / "sub" / "deep").mkdir(parents=True)
    (here / "a.txt").write_text("hello")
    (here / "sub" / "deep" / "ü 'q'.txt").write_text("quoted")
    (here / "large.bin").write_bytes(os.urandom(9 * 1024 * 1024))  # two chunks of a resumable upload
    rclone("copy", "here", "drive:backup")
    rclone("check", "here", "drive:backup")
    assert sorted(rclone("lsf", "-R", "--files-only", "drive:backup").splitlines()) == [
        "a.txt",
        "large.bin",
        "sub/deep/ü 'q'.txt",
    ]
    (here / "large.bin").write_bytes(b"smaller")
    (here / "a.txt").rename(here / "b.txt")
    rclone("sync", "here", "drive:backup")
    rclone("check", "here", "drive:backup")
    rclone("moveto", "drive:backup/b.txt", "drive:backup/c.txt")
    rclone("move", "drive:backup/sub", "drive:other")
    assert rclone("cat", "drive:backup/c.txt") == "hello"
    assert rclone("lsf", "-R", "--files-only", "drive:other").splitlines() == ["deep/ü 'q'.txt"]
    rclone("purge", "drive:backup")
    assert "backup/" not in rclone("lsf", "drive:").splitlines()


def test_rclone__turns_a_table_into_a_spreadsheet_and_back(rclone: Rclone, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("item,sum\nRent,900\n")
    as_csv = ("--drive-import-formats", "csv", "--drive-export-formats", "csv")
    rclone("copy", "table.csv", "drive:tables", *as_csv)
    rclone("copy", "drive:tables", "back", *as_csv)
    assert (tmp_path / "back" / "table.csv").read_text().splitlines() == ["item,sum", "Rent,900"]
    rclone("copy", "drive:tables", "back", "--drive-export-formats", "xlsx")
    assert (tmp_path / "back" / "table.xlsx").read_bytes().startswith(b"PK")

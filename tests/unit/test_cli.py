"""The commands: what they print, and how they end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from sheetflow import __version__
from sheetflow.cli import main
from sheetflow.cli.screen import Screen
from sheetflow.core.rules import RULES
from sheetflow.workflow.payments import TABLE, mermaid


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={name: None for name in os.environ if "SHEETFLOW" in name})


def test_main__as_a_module_it_is_the_same_program() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "sheetflow", "--version"], capture_output=True, text=True, check=True
    )
    assert told.stdout == f"sheetflow, version {__version__}\n"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_main__every_command_and_option_says_what_it_is_for() -> None:
    found = list(commands(main))
    assert set(found) >= {("local",), ("demo",), ("history", "verify"), ("rules",), ("workflow",)}
    for path in found:
        answer = run(*path, "--help")
        assert answer.exit_code == 0
        command: click.Command = main
        for name in path:
            assert isinstance(command, click.Group)
            command = command.commands[name]
        assert command.help
        assert all(each.help for each in command.params if isinstance(each, click.Option))


def test_main__a_wrong_usage_ends_with_2() -> None:
    assert run("nonsense").exit_code == 2
    assert run("rules", "--locale", "fr").exit_code == 2
    assert run("demo", "--requests", "/no/such/file.csv").exit_code == 2


def test_rules__json_has_every_rule_with_its_function() -> None:
    table = json.loads(run("rules", "--json").output)
    assert [each["id"] for each in table] == list(RULES)
    assert all(each["says"] and each["todo"] for each in table)
    own = next(each for each in table if each["id"] == "no-self-approval")
    assert own["says"] == "Nobody approves their own request."
    assert own["function"] == "sheetflow.core.rules.approvals.no_self_approval"


def test_rules__in_russian() -> None:
    table = json.loads(run("rules", "--json", "--locale", "ru").output)
    assert "заявк" in next(each for each in table if each["id"] == "no-self-approval")["says"]


def test_rules__markdown_is_one_row_a_rule() -> None:
    lines = run("rules", "--markdown").output.splitlines()
    assert lines[1] == "|---|---|---|---|"
    assert [line.split("|")[1].strip(" `") for line in lines[2:]] == list(RULES)


def test_rules__plain() -> None:
    output = run("rules").output
    assert "no-self-approval\n  Nobody approves their own request.\n" in output


def test_workflow__is_the_tables_own_diagram() -> None:
    answer = run("workflow")
    assert answer.exit_code == 0
    assert answer.output == mermaid()


def test_workflow__json_has_every_transition() -> None:
    moves = json.loads(run("workflow", "--json").output)
    assert len(moves) == len(TABLE.transitions)
    assert moves[0]["from"] == ["Draft", "Returned"]
    assert moves[0]["to"] == "Submitted"


def test_verify__all_that_is_wrong_with_the_settings_is_told(tmp_path: Path) -> None:
    (tmp_path / "acme.env").write_text("SHEETFLOW_LANGUAGE=fr", "utf-8")
    answer = run("history", "verify", "--env", str(tmp_path / "acme.env"))
    assert answer.exit_code == 1
    assert "Error: 2 problems:" in answer.stderr
    assert all(name in answer.stderr for name in ("_SPREADSHEET is not set", "_LANGUAGE is 'fr'"))
    assert "_KEY" not in answer.stderr, "no command asks an admin for the functions' secrets"


def test_verify__where_nothing_answers() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        answer = run("history", "verify", "--workspace", url)
    assert answer.exit_code == 1
    assert answer.stderr == f"Error: workspace: nothing answers at {url}; start one with `sheetflow local`\n"


@pytest.mark.parametrize(("status", "body"), [(404, b"{}"), (200, b"<html>"), (200, b"[]"), (200, b"{}")])
def test_verify__what_answers_is_no_workspace(status: int, body: bytes) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        answer = run("history", "verify", "--workspace", f"http://127.0.0.1:{server.server_port}/")
    assert answer.exit_code == 1
    assert "no local workspace" in answer.stderr


def test_verify__an_address_that_is_none() -> None:
    answer = run("history", "verify", "--workspace", "file:///etc/passwd")
    assert answer.exit_code == 1
    assert answer.stderr == "Error: file:///etc/passwd: a workspace's address begins with http://\n"


def test_local__a_busy_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = run("local", "--port", str(port), "--data", str(tmp_path / "place"), "--demo")
    assert answer.exit_code == 1
    assert answer.stderr.startswith(f"Error: port {port} cannot be used (")
    assert not (tmp_path / "place").exists()


def test_local__a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    answer = run("local", "--port", "0", "--data", str(tmp_path / "file" / "place"))
    assert answer.exit_code == 1
    assert "the workspace cannot be kept there" in answer.stderr


def test_demo__a_broken_file_is_refused_with_all_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text("What for,Colour,Amount,Amount\na,b,1,2\nx,y\n", "utf-8")
    answer = run("demo", "--requests", str(path))
    assert answer.exit_code == 1
    assert answer.stderr.splitlines() == [
        "Error: 3 problems:",
        f"  - {path}: “Colour” is no column of the registry.",
        f"  - {path}: The column “Amount” stands there twice.",
        f"  - {path}: Line 3 has 2 cells, the header has 4.",
    ]


def test_screen__what_somebody_typed_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    screen.got("Paper\x1b[2J\x07 1\u00a0200 ₽ 🎉 עברית")
    screen.table(["A", "B"], [["x\x1b", "long\n\x1b]0;title\x07words"]])
    assert capsys.readouterr().out == (
        "    -> Paper\ufffd[2J\ufffd 1\u00a0200 ₽ 🎉 עברית\nA   B\nx\ufffd  long \ufffd]0;title\ufffdwords\n"
    )

"""The demo as people start it, in both languages; a workspace as it is served; a history tampered with."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gspread
import pytest
from click.testing import CliRunner
from gspread.utils import ValueInputOption, ValueRenderOption

from sheetflow.cli import main
from sheetflow.workspace import cast
from sheetflow.workspace.demo import Player
from sheetflow.workspace.doors import Doors
from sheetflow.workspace.local import LocalWorkspace
from sheetflow.workspace.story_showcase import ENDS
from tests.desk import GOOD, HEAD, MIA, book

DATA = Path(__file__).parents[1] / "data"
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("SHEETFLOW_")}


def sheetflow(*arguments: str, timeout: float = 200) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sheetflow", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=ENVIRONMENT,
        check=False,
    )


def in_order(output: str, *milestones: str) -> None:
    """Each stands in the output, after the one before."""
    at = 0
    for milestone in milestones:
        found = output.find(milestone, at)
        assert found >= 0, f"{milestone!r} is missing after {output[max(at - 300, 0) : at]!r}"
        at = found + len(milestone)


# --- the demo


@pytest.mark.timeout(240)
def test_demo__the_whole_story_with_the_sample() -> None:
    told = sheetflow("demo", "--requests", str(DATA / "requests.csv"))
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr
    in_order(
        told.stdout,
        "== 1. It begins at the form",
        "the form “Payment request” asks: What for*, Contractor, Amount*, Currency*, Pay by*, INN, ",
        "Invoice, Comment, Send for approval at once?",
        "handed in: Invoice 417.pdf",
        "its QR code: ST00012|Name=ООО «Экспострой»|PersonalAcc=40702810538000120417|",
        "the form says: Payment request Thank you.",
        "PR-000001: Status “Submitted”, Confirmed “Submitted”",
        "filled in: Contractor: ООО «Экспострой»",
        "Account: 40702810538000120417; Corr. account: 30101810400000000225",
        "with a note at each: Filled in from",
        "Drive, Payments/2026/2026-11/PR-000001 ООО «Экспострой»:",
        "- PR-000001 Invoice 417 - mia.pdf, ",
        "RequestSubmitted: PR-000001 Invoice 417 - mia.pdf, SHA-256 ",
        "mail to olga@firm.example: [PR-000001] To decide: RUB 127,500.00",
        "the page offers: Approve, Reject, Return for rework, Comment",
        "PR-000001: Status “Approved”, Confirmed “Approved”",
        "handed in: Payment order 318.pdf",
        "FilesFiled: PR-000001 Payment order 318.pdf, SHA-256 ",
        "PR-000001: Status “Paid”, Confirmed “Paid”",
        "mail to office@expostroy.example: [PR-000001] Payment of RUB 127,500.00 by Firm Ltd",
        "attached: PR-000001 Payment order 318.pdf, ",
        "an answer goes to anna@firm.example",
        "What there is about it now",
        "Drive, Payments/2026/2026-11/PR-000001 ООО «Экспострой»:",
        "- PR-000001 Invoice 417 - mia.pdf, ",
        "- PR-000001 Payment order 318.pdf, ",
        "Mails about PR-000001: 6",
        "to office@expostroy.example: [PR-000001] Payment of RUB 127,500.00 by Firm Ltd + PR-000001 Payment",
        "of whom he gives the INN alone",
        "filled in: Contractor: ООО «Экспострой»",
        "Account: 40702810538000120417; Corr. account: 30101810400000000225",
        "This account is not in the contractor book: 40702810900000005555.",
        "commonest payment fraud",
        "mail to olga@firm.example: [PR-000002] Call first: new bank details of ООО «Экспострой»",
        "commonest payment fraud",
        "PR-000002: Status “Rejected”, Confirmed “Rejected”",
        "Mia Meadows types a request",
        "PR-000004: Status “Submitted”, Confirmed “Submitted”",
        "mail to olga@firm.example: [PR-000004] To decide: RUB 184,300.50",
        "Account: 40702810800038000101",
        "Mia Meadows picks “Approved” on her own request",
        "[right-role]",
        "mail to mia@firm.example: [PR-000004] Put back: Status",
        "Anna Counts of accounting approves it",
        "[right-role]",
        "Google does not let it through: workspace: 403",
        "the page offers: Approve, Reject, Return for rework, Comment",
        "PR-000004: Status “Approved”, Confirmed “Approved”",
        "mail to anna@firm.example: [PR-000004] To pay",
        "Confirmed blank at once",
        "Confirmed “Approved”",
        "[unexplained-change]",
        "Max Mills types that account by hand",
        "[fields-change-in-draft]",
        "mail to max@firm.example: [PR-000004] Put back: Account",
        "PR-000004: Status “Paid”, Confirmed “Paid”",
        "mail to billing@yandex.example: [PR-000004] Payment of RUB 184,300.50 by Firm Ltd",
        "Confirmed “Returned”",
        "> Which invoice is it? Its number is missing.",
        "Confirmed “Part-paid”",
        "Checks: Rejected waits until",
        "Confirmed “Rejected”",
        "mail to dora@firm.example: [PR-000010] To decide",
        "[no-self-approval]",
        "Confirmed “Cancelled”",
        "[valid-fields]",
        "25 requests, each ended as the file expects",
        "Checks",
    )
    assert re.search(r"history verified: \d+ events, head [0-9a-f]{64}\n$", told.stdout)
    assert told.stderr == ""


@pytest.mark.timeout(240)
def test_demo__in_russian() -> None:
    told = sheetflow("demo", "--locale", "ru", "--requests", str(DATA / "requests.ru.csv"))
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr
    in_order(
        told.stdout,
        "форма «Заявка на оплату» спрашивает: За что платим*, Подрядчик, Сумма счета*",
        "приложено: Счет № 417.pdf",
        "PR-000001: статус «На согласовании», подтверждено «На согласовании»",
        "Р/С: 40702810538000120417; К/С: 30101810400000000225",
        "с примечанием у каждой ячейки: Заполнено из",
        "Диск, Платежи/2026/2026-11/PR-000001 ООО «Экспострой»:",
        "PR-000001 Счет № 417 - mia.pdf, байт: ",
        "письмо для olga@firm.example: [PR-000001]",
        "подтверждено «Согласован к оплате»",
        "приложено: Платежное поручение № 318.pdf",
        "подтверждено «Оплачен»",
        "письмо для office@expostroy.example: [PR-000001]",
        "приложено: PR-000001 Платежное поручение № 318.pdf, байт: ",
        "ответ получит anna@firm.example",
        "Писем по PR-000001: 6",
        "Этого счета нет в справочнике контрагентов: 40702810900000005555.",
        "самое частое платежное мошенничество",
        "PR-000002: статус «Отказано», подтверждено «Отказано»",
        "PR-000004: статус «На согласовании», подтверждено «На согласовании»",
        "письмо для olga@firm.example: [PR-000004]",
        "[right-role]",
        "статус «Согласован к оплате», подтверждено «Согласован к оплате»",
        "«Подтверждено» сразу пусто",
        "подтверждено «Оплачен»",
        "письмо для billing@yandex.example: [PR-000004]",
        "подтверждено «На доработке»",
        "подтверждено «Оплачен частично»",
        "подтверждено «Отказано»",
        "[no-self-approval]",
        "подтверждено «Отменено»",
        "заявок: 25, исход каждой — как ожидает файл",
    )
    assert re.search(r"история проверена: событий \d+, голова [0-9a-f]{64}\n$", told.stdout)


def test_demo__an_outcome_that_the_file_does_not_expect_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheetflow.workspace.story_chapters.STORY", ())
    head, good, wrong = (DATA / "requests.csv").read_text("utf-8").splitlines()[:3]
    path = tmp_path / "requests.csv"
    path.write_text("\n".join([head, good, wrong.replace("inn-check-digit", "ok")]) + "\n", "utf-8")
    told = CliRunner().invoke(main, ["demo", "--requests", str(path)])
    assert told.exit_code == 1
    assert "2 requests: 1 sent, 1 held" in told.stdout
    assert re.search(
        r"x  PR-\d+: expected ok, but it ended as Draft \(INN: .* wrong check digit", told.stdout
    )
    assert "history verified: 3 events" in told.stdout  # settings, people, one request


@pytest.mark.parametrize("command", ["demo", "local --demo --port 0"])
def test_demo__says_what_it_lacks_to_read_an_invoice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    commands = sys.modules["sheetflow.cli.local"]  # as an attribute of its package it is the command
    monkeypatch.setattr(commands, "find_spec", lambda name: None if name == "zxingcpp" else name)
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(main, command.split())
    assert told.exit_code == 1
    assert "which needs zxingcpp: install sheetflow[invoices,local]" in told.output


# --- the workspace, served


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(url: str, child: subprocess.Popen[str]) -> dict[str, Any]:
    """Poll the path that any tool would poll: what it then finds has to be complete."""
    end = time.monotonic() + 90
    while time.monotonic() < end and child.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/workspace") as answer:
                place: dict[str, Any] = json.loads(answer.read())
                return place
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 503:
                raise
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"no workspace at {url}: {child.poll()}")


def statuses(url: str) -> list[str]:
    registry = Player(Doors(url), book("en"), None).registry  # type: ignore[arg-type]
    return sorted(row["confirmed"] for row in registry.rows() if row["id"])


def papers(place: dict[str, Any]) -> list[str]:
    """What lies in the folders of the company's requests, as an accountant sees it; the form is open."""
    url = place["form"]["url"].partition("/forms/")[0]
    doors = Doors(url)
    assert "Invoice" in doors.form(MIA).questions
    folders, found = [place["folders"]["payments"]["id"]], []
    for folder in folders:
        for one in doors.files("anna@firm.example", folder):
            if "size" in one:
                found.append(one["name"])
            else:
                folders.append(one["id"])
    return found


@pytest.mark.timeout(240)
def test_local__filled_once_found_again_and_stopped(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", "sheetflow", "local", "--demo"),
        *("--port", str(port), "--data", str(tmp_path / "w")),
    ]
    events = []
    for stop in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as child:
            try:
                place = wait_for(url, child)
                assert statuses(url) == sorted(ENDS.values())
                assert papers(place) == ["PR-000019 Invoice 417 - mia.pdf"]
                verified = CliRunner().invoke(
                    main, ["history", "verify", "--json"], env={"SHEETFLOW_WORKSPACE": url}
                )
                events.append(json.loads(verified.output)["events"])
                functions = place["functions"]
                edit = Doors(url).edit(MIA, "Registry!AA20", "")
                assert [(run["ok"], run["log"]) for run in edit["triggers"]] == [(True, [])]
            finally:
                child.send_signal(stop)
                try:
                    output, _ = child.communicate(timeout=30)
                finally:
                    child.kill()
        assert child.returncode == 0
        assert "stopped; everything is kept in" in output
        for function in functions.values():
            with pytest.raises(OSError):  # noqa: PT011 - refused: no process is left behind
                urllib.request.urlopen(function, timeout=2)
    assert events[0] == events[1] > 10  # what was there is not played again


# --- a history that was tampered with


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    """Three requests, submitted; one of them approved."""
    folder = tmp_path_factory.mktemp("workspace")
    with LocalWorkspace(folder, scheduled=False, functions=False) as workspace:
        doors = Doors(workspace.url)
        registry = Player(doors, book("en"), None).registry  # type: ignore[arg-type]
        cells = GOOD | {"pay_by": "4/23/2027"}
        for row in (2, 3, 4):
            for key, values in registry.blocks(cells):
                doors.edit(MIA, registry.cell(row, key), [values])
            doors.edit(MIA, registry.cell(row, "status"), "Submitted")
            workspace.runtime().process().run()
        doors.edit(HEAD, registry.cell(3, "status"), "Approved")
        workspace.runtime().process().run()
        yield workspace


def verify(place: LocalWorkspace) -> tuple[int, dict[str, Any]]:
    answer = CliRunner().invoke(main, ["history", "verify", "--json", "--workspace", place.url])
    return answer.exit_code, json.loads(answer.output)


def tab(place: LocalWorkspace, title: str) -> gspread.Worksheet:
    """As the file's owner, whom no protection binds."""
    return Doors(place.url).tab(cast.OWNER, title)


@pytest.fixture
def history(place: LocalWorkspace) -> Iterator[gspread.Worksheet]:
    """The History tab; what a test does to it and to State is taken back."""
    sheets = [tab(place, title) for title in ("History", "State")]
    before = [sheet.get_values(value_render_option=ValueRenderOption.formula) for sheet in sheets]
    yield sheets[0]
    for sheet, values in zip(sheets, before, strict=True):
        sheet.batch_clear(["A1:Z200"])
        sheet.update(values, "A1", value_input_option=ValueInputOption.raw)


def test_verify__holds(place: LocalWorkspace, history: gspread.Worksheet) -> None:
    rows = history.get_all_values()[1:]
    code, found = verify(place)
    assert code == 0
    assert found == {"ok": True, "events": len(rows), "head": rows[-1][8]}
    plain = CliRunner().invoke(main, ["history", "verify", "--workspace", place.url])
    assert plain.output == f"history verified: {len(rows)} events, head {rows[-1][8]}\n"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("B", "2026-11-24T00:00:00.000Z"),
        ("C", "PR-000098"),
        ("E", "dora@firm.example"),
        ("G", "{}"),
        ("I", "0" * 64),
    ],
)
def test_verify__a_changed_event_is_the_first_that_is_bad(
    place: LocalWorkspace, history: gspread.Worksheet, column: str, value: str
) -> None:
    events = len(history.get_all_values()) - 1
    history.update_acell(f"{column}4", "'" + value)
    code, found = verify(place)
    assert code == 1
    assert found.keys() == {"ok", "events", "first_bad", "reason"}
    assert (found["ok"], found["events"], found["first_bad"]) == (False, events, 3)
    plain = CliRunner().invoke(main, ["history", "verify", "--workspace", place.url])
    assert plain.exit_code == 1
    assert plain.stderr.startswith(f"the history is broken at event 3 of {events}: ")


@pytest.mark.parametrize(("cell", "value"), [("G4", "not json"), ("A4", "three"), ("B4", "yesterday")])
def test_verify__an_event_that_cannot_be_read(
    place: LocalWorkspace, history: gspread.Worksheet, cell: str, value: str
) -> None:
    events = len(history.get_all_values()) - 1
    history.update_acell(cell, value)
    code, found = verify(place)
    assert code == 1
    assert (found["events"], found["first_bad"]) == (events, 3)
    assert "cannot be read" in found["reason"]


def test_verify__an_event_that_was_taken_away(place: LocalWorkspace, history: gspread.Worksheet) -> None:
    rows = history.get_values(value_render_option=ValueRenderOption.formula)
    history.batch_clear(["A4:I100"])
    history.update(rows[4:], "A4", value_input_option=ValueInputOption.raw)
    code, found = verify(place)
    assert code == 1
    assert (found["events"], found["first_bad"]) == (len(rows) - 2, 3)


def test_verify__the_end_that_was_cut_off(place: LocalWorkspace, history: gspread.Worksheet) -> None:
    events = len(history.get_all_values()) - 1
    history.batch_clear([f"A{events + 1}:I{events + 1}"])
    code, found = verify(place)
    assert code == 1
    assert (found["events"], found["first_bad"]) == (events - 1, events)


def test_verify__a_state_that_no_event_led_to(place: LocalWorkspace, history: gspread.Worksheet) -> None:
    events = history.get_all_values()[1:]
    state = tab(place, "State")
    rid = events[-1][2]
    at = next(n for n, row in enumerate(state.get_all_values(), start=1) if row[0] == rid)
    state.update_acell(f"J{at}", "Paid")
    code, found = verify(place)
    assert code == 1
    assert found["first_bad"] == len(events)
    assert found["reason"] == f"after it {rid} is Approved, but the State tab says Paid"

"""`sheetflow bank` at a workspace: files in Drive, events in History, calls counted where they arrive."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetflow.adapters.uploads import DriveUploads
from sheetflow.cli import main
from sheetflow.errors import AccessDenied
from sheetflow.model.cells import Cell
from tests import banks
from tests.banks import BIK, PAYER, Movement, numbered_account, numbered_inn
from tests.firm import BLOCK, GOOD, Firm
from tests.long import LONG

COUNT = 6
MANY = 500 if LONG else 50
ANNA = "anna@firm.example"
OWN = f"{PAYER.account} | БИК {BIK} | {PAYER.name} | банк {banks.BANK}"


def run(firm: Firm, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["bank", *arguments, "--workspace", firm.url])


def told(firm: Firm, *arguments: str) -> dict[str, Any]:
    done = run(firm, *arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def with_accounts(firm: Firm) -> None:
    """The settings that bank files need, typed by the admin."""
    names = firm.runtime.book.own.labels["settings"]
    rows = [[names["own_accounts"], OWN], [names["company_kpp"], PAYER.kpp]]
    known = [str(row[0]) if row else "" for row in firm.values("A1:A", tab="settings")]
    for name, value in rows:
        place = known.index(name) + 1 if name in known else len(known) + 1
        known += [name] if name not in known else []
        firm.ivan.enters(f"{firm.title('settings')}!A{place}", name)
        firm.ivan.enters(f"{firm.title('settings')}!B{place}", value)


def approved(firm: Firm, count: int) -> list[str]:
    """Requests pasted, sent, approved and ticked, each by whoever does it, all rows at once."""
    places = firm.columns()
    first, last = places[BLOCK[0]], places[BLOCK[1]]
    keys = {place: key for key, place in places.items()}
    block = [
        [{**GOOD, **payee(number)}.get(keys[place], "") for place in range(first, last + 1)]
        for number in range(1, count + 1)
    ]
    row = firm.end() + 1
    firm.mia.pastes(firm.a1(row, first), block)
    for who, column, value in (
        (firm.mia, "status", firm.label("Submitted")),
        (firm.olga, "status", firm.label("Approved")),
        (firm.anna, "to_pay", True),
    ):
        who.pastes(firm.a1(row, places[column]), [[value]] * count)
        firm.settle()
    return [cells[places["id"]] for cells in firm.table()[row - 2 : row - 2 + count]]


def payee(number: int) -> dict[str, Cell]:
    return {
        "contractor": f"ООО «Ромашка {number}»", "inn": numbered_inn(number), "bik": BIK,
        "corr_account": banks.CORR, "account": numbered_account(number), "details": banks.BANK,
        "invoice_no": str(number),
    }  # fmt: skip


def statement(firm: Firm, rids: list[str], path: Path, *more: Movement) -> Path:
    """What the bank carried out, as it gives it."""
    made = {event.request: event.data for event in firm.history() if event.kind == "BankFileMade"}
    movements = []
    for place, rid in enumerate(rids, start=1):
        data = made[rid]
        day = date.fromisoformat(data["date"])
        movements.append(
            Movement(
                banks.payee(place), Decimal(data["amount"]), data["number"], day, day, "Payment for paper"
            )
        )
    path.write_bytes(banks.statement([*movements, *more]))
    return path


def outgoing(firm: Firm) -> dict[str, bytes]:
    """The files in Bank/Outgoing, as an accountant may read them."""
    drive = firm.anna.drive.files()
    where = f"'{firm.folder('outgoing')}' in parents and trashed = false"
    listed = drive.list(q=where, fields="files(id,name)").execute()["files"]
    return {one["name"]: drive.get_media(fileId=one["id"]).execute() for one in listed}


def test_bank__requests_out_and_in(opened: Callable[..., Firm], tmp_path: Path) -> None:
    firm = opened()
    with_accounts(firm)
    rids = approved(firm, COUNT)

    since = firm.last_call()
    made = told(firm, "export", "--as", ANNA, "--out", str(tmp_path / "out"))
    calls = [call for call in firm.calls(since) if call.startswith("sheets.")]
    assert calls == ["sheets.values.batchGet", "sheets.values.batchGet", "sheets.batchUpdate"]
    (file,) = made["files"]
    assert [(one["request"], one["number"]) for one in file["orders"]] == [
        (rid, str(number)) for number, rid in enumerate(rids, start=1)
    ]
    assert made["held"] == made["standing"] == []
    content = (tmp_path / "out" / file["name"]).read_bytes()
    assert outgoing(firm) == {file["name"]: content}
    assert firm.events(rids[0])[-1] == ("BankFileMade", ANNA)
    firm.settle()
    firm.verify()

    again = told(firm, "export")
    assert again["files"] == []
    assert again["standing"] == [{"request": rid, "file": file["name"]} for rid in rids]

    unknown = Movement(banks.payee(99), Decimal(7), "900", date(2026, 1, 5), date(2026, 1, 5), "Unasked")
    bank = statement(firm, rids, tmp_path / "kl_to_1c.txt", unknown)
    dry = told(firm, "import", str(bank), "--dry-run")
    assert [one["outcome"] for one in dry["lines"]] == ["paid"] * COUNT + ["unknown"]
    since = firm.last_call()
    taken = told(firm, "import", str(bank), "--as", ANNA)
    assert firm.calls(since) == ["sheets.values.batchGet", "sheets.values.batchGet", "sheets.batchUpdate"]
    assert [one["request"] for one in taken["lines"]] == [*rids, ""]
    assert {firm.status(rid) for rid in rids} == {"Paid"}
    assert firm.events(rids[0])[-1] == ("RequestPaid", "bank")
    firm.settle()
    firm.verify()
    assert {row["status"] for rid in rids for row in firm.rows(rid)} == {"Paid"}
    told_of = [template for template, _, state in firm.outbox() if state == "sent"]
    assert told_of.count("paid") == told_of.count("contractor-paid") == COUNT
    papers = [
        (part.get_filename(), part.get_content()[:5])
        for mail in firm.hand("pay@romashka.example").mails()
        for part in mail.iter_attachments()
    ]
    assert len(papers) == COUNT
    assert (f"payment-order-1-{firm.history()[-1].at:%Y-%m-%d}.pdf", b"%PDF-") in papers
    seq = firm.token().seq
    assert told(firm, "import", str(bank))["events"] == []
    assert firm.token().seq == seq
    assert [event.kind for event in firm.history()].count("UnknownDebit") == 1


def closed(_uploads: DriveUploads, *_file: Any) -> None:
    raise AccessDenied("Drive", "no storage")


def test_bank__says_in_words_what_it_did(
    opened: Callable[..., Firm], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = opened("ru")
    with_accounts(firm)
    (rid,) = approved(firm, 1)
    other = firm.mia.submits(purpose="За бумагу →", invoice_no="x")
    firm.settle()
    firm.olga.picks("Approved", other)
    firm.settle()
    firm.anna.enters(firm.cell_of(other, "to_pay"), True)
    firm.settle()
    dry = run(firm, "export", "--dry-run")
    assert "Пробный запуск" in dry.output
    said = run(firm, "export", "--out", str(tmp_path)).output
    assert "поручений 1, 12" in said
    assert f"{other}, Назначение платежа: " in said
    assert "положен на Диск: Банк/Исходящие" in said
    (name,) = outgoing(firm)
    (tmp_path / "here").mkdir()
    with monkeypatch.context() as patched:  # a recorded file is not lost where Drive will not have it
        patched.chdir(tmp_path / "here")
        patched.setattr(DriveUploads, "keep", closed)
        away = run(firm, "export", "--again", name)
    assert "На Диск положить не удалось (Drive: no storage)" in away.output
    assert (tmp_path / "here" / name).exists()
    freed = run(firm, "cancel", name, "--reason", "банк не принял", "--as", ANNA)
    assert freed.output == f"{rid} снова свободна.\n"
    assert run(firm, "cancel", name, "--reason", "ещё раз").exit_code == 1
    assert "поручений 1, 12" in run(firm, "export", "--out", str(tmp_path)).output
    bank = statement(firm, [rid], tmp_path / "kl.txt", Movement(banks.payee(9), Decimal(5), "7"))
    done = run(firm, "import", str(bank))
    assert f"{rid} оплачена: 12" in done.output
    assert "Оплачено мимо реестра" in done.output
    assert "оплачено 1, решить 0, мимо реестра 1" in done.output
    cut = tmp_path / "cut.txt"
    cut.write_bytes(bank.read_bytes()[:-40])
    refused = run(firm, "import", str(cut))
    assert refused.exit_code == 1
    assert "cut.txt: " in refused.output


@pytest.mark.parametrize("who", ["mia@firm.example", "nobody@firm.example"])
def test_bank__only_accountants_act(firm: Firm, who: str) -> None:
    refused = run(firm, "export", "--as", who)
    assert refused.exit_code == 1
    assert "no accountant" in refused.output


def test_bank__a_statement_dropped_into_drive_pays_with_the_next_schedule(
    opened: Callable[..., Firm], tmp_path: Path
) -> None:
    firm = opened()
    with_accounts(firm)
    rids = approved(firm, 2)
    told(firm, "export", "--as", ANNA)
    unknown = Movement(banks.payee(99), Decimal(7), "900", date(2026, 1, 5), date(2026, 1, 5), "Unasked")
    content = statement(firm, rids, tmp_path / "kl_to_1c.txt", unknown).read_bytes()
    place = firm.folder("incoming")
    firm.anna.uploads("kl_to_1c.txt", content, place, "text/plain")
    firm.anna.uploads("broken.txt", b"1CClientBankExchange\r\nno sign\r\n", place, "text/plain")
    firm.anna.uploads("order.pdf", b"%PDF-1.4 scan", place)
    firm.robot.uploads("forged.txt", content, place, "text/plain")
    incoming = firm.runtime.incoming()
    assert incoming is not None
    assert incoming.run() == 3
    firm.settle()
    assert [firm.status(rid) for rid in rids] == ["Paid", "Paid"]
    kinds = [event.kind for event in firm.history()]
    assert (kinds.count("StatementRead"), kinds.count("StatementRefused")) == (1, 2)
    assert names_in(firm, firm.folder("incoming")) == ["order.pdf"]
    assert names_in(firm, firm.folder("rejected")) == ["broken.txt", "forged.txt"]
    (year,) = children(firm, firm.folder("processed"))
    assert year["name"] == str(firm.history()[-1].at.year)
    assert names_in(firm, year["id"]) == ["kl_to_1c.txt"]
    assert len(firm.anna.subjects("kl_to_1c.txt")) == len(firm.anna.subjects("broken.txt")) == 1
    assert len(firm.ivan.subjects("forged.txt")) == 1

    since = firm.last_call()
    assert incoming.run() == 0
    assert firm.calls(since) == ["drive.files.list"]
    assert [event.kind for event in firm.history()] == kinds

    cell = f"{firm.title('bank')}!K2"
    with pytest.raises(AssertionError, match="protected cell"):
        firm.mia.enters(cell, "past the registry")  # the column is the accountants'
    firm.anna.enters(cell, firm.runtime.book.own.label("bank_words", "past"))
    since = firm.last_call()
    firm.run()
    assert firm.calls(since) == ["sheets.values.batchGet", "sheets.batchUpdate"]
    assert (firm.history()[-1].kind, firm.history()[-1].actor) == ("DebitSettled", ANNA)
    assert firm.values("L2", tab="bank")[0][0]
    firm.settle()
    firm.verify()


def test_bank__many_requests_cost_the_calls_of_one(opened: Callable[..., Firm], tmp_path: Path) -> None:
    """Out by the command, in by a file that an accountant dropped: each is one commit."""
    firm = opened()
    with_accounts(firm)
    rids = approved(firm, MANY)
    while any(state != "sent" for _, _, state in firm.outbox()):
        firm.settle()  # so that no mail of theirs is still on its way
    since = firm.last_call()
    made = told(firm, "export", "--as", ANNA)
    calls = [call for call in firm.calls(since) if call.startswith("sheets.")]
    assert calls[0] == "sheets.values.batchGet"
    assert calls[-1] == "sheets.batchUpdate"
    assert len(calls) <= 3  # the bank directory is read once, where there is one
    assert [one["request"] for file in made["files"] for one in file["orders"]] == rids
    content = statement(firm, rids, tmp_path / "kl_to_1c.txt").read_bytes()
    firm.anna.uploads("kl_to_1c.txt", content, firm.folder("incoming"), "text/plain")
    incoming = firm.runtime.incoming()
    assert incoming is not None
    since = firm.last_call()
    assert incoming.run() == 1
    calls = firm.calls(since)
    sheets = [call for call in calls if call.startswith("sheets.")]
    assert sheets.count("sheets.batchUpdate") == 1
    assert len(sheets) <= 4
    assert len(calls) < 15
    paid = [event for event in firm.history() if event.kind == "RequestPaid"]
    assert [(event.request, event.actor) for event in paid] == [(rid, "bank") for rid in rids]
    assert sorted(firm.status(rid) for rid in (rids[0], rids[-1])) == ["Paid", "Paid"]
    firm.verify()


def children(firm: Firm, folder: str) -> list[dict[str, str]]:
    asked = firm.robot.drive.files().list(
        q=f"'{folder}' in parents and trashed = false", fields="files(id,name)", orderBy="name"
    )
    return list(asked.execute()["files"])


def names_in(firm: Firm, folder: str) -> list[str]:
    return [one["name"] for one in children(firm, folder)]

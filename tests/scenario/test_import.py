"""Another registry's file, brought in by the command over HTTP: right or listed, once, also when killed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetflow.app import importing
from sheetflow.cli import main
from sheetflow.core.projection import from_row
from sheetflow.model.request import Request
from tests.dirt import Dirty, Truth
from tests.firm import Firm

IVAN = "ivan@firm.example"


def run(firm: Firm, *arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(main, [*arguments, "--workspace", firm.url], input=said)


def told(firm: Firm, *arguments: str) -> dict[str, Any]:
    done = run(firm, *arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def imported(firm: Firm, file: Path, *more: str) -> dict[str, Any]:
    return told(firm, "import", str(file), "--yes", "--as", IVAN, *more)


def state(firm: Firm) -> dict[str, Request]:
    rows = firm.runtime.sheet().read().state
    return {str(row[0]): from_row([*row]) for row in rows if row and row[0]}


def assert_right(one: dict[str, Any], truth: Truth, requests: dict[str, Request]) -> None:
    """A row ended as it should: as the request that it says, or listed with its reason."""
    where = (one, truth)
    assert one["outcome"] == truth.outcome, where
    if truth.outcome != "import":
        assert truth.code in one["codes"], where
        assert one["request"] == "", where
        assert one["words"], where
        return
    request = requests[one["request"]]
    assert request.status == truth.status, where
    assert request.requester == truth.requester, where
    assert {key: request.cells.get(key) for key in truth.cells} == truth.cells, where
    assert request.cells.keys() == truth.cells.keys(), where
    assert set(one["codes"]) - {"from-merged"} == set(truth.notes), where


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dirty, Path]:
    made = Dirty("ru", 2000)
    return made, made.save(tmp_path_factory.mktemp("old") / "Реестр.xlsx")


def test_import__two_thousand_dirty_rows_are_each_right_or_listed(
    opened: Callable[..., Firm], dirty: tuple[Dirty, Path], tmp_path: Path
) -> None:
    made, file = dirty
    firm = opened("ru")
    own = firm.mia.drafts()
    firm.settle()
    since = firm.last_call()
    report = tmp_path / "report.csv"
    found = imported(firm, file, "--report", str(report))
    calls = firm.calls(since)
    commits = -(-found["import"] // importing.BATCH)
    assert found["commits"] == commits == calls.count("sheets.batchUpdate")
    assert calls.count("drive.files.get") == 1  # the anchor of the history
    assert len(calls) <= 2 * commits + 5

    requests = state(firm)
    assert {one["row"] for one in found["rows"]} == set(made.truth)
    assert found["blank"] == made.blank
    for one in found["rows"]:
        assert_right(one, made.truth[one["row"]], requests)
    assert len(requests) == found["import"] + 1
    assert own in requests
    assert firm.row(own)["confirmed"] == "Черновик"

    with report.open(encoding="utf-8-sig") as lines:
        told_rows = list(csv.reader(lines))
    assert [int(row[0]) for row in told_rows[1:]] == sorted(made.truth)
    assert "по счету" in {cell for row in told_rows for cell in row}  # what could not be read is not lost

    paid = next(one["request"] for one in found["rows"] if made.truth[one["row"]].status == "Paid")
    assert firm.row(paid)["confirmed"] == "Оплачен"
    assert ("RequestImported", IVAN) in firm.events(paid)
    assert firm.run().commits == 0  # nothing is left to decide about what was brought

    seq = firm.token().seq
    assert run(firm, "history", "verify").exit_code == 0
    again = imported(firm, file)
    assert (again["import"], again["known"], again["commits"]) == (0, found["import"], 0)
    assert firm.token().seq == seq


def small(tmp_path: Path, rows: int = 12, language: str = "en", seed: int = 3) -> tuple[Dirty, Path]:
    made = Dirty(language, rows, seed)
    return made, made.save(tmp_path / "old.xlsx")


def as_csv(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_import__is_shown_and_asked_about_and_written_only_then(fresh: Firm, tmp_path: Path) -> None:
    made, file = small(tmp_path)
    good = sum(truth.outcome == "import" for truth in made.truth.values())
    refused = run(fresh, "import", str(file), said="n\n")
    assert refused.exit_code == 1
    assert "Their title" in refused.output
    assert "Supplier" in refused.output
    assert f"{good} to import" in refused.output
    dry = run(fresh, "import", str(file), "--dry-run")
    assert dry.exit_code == 0
    assert "dry run" in dry.output
    assert fresh.token().seq == 0
    done = run(fresh, "import", str(file), said="y\n")
    assert done.exit_code == 0, done.output
    assert f"{good} imported" in done.output
    for row, truth in made.truth.items():
        if truth.outcome != "import":
            assert f"row {row}: " in done.output
    assert {actor for kind, actor in fresh.events() if kind == "RequestImported"} == {"system"}


def test_import__in_russian_the_reasons_are_russian(fresh: Firm, tmp_path: Path) -> None:
    file = as_csv(tmp_path / "a.csv", "Поставщик;Сумма;Статус", "ООО;1,234;опл", "ИП;5;частично")
    done = run(fresh, "import", str(file), "--yes", "--language", "ru")
    assert done.exit_code == 0
    assert "строка 2: Сумма счета: «1,234»" in done.output
    assert "строка 3: Оплачено частично" in done.output


def test_import__a_corrected_copy_brings_just_what_was_corrected(fresh: Firm, tmp_path: Path) -> None:
    head = "Supplier;INN;Amount;Currency;Status;Invoice number"
    good, bad = "Rose;7707083893;100.50;RUB;paid;17", "Lily;7707083894;7;RUB;paid;18"
    first = imported(fresh, as_csv(tmp_path / "a.csv", head, good, bad))
    assert (first["import"], first["refused"]) == (1, 1)
    mended = as_csv(tmp_path / "b.csv", "Payments", head, bad.replace("7707083894", "7707083893"), good)
    second = imported(fresh, mended)
    assert [(one["row"], one["outcome"]) for one in second["rows"]] == [(3, "import"), (4, "known")]
    assert second["rows"][1]["request"] == first["rows"][0]["request"]
    changed = as_csv(tmp_path / "c.csv", head, good.replace("Rose", "Rose Ltd"))
    third = imported(fresh, changed)  # the same payment, told differently
    assert [one["codes"] for one in third["rows"]] == [["duplicate-request"]]
    assert len(state(fresh)) == 2


def test_import__a_draft_is_sent_and_approved_as_any_other(fresh: Firm, tmp_path: Path) -> None:
    head = "Supplier;INN;KPP;BIC;Account number;Amount;Due date;What for;Bank;Purpose;Status;Requested by"
    row = (
        "Rose;7707083893;773601001;049805746;40602810700000000025;100;2027-04-23;Paper;Bank;Paper, inv. 17;"
        "approved;mia@firm.example"
    )
    (one,) = imported(fresh, as_csv(tmp_path / "a.csv", head, row))["rows"]
    assert set(one["codes"]) == {"became-draft", "currency-assumed"}
    rid = one["request"]
    assert fresh.status(rid) == "Draft"
    fresh.mia.picks("Submitted", rid)
    fresh.settle()
    assert fresh.status(rid) == "Draft"  # nobody here vouches for the payee yet
    for key, value in fresh_payee(fresh, rid).items():
        fresh.mia.types(key, rid, "")
        fresh.mia.types(key, rid, value)
    fresh.mia.picks("Submitted", rid)
    fresh.settle()
    fresh.olga.picks("Approved", rid)
    fresh.settle()
    assert fresh.status(rid) == "Approved"
    assert run(fresh, "history", "verify").exit_code == 0


def fresh_payee(firm: Firm, rid: str) -> dict[str, str]:
    return {key: firm.row(rid)[key] for key in ("contractor", "inn", "kpp", "bik", "account")}


def test_import__only_an_admin_imports_and_only_an_admin_trusts(fresh: Firm, tmp_path: Path) -> None:
    head = "Supplier;INN;BIC;Account number;Amount;Status"
    file = as_csv(
        tmp_path / "a.csv", head,
        "Rose;7707083893;049805746;40602810700000000025;100;paid",
        "Lily;500100732259;049805746;40602810700000000025;100;open",
    )  # fmt: skip
    nobody = run(fresh, "import", str(file), "--yes", "--as", "mia@firm.example")
    assert nobody.exit_code == 1
    assert "no admin" in nobody.output
    assert run(fresh, "import", str(file), "--yes", "--trust-payees").exit_code == 2
    assert fresh.token().seq == 0
    told = imported(fresh, file, "--trust-payees")
    assert told["contractors"] == 1
    book = fresh.values("A2:E", tab="contractors")
    assert [row[0] for row in book] == ["Rose"]
    assert fresh.history()[-1].actor == IVAN


def test_import__without_trust_the_book_stays_as_it_is(fresh: Firm, tmp_path: Path) -> None:
    head = "Supplier;INN;BIC;Account number;Amount;Status"
    row = "Rose;7707083893;049805746;40602810700000000025;100;paid"
    imported(fresh, as_csv(tmp_path / "a.csv", head, row))
    assert fresh.values("A2:E", tab="contractors") == []


def test_import__what_is_ambiguous_has_to_be_said(fresh: Firm, tmp_path: Path) -> None:
    head = "Supplier;Sum;Total;Date;Colour;State"
    file = as_csv(tmp_path / "a.csv", head, "Rose;100;120;02.01.2026;red;someday", "Lily;50;60;;;paid")
    asked = run(fresh, "import", str(file), "--yes")
    assert asked.exit_code == 2
    assert "“Date” may be" in asked.output
    assert "Several titles may be Amount: “Sum”, “Total”" in asked.output
    given = ["--map", "Total=amount", "--map", "Date=Pay by", "--map", "Colour=comment"]
    told = imported(fresh, file, *given, "--status", "Someday=Draft")
    assert told["import"] == 2
    rose = state(fresh)[told["rows"][0]["request"]]
    assert (rose.cells["amount"], rose.cells["pay_by"], rose.cells["comment"]) == (120, 46024, "red")
    wrong = run(fresh, "import", str(file), "--yes", "--map", "Nothing=amount", "--map", "Sum=price")
    assert wrong.exit_code == 2
    assert "“price” is no column" in wrong.output
    wrong = run(fresh, "import", str(file), "--yes", *given, "--map", "Nothing=inn")
    assert "no title “Nothing”" in wrong.output


def test_import__an_answer_that_is_lost_doubles_nothing(fresh: Firm, tmp_path: Path) -> None:
    made, file = small(tmp_path)
    fresh.post(
        "/workspace/faults", {"method": "POST", "path": ":batchUpdate", "status": 503, "after_effect": True}
    )
    found = imported(fresh, file)
    (fault,) = fresh.get("/workspace/faults")["faults"]
    assert fault["hits"] == 1
    assert found["import"] == sum(truth.outcome == "import" for truth in made.truth.values())
    assert len(state(fresh)) == found["import"] == len(fresh.events())
    assert run(fresh, "history", "verify").exit_code == 0

"""Files of requests: what is read out of them, and when an outcome is as expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetflow.errors import ConfigError
from sheetflow.workspace.demo_requests import Outcome, Wanted, _as_expected, _outcome, read_file
from tests.desk import book

EN = book("en")


def file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "requests.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_read_file__both_languages_and_encodings(tmp_path: Path) -> None:
    wanted = [Wanted({"subject": "Бумага", "amount": "1 200,50"}, "ok"), Wanted({"subject": "Клей"})]
    text = "За что платим;Сумма счета;Expected\nБумага;1 200,50;ok\nКлей;;\n"
    assert read_file(file(tmp_path, text), EN) == wanted
    assert read_file(file(tmp_path, "\ufeff" + text), EN) == wanted
    assert read_file(file(tmp_path, text, "cp1251"), EN) == wanted


def test_read_file__columns_that_requesters_do_not_write_are_left_out(tmp_path: Path) -> None:
    text = "ID,Status,What for,Checks,Paid amount,Pay from\nPR-000002,Paid,Paper,,12,4070\n"
    assert read_file(file(tmp_path, text), EN) == [Wanted({"subject": "Paper"})]


def test_read_file__all_problems_by_name(tmp_path: Path) -> None:
    path = file(tmp_path, "What for,Colour,Amount,Amount\na,b,1,2\nx,y\n")
    with pytest.raises(ConfigError) as caught:
        read_file(path, EN)
    assert caught.value.problems == (
        f"{path}: “Colour” is no column of the registry.",
        f"{path}: The column “Amount” stands there twice.",
        f"{path}: Line 3 has 2 cells, the header has 4.",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The file has no headers and no requests."),
        ("What for,Amount\n", "The file has no headers and no requests."),
        ("What for,Expected\nPaper,fine\n", "Expected: 'fine' is neither ok nor the code of a problem"),
    ],
)
def test_read_file__nothing_to_play(tmp_path: Path, text: str, problem: str) -> None:
    path = file(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        read_file(path, EN)
    assert caught.value.problems == (f"{path}: {problem}",)


@pytest.mark.parametrize(
    ("status", "checks", "expected", "fits"),
    [
        ("Submitted", "", "ok", True),
        ("Submitted", "INN: …", "ok", False),
        ("Draft", "", "ok", False),
        ("Draft", "Amount: The amount must be above zero.", "amount-not-positive", True),
        ("Submitted", "Amount: The amount must be above zero.", "amount-not-positive", False),
        ("Draft", "Amount: The amount must be above zero.", "amount-too-large", False),
        ("Draft", "Still needed: INN, Payment purpose.", "required-fields", True),
        ("Draft", "Pay by: 15.01.2020 is over; type a day that is still to come.", "date-past", True),
    ],
)
def test_as_expected__status_and_words(status: str, checks: str, expected: str, fits: bool) -> None:
    assert _as_expected(Outcome("PR-1", "Paper", status, checks), expected, EN.own) is fits


@pytest.mark.parametrize(
    ("shown", "confirmed", "status"),
    [
        ("Submitted", "Submitted", "Submitted"),
        ("Submitted", "Draft", ""),  # a wish that nobody judged
        ("Submitted", "", ""),
        ("Draft", "Draft", "Draft"),
        ("Draft", "", "Draft"),  # an amount beyond all reason: not even the draft is confirmed
        ("", "", ""),
    ],
)
def test_outcome__only_what_is_settled_counts(shown: str, confirmed: str, status: str) -> None:
    row = {"id": "PR-000002", "status": shown, "confirmed": confirmed, "checks": ""}
    assert _outcome(EN, row, Wanted({"subject": "Paper"})).status == status

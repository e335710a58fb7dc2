from __future__ import annotations

import pytest

from sheetflow.model.csv_requests import UnreadableRequests, read_requests

HEADERS = {"what for": "subject", "за что платим": "subject", "amount": "amount", "сумма счета": "amount"}


def problems_of(text: str) -> list[str]:
    with pytest.raises(UnreadableRequests) as caught:
        read_requests(text, HEADERS)
    return [str(problem) for problem in caught.value.problems]


def test_read_requests__comma_english() -> None:
    text = 'What for,Amount\n"Paper, A4","12,500.00"\nToner,100\n'
    assert read_requests(text, HEADERS) == [
        {"subject": "Paper, A4", "amount": "12,500.00"},
        {"subject": "Toner", "amount": "100"},
    ]


def test_read_requests__semicolon_russian_with_a_bom() -> None:
    text = "\ufeffЗа  что платим ;Сумма счета\r\nБумага, А4;12 500,00\r\n"
    assert read_requests(text, HEADERS) == [{"subject": "Бумага, А4", "amount": "12 500,00"}]


def test_read_requests__a_single_column() -> None:
    assert read_requests("Amount\n1\n", HEADERS) == [{"amount": "1"}]


def test_read_requests__line_breaks_in_a_cell_and_empty_rows() -> None:
    text = 'Amount,What for\n1,"two\nlines"\n\n,\n2,b\n'
    assert read_requests(text, HEADERS) == [
        {"amount": "1", "subject": "two\nlines"},
        {"amount": "2", "subject": "b"},
    ]


def test_read_requests__leaves_out_what_is_to_be_ignored() -> None:
    text = "Amount,Expected\n1,ok\n"
    assert read_requests(text, HEADERS, ignore=["Expected"]) == [{"amount": "1"}]


def test_read_requests__tells_all_problems_with_their_lines() -> None:
    text = 'Amount,Colour,Сумма счета\n1,2\n"a\nb",2,3\n1,2,3,4\n'
    assert problems_of(text) == [
        "csv-unknown-header (header='Colour')",
        "csv-repeated-header (header='Сумма счета')",
        "csv-ragged-row (line='2', cells='2', headers='3')",
        "csv-ragged-row (line='5', cells='4', headers='3')",
    ]


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n"])
def test_read_requests__an_empty_file(text: str) -> None:
    assert problems_of(text) == ["csv-empty"]


def test_read_requests__a_quote_that_never_ends() -> None:
    (problem,) = problems_of('Amount,What for\n1,"never ends\n2,b\n')
    assert problem.startswith("csv-broken (line='2'")

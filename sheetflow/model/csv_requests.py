"""Requests from a CSV file, as people export them: comma or semicolon, with or without a BOM.

Decided here: the file's form alone. What the cells mean is judged like any other input, by the pass.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping

from sheetflow.model.invalid import Invalid, shown


class UnreadableRequests(ValueError):
    """A file that cannot be read as requests: all of its problems, each with its line where it has one.

    Codes: "csv-empty", "csv-unknown-header" and "csv-repeated-header" (facts: `header`), "csv-ragged-row"
    (facts: `line`, `cells`, `headers`), "csv-broken" (facts: `line`, `reason`).
    """

    def __init__(self, problems: Collection[Invalid]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


def read_requests(
    text: str, headers: Mapping[str, str], *, ignore: Collection[str] = ()
) -> list[dict[str, str]]:
    r"""The rows of a CSV file, as the text of each column's cell; empty rows are passed over.

    Args:
        text: the whole file, decoded.
        headers: lower-case header texts, of one or more locales, to column keys.
        ignore: lower-case header texts of columns to leave out.

    Raises:
        UnreadableRequests: with every problem of the file.

    >>> read_requests("Сумма счета;Валюта\n1 200,50;RUB\n", {"сумма счета": "amount", "валюта": "currency"})
    [{'amount': '1 200,50', 'currency': 'RUB'}]
    >>> read_requests("Amount,Colour\n1,2\n", {"amount": "amount"})
    Traceback (most recent call last):
    sheetflow.model.csv_requests.UnreadableRequests: csv-unknown-header (header='Colour')
    """
    text = text.removeprefix("\ufeff")
    problems: list[Invalid] = []
    rows = _rows(text, _delimiter(text, headers), problems)
    _, titles = next(rows, (0, []))
    if not titles:
        raise UnreadableRequests(problems or [Invalid("csv-empty")])
    keys = _keys(titles, headers, {_plain(title) for title in ignore}, problems)
    requests = []
    for line, cells in rows:
        if len(cells) != len(titles):
            problems.append(
                Invalid(
                    "csv-ragged-row",
                    {"line": str(line), "cells": str(len(cells)), "headers": str(len(titles))},
                )
            )
        else:
            requests.append({key: cell for key, cell in zip(keys, cells, strict=True) if key})
    if problems:
        raise UnreadableRequests(problems)
    return requests


def _plain(title: str) -> str:
    return " ".join(title.split()).lower()


def _delimiter(text: str, headers: Mapping[str, str]) -> str:
    """Comma or semicolon: by which of them the first line has more headers that are known."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> int:
        return sum(_plain(title.strip('"')) in headers for title in first.split(delimiter))

    return max(",;", key=lambda delimiter: (known(delimiter), first.count(delimiter)))


def _rows(text: str, delimiter: str, problems: list[Invalid]) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the number of the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # what follows a broken quote can no longer be told apart
            problems.append(Invalid("csv-broken", {"line": str(line), "reason": str(error)}))
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _keys(
    titles: list[str], headers: Mapping[str, str], ignore: Collection[str], problems: list[Invalid]
) -> list[str | None]:
    """The column key of each title, None for what is left out."""
    keys: list[str | None] = []
    for title in titles:
        key = None if _plain(title) in ignore else headers.get(_plain(title))
        if key is None and _plain(title) not in ignore:
            problems.append(Invalid("csv-unknown-header", {"header": shown(title)}))
        if key is not None and key in keys:
            problems.append(Invalid("csv-repeated-header", {"header": shown(title)}))
        keys.append(key)
    return keys

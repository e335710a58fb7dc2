"""A foreign table as it was found in a file, and the words by which its columns and statuses are known.

Nothing is cleaned or judged here. Row numbers are those that a spreadsheet program shows: 1 is the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetflow.core.rulebook import Rulebook
from sheetflow.model.columns import INPUTS

EXTRA = ("status", "paid", "paid_on", "requester", "approver", "old_id")
"""What a row may say besides the fields that people fill here."""
KEYS = (*(key for key in INPUTS if key != "to_pay"), *EXTRA)
"""What a foreign column may be."""
NOTHING = "nothing"
"""Stands in the vocabulary for titles that are well known and that this registry has no column for."""


@dataclass(frozen=True, slots=True)
class Found:
    """One cell. `value` as the file has it: None, text, a number, a bool, a date or a datetime.

    `text`: as a person sees it. `link`: where it leads, if it is a link. `sign`: the currency sign of its
    number format. `rows`: first and last row of the merged cell that it is part of, where that spans several.
    `problem`: why it has no value that can be used ("cell-error", "formula-without-value").
    """

    value: Any = None
    text: str = ""
    link: str = ""
    sign: str = ""
    rows: tuple[int, int] | None = None
    problem: str = ""

    @property
    def blank(self) -> bool:
        """Whether a person would call it empty."""
        return not self.problem and (self.value is None or not self.text.strip())


BLANK = Found()


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a file. `rows`: all of them from row 1 on, ragged. `sha256`: of the whole file.

    `epoch_shift`: days to add to a date that stands as a plain number (1462 in files with the 1904 system).
    """

    file: str
    sha256: str
    sheet: str
    rows: Sequence[Sequence[Found]]
    epoch_shift: int = 0

    @property
    def width(self) -> int:
        """How many columns the widest row has."""
        return max((len(row) for row in self.rows), default=0)


def cell_at(row: Sequence[Found], place: int) -> Found:
    """A cell of a ragged row."""
    return row[place] if place < len(row) else BLANK


_JUNK = re.compile(r"[^\w%]+")


def plain(text: object) -> str:
    r"""A title or a status as it is compared: lower case, letters and digits alone, "ё" as "е".

    >>> plain("  Сумма счёта,\n руб.* "), plain("№ счета")
    ('сумма счета руб', 'no счета')
    """
    lower = str(text).lower().replace("ё", "е").replace("№", " no ")
    return " ".join(_JUNK.sub(" ", lower).split())


@dataclass(frozen=True)
class Vocabulary:
    """Words of every language, in plain form. `headers`: title -> the columns it may mean.

    `statuses`: word -> status. `totals`: how a total row begins. `yes`, `no`: answers to "was it paid?".
    `untaxed`: ways to say that there is no VAT. `months`: the first three letters -> 1 to 12.
    """

    headers: Mapping[str, tuple[str, ...]]
    statuses: Mapping[str, str]
    totals: tuple[str, ...]
    yes: frozenset[str]
    no: frozenset[str]
    untaxed: frozenset[str]
    months: Mapping[str, int] = field(default_factory=dict)


def vocabulary(book: Rulebook, words: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Vocabulary:
    """Put the labels of the registry and the `import.toml` of every language together."""
    headers: dict[str, list[str]] = {}
    for title, key in book.headers.items():
        if key in KEYS:
            headers.setdefault(plain(title), []).append(key)
    statuses = {plain(label): status for label, status in book.statuses.items()}
    lists: dict[str, list[str]] = {name: [] for name in ("totals", "yes", "no", "untaxed")}
    months: dict[str, int] = {}
    for texts in words.values():
        for key, synonyms in texts["headers"].items():
            for title in _split(synonyms):
                known = headers.setdefault(title, [])
                if key not in known:
                    known.append(key)
        for status, synonyms in texts["statuses"].items():
            statuses |= dict.fromkeys(_split(synonyms), status)
        for name, found in lists.items():
            found += _split(texts["words"][name])
        for place, month in enumerate(texts["words"]["months"].split(";"), start=1):
            months |= dict.fromkeys(map(plain, month.split("/")), place)
    return Vocabulary(
        {title: tuple(keys) for title, keys in headers.items()},
        statuses,
        tuple(lists["totals"]),
        frozenset(lists["yes"]),
        frozenset(lists["no"]),
        frozenset(lists["untaxed"]),
        months,
    )


def _split(text: str) -> Iterable[str]:
    return [plain(part) for part in text.split(";") if plain(part)]

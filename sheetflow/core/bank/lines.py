"""The Bank tab: lines of statements that a person has to decide on, a row for each.

A row is found by its line's digest in the first column. The Decision column is the accountants', everything
else the system's. `Result` is blank for as long as the line is open. The last column keeps the line as
history has it, so that a choice can be judged without another read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sheetflow.core.bank.events import DOUBTFUL, UNKNOWN
from sheetflow.core.history import dumps
from sheetflow.core.rulebook import Words
from sheetflow.model.cells import Cell
from sheetflow.model.events import Fact
from sheetflow.model.snapshot import LineWrite, Row

LINE_HEADERS = (
    "line", "day", "sum", "currency", "payee", "inn", "purpose", "number", "why", "candidates", "decision",
    "result", "data",
)  # fmt: skip
LINE, DECISION, RESULT, DATA = 0, 10, 11, 12
WIDTH = len(LINE_HEADERS)
LONGEST = 500
"""Characters of a text of the bank's that is shown; the line itself is kept whole."""
PAST, LATER = "past", "later"


def rows_of(facts: Iterable[Fact], words: Words) -> list[tuple[Row, tuple[str, ...]]]:
    """The rows of lines that were recorded as open just now, and what each may be decided as."""
    found = []
    for fact in facts:
        if fact.kind not in (DOUBTFUL, UNKNOWN):
            continue
        line = fact.data
        candidates = [str(one) for one in line.get("candidates", ())]
        why = words.sentence("match", str(line.get("how", "")), {}) or words.sentence("bank_says", "why", {})
        row: Row = [
            fact.cause, str(line["date"]), float(str(line["amount"])), str(line["currency"]),
            str(line["payee"])[:LONGEST], str(line["payee_inn"]), str(line["purpose"])[:LONGEST],
            str(line["number"]), why, ", ".join(candidates), "", "", dumps(dict(line)),
        ]  # fmt: skip
        choices = (*candidates, words.label("bank_words", PAST), words.label("bank_words", LATER))
        found.append((row, choices))
    return found


def data_of(row: Row) -> dict[str, Any] | None:
    """A row's line, None where the row is none of ours."""
    try:
        found = json.loads(str(row[DATA])) if len(row) > DATA else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def is_open(row: Row) -> bool:
    """Whether nobody decided on a line yet."""
    return len(row) > DATA and row[LINE] != "" and row[RESULT] == ""


def decided(place: int, line: Mapping[str, Any], decision: str, result: str, at: str) -> LineWrite:
    """The write that closes a line."""
    known = {key: value for key, value in line.items() if key not in ("loose", "loose_at")}
    kept = dumps({**known, "decision": decision, "decided": at})
    return LineWrite(place, {DECISION: decision, RESULT: result, DATA: kept}, "")


def closed_by_bank(tab: Sequence[Row], digests: Mapping[str, str], words: Words, at: str) -> list[LineWrite]:
    """Open lines that a later statement brought to their request. `digests`: line -> request."""
    writes = []
    for place, row in enumerate(tab):
        line = data_of(row)
        if is_open(row) and line is not None and (rid := digests.get(str(row[LINE]))):
            result = words.sentence("bank_says", "by-statement", {"request": rid})
            writes.append(decided(place, line, rid, result, at))
    return writes


def cell_at(row: Row, place: int) -> Cell:
    """A cell of a ragged row."""
    return row[place] if place < len(row) else ""

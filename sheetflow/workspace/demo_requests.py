"""A CSV file of requests, typed by the managers and sent, and what became of each.

A column `Expected` is held against the outcome: "ok", or the code of the problem that Checks has to name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.errors import ConfigError
from sheetflow.model.columns import COLUMNS, REQUEST_FIELDS
from sheetflow.model.csv_requests import UnreadableRequests, read_requests
from sheetflow.workflow.table import Status
from sheetflow.workspace.demo import Player
from sheetflow.workspace.story import address

OK = "ok"
EXPECTED = "expected"
MANAGERS = ("mia", "max")
GROUPS = ("problems", "checks")
"""Where the sentence of a code in `Expected` is found, among the words of the rules."""

_PLACE = re.compile(r"\\\{[a-z_]+\\\}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row of the file. `expected`: "" where the file does not say."""

    cells: Mapping[str, str]
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a row ended. `status`: the accepted one's key; `difference`: "" where it is as expected."""

    request: str
    subject: str
    status: str
    checks: str
    difference: str = ""


def read_file(path: Path, book: Rulebook) -> list[Wanted]:
    """The requests of a file, in UTF-8 or in the Windows encoding for Russian.

    Raises:
        ConfigError: all problems of the file, each with its name.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path}: it cannot be read ({error.strerror})"]) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1251", "replace")
    ours = [column.key for column in COLUMNS if column.key not in REQUEST_FIELDS]
    ignore = [title for title, key in book.headers.items() if key in ours]
    headers = {title: key for title, key in book.headers.items() if key in REQUEST_FIELDS}
    try:
        rows = read_requests(text, headers | {EXPECTED: EXPECTED}, ignore=ignore)
    except UnreadableRequests as error:
        told = [book.own.problem("", "", each.facts | {"problem": each.code}) for each in error.problems]
        raise ConfigError([f"{path}: {sentence}" for sentence in told]) from error
    wanted = [
        Wanted({k: v for k, v in row.items() if v and k != EXPECTED}, row.get(EXPECTED, "").strip())
        for row in rows
    ]
    unknown = sorted({each.expected for each in wanted if not _known(each.expected, book.own)})
    if unknown or not wanted:
        problems = [f"{path}: Expected: {code!r} is neither ok nor the code of a problem" for code in unknown]
        raise ConfigError(problems or [f"{path}: {book.own.sentence('problems', 'csv-empty', {})}"])
    return wanted


def play_requests(player: Player, wanted: Sequence[Wanted]) -> list[Outcome]:
    """Type all rows, managers in turn, send each, and look where it ended."""
    registry, doors, frame = player.registry, player.doors, player.frame
    first = registry.free_row()
    people = [address(MANAGERS[place % len(MANAGERS)]) for place in range(len(wanted))]
    for place, (who, row) in enumerate(zip(people, wanted, strict=True)):
        for key, values in registry.blocks(row.cells):
            doors.edit(who, registry.cell(first + place, key), [values])
        _tell(player, "typed", place, who, wanted)
    sent = player.book.status_labels[Status.SUBMITTED]
    for place, who in enumerate(people):
        doors.edit(who, registry.cell(first + place, "status"), sent)
        _tell(player, "sent", place, who, wanted)
    doors.run_schedule()  # whatever a nudge found busy
    shown = registry.rows()[first - 2 : first - 2 + len(wanted)]
    outcomes = [_outcome(player.book, row, each) for row, each in zip(shown, wanted, strict=True)]
    held = sum(outcome.status != Status.SUBMITTED for outcome in outcomes)
    if any(each.expected for each in wanted) and not any(outcome.difference for outcome in outcomes):
        player.show.got(frame.say("as_expected", len(outcomes)))
    else:
        player.show.got(frame.say("unexpecting", len(outcomes), len(outcomes) - held, held))
    return outcomes


def _tell(player: Player, key: str, place: int, who: str, wanted: Sequence[Wanted]) -> None:
    text = player.frame.say(key, player.names.get(who, who), _short(wanted[place].cells.get("subject", "")))
    player.show.progress(place + 1, len(wanted), text)


def _outcome(book: Rulebook, row: Mapping[str, str], wanted: Wanted) -> Outcome:
    # A blank Confirmed can only be a request that was not sent; nothing else is taken for settled.
    confirmed = book.statuses.get(row["confirmed"].lower(), "")
    shown = book.statuses.get(row["status"].lower(), "")
    status = shown if shown in (confirmed, Status.DRAFT) else ""
    outcome = Outcome(row["id"], _short(wanted.cells.get("subject", "")), status, row["checks"])
    if wanted.expected and not _as_expected(outcome, wanted.expected, book.own):
        return replace(outcome, difference=wanted.expected)
    return outcome


def _as_expected(outcome: Outcome, expected: str, words: Words) -> bool:
    if expected == OK:
        return outcome.status == Status.SUBMITTED and not outcome.checks
    said = any(pattern.search(outcome.checks) for pattern in _patterns(expected, words))
    return outcome.status == Status.DRAFT and said


def _patterns(code: str, words: Words) -> list[re.Pattern[str]]:
    """What Checks can say for a code: its sentences, with anything where a fact stands."""
    sentences = [words.sentences[group][code] for group in GROUPS if code in words.sentences[group]]
    return [re.compile(_PLACE.sub(".+", re.escape(sentence)), re.DOTALL) for sentence in sentences]


def _known(expected: str, words: Words) -> bool:
    return expected in ("", OK) or any(expected in words.sentences[group] for group in GROUPS)


def _short(text: str, length: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"

"""Files of a request: asked to be put away by a letter of the Outbox, and recorded once they are.

An invoice's hash is part of what is submitted; so a request that came with files is sent when they lie in
their folder, which the same pass sees to.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime

from sheetflow.core.autofill import fill
from sheetflow.core.history import instant
from sheetflow.core.rules.edits import OPEN_FOR_CHANGE
from sheetflow.core.tabs import read_outbox_row
from sheetflow.core.turn import Turn
from sheetflow.model.cells import Cell, canonical, text_of
from sheetflow.model.events import Fact, FiledFile, Filing, Upload
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Letter, Row
from sheetflow.workflow.table import Status

INVOICE, ORDER = "file-invoice", "file-payment-order"
"""Templates of letters that go to no person: they put files away."""
FILES_FIRST = "files-first"
"""What holds a status while files are put away: a key of [holds]."""
PROBLEMS = frozenset({"no-folder", "not-filed", "not-shared", "file-type", "file-empty", "file-too-large"})
"""What went wrong when files were put away: keys of [warnings]."""
COLUMNS = {INVOICE: "invoice", ORDER: "payment_order"}
TEMPLATES = {column: template for template, column in COLUMNS.items()}


def is_filing(template: str) -> bool:
    """Whether a letter is one that puts files away."""
    return template in COLUMNS


def drive_file(link: str) -> str:
    """The id of the Drive file that a link points at, "" where it points elsewhere.

    >>> drive_file("https://drive.google.com/open?id=1AbCdEfGhIjKlMnOp")
    '1AbCdEfGhIjKlMnOp'
    """
    found = _DRIVE.search(link)
    return (found[1] or found[2]) if found else ""


_DRIVE = re.compile(
    r"^https://drive\.google\.com/"
    r"(?:(?:open|uc)\?(?:.*&)?id=([\w-]{10,})|file/(?:u/\d+/)?d/([\w-]{10,}))"
)


def ask(turn: Turn, column: str, files: Sequence[Upload], cause: str, at: datetime) -> None:
    """Ask for files to be put into the request's folder; what its column held or waited for is void.

    The folder's month is that of `at`, where the company is.
    """
    request, template = turn.request, TEMPLATES[column]
    text = f"{cause}\n{template}\n{request.id}"
    key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    facts = {
        "files": [[upload.id, upload.name, upload.mime_type] for upload in files],
        "contractor": text_of(request.cell("contractor")),
        "requester": request.requester,
        "month": at.astimezone(turn.company.settings.zone).strftime("%Y-%m"),
        "at": instant(at),
    }
    forget(request, column)
    request.filing.append(f"{column}/{key}")
    turn.out.letters.append(Letter(key, template, "", request.id, facts))


def follow(turn: Turn, column: str, value: Cell, cause: str, at: datetime) -> None:
    """A cell of a file column was changed: its files are no longer the request's, a Drive link's will be."""
    if column in TEMPLATES:
        forget(turn.request, column)
        if found := drive_file(text_of(value)):
            ask(turn, column, [Upload(found, "", "")], cause, at)


def forget(request: Request, column: str) -> None:
    """Let a request know nothing of a column's files: neither hashes nor warnings, nor what is on its way."""
    if column not in TEMPLATES:
        return
    request.files = [file for file in request.files if file["column"] != column]
    request.filing = [one for one in request.filing if not one.startswith(f"{column}/")]
    request.cautions = [
        (key, facts)
        for key, facts in request.cautions
        if key not in PROBLEMS or facts.get("column", column) != column
    ]
    if column == "invoice":
        request.qr = {}


def waits_for_files(request: Request, target: str) -> bool:
    """Whether files have to be put away before a status can be reached.

    An invoice's hash is part of what is submitted; a payment order goes to the contractor with the notice.
    """
    if target == Status.SUBMITTED:
        return bool(request.filing)
    paying = target in (Status.PAID, Status.PART_PAID)
    return paying and any(one.startswith("payment_order/") for one in request.filing)


def not_filed(letter: Letter, problem: str, **facts: str) -> Filing:
    """That a letter's files stayed where they were, and why."""
    return Filing(letter.id, letter.request, COLUMNS[letter.template], "", (), problem=problem, facts=facts)


def outcome(filing: Filing) -> str:
    """A filing as the result of its Outbox row."""
    return json.dumps(
        {
            "link": filing.link,
            "files": [[file.id, file.name, file.sha256, file.link] for file in filing.files],
            "qr": dict(filing.qr),
            "problem": filing.problem,
            "facts": dict(filing.facts),
        },
        ensure_ascii=False,
    )


def done(outbox: Sequence[Row]) -> dict[str, list[Filing]]:
    """Filings that stand in the Outbox as done and are not recorded yet, by request."""
    found: dict[str, list[Filing]] = {}
    for row in outbox:
        if len(row) > 5 and row[1] == "done" and str(row[5]) in COLUMNS:
            filed = _read(row)
            found.setdefault(filed.request, []).append(filed)
    return found


def _read(row: Row) -> Filing:
    known = read_outbox_row(row)
    result = json.loads(known.result)
    files = tuple(FiledFile(*file) for file in result["files"])
    letter = known.letter
    return Filing(
        letter.id, letter.request, COLUMNS[letter.template], result["link"], files, result["qr"],
        result["problem"], result["facts"],
    )  # fmt: skip


def record(turn: Turn, filing: Filing) -> None:
    """Let a request know that its files lie in their folder: the cell, the hashes, what the QR says.

    Of files that were replaced meanwhile nothing is taken over, nor of an invoice that comes too late to be
    part of what was submitted.
    """
    request, column = turn.request, filing.column
    waited = f"{column}/{filing.letter}"
    if waited not in request.filing:
        return
    request.filing.remove(waited)
    if column == "invoice" and request.status not in OPEN_FOR_CHANGE:
        return
    if filing.problem:
        request.cautions.append((filing.problem, {**filing.facts, "column": column}))
    if not filing.files:
        return
    request.files = [file for file in request.files if file["column"] != column] + [
        {"id": file.id, "name": file.name, "sha256": file.sha256, "column": column} for file in filing.files
    ]
    turn.put(column, filing.link)
    turn.dictated.add(column)
    if request.submitted:
        data = {"column": column, "link": filing.link, "files": [dict(file) for file in request.files]}
        turn.happen(Fact(turn.now, request.id, "FilesFiled", "system", "system", data, filing.letter))
    if column == "invoice":
        request.qr = {key: value for key, value in filing.qr.items() if isinstance(value, (str, int, float))}
        for key, value in request.qr.items():
            if key not in request.cells:
                fill(turn, key, value)


def compare(request: Request) -> None:
    """Warn where a request and its invoice's QR differ, as they stand now, in whom or how much to pay."""
    request.cautions = [caution for caution in request.cautions if caution[0] != "qr-differs"]
    differs = [
        key
        for key in COMPARED
        if key in request.qr
        and key in request.cells
        and _substance(key, request.qr[key]) != _substance(key, request.cells[key])
    ]
    if differs:
        request.cautions.append(("qr-differs", {"columns": ", ".join(differs)}))


COMPARED = ("amount", "inn", "kpp", "bik", "account", "corr_account")


def _substance(key: str, value: Cell) -> str:
    """A value without how it was written: a number in a cell has lost its zeros, an amount may be a text."""
    if key == "amount":
        try:
            return str(parse_amount(value).normalize())
        except Invalid:
            return canonical(value)
    return "".join(canonical(value).split()).upper().lstrip("0")

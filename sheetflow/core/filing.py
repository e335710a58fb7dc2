"""Files of a request: asked to be put away by a letter of the Outbox, and recorded once they are.

An invoice's hash is part of what is submitted; so a request that came with files is sent when they lie in
their folder, which the same pass sees to.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sheetflow.core.autofill import fill
from sheetflow.core.history import instant
from sheetflow.core.rules.edits import OPEN_FOR_CHANGE
from sheetflow.core.tabs import read_outbox_row
from sheetflow.core.turn import Turn
from sheetflow.model.cells import canonical, text_of
from sheetflow.model.events import Fact, FiledFile, Filing, Upload
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Letter, Row

INVOICE, ORDER = "file-invoice", "file-payment-order"
"""Templates of letters that go to no person: they put files away."""
PROBLEMS = frozenset({"no-folder", "not-filed", "file-type", "file-empty", "file-too-large"})
"""Why files could not be put away: keys of [warnings]."""
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


_DRIVE = re.compile(r"^https://drive\.google\.com/(?:open\?(?:.*&)?id=([\w-]{10,})|file/d/([\w-]{10,}))")


def ask(request: Request, template: str, files: Sequence[Upload], cause: str, at: datetime) -> Letter:
    """The letter that puts files into the request's folder."""
    key = hashlib.sha256(f"{cause}\n{template}\n{request.id}".encode("utf-8", "surrogatepass")).hexdigest()[
        :20
    ]
    facts = {
        "files": [[upload.id, upload.name, upload.mime_type] for upload in files],
        "contractor": text_of(request.cell("contractor")),
        "requester": request.requester,
        "at": instant(at),
    }
    request.filing.append(key)
    return Letter(key, template, "", request.id, facts)


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
    """Let a request know that its files lie in their folder: the cell, the hashes, what the QR says."""
    request = turn.request
    if filing.letter in request.filing:
        request.filing.remove(filing.letter)
    if filing.problem:
        request.cautions.append((filing.problem, dict(filing.facts)))
        return
    request.files = [file for file in request.files if file["column"] != filing.column] + [
        {"id": file.id, "name": file.name, "sha256": file.sha256, "column": filing.column}
        for file in filing.files
    ]
    turn.put(filing.column, filing.link)
    turn.dictated.add(filing.column)
    if request.submitted:
        data = {"column": filing.column, "link": filing.link, "files": [dict(file) for file in request.files]}
        turn.happen(Fact(turn.now, request.id, "FilesFiled", "system", "system", data, filing.letter))
    if filing.column == "invoice" and request.status in OPEN_FOR_CHANGE:
        _apply_qr(turn, filing.qr)


def _apply_qr(turn: Turn, qr: Mapping[str, object]) -> None:
    """Fill blank cells from the invoice's payment QR; what it says differently is remembered as a caution."""
    request = turn.request
    differs = []
    for key, value in qr.items():
        if not isinstance(value, (str, int, float)):
            continue
        if key not in request.cells:
            fill(turn, key, value)
        elif _plain(request.cells[key]) != _plain(value):
            differs.append(key)
    request.cautions = [caution for caution in request.cautions if caution[0] != "qr-differs"]
    important = [key for key in differs if key in ("inn", "kpp", "bik", "account", "corr_account", "amount")]
    if important:
        request.cautions.append(("qr-differs", {"columns": ", ".join(important)}))


def _plain(value: object) -> str:
    text = canonical(value) if isinstance(value, (str, int, float)) else ""
    return "".join(text.split()).lower()

"""The State tab: one row a request, the fold of its history as it stands, in a form that formulas can read.

The first nine columns are shown in the Registry by formula; then come what a pass needs. The accepted
value of each input column stands in a cell of its own, so that an unchanged row is told by one comparison.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sheetflow.core.attention.waiting import escalation
from sheetflow.core.company import Company, Settings
from sheetflow.core.history import dumps, instant, moment
from sheetflow.core.policy.telling import progress, who_approved
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.safety.keys import BLOCKING, HOLDING
from sheetflow.errors import ConfigError
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import INPUTS, SEAL_SIGN, SEALED
from sheetflow.model.request import Hold, Loose, Note, Request, Reversal, Said
from sheetflow.model.snapshot import Row
from sheetflow.workflow.table import Status

(ID, CONFIRMED, SEAL, CHECKS, REQUESTER, APPROVER, UPDATED, PAID, HISTORY, STATUS, DUE, DATA) = range(12)
FIRST_INPUT = 12
WIDTH = FIRST_INPUT + len(INPUTS)

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number is local time by definition


TRACED = frozenset(
    {
        "contractor", "inn", "kpp", "account", "bik", "amount", "currency", "pay_by", "invoice_no",
        "department", "category",
    }
)  # fmt: skip
"""Columns whose values stay in the State when a request is archived: duplicates, known payees and budgets."""
TRACED_DATA = frozenset(
    {
        "archived", "requester", "approver", "fingerprint", "paid", "updated", "moved", "approved",
        "submitted", "files", "response", "banked", "seen", "bank_file", "order", "recurring",
    }
)  # fmt: skip
"""Of the rest: whose it was, and what keeps an invoice, an answer or a statement from counting twice."""

LONGEST_SEAL = 40_000
"""Characters: a cell holds 50,000. A draft with longer texts shows no Confirmed; it cannot be sent either."""


def seal_text(cells: Mapping[str, Cell], *, comma: bool) -> str:
    """The sealed cells of a row as one text, exactly as the Confirmed formula joins them.

    `comma`: the spreadsheet's locale writes a decimal comma. The amount stands in thousandths.
    """
    text = SEAL_SIGN.join(_sealed(key, cells.get(key, ""), comma=comma) for key in SEALED)
    return text if len(text) <= LONGEST_SEAL else ""


def _sealed(key: str, cell: Cell, *, comma: bool) -> str:
    if key == "amount":
        try:
            thousandths = Decimal(canonical(cell) or "0") * 1000
            return str(thousandths.to_integral_value(rounding=ROUND_HALF_UP))
        except InvalidOperation:
            return "?"
    if isinstance(cell, str):
        return cell
    text = canonical(cell)
    return text.replace(".", ",") if comma and isinstance(cell, float) else text


def fingerprint(cells: Mapping[str, Cell], files: Iterable[Mapping[str, str]] = ()) -> str:
    """What an approval is bound to: SHA-256 over the sealed cells' texts and the invoice files' hashes."""
    texts = [canonical(cells.get(key, "")) for key in SEALED]
    texts += [file["sha256"] for file in files if file["column"] == "invoice"]
    content = "".join(f"{len(text)}:{text}" for text in texts)  # lengths, so that no text can pass for two
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def to_row(
    request: Request, company: Company, book: Rulebook, last_seq: int, history_sheet: int
) -> list[Cell]:
    """The State row of a request. `last_seq`: number of its last event, 0 where it has none."""
    settings = company.settings
    link = ""
    if last_seq:
        sheet = f"https://docs.google.com/spreadsheets/d/{book.spreadsheet}/edit"
        link = f"{sheet}#gid={history_sheet}&range=A{last_seq + 1}"
    row: list[Cell] = [
        request.id,
        book.status_labels[request.status],
        seal_text(request.cells, comma=book.language == "ru"),
        checks(request, book, company),
        company.people.name(request.requester) if request.requester else "",
        who_approved(request, company.people, book.own),
        _serial(request.updated, settings) if request.updated else "",
        float(request.paid) if request.paid else "",
        link,
        request.status,
        due(request, settings),
        dumps(_data(request)),
        *(request.cells.get(key, "") for key in INPUTS),
    ]
    return trace(row, request) if request.archived else row


def trace(row: list[Cell], request: Request) -> list[Cell]:
    """What stays in the State of a request whose row was archived: what others are compared with.

    Without a seal, so that no row of the Registry with its number can show as confirmed.
    """
    kept = [
        cell if place in (ID, APPROVER, HISTORY, STATUS) else ""
        for place, cell in enumerate(row[:FIRST_INPUT])
    ]
    kept[DATA] = dumps({key: value for key, value in _data(request).items() if key in TRACED_DATA})
    cells = zip(INPUTS, row[FIRST_INPUT:WIDTH], strict=True)
    return [*kept, *(cell if key in TRACED else "" for key, cell in cells)]


def archive_link(request: Request) -> str:
    """Where the row of an archived request stands."""
    return f"https://docs.google.com/spreadsheets/d/{request.archived}"


def is_archived(row: Row) -> bool:
    """Whether a State row is the trace of an archived request."""
    if len(row) <= DATA or row[CONFIRMED] != "":  # cheap, for a pass asks it of every row
        return False
    return '"archived"' in str(row[DATA])  # a quote within a text stands there escaped


def from_row(row: Row) -> Request:
    """The request in a State row.

    Raises:
        ConfigError: naming the row, where somebody else wrote there: nothing is decided by such a State.
    """
    try:
        return _read(row)
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        problem = f"State: the row of {row[ID]} cannot be read ({error}); restore it from the version history"
        raise ConfigError([problem]) from error


def _read(row: Row) -> Request:
    data: dict[str, Any] = json.loads(str(row[DATA]))
    cells = dict(zip(INPUTS, row[FIRST_INPUT:WIDTH], strict=False))
    request = Request(
        id=str(row[ID]),
        status=str(row[STATUS]),
        cells={key: cell for key, cell in cells.items() if cell != ""},
        requester=data.get("requester", ""),
        approver=data.get("approver", ""),
        fingerprint=data.get("fingerprint", ""),
        paid=Decimal(data.get("paid", "0")),
        updated=moment(data["updated"]) if "updated" in data else None,
        submitted=data.get("submitted", False),
        unsigned=set(data.get("unsigned", ())),
        noted=dict(data.get("noted", {})),
        bank_file=data.get("bank_file", ""),
        links=dict(data.get("links", {})),
        problems=[(rule, column, facts) for rule, column, facts in data.get("problems", ())],
        deleted=moment(data["deleted"]) if "deleted" in data else None,
        moved=moment(data["moved"]) if "moved" in data else None,
        bounced=list(data.get("bounced", ())),
        response=data.get("response", ""),
        answers=dict(data.get("answers", {})),
        filing=list(data.get("filing", ())),
        files=list(data.get("files", ())),
        qr=dict(data.get("qr", {})),
        filled=list(data.get("filled", ())),
        cautions=[(key, facts) for key, facts in data.get("cautions", ())],
        policy=dict(data.get("policy", {})),
        approvals=list(data.get("approvals", ())),
        safety=dict(data.get("safety", {})),
        payee_by=list(data.get("payee_by", ())),
        moved_by=data.get("moved_by", ""),
        said=[Said(by, moment(at), text, tuple(told)) for by, at, text, *told in data.get("said", ())],
        escalated=moment(data["escalated"]) if "escalated" in data else None,
        undelivered=list(data.get("undelivered", ())),
        respondent=data.get("respondent", ""),
        recurring=dict(data.get("recurring", {})),
        order=dict(data.get("order", {})),
        banked=list(data.get("banked", ())),
        seen=Decimal(data.get("seen", "0")),
        approved=moment(data["approved"]) if "approved" in data else None,
        tasks=dict(data.get("tasks", {})),
        archived=data.get("archived", ""),
    )
    request.notes = {by: Note(moment(at), text) for by, (at, text) in data.get("notes", {}).items()}
    request.loose = {key: Loose(digest, moment(at)) for key, (digest, at) in data.get("loose", {}).items()}
    if hold := data.get("hold"):
        request.hold = Hold(
            hold["target"], hold["by"], moment(hold["at"]), moment(hold["until"]), hold["rule"],
            hold["cause"], dict(hold.get("page", {})),
        )  # fmt: skip
    if asked := data.get("reversal"):
        request.reversal = Reversal(asked["by"], moment(asked["at"]), asked["reason"])
    return request


def last_seq_of(row: Row | None) -> int:
    """The number of the request's last event, from its State row."""
    if row is None or not row[HISTORY]:
        return 0
    return int(str(row[HISTORY]).rpartition("=A")[2]) - 1


def _data(request: Request) -> dict[str, Any]:
    data: dict[str, Any] = {
        "requester": request.requester,
        "approver": request.approver,
        "fingerprint": request.fingerprint,
        "paid": str(request.paid) if request.paid else "",
        "updated": instant(request.updated) if request.updated else "",
        "submitted": request.submitted,
        "notes": {by: [instant(note.at), note.text] for by, note in request.notes.items()},
        "loose": {key: [loose.digest, instant(loose.seen_at)] for key, loose in request.loose.items()},
        "unsigned": sorted(request.unsigned),
        "noted": request.noted,
        "bank_file": request.bank_file,
        "links": request.links,
        "problems": request.problems,
        "deleted": instant(request.deleted) if request.deleted else "",
        "moved": instant(request.moved) if request.moved else "",
        "bounced": request.bounced,
        "response": request.response,
        "answers": request.answers,
        "filing": request.filing,
        "files": request.files,
        "qr": request.qr,
        "filled": request.filled,
        "cautions": request.cautions,
        "policy": request.policy,
        "approvals": request.approvals,
        "safety": request.safety,
        "payee_by": request.payee_by,
        "moved_by": request.moved_by,
        "said": [[said.by, instant(said.at), said.text, *said.told] for said in request.said],
        "escalated": instant(request.escalated) if request.escalated else "",
        "undelivered": request.undelivered,
        "respondent": request.respondent,
        "recurring": request.recurring,
        "order": request.order,
        "banked": request.banked,
        "seen": str(request.seen) if request.seen else "",
        "approved": instant(request.approved) if request.approved else "",
        "tasks": request.tasks,
        "archived": request.archived,
    }
    if hold := request.hold:
        data["hold"] = {
            "target": hold.target, "by": hold.by, "at": instant(hold.at), "until": instant(hold.until),
            "rule": hold.rule, "cause": hold.cause,
        }  # fmt: skip
        if hold.page:
            data["hold"]["page"] = hold.page
    if asked := request.reversal:
        data["reversal"] = {"by": asked.by, "at": instant(asked.at), "reason": asked.reason}
    return {key: value for key, value in data.items() if value}


def checks(request: Request, book: Rulebook, company: Company) -> str:
    """What stands in Checks: what is wrong or missing, what is waited for, in the registry's language."""
    words, people, settings = book.own, company.people, company.settings
    lines = [words.problem(rule, column, facts) for rule, column, facts in request.problems]
    lines += [words.sentence("warnings", key, facts) for key, facts in _noted(request)]
    if request.response and not request.requester and not request.submitted:
        lines.append(words.problem("no-requester", "", {}))
    if request.hold:
        until = request.hold.until.astimezone(settings.zone).strftime("%H:%M")
        lines.append(
            words.problem(
                "hold", "", {"target": request.hold.target, "until": until, "rule": request.hold.rule}
            )
        )
    if request.reversal:
        lines.append(
            words.problem(
                "reversal", "", {"by": people.name(request.reversal.by), "reason": request.reversal.reason}
            )
        )
    if request.archived:
        lines.append(words.problem("archived", "", {"link": archive_link(request)}))
    lines += progress(request, people, words)
    if request.unsigned:
        lines.append(words.problem("unsigned", "", {"columns": ", ".join(sorted(request.unsigned))}))
    return "\n".join(lines)


def _noted(request: Request) -> list[tuple[str, dict[str, str]]]:
    """Cautions as Checks has them: of what was found at the submit only what the approval waits for.

    The rest is for whoever decides, on the page and in the mails: a first payment is nothing to be put right.
    """
    found = [(key, facts) for key, facts in request.safety.get("cautions", ())]
    waits = request.status == Status.SUBMITTED
    return [
        one for one in request.cautions if one not in found or (waits and one[0] in (*HOLDING, *BLOCKING))
    ]


def due(request: Request, settings: Settings) -> str:
    """When a pass has to look at the request again even if nothing changes; "" for never."""
    moments = [loose.seen_at + settings.grace for loose in request.loose.values()]
    if request.hold:
        moments.append(request.hold.until)
    if request.deleted:
        moments.append(request.deleted + settings.draft_life)
    if escalates := escalation(request, settings):
        moments.append(escalates)
    return instant(min(moments)) if moments else ""


def _serial(at: datetime, settings: Settings) -> float:
    local = at.astimezone(settings.zone).replace(tzinfo=None)
    return round((local - _EPOCH) / timedelta(days=1), 6)


def whole(row: Row) -> list[Cell]:
    """A row of the State, however short it was read, in its full width."""
    return [*row, *[""] * (WIDTH - len(row))][:WIDTH]

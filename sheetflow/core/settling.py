"""What is left of a turn when every step is judged: cells that still differ, wishes that wait, Checks.

A difference that an edit explains is settled at once. One that nobody explains waits a short time for its
edit; then it is taken as unknown in a draft, and put back in everything that was submitted.
"""

from __future__ import annotations

from sheetflow.core.company import cell_of
from sheetflow.core.contractors import BOOK_CAUTIONS, cautions
from sheetflow.core.filing import FILES_FIRST, compare, forget, waits_for_files
from sheetflow.core.judge import judge
from sheetflow.core.rules.edits import OPEN_FOR_CHANGE
from sheetflow.core.rules.fields import LONGEST, check
from sheetflow.core.turn import Turn
from sheetflow.core.wishes import held_case, take
from sheetflow.model.cells import Cell, canonical, whole_text
from sheetflow.model.columns import BY_KEY, INPUTS, PAYEE, SEALED, Writer
from sheetflow.model.events import Fact, Refusal
from sheetflow.workflow.payments import TABLE
from sheetflow.workflow.table import STATUSES, Status


def settle_fields(turn: Turn, explained: set[tuple[str, str]]) -> None:
    """Bring every cell and its accepted value together. `explained`: (column, text) of this pass's edits."""
    request = turn.request
    if turn.shown == request.cells == turn.before:
        request.loose = {key: loose for key, loose in request.loose.items() if key == "status"}
        return
    for key in INPUTS:
        shown, accepted = turn.shown.get(key, ""), request.cell(key)
        text = canonical(shown)
        if text == canonical(accepted):
            request.loose.pop(key, None)
            if key in turn.remarks:
                turn.write(key, None, note=turn.remarks[key])
            elif (
                key in request.noted
                and key not in turn.put_back
                and text != canonical(turn.before.get(key, ""))
            ):
                turn.write(key, None, note="")
            if text and key in SEALED and isinstance(shown, str) is not isinstance(accepted, str):
                # "1.5" where 1.5 was accepted: Confirmed compares what formulas make of it, by locale
                turn.write(key, accepted)
            continue
        was = turn.normal.get(key)
        # Of a draft only what was refused is put back: another value may be its requester's own, typed since.
        kept = request.status in OPEN_FOR_CHANGE and turn.refused and (key, text) not in turn.refused
        put_back = key in turn.put_back and not kept
        if put_back or key in turn.dictated or (was is not None and accepted == was):
            turn.write(key, accepted, note=turn.note(key))
        elif (key, text) in explained and key not in turn.unexplained:
            if request.status in OPEN_FOR_CHANGE:
                turn.put(key, shown)  # of several lawful edits the last one is what is seen
            else:
                turn.write(key, accepted)
        else:
            _loose_field(turn, key, shown)


def _loose_field(turn: Turn, key: str, shown: Cell) -> None:
    """A value that nobody is known to have typed, in a column that people fill."""
    request, writer = turn.request, BY_KEY[key].writer
    draft = request.status in OPEN_FOR_CHANGE
    if writer is Writer.REQUESTER and not draft:
        _unexplained(turn, key)
        return
    if canonical(shown) == canonical(turn.before.get(key, "")):
        turn.write(key, request.cell(key))  # a lawful edit of this pass that something of ours overwrote
        return
    if not turn.waited(key, canonical(shown)):
        return
    request.loose.pop(key, None)
    formula = isinstance(shown, str) and shown.startswith("=")
    too_long = writer is not Writer.REQUESTER and isinstance(shown, str) and len(shown) > LONGEST
    if writer is Writer.ACCOUNTANT or too_long or (formula and not draft):
        _unexplained(turn, key)
    elif request.submitted and writer is Writer.ANYONE:
        fact = Fact(turn.now, request.id, "CommentAdded", "unknown", "sheet", {"text": whole_text(shown)})
        turn.happen(fact)
    else:
        turn.put(key, shown)
        forget(request, key)  # and a link that nobody is known to have typed moves nobody's file
        request.updated = turn.now
        if key in PAYEE and shown != "":
            request.unsigned.add(key)


def settle_hold(turn: Turn) -> None:
    """A held wish is asked again: it may have become lawful, or its time is over."""
    hold = turn.request.hold
    if hold is None or (hold.rule == "unexplained-change" and turn.request.loose):
        return
    # What was paid is paid: its order may come too late, an invoice's hash may not.
    patient = hold.target == Status.SUBMITTED or turn.now < hold.until
    if hold.rule == FILES_FIRST and patient and waits_for_files(turn.request, hold.target):
        return
    case, turn.request.hold = held_case(turn, hold), None
    verdict = judge(case, hold.cause, hold.by)
    if verdict.waits and turn.now < hold.until:
        turn.request.hold = hold
    elif verdict.waits:
        facts = {**verdict.facts, "target": hold.target}
        turn.refuse(Refusal(verdict.waits, turn.request.id, "status", facts, hold.by, hold.cause), "status")
    elif verdict.refusal:  # told by mail: whoever chose it on the page may have left it
        turn.refuse(verdict.refusal, "status")
    else:
        take(turn, verdict, case, hold.cause)


def settle_status(turn: Turn, explained: set[tuple[str, str]]) -> None:
    """Let the status cell show the accepted status, or the wish that waits."""
    request, book = turn.request, turn.book
    shown = cell_of(turn.cells or (), turn.registry.columns.get("status"))
    text = canonical(shown).strip()
    wanted = request.hold.target if request.hold else request.status
    label = book.status_labels.get(wanted, wanted)
    if text == label:
        request.loose.pop("status", None)
        if "status" in request.noted and "status" not in turn.put_back and turn.moved:
            turn.write("status", None, note="")
        return
    target = turn.status(text)
    explained_here = ("status", canonical(shown)) in explained or "status" in turn.put_back
    newborn = not request.submitted and (turn.copied or not (text or turn.before))
    if explained_here or newborn or target in turn.expected or target == wanted:
        turn.write("status", label, note=turn.note("status"))
    elif target in STATUSES and TABLE.between(Status(request.status), Status(target)):
        if turn.waited("status", text):
            turn.out.unclaimed.append((request, target))
            _unexplained(turn, "status", label)
    else:
        _unexplained(turn, "status", label)


def look_at_draft(turn: Turn) -> None:
    """What Checks says of a request that is still being written."""
    request, draft = turn.request, turn.request.status in OPEN_FOR_CHANGE
    if (draft or turn.moved) and turn.contractors and request.status != Status.APPROVED:
        kept = [caution for caution in request.cautions if caution[0] not in BOOK_CAUTIONS]
        # What was submitted was asked in full: `core.safety.submitting`.
        request.cautions = kept + (cautions(request, turn.contractors) if draft else [])
    if draft or (turn.moved and request.status == Status.SUBMITTED):
        compare(request)
    if not draft:
        request.problems = []
        return
    _, request.problems = check(request.cells, turn.company.settings.currencies, turn.today())
    request.problems += [
        ("no-formulas", key, {"problem": "is-formula"})
        for key, rule in sorted(request.noted.items())
        if rule == "no-formulas" and key not in request.cells
    ]


def _unexplained(turn: Turn, key: str, value: Cell | None = None) -> None:
    refusal = Refusal("unexplained-change", turn.request.id, key, {"status": turn.request.status})
    turn.request.loose.pop(key, None)
    turn.refuse(refusal, key)
    turn.write(key, turn.request.cell(key) if value is None else value, note=turn.note(key))

"""What `sheetflow bank` says, for people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sheetflow.cli.screen import Screen

if TYPE_CHECKING:
    from sheetflow.banking.orders import Held
    from sheetflow.core.bank.export import Export
    from sheetflow.core.bank.intake import Taken, TakenLine
    from sheetflow.core.bank.writing import OutFile
    from sheetflow.core.rulebook import Words
    from sheetflow.model.invalid import Invalid


def say(words: Words, key: str, **facts: str) -> str:
    """A sentence of [bank_says], filled."""
    return words.sentence("bank_says", key, facts)


def sentence(words: Words, problem: Invalid) -> str:
    """What is wrong, in words."""
    from sheetflow.core.bank.telling import problem_text

    return problem_text(words, problem)


def _money(amount: Decimal, currency: str, words: Words) -> str:
    from sheetflow.core.bank.telling import money

    return money(amount, currency, words)


def _sums(file: OutFile) -> dict[str, Decimal]:
    """Totals by currency: they are never added up."""
    sums: dict[str, Decimal] = {}
    for line in file.lines:
        sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.amount
    return sums


def _held(one: Held, words: Words) -> dict[str, str]:
    return {
        "request": one.request, "column": one.column, "code": one.problem.code,
        "text": sentence(words, one.problem),
    }  # fmt: skip


def export_json(
    made: Export, given: Sequence[Mapping[str, str]], words: Words, *, dry_run: bool
) -> dict[str, Any]:
    """An export as JSON; `given`: where each of its files went."""
    files = []
    for place, file in enumerate(made.files):
        orders = [
            {
                "request": line.request,
                "number": line.number,
                "amount": str(line.amount),
                "currency": line.currency,
            }
            for line in file.lines
        ]
        sums = {currency: str(amount) for currency, amount in _sums(file).items()}
        where = dict(given[place]) if given else {}
        files.append({"name": file.name, "account": file.account, "sums": sums, "orders": orders, **where})
    return {
        "dry_run": dry_run,
        "files": files,
        "held": [_held(one, words) for one in made.held],
        "standing": [{"request": rid, "file": name} for rid, name in made.standing],
    }


def tell_export(made: Export, given: Sequence[Mapping[str, str]], words: Words, *, dry_run: bool) -> None:
    """An export for people: its files, what is held and what stands in a file already."""
    screen = Screen()
    for place, file in enumerate(made.files):
        sums = ", ".join(_money(amount, currency, words) for currency, amount in _sums(file).items())
        screen.say(say(words, "made", file=file.name, count=str(len(file.lines)), sum=sums))
        where = given[place] if given else {}
        if "why" in where:
            screen.refused(say(words, "not-stored", text=where["why"], path=where.get("path", "")))
        elif "path" in where:
            screen.got(say(words, "written", path=where["path"]))
        if "folder" in where:
            screen.got(say(words, "stored", folder=where["folder"]))
    if not made.files:
        screen.say(say(words, "nothing"))
    for one in made.held:
        told = _held(one, words)
        screen.refused(say(words, "held", **(told | {"column": words.label("columns", one.column)})))
    for rid, name in made.standing:
        screen.say(say(words, "standing", request=rid, file=name))
    if dry_run:
        screen.say(say(words, "dry"))


def _facts(one: TakenLine, words: Words) -> dict[str, str]:
    match, line = one.match, one.match.line
    return {
        "line": str(line.line),
        "number": line.number,
        "date": line.booked.isoformat(),
        "sum": _money(line.amount, line.currency, words),
        "left": _money(one.left, line.currency, words),
        "payee": line.other.name or line.other.account,
        "purpose": line.purpose,
        "request": match.request,
        "candidates": ", ".join(match.candidates),
        "how": words.sentence("match", match.reason.value, {}) if match.reason else "",
    }


def tell_taken(taken: Taken, words: Words) -> None:
    """What a statement came to, for people: a line for each payment that concerns the registry."""
    screen = Screen()
    counts = dict.fromkeys(("paid", "doubtful", "unknown", "known", "incoming"), 0)
    for one in taken.lines:
        outcome = one.outcome
        counts["paid" if outcome == "part-paid" else "known" if outcome == "seen" else outcome] += 1
        if outcome in ("paid", "part-paid", "seen"):
            screen.got(say(words, outcome, **_facts(one, words)))
        elif outcome in ("doubtful", "unknown"):
            screen.refused(say(words, outcome, **_facts(one, words)))
    screen.say(say(words, "counts", **{key: str(count) for key, count in counts.items()}))


def taken_json(taken: Taken, words: Words) -> dict[str, Any]:
    """What a statement came to, as JSON: every line."""
    lines = []
    for one in taken.lines:
        match, line = one.match, one.match.line
        lines.append(
            {
                "line": line.line,
                "outcome": one.outcome,
                "request": match.request,
                "reason": match.reason.value if match.reason else "",
                "text": words.sentence("match", match.reason.value, {}) if match.reason else "",
                "candidates": list(match.candidates),
                "amount": str(line.amount),
                "currency": line.currency,
                "left": str(one.left),
                "number": line.number,
                "date": line.booked.isoformat(),
                "payee": line.other.name,
                "payee_account": line.other.account,
                "purpose": line.purpose,
            }
        )
    return {"lines": lines, "events": [fact.kind for fact in taken.facts]}

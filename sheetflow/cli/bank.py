"""`sheetflow bank`: the bank file out, and the statement in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetflow.cli.laws import LOCALES
from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen

if TYPE_CHECKING:
    from sheetflow.app.bank import BankDesk
    from sheetflow.banking.matching import Match
    from sheetflow.banking.orders import Held
    from sheetflow.core.bank.export import Export, OutFile
    from sheetflow.core.bank.intake import Taken
    from sheetflow.core.rulebook import Words
    from sheetflow.model.invalid import Invalid
    from sheetflow.runtime import Runtime

_ACTING = click.option(
    "--as", "actor", default="", metavar="EMAIL", help="The accountant who does this, for the history."
)
_LANGUAGE = click.option("--language", type=LOCALES, help="Of what is said; the registry's own without it.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
_DRY = click.option("--dry-run", is_flag=True, help="Look at everything, record and write nothing.")


@click.group()
def bank() -> None:
    """Bank files out, statements in."""


@bank.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path),
    help="A folder to write the files to, besides the company's Drive.",
)  # fmt: skip
@click.option("--account", default="", help="Only from this own account.")
@_ACTING
@_DRY
@_LANGUAGE
@_JSON
@workspace_option
def export(
    out: Path | None,
    account: str,
    actor: str,
    language: str | None,
    workspace: str,
    env: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make the bank files of all approved requests that are ticked in To pay.

    One file for each own account: 1CClientBankExchange for roubles, pain.001 for payees with an IBAN. They
    are recorded in the history first, and then put into Bank/Outgoing of the company's Drive and into --out.
    """
    runtime = runtime_for(workspace, env)
    if out is not None and not dry_run:
        out.mkdir(parents=True, exist_ok=True)  # before anything is recorded
    made = _desk(runtime).export(actor, account, dry_run=dry_run)
    given = [] if dry_run else [_give(runtime, file, out) for file in made.files]
    words = runtime.words[language or runtime.config.language]
    if as_json:
        click.echo(json.dumps(_export_json(made, given, words, dry_run=dry_run), ensure_ascii=False))
    else:
        _tell_export(made, given, words, dry_run=dry_run)


@bank.command()
@click.argument("file")
@click.option("--reason", required=True, help="Why the bank will not carry it out, for the history.")
@click.option("--request", "only", multiple=True, metavar="ID", help="Only this request. Repeatable.")
@_ACTING
@_LANGUAGE
@_JSON
@workspace_option
def cancel(
    file: str,
    reason: str,
    only: Sequence[str],
    actor: str,
    language: str | None,
    workspace: str,
    env: str,
    *,
    as_json: bool,
) -> None:
    """Take back FILE, a bank file that the bank never got or has refused: its requests are free again."""
    runtime = runtime_for(workspace, env)
    if not reason.strip():
        raise click.UsageError("--reason is blank: say why the bank will not carry the file out")
    freed = _desk(runtime).cancel(Path(file).name, reason.strip(), actor, only)
    if as_json:
        click.echo(json.dumps({"file": file, "freed": freed.requests, "paid": freed.paid}))
        return
    say = _sayer(runtime.words[language or runtime.config.language])
    for key, requests in (("freed", freed.requests), ("freed-paid", freed.paid)):
        for rid in requests:
            click.echo(say(key, request=rid))


@bank.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_ACTING
@_DRY
@_LANGUAGE
@_JSON
@workspace_option
def import_statement(
    file: Path, actor: str, language: str | None, workspace: str, env: str, *, dry_run: bool, as_json: bool
) -> None:
    """Take in FILE, a statement from the client-bank (1CClientBankExchange or camt.053).

    What surely pays a request makes it Paid or Part-paid. What is doubtful, and what was paid past the
    registry, is listed. Taken in again, or overlapping with another, it changes nothing twice.
    """
    from sheetflow.banking.client_bank_reader import InvalidExchange
    from sheetflow.banking.statement_reader import read
    from sheetflow.errors import ConfigError

    runtime = runtime_for(workspace, env)
    words = runtime.words[language or runtime.config.language]
    try:
        statement = read(file.read_bytes())
    except InvalidExchange as invalid:
        raise ConfigError([f"{file.name}: {_sentence(words, one)}" for one in invalid.problems]) from invalid
    taken = _desk(runtime).take(statement, file.name, actor, dry_run=dry_run)
    troubles = [_sentence(words, one) for one in (*statement.problems, *statement.cautions)]
    if as_json:
        told = _taken_json(taken, words)
        head = {"file": file.name, "accounts": list(statement.accounts), "dry_run": dry_run}
        click.echo(json.dumps({**head, **told, "problems": troubles}, ensure_ascii=False))
    else:
        say = _sayer(words)
        count, accounts = str(len(statement.lines)), ", ".join(statement.accounts)
        Screen().say(say("statement", file=file.name, count=count, accounts=accounts))
        _tell_taken(taken, words)
        for trouble in troubles:
            Screen().refused(say("trouble", file=file.name, text=trouble))
        if dry_run:
            Screen().say(say("dry"))


def _desk(runtime: Runtime) -> BankDesk:
    from sheetflow.app.bank import BankDesk

    return BankDesk(runtime.sheet(), runtime.book, runtime.clock, runtime.nonces)


class _sayer:  # noqa: N801 - used as a function
    """Sentences of [bank_says], filled."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def __call__(self, key: str, **facts: str) -> str:
        return self.words.sentence("bank_says", key, facts)


def _sentence(words: Words, problem: Invalid) -> str:
    """What is wrong, in words."""
    found = (words.sentence(group, problem.code, problem.facts) for group in ("bank", "problems"))
    return next((sentence for sentence in found if sentence), str(problem))


def _money(amount: Decimal, currency: str, words: Words) -> str:
    from sheetflow.model.money import Money, format_money

    return format_money(Money(amount, currency), words.language)


# --- out


def _give(runtime: Runtime, file: OutFile, out: Path | None) -> Mapping[str, str]:
    """Write a recorded file where it belongs: "path" and "folder", or "why" Drive would not have it.

    Where neither a folder was given nor Drive takes it, it is written into the working folder: once recorded
    it must not be lost.
    """
    from sheetflow.errors import SheetflowError

    given: dict[str, str] = {}
    uploads = runtime.uploads()
    if out is not None:
        given["path"] = _written(file, out)
    if uploads is not None:
        labels = runtime.book.own.labels["folders"]
        try:
            uploads.keep(
                f"{runtime.config.folder}/{file.name}", file.name, file.mime_type, file.content, "outgoing"
            )
            given["folder"] = f"{labels['bank']}/{labels['outgoing']}"
        except SheetflowError as error:
            given["why"] = str(error)
    if not given.keys() & {"path", "folder"}:
        given["path"] = _written(file, Path())
    return given


def _written(file: OutFile, folder: Path) -> str:
    path = folder / file.name
    path.write_bytes(file.content)
    return str(path)


def _sums(file: OutFile) -> dict[str, Decimal]:
    """Totals by currency: they are never added up."""
    sums: dict[str, Decimal] = {}
    for line in file.lines:
        sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.amount
    return sums


def _held(one: Held, words: Words) -> dict[str, str]:
    return {
        "request": one.request, "column": one.column, "code": one.problem.code,
        "text": _sentence(words, one.problem),
    }  # fmt: skip


def _export_json(
    made: Export, given: Sequence[Mapping[str, str]], words: Words, *, dry_run: bool
) -> dict[str, Any]:
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


def _tell_export(made: Export, given: Sequence[Mapping[str, str]], words: Words, *, dry_run: bool) -> None:
    screen, say = Screen(), _sayer(words)
    for place, file in enumerate(made.files):
        sums = ", ".join(_money(amount, currency, words) for currency, amount in _sums(file).items())
        screen.say(say("made", file=file.name, count=str(len(file.lines)), sum=sums))
        where = given[place] if given else {}
        if "why" in where:
            screen.refused(say("not-stored", text=where["why"], path=where.get("path", "")))
        elif "path" in where:
            screen.got(say("written", path=where["path"]))
        if "folder" in where:
            screen.got(say("stored", folder=where["folder"]))
    if not made.files:
        screen.say(say("nothing"))
    for one in made.held:
        told = _held(one, words)
        screen.refused(say("held", **(told | {"column": words.label("columns", one.column)})))
    for rid, name in made.standing:
        screen.say(say("standing", request=rid, file=name))
    if dry_run:
        screen.say(say("dry"))


# --- in


def _outcome(match: Match, taken: Taken) -> str:
    """What a line comes to: paid, part-paid, seen, doubtful, unknown, known or incoming."""
    from sheetflow.banking.matching import Kind

    if match.kind is not Kind.SURE:
        return match.kind.value
    if match.key in taken.seen:
        return "seen"
    return "part-paid" if match.left > 0 else "paid"


def _facts(match: Match, words: Words) -> dict[str, str]:
    line = match.line
    return {
        "line": str(line.line),
        "number": line.number,
        "date": line.booked.isoformat(),
        "sum": _money(line.amount, line.currency, words),
        "left": _money(match.left, line.currency, words),
        "payee": line.other.name or line.other.account,
        "purpose": line.purpose,
        "request": match.request,
        "candidates": ", ".join(match.candidates),
        "how": words.sentence("match", match.reason.value, {}) if match.reason else "",
    }


def _tell_taken(taken: Taken, words: Words) -> None:
    screen, say = Screen(), _sayer(words)
    counts = dict.fromkeys(("paid", "doubtful", "unknown", "known", "incoming"), 0)
    for match in taken.matches:
        outcome = _outcome(match, taken)
        counts["paid" if outcome == "part-paid" else "known" if outcome == "seen" else outcome] += 1
        if outcome in ("paid", "part-paid", "seen"):
            screen.got(say(outcome, **_facts(match, words)))
        elif outcome in ("doubtful", "unknown"):
            screen.refused(say(outcome, **_facts(match, words)))
    screen.say(say("counts", **{key: str(count) for key, count in counts.items()}))


def _taken_json(taken: Taken, words: Words) -> dict[str, Any]:
    lines = []
    for match in taken.matches:
        line = match.line
        lines.append(
            {
                "line": line.line,
                "outcome": _outcome(match, taken),
                "request": match.request,
                "reason": match.reason.value if match.reason else "",
                "text": words.sentence("match", match.reason.value, {}) if match.reason else "",
                "candidates": list(match.candidates),
                "amount": str(line.amount),
                "currency": line.currency,
                "left": str(match.left),
                "number": line.number,
                "date": line.booked.isoformat(),
                "payee": line.other.name,
                "payee_account": line.other.account,
                "purpose": line.purpose,
            }
        )
    return {"lines": lines, "events": [fact.kind for fact in taken.facts]}

"""`sheetflow bank`: the bank file out, and the statement in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetflow.cli.acting import acting
from sheetflow.cli.bank_words import export_json, say, sentence, taken_json, tell_export, tell_taken
from sheetflow.cli.laws import LOCALES
from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen

if TYPE_CHECKING:
    from sheetflow.app.bank import BankDesk
    from sheetflow.core.bank.writing import OutFile
    from sheetflow.runtime import Runtime

_ACTING = click.option(
    "--as",
    "actor",
    default="",
    metavar="EMAIL",
    help="The accountant who does this, for the history: whose credentials are used, too.",
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
@click.option("--again", default="", metavar="FILE", help="Make this file once more: it was lost on its way.")
@_ACTING
@_DRY
@_LANGUAGE
@_JSON
@workspace_option
def export(
    out: Path | None,
    account: str,
    again: str,
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
    if again:
        from sheetflow.core.bank.export import Export

        made = Export([_desk(runtime).again(Path(again).name)])
    else:
        made = _desk(runtime).export(acting(runtime, actor), account, dry_run=dry_run)
    given = [] if dry_run else [_give(runtime, file, out) for file in made.files]
    words = runtime.words[language or runtime.config.language]
    if as_json:
        click.echo(json.dumps(export_json(made, given, words, dry_run=dry_run), ensure_ascii=False))
    else:
        tell_export(made, given, words, dry_run=dry_run)


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
    freed = _desk(runtime).cancel(Path(file).name, reason.strip(), acting(runtime, actor), only)
    if as_json:
        click.echo(json.dumps({"file": file, "freed": freed.requests, "paid": freed.paid}))
        return
    words = runtime.words[language or runtime.config.language]
    for key, requests in (("freed", freed.requests), ("freed-paid", freed.paid)):
        for rid in requests:
            click.echo(say(words, key, request=rid))


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
        raise ConfigError([f"{file.name}: {sentence(words, one)}" for one in invalid.problems]) from invalid
    taken = _desk(runtime).take(statement, file.name, acting(runtime, actor), dry_run=dry_run)
    troubles = [sentence(words, one) for one in (*statement.problems, *statement.cautions)]
    if as_json:
        told = taken_json(taken, words)
        head = {"file": file.name, "accounts": list(statement.accounts), "dry_run": dry_run}
        click.echo(json.dumps({**head, **told, "problems": troubles}, ensure_ascii=False))
    else:
        count, accounts = str(len(statement.lines)), ", ".join(statement.accounts)
        Screen().say(say(words, "statement", file=file.name, count=count, accounts=accounts))
        tell_taken(taken, words)
        for trouble in troubles:
            Screen().refused(say(words, "trouble", file=file.name, text=trouble))
        if dry_run:
            Screen().say(say(words, "dry"))


def _desk(runtime: Runtime) -> BankDesk:
    from sheetflow.app.bank import BankDesk

    return BankDesk(runtime.sheet(), runtime.book, runtime.clock, runtime.nonces)


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

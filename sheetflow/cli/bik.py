"""`sheetflow bik load`: the directory of banks, from a file of the Bank of Russia or a table."""

from __future__ import annotations

from pathlib import Path

import click

from sheetflow.cli.place import runtime_for, workspace_option


@click.group()
def bik() -> None:
    """The directory of banks: names and correspondent accounts by BIK."""


@bik.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@workspace_option
def load(file: Path, workspace: str, env: str) -> None:
    """Load FILE: the Bank of Russia's ED807 (XML, or zipped), or a CSV with BIK, name, corr. account.

    A file with a mistake is refused as a whole, and the directory that is in use stays.
    """
    from sheetflow.app.banks import load_banks
    from sheetflow.banking.bank_directory import InvalidDirectory, read_csv, read_ed807
    from sheetflow.errors import ConfigError

    runtime = runtime_for(workspace, env)
    data = file.read_bytes()
    try:
        banks = read_csv(_text(data)) if file.suffix.lower() in (".csv", ".txt") else read_ed807(data)
    except InvalidDirectory as invalid:
        words = runtime.book.own
        problems = []
        for problem in invalid.problems:
            table = "bank-directory" if words.sentence("bank-directory", problem.code, {}) else "problems"
            place = problem.facts.get("row") or problem.facts.get("bik")
            sentence = words.sentence(table, problem.code, problem.facts)
            problems.append(": ".join(filter(None, (file.name, place, sentence))))
        raise ConfigError(problems) from invalid
    runtime.anchors().guard(runtime.sheet())
    count = load_banks(runtime.sheet(), banks, runtime.nonces)
    click.echo(f"{count} banks are in the directory now. A draft's BIK fills the bank's name and account.")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")

"""The command line. Here alone errors become exit codes: 1 with a plain sentence, 2 for a wrong usage.

Each command imports what it needs when it runs, so that `sheetflow --help` is there at once.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from sheetflow import __version__
from sheetflow.cli.archive import export, restore
from sheetflow.cli.bank import bank
from sheetflow.cli.bik import bik
from sheetflow.cli.deploy import deploy
from sheetflow.cli.doctor import doctor
from sheetflow.cli.emulator import emulator
from sheetflow.cli.form import form
from sheetflow.cli.history import history
from sheetflow.cli.importing import import_command
from sheetflow.cli.laws import rules, workflow
from sheetflow.cli.local import demo, local
from sheetflow.cli.plan import apply, plan
from sheetflow.cli.policy import policy
from sheetflow.cli.recurring import recurring
from sheetflow.cli.report import report
from sheetflow.cli.simulate import simulate
from sheetflow.cli.trace import trace
from sheetflow.cli.trigger import trigger
from sheetflow.errors import ConfigError, SheetflowError

__all__ = ["main"]


class _Group(click.Group):
    """Turns our errors into sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SheetflowError as error:
            raise click.ClickException(_sentence(error)) from error


def _sentence(error: SheetflowError) -> str:
    if isinstance(error, ConfigError) and len(error.problems) > 1:
        return "\n".join([f"{len(error.problems)} problems:", *(f"  - {each}" for each in error.problems)])
    return str(error)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sheetflow")
def main() -> None:
    """A payment-request registry on Google Sheets."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without Cyrillic shows "?", and nothing breaks
            stream.reconfigure(errors="replace")


for _command in (local, demo, emulator, history, rules, workflow, bik, deploy, trigger, plan, apply, doctor):
    main.add_command(_command)
for _command in (trace, import_command, export, restore, form, policy, recurring, simulate, bank, report):
    main.add_command(_command)

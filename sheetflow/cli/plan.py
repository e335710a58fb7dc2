"""`sheetflow plan` and `sheetflow apply`: what differs from what was declared, and putting it right."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetflow.cli.founding import found as found_registry
from sheetflow.cli.founding import founding_options, founds
from sheetflow.cli.place import workspace_option
from sheetflow.cli.screen import Screen
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.app.upkeep import Applied
    from sheetflow.templates.plan import Change, Plan

SIGNS: Mapping[str, tuple[str, str]] = {
    "add": ("+", "green"), "change": ("~", "yellow"), "move": (">", "cyan"), "remove": ("-", "red"),
}  # fmt: skip
"""How each action is shown: sign and colour."""
SCRIPT = "sheetflow-trigger"
"""The folder that the trigger's project is written into."""
DIFFERS = 2
"""The exit code that says: there are changes."""


@click.command()
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the changes and the checksum.")
@click.pass_context
def plan(ctx: click.Context, workspace: str, env: str, *, as_json: bool) -> None:
    """Show what differs between what is declared and what is there. Nothing is changed.

    Ends with 2 when there are changes, with 0 when there are none, with 1 when it could not be found out.
    """
    from sheetflow.cli.upkeep import upkeep_for

    found = upkeep_for(workspace, env).survey()
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        show(Screen(), found)
    if found:
        ctx.exit(DIFFERS)


@click.command()
@workspace_option
@click.option("--plan", "checksum", metavar="CHECKSUM", default="", help="Do this plan and no other.")
@click.option(
    "--allow",
    "allowed",
    metavar="KIND[:NAME]",
    multiple=True,
    help="Do a step that loses something, such as --allow 'column:Registry / Old'. May be given again.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: what was done and what is left.")
@click.option(
    "--script",
    type=click.Path(file_okay=False, path_type=Path),
    default=SCRIPT,
    help=f"Where the trigger's project is written when a step is left that it does ({SCRIPT}).",
)
@founding_options
@click.pass_context
def apply(
    ctx: click.Context,
    /,
    workspace: str,
    env: str,
    checksum: str,
    allowed: tuple[str, ...],
    *,
    yes: bool,
    as_json: bool,
    script: Path,
    **charter: Any,
) -> None:
    """Put right what differs. The plan is shown first; what would lose something is not done unasked.

    Where no spreadsheet is named yet, a registry is founded: its spreadsheet, folders and form are made and
    shared with the people. What is not told is asked, but for --yes.

    What no API can do is left to your hands, and named. Where the trigger's script does it, its Apps Script
    project is written into a folder, ready for clasp.

    Ends with 0 when nothing is left to do, with 2 when something is, with 1 when it was not done.
    """
    from sheetflow.app.upkeep import refuse_stale, refuse_unsafe
    from sheetflow.cli.upkeep import upkeep_for

    _refuse_silence(as_json=as_json, yes=yes)
    if founds(workspace, env):
        found_registry(env, charter, yes=yes, as_json=as_json)
        return
    upkeep, screen = upkeep_for(workspace, env), Screen()
    found = upkeep.survey()
    if checksum:
        refuse_stale(found, checksum)
    if not as_json:
        show(screen, found, next_step=False)
    if found:
        refuse_unsafe(found, allowed)
        if found.doable and not yes:
            click.confirm("Do it?", abort=True)
    count = 0

    def done(change: Change) -> None:
        nonlocal count
        count += 1
        if not as_json:
            screen.progress(count, len(found.doable), f"{change.kind} {change.name}")

    result = upkeep.apply(found, allowed, done)
    steps = [] if workspace else script_steps(result.left, script, env)
    if as_json:
        _tell_json(result, script, steps)
    else:
        _tell(screen, result, script, steps)
    if result.left:
        ctx.exit(DIFFERS)


def _tell_json(result: Applied, script: Path, steps: Sequence[str]) -> None:
    told: dict[str, Any] = {
        "applied": [change.as_dict() for change in result.done],
        "left": result.left.as_dict(),
    }
    if steps:
        told["script"] = {"folder": str(script), "steps": steps}
    click.echo(json.dumps(told, ensure_ascii=False))


def _tell(screen: Screen, result: Applied, script: Path, steps: Sequence[str]) -> None:
    if not result.left:
        if result.done:
            screen.say(f"{len(result.done)} changes done; nothing is left to do")
        return
    screen.say("")
    screen.say("what is left:" if result.left.doable else "what is left to do by hand:")
    show(screen, result.left, next_step=False)
    if steps:
        screen.say("")
        screen.say(f"the script that links the form is in {script}:")
    for number, step in enumerate(steps, 1):
        screen.say(f"{number}. {step}")


def script_steps(left: Plan, folder: Path, env: str) -> list[str]:
    """Write the trigger's project where a step is left that it does; what its owner has to do with it.

    Where there is no deployment yet, whose addresses it needs, nothing is written.
    """
    from sheetflow.app.form_diff import LINK
    from sheetflow.cli.settings import settings
    from sheetflow.cli.trigger import write_project

    if not any(change.key == f"form:{LINK}" for change in left.changes):
        return []
    try:
        return [] if settings(env).workspace else write_project(folder, env)[1]
    except ConfigError:
        return []


def _refuse_silence(*, as_json: bool, yes: bool) -> None:
    if as_json and not yes:
        raise click.UsageError("--json asks nothing, so it needs --yes")


def show(screen: Screen, plan: Plan, *, next_step: bool = True) -> None:
    """Show a plan: each change on a line, then how many there are and the checksum."""
    if not plan:
        screen.say("nothing to do: everything is as it is declared")
        return
    width = max(len(change.kind) for change in plan.changes)
    for change in plan.changes:
        sign, color = SIGNS[change.action]
        how = "by hand: " if change.by_hand else ""
        screen.say(f"{sign} {change.kind.ljust(width)}  {change.name}: {how}{change.detail}", color)
        if change.unsafe:
            screen.say(f"  ! {change.unsafe}; only with --allow '{change.key}'", "bold red")
    screen.say("")
    screen.say(f"{_counted(plan)}; checksum {plan.checksum}")
    if next_step and plan.doable:
        screen.say(f"to do exactly this: sheetflow apply --plan {plan.checksum}")


def _counted(plan: Plan) -> str:
    counts: dict[str, int] = {}
    for change in plan.doable:
        counts[change.action] = counts.get(change.action, 0) + 1
    parts = [f"{counts[action]} to {action}" for action in SIGNS if action in counts]
    by_hand = len(plan.changes) - len(plan.doable)
    return ", ".join([*parts, *([f"{by_hand} by hand"] if by_hand else [])])

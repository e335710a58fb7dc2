"""`sheetflow deploy`: the functions and what belongs to them, in a Google Cloud project.

It prints a script, looks (`--check`), or does it (`--run`), all from one declaration.
"""

from __future__ import annotations

import json
import shlex
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetflow.cli.place import env_option
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.cli.deployment.declaration import Deployment
    from sheetflow.cli.deployment.rollout import Outcome
    from sheetflow.cli.deployment.steps import Step

CONSENT = ("client_id", "client_secret", "refresh_token")
"""What a file with a user's OAuth credentials has to hold."""
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@env_option
@click.option("--run", "run_it", is_flag=True, help="Do it, one step after the other, with gcloud.")
@click.option(
    "--check", is_flag=True, help="Only compare the project with what it should be; exit code 2 if it is not."
)
@click.option(
    "--accounts", is_flag=True, help="Just the APIs and service accounts, before there is a spreadsheet."
)
@click.option(
    "--mail-credentials", type=_FILE, help="A file with the sender's OAuth credentials, for the first time."
)
@click.option(
    "--chat-webhook", type=_FILE, help="A file with the Chat webhook's address, for the first time."
)
@click.option(
    "--stage",
    type=click.Path(file_okay=False, path_type=Path),
    help="Only write what is uploaded into a folder.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def deploy(
    ctx: click.Context,
    env: str,
    mail_credentials: Path | None,
    chat_webhook: Path | None,
    stage: Path | None,
    *,
    run_it: bool,
    check: bool,
    accounts: bool,
    as_json: bool,
) -> None:
    """Print the commands that deploy the functions, or run them.

    Without an option it prints a script for the shell and changes nothing. Whatever is done already is left
    alone, so that all of it may be run again at any time, after a failure too.
    """
    from sheetflow.cli.deployment import staging
    from sheetflow.cli.deployment.declaration import declared
    from sheetflow.cli.deployment.script import script
    from sheetflow.cli.deployment.steps import accounts_alone, steps
    from sheetflow.cli.settings import needed_for, settings

    if run_it and check:
        raise click.UsageError("--run and --check exclude each other")
    if stage is not None:
        staging.stage(stage)
        return
    needs = ("project",) if accounts else needed_for("deploy")
    whole = declared(settings(env, needs=needs))
    wanted = accounts_alone(whole) if accounts else steps(whole, staging.digest())
    if run_it or check:
        brought = {**_consent(mail_credentials), **_webhook(chat_webhook)}
        failed = _perform(whole, wanted, brought, run_it=run_it, as_json=as_json)
        ctx.exit(failed)
    if as_json:
        planned = [{"name": s.name, "why": s.why, "command": ["gcloud", *s.make]} for s in wanted]
        click.echo(json.dumps({"project": whole.project, "region": whole.region, "steps": planned}))
        return
    click.echo(script(whole, wanted, f"--env {shlex.quote(env)}" if env else ""), nl=False)


def _consent(file: Path | None) -> Mapping[str, str]:
    """The secrets that have to be brought. Raises ConfigError, and repeats nothing of what it read."""
    if file is None:
        return {}
    try:
        text = file.read_text("utf-8")
        found = json.loads(text)
    except ValueError as error:
        raise ConfigError([f"{file}: this is no JSON file"]) from error
    missing = [name for name in CONSENT if not (isinstance(found, dict) and found.get(name))]
    if missing:
        what = "these are no OAuth credentials of a user"
        raise ConfigError([f"{file}: {what}, for there is no {', '.join(missing)} in it"])
    return {"mail_credentials": text}


def _webhook(file: Path | None) -> Mapping[str, str]:
    """The webhook's address. Raises ConfigError, and repeats nothing of what it read."""
    if file is None:
        return {}
    from sheetflow.adapters.chat import webhook_problem

    text = file.read_text("utf-8").strip()
    if problem := webhook_problem(text):
        raise ConfigError([f"{file}: {problem}"])
    return {"chat_webhook": text}


def _perform(
    whole: Deployment, wanted: Sequence[Step], brought: Mapping[str, str], *, run_it: bool, as_json: bool
) -> int:
    """Look or run; gives the exit code: 0 all is right, 1 a step failed, 2 something differs."""
    from sheetflow.cli.deployment import staging
    from sheetflow.cli.deployment.gcloud import Gcloud, ready
    from sheetflow.cli.deployment.rollout import Rollout, State

    gcloud = Gcloud(whole.project)
    if problems := ready(gcloud):
        raise ConfigError(problems)
    with tempfile.TemporaryDirectory(prefix="sheetflow-deploy-") as folder:
        source = Path(folder) / "functions"
        if run_it:
            staging.stage(source)
        rollout = Rollout(gcloud, source, time.sleep, brought)
        outcomes = list(_told((rollout.run if run_it else rollout.look)(wanted), len(wanted), silent=as_json))
    states = [each.state for each in outcomes]
    code = 1 if State.FAILED in states else 2 if {State.MISSING, State.DIFFERS} & set(states) else 0
    if as_json:
        steps: list[dict[str, Any]] = [each.as_dict() for each in outcomes]
        found = {"project": whole.project, "region": whole.region, "ok": code == 0, "steps": steps}
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        _sum_up(whole, outcomes, len(wanted), run_it=run_it)
    return code


def _told(outcomes: Iterator[Outcome], of: int, *, silent: bool) -> Iterator[Outcome]:
    """The outcomes, each shown as it comes."""
    from sheetflow.cli.deployment.rollout import State
    from sheetflow.cli.screen import Screen

    screen = Screen()
    for number, each in enumerate(outcomes, 1):
        if not silent:
            screen.say(f"[{number}/{of}] {each.step.name}")
            show = screen.refused if each.state is State.FAILED else screen.got
            show(": ".join(filter(None, (_WORDS[each.state.value], "; ".join(each.told)))))
        yield each


_WORDS = {
    "right": "is as it should be",
    "made": "made",
    "mended": "changed",
    "missing": "missing",
    "differs": "differs",
    "failed": "failed",
}


def _sum_up(whole: Deployment, outcomes: Sequence[Outcome], of: int, *, run_it: bool) -> None:
    from sheetflow.cli.deployment.rollout import State
    from sheetflow.cli.screen import Screen

    screen, last = Screen(), outcomes[-1]
    if last.state is State.FAILED:
        left = of - len(outcomes)
        screen.say(f"Stopped at {last.step.name}; {left} steps are left. What was done stays done.")
        if run_it:
            screen.say("Put right what gcloud says, then run the same command again: it goes on from here.")
    elif run_it:
        changed = sum(each.state is not State.RIGHT for each in outcomes)
        screen.say(f"Deployed: {changed} of {of} steps had something to do.")
        names = {each.step.name for each in outcomes}
        for function in whole.functions:
            if f"function {function.name}" in names:
                screen.say(f"  {function.entry_point}: {function.url}")
    else:
        differing = [each for each in outcomes if each.state is not State.RIGHT]
        screen.say(f"{len(differing)} of {of} things are not as they should be.")

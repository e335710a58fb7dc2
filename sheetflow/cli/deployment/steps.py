"""The deployment as steps: each looks at one thing, tells how it differs, and can make it what it should be.

Order matters: what a step needs was made by one before it. What was done is done for good; doing all of them
again does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sheetflow.cli.deployment import commands, drift
from sheetflow.cli.deployment.commands import Command
from sheetflow.cli.deployment.declaration import Account, Deployment, Function, Grant, Secret

Judge = Callable[[Any], list[str] | None]
"""What gcloud shows, as JSON -> how it differs from what is wanted, in words; nothing where it is right.

None where it is not there: what is shown is a list of several things, and it is none of them."""

RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing.

    Attributes:
        name: what it is, such as "secret sheetflow-inbox-key".
        why: one line for whoever reads the script.
        look: shows it, as JSON; fails where it is not there.
        judge: compares.
        make: makes it; changes it too where `mend` is None and `repeatable`.
        mend: changes it where that is another command.
        repeatable: `make` may be given again at any time.
        listed: where `look` shows several things: the name to find, and what gcloud's `--format` lists it by.
        feed: what `make` reads from its standard input: "", `RANDOM`, or a secret that has to be brought.
    """

    name: str
    why: str
    look: Command
    judge: Judge
    make: Command
    mend: Command | None = None
    repeatable: bool = False
    listed: tuple[str, str] | None = None
    feed: str = ""


def accounts_alone(whole: Deployment) -> tuple[Step, ...]:
    """Just what has to be there before there is a spreadsheet to share: the APIs and the accounts."""
    return (_apis(whole), *_accounts(whole))


def steps(whole: Deployment, digest: str) -> tuple[Step, ...]:
    """Every step, in order. `digest`: of what is uploaded (`staging.digest`)."""
    return (
        *accounts_alone(whole),
        *_grants(whole, "project", "what is built has to be read, put away and logged"),
        *(step for each in whole.secrets for step in _secret(each, whole)),
        *_grants(whole, "secret", "the functions read this one secret"),
        _queue(whole),
        *_grants(whole, "queue", "the functions put unfinished work into this queue"),
        *_grants(whole, "account", "whose tokens the functions' account may have"),
        _unlogged(whole),
        *(step for each in whole.functions for step in _function(each, whole, digest)),
        _job(whole),
    )


def _apis(whole: Deployment) -> Step:
    return Step(
        "APIs",
        "what the functions are made of and what they talk to",
        ("services", "list", "--enabled"),
        lambda found: drift.apis(whole.apis, found),
        ("services", "enable", *whole.apis),
        repeatable=True,
    )


def _accounts(whole: Deployment) -> Iterator[Step]:
    whys = {
        "functions": "the functions run as it; spreadsheet, form and folder are shared with it",
        "scheduler": "may call the scheduled pass, and nothing else",
        "build": "builds the functions, instead of a default account that may do everything",
    }
    return (_account(each, whys[key]) for key, each in whole.accounts.items() if each.ours)


def _account(account: Account, why: str) -> Step:
    return Step(
        f"service account {account.address}",
        why,
        ("iam", "service-accounts", "describe", account.address),
        drift.account,
        commands.make_account(account),
        mend=("iam", "service-accounts", "enable", account.address),
    )


def _grants(whole: Deployment, kind: str, why: str, name: str = "") -> Iterator[Step]:
    for grant in whole.grants:
        if grant.kind == kind and name in ("", grant.name):
            yield _grant(grant, whole.region, why)


def _grant(grant: Grant, region: str, why: str) -> Step:
    return Step(
        f"{grant.role} on {grant.kind} {grant.name} for {grant.member}",
        why,
        commands.policy(grant, region),
        lambda found: drift.binding(grant, found),
        commands.bind(grant, region),
        repeatable=True,
    )


_FROM = {
    "mail_credentials": "the sender's consent (README, Deploy)",
    "chat_webhook": "the address of the space's webhook (README, Tasks and Chat)",
}


def _secret(secret: Secret, whole: Deployment) -> Iterator[Step]:
    yield Step(
        f"secret {secret.name}",
        "kept in the functions' region, and nowhere else",
        ("secrets", "describe", secret.name),
        lambda _found: [],
        (
            "secrets",
            "create",
            secret.name,
            "--replication-policy=user-managed",
            f"--locations={whole.region}",
        ),
    )
    yield Step(
        f"value of secret {secret.name}",
        "made up here, and shown to nobody" if secret.random else _FROM[secret.setting],
        ("secrets", "versions", "list", secret.name, "--filter=state:ENABLED"),
        lambda found: [] if found else ["no value yet"],
        ("secrets", "versions", "add", secret.name, "--data-file=-"),
        feed=RANDOM if secret.random else secret.setting,
    )


def _queue(whole: Deployment) -> Step:
    wanted, region = whole.queue, whole.region
    return Step(
        f"queue {wanted.name}",
        "work that could not be finished is tried again soon, one piece at a time",
        ("tasks", "queues", "describe", wanted.name, f"--location={region}"),
        lambda found: drift.queue(wanted, found),
        commands.queue("create", wanted, region),
        mend=commands.queue("update", wanted, region),
    )


def _unlogged(whole: Deployment) -> Step:
    wanted = whole.unlogged
    return Step(
        f"log exclusion {wanted.name}",
        "no log keeps the page's addresses: whoever reads one could use the link",
        ("logging", "sinks", "describe", commands.SINK),
        lambda found: drift.exclusion(wanted, found),
        commands.exclusion("add", wanted),
        # Somebody may have switched it off.
        mend=(*commands.exclusion("update", wanted)[:-1],
              commands.exclusion("update", wanted)[-1] + ",disabled=false"),
        listed=(wanted.name, "exclusions[].name"),
    )  # fmt: skip


def _function(function: Function, whole: Deployment, digest: str) -> Iterator[Step]:
    yield Step(
        f"function {function.name}",
        _WHAT[function.entry_point],
        ("functions", "describe", function.name, f"--region={whole.region}"),
        lambda found: drift.function(function, whole, digest, found),
        commands.deploy(function, whole, digest),
        repeatable=True,
    )
    who = "everybody may open it: its links are signed" if function.public else "nobody else may call it"
    yield from _grants(whole, "function", who, function.name)
    if function.audiences:
        names = ",".join(function.audiences)
        yield Step(
            f"audience of {function.name}",
            "its callers' tokens are made for the trigger's client id, not for this address",
            ("run", "services", "describe", function.name, f"--region={whole.region}"),
            lambda found: drift.audiences(function, found),
            ("run", "services", "update", function.name, f"--region={whole.region}",
             f"--add-custom-audiences={names}"),
            repeatable=True,
        )  # fmt: skip


_WHAT: Mapping[str, str] = {
    "on_edit": "the edit trigger calls it",
    "on_form_submit": "the form's trigger calls it",
    "on_schedule": "the scheduler calls it",
    "request_page": "people open it from a mail",
}


def _job(whole: Deployment) -> Step:
    wanted, region = whole.job, whole.region
    return Step(
        f"job {wanted.name}",
        "the scheduled pass: what no trigger told of is found, and once a day it tidies up",
        ("scheduler", "jobs", "describe", wanted.name, f"--location={region}"),
        lambda found: drift.job(wanted, found),
        commands.job("create", wanted, region),
        mend=commands.job("update", wanted, region),
    )

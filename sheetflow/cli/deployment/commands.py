"""gcloud's command lines for the things of a deployment. What each is for is `steps`' business."""

from __future__ import annotations

from collections.abc import Mapping

from sheetflow.cli.deployment.declaration import (
    CPU,
    RUNTIME,
    Account,
    Deployment,
    Exclusion,
    Function,
    Grant,
    Job,
    Queue,
)

Command = tuple[str, ...]
SOURCE = "{source}"
"""Stands for the folder that is uploaded."""
DIGEST_LABEL = "sheetflow-source"
SINK = "_Default"
"""Every project has it: what it lets through is kept as the project's log."""

_POLICIES: Mapping[str, Command] = {
    "project": ("projects",),
    "secret": ("secrets",),
    "function": ("run", "services"),
    "queue": ("tasks", "queues"),
    "account": ("iam", "service-accounts"),
}


def make_account(account: Account) -> Command:
    """Make a service account."""
    return ("iam", "service-accounts", "create", account.id, f"--display-name={account.title}")


def policy(grant: Grant, region: str) -> Command:
    """Show who may do what with a thing."""
    return (*_POLICIES[grant.kind], "get-iam-policy", grant.name, *_where(grant.kind, region))


def bind(grant: Grant, region: str) -> Command:
    """Give a role; given again it changes nothing."""
    unconditional = ("--condition=None",) if grant.kind in ("project", "account", "secret") else ()
    return (
        *_POLICIES[grant.kind], "add-iam-policy-binding", grant.name, *_where(grant.kind, region),
        f"--member={grant.member}", f"--role={grant.role}", *unconditional,
    )  # fmt: skip


def _where(kind: str, region: str) -> Command:
    return {"function": (f"--region={region}",), "queue": (f"--location={region}",)}.get(kind, ())


def queue(verb: str, wanted: Queue, region: str) -> Command:
    """Make ("create") or change ("update") a queue."""
    return (
        "tasks", "queues", verb, wanted.name, f"--location={region}",
        f"--max-concurrent-dispatches={wanted.max_concurrent}",
        f"--max-dispatches-per-second={wanted.max_per_second}",
        f"--max-attempts={wanted.max_attempts}",
        f"--min-backoff={wanted.min_backoff}s",
        f"--max-backoff={wanted.max_backoff}s",
    )  # fmt: skip


def job(verb: str, wanted: Job, region: str) -> Command:
    """Make ("create") or change ("update") a job."""
    return (
        "scheduler", "jobs", verb, "http", wanted.name, f"--location={region}",
        f"--schedule={wanted.schedule}",
        f"--time-zone={wanted.time_zone}",
        f"--uri={wanted.url}",
        "--http-method=post",
        f"--oidc-service-account-email={wanted.account}",
        f"--oidc-token-audience={wanted.audience}",
        f"--attempt-deadline={wanted.deadline}s",
        f"--max-retry-attempts={wanted.retries}",
    )  # fmt: skip


def exclusion(verb: str, wanted: Exclusion) -> Command:
    """Put an exclusion on the project's sink ("add"), or change it there ("update")."""
    fields = {"name": wanted.name, "description": wanted.title, "filter": wanted.filter}
    return ("logging", "sinks", "update", SINK, f"--{verb}-exclusion={_pairs(fields)}")


def deploy(function: Function, whole: Deployment, digest: str) -> Command:
    """Make a function, or change it: the command is the same."""
    accounts, build = whole.accounts, whole.accounts["build"].address
    secrets = {name: f"{secret}:latest" for name, secret in whole.secret_variables.items()}
    return (
        "functions", "deploy", function.name, "--gen2", f"--region={whole.region}",
        f"--runtime={RUNTIME}",
        f"--source={SOURCE}",
        f"--entry-point={function.entry_point}",
        "--trigger-http",
        "--allow-unauthenticated" if function.public else "--no-allow-unauthenticated",
        "--ingress-settings=all",
        f"--service-account={accounts['functions'].address}",
        f"--build-service-account=projects/{whole.project}/serviceAccounts/{build}",
        f"--memory={whole.memory}",
        f"--cpu={CPU}",
        f"--timeout={function.timeout}s",
        f"--concurrency={whole.concurrency}",
        f"--min-instances={function.min_instances}",
        f"--max-instances={whole.max_instances}",
        f"--set-env-vars={_pairs(whole.environment)}",
        f"--set-secrets={_pairs(secrets)}",
        f"--update-labels={DIGEST_LABEL}={digest}",
    )  # fmt: skip


def _pairs(values: Mapping[str, str]) -> str:
    """NAME=value,… ; where a value has a comma, gcloud is told of another sign (its topic "escaping")."""
    sign = next(sign for sign in ",|;#~" if not any(sign in value for value in values.values()))
    joined = sign.join(f"{name}={value}" for name, value in values.items())
    return joined if sign == "," else f"^{sign}^{joined}"

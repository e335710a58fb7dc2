"""The flags of the real gcloud, for those of its commands that a deployment uses (Google's reference, GA).

A flag that the real program does not know, that it needs and does not get, or whose value it would refuse is
refused here too, in its words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

GLOBAL: Mapping[str, str | None] = {
    "project": r"[a-z][a-z0-9-]{4,28}[a-z0-9]",
    "quiet": None,
    "format": r"json|value\(name\)|value\(exclusions\[\]\.name\)",
}
EMAIL = r"[^@\s]+@[^@\s]+"
MEMBER = rf"(serviceAccount|user):{EMAIL}|allUsers"
ROLE = r"roles/[a-zA-Z.]+"
SECONDS = r"\d+s"
NUMBER = r"\d+"
REGION = r"[a-z]+-[a-z]+\d+"
BIND: dict[str, str | None] = {"member": MEMBER, "role": ROLE}
CONDITIONAL: dict[str, str | None] = BIND | {"condition": r"None"}
QUEUE: dict[str, str | None] = {
    "location": REGION,
    "max-concurrent-dispatches": NUMBER,
    "max-dispatches-per-second": r"\d+(\.\d+)?",
    "max-attempts": r"-1|\d+|unlimited",
    "min-backoff": SECONDS,
    "max-backoff": SECONDS,
    "max-doublings": NUMBER,
    "max-retry-duration": SECONDS,
    "log-sampling-ratio": r"[01](\.\d+)?",
}
JOB: dict[str, str | None] = {
    "location": REGION,
    "schedule": r".+",
    "time-zone": r"\w+/\w+",
    "uri": r"https://\S+",
    "http-method": r"delete|get|head|post|put",
    "oidc-service-account-email": EMAIL,
    "oidc-token-audience": r"\S+",
    "attempt-deadline": SECONDS,
    "max-retry-attempts": NUMBER,
    "max-backoff": SECONDS,
    "min-backoff": SECONDS,
    "max-doublings": NUMBER,
    "message-body": r".*",
    "description": r".*",
}
EXCLUSION = r"name=[A-Za-z0-9][\w.-]{0,99},.*"
DEPLOY: dict[str, str | None] = {
    "region": REGION,
    "gen2": None,
    "runtime": r"python3(10|11|12|13)",
    "source": r".+",
    "entry-point": r"\w+",
    "trigger-http": None,
    "allow-unauthenticated": None,
    "no-allow-unauthenticated": None,
    "ingress-settings": r"all|internal-only|internal-and-gclb",
    "service-account": EMAIL,
    "build-service-account": rf"projects/[a-z0-9-]+/serviceAccounts/{EMAIL}",
    "memory": r"\d+(k|M|G|Ki|Mi|Gi|MB|GB)?",
    "cpu": r"[\d.]+",
    "timeout": r"\d+s?",
    "concurrency": NUMBER,
    "min-instances": NUMBER,
    "max-instances": NUMBER,
    "set-env-vars": r".+",
    "set-secrets": r".+",
    "update-labels": r"[a-z][a-z0-9_-]*=[a-z0-9_-]*(,.*)?",
    "env-vars-file": r".+",
    "stage-bucket": r".+",
    "clear-secrets": None,
}


class Syntax(NamedTuple):
    """How many words follow the command (least, most), its flags (None: no value), and those it needs."""

    words: tuple[int, int]
    flags: Mapping[str, str | None] = MappingProxyType({})
    needs: tuple[str, ...] = ()


COMMANDS: dict[tuple[str, ...], Syntax] = {
    ("auth", "list"): Syntax((0, 0), {"filter": r"status:ACTIVE"}),
    ("projects", "describe"): Syntax((1, 1)),
    ("billing", "projects", "describe"): Syntax((1, 1)),
    ("projects", "get-iam-policy"): Syntax((1, 1)),
    ("projects", "add-iam-policy-binding"): Syntax((1, 1), CONDITIONAL, ("member", "role")),
    ("services", "list"): Syntax((0, 0), {"enabled": None, "available": None, "filter": r".+"}),
    ("services", "enable"): Syntax((1, 20), {"async": None}),
    ("iam", "service-accounts", "describe"): Syntax((1, 1)),
    ("iam", "service-accounts", "create"): Syntax(
        (1, 1), {"display-name": r".{1,100}", "description": r".*"}
    ),
    ("iam", "service-accounts", "enable"): Syntax((1, 1)),
    ("iam", "service-accounts", "get-iam-policy"): Syntax((1, 1)),
    ("iam", "service-accounts", "add-iam-policy-binding"): Syntax((1, 1), CONDITIONAL, ("member", "role")),
    ("secrets", "describe"): Syntax((1, 1), {"location": REGION}),
    ("secrets", "create"): Syntax(
        (1, 1),
        {
            "replication-policy": r"automatic|user-managed",
            "locations": rf"{REGION}(,{REGION})*",
            "data-file": r".+",
        },
    ),
    ("secrets", "versions", "list"): Syntax(
        (1, 1), {"filter": r"state:(ENABLED|DISABLED|DESTROYED)", "limit": NUMBER}
    ),
    ("secrets", "versions", "add"): Syntax((1, 1), {"data-file": r".+", "location": REGION}, ("data-file",)),
    ("secrets", "get-iam-policy"): Syntax((1, 1), {"location": REGION}),
    ("secrets", "add-iam-policy-binding"): Syntax(
        (1, 1), CONDITIONAL | {"location": REGION}, ("member", "role")
    ),
    ("logging", "sinks", "describe"): Syntax((1, 1)),
    ("logging", "sinks", "update"): Syntax(
        (1, 2), {"add-exclusion": EXCLUSION, "update-exclusion": EXCLUSION}
    ),
    ("tasks", "queues", "describe"): Syntax((1, 1), {"location": REGION}),
    ("tasks", "queues", "create"): Syntax((1, 1), QUEUE),
    ("tasks", "queues", "update"): Syntax((1, 1), QUEUE | {"clear-max-attempts": None}),
    ("tasks", "queues", "get-iam-policy"): Syntax((1, 1), {"location": REGION}),
    ("tasks", "queues", "add-iam-policy-binding"): Syntax(
        (1, 1), BIND | {"location": REGION}, ("member", "role")
    ),
    ("functions", "describe"): Syntax((1, 1), {"region": REGION, "gen2": None}),
    ("functions", "deploy"): Syntax((1, 1), DEPLOY),
    ("run", "services", "describe"): Syntax((1, 1), {"region": REGION}),
    ("run", "services", "update"): Syntax(
        (1, 1), {"region": REGION, "add-custom-audiences": r"\S+", "clear-custom-audiences": None}
    ),
    ("run", "services", "get-iam-policy"): Syntax((1, 1), {"region": REGION}),
    ("run", "services", "add-iam-policy-binding"): Syntax(
        (1, 1), BIND | {"region": REGION}, ("member", "role")
    ),
    ("scheduler", "jobs", "describe"): Syntax((1, 1), {"location": REGION}),
    ("scheduler", "jobs", "create", "http"): Syntax((1, 1), JOB, ("location", "schedule", "uri")),
    ("scheduler", "jobs", "update", "http"): Syntax(
        (1, 1), JOB | {"clear-max-retry-attempts": None}, ("location",)
    ),
}


class Refused(Exception):
    """What gcloud says before it ends with 1, or with `code`."""

    def __init__(self, words: str, code: int = 1) -> None:
        super().__init__(words)
        self.code = code


def parse(argv: list[str]) -> tuple[tuple[str, ...], list[str], dict[str, str]]:
    """The command, its words, its flags; refuses as gcloud does."""
    command = next((c for n in (4, 3, 2) for c in [tuple(argv[:n])] if c in COMMANDS), None)
    if command is None:
        raise Refused(f"(gcloud) Invalid choice: {' '.join(argv[:3])!r}.", 2)
    syntax, name = COMMANDS[command], ".".join(command)
    words: list[str] = []
    flags: dict[str, str] = {}
    for word in argv[len(command) :]:
        if not word.startswith("--"):
            words.append(word)
            continue
        flag, equals, value = word[2:].partition("=")
        known = {**GLOBAL, **syntax.flags}
        if flag not in known:
            raise Refused(f"(gcloud.{name}) unrecognized arguments: --{flag}", 2)
        shape = known[flag]
        if (shape is None) == bool(equals):
            what = "ignored explicit" if equals else "expected one"
            raise Refused(f"(gcloud.{name}) argument --{flag}: {what} argument", 2)
        if shape is not None and not re.fullmatch(shape, value, re.DOTALL):
            raise Refused(f"(gcloud.{name}) argument --{flag}: Bad value [{value}]", 2)
        flags[flag] = value
    least, most = syntax.words
    if not least <= len(words) <= most:
        raise Refused(f"(gcloud.{name}) argument: Must be specified, or too many.", 2)
    for flag in syntax.needs:
        if flag not in flags:
            raise Refused(f"(gcloud.{name}) argument --{flag}: Must be specified.", 2)
    if "project" not in flags or "quiet" not in flags:
        raise Refused("a test's command names its project and asks nothing", 2)
    return command, words, flags


def pairs(text: str) -> dict[str, str]:
    """--set-env-vars and its like: A=1,B=2, or ^;^A=1;B=2."""
    sign = ","
    if found := re.match(r"\^(.)\^", text):
        sign, text = found[1], text[3:]
    parts = [part.partition("=") for part in text.split(sign)]
    if any(not equals or not name for name, equals, _ in parts):
        raise Refused(f"argument: Bad syntax for dict arg: [{text}]", 2)
    return {name: value for name, _, value in parts}

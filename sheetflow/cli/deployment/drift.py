"""How what gcloud shows differs from what is declared. Pure: JSON in, words out; none where it is right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sheetflow.cli.deployment.commands import DIGEST_LABEL
from sheetflow.cli.deployment.declaration import (
    CPU,
    RUNTIME,
    Deployment,
    Exclusion,
    Function,
    Grant,
    Job,
    Queue,
)

AUDIENCES = "run.googleapis.com/custom-audiences"
"""Where Cloud Run keeps a service's custom audiences, as a JSON list."""


def apis(wanted: Sequence[str], found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Those that are not enabled."""
    enabled = {_get(each, "config", "name") for each in found}
    return [f"{name} is not enabled" for name in wanted if name not in enabled]


def account(found: Mapping[str, Any]) -> list[str]:
    """A service account that somebody disabled."""
    return ["it is disabled"] if found.get("disabled") else []


def binding(grant: Grant, found: Mapping[str, Any]) -> list[str]:
    """A role that is not given, or only under a condition."""
    given = any(
        each.get("role") == grant.role
        and grant.member in each.get("members", ())
        and not each.get("condition")
        for each in found.get("bindings") or ()
    )
    return [] if given else ["not given"]


def queue(wanted: Queue, found: Mapping[str, Any]) -> list[str]:
    """A queue's limits. Whether it is paused is an operator's business."""
    pairs = {
        "tasks at once": (wanted.max_concurrent, _get(found, "rateLimits", "maxConcurrentDispatches")),
        "tasks a second": (wanted.max_per_second, _get(found, "rateLimits", "maxDispatchesPerSecond")),
        "attempts": (wanted.max_attempts, _get(found, "retryConfig", "maxAttempts")),
        "shortest wait": (wanted.min_backoff, _seconds(_get(found, "retryConfig", "minBackoff"))),
        "longest wait": (wanted.max_backoff, _seconds(_get(found, "retryConfig", "maxBackoff"))),
    }
    return _differences(pairs)


def job(wanted: Job, found: Mapping[str, Any]) -> list[str]:
    """A job's time, target, token and patience."""
    target = found.get("httpTarget") or {}
    pairs = {
        "schedule": (wanted.schedule, found.get("schedule")),
        "time zone": (wanted.time_zone, found.get("timeZone")),
        "address": (wanted.url, target.get("uri")),
        "method": ("POST", target.get("httpMethod")),
        "account": (wanted.account, _get(target, "oidcToken", "serviceAccountEmail")),
        "audience": (wanted.audience, _get(target, "oidcToken", "audience")),
        "deadline": (wanted.deadline, _seconds(found.get("attemptDeadline"))),
        "retries": (wanted.retries, _get(found, "retryConfig", "retryCount") or 0),
    }
    return _differences(pairs)


def exclusion(wanted: Exclusion, found: Mapping[str, Any]) -> list[str] | None:
    """A sink's exclusion that is missing (None), switched off, or about something else."""
    own = next((each for each in found.get("exclusions") or () if each.get("name") == wanted.name), None)
    if own is None:
        return None
    off = ["it is disabled"] if own.get("disabled") else []
    return [*off, *_differences({"filter": (wanted.filter, own.get("filter"))})]


def audiences(function: Function, found: Mapping[str, Any]) -> list[str]:
    """Audiences that the service does not take."""
    kept = _get(found, "metadata", "annotations", AUDIENCES)
    known = json.loads(kept) if isinstance(kept, str) else []
    return [f"{name} is not among them" for name in function.audiences if name not in known]


def function(wanted: Function, whole: Deployment, digest: str, found: Mapping[str, Any]) -> list[str]:
    """A function's source, size, variables and secrets."""
    build, service = found.get("buildConfig") or {}, found.get("serviceConfig") or {}
    pairs: dict[str, tuple[Any, Any]] = {
        "state": ("ACTIVE", found.get("state")),
        "source": (digest, _get(found, "labels", DIGEST_LABEL)),
        "runtime": (RUNTIME, build.get("runtime")),
        "entry point": (wanted.entry_point, build.get("entryPoint")),
        "build account": (whole.accounts["build"].address, _last(build.get("serviceAccount"))),
        "account": (whole.accounts["functions"].address, service.get("serviceAccountEmail")),
        "memory": (_mebibytes(whole.memory), _mebibytes(service.get("availableMemory"))),
        "CPU": (CPU, str(service.get("availableCpu"))),
        "timeout": (wanted.timeout, service.get("timeoutSeconds")),
        "requests at once": (whole.concurrency, service.get("maxInstanceRequestConcurrency")),
        "instances at least": (wanted.min_instances, service.get("minInstanceCount") or 0),
        "instances at most": (whole.max_instances, service.get("maxInstanceCount")),
        "ingress": ("ALLOW_ALL", service.get("ingressSettings")),
    }
    return [
        *_differences(pairs),
        *_variables(whole.environment, service.get("environmentVariables") or {}),
        *_secrets(whole.secret_variables, service.get("secretEnvironmentVariables") or ()),
    ]


def _variables(wanted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """Variables that differ, and settings of ours that are no longer wanted; Google adds some of its own."""
    ours = {name for name in found if name.startswith("SHEETFLOW_")} | wanted.keys()
    return [
        f"{name} is {_shown(found.get(name))}, not {_shown(wanted.get(name))}"
        for name in sorted(ours)
        if found.get(name) != wanted.get(name)
    ]


def _secrets(wanted: Mapping[str, str], found: Iterable[Mapping[str, Any]]) -> list[str]:
    known = {each.get("key"): (_last(each.get("secret")), each.get("version")) for each in found}
    return [
        f"{name} is not the newest value of the secret {secret}"
        for name, secret in wanted.items()
        if known.get(name) != (secret, "latest")
    ]


def _differences(pairs: Mapping[str, tuple[Any, Any]]) -> list[str]:
    return [
        f"{name} is {_shown(found)}, not {_shown(wanted)}"
        for name, (wanted, found) in pairs.items()
        if wanted != found
    ]


def _shown(value: object) -> str:
    return "not set" if value in (None, "") else str(value)


def _get(found: object, *path: str) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _last(name: object) -> str | None:
    """The last part of a resource's name: projects/p/secrets/s -> s."""
    return name.rpartition("/")[2] if isinstance(name, str) else None


def _mebibytes(text: object) -> str | None:
    """One way to write an amount of memory: Google may answer 1Gi with 1024Mi."""
    amount = str(text or "")
    if amount.endswith("Gi") and amount[:-2].isdecimal():
        return f"{int(amount[:-2]) * 1024}Mi"
    return amount or None


def _seconds(text: object) -> float | None:
    """Google's durations, such as "300s" or "0.100s"."""
    try:
        return float(str(text).removesuffix("s")) if text else None
    except ValueError:
        return None

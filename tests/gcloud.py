"""A gcloud that a test puts on PATH: it keeps a project in a file, and writes down what it was asked.

It is checked against `gcloud_syntax`. What is missing in the project is refused in Google's words.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.gcloud_syntax import Refused, pairs, parse

NEEDS_API = {
    "secrets": "secretmanager",
    "tasks": "cloudtasks",
    "functions": "cloudfunctions",
    "run": "run",
    "scheduler": "cloudscheduler",
    "iam": "iam",
    "logging": "logging",
}


class Project:
    """The project as it is. What is missing is refused with Google's words."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.state: dict[str, Any] = json.loads(file.read_text("utf-8"))

    def run(self, command: tuple[str, ...], words: list[str], flags: dict[str, str], feed: str) -> Any:
        api = NEEDS_API.get(command[0])
        if api and f"{api}.googleapis.com" not in self.state["apis"]:
            raise Refused(f"(gcloud.{'.'.join(command)}) PERMISSION_DENIED: {api} API is disabled")
        name = words[0] if words else ""
        if command[-1] == "get-iam-policy":
            return {"bindings": self._policy(command, name)}
        if command[-1] == "add-iam-policy-binding":
            return self._bind(command, name, flags)
        return getattr(self, "do_" + "_".join(command).replace("-", "_"))(words, flags, feed)

    def save(self) -> None:
        self.file.write_text(json.dumps(self.state, indent=1))

    # --- who may what

    def _policy(self, command: tuple[str, ...], name: str) -> list[dict[str, Any]]:
        kind = command[-2]
        there = {
            "projects": {self.state["project"]},
            "secrets": self.state["secrets"],
            "queues": self.state["queues"],
            "services": self.state["functions"],
            "service-accounts": self.state["accounts"],
        }[kind]
        if name not in there:
            raise Refused(f"NOT_FOUND: {kind} [{name}] not found")
        bindings: list[dict[str, Any]] = self.state["policies"].setdefault(f"{kind}/{name}", [])
        return bindings

    def _bind(self, command: tuple[str, ...], name: str, flags: dict[str, str]) -> dict[str, Any]:
        kind, _, address = flags["member"].partition(":")
        if kind == "serviceAccount" and address not in self.state["accounts"]:
            raise Refused(f"INVALID_ARGUMENT: Service account {address} does not exist.")
        bindings = self._policy(command, name)
        found = next((b for b in bindings if b["role"] == flags["role"]), None)
        if found is None:
            bindings.append({"role": flags["role"], "members": [flags["member"]]})
        elif flags["member"] not in found["members"]:
            found["members"].append(flags["member"])
        return {"bindings": bindings}

    def _may(self, thing: str, role: str, address: str) -> bool:
        return any(
            b["role"] == role and f"serviceAccount:{address}" in b["members"]
            for b in self.state["policies"].get(thing, [])
        )

    # --- the commands

    def do_auth_list(self, _w: list[str], _f: dict[str, str], _feed: str) -> Any:
        return self.state["logged_in"]

    def do_projects_describe(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        if words[0] != self.state["project"]:
            raise Refused(
                f"[admin@firm.example] does not have permission to access projects instance [{words[0]}]"
            )
        return {"projectId": words[0], "lifecycleState": self.state["lifecycle"]}

    def do_billing_projects_describe(self, _w: list[str], _f: dict[str, str], _feed: str) -> Any:
        return {"billingEnabled": self.state["billing"]}

    def do_services_list(self, _w: list[str], _f: dict[str, str], _feed: str) -> Any:
        return [{"config": {"name": name}, "state": "ENABLED"} for name in self.state["apis"]]

    def do_services_enable(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        self.state["apis"] = sorted({*self.state["apis"], *words})

    def do_iam_service_accounts_describe(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        if words[0] not in self.state["accounts"]:
            raise Refused(f"NOT_FOUND: Unknown service account {words[0]}")
        return {"email": words[0], **self.state["accounts"][words[0]]}

    def do_iam_service_accounts_create(self, words: list[str], flags: dict[str, str], _feed: str) -> Any:
        if not re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", words[0]):
            raise Refused(f"INVALID_ARGUMENT: {words[0]} is no account id")
        address = f"{words[0]}@{self.state['project']}.iam.gserviceaccount.com"
        if address in self.state["accounts"]:
            raise Refused(f"ALREADY_EXISTS: Service account {words[0]} already exists within project")
        self.state["accounts"][address] = {"displayName": flags["display-name"]}

    def do_iam_service_accounts_enable(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        self.state["accounts"][words[0]].pop("disabled", None)

    def _secret(self, name: str) -> dict[str, Any]:
        if name not in self.state["secrets"]:
            raise Refused(f"NOT_FOUND: Secret [projects/1/secrets/{name}] not found.")
        found: dict[str, Any] = self.state["secrets"][name]
        return found

    def do_secrets_describe(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        return {
            "name": f"projects/1/secrets/{words[0]}",
            "replication": self._secret(words[0])["replication"],
        }

    def do_secrets_create(self, words: list[str], flags: dict[str, str], _feed: str) -> Any:
        if words[0] in self.state["secrets"]:
            raise Refused(
                f"Resource in projects [1] is the subject of a conflict: Secret [{words[0]}] already exists."
            )
        self.state["secrets"][words[0]] = {"replication": flags.get("locations", "automatic"), "versions": []}

    def do_secrets_versions_list(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        count = len(self._secret(words[0])["versions"])
        return [
            {"name": f"projects/1/secrets/{words[0]}/versions/{n}", "state": "ENABLED"}
            for n in range(count, 0, -1)
        ]

    def do_secrets_versions_add(self, words: list[str], flags: dict[str, str], feed: str) -> Any:
        value = feed if flags["data-file"] == "-" else Path(flags["data-file"]).read_text("utf-8")
        if not value:
            raise Refused("The value provided for --data-file is the empty string.")
        self._secret(words[0])["versions"].append(value)

    def do_tasks_queues_describe(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        if words[0] not in self.state["queues"]:
            raise Refused(
                "NOT_FOUND: Queue does not exist. If you just created the queue, wait at least a minute."
            )
        return self.state["queues"][words[0]]

    def do_tasks_queues_create(self, words: list[str], flags: dict[str, str], _feed: str) -> Any:
        if words[0] in self.state["queues"]:
            raise Refused("ALREADY_EXISTS: Queue already exists")
        self.state["queues"][words[0]] = {"rateLimits": {}, "retryConfig": {}, "state": "RUNNING"}
        return self.do_tasks_queues_update(words, flags, _feed)

    def do_tasks_queues_update(self, words: list[str], flags: dict[str, str], _feed: str) -> Any:
        queue = self.state["queues"][words[0]]
        queue["rateLimits"] |= {
            "maxConcurrentDispatches": int(flags["max-concurrent-dispatches"]),
            "maxDispatchesPerSecond": float(flags["max-dispatches-per-second"]),
        }
        queue["retryConfig"] |= {
            "maxAttempts": int(flags["max-attempts"]),
            "minBackoff": flags["min-backoff"],
            "maxBackoff": flags["max-backoff"],
            "maxDoublings": 16,
        }

    def do_logging_sinks_describe(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        if words[0] != "_Default":
            raise Refused(f"NOT_FOUND: Sink {words[0]} does not exist")
        # What is empty is left out, as in every answer of Google's.
        exclusions = list(self.state["exclusions"].values())
        return {"name": "_Default", **({"exclusions": exclusions} if exclusions else {})}

    def do_logging_sinks_update(self, words: list[str], flags: dict[str, str], _feed: str) -> Any:
        kept = self.state["exclusions"]
        for flag, value in flags.items():
            fields: dict[str, Any] = pairs(value) if flag.endswith("-exclusion") else {}
            if flag == "add-exclusion" and fields["name"] in kept:
                raise Refused(f"INVALID_ARGUMENT: Exclusion {fields['name']} already exists.")
            if flag == "update-exclusion" and fields["name"] not in kept:
                raise Refused(f"Sink does not have exclusion [{fields['name']}]")
            if fields:
                before = kept.get(fields["name"], {})
                kept[fields["name"]] = {**before, **fields, "disabled": fields.get("disabled", "") == "true"}

    def do_functions_describe(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        if words[0] not in self.state["functions"]:
            raise Refused(f"ResponseError: status=[404], message=[Resource {words[0]!r} was not found]")
        return self.state["functions"][words[0]]

    def do_functions_deploy(self, words: list[str], flags: dict[str, str], _feed: str) -> Any:
        name, source, account = words[0], Path(flags["source"]), flags["service-account"]
        if not re.fullmatch(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", name):
            raise Refused(f"ResponseError: code=[400], message=[{name} is no name of a function]")
        if not (source / "requirements.txt").is_file():
            raise Refused(
                f"argument `--source`: Provided directory [{source}] does not hold requirements.txt"
            )
        if not re.search(
            rf"^def {flags['entry-point']}\(", (source / "main.py").read_text("utf-8"), re.MULTILINE
        ):
            raise Refused(f"Build failed: main.py is expected to define {flags['entry-point']}")
        if int(flags["concurrency"]) > 1 and float(flags.get("cpu", "0.333")) < 1:
            raise Refused("code=[400], message=[Total cpu < 1 is not supported with concurrency > 1]")
        for address in (account, flags["build-service-account"].rpartition("/")[2]):
            if address not in self.state["accounts"]:
                raise Refused(f"code=[404], message=[Service account {address} was not found]")
        secrets = pairs(flags["set-secrets"])
        for secret in secrets.values():
            kept, _, version = secret.partition(":")
            if version != "latest" or not self._secret(kept)["versions"]:
                raise Refused(f"Secret {secret} was not found")
            if not self._may(f"secrets/{kept}", "roles/secretmanager.secretAccessor", account):
                raise Refused(f"Permission denied on secret: {kept} for {account}")
        old = self.state["functions"].get(name, {"audiences": []})
        project, region = self.state["project"], flags["region"]
        self.state["functions"][name] = {
            "name": f"projects/{project}/locations/{region}/functions/{name}",
            "state": "ACTIVE",
            "environment": "GEN_2",
            "url": f"https://{region}-{project}.cloudfunctions.net/{name}",
            "audiences": old["audiences"],
            "labels": pairs(flags["update-labels"]) | {"deployment-tool": "cli-gcloud"},
            "buildConfig": {
                "runtime": flags["runtime"],
                "entryPoint": flags["entry-point"],
                "serviceAccount": flags["build-service-account"],
            },
            "serviceConfig": {
                "availableMemory": flags["memory"],
                "availableCpu": flags["cpu"],
                "timeoutSeconds": int(flags["timeout"].rstrip("s")),
                "serviceAccountEmail": account,
                "maxInstanceRequestConcurrency": int(flags["concurrency"]),
                "maxInstanceCount": int(flags["max-instances"]),
                # What is 0 is left out, as in every answer of Google's.
                **(
                    {"minInstanceCount": int(flags["min-instances"])} if flags["min-instances"] != "0" else {}
                ),
                "ingressSettings": {"all": "ALLOW_ALL"}.get(flags["ingress-settings"], "ALLOW_INTERNAL_ONLY"),
                "environmentVariables": pairs(flags["set-env-vars"]) | {"LOG_EXECUTION_ID": "true"},
                "secretEnvironmentVariables": [
                    {"key": key, "projectId": "1", "secret": value.partition(":")[0], "version": "latest"}
                    for key, value in secrets.items()
                ],
            },
        }
        if "allow-unauthenticated" in flags:
            self._bind(("run", "services", "x"), name, {"member": "allUsers", "role": "roles/run.invoker"})

    def do_run_services_describe(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        if words[0] not in self.state["functions"]:
            raise Refused(f"Cannot find service [{words[0]}]")
        audiences = self.state["functions"][words[0]]["audiences"]
        kept = {"run.googleapis.com/custom-audiences": json.dumps(audiences)} if audiences else {}
        return {"metadata": {"name": words[0], "annotations": {"run.googleapis.com/ingress": "all", **kept}}}

    def do_run_services_update(self, words: list[str], flags: dict[str, str], _feed: str) -> Any:
        audiences = self.state["functions"][words[0]]["audiences"]
        audiences += [each for each in flags["add-custom-audiences"].split(",") if each not in audiences]

    def do_scheduler_jobs_describe(self, words: list[str], _f: dict[str, str], _feed: str) -> Any:
        if words[0] not in self.state["jobs"]:
            raise Refused("NOT_FOUND: Job not found.")
        return self.state["jobs"][words[0]]

    def do_scheduler_jobs_create_http(self, words: list[str], flags: dict[str, str], _feed: str) -> Any:
        if words[0] in self.state["jobs"]:
            raise Refused(f"ALREADY_EXISTS: Job [{words[0]}] already exists.")
        return self._job(words[0], flags)

    def do_scheduler_jobs_update_http(self, words: list[str], flags: dict[str, str], _feed: str) -> Any:
        return self._job(words[0], flags)

    def _job(self, name: str, flags: dict[str, str]) -> None:
        self.state["jobs"][name] = {
            "name": name,
            "state": "ENABLED",
            "schedule": flags["schedule"],
            "timeZone": flags["time-zone"],
            "attemptDeadline": flags["attempt-deadline"],
            "retryConfig": {"retryCount": int(flags["max-retry-attempts"])},
            "httpTarget": {
                "uri": flags["uri"],
                "httpMethod": flags["http-method"].upper(),
                "oidcToken": {
                    "serviceAccountEmail": flags["oidc-service-account-email"],
                    "audience": flags["oidc-token-audience"],
                },
            },
        }


FRESH: dict[str, Any] = {
    "project": "acme-payments-1",
    "lifecycle": "ACTIVE",
    "billing": True,
    "logged_in": [{"account": "admin@firm.example", "status": "ACTIVE"}],
    "apis": [],
    "accounts": {},
    "policies": {},
    "secrets": {},
    "queues": {},
    "functions": {},
    "jobs": {},
    "exclusions": {},
    "faults": [],
}
"""A project that somebody made a minute ago.

`faults`: each [part of a command, what is said, how often, whether it is done first all the same].
"""


def answer_to(project: Project, argv: list[str]) -> Any:
    """Does it, or fails as a test asked for."""
    command, words, flags = parse(argv)
    fault = next((f for f in project.state["faults"] if f[0] in " ".join(argv) and f[2] > 0), None)
    answer = None
    if fault is None or fault[3]:
        feed = sys.stdin.read() if command == ("secrets", "versions", "add") else ""
        answer = project.run(command, words, flags, feed)
    if fault is not None:
        fault[2] -= 1
    project.save()
    if fault is not None:
        raise Refused(fault[1])
    return answer


def main(folder: Path, argv: list[str]) -> int:
    """What the program on PATH does. Whatever it is asked is written down first, but for what it is fed."""
    with (folder / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps(argv) + "\n")
    try:
        _, _, flags = parse(argv)
        answer = answer_to(Project(folder / "project.json"), argv)
    except Refused as refused:
        sys.stderr.write(f"Some progress…\nERROR: (gcloud.{'.'.join(argv[:2])}) {refused}\n")
        return refused.code
    if flags.get("format") == "json":
        sys.stdout.write(json.dumps(answer))
    elif flags.get("format") == "value(name)":
        sys.stdout.write("\n".join(each["name"] for each in answer))
    elif flags.get("format") == "value(exclusions[].name)":
        sys.stdout.write(";".join(each["name"] for each in answer.get("exclusions", ())) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))

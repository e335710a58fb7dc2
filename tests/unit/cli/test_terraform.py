"""The Terraform module and the gcloud commands say the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sheetflow.cli.deployment.declaration import CPU, RUNTIME, Deployment, declared
from sheetflow.cli.settings import Settings, needed_for, settings
from sheetflow.workspace.functions import source
from tests.terraform import Module
from tests.unit.cli.conftest import SETTINGS

FOLDER = source().parent / "terraform"
ITS_OWN = {"source_folder", "mail_credentials", "chat_webhook", "secret_values"}
OTHERS = """\
SHEETFLOW_PROJECT=other-project-7
SHEETFLOW_REGION=us-central1
SHEETFLOW_PREFIX=second
SHEETFLOW_SPREADSHEET=2Xyz
SHEETFLOW_SENDER=payments@firm.example
SHEETFLOW_AUDIENCE=99-z.apps.googleusercontent.com
SHEETFLOW_TRIGGER_ACCOUNT=trigger@firm.example
SHEETFLOW_PAGE_URL=https://pay.firm.example/request
SHEETFLOW_MIN_INSTANCES=1
SHEETFLOW_MAX_INSTANCES=9
SHEETFLOW_CONCURRENCY=20
SHEETFLOW_MEMORY=1Gi
SHEETFLOW_SCHEDULE='*/5 * * * *'
SHEETFLOW_CHAT=yes
SHEETFLOW_TASKS=yes
"""


@pytest.fixture(params=[SETTINGS, OTHERS], ids=["defaults", "all else"])
def both(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Deployment, Module]:
    monkeypatch.chdir(tmp_path)
    Path("sheetflow.env").write_text(request.param, "utf-8")
    found = settings()
    names = {line.partition("=")[0].removeprefix("SHEETFLOW_").lower() for line in request.param.splitlines()}
    values: dict[str, Any] = {name: getattr(found, name) for name in names}
    return declared(found), Module(FOLDER, {**values, "source_folder": "out", "mail_credentials": "{}"})


def test_variables__are_settings_with_the_same_words_and_defaults() -> None:
    module = Module(FOLDER, dict.fromkeys((*needed_for("deploy"), "source_folder", "mail_credentials"), "x"))
    assert module.variables.keys() - ITS_OWN <= Settings.model_fields.keys()
    for name in module.variables.keys() - ITS_OWN:
        field = Settings.model_fields[name]
        assert module.variables[name]["description"] == field.description, name
        assert ("default" not in module.variables[name]) == (name in needed_for("deploy")), name
        if name not in needed_for("deploy"):
            assert module._values[name] == field.default, name


def test_variables__no_secret_can_end_in_the_state() -> None:
    module = Module(FOLDER, dict.fromkeys((*needed_for("deploy"), "source_folder", "mail_credentials"), "x"))
    assert not {"inbox_key", "link_key"} & module.variables.keys()
    assert module.variables["mail_credentials"]["ephemeral"] is True
    assert module.variables["chat_webhook"]["ephemeral"] is True
    for version in module.of("google_secret_manager_secret_version"):
        assert "secret_data_wo" in version
        assert "secret_data" not in version


def test_apis__are_the_same(both: tuple[Deployment, Module]) -> None:
    whole, module = both
    assert sorted(each["service"] for each in module.of("google_project_service")) == sorted(whole.apis)
    assert all(each["disable_on_destroy"] is False for each in module.of("google_project_service"))


def test_accounts__are_the_same(both: tuple[Deployment, Module]) -> None:
    whole, module = both
    found = {each["email"]: each["display_name"] for each in module.of("google_service_account")}
    assert found == {each.address: each.title for each in whole.accounts.values()}


def test_secrets__are_the_same_and_stay_in_the_region(both: tuple[Deployment, Module]) -> None:
    whole, module = both
    found = module.of("google_secret_manager_secret")
    assert {each["secret_id"] for each in found} == {each.name for each in whole.secrets}
    replicas = [each["replication"]["user_managed"]["replicas"]["location"] for each in found]
    assert set(replicas) == {whole.region}
    assert len(module.of("google_secret_manager_secret_version")) == len(whole.secrets)


def test_grants__are_the_same(both: tuple[Deployment, Module]) -> None:
    whole, module = both
    kinds = {
        "google_project_iam_member": ("project", "project"),
        "google_secret_manager_secret_iam_member": ("secret", "secret_id"),
        "google_cloud_tasks_queue_iam_member": ("queue", "name"),
        "google_service_account_iam_member": ("account", "service_account_id"),
        "google_cloud_run_v2_service_iam_member": ("function", "name"),
    }
    assert {kind for kind in module.kinds() if "_iam_" in kind} == kinds.keys()
    found = [
        (kind, each[name].rpartition("/")[2], each["role"], each["member"])
        for resource, (kind, name) in kinds.items()
        for each in module.of(resource)
    ]
    assert sorted(found) == sorted((each.kind, each.name, each.role, each.member) for each in whole.grants)


def test_queue__is_the_same(both: tuple[Deployment, Module]) -> None:
    whole, module = both
    (found,) = module.of("google_cloud_tasks_queue")
    wanted = whole.queue
    assert (found["name"], found["location"]) == (wanted.name, whole.region)
    assert found["rate_limits"] == {
        "max_concurrent_dispatches": wanted.max_concurrent,
        "max_dispatches_per_second": wanted.max_per_second,
    }
    assert found["retry_config"] == {
        "max_attempts": wanted.max_attempts, "min_backoff": f"{wanted.min_backoff}s",
        "max_backoff": f"{wanted.max_backoff}s",
    }  # fmt: skip


def test_functions__are_the_same(both: tuple[Deployment, Module]) -> None:
    whole, module = both
    found = {each["name"]: each for each in module.of("google_cloudfunctions2_function")}
    assert found.keys() == {each.name for each in whole.functions}
    for wanted in whole.functions:
        build, service = found[wanted.name]["build_config"], found[wanted.name]["service_config"]
        assert (build["runtime"], build["entry_point"]) == (RUNTIME, wanted.entry_point)
        assert build["service_account"].endswith("/" + whole.accounts["build"].address)
        secrets = service.pop("secret_environment_variables")
        assert {each["key"]: each["secret"] for each in secrets} == whole.secret_variables
        assert {each["version"] for each in secrets} == {"latest"}
        assert service == {
            "service_account_email": whole.accounts["functions"].address,
            "available_memory": whole.memory,
            "available_cpu": CPU,
            "timeout_seconds": wanted.timeout,
            "max_instance_request_concurrency": whole.concurrency,
            "min_instance_count": wanted.min_instances,
            "max_instance_count": whole.max_instances,
            "ingress_settings": "ALLOW_ALL",
            "all_traffic_on_latest_revision": True,
            "environment_variables": whole.environment,
        }


def test_audiences__are_the_same(both: tuple[Deployment, Module]) -> None:
    whole, module = both
    found = [each["provisioner"]["local-exec"]["command"] for each in module.of("terraform_data")]
    assert sorted(found) == sorted(
        f"gcloud run services update {each.name} --region={whole.region} "
        f"--add-custom-audiences={','.join(each.audiences)} --project={whole.project} --quiet"
        for each in whole.functions
        if each.audiences
    )


def test_exclusion__is_the_same(both: tuple[Deployment, Module]) -> None:
    whole, module = both
    (found,) = module.of("google_logging_project_exclusion")
    wanted = whole.unlogged
    assert found == {
        "project": whole.project, "name": wanted.name, "description": wanted.title, "filter": wanted.filter,
    }  # fmt: skip


def test_job__is_the_same(both: tuple[Deployment, Module]) -> None:
    whole, module = both
    (found,) = module.of("google_cloud_scheduler_job")
    wanted = whole.job
    assert found == {
        "project": whole.project,
        "region": whole.region,
        "name": wanted.name,
        "schedule": wanted.schedule,
        "time_zone": wanted.time_zone,
        "attempt_deadline": f"{wanted.deadline}s",
        "retry_config": {"retry_count": wanted.retries},
        "http_target": {
            "uri": wanted.url,
            "http_method": "POST",
            "oidc_token": {"service_account_email": wanted.account, "audience": wanted.audience},
        },
    }


def test_module__has_nothing_that_is_not_compared(both: tuple[Deployment, Module]) -> None:
    _, module = both
    uploads = {"google_storage_bucket", "google_storage_bucket_object"}
    assert {kind for kind in module.kinds() if "_iam_" not in kind} - uploads == {
        "google_project_service", "google_service_account", "google_secret_manager_secret",
        "google_secret_manager_secret_version", "google_cloud_tasks_queue", "google_cloudfunctions2_function",
        "google_cloud_scheduler_job", "google_logging_project_exclusion", "terraform_data",
    }  # fmt: skip

"""The deployment, done with a gcloud that knows the real one's flags."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from sheetflow.cli.deployment import rollout, staging
from sheetflow.cli.deployment.declaration import BUILD_ROLES, declared
from sheetflow.cli.settings import settings
from sheetflow.workspace.functions import free_port
from tests.gcloud_syntax import pairs, parse
from tests.unit.cli.conftest import CONSENT, SETTINGS, Cloud

ROBOT = "sheetflow-functions@acme-payments-1.iam.gserviceaccount.com"
SCHEDULER = "sheetflow-scheduler@acme-payments-1.iam.gserviceaccount.com"
CLIENT = "123456789012-abc.apps.googleusercontent.com"
FUNCTIONS = ("on-edit", "on-form-submit", "on-schedule", "request-page")
STEPS = 32
FIRST = ("--run", "--mail-credentials", "mail-credentials.json")


@pytest.fixture
def deployed(cloud: Cloud) -> Cloud:
    done = cloud.deploy(*FIRST)
    assert done.exit_code == 0, done.output
    cloud.forget_calls()
    return cloud


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses; and sources that stay the same while somebody works on them."""
    monkeypatch.setattr(rollout, "PAUSE", 0.0)
    monkeypatch.setattr(staging, "digest", lambda: "0123456789abcdef")


# --- a fresh project


def test_deploy__a_fresh_project_gets_everything_from_the_gcloud_on_path(on_path: Cloud) -> None:
    done = on_path.deploy(*FIRST)
    assert done.exit_code == 0, done.output
    # The public page's step has given the right to open it along with the page.
    assert f"Deployed: {STEPS - 1} of {STEPS} steps had something to do." in done.output
    state = on_path.state
    assert set(state["accounts"]) == {
        ROBOT, SCHEDULER, "sheetflow-build@acme-payments-1.iam.gserviceaccount.com",
    }  # fmt: skip
    assert set(state["functions"]) == {f"sheetflow-{name}" for name in FUNCTIONS}
    assert set(state["jobs"]) == {"sheetflow-pass"}
    assert state["queues"]["sheetflow-again"]["rateLimits"]["maxConcurrentDispatches"] == 1


def test_deploy__the_functions_get_settings_as_variables_and_secrets_from_secret_manager(
    deployed: Cloud,
) -> None:
    service = deployed.state["functions"]["sheetflow-on-edit"]["serviceConfig"]
    variables = service["environmentVariables"]
    assert variables["SHEETFLOW_LANGUAGE"] == "ru"
    assert variables["SHEETFLOW_SCHEDULER_ACCOUNT"] == SCHEDULER
    assert variables["SHEETFLOW_PAGE_URL"] == deployed.state["functions"]["sheetflow-request-page"]["url"]
    assert variables["THREADS"] == str(service["maxInstanceRequestConcurrency"]) == "8"
    assert not {"SHEETFLOW_INBOX_KEY", "SHEETFLOW_LINK_KEY", "SHEETFLOW_ACCESS_TOKEN"} & variables.keys()
    assert {each["key"]: each["secret"] for each in service["secretEnvironmentVariables"]} == {
        "SHEETFLOW_INBOX_KEY": "sheetflow-inbox-key",
        "SHEETFLOW_LINK_KEY": "sheetflow-link-key",
        "SHEETFLOW_MAIL_CREDENTIALS": "sheetflow-mail-credentials",
    }


def test_deploy__nobody_gets_more_than_they_need(deployed: Cloud) -> None:
    policies = deployed.state["policies"]
    given = {
        (thing, each["role"], member)
        for thing, bindings in policies.items() for each in bindings for member in each["members"]
    }  # fmt: skip
    build = "serviceAccount:sheetflow-build@acme-payments-1.iam.gserviceaccount.com"
    robot, scheduler = f"serviceAccount:{ROBOT}", f"serviceAccount:{SCHEDULER}"
    assert given == {
        *(("projects/acme-payments-1", role, build) for role in BUILD_ROLES),
        *((f"secrets/sheetflow-{name}", "roles/secretmanager.secretAccessor", robot)
          for name in ("inbox-key", "link-key", "mail-credentials")),
        ("queues/sheetflow-again", "roles/cloudtasks.enqueuer", robot),
        (f"service-accounts/{SCHEDULER}", "roles/iam.serviceAccountUser", robot),
        ("services/sheetflow-on-edit", "roles/run.invoker", "user:trigger@firm.example"),
        ("services/sheetflow-on-form-submit", "roles/run.invoker", "user:trigger@firm.example"),
        ("services/sheetflow-on-schedule", "roles/run.invoker", scheduler),
        ("services/sheetflow-request-page", "roles/run.invoker", "allUsers"),
    }  # fmt: skip


def test_deploy__callers_tokens_are_taken_by_the_three_that_have_callers(deployed: Cloud) -> None:
    audiences = {name: each["audiences"] for name, each in deployed.state["functions"].items()}
    assert audiences.pop("sheetflow-request-page") == []
    assert set(map(tuple, audiences.values())) == {(CLIENT,)}
    job = deployed.state["jobs"]["sheetflow-pass"]
    assert job["httpTarget"]["oidcToken"] == {"serviceAccountEmail": SCHEDULER, "audience": CLIENT}
    assert job["httpTarget"]["uri"] == deployed.state["functions"]["sheetflow-on-schedule"]["url"]


def test_deploy__secrets_are_long_different_and_shown_nowhere(cloud: Cloud) -> None:
    done = cloud.deploy(*FIRST)
    versions = {name: each["versions"] for name, each in cloud.state["secrets"].items()}
    keys = [versions[f"sheetflow-{name}"][0] for name in ("inbox-key", "link-key")]
    assert all(len(key) == 64 for key in keys)
    assert keys[0] != keys[1]
    assert json.loads(versions["sheetflow-mail-credentials"][0]) == CONSENT
    told = done.output + json.dumps(cloud.calls)
    assert not any(secret in told for secret in (*keys, "very-secret-1", "very-secret-2"))


# --- again


def test_deploy__no_log_keeps_the_pages_addresses(deployed: Cloud) -> None:
    (kept,) = deployed.state["exclusions"].values()
    assert kept["filter"].split(" AND ") == [
        'resource.type="cloud_run_revision"',
        'resource.labels.service_name="sheetflow-request-page"',
        'resource.labels.location="europe-west1"',
        'logName="projects/acme-payments-1/logs/run.googleapis.com%2Frequests"',
    ]
    assert not kept["disabled"]


def test_deploy__again_changes_nothing(deployed: Cloud) -> None:
    done = deployed.deploy("--run")
    assert done.exit_code == 0, done.output
    assert f"Deployed: 0 of {STEPS} steps had something to do." in done.output
    assert deployed.changing_calls() == []


def test_deploy__check_of_what_is_right_ends_with_0_and_changes_nothing(deployed: Cloud) -> None:
    done = deployed.deploy("--check")
    assert done.exit_code == 0, done.output
    assert f"0 of {STEPS} things are not as they should be." in done.output
    assert deployed.changing_calls() == []


ADDRESSES = "sheetflow-request-page-addresses"
EDIT, SERVICE = "functions|sheetflow-on-edit", "serviceConfig"
UNDER_A_CONDITION = {
    "role": "roles/run.invoker", "members": ["user:trigger@firm.example"], "condition": {"title": "till May"},
}  # fmt: skip
DRIFT = {
    "schedule": ("jobs|sheetflow-pass|schedule", "0 * * * *", "scheduler jobs update http sheetflow-pass"),
    "job gone": ("jobs|sheetflow-pass", None, "scheduler jobs create http sheetflow-pass"),
    "deadline": ("jobs|sheetflow-pass|attemptDeadline", "180s", "scheduler jobs update http"),
    "audience": (f"{EDIT}|audiences", [], "run services update sheetflow-on-edit"),
    "memory": (
        f"{EDIT}|{SERVICE}|availableMemory", "256M", "functions deploy sheetflow-on-edit",
    ),
    "variable": (
        f"functions|sheetflow-request-page|{SERVICE}|environmentVariables|SHEETFLOW_LANGUAGE", "en",
        "functions deploy sheetflow-request-page",
    ),
    "secret": (
        f"functions|sheetflow-on-schedule|{SERVICE}|secretEnvironmentVariables", [],
        "functions deploy sheetflow-on-schedule",
    ),
    "source": (f"{EDIT}|labels|sheetflow-source", "0", "functions deploy sheetflow-on-edit"),
    "broken": (f"{EDIT}|state", "FAILED", "functions deploy sheetflow-on-edit"),
    "queue": ("queues|sheetflow-again|rateLimits|maxConcurrentDispatches", 1000, "tasks queues update"),
    "disabled": (f"accounts|{ROBOT}|disabled", True, "iam service-accounts enable"),
    "role": ("policies|secrets/sheetflow-link-key", [], "secrets add-iam-policy-binding sheetflow-link-key"),
    "condition": (
        "policies|services/sheetflow-on-edit",
        [UNDER_A_CONDITION],
        "run services add-iam-policy-binding sheetflow-on-edit",
    ),
    "log": (f"exclusions|{ADDRESSES}", None, "logging sinks update _Default --add-exclusion=name="),
    "log of another": (
        f"exclusions|{ADDRESSES}|filter", 'resource.type="gcs_bucket"',
        "logging sinks update _Default --update-exclusion=name=",
    ),
    "log again": (
        f"exclusions|{ADDRESSES}|disabled", True, "logging sinks update _Default --update-exclusion=name=",
    ),
    "value": ("secrets|sheetflow-inbox-key|versions", [], "secrets versions add sheetflow-inbox-key"),
}  # fmt: skip


@pytest.mark.parametrize("what", DRIFT)
def test_deploy__one_thing_that_drifted_is_named_and_it_alone_is_put_right(
    deployed: Cloud, what: str
) -> None:
    path, value, command = DRIFT[what]
    deployed.change(path, value)
    looked = deployed.deploy("--check", "--json")
    assert looked.exit_code == 2
    differing = [each for each in json.loads(looked.stdout)["steps"] if each["state"] != "right"]
    assert len(differing) == 1
    assert differing[0]["told"]
    assert deployed.changing_calls() == []
    done = deployed.deploy("--run")
    assert done.exit_code == 0, done.output
    (call,) = deployed.changing_calls()
    assert command in call
    if what != "condition":  # the fake does not tell a conditional binding from another
        assert deployed.deploy("--check").exit_code == 0


def test_deploy__an_api_that_was_switched_off_is_switched_on(deployed: Cloud) -> None:
    deployed.change("apis", [each for each in deployed.state["apis"] if not each.startswith("forms")])
    assert deployed.deploy("--run").exit_code == 0
    (call,) = deployed.changing_calls()
    assert call.startswith("services enable ")


# --- failures


@pytest.mark.parametrize(
    "at",
    ["secrets create sheetflow-link-key", "functions deploy sheetflow-on-schedule", "scheduler jobs create"],
)
@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
def test_deploy__a_failure_in_the_middle_is_told_and_the_next_run_goes_on(
    cloud: Cloud, at: str, *, after: bool
) -> None:
    cloud.fails(at, "RESOURCE_EXHAUSTED: quota of the day", after=after)
    done = cloud.deploy(*FIRST)
    assert done.exit_code == 1
    assert "failed: RESOURCE_EXHAUSTED: quota of the day" in done.output
    assert "run the same command again: it goes on from here" in done.output
    before = set(cloud.changing_calls())
    cloud.forget_calls()
    again = cloud.deploy(*FIRST)
    assert again.exit_code == 0, again.output
    repeated = before & set(cloud.changing_calls())
    assert len(repeated) <= 1, "what was done is not done again"
    assert cloud.deploy("--check").exit_code == 0


def test_deploy__what_somebody_made_meanwhile_is_taken_as_it_is(cloud: Cloud) -> None:
    cloud.fails("secrets create sheetflow-link-key", "ALREADY_EXISTS: Secret already exists.", after=True)
    done = cloud.deploy(*FIRST)
    assert done.exit_code == 0, done.output


def test_deploy__a_new_account_that_is_not_known_everywhere_yet_is_waited_for(cloud: Cloud) -> None:
    cloud.fails(
        "projects add-iam-policy-binding", "Service account x does not exist.", times=rollout.PATIENCE - 1
    )
    assert cloud.deploy(*FIRST).exit_code == 0


def test_deploy__but_not_for_ever(cloud: Cloud) -> None:
    cloud.fails(
        "projects add-iam-policy-binding", "Service account x does not exist.", times=rollout.PATIENCE
    )
    assert "does not exist" in cloud.deploy(*FIRST).output


def test_deploy__a_look_that_fails_is_no_missing_thing(deployed: Cloud) -> None:
    deployed.fails(
        "secrets describe sheetflow-inbox-key", "PERMISSION_DENIED: Permission denied (or it may not exist)"
    )
    done = deployed.deploy("--run")
    assert done.exit_code == 1
    assert "PERMISSION_DENIED" in done.output
    assert deployed.changing_calls() == []


def test_deploy__the_mailboxs_consent_has_to_be_brought(cloud: Cloud) -> None:
    done = cloud.deploy("--run")
    assert done.exit_code == 1
    assert "--mail-credentials" in done.output
    assert cloud.deploy(*FIRST).exit_code == 0
    assert cloud.deploy("--run").exit_code == 0, "once is enough"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "this is no JSON file"),
        ("[]", "no OAuth credentials"),
        ('{"client_id": "c"}', "client_secret, refresh_token"),
    ],
)
def test_deploy__a_file_that_is_no_consent_is_refused_unread(cloud: Cloud, text: str, told: str) -> None:
    Path("mail-credentials.json").write_text(text, "utf-8")
    done = cloud.deploy(*FIRST)
    assert done.exit_code == 1
    assert told in done.stderr
    assert cloud.calls == []


# --- what has to be there before


def test_ready__no_gcloud(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "gcloud is not installed" in cloud.deploy("--run").stderr


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("logged_in", [], "gcloud auth login"),
        ("project", "other-project-1", "gcloud projects create acme-payments-1"),
        ("lifecycle", "DELETE_REQUESTED", "DELETE_REQUESTED, not ACTIVE"),
        ("billing", False, "billing projects link acme-payments-1"),
    ],
)
def test_ready__what_is_in_the_way_is_said_before_anything_is_done(
    cloud: Cloud, path: str, value: object, told: str
) -> None:
    cloud.change(path, value)
    done = cloud.deploy(*FIRST)
    assert done.exit_code == 1
    assert told in done.stderr
    assert cloud.changing_calls() == []


def test_ready__who_may_not_see_the_billing_may_deploy_all_the_same(cloud: Cloud) -> None:
    cloud.fails("billing projects describe", "PERMISSION_DENIED")
    assert cloud.deploy(*FIRST).exit_code == 0


def test_deploy__every_missing_setting_is_told_at_once(cloud: Cloud) -> None:
    Path("sheetflow.env").write_text("SHEETFLOW_PROJECT=acme-payments-1\n", "utf-8")
    done = cloud.deploy()
    assert done.exit_code == 1
    names = ("SPREADSHEET", "SENDER", "AUDIENCE", "TRIGGER_ACCOUNT")
    assert all(f"SHEETFLOW_{name} is not set" in done.stderr for name in names)


def test_deploy__run_and_check_exclude_each_other(cloud: Cloud) -> None:
    assert cloud.deploy("--run", "--check").exit_code == 2


# --- the accounts alone, before there is a spreadsheet


def test_deploy__accounts_need_the_project_alone(cloud: Cloud) -> None:
    Path("sheetflow.env").write_text("SHEETFLOW_PROJECT=acme-payments-1\n", "utf-8")
    done = cloud.deploy("--accounts", "--run")
    assert done.exit_code == 0, done.output
    assert len(cloud.state["accounts"]) == 3
    assert cloud.state["secrets"] == cloud.state["functions"] == {}
    Path("sheetflow.env").write_text(SETTINGS, "utf-8")
    rest = cloud.deploy(*FIRST)
    assert f"Deployed: {STEPS - 5} of {STEPS} steps had something to do." in rest.output


def test_deploy__an_account_of_somebody_elses_is_used_and_not_made(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "payments@acme-payments-1.iam.gserviceaccount.com"
    monkeypatch.setenv("SHEETFLOW_SERVICE_ACCOUNT", other)
    cloud.change(f"accounts|{other}", {"displayName": "ours"})
    assert cloud.deploy(*FIRST).exit_code == 0
    assert ROBOT not in cloud.state["accounts"]
    assert cloud.state["functions"]["sheetflow-on-edit"]["serviceConfig"]["serviceAccountEmail"] == other


# --- the script


def test_script__is_printed_and_nothing_is_done(cloud: Cloud) -> None:
    done = cloud.deploy()
    assert done.exit_code == 0
    assert cloud.calls == []
    assert not (cloud.work / "sheetflow-functions").exists()
    assert all(
        line.startswith("#") for line in done.stdout.split("\n\n")[1:] for line in line.splitlines()[:1]
    )


def test_script__run_by_a_shell_does_what_run_does_and_nothing_twice(on_path: Cloud) -> None:
    text = on_path.deploy().stdout
    for _ in range(2):
        done = subprocess.run(
            ["sh"], input=text, cwd=on_path.work, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    values = {name: each["versions"] for name, each in on_path.state["secrets"].items()}
    assert all(len(versions) == 1 for versions in values.values())
    assert len(values["sheetflow-inbox-key"][0]) == len(values["sheetflow-link-key"][0]) == 64
    looked = on_path.deploy("--check", "--json")
    assert [each for each in json.loads(looked.stdout)["steps"] if each["state"] != "right"] == []


def test_script__stops_where_a_look_fails(on_path: Cloud) -> None:
    text = on_path.deploy().stdout
    on_path.fails("secrets versions list sheetflow-inbox-key", "PERMISSION_DENIED")
    done = subprocess.run(["sh"], input=text, cwd=on_path.work, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert on_path.state["secrets"]["sheetflow-inbox-key"]["versions"] == []


def test_script__a_value_with_a_comma_or_a_dollar_arrives_whole(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = "\"Payments, $HOME 'Ltd'\" <payments@firm.example>"
    monkeypatch.setenv("SHEETFLOW_SENDER", sender)
    command = next(part for part in cloud.deploy().stdout.split("\n\n") if "functions deploy" in part)
    _, words, flags = parse(shlex.split(command.replace("\\\n", ""), comments=True)[1:])
    assert words == ["sheetflow-on-edit"]
    assert pairs(flags["set-env-vars"])["SHEETFLOW_SENDER"] == sender


def test_script__every_command_is_one_that_gcloud_knows(cloud: Cloud) -> None:
    for step in json.loads(cloud.deploy("--json").stdout)["steps"]:
        parse([*step["command"][1:], "--project=acme-payments-1", "--quiet"])


def test_deploy__json_lists_the_commands(cloud: Cloud) -> None:
    found = json.loads(cloud.deploy("--json").stdout)
    assert len(found["steps"]) == STEPS
    assert all(each["command"][0] == "gcloud" and each["why"] for each in found["steps"])


def test_deploy__json_of_a_run_is_one_object(cloud: Cloud) -> None:
    done = cloud.deploy(*FIRST, "--json")
    found = json.loads(done.stdout)
    assert found["ok"] is True
    assert {each["state"] for each in found["steps"]} <= {"made", "mended", "right"}


# --- what is uploaded


ENVIRONMENT = {
    "SHEETFLOW_SPREADSHEET": "x", "SHEETFLOW_LANGUAGE": "ru", "SHEETFLOW_ACCESS_TOKEN": "local:a@a.example",
    "SHEETFLOW_INBOX_KEY": "k" * 32, "SHEETFLOW_LINK_KEY": "k" * 32, "SHEETFLOW_AUDIENCE": "us",
    "SHEETFLOW_TRIGGER_ACCOUNT": "trigger@firm.example", "SHEETFLOW_MAIL_TOKEN": "local:a@firm.example",
}  # fmt: skip


def test_stage__functions_framework_serves_from_that_very_folder(cloud: Cloud) -> None:
    assert cloud.deploy("--stage", "out").exit_code == 0
    port = free_port()
    command = [sys.executable, "-m", "functions_framework", "--target", "on_edit", "--source", "main.py"]
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)], cwd=cloud.work / "out", env=ENVIRONMENT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as served:  # fmt: skip
        try:
            answer = first_answer(served, f"http://127.0.0.1:{port}/")
        finally:
            served.kill()
    assert (answer.status_code, answer.json()) == (401, {"error": "a valid token is needed"})


def first_answer(served: subprocess.Popen[bytes], url: str) -> requests.Response:
    while served.poll() is None:
        try:
            return requests.post(url, json={"spreadsheet": "x"}, timeout=30)
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("it did not start")


def test_stage__the_page_finds_its_templates_there(cloud: Cloud) -> None:
    cloud.deploy("--stage", "out")
    code = (
        "import sys; sys.path.insert(0, ''); import functions_framework, json; "
        "client = functions_framework.create_app('request_page', 'main.py').test_client(); "
        "answer = client.get('/?t=nonsense'); import sheetflow; "
        "print(json.dumps([answer.status_code, answer.get_data(as_text=True), sheetflow.__file__]))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=cloud.work / "out", env=ENVIRONMENT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    status, text, file = json.loads(done.stdout.splitlines()[-1])
    assert status < 500
    assert "ссылк" in text.lower()
    assert file == str(cloud.work / "out" / "sheetflow" / "__init__.py")


def test_stage__has_what_is_needed_and_nothing_that_is_not(cloud: Cloud) -> None:
    cloud.deploy("--stage", "out")
    files = {path.relative_to("out").as_posix() for path in Path("out").rglob("*") if path.is_file()}
    assert {"main.py", "requirements.txt", "sheetflow/_bundled/sheet_templates/payments.toml"} <= files
    assert not [
        name
        for name in files
        if name.startswith(("sheetflow/cli", "sheetflow/emulator", "sheetflow/workspace"))
    ]
    assert not [name for name in files if "__pycache__" in name or name.endswith(".env")]
    assert "--hash=sha256:" in Path("out/requirements.txt").read_text("utf-8")


def test_stage__a_folder_of_somebody_elses_is_left_alone(cloud: Cloud) -> None:
    Path("out").mkdir()
    Path("out/thesis.txt").write_text("mine", "utf-8")
    done = cloud.deploy("--stage", "out")
    assert done.exit_code == 1
    assert "was not written by sheetflow" in done.stderr
    assert Path("out/thesis.txt").read_text("utf-8") == "mine"


def test_stage__again_leaves_nothing_of_before(tmp_path: Path) -> None:
    staging.stage(tmp_path / "out")
    (tmp_path / "out" / "sheetflow" / "gone.py").write_text("", "utf-8")
    staging.stage(tmp_path / "out")
    assert {
        path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*") if path.is_file()
    } == set(staging.contents())


def test_digest__follows_names_and_contents(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1", "utf-8")
    second.write_text("2", "utf-8")
    x, y = Path("x"), Path("y")
    folders = ({x: first}, {x: second}, {y: first}, {x: first, y: second})
    found = {staging.digest_of(each) for each in folders}
    assert len(found) == 4
    assert staging.digest_of({x: first}) in found


def test_declared__names_follow_the_prefix(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEETFLOW_PREFIX", "second")
    found = declared(settings())
    names = [*(each.name for each in found.functions), found.queue.name, found.job.name]
    assert all(name.startswith("second-") for name in names)
    assert all(len(each.id) <= 30 for each in found.accounts.values())

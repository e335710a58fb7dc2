"""What has to be in the Google Cloud project, as plain values: the one declaration of the deployment.

The gcloud commands (`steps`) are made from it, and the Terraform module is held equal to it by a test. Only
the account that builds gets roles on the project; all other roles are on the one thing that they are for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sheetflow.cli.settings import SECRETS, WEBHOOK, Settings, variable
from sheetflow.settings import VARIABLES

RUNTIME = "python312"
CPU = "1"
"""More than one request at a time needs a whole CPU (Google's reference)."""

APIS = (
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudscheduler.googleapis.com",
    "cloudtasks.googleapis.com",
    "drive.googleapis.com",
    "forms.googleapis.com",
    "gmail.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "sheets.googleapis.com",
)
TASKS_APIS = ("iamcredentials.googleapis.com", "tasks.googleapis.com")
"""Besides, where people have tasks: the functions act as them, by tokens that IAM signs."""
BUILD_ROLES = ("roles/artifactregistry.writer", "roles/logging.logWriter", "roles/storage.objectViewer")
"""What Google's reference asks for an account that builds: put images, write logs, read the source."""
INVOKER = "roles/run.invoker"
SIGNER = "roles/iam.serviceAccountTokenCreator"
BROUGHT = ("mail_credentials", WEBHOOK)
"""Secrets that nobody can make up."""
EVERYBODY = "allUsers"
NOT_DEPLOYED = (
    *SECRETS,
    WEBHOOK,
    "certs_url",
    "api_root",
    "access_token",
    "mail_token",
    "templates",
    "person_tokens",
)
"""Settings that no deployed function gets as a plain variable: secrets, and what is for a local workspace."""


@dataclass(frozen=True, slots=True)
class Account:
    """A service account. `ours`: made here; another's is only used."""

    key: str
    address: str
    title: str
    ours: bool = True

    @property
    def member(self) -> str:
        """As IAM names it."""
        return f"serviceAccount:{self.address}"

    @property
    def id(self) -> str:
        """The part of the address that is given when it is made."""
        return self.address.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret. `random`: its first value is made up; otherwise it has to be brought."""

    setting: str
    name: str
    random: bool


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the second generation. `timeout`: seconds; `audiences`: whom callers' tokens are for."""

    entry_point: str
    name: str
    url: str
    timeout: int
    min_instances: int
    public: bool = False
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on one thing. `kind`: "project", "secret", "function", "queue" or "account"."""

    kind: str
    name: str
    role: str
    member: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue that hands out one task at a time. Times in seconds."""

    name: str
    max_concurrent: int = 1
    max_per_second: int = 1
    max_attempts: int = 10
    min_backoff: int = 5
    max_backoff: int = 300


@dataclass(frozen=True, slots=True)
class Job:
    """A job of Cloud Scheduler. It never runs twice at once. Times in seconds."""

    name: str
    schedule: str
    url: str
    account: str
    audience: str
    deadline: int = 300
    retries: int = 1
    time_zone: str = "Etc/UTC"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What the project's `_Default` sink, and so its log, leaves out; `filter` in Google's query language."""

    name: str
    title: str
    filter: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything. `environment`: the functions' plain variables."""

    project: str
    region: str
    apis: tuple[str, ...]
    accounts: Mapping[str, Account]
    secrets: tuple[Secret, ...]
    queue: Queue
    functions: tuple[Function, ...]
    job: Job
    grants: tuple[Grant, ...]
    unlogged: Exclusion
    environment: Mapping[str, str]
    memory: str
    concurrency: int
    max_instances: int

    @property
    def secret_variables(self) -> Mapping[str, str]:
        """Variable -> the secret's name."""
        return {variable(secret.setting): secret.name for secret in self.secrets}


def declared(settings: Settings) -> Deployment:
    """The deployment that the settings ask for."""
    accounts = _accounts(settings)
    audiences = tuple(part.strip() for part in settings.audience.split(",") if part.strip())
    functions = _functions(settings, audiences)
    secrets = tuple(
        Secret(name, f"{settings.prefix}-{name.replace('_', '-')}", random=name not in BROUGHT)
        for name in (*SECRETS, *((WEBHOOK,) if settings.chat else ()))
    )
    scheduled = next(each for each in functions if each.entry_point == "on_schedule")
    return Deployment(
        project=settings.project,
        region=settings.region,
        apis=tuple(sorted((*APIS, *TASKS_APIS))) if settings.tasks else APIS,
        accounts=accounts,
        secrets=secrets,
        queue=Queue(f"{settings.prefix}-again"),
        functions=functions,
        job=Job(
            f"{settings.prefix}-pass", settings.schedule, scheduled.url, accounts["scheduler"].address,
            audiences[0] if audiences else "",
        ),
        grants=_grants(settings, accounts, secrets, functions),
        unlogged=_unlogged(settings, functions),
        environment=_environment(settings, functions),
        memory=settings.memory,
        concurrency=settings.concurrency,
        max_instances=settings.max_instances,
    )  # fmt: skip


def _accounts(settings: Settings) -> Mapping[str, Account]:
    own = f"@{settings.project}.iam.gserviceaccount.com"
    build = f"{settings.prefix}-build{own}"
    return {
        "functions": Account(
            "functions", settings.functions_address, "sheetflow: runs the functions",
            ours=not settings.service_account,
        ),
        "scheduler": Account(
            "scheduler", settings.scheduler_address, "sheetflow: calls the scheduled pass",
            ours=not settings.scheduler_account,
        ),
        "build": Account("build", build, "sheetflow: builds the functions"),
    }  # fmt: skip


def _functions(settings: Settings, audiences: tuple[str, ...]) -> tuple[Function, ...]:
    def one(entry_point: str, timeout: int, min_instances: int = 0, *, public: bool = False) -> Function:
        name = f"{settings.prefix}-{entry_point.replace('_', '-')}"
        # This address is known before the function is there: a deployment needs no second round for it.
        url = f"https://{settings.region}-{settings.project}.cloudfunctions.net/{name}"
        return Function(entry_point, name, url, timeout, min_instances, public, () if public else audiences)

    warm = settings.min_instances
    return (
        one("on_edit", 120, warm),
        one("on_form_submit", 300),
        one("on_schedule", 300),
        one("request_page", 60, warm, public=True),
    )


def _grants(
    settings: Settings,
    accounts: Mapping[str, Account],
    secrets: tuple[Secret, ...],
    functions: tuple[Function, ...],
) -> tuple[Grant, ...]:
    robot, scheduler = accounts["functions"].member, accounts["scheduler"].member
    trigger = f"user:{settings.trigger_account}"
    callers = {"on_edit": trigger, "on_form_submit": trigger, "on_schedule": scheduler}
    names = {each.entry_point: each.name for each in functions}
    return (
        *(Grant("project", settings.project, role, accounts["build"].member) for role in BUILD_ROLES),
        *(Grant("secret", each.name, "roles/secretmanager.secretAccessor", robot) for each in secrets),
        Grant("queue", f"{settings.prefix}-again", "roles/cloudtasks.enqueuer", robot),
        # A task bears a token of the scheduler's account: whoever asks for one must be allowed to act as it.
        Grant("account", accounts["scheduler"].address, "roles/iam.serviceAccountUser", robot),
        # A token that acts as a person is signed by IAM, for the account itself has no key.
        *((Grant("account", accounts["functions"].address, SIGNER, robot),) if settings.tasks else ()),
        *(Grant("function", names[key], INVOKER, member) for key, member in callers.items()),
        Grant("function", names["request_page"], INVOKER, EVERYBODY),
    )


def _unlogged(settings: Settings, functions: tuple[Function, ...]) -> Exclusion:
    """Cloud Run logs each request with its address, and the page's addresses bear what lets people in."""
    page = next(each for each in functions if each.public)
    return Exclusion(
        f"{page.name}-addresses",
        "sheetflow: addresses of the request page bear the tokens of its links",
        'resource.type="cloud_run_revision"'
        f' AND resource.labels.service_name="{page.name}"'
        f' AND resource.labels.location="{settings.region}"'
        f' AND logName="projects/{settings.project}/logs/run.googleapis.com%2Frequests"',
    )


def _environment(settings: Settings, functions: tuple[Function, ...]) -> Mapping[str, str]:
    urls = {each.entry_point: each.url for each in functions}
    own = {
        "page_url": settings.page_url or urls["request_page"],
        "scheduler_account": settings.scheduler_address,
        "queue": f"projects/{settings.project}/locations/{settings.region}/queues/{settings.prefix}-again",
        "schedule_url": urls["on_schedule"],
    }
    found = {
        variable(name): own.get(name) or str(getattr(settings, name))
        for name in VARIABLES
        if name not in NOT_DEPLOYED
    }
    # One thread for each request that an instance is given; functions-framework's own choice is 4.
    return {name: value for name, value in found.items() if value} | {"THREADS": str(settings.concurrency)}

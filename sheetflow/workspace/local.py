"""The workspace itself: emulator, registry, trigger, functions, schedule and clock, in one folder.

What a company sets up in the cloud once is set up here on the first start; later starts find it again.
Everything of the product goes over HTTP, through the same clients as to Google.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from sheetflow import runtime
from sheetflow.adapters import http
from sheetflow.adapters.clock import SystemClock, SystemNonces
from sheetflow.adapters.sheet_schema import SheetSchema
from sheetflow.app import trigger
from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator
from sheetflow.errors import ConfigError
from sheetflow.workspace import cast, routes
from sheetflow.workspace.form import RequestForm
from sheetflow.workspace.founding import found, remember
from sheetflow.workspace.functions import NAMES, Functions, free_port, source
from sheetflow.workspace.web import pages, previews
from sheetflow.workspace.web.passes import Passes
from sheetflow.workspace.web.stream import Stream

TRIGGER = "sheetflow trigger"
EVERY = timedelta(minutes=1)
"""How often the schedule calls `on_schedule`, by the workspace's clock."""


@dataclass(slots=True)
class Settled:
    """What the first start decided, kept in the folder (it holds this workspace's secrets: mode 0600)."""

    language: str
    spreadsheet: str
    inbox_key: str
    link_key: str
    client_id: str
    sheets: dict[str, int]
    form: str = ""
    folders: dict[str, str] = field(default_factory=dict)


class LocalWorkspace:
    """One workspace. Use it as a context manager; `url` is where everything is.

    Args:
        folder: keeps the state: a restart loses nothing.
        port: 0 takes a free one.
        language: of a new registry; an old one keeps its own.
        scheduled: whether the schedule runs by itself; `run_schedule` runs it in any case.
        functions: whether the function processes are started.
        settings: of a new registry, where they are to differ from the template's.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        language: str = "en",
        scheduled: bool = True,
        functions: bool = True,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.language, self.scheduled = folder, language, scheduled
        self._settings = settings
        self._lock = _lock(folder)
        self.emulator = Emulator(folder)
        self._wanted = functions
        self._stop, self.ready = threading.Event(), threading.Event()
        self._last_run: datetime | None = None
        self._running = threading.Lock()
        logs = [folder / f"functions-{name}.log" for name in NAMES]
        self.passes = Passes(self.emulator, logs, (cast.SERVICE_ACCOUNT, cast.OWNER))
        self.stream = Stream(self.emulator.events)
        own = [routes.blueprint(self), pages.blueprint(self), previews.blueprint(self)]
        app = create_app(self.emulator, blueprints=own)
        self.server = serve(app, port or free_port())
        self.url = self.server.url
        owner = runtime.credentials(f"local:{cast.OWNER}")
        self._sheets = SheetSchema(http.client(owner, self.url, SystemClock(), SystemNonces()))
        self.settled = self._settle()
        self.language = self.settled.language
        self.form = RequestForm(self.emulator, self.url, self.language, self._sheets)
        self.functions = Functions(self._environment(), folder / "functions.log")
        self.functions.environment["SHEETFLOW_PAGE_URL"] = self.functions.urls["request_page"]
        remember(folder, self.functions.environment)

    def __enter__(self) -> LocalWorkspace:
        self._install_trigger()
        if self._wanted:
            self.functions.start()
            self.passes.start()
        if self.scheduled:
            threading.Thread(target=self._keep_schedule, daemon=True).start()
        self.ready.set()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything. Nothing is lost, here or by a kill."""
        self._stop.set()
        self.passes.stop()
        self.stream.close()
        self.functions.stop()
        self.server.shutdown()
        self.emulator.close()
        self._lock.close()

    def describe(self) -> dict[str, Any]:
        """What `GET /workspace` answers."""
        spreadsheet = self.settled.spreadsheet
        return {
            "spreadsheet": {
                "id": spreadsheet,
                "url": f"{self.url}/v4/spreadsheets/{spreadsheet}",
                "sheets": self.settled.sheets,
            },
            "form": self.form.described(self.settled.form),
            "folders": {
                key: {"id": folder, "url": f"https://drive.google.com/drive/folders/{folder}"}
                for key, folder in self.settled.folders.items()
            },
            "people": [
                {"email": person["email"], "name": person["name"], "roles": person["roles"]}
                for person in cast.people(self.language)
            ],
            "functions": self.functions.urls,
            "service_account": cast.SERVICE_ACCOUNT,
            "owner": cast.OWNER,
            "space": dict(zip(("id", "title"), self.emulator.chat.spaces()[0], strict=True)),
            "locale": self.language,
            "now": self.emulator.clock.now().isoformat(),
        }

    @property
    def time_zone(self) -> str:
        """The spreadsheet's: what its dates and times are read in."""
        book = self.emulator.sheets.open(self.settled.spreadsheet, cast.OWNER).book
        return str(book.properties["timeZone"])

    def runtime(self) -> runtime.Runtime:
        """The product wired to this workspace, as a function would be."""
        return runtime.from_environment(self.functions.environment)

    def run_schedule(self) -> dict[str, Any]:
        """Call `on_schedule` as Cloud Scheduler does; gives its answer."""
        with self._running:
            self._last_run = self.emulator.clock.now()
            return self.call("on_schedule", cast.SCHEDULER, {"spreadsheet": self.settled.spreadsheet})

    def call(self, function: str, account: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to a function with an identity token of `account`; {"status", "body"}."""
        token = self.emulator.identity.id_token(account, self.settled.client_id)
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.functions.urls[function],
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
                return {"status": answer.status, "body": _parsed(answer.read())}
        except urllib.error.HTTPError as error:
            return {"status": error.code, "body": _parsed(error.read())}
        except OSError as error:
            return {"status": 0, "body": str(error)}

    # --- the first start

    def _settle(self) -> Settled:
        if self._kept.exists():
            return Settled(**json.loads(self._kept.read_text("utf-8")))
        made = found(self.folder, self.url, self.language, self._settings)
        settled = Settled(
            made.language, made.spreadsheet, secrets.token_hex(32), secrets.token_hex(32),
            f"{secrets.randbelow(10**12):012d}-local.apps.googleusercontent.com", dict(made.sheets),
            made.form, dict(made.folders),
        )  # fmt: skip
        self._keep(settled)
        return settled

    @property
    def _kept(self) -> Path:
        return self.folder / "workspace.json"

    def _keep(self, settled: Settled) -> None:
        self._kept.touch(mode=0o600)
        self._kept.write_text(json.dumps(asdict(settled), indent=1), "utf-8")

    def _environment(self) -> dict[str, str]:
        settled = self.settled
        return {
            "SHEETFLOW_SPREADSHEET": settled.spreadsheet,
            "SHEETFLOW_LANGUAGE": settled.language,
            "SHEETFLOW_INBOX_KEY": settled.inbox_key,
            "SHEETFLOW_LINK_KEY": settled.link_key,
            "SHEETFLOW_FORM": settled.form,
            "SHEETFLOW_FOLDER": settled.folders["root"],
            "SHEETFLOW_SENDER": cast.OWNER,
            "SHEETFLOW_AUDIENCE": settled.client_id,
            "SHEETFLOW_TRIGGER_ACCOUNT": cast.OWNER,
            "SHEETFLOW_SCHEDULER_ACCOUNT": cast.SCHEDULER,
            "SHEETFLOW_CERTS_URL": f"{self.url}/oauth2/v1/certs",
            "SHEETFLOW_API_ROOT": self.url,
            "SHEETFLOW_ACCESS_TOKEN": f"local:{cast.SERVICE_ACCOUNT}",
            "SHEETFLOW_MAIL_TOKEN": f"local:{cast.OWNER}",
            "SHEETFLOW_PERSON_TOKENS": "local:",
            "SHEETFLOW_CHAT_WEBHOOK": self.url + self.emulator.chat.webhook(cast.SPACE),
        }

    def _install_trigger(self) -> None:
        """Deploy the trigger project and run what its owner runs once in the cloud: both triggers."""
        settled, urls = self.settled, self.functions.urls
        properties = trigger.properties(
            settled.spreadsheet, settled.sheets, runtime.load_rulebook_words(runtime.templates_folder()),
            urls["on_edit"], form=settled.form, form_endpoint=urls["on_form_submit"],
            confirmation=self.form.texts["form"]["confirmation"],
        ) | {trigger.SECRET: settled.inbox_key}  # fmt: skip
        folder = source().parent / "trigger"
        script = "\n".join((folder / file).read_text("utf-8") for file in trigger.PROGRAM)
        self.emulator.scripts.deploy(TRIGGER, cast.OWNER, script, properties, settled.client_id)
        self.emulator.scripts.run(TRIGGER, "install")
        self.form.finish(settled.form, settled.spreadsheet, TRIGGER)

    def _keep_schedule(self) -> None:
        while not self._stop.wait(0.5):
            now = self.emulator.clock.now()
            if self._last_run is None or now - self._last_run >= EVERY:
                self.run_schedule()


def _lock(folder: Path) -> IO[bytes]:
    """Hold the folder: two workspaces in one would write over each other. Freed when the process ends."""
    held = (folder / "lock").open("ab")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.close()
        problem = f"another workspace runs in {folder}; stop it, or name another folder with --data"
        raise ConfigError([problem]) from error
    return held


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")

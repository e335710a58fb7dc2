"""The emulator as an object: what a cloud project is made of, over one folder on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sheetflow.emulator.apps_script.runtime import AppsScript
from sheetflow.emulator.chat import routes as chat_routes
from sheetflow.emulator.chat.service import Chat
from sheetflow.emulator.control import CallLog, Clock, Events, Faults, Switches
from sheetflow.emulator.couriers import Courier
from sheetflow.emulator.drive import Drive, blueprint
from sheetflow.emulator.forms import page as forms_page
from sheetflow.emulator.forms import routes as forms_routes
from sheetflow.emulator.forms.respondent import Respondent
from sheetflow.emulator.forms.service import FormsService
from sheetflow.emulator.forms.uploads import DriveUploads
from sheetflow.emulator.gmail.mailbox import Mailboxes
from sheetflow.emulator.hand import Hand
from sheetflow.emulator.identity import Identity
from sheetflow.emulator.quotas import Quotas
from sheetflow.emulator.sheets.service import SheetsService
from sheetflow.emulator.store import Store
from sheetflow.emulator.tasks import routes as tasks_routes
from sheetflow.emulator.tasks.service import Tasks
from sheetflow.emulator.topics import Topics

if TYPE_CHECKING:
    from flask import Blueprint

STORE_NAME = "workspace.sqlite"


class Emulator:
    """Everything that is emulated, usable in process; `app.create_app` puts HTTP before it.

    Args:
        data_dir: the folder that holds the state; created where it is missing. One process at a time may use
            it.

    Attributes:
        store: the database.
        clock: the workspace's time.
        switches: behaviours that vary.
        quotas: how many calls a minute takes.
        faults: injected failures.
        calls: what was called.
        events: tells listeners of mail and changed cells.
        identity: tokens.
        courier: calls that the emulator makes by itself.
        topics: Pub/Sub topics that watches publish to.
        files: who may open what.
        sheets: spreadsheets.
        drive: folders, files and their content.
        gmail: mailboxes.
        forms: forms and their responses.
        tasks: task lists and tasks.
        chat: spaces that webhooks post to.
        scripts: Apps Script projects.
        hand: edits as people make them.
        respondent: responses as people send them.
    """

    def __init__(self, data_dir: Path) -> None:
        self.store = Store(data_dir / STORE_NAME)
        self.clock = Clock(self.store)
        self.switches = Switches(self.store)
        self.quotas = Quotas(self.clock, self.switches)
        self.faults = Faults()
        self.calls = CallLog()
        self.events = Events()
        self.identity = Identity(self.store, self.clock)
        self.courier = Courier()
        self.topics = Topics(
            self.store,
            self.clock.now,
            self.courier,
            self.identity,
            self._push_pause,
        )
        self.sheets = SheetsService(
            self.store,
            self.clock,
            blocks_sort=lambda: bool(self.switches.get("protected_columns_block_structure")),
            on_change=lambda spreadsheet, by: self.events.publish("cells", spreadsheet=spreadsheet, by=by),
        )
        self.files = self.sheets.files
        self.drive = Drive(self.sheets, self.courier, self._push_pause)
        self._compare_files, self.files.on_change = self.files.on_change, self._files_changed
        self.gmail = Mailboxes(self.store, self.clock, self.switches, self.events, self.topics)
        self.forms = FormsService(
            self.store,
            self.clock,
            self.sheets,
            DriveUploads(lambda: self.drive),
            self.topics,
            evaluates=lambda: bool(self.switches.get("form_answers_evaluate")),
            on_submit=self._submitted,
        )
        self.tasks = Tasks(self.store, self.clock)
        self.chat = Chat(self.store, self.clock)
        self.scripts = AppsScript(self)
        self.hand = Hand(self)
        self.respondent = Respondent(self)

    def _submitted(self, form: str, response: str, by: str) -> None:
        self.events.publish("form", form=form, response=response, by=by)
        self.forms.watches.tell(form, "RESPONSES")

    def _files_changed(self) -> None:
        if self._compare_files is not None:
            self._compare_files()
        self.events.publish("drive")

    def _push_pause(self) -> float:
        return float(self.switches.get("push_retry_seconds"))

    def service_blueprints(self) -> list[Blueprint]:
        """The routes of the services besides Gmail and identity."""
        return [
            self.sheets.routes(),
            blueprint(self.drive),
            forms_routes.blueprint(self.forms),
            forms_page.blueprint(self),
            tasks_routes.blueprint(self.tasks),
            chat_routes.blueprint(self.chat),
        ]

    def close(self) -> None:
        """Let running triggers end, and close the database. What was answered is on disk without it."""
        self.hand.settle()
        self.courier.close()
        self.store.close()

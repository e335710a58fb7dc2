"""The composition root: from settings in the environment to wired use cases.

Settings come from the environment alone (secrets too: Cloud Functions mounts them from Secret Manager).
With SHEETFLOW_API_ROOT everything talks to a local workspace instead of Google, through the same clients.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from google.auth.credentials import Credentials

from sheetflow.adapters import http
from sheetflow.adapters.anchor import DriveAnchors
from sheetflow.adapters.chat import ChatWebhook
from sheetflow.adapters.clock import SystemClock, SystemNonces
from sheetflow.adapters.credentials import DRIVE_SCOPES as DRIVE_SCOPES
from sheetflow.adapters.credentials import FORM_SCOPES as FORM_SCOPES
from sheetflow.adapters.credentials import SCOPES as SCOPES
from sheetflow.adapters.credentials import TASKS_SCOPES, mailbox_credentials, person_credentials
from sheetflow.adapters.credentials import credentials as credentials
from sheetflow.adapters.drive import DriveFiles
from sheetflow.adapters.forms import GoogleForms
from sheetflow.adapters.gmail import GmailMail
from sheetflow.adapters.identity import Verifier
from sheetflow.adapters.later import ROOT as LATER_ROOT
from sheetflow.adapters.later import SCOPE as LATER_SCOPE
from sheetflow.adapters.later import Later
from sheetflow.adapters.mailroom import GmailMailroom
from sheetflow.adapters.permissions import DrivePermissions
from sheetflow.adapters.sheets import Sheets
from sheetflow.adapters.tasks import GoogleTasks
from sheetflow.adapters.uploads import DriveUploads
from sheetflow.app import letters
from sheetflow.app.anchoring import Anchors
from sheetflow.app.channels import Channels
from sheetflow.app.form import load_form_texts, questionnaire
from sheetflow.app.links import Links
from sheetflow.app.mail_templates import MailTemplates
from sheetflow.app.outbox import Deliverer
from sheetflow.app.papers import papers_for
from sheetflow.app.process import Process
from sheetflow.app.writing import Writer
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.model.snapshot import Letter
from sheetflow.settings import Config, config_from
from sheetflow.templates.words import load_words

if TYPE_CHECKING:
    from datetime import datetime

    from sheetflow.adapters.backups import DriveBackups
    from sheetflow.app.backup import Backup
    from sheetflow.app.bank_files import BankFiles
    from sheetflow.app.incoming import Incoming
    from sheetflow.core.migration.archive import Everything


def templates_folder(configured: str = "") -> Path:
    """Where the templates are: as configured, bundled with the wheel, or beside the package in a checkout."""
    if configured:
        return Path(configured)
    package = Path(__file__).parent
    bundled = package / "_bundled" / "sheet_templates"
    return bundled if bundled.is_dir() else package.parent / "sheet_templates"


def load_rulebook_words(folder: Path) -> dict[str, Words]:
    """Both languages, as the core uses them."""
    return {
        language: Words(language, parts["labels"], parts["sentences"])
        for language, parts in load_words(folder).items()
    }


class Runtime:
    """Everything wired for one spreadsheet. Parts are made when they are first needed."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock, self.nonces = SystemClock(), SystemNonces()
        self._threads = threading.local()

    @cached_property
    def folder(self) -> Path:
        """The templates."""
        return templates_folder(self.config.templates)

    @cached_property
    def words(self) -> dict[str, Words]:
        """Labels and sentences."""
        return load_rulebook_words(self.folder)

    @cached_property
    def mail_templates(self) -> MailTemplates:
        """The mails, compiled when the first is sent."""
        return MailTemplates(self.folder)

    @cached_property
    def book(self) -> Rulebook:
        """What a pass decides by."""
        config = self.config
        return Rulebook(
            config.language, self.words, config.spreadsheet, config.inbox_key.encode(), config.page_url
        )

    @cached_property
    def credentials(self) -> Credentials:
        """Who we are towards Google, or towards a local workspace."""
        config = self.config
        more = [*(FORM_SCOPES if config.form else ()), *DRIVE_SCOPES]
        return credentials(config.access_token, more)

    @cached_property
    def links(self) -> Links:
        """Signed links to the request page."""
        return Links(self.config.link_key.encode(), self.config.page_url)

    @cached_property
    def verifier(self) -> Verifier:
        """Who may call the functions."""
        config = self.config
        return Verifier(
            config.audience,
            {
                "on_edit": config.trigger_account,
                "on_form_submit": config.trigger_account,
                "on_schedule": config.scheduler_account,
            },
            config.certs_url or None,
        )

    def sheet(self) -> Sheets:
        """The spreadsheet. One a thread: its HTTP session keeps its connection and is not shared."""
        found: Sheets | None = getattr(self._threads, "sheet", None)
        if found is None:
            config, book = self.config, self.book
            gspread = http.client(self.credentials, config.api_root or None, self.clock, self.nonces)
            found = Sheets(gspread, config.spreadsheet, book.own.labels["tabs"], book.headers, self.clock)
            self._threads.sheet = found
        return found

    def mail(self) -> GmailMail:
        """The mailbox."""
        return GmailMail(self._mailbox(), self.config.api_root or None)

    def mailroom(self) -> GmailMailroom:
        """The same mailbox, for what arrives in it."""
        return GmailMailroom(self._mailbox(), self.config.api_root or None, self.config.spreadsheet)

    def _mailbox(self) -> Credentials:
        config = self.config
        if config.mail_token:
            return credentials(config.mail_token)
        return mailbox_credentials(self.credentials, config.mail_credentials, config.sender)

    def forms(self) -> GoogleForms | None:
        """The form, None where there is none. One a thread, as the spreadsheet is."""
        config = self.config
        if not config.form:
            return None
        found: GoogleForms | None = getattr(self._threads, "forms", None)
        if found is None:
            asked = questionnaire(self.words, load_form_texts(self.folder))
            found = GoogleForms(
                self.credentials, config.api_root or None, config.form, asked, self.clock, self.nonces
            )
            self._threads.forms = found
        return found

    def files(self) -> DriveFiles | None:
        """The company's folder, None where there is none. One a thread, as the spreadsheet is."""
        config = self.config
        if not config.folder:
            return None
        found: DriveFiles | None = getattr(self._threads, "files", None)
        if found is None:
            title = self.book.own.label("folders", "payments")
            found = DriveFiles(
                self.credentials, config.api_root or None, config.folder, title, self.clock, self.nonces
            )
            self._threads.files = found
        return found

    def uploads(self) -> DriveUploads | None:
        """The way into the bank's folders, None where there is no folder."""
        config = self.config
        if not config.folder:
            return None
        place = (config.api_root or None, config.folder, self.book.own.labels["folders"])
        return DriveUploads(self.credentials, self.storer, *place, self.clock, self.nonces)

    def incoming(self) -> Incoming | None:
        """The statements that accountants drop, None where there is no folder. One a thread."""
        from sheetflow.adapters.incoming import DriveIncoming
        from sheetflow.app.bank import BankDesk
        from sheetflow.app.incoming import Incoming

        config = self.config
        if not config.folder:
            return None
        folder: DriveIncoming | None = getattr(self._threads, "incoming", None)
        if folder is None:
            folder = DriveIncoming(
                self.credentials, config.api_root or None, config.folder, self.book.own.labels["folders"],
                self.clock, self.nonces,
            )  # fmt: skip
            self._threads.incoming = folder
        anchors, sheet = self.anchors(), self.sheet()
        desk = BankDesk(sheet, self.book, self.clock, self.nonces)
        return Incoming(desk, folder, lambda: anchors.guard(sheet))

    def bank_files(self) -> BankFiles:
        """Bank files by the page and by the schedule."""
        from sheetflow.app.bank import BankDesk
        from sheetflow.app.bank_files import BankFiles

        anchors, sheet = self.anchors(), self.sheet()
        desk = BankDesk(sheet, self.book, self.clock, self.nonces)
        return BankFiles(desk, self.uploads(), self.config.folder, lambda: anchors.guard(sheet))

    def backups(self) -> DriveBackups | None:
        """Where backups are kept, None where there is no folder."""
        from sheetflow.adapters.backups import DriveBackups

        uploads = self.uploads()
        title = self.book.own.label("folders", "backup")
        return DriveBackups(uploads, self.config.spreadsheet, title) if uploads else None

    def backup(self) -> Backup | None:
        """The daily backup, None where there is no folder."""
        from sheetflow.adapters.backups import pack
        from sheetflow.app.backup import Backup

        config, keys, port = self.config, self.book.headers, self.backups()
        if port is None:
            return None

        def packed(everything: Everything, at: datetime) -> bytes:
            return pack(everything, config.language, config.spreadsheet, keys, at)

        return Backup(self.sheet(), port, packed, self.nonces)

    def anchors(self) -> Anchors:
        """What the history had come to, held against the sheet."""
        return Anchors(self.anchor_place())

    def anchor_place(self) -> DriveAnchors:
        """Where that is kept, outside of the sheet. One a thread, as the spreadsheet is."""
        found: DriveAnchors | None = getattr(self._threads, "anchor_place", None)
        if found is None:
            config = self.config
            place = (config.api_root or None, config.spreadsheet)
            found = DriveAnchors(self.credentials, *place, self.clock, self.nonces)
            self._threads.anchor_place = found
        return found

    def storer(self) -> Credentials:
        """An account that has storage: the mailbox's."""
        config = self.config
        if config.mail_token:
            return credentials(config.mail_token)
        return mailbox_credentials(self.credentials, config.mail_credentials, config.sender, DRIVE_SCOPES)

    def permissions(self) -> DrivePermissions:
        """Who may open what. One a thread, as the spreadsheet is."""
        found: DrivePermissions | None = getattr(self._threads, "permissions", None)
        if found is None:
            config = self.config
            accounts = (parseaddr(config.sender)[1], config.trigger_account, config.scheduler_account)
            found = DrivePermissions(
                self.credentials, config.api_root or None, config.spreadsheet, config.folder, accounts,
                self.clock, self.nonces,
            )  # fmt: skip
            self._threads.permissions = found
        return found

    def later(self) -> Later | None:
        """Where a failed pass is handed on to, None where there is no queue."""
        config = self.config
        if not config.queue or not config.schedule_url:
            return None
        audience = config.audience.partition(",")[0].strip()
        return Later(
            credentials(config.access_token, scopes=(LATER_SCOPE,)), config.queue, config.schedule_url,
            config.scheduler_account, audience, self.clock, config.api_root or LATER_ROOT,
        )  # fmt: skip

    def channels(self) -> Channels:
        """The ways besides mail."""
        config = self.config
        links = self.links if config.page_url else None
        webhook = config.chat_webhook
        return Channels(
            self.words, config.language, config.spreadsheet, links, self.tasks(),
            ChatWebhook(webhook, config.api_root) if webhook else None,
        )  # fmt: skip

    def tasks(self) -> GoogleTasks:
        """People's tasks. Nothing is asked of them before the first task is."""
        return GoogleTasks(self._as_person, self.config.api_root or None, self.clock, self.nonces)

    def _as_person(self, person: str) -> Credentials:
        if self.config.person_tokens:
            return credentials(f"{self.config.person_tokens}{person}")
        own = credentials("", scopes=(LATER_SCOPE,))  # IAM signs for an account that has no key
        return person_credentials(own, person, TASKS_SCOPES)

    def process(self) -> Process:
        """The pass."""
        deliverer = Deliverer(
            self.mail(), self.compose, letters.reference_of, self.files(), self.permissions(), papers_for,
            self.channels(),
        )  # fmt: skip
        return Process(
            self.sheet(), deliverer, self.book, self.clock, self.nonces, self.forms(), self.mailroom(),
            self.anchors(),
        )  # fmt: skip

    def compose(self, letter: Letter) -> EmailMessage:
        """The mail of a letter."""
        config = self.config
        writer = Writer(
            self.words, self.mail_templates, config.sender, config.spreadsheet,
            self.links if config.page_url and config.link_key else None,  # the doctor may run without the key
        )  # fmt: skip
        return writer.compose(letter)


def from_environment(environment: Mapping[str, str]) -> Runtime:
    """The runtime of a deployed function. Raises ConfigError."""
    gc.set_threshold(50_000, 20, 50)  # a pass makes many small objects and hardly a cycle: -15 % of its time
    return Runtime(config_from(environment))

"""The founding of a registry: a spreadsheet, its folders and its form, where nothing is yet.

Who owns the spreadsheet decides who can get around its protections, so it is chosen and checked first: a
shared drive, a service user, or whoever made an existing spreadsheet. A service account cannot own files: it
has no storage. Each step looks at what is there and may be done again; what was made is known by its id,
kept at once, or else by the founding's own mark on it. So whatever kills a founding, running it again
completes it, and nothing is made twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sheetflow.app import form as forms
from sheetflow.app.access import enforce
from sheetflow.app.folders import Folders, make_folders, make_inside
from sheetflow.app.ownership import DocumentsPort, Ground, Owner, ground_of, refusal
from sheetflow.app.provision import checked, fill
from sheetflow.core.access import Shared, Wish, wanted
from sheetflow.core.company import Company, read_company
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.core.sharing import item
from sheetflow.ports import AccessPort, FoldersPort, FormSchemaPort, NoncesPort, RegistryPort
from sheetflow.templates.schema import Template
from sheetflow.templates.texts import Texts

ROUNDS = 20
"""Of sharing: sixty steps each."""


@dataclass(frozen=True)
class Answers:
    """What the two tabs begin with. `people`, `settings`: as `app.provision` takes them."""

    people: Sequence[Mapping[str, object]]
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Charter:
    """What is to be founded.

    `answers`: asked for where nothing stands in the spreadsheet yet, before anything is made.
    `service_account`: what the functions act under.
    """

    owner: Owner
    template: Template
    book: Rulebook
    texts: Texts
    service_account: str
    answers: Callable[[], Answers]

    @property
    def words(self) -> Words:
        """In the registry's own language."""
        return self.book.own


@dataclass(frozen=True)
class Ports:
    """All of one account: the spreadsheet's owner, or the service account where nobody or another owns it.

    `access`: asks for the spreadsheet's and the root folder's ids.
    """

    documents: DocumentsPort
    sheets: RegistryPort
    folders: FoldersPort
    forms: FormSchemaPort
    access: Callable[[str, str], AccessPort]
    nonces: NoncesPort


@dataclass(frozen=True)
class Founded:
    """What there is now. `notes`: what the founder should know or has to do, as sentences."""

    language: str
    spreadsheet: str
    folders: Mapping[str, str]
    form: str
    sheets: Mapping[str, int]
    notes: Sequence[str] = ()


class Founding:
    """One founding.

    Args:
        ports: what it is done through.
        charter: what is to be founded.
        kept: settings that there are, an earlier run's too: SHEETFLOW_… by name. A folder and an empty form
            that they name are used.
        keep: keeps settings for good before anything else is done; "" forgets one.
        told: told what is being done, as a few words.
    """

    def __init__(
        self,
        ports: Ports,
        charter: Charter,
        kept: Mapping[str, str],
        keep: Callable[[Mapping[str, str]], None],
        told: Callable[[str], None],
    ) -> None:
        self.ports, self.charter, self.kept, self.told = ports, charter, dict(kept), told
        self._keep_for_good = keep
        self.notes: list[str] = []
        self.ground = Ground("", "")

    def run(self) -> Founded:
        """Found it, or complete what was begun.

        Raises:
            ConfigError: something has to be put right first; what was done stays, and is gone on from.
            PortError: Google is out of reach or refuses; the same.
        """
        charter = self.charter
        self.told("looking who is to own it")
        self.ground = ground_of(charter.owner, self.ports.documents)
        answers = None if self._is_filled() else charter.answers()
        if answers is not None:
            checked(charter.template, charter.words, answers.people, answers.settings)
        mark = self.kept.get("SHEETFLOW_FOUNDING") or self.ports.nonces.nonce()
        self._keep(
            SHEETFLOW_FOUNDING=mark, SHEETFLOW_OWNER=str(charter.owner),
            SHEETFLOW_LANGUAGE=charter.words.language, SHEETFLOW_SERVICE_ACCOUNT=charter.service_account,
        )  # fmt: skip
        spreadsheet = self._spreadsheet(mark)
        if answers is not None:
            self._fill(spreadsheet, answers)
        company = self._company(spreadsheet)
        self._mind_the_owner(company)
        if self._is_another:
            self.ports.sheets.share(spreadsheet, charter.service_account, "writer")
        folders = self._folders(spreadsheet)
        self._share(spreadsheet, folders.root if folders else "", company)
        form = self._form(mark, company.settings.values)
        self._keep(SHEETFLOW_FOUNDING="")
        ids = folders.ids if folders else {}
        return Founded(
            charter.words.language, spreadsheet, ids, form, charter.template.sheets, tuple(self.notes)
        )

    # --- what is there

    def _mind_the_owner(self, company: Company) -> None:
        person = company.people.find(self.ground.owner)
        if person is not None and person.roles:
            roles = ", ".join(sorted(self.charter.words.label("roles", role) for role in person.roles))
            self.notes.append(
                f"{self.ground.owner} owns the spreadsheet and is {roles} on the People tab. Protections "
                "never bind an owner: they could change what the system writes. Better let a shared drive "
                "own it, or a user without a role"
            )

    # --- what is made

    def _is_filled(self) -> bool:
        """Whether the registry stands in the spreadsheet already, made by this founding's earlier run."""
        owner, begun = self.charter.owner, self.kept.get("SHEETFLOW_SPREADSHEET", "")
        spreadsheet = owner.id if owner.kind == "existing" else begun
        if not spreadsheet or self.charter.template.sheets["state"] not in self.ports.sheets.tabs(
            spreadsheet
        ):
            return False
        if spreadsheet != begun:
            raise refusal(
                f"{spreadsheet} is a registry already: set SHEETFLOW_SPREADSHEET to it,",
                "and look at it with `sheetflow plan`",
            )
        return True

    def _spreadsheet(self, mark: str) -> str:
        owner = self.charter.owner
        spreadsheet = owner.id if owner.kind == "existing" else self.kept.get("SHEETFLOW_SPREADSHEET", "")
        if not spreadsheet:
            self.told("making the spreadsheet")
            title = self.charter.template.spreadsheet.title[self.charter.words.language]
            spreadsheet = self.ports.documents.ensure("spreadsheet", title, self.ground.parent, mark)
        self._keep(SHEETFLOW_SPREADSHEET=spreadsheet)
        return spreadsheet

    def _fill(self, spreadsheet: str, answers: Answers) -> None:
        ports, charter = self.ports, self.charter
        if charter.template.sheets["state"] in ports.sheets.tabs(spreadsheet):
            return  # found by its mark, and made by a run that could not keep even its id
        self.told("making its tabs, columns, protections and views")
        fill(
            ports.sheets, spreadsheet, charter.template, charter.words, answers.people, answers.settings,
            owner=self.ground.owner, service_account=charter.service_account, nonce=ports.nonces.nonce(),
        )  # fmt: skip

    def _company(self, spreadsheet: str) -> Company:
        """People and settings as they stand in the spreadsheet now."""
        titles, sheets = self.ports.sheets.tabs(spreadsheet), self.charter.template.sheets
        people, settings = (
            self.ports.sheets.rows(spreadsheet, "'" + titles[sheets[key]].replace("'", "''") + "'")
            for key in ("people", "settings")
        )
        return read_company(people, settings, self.charter.book)

    def _folders(self, spreadsheet: str) -> Folders | None:
        ports, charter = self.ports, self.charter
        root = self.kept.get("SHEETFLOW_FOLDER", "")
        if not root and not self.ground.folders:
            self.notes.append(
                f"No folders were made: {charter.service_account} may put nothing beside the spreadsheet. "
                "Make a folder, share it with that address as an editor, and name it by SHEETFLOW_FOLDER"
            )
            return None
        self.told("making the folders")
        if root:
            folders = make_inside(ports.folders, charter.words, root)
        else:
            account = charter.service_account if self._is_another else ""
            folders = make_folders(
                ports.folders, charter.words, spreadsheet, service_account=account, parent=self.ground.parent
            )
        self._keep(SHEETFLOW_FOLDER=folders.root)
        return folders

    def _share(self, spreadsheet: str, root: str, company: Company) -> None:
        self.told("giving people what their roles need")
        port, wish = self.ports.access(spreadsheet, root), Wish(wanted(company.people))
        shared = Shared("", "", more=True)
        for _ in range(ROUNDS):
            shared = enforce(port, wish)
            self.notes += [
                f"{address} could open it ({place}) and is not on the People tab: that was taken away"
                for place, address, _role in shared.taken
            ]
            if not shared.more:
                break
        for problem in shared.problems:
            told = item(self.charter.words, problem)
            self.notes.append(f"{told['says']} {told['todo']}")

    def _form(self, mark: str, settings: Mapping[str, str]) -> str:
        charter, ports = self.charter, self.ports
        form = self.kept.get("SHEETFLOW_FORM", "")
        if not form and self.ground.documents:
            self.told("making the form")
            form = ports.documents.ensure("form", charter.texts["form"]["title"], self.ground.parent, mark)
        if not form:
            self.notes.append(
                f"No form was made: {charter.service_account} has no storage to keep it in. Make an empty "
                "form, share it with that address as an editor, and name it by SHEETFLOW_FORM"
            )
            return ""
        self._keep(SHEETFLOW_FORM=form)
        forms.fill_form(ports.forms, form, charter.words, charter.texts, settings)
        if self._is_another:
            ports.sheets.share(form, charter.service_account, "writer")
        self.notes += forms.steps(charter.words, charter.texts, form)
        return form

    @property
    def _is_another(self) -> bool:
        """Whether the functions act under another account than this founding."""
        return self.ports.documents.me() != self.charter.service_account.lower()

    def _keep(self, **values: str) -> None:
        changed = {name: value for name, value in values.items() if self.kept.get(name, "") != value}
        if changed:
            self._keep_for_good(changed)
        self.kept |= changed

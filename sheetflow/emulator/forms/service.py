"""The Forms service: forms by id, the methods of the API, and of a form's editor, in process.

`routes` puts the API under Google's paths, `page` shows a form to respondents, `intake` takes what they send.
Who may read or change a form is decided by the role on its file: Forms knows editors only.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files as resource_files
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.files import ROLES
from sheetflow.emulator.forms import batch
from sheetflow.emulator.forms.answers import MAX_FILE_SIZE
from sheetflow.emulator.forms.intake import Intake
from sheetflow.emulator.forms.items import NEWLINES, pruned
from sheetflow.emulator.forms.linking import Linking, Row
from sheetflow.emulator.forms.model import FORM, Form, Forms, Options, new_published_id
from sheetflow.emulator.forms.responses import Response, Responses
from sheetflow.emulator.forms.uploads import question_folder
from sheetflow.emulator.forms.watches import Watches
from sheetflow.emulator.shapes import Shapes
from sheetflow.emulator.wire import Json, Mask, forbidden, invalid, not_found, parse_mask

if TYPE_CHECKING:
    from sheetflow.emulator.files import File
    from sheetflow.emulator.forms.uploads import Uploads
    from sheetflow.emulator.sheets.service import Clock, SheetsService
    from sheetflow.emulator.store import Store
    from sheetflow.emulator.topics import Topics

GOOGLE = "https://docs.google.com/"
UNTITLED = "Untitled form"
TITLE_ONLY = (
    "Only info.title can be set when creating a form. To add items and change settings, use batchUpdate."
)
CONSUMER_DOMAINS = ("gmail.com", "googlemail.com", "gserviceaccount.com")


@functools.cache
def forms_shapes() -> Shapes:
    """The message types of Forms v1."""
    table = resource_files("sheetflow.emulator.forms").joinpath("messages.txt").read_text("utf-8")
    return Shapes(table, "google.apps.forms.v1")


class FormsService:
    """All forms of the workspace.

    Args:
        store: where everything is kept.
        clock: the workspace's time.
        sheets: spreadsheets, for responses tabs; and the files' records.
        uploads: Drive, for uploaded files.
        topics: where watches publish.
        evaluates: the switch `form_answers_evaluate`.
        on_submit: told (form id, response id, who) after each response that was kept.

    Attributes:
        shapes: the message types of the API.
        responses: what was sent.
        watches: of forms.
        linking: the responses tabs.
        intake: takes responses.
        lock: hold it while changing a form or taking a response.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        sheets: SheetsService,
        uploads: Uploads,
        topics: Topics,
        *,
        evaluates: Callable[[], bool] = lambda: False,
        on_submit: Callable[[str, str, str], None] = lambda *_: None,
    ) -> None:
        self.shapes = forms_shapes()
        self.responses = Responses(store)
        self.watches = Watches(store, clock.now, sheets.files, topics)
        self._store = store
        self._files = sheets.files
        self._uploads = uploads
        self._forms = Forms(store)
        self.linking = Linking(sheets, evaluates)
        self.lock = threading.RLock()
        self.intake = Intake(self, clock, uploads, on_submit)

    # The API's methods, by the caller's address.

    def create(self, caller: str, body: Json, *, unpublished: bool = False, root: str = GOOGLE) -> Json:
        """`forms.create`: a form with nothing but titles, which belongs to the caller.

        Raises:
            GoogleError: 400 where more than titles is given.
        """
        wanted = self.shapes.fit("Form", body)
        info = wanted.get("info", {})
        if not set(wanted) <= {"info"} or not set(info) <= {"title", "documentTitle"}:
            raise invalid(TITLE_ONLY)
        if not info.get("title"):
            raise invalid("info.title must be set.")
        if "\n" in info["title"]:
            raise invalid(NEWLINES)
        with self._store.write():
            file = self._files.add(info.get("documentTitle") or UNTITLED, FORM, caller)
            form = replace(_blank(file), title=info["title"], published=not unpublished)
            form = replace(form, accepting=not unpublished)
            self._forms.save(form)
        return self.shown(form, root)

    def get(self, caller: str, form_id: str, *, root: str = GOOGLE) -> Json:
        """`forms.get`."""
        return self.shown(self._editable(caller, form_id), root)

    def batch_update(self, caller: str, form_id: str, body: Json, *, root: str = GOOGLE) -> Json:
        """`forms.batchUpdate`."""
        form = self._editable(caller, form_id)
        fitted = self.shapes.fit("BatchUpdateFormRequest", body)
        with self.lock:
            form, replies = batch.run(self._editable(caller, form_id), fitted, self.shapes)
            form = self._keep(form)
        self.watches.tell(form.id, "SCHEMA")
        answer: Json = {"form": self.shown(form, root)} if fitted.get("includeFormInResponse") else {}
        return {**answer, "replies": replies, "writeControl": {"requiredRevisionId": form.revision_id}}

    def set_publish_settings(self, caller: str, form_id: str, body: Json) -> Json:
        """`forms.setPublishSettings`."""
        form = self._editable(caller, form_id)
        fitted = self.shapes.fit("SetPublishSettingsRequest", body)
        mask: Mask = parse_mask(fitted.get("updateMask") or "*")
        if not set(mask) <= {"*", "publish_state", "publishState"}:
            raise invalid(f"Invalid field in the update mask: {fitted['updateMask']}")
        state = fitted.get("publishSettings", {}).get("publishState")
        if state is None or not {"isPublished", "isAcceptingResponses"} <= set(state):
            raise invalid("Both is_published and is_accepting_responses must be set.")
        if state["isAcceptingResponses"] and not state["isPublished"]:
            raise invalid("A form that is not published cannot accept responses.")
        with self.lock:
            published, accepting = state["isPublished"], state["isAcceptingResponses"]
            form = replace(self._editable(caller, form_id), published=published, accepting=accepting)
            self._forms.save(form)
        self.watches.tell(form.id, "SCHEMA")
        return {"formId": form.id, "publishSettings": _publish_settings(form)}

    def list_responses(
        self, caller: str, form_id: str, *, condition: str = "", size: int = 0, token: str = ""
    ) -> Json:
        """`forms.responses.list`."""
        form = self._editable(caller, form_id)
        found, following = self.responses.page(form.id, condition, size, token)
        body: Json = {"responses": [one.shown(with_form=False) for one in found]} if found else {}
        return {**body, "nextPageToken": following} if following else body

    def get_response(self, caller: str, form_id: str, response_id: str) -> Json:
        """`forms.responses.get`."""
        form = self._editable(caller, form_id)
        response = self.responses.get(form.id, response_id)
        if response is None:
            raise not_found()
        return response.shown(with_form=True)

    def shown(self, form: Form, root: str = GOOGLE) -> Json:
        """A form as the API tells it; `root` is the address before `forms/d/e/…`."""
        file = self._files.get(form.id)
        info = {"title": form.title, "description": form.description}
        info["documentTitle"] = "" if file is None else file.name
        body: Json = {
            "formId": form.id,
            "info": pruned(info),
            "settings": form.settings,
            "revisionId": form.revision_id,
            "responderUri": self.address(form, root),
            "publishSettings": _publish_settings(form),
        }
        if form.items:
            body["items"] = list(form.items)
        if form.link is not None and self.linking.document(form.link) is not None:
            body["linkedSheetId"] = form.link.spreadsheet
        return body

    # What a form's owner does in its editor.

    def editable(self, caller: str, form_id: str) -> Form:
        """A form that the caller may change.

        Raises:
            GoogleError: 404 where there is none, 403 where the caller is no editor.
        """
        return self._editable(caller, form_id)

    def configure(self, form_id: str, **options: Any) -> Options:
        """Set what the API does not show; the names are those of `Options`."""
        with self.lock:
            form = self.form(form_id)
            form = replace(form, options=replace(form.options, **options))
            self._forms.save(form)
        return form.options

    def add_upload_question(
        self,
        form_id: str,
        title: str,
        *,
        description: str = "",
        required: bool = False,
        types: tuple[str, ...] = ("ANY",),
        max_files: int = 1,
        max_file_size: int = MAX_FILE_SIZE,
        index: int | None = None,
    ) -> Json:
        """A question for files, which the API cannot create; returns the item.

        Args:
            form_id: the form.
            title: the question.
            description: below it.
            required: whether a response needs a file.
            types: what is taken: ANY, PDF, IMAGE, DOCUMENT, SPREADSHEET, ….
            max_files: in one response.
            max_file_size: bytes of one file.
            index: its place among the items; the last when not given.
        """
        with self.lock:
            form = self.form(form_id)
            spec: Json = {
                "folderId": question_folder(self._uploads, self.file(form.id), form.title, title),
                "types": list(types),
            }
            spec.update(maxFiles=max_files, maxFileSize=str(max_file_size))
            question = {"required": required, "fileUploadQuestion": spec}
            item = {"title": title, "description": description, "questionItem": {"question": question}}
            place = len(form.items) if index is None else index
            form, made = batch.with_item(form, pruned(item), place)
            self._keep(form)
        return made

    def link(
        self, form_id: str, spreadsheet_id: str, *, title: str | None = None, caller: str | None = None
    ) -> int:
        """Send responses to a spreadsheet: a new tab gets those that are there, and all that come.

        Args:
            form_id: the form.
            spreadsheet_id: where the tab is made.
            title: the tab's; by the spreadsheet's language when not given.
            caller: who links; may edit both. The form's owner when not given.

        Returns:
            The tab's sheetId.
        """
        with self.lock, self.linking.together(spreadsheet_id):
            form = self.form(form_id)
            made = self.linking.create(form, spreadsheet_id, caller or self.file(form.id).owner, title)
            form = replace(form, link=made)
            self._forms.save(form)
            for response in self.responses.all_of(form.id):
                response = replace(response, place={})
                self.placed(response, self.linking.put(form, response))
        return made.sheet_id

    def unlink(self, form_id: str) -> None:
        """Send responses nowhere any more; the tab stays."""
        with self.lock:
            self._forms.save(replace(self.form(form_id), link=None))

    def form(self, form_id: str) -> Form:
        """A form, by its id or the id in its public address.

        Raises:
            GoogleError: 404 where there is none.
        """
        form = self._forms.get(form_id)
        if form is None:
            form = _blank(self.file(form_id))  # Drive made the file, nobody looked into it yet
            self._forms.save(form)
        self.file(form.id)
        return form

    def exists(self, form_id: str) -> bool:
        """Whether that is the id of a form's file."""
        file = self._files.get(form_id)
        return file is not None and file.mime_type == FORM

    def only(self) -> str:
        """The id of the one form of the workspace.

        Raises:
            GoogleError: 400 where there is none, or several.
        """
        found = [form_id for form_id in self._forms.ids() if self.exists(form_id)]
        if len(found) != 1:
            raise invalid(f'There are {len(found)} forms: say which, with "form"')
        return found[0]

    def address(self, form: Form, root: str = GOOGLE) -> str:
        """Where respondents open a form."""
        return f"{root}forms/d/e/{form.published_id}/viewform"

    def _keep(self, form: Form) -> Form:
        """Keep a form whose content changed, its responses tab in step."""
        with self.linking.together(form.spreadsheet):
            form = replace(form, link=self.linking.sync(form))
            self._forms.save(form)
            self._files.touch(form.id)
        return form

    def _editable(self, caller: str, form_id: str) -> Form:
        file = self.file(form_id)
        role = self._files.role(form_id, caller)
        if role is None or ROLES.index(role) < ROLES.index("writer"):
            raise forbidden()
        return self.form(file.id)

    def save(self, form: Form) -> None:
        """Keep a form as it is now."""
        self._forms.save(form)

    def placed(self, response: Response, row: Row | None) -> Response:
        """Keep a response with the place of its row."""
        place = {} if row is None else {"row": row.row, "stamp": row.stamp}
        return self.responses.save(replace(response, place=place))

    def file(self, form_id: str) -> File:
        """A form's file.

        Raises:
            GoogleError: 404 where there is none.
        """
        file = self._files.get(form_id)
        if file is None or file.mime_type != FORM:
            raise not_found()
        return file


def _blank(file: File) -> Form:
    """A new form of a file. Who collects addresses by default: Workspace accounts do, others do not."""
    consumer = file.owner.rpartition("@")[2].endswith(CONSUMER_DOMAINS)
    settings = {"emailCollectionType": "DO_NOT_COLLECT" if consumer else "VERIFIED"}
    return Form(file.id, new_published_id(), "", settings=settings)


def _publish_settings(form: Form) -> Json:
    state = {"isPublished": form.published, "isAcceptingResponses": form.accepting}
    return {"publishState": pruned(state)}

"""The workspace's form, which its founding made: finished as a person and a script finish it at Google.

The form's owner is the spreadsheet's. What stands for a person's hand goes straight to the emulator: the
upload question, which no API can make, and the language of the page's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetflow.app import form as forms
from sheetflow.core.rulebook import Words
from sheetflow.emulator.emulator import Emulator
from sheetflow.ports import SchemaPort
from sheetflow.runtime import load_rulebook_words, templates_folder
from sheetflow.workspace import cast


class RequestForm:
    """The form of one registry. `url`: the workspace's root; `sheets`: acts as the spreadsheet's owner."""

    def __init__(self, emulator: Emulator, url: str, language: str, sheets: SchemaPort) -> None:
        self.emulator, self.url, self.sheets = emulator, url, sheets
        folder = templates_folder()
        self.words: Words = load_rulebook_words(folder)[language]
        self.texts = forms.load_form_texts(folder)[language]

    def finish(self, form: str, spreadsheet: str, project: str) -> None:
        """Do the steps that are left, in a project that knows the form. Done again it changes nothing."""
        service = self.emulator.forms
        if not any(question.kind == "file" for question in service.form(form).questions):
            service.add_upload_question(
                form,
                forms.upload_title(self.words, self.texts),
                description=self.texts["help"][forms.UPLOAD],
                max_files=forms.MAX_FILES,
                max_file_size=forms.MAX_FILE_SIZE,
                index=forms.upload_place(),
            )
            service.configure(form, language=self.words.language)
        for question in service.form(form).questions:
            if question.kind == "file":  # the functions move what is uploaded into the request's folder
                self.sheets.share(question.spec["folderId"], cast.SERVICE_ACCOUNT, "writer")
        before = self.sheets.tabs(spreadsheet)
        run = self.emulator.scripts.run(project, "setUpForm")
        if run.error:
            raise RuntimeError(f"setUpForm failed: {run.error}")
        for tab in self.sheets.tabs(spreadsheet).keys() - before.keys():
            editors = [cast.OWNER, cast.SERVICE_ACCOUNT]
            forms.tend_tab(self.sheets, spreadsheet, tab, self.words.label("tabs", "responses"), editors)

    def described(self, form: str) -> Mapping[str, Any]:
        """What `GET /workspace` tells: its id, and where respondents open it."""
        service = self.emulator.forms
        return {"id": form, "url": service.address(service.form(form), self.url + "/")}

"""The form as the demo's people use it: its page read, filled in and sent as by a browser."""

from __future__ import annotations

from collections.abc import Mapping

from sheetflow.app.form import SEND, UPLOAD, load_form_texts, upload_title
from sheetflow.core.rulebook import Words
from sheetflow.errors import NotFound
from sheetflow.runtime import templates_folder
from sheetflow.workspace.doors import Doors, File
from sheetflow.workspace.web_pages import FormPage


class PaperForm:
    """The form, by the titles of its questions. `words`: in whose language it was made."""

    def __init__(self, doors: Doors, words: Words) -> None:
        self.doors, self.words = doors, words
        self.texts = load_form_texts(templates_folder())[words.language]

    def asks(self, person: str) -> tuple[str, list[str]]:
        """The form's title, and its questions; a star stands at those that need an answer."""
        page = self.doors.form(person)
        return page.title, [title + "*" * (title in page.required) for title in page.questions]

    def answer(self, person: str, cells: Mapping[str, str], paper: File) -> FormPage:
        """Give some answers, by column key, hand in a paper, and have it sent for approval at once.

        Gives the page that comes then.

        Raises:
            NotFound: the form does not ask for one of them.
        """
        page = self.doors.form(person)
        given = {self.title(key): text for key, text in cells.items()}
        given[self.title(SEND)] = self.texts["send"]["yes"]
        upload = self.title(UPLOAD)
        unknown = [title for title in (*given, upload) if title not in page.questions]
        if unknown:
            raise NotFound("form", f"it does not ask for {', '.join(unknown)}")
        return self.doors.answer(person, page, given, {upload: paper})

    def title(self, key: str) -> str:
        """What the question of a column is called."""
        if key == UPLOAD:
            return upload_title(self.words, self.texts)
        return self.texts["titles"].get(key) or self.words.label("columns", key)

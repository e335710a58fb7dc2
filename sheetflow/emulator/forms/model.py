"""A form at rest, and where forms are kept.

The title in Drive (`documentTitle`) is the file's name and belongs to `files`; everything else of a form
stands in one row of the store.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.wire import Json

if TYPE_CHECKING:
    from sheetflow.emulator.forms.items import Question
    from sheetflow.emulator.store import Store

FORM = "application/vnd.google-apps.form"


@dataclass(frozen=True)
class Options:
    """What a form's owner sets in its editor and the API does not show.

    Attributes:
        allow_edits: respondents may change a response that they sent.
        limit_one: one response a person.
        confirmation: the text after submitting; "" for the page's own.
        show_another: the page after submitting leads to the blank form.
        language: of the page's own words: en or ru.
    """

    allow_edits: bool = False
    limit_one: bool = False
    confirmation: str = ""
    show_another: bool = True
    language: str = "en"


@dataclass(frozen=True)
class Column:
    """A column of the responses tab that belongs to the form.

    Attributes:
        key: `timestamp`, `email`, or a questionId.
        header: what was written into row 1.
        index: where it was seen last, from 0.
    """

    key: str
    header: str
    index: int


@dataclass(frozen=True)
class Link:
    """The tab that a form's responses go to."""

    spreadsheet: str
    sheet_id: int
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Form:
    """A form.

    Attributes:
        id: formId, the id of its file.
        published_id: the id in its public address.
        title: what respondents see.
        description: below the title.
        items: as in the API.
        settings: FormSettings.
        published: visible.
        accepting: takes responses.
        revision: grows by one with each change.
        link: where responses are copied to.
        options: what the API does not show.
    """

    id: str
    published_id: str
    title: str
    description: str = ""
    items: tuple[Json, ...] = ()
    settings: Json = field(default_factory=dict)
    published: bool = True
    accepting: bool = True
    revision: int = 1
    link: Link | None = None
    options: Options = Options()

    @property
    def questions(self) -> list[Question]:
        """All questions in order."""
        from sheetflow.emulator.forms.items import questions

        return questions(self.items)

    @property
    def spreadsheet(self) -> str | None:
        """The id of the spreadsheet that responses go to."""
        return None if self.link is None else self.link.spreadsheet

    @property
    def email_collection(self) -> str:
        """VERIFIED, RESPONDER_INPUT or DO_NOT_COLLECT."""
        return str(self.settings.get("emailCollectionType", "DO_NOT_COLLECT"))

    @property
    def needs_sign_in(self) -> bool:
        """Whether only a signed-in person may respond: for a verified address, for files, for one each."""
        uploads = any(question.kind == "file" for question in self.questions)
        return self.email_collection == "VERIFIED" or uploads or self.options.limit_one

    @property
    def revision_id(self) -> str:
        """The revision as the API tells it."""
        return f"{self.revision:08x}"

    def changed(self, **fields: Any) -> Form:
        """The form after a change of its content."""
        return replace(self, revision=self.revision + 1, **fields)


def new_published_id() -> str:
    """An id in the form of Google's for public addresses of forms."""
    return "1FAIpQLS" + secrets.token_urlsafe(40)[:48]


class Forms:
    """All forms, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.ensure(
            "CREATE TABLE IF NOT EXISTS forms (id TEXT PRIMARY KEY, published_id TEXT UNIQUE NOT NULL,"
            " body TEXT NOT NULL) WITHOUT ROWID"
        )

    def get(self, form_id: str) -> Form | None:
        """A form by its id or by the id in its public address."""
        rows = self._store.read(
            "SELECT body FROM forms WHERE id = ? UNION SELECT body FROM forms WHERE published_id = ?",
            (form_id, form_id),
        )
        return _decoded(rows[0][0]) if rows else None

    def ids(self) -> list[str]:
        """The ids of all forms."""
        return [str(row[0]) for row in self._store.read("SELECT id FROM forms")]

    def save(self, form: Form) -> None:
        """Keep a form as it is now."""
        body = json.dumps(asdict(form), ensure_ascii=False)
        with self._store.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO forms VALUES (?, ?, ?)", (form.id, form.published_id, body)
            )


def _decoded(text: str) -> Form:
    fields = json.loads(text)
    link = fields.pop("link")
    options = fields.pop("options")
    items = tuple(fields.pop("items"))
    if link is not None:
        columns = tuple(Column(**column) for column in link["columns"])
        link = Link(link["spreadsheet"], link["sheet_id"], columns)
    return Form(**fields, items=items, link=link, options=Options(**options))

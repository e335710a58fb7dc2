"""The responses tab: what a linked spreadsheet shows of a form's responses.

Decided here: a new tab, first in the spreadsheet; the time first, then the address where it is collected,
then the questions; questions that come later stand at the right; each response below the last one, and an
edited one in its own row. A row's place is known by its time, a column's by its header, so that people may
sort, move and rename. The form writes whatever is protected. Sources: Google's help pages on linked
spreadsheets, and what scripts in the wild rely on (the new tab is `getSheets()[0]`); where neither says, as
noted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sheetflow.emulator.apps_script.dates import to_serial
from sheetflow.emulator.forms import tab, words
from sheetflow.emulator.forms.answers import files_of, values_of
from sheetflow.emulator.forms.model import Column, Form, Link
from sheetflow.emulator.sheets import defaults, values
from sheetflow.emulator.sheets.cells import CELL_LIMIT, Cell
from sheetflow.emulator.sheets.formats import format_value
from sheetflow.emulator.sheets.formulas import Formula, Value
from sheetflow.emulator.sheets.kinds.tabs import check_title
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import GoogleError, Json

if TYPE_CHECKING:
    from sheetflow.emulator.forms.items import Question
    from sheetflow.emulator.forms.responses import Response
    from sheetflow.emulator.sheets.book import Book
    from sheetflow.emulator.sheets.document import Document
    from sheetflow.emulator.sheets.service import SheetsService

ROWS, COLUMNS = 100, 20
FILE_LINK = "https://drive.google.com/open?id={}"

_TYPED = {"date": "DATE", "datetime": "DATE_TIME", "time": "TIME"}


@dataclass(frozen=True)
class Row:
    """A response's row as it was written.

    Attributes:
        row: from 0.
        stamp: its time as a serial number, by which it is found again.
        columns: of the form, from the left.
        texts: what the cells show, column by column; "" for an answer that an edit left as it was.
    """

    spreadsheet: str
    sheet_id: int
    row: int
    stamp: float
    columns: tuple[Column, ...]
    texts: tuple[str, ...]

    @property
    def named(self) -> dict[str, list[str]]:
        """Header to what stands below it; headers may repeat."""
        found: dict[str, list[str]] = {}
        for column, text in zip(self.columns, self.texts, strict=True):
            found.setdefault(column.header, []).append(text)
        return found


class Linking:
    """Writes responses tabs.

    Args:
        sheets: the spreadsheets.
        evaluates: the switch: whether answers are read as if typed, so that one beginning with `=` becomes
            a formula. Without it they are texts. No source says what Google does.
    """

    def __init__(self, sheets: SheetsService, evaluates: Callable[[], bool]) -> None:
        self._sheets = sheets
        self._evaluates = evaluates

    @contextmanager
    def together(self, spreadsheet: str | None) -> Iterator[None]:
        """One transaction over what is written to the store and to a spreadsheet, None for none.

        The spreadsheet's lock comes before the store's: whoever writes to a spreadsheet takes them so. Its
        draft ends before the store's transaction does, so that both are kept or dropped.
        """
        doc = None if spreadsheet is None else self._opened(spreadsheet)
        with ExitStack() as stack:
            if doc is not None:
                stack.enter_context(doc.lock)
            stack.enter_context(self._sheets.files.store.write())
            if doc is not None:
                stack.enter_context(doc.transaction())
            yield
        if doc is not None:
            self._sheets.changed(doc, doc.owner)

    def document(self, link: Link) -> Document | None:
        """The spreadsheet of a link; None when it, or the tab, is gone."""
        doc = self._opened(link.spreadsheet)
        return None if doc is None or doc.book.find(link.sheet_id) is None else doc

    def _opened(self, spreadsheet: str) -> Document | None:
        """A spreadsheet, opened in its owner's name: whoever linked it may have lost the right to."""
        file = self._sheets.files.get(spreadsheet)
        if file is None:
            return None
        people = [one.email for one, _ in self._sheets.files.sharing(file.id) if one.kind == "user"]
        try:
            return self._sheets.open(spreadsheet, file.owner or next(iter(people), ""))
        except GoogleError:
            return None

    def create(self, form: Form, spreadsheet: str, caller: str, title: str | None) -> Link:
        """A new tab in a spreadsheet that `caller` may write to.

        Raises:
            GoogleError: 403 or 404 where the caller may not; 400 for a title that is taken.
        """
        doc = self._sheets.open(spreadsheet, caller, write=True)
        with doc.transaction() as book:
            properties = defaults.sheet_properties(defaults.fresh_id(), title or tab.free_title(book))
            check_title(book, properties["title"])
            properties["gridProperties"] = {"rowCount": ROWS, "columnCount": COLUMNS, "frozenRowCount": 1}
            sheet = Sheet(book.token, properties)
            book.sheets.insert(0, sheet)
            book.guard_size()
            book.touch()
            link = self._synced(book, Link(spreadsheet, sheet.sheet_id), form)
        self._sheets.changed(doc, caller)
        return link

    def sync(self, form: Form) -> Link | None:
        """The link after columns for new questions were added and headers of renamed ones changed."""
        doc = None if form.link is None else self.document(form.link)
        if doc is None or form.link is None:
            return form.link
        with doc.transaction() as book:
            link = self._synced(book, form.link, form)
        self._sheets.changed(doc, doc.owner)
        return link

    def _synced(self, book: Book, link: Link, form: Form) -> Link:
        sheet = book.writable(link.sheet_id)
        language = words.language_of(book.locale)
        wanted = [("timestamp", words.TIMESTAMP[language])]
        if form.email_collection != "DO_NOT_COLLECT":
            wanted.append(("email", words.EMAIL_ADDRESS[language]))
        wanted += [(question.id, question.title) for question in form.questions]
        known = {column.key: column for column in tab.located(sheet, link.columns)}
        for key, header in wanted:
            column = known.get(key)
            if column is None:
                index = max([tab.width(sheet), *(other.index + 1 for other in known.values())])
                values.grow(book, sheet, 1, index + 1)
                column = known[key] = Column(key, "", index)
            if column.header != header and tab.header(sheet, column.index) in (column.header, ""):
                sheet.put(0, column.index, sheet.cell(0, column.index).holding(header[:CELL_LIMIT] or None))
                known[key] = replace(column, header=header)
        return replace(link, columns=tuple(known.values()))

    def put(self, form: Form, response: Response, edited: frozenset[str] | None = None) -> Row | None:
        """Write a response's row: a new one below the last, or the one that it has.

        Args:
            form: the form as kept, its link in step with its questions.
            response: as it is now; `place` says where its row was.
            edited: for an edited response, the questions whose answers changed.

        Returns:
            The row; None where no tab is linked.
        """
        doc = None if form.link is None else self.document(form.link)
        if doc is None or form.link is None:
            return None
        with doc.transaction() as book:
            sheet = book.writable(form.link.sheet_id)
            columns = tab.located(sheet, form.link.columns)
            row = tab.row_of(sheet, columns, response.place)
            if row is None:
                row = tab.row_below(sheet, columns)
                tab.make_room(book, sheet, row)
                sheet = book.writable(sheet.sheet_id)
            values.grow(book, sheet, row + 1, max(column.index for column in columns) + 1)
            stamp = to_serial(datetime.fromisoformat(response.submitted).timestamp() * 1000, book.time_zone)
            questions = {question.id: question for question in form.questions}
            for column in columns:
                cell = self._cell(book, sheet.cell(row, column.index), column.key, questions, response, stamp)
                if cell is not None:
                    sheet.put(row, column.index, cell)
            texts = _texts(book, sheet, row, columns)
        self._sheets.changed(doc, doc.owner)
        ordered = sorted(zip(columns, texts, strict=True), key=lambda pair: pair[0].index)
        told = tuple(
            text if edited is None or column.key in edited or column.key == "timestamp" else ""
            for column, text in ordered
        )
        return Row(
            form.link.spreadsheet, sheet.sheet_id, row, stamp, tuple(column for column, _ in ordered), told
        )

    def _cell(
        self,
        book: Book,
        cell: Cell,
        key: str,
        questions: dict[str, Question],
        response: Response,
        stamp: float,
    ) -> Cell | None:
        """What a cell of the row becomes; None leaves it, as the answer to a question that is gone."""
        if key == "timestamp":
            return _typed(cell, stamp, "DATE_TIME")
        if key == "email":
            return cell.holding(response.email or None)
        if key not in questions:
            return None
        answer = response.answers.get(key)
        kind, value = _value(questions[key], answer)
        if isinstance(value, str) and value and self._evaluates():
            return values.typed(cell, value, book.locale, book)
        return _typed(cell, value or None, _TYPED[kind]) if kind in _TYPED else cell.holding(_kept(value))


def _kept(value: float | str) -> Value:
    return None if value == "" else value


def _value(question: Question, answer: Json | None) -> tuple[str, float | str]:
    """An answer as a cell holds it: its kind (date, datetime, time, number, text) and value, "" for none."""
    links = ", ".join(FILE_LINK.format(file["fileId"]) for file in files_of(answer))
    text = links or ", ".join(values_of(answer))[:CELL_LIMIT]
    if not text:
        return "text", ""
    if question.kind in ("scale", "rating"):
        return "number", int(text)
    if question.kind == "date" and question.spec.get("includeYear"):
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        kind = "datetime" if question.spec.get("includeTime") else "date"
        return kind, to_serial(moment.timestamp() * 1000, "UTC")
    if question.kind == "time":
        hours, minutes = text.split(":")
        return "time", (int(hours) * 60 + int(minutes)) / 1440
    return "text", text


def _typed(cell: Cell, value: float | str | None, kind: str) -> Cell:
    """The cell with a value, and the format of its kind where it has none."""
    changed = cell.holding(value)
    if cell.number_format is not None:
        return changed
    style = {**(cell.format or {}), "numberFormat": {"type": kind}}
    return Cell(changed.value, style, changed.note, changed.validation, changed.more)


def _texts(book: Book, sheet: Sheet, row: int, columns: Iterable[Column]) -> list[str]:
    cells = [(sheet.cell(row, column.index), column.index) for column in columns]
    if any(isinstance(cell.value, Formula) for cell, _ in cells):
        view = View(book, sheet)
        return [view.formatted(cell, view.value(row, index)) for cell, index in cells]
    return [
        "" if isinstance(cell.value, Formula) else format_value(cell.value, cell.number_format, book.locale)
        for cell, _ in cells
    ]

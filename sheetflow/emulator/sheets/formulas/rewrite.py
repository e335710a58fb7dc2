"""Formulas follow what they point at: texts after rows moved, sheets got other names, cells were copied.

Decided here: how each reference changes. Everything else in the text, spaces, letter case, separators,
stays as the person wrote it, and so does a reference that need not change. A text that is no formula stays
as it is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.changes import (
    Change,
    Deleted,
    Moved,
    Renamed,
    Shift,
    TableDeleted,
    TableRenamed,
)
from sheetflow.emulator.sheets.formulas.references import Corner, Reference
from sheetflow.emulator.sheets.formulas.structured import Structured, written
from sheetflow.emulator.sheets.formulas.tokens import FormulaSyntaxError, Kind, tokenize

if TYPE_CHECKING:
    from collections.abc import Callable

_GONE = "#REF!"


def rewrite(text: str, home_sheet: str, change: Change) -> str:
    """The formula `text`, standing in `home_sheet`, after `change`; what it lost is #REF!.

    >>> rewrite("=SUM( A1:A3;B9 )", "One", Shift("insert", "One", "ROWS", 1, 3))
    '=SUM( A1:A5;B11 )'
    """
    if isinstance(change, TableRenamed | TableDeleted):
        return _with_tables(text, change)
    return _edited(text, lambda reference: _changed(reference, home_sheet, change))


def _with_tables(text: str, change: TableRenamed | TableDeleted) -> str:
    """A formula after a table was renamed or deleted; names that LET and LAMBDA give are not the table's."""
    name = written(change.old if isinstance(change, TableRenamed) else change.name)
    if name.casefold() not in text.casefold():
        return text
    try:
        tokens = tokenize(text)
    except FormulaSyntaxError:
        return text
    solid = [token for token in tokens if token.kind is not Kind.SPACE]
    called = {id(token) for token, after in pairwise(solid) if after.kind is Kind.OPEN}
    pieces = []
    for token in tokens:
        bare = (
            token.kind is Kind.NAME and id(token) not in called and token.text.casefold() == name.casefold()
        )
        if token.kind is Kind.STRUCTURED or bare:
            pieces.append(_of_table(token.text, name, change, bare=bare))
        else:
            pieces.append(token.text)
    return "".join(pieces)


def _of_table(text: str, name: str, change: TableRenamed | TableDeleted, *, bare: bool) -> str:
    try:
        reference = Structured(text) if bare else Structured.read(text)
    except ValueError:
        return text
    if not reference.means(name):
        return text
    if isinstance(change, TableDeleted):
        return _GONE
    same = written(change.new).casefold() == name.casefold()
    table = reference.table if same else written(change.new)
    columns = {old.casefold(): new for old, new in change.columns}
    new = reference.renamed(table, columns)
    if new == reference:
        return text
    return table if bare else str(new)


def relocate(text: str, rows: int, cols: int) -> str:
    """The formula `text` copied `rows` down and `cols` to the right: what has no `$` moves along.

    >>> relocate("=A1+$B$1", 1, 1)
    '=B2+$B$1'
    """
    return _edited(text, lambda reference: reference.moved(rows, cols))


def _edited(text: str, edit: Callable[[Reference], Reference | None]) -> str:
    pieces: list[str] = []
    for piece, old in _pieces(text):
        if old is not None:
            new = edit(old)
            if new is None:
                piece = _GONE
            elif new != old:
                piece = str(new)
        pieces.append(piece)
    return "".join(pieces)


@lru_cache(maxsize=8192)
def _pieces(text: str) -> tuple[tuple[str, Reference | None], ...]:
    """A formula cut at its references; one piece where the text is no formula."""
    try:
        tokens = tokenize(text)
    except FormulaSyntaxError:
        return ((text, None),)
    return tuple(
        (token.text, Reference.read(token.text) if token.kind is Kind.REFERENCE else None) for token in tokens
    )


def _changed(
    reference: Reference, home_sheet: str, change: Shift | Moved | Renamed | Deleted
) -> Reference | None:
    home = home_sheet if reference.sheet is None else reference.sheet
    if isinstance(change, Renamed):
        touched = reference.sheet is not None and _same(reference.sheet, change.old)
        return reference.with_sheet(change.new) if touched else reference
    if not _same(home, change.sheet):
        return reference
    if isinstance(change, Moved):
        return _moved_along(reference, home_sheet, change)
    if isinstance(change, Shift) and change.low is not None and not _in_strip(reference, change):
        return reference
    return None if isinstance(change, Deleted) else _shifted(reference, change)


def _in_strip(reference: Reference, change: Shift) -> bool:
    """Whether a reference lies wholly in the strip to which a change is confined."""
    first, last = reference.cols() if change.dimension == "ROWS" else reference.rows()
    return last is not None and (change.low or 0) <= first and (change.high is None or last < change.high)


def _moved_along(reference: Reference, home_sheet: str, change: Moved) -> Reference:
    """What points into the moved block alone goes with it; what reaches out of it stays."""
    row0, row1 = reference.rows()
    col0, col1 = reference.cols()
    inside = (
        row1 is not None
        and col1 is not None
        and change.rows[0] <= row0
        and row1 < change.rows[1]
        and change.cols[0] <= col0
        and col1 < change.cols[1]
    )
    if not inside:
        return reference

    def along(corner: Corner) -> Corner:
        row = None if corner.row is None else corner.row + change.down
        return replace(corner, row=row, col=None if corner.col is None else corner.col + change.across)

    sheet = reference.sheet
    if sheet is not None or not _same(home_sheet, change.to_sheet):
        sheet = change.to_sheet
    last = None if reference.last is None else along(reference.last)
    return replace(reference, sheet=sheet, first=along(reference.first), last=last)


def rehomed(text: str, old_home: str) -> str:
    """The formula `text`, cut from the sheet `old_home` to another: what it points to is named with it.

    >>> rehomed("=A1+Two!B2", "One")
    '=One!A1+Two!B2'
    """
    return _edited(text, lambda r: r if r.sheet is not None else r.with_sheet(old_home))


def _same(title: str, other: str) -> bool:
    return title.casefold() == other.casefold()


def _shifted(reference: Reference, change: Shift) -> Reference | None:
    rows = change.dimension == "ROWS"
    first, last = reference.first, reference.last
    start = first.row if rows else first.col
    if last is None:
        span = None if start is None else shifted_span(start, start, change)
        return None if span is None else replace(reference, first=_at(first, span[0], rows=rows))
    end = last.row if rows else last.col
    if start is None or end is None:
        # Open at one end: only the named end can move, and whatever is deleted, the rest remains.
        known = start if end is None else end
        if known is None:
            return reference
        moved = _moved_edge(known, change)
        if end is None:
            return replace(reference, first=_at(first, moved, rows=rows))
        return replace(reference, last=_at(last, moved, rows=rows))
    span = shifted_span(min(start, end), max(start, end), change)
    if span is None:
        return None
    low, high = span if start <= end else (span[1], span[0])
    return replace(reference, first=_at(first, low, rows=rows), last=_at(last, high, rows=rows))


def _at(corner: Corner, index: int, *, rows: bool) -> Corner:
    return replace(corner, row=index) if rows else replace(corner, col=index)


def _moved_edge(index: int, change: Shift) -> int:
    count = change.end - change.start
    if change.kind == "insert":
        return index + count if index >= change.start else index
    if change.kind == "delete":
        if index < change.start:
            return index
        return change.start if index < change.end else index - count
    target = _target(change)
    if target == change.start:
        return index
    closed = _moved_edge(index, change._replace(kind="delete"))
    return _moved_edge(closed, change._replace(kind="insert", start=target, end=target + count))


def _target(move: Shift) -> int:
    """Where the moved ones begin, counted once they were taken out."""
    if move.to <= move.start:
        return move.to
    return max(move.start, move.to - (move.end - move.start))


def shifted_span(first: int, last: int, change: Shift) -> tuple[int, int] | None:
    """Where the indices `first` to `last`, both included, are after the change; None when all were deleted.

    What is inserted strictly inside belongs to the span from then on. A span that is moved as a whole goes
    along; one that is moved in part closes up over the gap, unless it was moved within the span.
    """
    count = change.end - change.start
    if change.kind == "insert":
        first = first + count if first >= change.start else first
        last = last + count if last >= change.start else last
        return first, last if change.limit is None else max(first, min(last, change.limit - 1))
    if change.kind == "delete":
        if change.start <= first and last < change.end:
            return None
        low = first if first < change.start else max(change.start, first - count)
        high = last if last < change.start else max(change.start - 1, last - count)
        return low, high
    target = _target(change)
    if target == change.start:
        return first, last
    if change.start <= first and last < change.end:
        return first - change.start + target, last - change.start + target
    if first <= change.start and change.end <= last + 1 and first <= change.to <= last + 1:
        return first, last
    closed = shifted_span(first, last, change._replace(kind="delete"))
    if closed is None:
        return None
    return shifted_span(*closed, change._replace(kind="insert", start=target, end=target + count))

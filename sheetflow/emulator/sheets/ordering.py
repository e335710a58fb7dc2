"""In which order rows come when they are sorted by some of their columns: for sorts and for filter views."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.sheets.formulas import CellError, Value

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.view import View
    from sheetflow.emulator.wire import Json


def ordered(view: View, rows: Iterable[int], specs: list[Json], first_column: int) -> list[int]:
    """Rows in the order of SortSpecs; a later spec counts where the earlier ones find no difference.

    Args:
        view: the sheet's view.
        rows: their indexes.
        specs: of a sort or a filter.
        first_column: the range's, which a spec without a column means.
    """
    order = list(rows)
    for spec in reversed(specs):
        column = spec.get("dimensionIndex", first_column)
        color = next((name for name in ("backgroundColor", "foregroundColor") if name in spec), None)
        if color is not None:
            order.sort(key=lambda row, c=column, n=color, s=spec: not _colored(view, row, c, n, s[n]))  # type: ignore[misc]
            continue
        down = spec.get("sortOrder") == "DESCENDING"
        filled = [row for row in order if view.value(row, column) is not None]
        blank = [row for row in order if view.value(row, column) is None]
        ranks = {row: rank(view.value(row, column)) for row in filled}
        filled.sort(key=ranks.__getitem__, reverse=down)
        order = filled + blank
    return order


def _colored(view: View, row: int, column: int, name: str, color: Json) -> bool:
    """Whether a cell shows a colour, by which its row is sorted to the top."""
    style = view.style(view.sheet.cell(row, column), view.value(row, column), (row, column))
    return bool((style if name == "backgroundColor" else style.get("textFormat", {})).get(name) == color)


def rank(value: Value) -> tuple[int, Any]:
    """Numbers before texts before booleans before errors, as Google sorts upwards."""
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, int | float):
        return 0, value
    if isinstance(value, CellError):
        return 3, value.kind
    if value is None:
        return 4, 0
    return 1, str(value).casefold()

"""How the Registry looks and behaves, as API requests: formats, dropdowns, marks, protections, views.

Ids of protections and filter views are made from their names, so that they are the same in every registry:
whoever compares a spreadsheet with its template finds each by its id, whatever people renamed it to.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheetflow.templates.formulas import letter, row_formula
from sheetflow.templates.schema import Mark, RegistryColumn, Tab, Template, View, Where
from sheetflow.workflow.table import Status

Request = dict[str, Any]
"""One request of a batchUpdate."""


SIGN = "sheetflow: "
"""What the description of each of our protections begins with."""


def object_id(kind: str, *names: str) -> int:
    """The id of a protection or a view by its name: positive, 31 bits."""
    return zlib.crc32("/".join((kind, *names)).encode()) & 0x7FFFFFFF or 1


def grid(
    sheet: int, rows: tuple[int, int | None] = (0, None), columns: tuple[int, int | None] = (0, None)
) -> dict[str, int]:
    """A GridRange, half open; None: to the end."""
    place = {
        "sheetId": sheet, "startRowIndex": rows[0], "endRowIndex": rows[1],
        "startColumnIndex": columns[0], "endColumnIndex": columns[1],
    }  # fmt: skip
    return {
        name: value for name, value in place.items() if value is not None and (value or name == "sheetId")
    }


def widths(sheet: int, pixels: Sequence[int]) -> Iterator[Request]:
    """Column widths from the left, equal neighbours in one request."""
    start = 0
    for place in range(1, len(pixels) + 1):
        if place == len(pixels) or pixels[place] != pixels[start]:
            span = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": start, "endIndex": place}
            size = {"pixelSize": pixels[start]}
            yield {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}
            start = place


def header_format(template: Template) -> dict[str, Any]:
    """CellFormat of a header row."""
    return {
        "backgroundColorStyle": color(template.header.background),
        "textFormat": {"foregroundColorStyle": color(template.header.text), "bold": True},
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "WRAP",
    }


def body_format(template: Template, part: RegistryColumn | Tab, language: str) -> dict[str, Any]:
    """CellFormat of the cells below a header."""
    found: dict[str, Any] = {
        "verticalAlignment": "TOP",
        "wrapStrategy": "WRAP" if part.wrap else "CLIP",
    }
    if part.format:
        found["numberFormat"] = template.formats[part.format].in_language(language)
    return found


def formatted(place: Mapping[str, int], cell_format: Mapping[str, Any]) -> Request:
    """Give every cell of a range this format; what the format does not say stays."""
    cell = {"userEnteredFormat": dict(cell_format)}
    fields = ",".join(f"userEnteredFormat.{name}" for name in sorted(cell_format))
    return {"repeatCell": {"range": dict(place), "cell": cell, "fields": fields}}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody for whom views are made. `roles`: those that `View.each` may name."""

    email: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Registry:
    """The Registry in one language.

    `places`: column key -> place from the left, as the columns stand. `statuses`: status -> label.
    `choices`: setting -> its parts. `editors`: who a protection leaves free, "system" and "admins".
    `viewers`: for whom views are made.
    """

    template: Template
    language: str
    places: Mapping[str, int]
    statuses: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]
    editors: Mapping[str, Sequence[str]]
    viewers: Sequence[Viewer] = ()

    @property
    def sheet(self) -> int:
        """Its sheetId."""
        return self.template.tab("registry").sheet_id

    def columns(self) -> Iterator[Request]:
        """Formats, checkboxes and dropdowns of the cells below the header."""
        for column in self.template.columns:
            yield formatted(self._cells(column.key), body_format(self.template, column, self.language))
            rule = self.validation(column)
            if rule:
                yield {"setDataValidation": {"range": self._cells(column.key), "rule": rule}}

    def validation(self, column: RegistryColumn) -> dict[str, Any] | None:
        """The DataValidationRule of a column; None where it has none, or nothing to choose from."""
        if column.checkbox:
            return {"condition": {"type": "BOOLEAN"}, "strict": True, "showCustomUi": True}
        if not column.choices:
            return None
        offered = self.choices.get(column.choices, ())
        if column.choices == "statuses":
            offered = [self.statuses[status.value] for status in Status]
        if not offered:
            return None
        values = [{"userEnteredValue": text} for text in offered]
        return {"condition": {"type": "ONE_OF_LIST", "values": values}, "showCustomUi": True}

    def marks(self) -> Iterator[dict[str, Any]]:
        """ConditionalFormatRules, in the template's order: the first that holds wins."""
        for mark in self.template.marks:
            look: dict[str, Any] = {}
            if mark.background:
                look["backgroundColorStyle"] = color(mark.background)
            text: dict[str, Any] = {"foregroundColorStyle": color(mark.text)} if mark.text else {}
            if mark.bold:
                text["bold"] = True
            if text:
                look["textFormat"] = text
            yield {
                "ranges": [self._whole(key) for key in mark.columns],
                "booleanRule": {"condition": self._condition(mark, row=1), "format": look},
            }

    def protections(self) -> Iterator[dict[str, Any]]:
        """ProtectedRanges: the header row and the columns that are the system's, whole."""
        tab = self.template.tab("registry")
        if tab.protect_header:
            yield self._protect("header", grid(self.sheet, (0, 1)), tab.protect_header)
        for column in self.template.columns:
            if column.protect:
                place = self.places[column.key]
                yield self._protect(column.key, grid(self.sheet, columns=(place, place + 1)), column.protect)

    def views(self) -> Iterator[dict[str, Any]]:
        """FilterViews, in the template's order: one, or one for each person with the role."""
        for view in self.template.views:
            if not view.each:
                yield self._view(view)
            for viewer in self.viewers:
                if view.each in viewer.roles:
                    yield self._view(view, viewer)

    def _view(self, view: View, viewer: Viewer | None = None) -> dict[str, Any]:
        me = viewer.name if viewer else ""
        found: dict[str, Any] = {
            "filterViewId": object_id("view", view.key, *([viewer.email] if viewer else [])),
            "title": view.title[self.language].replace("{name}", me),
            "range": grid(self.sheet, columns=(0, max(self.places.values()) + 1)),
            "filterSpecs": [
                {
                    "columnIndex": self.places[where.column],
                    "filterCriteria": {"condition": self._condition(where, me)},
                }
                for where in view.where
            ],
        }
        if view.sort:
            order = "DESCENDING" if view.descending else "ASCENDING"
            found["sortSpecs"] = [{"dimensionIndex": self.places[view.sort], "sortOrder": order}]
        return found

    def _condition(self, condition: Mark | Where, me: str = "", *, row: int = 2) -> dict[str, Any]:
        if condition.status is not None:
            return _boolean("TEXT_EQ", self.statuses[condition.status])
        letters = {key: letter(place) for key, place in self.places.items()}
        return _boolean(
            "CUSTOM_FORMULA", row_formula(condition.formula or "", letters, self.statuses, me, row=row)
        )

    def _cells(self, key: str) -> dict[str, int]:
        place = self.places[key]
        return grid(self.sheet, (1, None), (place, place + 1))

    def _whole(self, key: str) -> dict[str, int]:
        """A column with its header: what begins there does not move down when a row is put right below it."""
        place = self.places[key]
        return grid(self.sheet, columns=(place, place + 1))

    def _protect(self, name: str, place: Mapping[str, int], how: str) -> dict[str, Any]:
        return protection(("registry", name), place, None if how == "warning" else self.editors[how])


def protection(
    names: Sequence[str], place: Mapping[str, int], editors: Iterable[str] | None
) -> dict[str, Any]:
    """A ProtectedRange. `editors` None: it only warns."""
    item: dict[str, Any] = {
        "protectedRangeId": object_id("protection", *names),
        "range": dict(place),
        "description": SIGN + ".".join(names),
    }
    item |= {"warningOnly": True} if editors is None else {"editors": {"users": list(editors)}}
    return item


def _boolean(kind: str, value: str) -> dict[str, Any]:
    return {"type": kind, "values": [{"userEnteredValue": value}]}


def color(text: str) -> dict[str, Any]:
    """`#rrggbb` as a ColorStyle."""
    parts = (int(text[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return {"rgbColor": dict(zip(("red", "green", "blue"), parts, strict=True))}

"""Tabs: missing, retitled, out of order, hidden or shown, unfrozen, too small; and those of a new file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sheetflow.templates import looks
from sheetflow.templates.actual import TAG, Actual, Sheet
from sheetflow.templates.cells import appended, entered, formula, noted, written
from sheetflow.templates.lineup import arrange
from sheetflow.templates.looks import Request, grid
from sheetflow.templates.plan import Change
from sheetflow.templates.stand import LEAST_COLUMNS, Stand
from sheetflow.templates.target import Words

FIRST_SHEET = 0
"""The sheet that Google puts into a new spreadsheet."""
LOST: Mapping[str, str] = {
    "registry": "submitted requests come back from the State with the next pass; drafts are lost, as are "
    "columns that people added: bring the tab back from the version history where they matter",
    "contractors": "the book begins anew and fills with what is approved from now on: bring the tab back "
    "from the version history instead where it is needed",
    "people": "its rows are those that the History recorded last",
    "settings": "its rows are those that the History recorded last",
    "policy": "its rules are those that the History recorded last",
    "recurring": "its rows are lost, though it is known which drafts were made: bring the tab back from the "
    "version history",
    "state": "it is computed from the History; drafts are read anew from the Registry as rows that nobody is "
    "known to have typed, so their payees have to be confirmed once more",
    "inbox": "edits that no pass had seen are lost: what they changed will count as unexplained",
    "outbox": "letters that were not sent yet are lost, and what was sent is no longer known",
    "banks": "load the directory again with `sheetflow bik load`",
}
"""What is lost with a tab, and what to do."""
UNSAFE: Mapping[str, str] = {
    "history": "without its rows nothing that happened can be proved: bring the tab back from the "
    "spreadsheet's version history instead; allowed, the record begins with a gap",
}
"""Tabs that are not made anew without being allowed."""


def tabs(actual: Actual, stands: Sequence[Stand]) -> Iterator[Change]:
    """Every difference of tabs, in the order in which it is put right."""
    founding = all(stand.new for stand in stands)
    yield from _foreign_titles(actual, stands)
    order = [stand.tab.key for stand in stands]
    keys = {stand.id: stand.tab.key for stand in stands}
    now = {keys[sheet.sheet_id]: at for at, sheet in enumerate(actual.sheets) if sheet.sheet_id in keys}
    by_key = {stand.tab.key: stand for stand in stands}
    if founding:
        for at, stand in enumerate(stands):
            yield _added(stand, at, founding=True)
        yield from _first_sheet(actual)
    else:
        for step in arrange(order, now, len(actual.sheets))[0]:
            stand = by_key[step.key]
            if step.kind == "insert":
                yield _added(stand, step.to, founding=False)
            else:
                properties = {"sheetId": stand.id, "index": step.to}
                yield Change(
                    "move", "tab", stand.title, "it does not stand in its order; it is put there",
                    requests=(_update(properties, "index"),),
                )  # fmt: skip
    for stand in stands:
        if not stand.new:
            yield from _properties(stand)


def _foreign_titles(actual: Actual, stands: Sequence[Stand]) -> Iterator[Change]:
    """A tab of somebody's under a title of ours would be read in its place."""
    ours, titles = {stand.id for stand in stands}, {stand.title.lower() for stand in stands}
    taken = {sheet.title.lower() for sheet in actual.sheets} | titles
    for sheet in actual.sheets:
        if sheet.sheet_id in ours or sheet.title.lower() not in titles:
            continue
        number = next(n for n in range(2, 1000) if f"{sheet.title} ({n})".lower() not in taken)
        title = f"{sheet.title} ({number})"
        taken.add(title.lower())
        yield Change(
            "change", "tab", f"{sheet.title} (somebody's own)",
            f"a tab that is not the registry's has the registry's title; it is called {title!r}, "
            "and nothing in it is touched",
            requests=(_update({"sheetId": sheet.sheet_id, "title": title}, "title"),),
        )  # fmt: skip


def _first_sheet(actual: Actual) -> Iterator[Change]:
    sheet = actual.sheet(FIRST_SHEET)
    if sheet is not None and untouched(sheet):
        yield Change(
            "remove", "tab", sheet.title, "Google's own empty tab is taken away",
            requests=({"deleteSheet": {"sheetId": FIRST_SHEET}},),
        )  # fmt: skip


def untouched(sheet: Sheet) -> bool:
    """Whether a tab is as Google makes it: nothing in it, nothing about it."""
    things = (sheet.protections, sheet.rules, sheet.views, sheet.bandings, sheet.merges, sheet.charts)
    filled = any(cell for row in sheet.cells for cell in row)
    return not (filled or any(things) or sheet.color or sheet.hidden or sheet.frozen_rows)


def _properties(stand: Stand) -> Iterator[Change]:
    tab, sheet = stand.tab, stand.sheet
    wrong: list[str] = []
    properties: dict[str, Any] = {"sheetId": stand.id}
    fields: list[str] = []

    def differs(text: str, field: str, value: Any) -> None:
        wrong.append(text)
        fields.append(field)
        inner, _, name = field.partition(".")
        if name:
            properties.setdefault(inner, {})[name] = value
        else:
            properties[inner] = value

    if sheet.title != stand.title:
        differs(f"it is called {sheet.title!r}", "title", stand.title)
    if sheet.hidden != tab.hidden:
        differs("it is hidden" if sheet.hidden else "it is shown", "hidden", tab.hidden)
    if sheet.color != (tab.color or ""):
        value = looks.color(tab.color) if tab.color else {}
        differs("its colour was changed", "tabColorStyle", value)
    if sheet.frozen_rows != tab.frozen_rows:
        text = f"{sheet.frozen_rows} rows are frozen, not {tab.frozen_rows}"
        differs(text, "gridProperties.frozenRowCount", tab.frozen_rows)
    if sheet.frozen_columns != tab.frozen_columns:
        text = f"{sheet.frozen_columns} columns are frozen, not {tab.frozen_columns}"
        differs(text, "gridProperties.frozenColumnCount", tab.frozen_columns)
    if wrong:
        detail = "; ".join(wrong) + "; it is put right"
        yield Change("change", "tab", stand.title, detail, requests=(_update(properties, ",".join(fields)),))


def size(stand: Stand) -> Iterator[Change]:
    """Rows and columns that somebody took away; new rows get the formats of the others. After all moves."""
    sheet, tab = stand.sheet, stand.tab
    more_rows = tab.rows - sheet.rows
    kinds = [step.kind for step in stand.steps]
    columns = sheet.columns + kinds.count("insert") - kinds.count("remove")
    more_columns = max(LEAST_COLUMNS, len(stand.then)) - columns
    requests = [
        {"appendDimension": {"sheetId": stand.id, "dimension": dimension, "length": more}}
        for dimension, more in (("ROWS", more_rows), ("COLUMNS", more_columns))
        if more > 0
    ]
    if requests:
        size = f"it has {sheet.rows} rows and {sheet.columns} columns left"
        if more_rows > 0:
            requests += list(body(stand))
        yield Change(
            "change", "tab", f"{stand.title} (size)", f"{size}; it gets as many as it should have",
            requests=tuple(requests),
        )  # fmt: skip


def _added(stand: Stand, index: int, *, founding: bool) -> Change:
    tab = stand.tab
    if founding:
        return Change("add", "tab", stand.title, "it is made", requests=tuple(_making(stand, index)))
    lost = LOST.get(tab.key) or UNSAFE.get(tab.key, "")
    detail = f"it is missing; it is made again{': ' + lost if lost else ''}"
    return Change(
        "add", "tab", stand.title, detail, unsafe=UNSAFE.get(tab.key, ""),
        requests=tuple(_making(stand, index)),
    )  # fmt: skip


def _making(stand: Stand, index: int) -> Iterator[Request]:
    tab, sheet = stand.tab, stand.sheet
    size = {
        "rowCount": sheet.rows, "columnCount": sheet.columns,
        "frozenRowCount": tab.frozen_rows, "frozenColumnCount": tab.frozen_columns,
    }  # fmt: skip
    properties: dict[str, Any] = {
        "sheetId": stand.id,
        "title": stand.title,
        "index": index,
        "gridProperties": {name: count for name, count in size.items() if count},
    }
    if tab.hidden:
        properties["hidden"] = True
    if tab.color:
        properties["tabColorStyle"] = looks.color(tab.color)
    yield {"addSheet": {"properties": properties}}
    columns = stand.target.template.columns
    pixels = [column.width for column in columns] if tab.key == "registry" else tab.widths
    yield from looks.widths(stand.id, pixels)
    yield from body(stand)
    width = len(stand.then)
    top = stand.top
    yield looks.formatted(
        grid(stand.id, (top, top + 1), (0, width)), looks.header_format(stand.target.template)
    )
    yield written(stand.id, top, 0, [list(header_cells(stand).values())], "userEnteredValue,note")
    rows = stand.target.rows.get(tab.key, ())
    if rows:
        data = [[entered(value) for value in row] for row in rows]
        yield written(stand.id, top + 1, 0, data, "userEnteredValue")
    if tab.key == "registry":
        for key, place in stand.then.items():
            yield tagged(stand.id, place, key)


def header_cells(stand: Stand) -> dict[str, dict[str, Any]]:
    """A tab's header cells by column key: texts or formulas, each explained by a note."""
    formulas = stand.target.formulas(stand.tab, stand.then)
    return {
        head.key: noted(
            formula(formulas[head.key]) if head.key in formulas else entered(head.text), head.note
        )
        for head in stand.target.heads(stand.tab)
    }


def body(stand: Stand) -> Iterator[Request]:
    """Formats, checkboxes and dropdowns of all cells below the header."""
    template, language = stand.target.template, stand.target.words.language
    if stand.tab.key == "registry":
        yield from stand.target.registry(stand.then).columns()
    elif stand.tab.format or stand.tab.wrap:
        form = looks.body_format(template, stand.tab, language)
        for start, end in stand.runs(list(stand.then)):
            yield looks.formatted(grid(stand.id, (stand.top + 1, None), (start, end)), form)


def tagged(sheet: int, place: int, key: str) -> Request:
    """Remember which column of ours this is."""
    span = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": place, "endIndex": place + 1}
    metadata = {
        "metadataKey": TAG, "metadataValue": key, "visibility": "DOCUMENT",
        "location": {"dimensionRange": span},
    }  # fmt: skip
    return {"createDeveloperMetadata": {"developerMetadata": metadata}}


def missing_settings(stand: Stand, values: Sequence[Sequence[Any]]) -> Iterator[Change]:
    """Settings that the tab does not name: a newer version has more of them."""
    if stand.new:
        return
    target = stand.target
    known = {
        label.strip().lower(): key
        for words in (target.words, *target.languages)
        for key, label in words.labels["settings"].items()
    }
    named = {known.get(str(row[0]).strip().lower(), str(row[0]).strip()) for row in values if row}
    for key, value in target.settings.items():
        if key not in named:
            row = setting_row(target.words, key, value)
            yield Change(
                "add", "setting", target.label("settings", key),
                f"the tab does not name it; it gets a row with {value!r}, which counts now",
                requests=(appended(stand.id, [row]),),
            )  # fmt: skip


def setting_row(words: Words, key: str, value: str) -> list[str]:
    """A row of the Settings tab."""
    labels = words.labels
    return [labels.get("settings", {}).get(key, ""), value, labels.get("settings_help", {}).get(key, "")]


def _update(properties: Mapping[str, Any], fields: str) -> Request:
    return {"updateSheetProperties": {"properties": dict(properties), "fields": fields}}

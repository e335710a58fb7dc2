"""Columns: missing, moved, left over from a former template; their headers, notes and formulas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sheetflow.templates import looks
from sheetflow.templates.actual import Json, color_of, value_of
from sheetflow.templates.cells import written
from sheetflow.templates.diff_tabs import header_cells, tagged
from sheetflow.templates.formulas import comparable, header_text
from sheetflow.templates.lineup import Step
from sheetflow.templates.looks import Request, grid
from sheetflow.templates.plan import Change
from sheetflow.templates.stand import Stand
from sheetflow.templates.target import is_shown

SEEN = ("status", "confirmed")
"""Columns that may not be hidden: without them nobody sees what they decide on, or whether it was."""
REFILLED = "what it held in submitted requests is put back by the next pass, what it held in drafts is lost"


def merges(stand: Stand) -> Iterator[Change]:
    """Merged cells over our columns: a row would no longer be a request."""
    for merge in stand.sheet.merges:
        touched = [key for key in stand.columns_of(merge) or () if key in stand.now]
        if touched:
            yield Change(
                "change", "merge", stand.name(touched[0]),
                f"cells of rows {merge.get('startRowIndex', 0) + 1} to {merge['endRowIndex']} are merged; "
                "they are taken apart, and what is written in them stays in the first",
                requests=({"unmergeCells": {"range": dict(merge)}},),
            )  # fmt: skip


def structure(stand: Stand) -> Iterator[Change]:
    """The steps that bring the columns into their places."""
    for step in stand.steps:
        if step.kind == "remove":
            yield _removed(stand, step)
        elif step.kind == "insert":
            yield _inserted(stand, step)
        else:
            name = stand.name(step.key) if step.key else f"{stand.title} (somebody's own)"
            detail = "it does not stand in its place; it is moved there with all that it holds"
            if not step.key:
                detail = (
                    "a column that is not the registry's stands among the system's; it is moved behind them"
                )
            source = {
                "sheetId": stand.id, "dimension": "COLUMNS",
                "startIndex": step.start, "endIndex": step.start + 1,
            }  # fmt: skip
            move = {"source": source, "destinationIndex": step.to}
            yield Change("move", "column", name, detail, requests=({"moveDimension": move},))


def _removed(stand: Stand, step: Step) -> Change:
    sheet = stand.sheet
    filled = sum(
        value_of(sheet.cell(row, step.start)) not in ("", False)
        for row in range(stand.top + 1, len(sheet.cells))
    )
    text = header_text(value_of(sheet.cell(stand.top, step.start))) or sheet.tags[step.start][0].key
    span = {"sheetId": stand.id, "dimension": "COLUMNS", "startIndex": step.start, "endIndex": step.start + 1}
    return Change(
        "remove", "column", f"{stand.title} / {text}",
        "a former template had it, this one has not; it is taken away",
        unsafe=f"{filled} of its cells are filled" if filled else "",
        requests=({"deleteDimension": {"range": span}},),
    )  # fmt: skip


def _inserted(stand: Stand, step: Step) -> Change:
    span = {"sheetId": stand.id, "dimension": "COLUMNS", "startIndex": step.to, "endIndex": step.to + 1}
    requests: list[Request] = [
        {"insertDimension": {"range": span, "inheritFromBefore": step.to > 0}},
    ]
    detail = "it is missing; it is made in its place"
    if stand.tab.key == "registry":
        detail += "" if is_shown(stand.tab, step.key) else f"; {REFILLED}"
        requests.append(tagged(stand.id, step.to, step.key))
        requests += _dressed(stand, step)
    return Change("add", "column", stand.name(step.key), detail, requests=tuple(requests))


def _dressed(stand: Stand, step: Step) -> Iterator[Request]:
    """Width, format and validation of a column of the Registry that was just inserted."""
    column = next(one for one in stand.target.template.columns if one.key == step.key)
    span = {"sheetId": stand.id, "dimension": "COLUMNS", "startIndex": step.to, "endIndex": step.to + 1}
    size = {"pixelSize": column.width}
    yield {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}
    registry = stand.target.registry({step.key: step.to})
    cells = grid(stand.id, (stand.top + 1, None), (step.to, step.to + 1))
    form = looks.body_format(stand.target.template, column, stand.target.words.language)
    yield looks.formatted(cells, {"numberFormat": {}, **form})
    yield {"setDataValidation": {"range": cells, **_rule(registry.validation(column))}}


def _rule(rule: Json | None) -> dict[str, Any]:
    return {"rule": rule} if rule else {}


def headers(stand: Stand) -> Iterator[Change]:
    """Header texts, formulas and notes, and how header cells look."""
    wanted = header_cells(stand)
    added = {step.key for step in stand.steps if step.kind == "insert"}
    for head in stand.target.heads(stand.tab):
        cell = wanted[head.key]
        place = stand.then[head.key]
        fields = []
        found = {} if head.key in added else stand.sheet.cell(stand.top, stand.now[head.key])
        told = "" if head.key in added else _header_differs(stand, head.key, cell, found)
        if told or head.key in added:
            fields.append("userEnteredValue")
        if head.note and found.get("note", "") != head.note:
            fields.append("note")
            told = told or "its note was changed; it is written again"
        if not fields:
            continue
        write = written(stand.id, stand.top, place, [[cell]], ",".join(fields))
        if head.key in added:
            told = "its header is written"
        kind = "formula" if is_shown(stand.tab, head.key) and "userEnteredValue" in fields else "header"
        if fields == ["note"]:
            kind = "note"
        yield Change("change", kind, stand.name(head.key), told, requests=(write,))
    yield from _doubles(stand)
    yield from _header_looks(stand, added)


def _header_differs(stand: Stand, key: str, wanted: Json, found: Json) -> str:
    value, has = value_of(wanted), value_of(found)
    if is_shown(stand.tab, key):
        same = isinstance(has, str) and has.startswith("=")
        same = same and comparable(has, stand.letters_now) == comparable(value, stand.letters_then)
        return "" if same else "its formula was changed or is gone; it is written again"
    if has == value:
        return ""
    return f"its header says {str(has)!r}; it is called {value!r} again" if has else "its header is blank"


def _doubles(stand: Stand) -> Iterator[Change]:
    """Somebody's column under a header of ours: whoever reads by headers could take it for ours."""
    if stand.new:
        return
    known, ours = stand.target.known(stand.tab), set(stand.now.values())
    gone = {step.start for step in stand.steps if step.kind == "remove"}
    moved = _places_after(stand)
    texts: set[str] = set()
    for place in range(stand.sheet.columns):
        value = value_of(stand.sheet.cell(stand.top, place))
        text = header_text(value)
        if place in ours or place in gone or text.strip().lower() not in known:
            continue
        number = next(n for n in range(2, 1000) if f"{text} ({n})" not in texts)
        title = f"{text} ({number})"
        texts.add(title)
        cell = {"userEnteredValue": {"stringValue": title}}
        yield Change(
            "change", "header", f"{stand.title} / {title}",
            f"a column that is not the registry's has a header of the registry's; it is called {title!r}, "
            "and its cells are left alone",
            requests=(written(stand.id, stand.top, moved[place], [[cell]], "userEnteredValue"),),
        )  # fmt: skip


def _places_after(stand: Stand) -> list[int]:
    """Where each column of now stands when the steps are done."""
    line: list[int | None] = list(range(stand.sheet.columns))
    for step in stand.steps:
        if step.kind == "remove":
            del line[step.start]
        elif step.kind == "insert":
            line.insert(step.to, None)
        else:
            line.insert(step.to - (step.start < step.to), line.pop(step.start))
    after = [0] * stand.sheet.columns
    for place, one in enumerate(line):
        if one is not None:
            after[one] = place
    return after


def _header_looks(stand: Stand, added: set[str]) -> Iterator[Change]:
    form = looks.header_format(stand.target.template)
    back = color_of(form["backgroundColorStyle"])
    text = color_of(form["textFormat"]["foregroundColorStyle"])
    wrong = list(added)
    for key, place in stand.now.items():
        found = stand.sheet.cell(stand.top, place).get("userEnteredFormat", {})
        letters = found.get("textFormat", {})
        same = color_of(found.get("backgroundColorStyle")) == back and bool(letters.get("bold"))
        if not same or color_of(letters.get("foregroundColorStyle")) != text:
            wrong.append(key)
    if wrong:
        requests = [
            looks.formatted(grid(stand.id, (stand.top, stand.top + 1), run), form)
            for run in stand.runs(wrong)
        ]
        yield Change(
            "change", "header format", stand.title,
            f"{len(wrong)} of its headers do not look like headers; they do again",
            requests=tuple(requests),
        )  # fmt: skip


def hidden(stand: Stand) -> Iterator[Change]:
    """Columns that somebody hid for everybody, and that everybody needs to see."""
    for key in SEEN if stand.tab.key == "registry" else ():
        if key in stand.now and stand.now[key] in stand.sheet.hidden_columns:
            place = stand.then[key]
            span = {"sheetId": stand.id, "dimension": "COLUMNS", "startIndex": place, "endIndex": place + 1}
            update = {"range": span, "properties": {"hiddenByUser": False}, "fields": "hiddenByUser"}
            yield Change(
                "change", "column", f"{stand.name(key)} (hidden)", "it is hidden for everybody; it is shown",
                requests=({"updateDimensionProperties": update},),
            )  # fmt: skip


def tags(stand: Stand) -> Iterator[Change]:
    """The metadata by which a column is known when its header is gone."""
    if stand.tab.key != "registry" or stand.new:
        return
    right = {stand.now[key]: key for key in stand.now}
    requests: list[Request] = []
    stale = [
        tag.id
        for place, found in stand.sheet.tags.items()
        for at, tag in enumerate(found)
        if (right.get(place) != tag.key or at)
        and place not in {s.start for s in stand.steps if s.kind == "remove"}
    ]
    for number in stale:
        lookup = {"developerMetadataLookup": {"metadataId": number}}
        requests.append({"deleteDeveloperMetadata": {"dataFilter": lookup}})
    lacking = []
    for key, place in stand.now.items():
        found = stand.sheet.tags.get(place, ())
        if not found or found[0].key != key:
            lacking.append(stand.name(key))
            requests.append(tagged(stand.id, stand.then[key], key))
    if requests:
        what = f"{len(lacking)} columns are not marked as what they are" if lacking else "marks stand twice"
        yield Change(
            "change", "column marks", stand.title,
            f"{what} (for when a header is lost); they are marked again", requests=tuple(requests),
        )  # fmt: skip

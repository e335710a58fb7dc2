"""Conditional formats, filter views and banding: those of the template, never those of people.

A conditional format has no id: it is known by its condition, or by its cells and its look where the condition
was changed. People's own keep their places among ours, whose order to each other is all that is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sheetflow.templates import looks
from sheetflow.templates.actual import Json, color_of
from sheetflow.templates.formulas import comparable, letter
from sheetflow.templates.lineup import arrange
from sheetflow.templates.looks import Request, grid
from sheetflow.templates.plan import Change
from sheetflow.templates.schema import Banding
from sheetflow.templates.stand import Stand


def marks(stand: Stand) -> Iterator[Change]:
    """The Registry's conditional formats: missing, changed, out of their order."""
    target = stand.target
    wanted = {str(n): rule for n, rule in enumerate(target.registry(stand.then).marks())}
    now = _found(stand, wanted)
    names = {key: _mark_name(stand, int(key)) for key in wanted}
    for step in arrange(list(wanted), now, len(stand.sheet.rules))[0]:
        if step.kind == "insert":
            request = {"addConditionalFormatRule": {"rule": wanted[step.key], "index": step.to}}
            yield Change(
                "add", "conditional format", names[step.key], "it is missing; it is made again",
                requests=(request,),
            )  # fmt: skip
        else:
            index = step.to - (step.start < step.to)
            move = {"sheetId": stand.id, "index": step.start, "newIndex": index}
            yield Change(
                "move", "conditional format", names[step.key],
                "another of the registry's comes before it that should come after; they change places",
                requests=({"updateConditionalFormatRule": move},),
            )  # fmt: skip
    after = arrange(list(wanted), now, len(stand.sheet.rules))[1]
    for key, place in now.items():
        rule, found = wanted[key], stand.sheet.rules[place]
        differs = [
            text
            for text, same in (
                (
                    "its condition",
                    _condition(found, stand.letters_now) == _condition(rule, stand.letters_then),
                ),
                ("its cells", _cells(stand, found, then=False) == _cells(stand, rule, then=True)),
                ("its look", _look(found) == _look(rule)),
            )
            if not same
        ]
        if differs:
            update = {"sheetId": stand.id, "index": after[key], "rule": rule}
            yield Change(
                "change", "conditional format", names[key],
                f"{' and '.join(differs)} {'was' if len(differs) == 1 else 'were'} changed; it is put right",
                requests=({"updateConditionalFormatRule": update},),
            )  # fmt: skip


def _mark_name(stand: Stand, number: int) -> str:
    mark = stand.target.template.marks[number]
    if mark.status is not None:
        return f"{stand.title}: {stand.target.label('statuses', mark.status)}"
    return f"{stand.name(mark.columns[0])} ({number + 1})"


def _found(stand: Stand, wanted: Mapping[str, Json]) -> dict[str, int]:
    """Which rule of the sheet is which of ours."""
    rules = stand.sheet.rules
    found: dict[str, int] = {}

    def take(same: Any) -> None:
        for key, rule in wanted.items():
            for place, one in enumerate(rules):
                if key not in found and place not in found.values() and same(rule, one):
                    found[key] = place

    def condition(rule: Json, one: Json) -> bool:
        return _condition(one, stand.letters_now) == _condition(rule, stand.letters_then)

    def cells(rule: Json, one: Json) -> bool:
        return _cells(stand, one, then=False) == _cells(stand, rule, then=True)

    take(lambda rule, one: condition(rule, one) and cells(rule, one))
    take(lambda rule, one: condition(rule, one) and _look(one) == _look(rule))
    take(lambda rule, one: cells(rule, one) and _look(one) == _look(rule))
    return found


def _condition(rule: Json, keys: Mapping[str, str]) -> tuple[str, ...]:
    condition = rule.get("booleanRule", {}).get("condition", {})
    return told(condition, keys)


def told(condition: Json, keys: Mapping[str, str]) -> tuple[str, ...]:
    """A BooleanCondition as it is compared: formulas by the keys of their columns."""
    values = [str(value.get("userEnteredValue", "")) for value in condition.get("values", ())]
    return (
        str(condition.get("type", "")),
        *(comparable(text, keys) if text.startswith("=") else text for text in values),
    )


def _look(rule: Json) -> tuple[object, ...]:
    form = rule.get("booleanRule", {}).get("format", {})
    text = form.get("textFormat", {})
    return (
        color_of(form.get("backgroundColorStyle")), color_of(text.get("foregroundColorStyle")),
        bool(text.get("bold")),
    )  # fmt: skip


def _cells(stand: Stand, rule: Json, *, then: bool) -> dict[str, tuple[tuple[int, int], ...]]:
    """The rows that a rule speaks of, by column: pieces that touch are one."""
    keys = stand.letters_then if then else stand.letters_now
    end = 10**9
    pieces: dict[str, list[tuple[int, int]]] = {}
    for place in rule.get("ranges", ()):
        first, last = int(place.get("startRowIndex", 0)), int(place.get("endRowIndex", end))
        for at in range(
            int(place.get("startColumnIndex", 0)), int(place.get("endColumnIndex", stand.sheet.columns))
        ):
            name = keys.get(letter(at), letter(at))
            pieces.setdefault(name, []).append((first, end if last >= stand.sheet.rows else last))
    found = {}
    for name, spans in pieces.items():
        joined: list[tuple[int, int]] = []
        for first, last in sorted(spans):
            if joined and joined[-1][1] >= first:
                joined[-1] = joined[-1][0], max(joined[-1][1], last)
            else:
                joined.append((first, last))
        found[name] = tuple(joined)
    return found


def views(stand: Stand) -> Iterator[Change]:
    """The template's filter views, known by their ids. Every other one is somebody's own."""
    registry = stand.target.registry(stand.then)
    there = {view.get("filterViewId"): view for view in stand.sheet.views}
    for wanted in registry.views():
        name = wanted["title"]
        found = there.get(wanted["filterViewId"])
        if found is None:
            yield Change(
                "add", "filter view", name, "it is missing; it is made again",
                requests=({"addFilterView": {"filter": wanted}},),
            )  # fmt: skip
            continue
        differs = [
            text
            for text, same in (
                (f"its title ({found.get('title', '')!r})", found.get("title") == name),
                ("its range", _covers(stand, found.get("range", {}))),
                ("its conditions", _specs(found, stand.now, stand.letters_now)
                    == _specs(wanted, stand.then, stand.letters_then)),
                ("its order", _sorts(found, stand.now) == _sorts(wanted, stand.then)),
            )
            if not same
        ]  # fmt: skip
        if differs:
            yield Change(
                "change", "filter view", name,
                f"{', '.join(differs)} {'was' if len(differs) == 1 else 'were'} changed; it is put right",
                requests=(_updated(wanted),),
            )  # fmt: skip


def stretched(stand: Stand) -> Iterator[Request]:
    """Views and bandings once more after columns were moved: a moved column may have left their ranges."""
    registry = stand.target.registry(stand.then) if stand.tab.key == "registry" else None
    there = {view.get("filterViewId") for view in stand.sheet.views}
    for wanted in registry.views() if registry else ():
        if wanted["filterViewId"] in there:
            yield _updated(wanted)
    if stand.tab.banding is not None:
        wanted = _banding(stand, stand.tab.banding)
        if any(one.get("bandedRangeId") == wanted["bandedRangeId"] for one in stand.sheet.bandings):
            yield {"updateBanding": {"bandedRange": wanted, "fields": "range,rowProperties"}}


def _updated(view: Json) -> Request:
    body = {"filterSpecs": [], "sortSpecs": [], **view}
    return {"updateFilterView": {"filter": body, "fields": "title,range,filterSpecs,sortSpecs"}}


def _covers(stand: Stand, place: Json) -> bool:
    ours = stand.now.values()
    columns = range(
        int(place.get("startColumnIndex", 0)), int(place.get("endColumnIndex", stand.sheet.columns))
    )
    rows = int(place.get("startRowIndex", 0)), int(place.get("endRowIndex", stand.sheet.rows))
    inside = all(at in columns for at in ours)
    return inside and rows[0] == 0 and rows[1] >= stand.sheet.rows


def _specs(view: Json, places: Mapping[str, int], letters: Mapping[str, str]) -> dict[str, object]:
    keys = {place: key for key, place in places.items()}
    specs = view.get("filterSpecs")
    if specs is None:
        criteria = view.get("criteria", {})
        specs = [{"columnIndex": int(at), "filterCriteria": one} for at, one in criteria.items()]
    found: dict[str, object] = {}
    for spec in specs:
        criteria = spec.get("filterCriteria", {})
        place = int(spec.get("columnIndex", 0))
        others = tuple(criteria.get("hiddenValues", ()))
        found[keys.get(place, str(place))] = (told(criteria.get("condition", {}), letters), others)
    return found


def _sorts(view: Json, places: Mapping[str, int]) -> list[tuple[str, str]]:
    keys = {place: key for key, place in places.items()}
    return [
        (
            keys.get(int(spec.get("dimensionIndex", 0)), str(spec.get("dimensionIndex", 0))),
            str(spec.get("sortOrder", "ASCENDING")),
        )
        for spec in view.get("sortSpecs", ())
    ]


def bandings(stand: Stand) -> Iterator[Change]:
    """Alternating colours, where the template has them for a tab."""
    banding = stand.tab.banding
    if banding is None:
        return
    wanted = _banding(stand, banding)
    found = next(
        (one for one in stand.sheet.bandings if one.get("bandedRangeId") == wanted["bandedRangeId"]), None
    )
    if found is None:
        request: dict[str, Any] = {"addBanding": {"bandedRange": wanted}}
        yield Change(
            "add", "banding", stand.title, "its alternating colours are missing; they are made again",
            requests=(request,),
        )  # fmt: skip
        return
    rows = found.get("rowProperties", {})
    colors = all(
        color_of(rows.get(name)) == color_of(style) for name, style in wanted["rowProperties"].items()
    )
    place = found.get("range", {})
    covers = (
        int(place.get("startRowIndex", 0)) == stand.top
        and int(place.get("endRowIndex", stand.sheet.rows)) >= stand.sheet.rows
        and not int(place.get("startColumnIndex", 0))
        and int(place.get("endColumnIndex", stand.sheet.columns)) > max(stand.now.values(), default=0)
    )
    if not colors or not covers:
        request = {"updateBanding": {"bandedRange": wanted, "fields": "range,rowProperties"}}
        yield Change(
            "change", "banding", stand.title, "its alternating colours were changed; they are put right",
            requests=(request,),
        )  # fmt: skip


def _banding(stand: Stand, banding: Banding) -> dict[str, Any]:
    return {
        "bandedRangeId": looks.object_id("banding", stand.tab.key),
        "range": grid(stand.id, (stand.top, None), (0, max(stand.then.values()) + 1)),
        "rowProperties": {
            "headerColorStyle": looks.color(stand.target.template.header.background),
            "firstBandColorStyle": looks.color(banding.first),
            "secondBandColorStyle": looks.color(banding.second),
        },
    }

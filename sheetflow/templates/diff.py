"""The declared spreadsheet against the one that is there: every difference as a `Change`, in working order.

Not drift, for people arrange their view: widths, wrapping, hidden columns but for those that decide, a basic
filter, rows' heights, the file's title. Not ours, so never touched: tabs, columns, rows, filter views,
conditional formats, validations (but a pasted dropdown in a column without one) and notes of people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sheetflow.templates import diff_columns, diff_extras, diff_looks, diff_rights, diff_tabs
from sheetflow.templates.actual import Actual, Json
from sheetflow.templates.diff_cells import cells
from sheetflow.templates.plan import Change
from sheetflow.templates.stand import Stand
from sheetflow.templates.target import Target


def compare(target: Target, actual: Actual) -> list[Change]:
    """Every difference. Deterministic: the same on both sides gives the same changes.

    Raises:
        ConfigError: labels that cannot be used.
    """
    target.check()
    registry = Stand.of(target, actual, target.template.tab("registry"))
    target = replace(target, registry_places=registry.then)
    stands = [Stand.of(target, actual, tab) for tab in target.template.tabs]
    return list(_changes(target, actual, stands))


def _changes(target: Target, actual: Actual, stands: Sequence[Stand]) -> Iterator[Change]:
    yield from _spreadsheet(target, actual)
    yield from diff_tabs.tabs(actual, stands)
    there = [stand for stand in stands if not stand.new]
    for stand in there:
        yield from diff_columns.merges(stand)
    for stand in there:
        yield from _structure(stand)
    for stand in there:
        yield from diff_columns.headers(stand)
    for stand in there:
        yield from diff_columns.hidden(stand)
        yield from diff_columns.tags(stand)
        yield from diff_tabs.size(stand)
        yield from cells(stand)
        if stand.tab.key == "settings":
            yield from diff_tabs.missing_settings(stand, stand.sheet.values()[stand.top + 1 :])
    for stand in stands:
        if stand.tab.key == "registry":
            yield from diff_looks.marks(stand)
            yield from diff_looks.views(stand)
            yield from diff_extras.names(stand, actual)
        yield from diff_looks.bandings(stand)
        yield from diff_extras.charts(stand)
    everywhere: list[tuple[int, Json]] = [
        (sheet.sheet_id, one) for sheet in actual.sheets for one in sheet.protections
    ]
    for stand in stands:
        yield from diff_rights.protections(stand, everywhere)
    yield from diff_rights.former(stands, everywhere)


def _structure(stand: Stand) -> Iterator[Change]:
    steps = list(diff_columns.structure(stand))
    for number, change in enumerate(steps, start=1):
        if number == len(steps):
            yield replace(change, requests=(*change.requests, *diff_looks.stretched(stand)))
        else:
            yield change


def _spreadsheet(target: Target, actual: Actual) -> Iterator[Change]:
    for name, found, wanted, field in (
        ("locale", actual.locale, target.locale, "locale"),
        ("time zone", actual.time_zone, target.time_zone, "timeZone"),
    ):
        if found != wanted:
            update = {"properties": {field: wanted}, "fields": field}
            yield Change(
                "change", "spreadsheet", name, f"it is {found or 'not set'}; it becomes {wanted}",
                requests=({"updateSpreadsheetProperties": update},),
            )  # fmt: skip

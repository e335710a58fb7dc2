"""In what order people's edits of one request were made, as far as it can be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sheetflow.model.columns import BY_KEY, Writer
from sheetflow.model.events import CellEdit


def in_order(edits: Sequence[CellEdit], is_submit: Callable[[CellEdit], bool]) -> list[CellEdit]:
    """The edits of one request in the order they were made, as far as it can be told.

    Triggers run side by side, so they may be written down out of order: within one cell each `old` links to
    the previous `new`. What the submitter typed just after picking Submitted belongs to the submit, as long
    as nobody moved the request in between. What a person undid themself before anybody saw it never was.
    """
    steps = _without_guesses(list(edits))
    by_cell: dict[str, list[int]] = {}
    for place, step in enumerate(steps):
        by_cell.setdefault(step.column, []).append(place)
    for places in by_cell.values():
        if len(places) > 1:
            linked = _link([steps[place] for place in places])
            for place, step in zip(places, linked, strict=True):
                steps[place] = step
    return _gather(_without_undone(steps), is_submit)


def _without_guesses(steps: list[CellEdit]) -> list[CellEdit]:
    """Drop a value that a pasting user's trigger read, where somebody else is known to have typed it."""
    exact = {(step.column, step.new): step.user for step in steps if step.exact}
    return [
        step for step in steps
        if step.exact or exact.get((step.column, step.new), step.user) == step.user
    ]  # fmt: skip


def _link(steps: list[CellEdit]) -> list[CellEdit]:
    """Reorder so that as many as possible follow on from each other; the given order where nothing tells."""
    news = [step.new for step in steps]
    starts = [step for step in steps if step.old is None or step.old not in news] or steps[:1]
    linked = [starts[0]]
    rest = [step for step in steps if step is not starts[0]]
    while rest:
        last = linked[-1].new
        follower = next((step for step in rest if step.old is None or step.old == last), rest[0])
        linked.append(follower)
        rest.remove(follower)
    return linked


def _without_undone(steps: list[CellEdit]) -> list[CellEdit]:
    """Leave out a status that was picked and taken back by one person, with nothing else done in between."""
    kept: list[CellEdit] = []
    for step in steps:
        last = kept[-1] if kept else None
        if (
            last is not None
            and step.column == last.column == "status"
            and step.exact
            and last.exact
            and last.user == step.user
            and (last.old, last.new) == (step.new, step.old)
        ):
            kept.pop()
        else:
            kept.append(step)
    return kept


def _gather(steps: list[CellEdit], is_submit: Callable[[CellEdit], bool]) -> list[CellEdit]:
    ordered: list[CellEdit] = []
    early: set[int] = set()
    for place, step in enumerate(steps):
        if place in early:
            continue
        if is_submit(step):
            for later_place in range(place + 1, len(steps)):
                later = steps[later_place]
                if later.column == "status":
                    break
                if later.user == step.user and BY_KEY[later.column].writer is Writer.REQUESTER:
                    ordered.append(later)
                    early.add(later_place)
        ordered.append(step)
    return ordered

"""Which column is which, and the fewest steps that bring them into their order.

A column is known by its header in any language; where the header says something else, by the developer
metadata that the system left on it. So a retyped header is put back, headers that were typed over each other
are told apart by the metadata, and a column that somebody made anew under the right header is ours.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Step:
    """One step: "remove" the column at `start`, "insert" one at `to`, "move" from `start` to before `to`.

    Places are those at that moment, all earlier steps done; `to` of a move counts the moved column itself, as
    Google's moveDimension does. `key`: of the column, "" for one that is not ours.
    """

    kind: Literal["remove", "insert", "move"]
    key: str
    start: int
    to: int = 0


def identify(
    order: Sequence[str], texts: Sequence[str], tags: Mapping[int, str], known: Mapping[str, str]
) -> dict[str, int]:
    """Where each column stands: key -> place.

    Args:
        order: the keys there should be.
        texts: header texts from the left.
        tags: place -> key by metadata.
        known: header text in any language, lower case -> key.
    """
    wanted = set(order)
    said = {place: known.get(text.strip().lower(), "") for place, text in enumerate(texts)}
    found: dict[str, int] = {}

    def take(key: str, place: int) -> None:
        if key in wanted and place not in found.values():
            found.setdefault(key, place)

    for place, key in tags.items():
        if said.get(place) == key:
            take(key, place)
    typed_over = {key for place, key in tags.items() if said.get(place, "") not in ("", key)}
    for place, key in said.items():
        if tags.get(place, "") not in wanted and key not in typed_over:
            take(key, place)
    for place, key in tags.items():
        take(key, place)
    for place, key in said.items():
        take(key, place)
    return found


def by_position(order: Sequence[str], texts: Sequence[str], found: Mapping[str, int]) -> dict[str, int]:
    """The same for tabs whose columns nobody adds to: an unknown header is the one of its place.

    So is a blank one, unless columns were inserted or moved: then the others stand elsewhere too.
    """
    taken = set(found.values())
    guessed = {
        key: place
        for place, key in enumerate(order)
        if key not in found and place not in taken and place < len(texts)
    }
    misplaced = any(order.index(key) != place for key, place in found.items())
    return {**found, **({} if misplaced else guessed)}


def arrange(
    order: Sequence[str],
    now: Mapping[str, int],
    width: int,
    *,
    gone: Sequence[int] = (),
    exact: bool = False,
) -> tuple[list[Step], dict[str, int]]:
    """The steps to the order, and where each column stands after them.

    Args:
        order: keys from left to right.
        now: where those stand that there are.
        width: columns of the grid.
        gone: places of columns to remove.
        exact: other columns may not stand among ours, for the places themselves count.
    """
    names = {place: key for key, place in now.items()}
    width = max(width, max(names, default=-1) + 1)
    line: list[str | int] = [names.get(place, place) for place in range(width)]
    steps: list[Step] = []
    for place in sorted(gone, reverse=True):
        steps.append(Step("remove", "", place))
        del line[place]
    if exact:
        _push_out(line, now, steps)
    settled = _longest(order, line)
    for place, key in enumerate(order):
        if key in settled:
            continue
        at = line.index(order[place - 1]) + 1 if place else _first(line, order, key)
        if key in now:
            start = line.index(key)
            if start not in (at, at - 1):
                steps.append(Step("move", key, start, at))
            line.insert(at - (start < at), line.pop(start))
        else:
            steps.append(Step("insert", key, at, at))
            line.insert(at, key)
    return steps, {str(key): place for place, key in enumerate(line) if isinstance(key, str)}


def _push_out(line: list[str | int], now: Mapping[str, int], steps: list[Step]) -> None:
    """Move columns that are not ours behind the last of ours."""
    while True:
        last = max((place for place, one in enumerate(line) if one in now), default=-1)
        foreign = next((place for place in range(last) if line[place] not in now), None)
        if foreign is None:
            return
        steps.append(Step("move", "", foreign, last + 1))
        line.insert(last, line.pop(foreign))


def _first(line: Sequence[str | int], order: Sequence[str], key: str) -> int:
    """Where the leftmost column goes: before the first of the others."""
    return min((line.index(one) for one in order if one != key and one in line), default=0)


def _longest(order: Sequence[str], line: Sequence[str | int]) -> set[str]:
    """The most columns that stand in order among each other: they need not be moved."""
    ranks = {key: rank for rank, key in enumerate(order)}
    standing = [str(one) for one in line if one in ranks]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, key in enumerate(standing):
        place = bisect_left(tails, ranks[key])
        before.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(ranks[key])
            ends.append(at)
        else:
            tails[place], ends[place] = ranks[key], at
    found: set[str] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        found.add(standing[at])
        at = before[at]
    return found

"""Which row holds the titles, and which of our columns each title means.

A guess is shown before it counts; where a title may mean several columns, or several titles mean one, nothing
is chosen: whoever imports has to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from sheetflow.core.migration.table import NOTHING, Found, Table, Vocabulary, cell_at, plain

DEEPEST = 40
"""How many rows from the top on the titles are looked for."""
ALIKE = 0.84
"""How much of two titles has to agree; below it they have nothing to do with each other."""
CLOSE = 0.06
"""Two columns that are this near to each other as guesses are not told apart."""
SHORTEST = 5
"""Letters that a title needs to be recognised although it is written differently."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a foreign column is taken for.

    `key`: our column, "" for none. `how`: "exact", "alike" (spelled differently), "given" (by whoever
    imports), "unknown", "left-out" or "ambiguous". `choices`: the columns that it may be, if ambiguous.
    """

    place: int
    title: str
    key: str = ""
    how: str = "unknown"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """Where the titles stand. `first`, `last`: row numbers; `titles`: (full, own) title of each column."""

    first: int
    last: int
    titles: tuple[tuple[str, str], ...]


def find_header(table: Table, words: Vocabulary) -> Header | None:
    """The row, or the two rows, with the most titles that are known; None where no row has two of them."""
    best: tuple[int, int, Header] | None = None
    for at in range(min(len(table.rows), DEEPEST)):
        for lines in (1, 2):
            if at + lines > len(table.rows):
                continue
            titles = _titles(table, at, lines)
            known = {
                keys for full, own in titles if (keys := _exact(full, own, words)) and keys != (NOTHING,)
            }
            # A row of data below the titles adds nothing; a second line of titles does.
            found = (len(known), -lines, Header(at + 1, at + lines, titles))
            if len(known) >= 2 and (best is None or found[:2] > best[:2]):
                best = found
    return best[2] if best else None


def _titles(table: Table, at: int, lines: int) -> tuple[tuple[str, str], ...]:
    rows = table.rows[at : at + lines]
    if lines == 2 and not _is_second_line(rows[1]):
        return ()
    titles = []
    for place in range(table.width):
        parts = [" ".join(cell_at(row, place).text.split()) for row in rows]
        parts = [part for part in dict.fromkeys(parts) if part]
        titles.append((" ".join(parts), parts[-1] if parts else ""))
    return tuple(titles)


def _is_second_line(row: Sequence[Found]) -> bool:
    """Titles are texts: a number or a date belongs to the first row of data."""
    return all(cell.blank or isinstance(cell.value, str) for cell in row)


def _exact(full: str, own: str, words: Vocabulary) -> tuple[str, ...]:
    return words.headers.get(plain(full)) or words.headers.get(plain(own)) or ()


def with_given(words: Vocabulary, given: Mapping[str, str]) -> Vocabulary:
    """The vocabulary and what whoever imports has said: it helps to find the titles."""
    said = {plain(title): (key or NOTHING,) for title, key in given.items()}
    return replace(words, headers={**words.headers, **said})


def guess(header: Header, words: Vocabulary, given: Mapping[str, str]) -> list[Guess]:
    """What each titled column is. `given`: title -> our column, or "" to leave the column out.

    Two columns that mean the same are ambiguous, unless one of them is spelled as we know it.
    """
    said = {plain(title): key for title, key in given.items()}
    guesses = [_guess(place, full, own, words, said) for place, (full, own) in enumerate(header.titles)]
    guesses = [one for one in guesses if one.title]
    taken = {one.key for one in guesses if one.how == "given"}
    settled = []
    for one in guesses:
        if one.how in ("exact", "alike") and one.key in taken:
            one = Guess(one.place, one.title)  # whoever imports said which column it is
        settled.append(one)
    for how in ("exact", "alike"):
        exact = {one.key for one in settled if one.how == "exact"}
        for key in {one.key for one in settled if one.how == how}:
            rivals = [one for one in settled if one.key == key and one.how == how]
            others = how == "alike" and key in exact
            if len(rivals) > 1 or others:
                settled = [
                    Guess(one.place, one.title, how="ambiguous", choices=(key,)) if one in rivals else one
                    for one in settled
                ]
    return settled


def unknown_titles(header: Header, given: Mapping[str, str]) -> list[str]:
    """Titles that were given a column but do not stand there."""
    stand = {plain(text) for pair in header.titles for text in pair}
    return [title for title in given if plain(title) not in stand]


def _guess(place: int, full: str, own: str, words: Vocabulary, said: Mapping[str, str]) -> Guess:
    for title in (full, own):
        if title and plain(title) in said:
            key = said[plain(title)]
            return Guess(place, full, key, "given" if key else "left-out")
    keys = _exact(full, own, words)
    if keys == (NOTHING,):
        return Guess(place, full)
    if len(keys) == 1:
        return Guess(place, full, keys[0], "exact")
    if keys:
        return Guess(place, full, how="ambiguous", choices=keys)
    return _alike(place, full, own, words)


def _alike(place: int, full: str, own: str, words: Vocabulary) -> Guess:
    """A title that is spelled differently: a known one within it, or one that is nearly the same."""
    best: dict[str, float] = {}
    for title in {plain(full), plain(own)}:
        if len(title) < SHORTEST:
            continue
        for known, keys in words.headers.items():
            likeness = _likeness(title, known)
            if likeness >= ALIKE and keys != (NOTHING,):
                for key in keys:
                    best[key] = max(best.get(key, 0), likeness)
    if not best:
        return Guess(place, full)
    top = max(best.values())
    near = tuple(key for key, likeness in best.items() if likeness > top - CLOSE)
    if len(near) > 1:
        return Guess(place, full, how="ambiguous", choices=near)
    return Guess(place, full, near[0], "alike")


def _likeness(title: str, known: str) -> float:
    """1 for the same; a known title at the beginning of a longer one counts by how much of it it is."""
    if len(known) >= SHORTEST and title.startswith(known + " "):
        return ALIKE + (1 - ALIKE) * len(known) / len(title)
    return SequenceMatcher(None, title, known).ratio()

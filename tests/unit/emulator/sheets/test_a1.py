from __future__ import annotations

import doctest

import pytest

from sheetflow.emulator.sheets import a1, styles
from sheetflow.emulator.sheets.a1 import Area, Box, Reference
from sheetflow.emulator.sheets.shifts import Shifted, shift_point, shift_span


@pytest.mark.parametrize(
    ("text", "title", "box"),
    [
        ("B3", None, (2, 3, 1, 2)),
        ("$B$3", None, (2, 3, 1, 2)),
        ("b3:A1", None, (0, 3, 0, 2)),
        ("A:C", None, (None, None, 0, 3)),
        ("2:4", None, (1, 4, None, None)),
        ("A2:C", None, (1, None, 0, 3)),
        ("R2C3", None, (1, 2, 2, 3)),
        ("R1C1:R2C2", None, (0, 2, 0, 2)),
        ("Sheet1!AA10", "Sheet1", (9, 10, 26, 27)),
        ("'It''s!'!A1", "It's!", (0, 1, 0, 1)),
        ("'D3'", "D3", (None, None, None, None)),
    ],
)
def test_parse__reads(text: str, title: str | None, box: tuple[int | None, ...]) -> None:
    assert a1.parse(text) == Reference(title, None, box)  # type: ignore[arg-type]


def test_parse__leaves_names_to_the_document_and_refuses_nonsense() -> None:
    assert a1.parse("SF_VERSION") == Reference(None, "SF_VERSION", None)
    for text in ("Sheet1!", "'open", "Sheet1!A1:", "'a'b"):
        assert a1.parse(text) is None, text


def test_names__say_what_they_show() -> None:
    for module in (a1, styles):
        assert doctest.testmod(module).failed == 0
    assert a1.range_name("My tab", Box(0, 3, 0, 2)) == "'My tab'!A1:B3"


def test_area__overlaps_and_covers_with_open_sides() -> None:
    column = Area(0, None, None, 1, 2)
    assert column.overlaps(Area(0, 5, 6, 0, 2))
    assert not column.overlaps(Area(0, 5, 6, 2, 3))
    assert not column.overlaps(Area(1, 5, 6, 0, 2))
    assert column.covers(Area(0, 5, 6, 1, 2))
    assert not column.covers(Area(0, 5, 6, 0, 2))


def _change(kind: str, start: int, end: int, to: int = 0) -> Shifted:
    return Shifted(kind, 0, "ROWS", start, end, to)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "span", "moved"),
    [
        (_change("insert", 2, 4), (2, 5), (4, 7)),
        (_change("insert", 3, 4), (2, 5), (2, 6)),
        (_change("insert", 5, 6), (2, 5), (2, 5)),
        (_change("insert", 0, 1), (None, None), (None, None)),
        (_change("insert", 1, 2), (3, None), (4, None)),
        (_change("delete", 0, 2), (2, 5), (0, 3)),
        (_change("delete", 1, 3), (2, 5), (1, 3)),
        (_change("delete", 2, 5), (2, 5), None),
        (_change("delete", 4, 9), (2, None), (2, None)),
        (_change("move", 2, 4, 8), (2, 4), (6, 8)),
        (_change("move", 6, 7, 0), (2, 4), (3, 5)),
        (_change("move", 3, 4, 5), (2, 6), (2, 6)),
        (_change("move", 0, 1, 3), (2, 6), (1, 6)),
    ],
)
def test_shift_span__follows(
    change: Shifted, span: tuple[int | None, int | None], moved: tuple[int | None, int | None] | None
) -> None:
    assert shift_span(*span, change) == moved


def test_shift_point__of_a_move_is_a_permutation() -> None:
    for start, end, to in ((1, 3, 6), (4, 6, 0), (2, 3, 3), (0, 2, 8)):
        places = [shift_point(index, _change("move", start, end, to)) for index in range(8)]
        assert sorted(place for place in places if place is not None) == list(range(8))

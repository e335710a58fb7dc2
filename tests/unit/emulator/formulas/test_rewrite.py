"""Formulas follow what they point at, and keep their spelling; checked against a naive model."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetflow.emulator.sheets.formulas import Change, Deleted, Renamed, Shift, relocate, rewrite
from sheetflow.emulator.sheets.formulas.references import Corner, Reference
from sheetflow.emulator.sheets.formulas.tokens import FormulaSyntaxError, tokenize

_INSERT = Shift("insert", "One", "ROWS", 2, 4)
_DELETE = Shift("delete", "One", "ROWS", 2, 4)


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        ('=SUM( A1:A9 ;B3 )&"A3"', _INSERT, '=SUM( A1:A11 ;B5 )&"A3"'),
        ("=A2+A3", _INSERT, "=A2+A5"),
        ("=A1:A2", _INSERT, "=A1:A2"),
        ("=$A$3:$D", _INSERT, "=$A$5:$D"),
        ("=A:A+3:3", _INSERT, "=A:A+5:5"),
        ("=two!A3+ONE!A3+'One'!a3", _INSERT, "=two!A3+ONE!A5+One!A5"),
        ("=A3", _DELETE, "=#REF!"),
        ("=sum(a2:a9)", _DELETE, "=sum(A2:A7)"),
        ("=A3:A4", _DELETE, "=#REF!"),
        ("=A3:A5+A2:A3", _DELETE, "=A3:A3+A2:A2"),
        ("=A4:A", _DELETE, "=A3:A"),
        ("=B3", Shift("insert", "One", "COLUMNS", 0, 1), "=C3"),
        ("=$B$3:$D", Shift("delete", "One", "COLUMNS", 1, 2), "=$B$3:$C"),
        ("=A:C", Shift("delete", "One", "COLUMNS", 0, 3), "=#REF!"),
        ("=A3", Shift("move", "One", "ROWS", 2, 3, 5), "=A5"),
        ("=A4", Shift("move", "One", "ROWS", 2, 3, 5), "=A3"),
        ("=A6", Shift("move", "One", "ROWS", 2, 3, 5), "=A6"),
        ("=A1", Shift("move", "One", "ROWS", 4, 5, 0), "=A2"),
        ("=A1:A9", Shift("move", "One", "ROWS", 2, 3, 6), "=A1:A9"),
        ("=State!A3+State2!A3", Renamed("State", "Мой лист"), "='Мой лист'!A3+State2!A3"),
        ("='It''s'!A1", Renamed("it's", "Plain"), "=Plain!A1"),
        ("=A1+One!A1+Two!A1", Deleted("Two"), "=A1+One!A1+#REF!"),
        ('=LOG10(1)+A1B+INDIRECT("A3")', _INSERT, '=LOG10(1)+A1B+INDIRECT("A3")'),
        ("no formula A3", _INSERT, "no formula A5"),
        ('="unclosed A3', _INSERT, '="unclosed A3'),
    ],
)
def test_rewrite__cases(before: str, change: Change, after: str) -> None:
    assert rewrite(before, "One", change) == after


@pytest.mark.parametrize(
    ("before", "rows", "cols", "after"),
    [
        ("=A1+$A1+A$1+$A$1", 2, 1, "=B3+$A3+B$1+$A$1"),
        ("=SUM(A1:B ; Two!C3)", 1, 1, "=SUM(B2:C ; Two!D4)"),
        ("=A1", -1, 0, "=#REF!"),
        ("=A:A+$B:B+2:2", 1, 1, "=B:B+$B:C+3:3"),
        ('="A1"&a1', 0, 0, '="A1"&a1'),
    ],
)
def test_relocate__cases(before: str, rows: int, cols: int, after: str) -> None:
    assert relocate(before, rows, cols) == after


_INDEX = st.integers(0, 12)


@st.composite
def _shifts(draw: st.DrawFn) -> Shift:
    start, length = draw(_INDEX), draw(st.integers(1, 4))
    kind = draw(st.sampled_from(["insert", "delete", "move"]))
    if kind == "move":
        return Shift("move", "One", "ROWS", start, start + length, draw(st.integers(0, 20)))
    return Shift("insert" if kind == "insert" else "delete", "One", "ROWS", start, start + length)


def _shifted(rows: list[int | None], change: Shift) -> list[int | None]:
    """The naive model: a list of rows by their old numbers, None for new ones."""
    count = change.end - change.start
    if change.kind == "insert":
        return rows[: change.start] + [None] * count + rows[change.start :]
    taken, rest = rows[change.start : change.end], rows[: change.start] + rows[change.end :]
    if change.kind == "delete":
        return rest
    to = change.to if change.to <= change.start else max(change.start, change.to - count)
    return rest[:to] + taken + rest[to:]


@settings(max_examples=300, deadline=None)
@given(row=_INDEX, change=_shifts())
def test_rewrite__a_cell_is_the_same_cell_afterwards(row: int, change: Shift) -> None:
    after = _shifted(list(range(60)), change)

    expected = f"=B{after.index(row) + 1}" if row in after else "=#REF!"
    assert rewrite(f"=B{row + 1}", "One", change) == expected


@settings(max_examples=300, deadline=None)
@given(first=_INDEX, length=st.integers(1, 6), change=_shifts())
def test_rewrite__a_range_keeps_its_cells_when_rows_come_or_go(
    first: int, length: int, change: Shift
) -> None:
    last = first + length - 1
    after = _shifted(list(range(60)), change)
    kept = [place for place, row in enumerate(after) if row is not None and first <= row <= last]
    new = rewrite(f"=B{first + 1}:B{last + 1}", "One", change)

    if change.kind == "move":
        inside = change.start <= first and last < change.end
        outside = last < change.start or change.end <= first
        if inside or (outside and kept[-1] - kept[0] == length - 1):
            assert new == f"=B{kept[0] + 1}:B{kept[-1] + 1}"
    elif kept:
        assert new == f"=B{kept[0] + 1}:B{kept[-1] + 1}"
    else:
        assert new == "=#REF!"


@settings(max_examples=300, deadline=None)
@given(st.text("=A1$:!'\"#&+-(),;{} \\ЖZ9.%<>", max_size=30))
def test_tokens__joined_are_the_text(text: str) -> None:
    try:
        tokens = tokenize(text)
    except FormulaSyntaxError:
        return
    assert "".join(token.text for token in tokens) == text


@given(
    st.one_of(st.none(), st.text("aЖ' 1!", min_size=1, max_size=5).filter(lambda title: title.strip("'"))),
    st.integers(0, 18277),
    st.integers(0, 9_999_998),
    st.booleans(),
)
def test_reference__reads_what_it_writes(title: str | None, col: int, row: int, fixed: bool) -> None:
    reference = Reference(title, Corner(col, row, fixed, not fixed), Corner(col, None, fixed))

    assert Reference.read(str(reference)) == reference

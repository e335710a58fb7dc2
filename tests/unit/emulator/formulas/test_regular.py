from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetflow.emulator.sheets.formulas import regular
from sheetflow.emulator.sheets.formulas.columns import wildcard
from sheetflow.emulator.sheets.formulas.regular import machine, matching
from sheetflow.emulator.sheets.formulas.regular.reading import Reader
from tests.unit.emulator.formulas.sheets import result


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        (r"\d+", "ab 12 34", "12"),
        (r"(?i)ПРИВЕТ", "скажи Привет", "Привет"),
        (r"\p{L}+", "12 слово x", "слово"),
        (r"[[:alpha:]]+$", "12 abc", "abc"),
        (r"[^\d\s]+", "12 ab", "ab"),
        (r"[]x]+", "a]x]", "]x]"),
        (r"a{2,3}?", "aaaa", "aa"),
        (r"(?:ab|a)(?:c|bcd)", "abcd", "abc"),
        (r"\bcat\b", "a cat!", "cat"),
        (r"(?s)a.b", "a\nb", "a\nb"),
        (r"(?m)^b$", "a\nb\nc", "b"),
        (r"\Qa.b\E", "axb a.b", "a.b"),
        (r"[\D]", "1a", "a"),
        (r"(?P<name>x)y", "xy", "xy"),
        (r"\x41\x{42}", "AB", "AB"),
    ],
)
def test_regular__both_engines_find_what_re2_finds(expression: str, text: str, found: str) -> None:
    spans = regular.expression(expression).search(text)
    reader = Reader(expression)
    slow, _ = machine.Program(reader.read(), reader.groups).search(text, 0, 100_000)
    assert spans is not None
    assert spans[0] is not None
    assert text[slice(*spans[0])] == found
    assert slow == spans


@pytest.mark.parametrize(
    "expression",
    [r"(?=a)", r"(?<!a)", r"(a)\1", "(", "[", "a**b)", "*a", r"\q", "a{9999}", r"[z-a]", "a{3,1}"],
)
def test_regular__what_re2_refuses_is_refused(expression: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of any wording
        regular.expression(expression)
    assert result(f'=REGEXMATCH("a","{expression}")') == "#REF!"


@pytest.mark.parametrize(
    "expression",
    [
        "(a+)+b",
        "(a|a)*b",
        "(a|aa)+b$",
        "(.*)(.*)(.*)(.*)(.*)b",
        "a?" * 40 + "a" * 40 + "b",
        "(?:a{0,40}){0,40}b",
        "((a*)*)*b",
        "x*x*x*x*x*y",
    ],
)
@pytest.mark.parametrize("size", [40, 2_000, 50_000])
def test_regular__a_hostile_pattern_does_not_hang(expression: str, size: int) -> None:
    start = time.thread_time()
    answer = result(f'=REGEXMATCH(REPT("a",{size}),"{expression}")')
    assert time.thread_time() - start < 3
    assert answer in (False, "#VALUE!", "#REF!")


def test_regular__many_hostile_cells_share_one_allowance() -> None:
    start = time.thread_time()
    hostile = '=SUM(ARRAYFORMULA(IFERROR(N(REGEXMATCH(REPT("a",20000+SEQUENCE(200)),"(a|a|aa)+c")),1)))'
    result(hostile)
    assert time.thread_time() - start < 12


def test_wildcards__a_hostile_pattern_does_not_hang() -> None:
    start = time.thread_time()
    assert wildcard("*a" * 50 + "*b").fullmatch("a" * 20_000) is None
    assert time.thread_time() - start < 1
    assert wildcard("*a*b*").fullmatch("xxaxbx")
    assert wildcard("a*a").fullmatch("a") is None
    assert wildcard("a~*?").fullmatch("a*x")


PIECES = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "^", "$", r"\b"])


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    marks = st.sampled_from(["*", "+", "?", "{1,2}", "*?", "{2}"])
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        inner.map(lambda one: f"({one})"),
        st.tuples(inner, marks).map(lambda two: f"(?:{two[0]}){two[1]}"),
    )


@settings(max_examples=300, deadline=None)
@given(st.recursive(PIECES, _nested, max_leaves=6), st.text("ab \n", max_size=8))
def test_regular__the_machine_matches_where_pythons_engine_does(expression: str, text: str) -> None:
    """The span of the match; groups inside repetitions of nothing differ between engines."""
    reader = Reader(expression)
    spans, _ = machine.Program(reader.read(), reader.groups).search(text, 0, 100_000)
    reader = Reader(expression)
    found = re.compile(matching._spelled(reader.read())).search(text)
    assert (spans is None) == (found is None)
    if spans is not None and found is not None and spans[0] is not None:
        assert spans[0][0] == found.start()

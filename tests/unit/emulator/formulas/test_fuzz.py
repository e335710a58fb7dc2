"""Whatever is typed after "=", the engine answers with a value."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sheetflow.emulator.sheets.formulas import CellError, Engine, Formula, Shift, Value, rewrite
from sheetflow.emulator.sheets.formulas.functions import load_functions
from sheetflow.emulator.sheets.formulas.registry import FUNCTIONS
from tests.unit.emulator.formulas.sheets import ListGrid

load_functions()
_WORDS = [
    *sorted(FUNCTIONS),
    *[
        "A1",
        "B2:C3",
        "A:A",
        "$A$1:$A",
        "2:3",
        "Other!A1:B2",
        "'x y'!A1",
        "1",
        "0",
        "-1",
        "2.5",
        "1e300",
        '""',
        '"a"',
        '"2"',
    ],
    *[
        "TRUE",
        "#N/A",
        "{1,2;3,4}",
        "(",
        ")",
        ",",
        ";",
        "+",
        "-",
        "*",
        "/",
        "^",
        "&",
        "=",
        "<>",
        ">",
        "%",
        " ",
        "{",
        "}",
        "Ж",
    ],
]
_OPERANDS = st.sampled_from(
    [
        "A1",
        "B1:B4",
        "A:B",
        "1",
        "0",
        "-1",
        "1e9",
        '""',
        '"a"',
        '"<2"',
        "TRUE",
        "NA()",
        "{1,2;3,4}",
        "",
        "D1:D3",
        "Other!A1:C2",
    ]
)


def _engine(first: str, second: str = "=1") -> Engine:
    rows: list[list[Value | Formula]] = [
        [1, "a", None, True],
        ["b", 2.5, CellError("N_A"), -1],
        [None, "", 3, "3"],
        [46387, "PR-1", 0, Formula(second)],
        [Formula(first)],
    ]
    return Engine(ListGrid({"Sheet1": rows, "Other": [[1, 2], [3]]}, (40, 8)))


def _is_value(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, float, str, CellError))


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(_WORDS), max_size=12).map("".join),
    st.lists(st.sampled_from(_WORDS), max_size=6).map("".join),
)
def test_engine__never_fails_on_random_words(first: str, second: str) -> None:
    on = _engine("=" + first, "=" + second)

    assert all(_is_value(value) for row in on.block(0, 0, 12, 0, 8) for value in row)
    assert all(_is_value(value) for value in on.spilled(0).values())


@settings(max_examples=800, deadline=None)
@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(_OPERANDS, max_size=5), st.booleans())
def test_functions__never_fail_on_random_arguments(name: str, arguments: list[str], spread: bool) -> None:
    call = f"{name}({';'.join(arguments)})"
    on = _engine(f"=ARRAYFORMULA({call})" if spread else f"={call}")

    assert _is_value(on.effective(0, 4, 0))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20))
def test_engine__never_fails_on_any_text(text: str) -> None:
    assert _is_value(_engine("=" + text).effective(0, 4, 0))
    rewrite("=" + text, "Sheet1", Shift("insert", "Sheet1", "ROWS", 0, 1))

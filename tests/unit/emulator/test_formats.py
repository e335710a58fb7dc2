"""What cells show: patterns, locales, and numbers without a format."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.emulator.sheets.formats import format_value
from sheetflow.emulator.sheets.formulas import CellError, Value

_MOMENT = 46387.6458912  # 2026-12-31 15:30:05


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        ("text", "text"),
        (True, "TRUE"),
        (CellError("N_A"), "#N/A"),
        (5, "5"),
        (5.0, "5"),
        (-0.0, "0"),
        (1 / 3, "0.3333333333"),
        (-2 / 3, "-0.6666666667"),
        (0.1 + 0.2, "0.3"),
        (100000 / 3, "33333.33333"),
        (1234567.891234, "1234567.891"),
        (12345678901.5, "12345678902"),
        (123456789012345, "123456789012345"),
        (40702810000000000001.0, "4.07028E+19"),
        (1e-7, "1E-07"),
    ],
)
def test_format__without_a_format(value: Value, shown: str) -> None:
    assert format_value(value, None, "en_US") == shown


@pytest.mark.parametrize(
    ("value", "pattern", "shown"),
    [
        (1234.567, "#,##0.00", "1,234.57"),
        (150, '[Red][>=100]0.0;[<0]"neg "0;0', "150.0"),
        (-5, '[Red][>=100]0.0;[<0]"neg "0;0', "neg 5"),
        (7, '[Red][>=100]0.0;[<0]"neg "0;0', "7"),
        (-7, "[>5]0;0.0", "-7.0"),
        (12345, '[>=1000]#,##0.0,"K";0', "12.3K"),
        (1, '[=1]"one";[<>0]"many";"none"', "one"),
        (0, '[=1]"one";[<>0]"many";"none"', "none"),
        (1.5, "# ?/?", "1 1/2"),
        (-2.75, "# ?/?", "-2 3/4"),
        (0.25, "# ?/?", "1/4"),
        (0.25, "0 ?/?", "0 1/4"),
        (3, "# ?/?", "3    "),
        (3.14159, "# ??/??", "3 14/99"),
        (0.5, "# ??/??", " 1/2 "),
        (1.5, "0/0", "3/2"),
        (0.3125, "# ?/16", "5/16"),
        (1.5, "?.??", "1.5 "),
        (12345, "##0.0E+0", "123.5E+2"),
        (1.5, "[h]:mm", "36:00"),
        (0.01, "[mm]:ss", "14:24"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (-0.001, "0.00", "0.00"),
        (0, '0;-0;"none"', "none"),
        ("x", '0;-0;0;"<"@">"', "<x>"),
        ("x", "0.00", "x"),
        ("x", "@", "x"),
        (12, "@", "12"),
        (2.5, "0", "3"),
        (1.005, "0.00", "1.01"),
        (0.1256, "0.0%", "12.6%"),
        (5, "000", "005"),
        (5, "# ##0", " 5"),
        (0, "#", ""),
        (0.5, "#.##", ".5"),
        (1234567, "#,##0,", "1,235"),
        (79991234567, "+0 (000) 000-00-00", "+7 (999) 123-45-67"),
        (12345, "0.00E+00", "1.23E+04"),
        (0.00012, "0.0E+0", "1.2E-4"),
        (1234.5, '"№ "0.0', "№ 1234.5"),
        (1234.5, "[$₽-419]#,##0.00", "₽1,234.50"),
        (1234.5, "[red]0.0\\!", "1234.5!"),
        (5, "General", "5"),
        (_MOMENT, "yyyy-mm-dd hh:mm:ss", "2026-12-31 15:30:05"),
        (_MOMENT, "M/d/yy h:mm AM/PM", "12/31/26 3:30 PM"),
        (_MOMENT, "dddd, mmmm d", "Thursday, December 31"),
        (_MOMENT, "ddd mmm", "Thu Dec"),
        (_MOMENT, "mm:ss.000", "30:05.000"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (-0.25, "[h]:mm", "-6:00"),
        (0.99999999, "hh:mm:ss", "00:00:00"),
        (1e12, "yyyy-mm-dd", "1000000000000"),
        (float("inf"), "0.00", "#NUM!"),
        (1e300, "0E+0", "1E+300"),
    ],
)
def test_format__patterns(value: Value, pattern: str, shown: str) -> None:
    assert format_value(value, {"type": "NUMBER", "pattern": pattern}, "en_US") == shown


@pytest.mark.parametrize(
    ("type_", "value", "en_us", "en_gb", "ru", "de"),
    [
        ("NUMBER", 1234.5, "1,234.50", "1,234.50", "1_234,50", "1.234,50"),
        ("PERCENT", 0.125, "12.50%", "12.50%", "12,50%", "12,50%"),
        ("CURRENCY", 1234.5, "$1,234.50", "£1,234.50", "1_234,50_₽", "1.234,50_€"),
        ("DATE", 46026, "1/4/2026", "04/01/2026", "04.01.2026", "04.01.2026"),
        ("TIME", 0.3125, "7:30:00 AM", "07:30:00", "7:30:00", "07:30:00"),
        (
            "DATE_TIME",
            46026.5,
            "1/4/2026 12:00:00",
            "04/01/2026 12:00:00",
            "04.01.2026 12:00:00",
            "04.01.2026 12:00:00",
        ),
        ("SCIENTIFIC", 12345, "1.23E+04", "1.23E+04", "1,23E+04", "1,23E+04"),
        ("TEXT", 1.5, "1.5", "1.5", "1,5", "1,5"),
        ("DATE", "no date", "no date", "no date", "no date", "no date"),
        ("NUMBER", False, "FALSE", "FALSE", "ЛОЖЬ", "FALSCH"),
    ],
)
def test_format__types_by_locale(type_: str, value: Value, en_us: str, en_gb: str, ru: str, de: str) -> None:
    shown = [
        format_value(value, {"type": type_}, locale).replace("\N{NO-BREAK SPACE}", "_")
        for locale in ("en_US", "en_GB", "ru_RU", "de_DE")
    ]
    assert shown == [en_us, en_gb, ru, de]


@given(
    st.one_of(st.floats(), st.integers(), st.text(max_size=5), st.booleans(), st.none()),
    st.text('0#?.,%;@"\\[]hmsyd-/ E+$AMPЖ*_', max_size=12),
)
def test_format__any_pattern_shows_something(value: Value, pattern: str) -> None:
    assert isinstance(format_value(value, {"type": "NUMBER", "pattern": pattern}, "ru_RU"), str)

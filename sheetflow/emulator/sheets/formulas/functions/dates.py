"""Functions of dates: serial days since 1899-12-30, times their fractions."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.functions.aggregates import numbers
from sheetflow.emulator.sheets.formulas.literals import EPOCH, read_literal
from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, Number

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.arrays import Operand
    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator
    from sheetflow.emulator.sheets.formulas.values import Value

_SECONDS = 86_400
_LAST = date.max.toordinal()


def _day(serial: Number, name: str = "DATE") -> date:
    """The calendar day of a serial number."""
    ordinal = int(serial // 1) + EPOCH
    if not 1 <= ordinal <= _LAST:
        raise Fail("NUM", f"Function {name} parameter value {serial} is out of range.")
    return date.fromordinal(ordinal)


def _serial(day: date) -> int:
    return day.toordinal() - EPOCH


def _shifted(day: date, months: int, name: str) -> tuple[int, int]:
    """Year and month `months` after a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise Fail("NUM", f"Function {name} evaluates to an out of bounds date.")
    return year, month + 1


def _seconds(serial: Number) -> int:
    return round(serial % 1 * _SECONDS) % _SECONDS


@function("DATE", "iii")
def _date(_: Evaluator, year: int, month: int, day: int) -> Value:
    if 0 <= year < 1900:
        year += 1900
    months = year * 12 + month - 1
    if not 12 <= months < 120_000 or abs(day) > 4_000_000:
        raise Fail("NUM", "Function DATE evaluates to an out of bounds date.")
    return _serial(date(months // 12, months % 12 + 1, 1)) + day - 1


@function("TIME", "iii")
def _time(_: Evaluator, hour: int, minute: int, second: int) -> Value:
    total = hour * 3600 + minute * 60 + second
    if total < 0:
        raise Fail("NUM", "Function TIME evaluates to a negative time.")
    return total % _SECONDS / _SECONDS


@function("DATEVALUE", "v")
def _datevalue(evaluator: Evaluator, value: Value) -> Value:
    if isinstance(value, str):
        literal = read_literal(value, evaluator.locale_name, evaluator.now().date())
        if literal is not None and literal.type in ("DATE", "DATE_TIME"):
            return int(literal.value // 1)
        raise Fail("VALUE", f"DATEVALUE parameter '{value[:100]}' cannot be parsed to date/time.")
    if type(value) in (int, float):
        return int(value // 1)  # type: ignore[operator]
    raise Fail("VALUE", "DATEVALUE parameter cannot be parsed to date/time.")


@function("TIMEVALUE", "t")
def _timevalue(evaluator: Evaluator, text: str) -> Value:
    literal = read_literal(text, evaluator.locale_name, evaluator.now().date())
    if literal is None or literal.type not in ("TIME", "DATE_TIME"):
        raise Fail("VALUE", f"TIMEVALUE parameter '{text[:100]}' cannot be parsed to date/time.")
    return literal.value % 1


@function("TODAY", "")
def _today(evaluator: Evaluator) -> Value:
    return _serial(evaluator.now().date())


@function("NOW", "")
def _now(evaluator: Evaluator) -> Value:
    moment = evaluator.now()
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    # Wall-clock time: an hour that was skipped or repeated today must not move the clock.
    within = moment.replace(tzinfo=None) - midnight.replace(tzinfo=None)
    return _serial(moment.date()) + within / timedelta(days=1)


@function("YEAR", "n")
def _year(_: Evaluator, serial: Number) -> Value:
    return _day(serial, "YEAR").year


@function("MONTH", "n")
def _month(_: Evaluator, serial: Number) -> Value:
    return _day(serial, "MONTH").month


@function("DAY", "n")
def _day_of_month(_: Evaluator, serial: Number) -> Value:
    return _day(serial, "DAY").day


@function("HOUR", "n")
def _hour(_: Evaluator, serial: Number) -> Value:
    return _seconds(serial) // 3600


@function("MINUTE", "n")
def _minute(_: Evaluator, serial: Number) -> Value:
    return _seconds(serial) // 60 % 60


@function("SECOND", "n")
def _second(_: Evaluator, serial: Number) -> Value:
    return _seconds(serial) % 60


@function("WEEKDAY", "ni", 1)
def _weekday(_: Evaluator, serial: Number, kind: int = 1) -> Value:
    weekday = _day(serial, "WEEKDAY").weekday()
    answers = {1: (weekday + 1) % 7 + 1, 2: weekday + 1, 3: weekday}
    if kind not in answers:
        raise Fail(
            "NUM",
            f"Function WEEKDAY parameter 2 value is {kind}. Valid values are between 1 and 3 inclusive.",
        )
    return answers[kind]


@function("WEEKNUM", "ni", 1)
def _weeknum(_: Evaluator, serial: Number, kind: int = 1) -> Value:
    day = _day(serial, "WEEKNUM")
    if kind == 21:
        return day.isocalendar().week
    # The weekday that weeks begin with, Monday 0.
    first = {1: 6, 2: 0, **{11 + weekday: weekday for weekday in range(7)}}.get(kind)
    if first is None:
        raise Fail("NUM", f"Function WEEKNUM parameter 2 value is {kind}. It is not a known type of week.")
    new_year = date(day.year, 1, 1)
    return ((day - new_year).days + (new_year.weekday() - first) % 7) // 7 + 1


@function("ISOWEEKNUM", "n")
def _isoweeknum(_: Evaluator, serial: Number) -> Value:
    return _day(serial, "ISOWEEKNUM").isocalendar().week


@function("EOMONTH", "ni")
def _eomonth(_: Evaluator, serial: Number, months: int) -> Value:
    year, month = _shifted(_day(serial, "EOMONTH"), months, "EOMONTH")
    return _serial(date(year, month, calendar.monthrange(year, month)[1]))


@function("EDATE", "ni")
def _edate(_: Evaluator, serial: Number, months: int) -> Value:
    day = _day(serial, "EDATE")
    year, month = _shifted(day, months, "EDATE")
    return _serial(date(year, month, min(day.day, calendar.monthrange(year, month)[1])))


@function("DAYS", "nn")
def _days(_: Evaluator, end: Number, start: Number) -> Value:
    return end // 1 - start // 1


@function("DATEDIF", "nnt")
def _datedif(_: Evaluator, start: Number, end: Number, unit: str) -> Value:
    first, last = _day(start, "DATEDIF"), _day(end, "DATEDIF")
    if first > last:
        raise Fail(
            "NUM",
            f"Function DATEDIF parameter 1 ({first}) should be on or before Function DATEDIF parameter 2.",
        )
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    known = {"D": (last - first).days, "M": months, "Y": months // 12, "YM": months % 12}
    if unit.upper() not in known:
        raise Fail("NUM", f"Function DATEDIF parameter 3 value is {unit}. It is not a known unit.")
    return known[unit.upper()]


@function("NETWORKDAYS", "nnr", 2)
def _networkdays(evaluator: Evaluator, start: Number, end: Number, holidays: Operand = None) -> Value:
    first, last = sorted((int(start // 1), int(end // 1)))
    _day(first)
    _day(last)
    free = _free_days(evaluator, "NETWORKDAYS", holidays)
    whole, rest = divmod(last - first + 1, 7)
    count = whole * 5 + sum(_is_working(first + whole * 7 + step) for step in range(rest))
    count -= sum(first <= day <= last and _is_working(day) for day in free)
    return count if start <= end else -count


@function("WORKDAY", "nir", 2)
def _workday(evaluator: Evaluator, start: Number, days: int, holidays: Operand = None) -> Value:
    day, step = int(start // 1), 1 if days > 0 else -1
    if abs(days) > 1_000_000:
        raise Fail("NUM", "Function WORKDAY evaluates to an out of bounds date.")
    free = _free_days(evaluator, "WORKDAY", holidays)
    left = abs(days)
    if not free:
        # Whole weeks at once, counted from the working day before.
        while left and not _is_working(day):
            day -= step
        weeks, left = divmod(left, 5)
        day += step * 7 * weeks
    while left:
        day += step
        _day(day, "WORKDAY")
        left -= _is_working(day) and day not in free
    return day


def _free_days(evaluator: Evaluator, name: str, holidays: Operand) -> set[int]:
    return set() if holidays is None else {int(day // 1) for day in numbers(evaluator, name, [holidays])}


def _is_working(serial: int) -> bool:
    return _day(serial).weekday() < 5

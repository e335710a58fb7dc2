"""What differs between the locales of a spreadsheet: separators, dates, words.

Decided here: the data only. Patterns are Google's, in which `.` is always the decimal point and `,` the
separator of thousands.
"""

from __future__ import annotations

from dataclasses import dataclass

_EN_MONTHS = "January February March April May June July August September October November December"
_EN_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_RU_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
_RU_DAYS = "понедельник вторник среда четверг пятница суббота воскресенье"
_RU_SHORT_DAYS = "пн вт ср чт пт сб вс"
_RU_SHORT_MONTHS = "янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек."
_DE_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
_DE_DAYS = "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Locale:
    """How one locale reads and writes.

    Attributes:
        decimal: the decimal separator.
        group: the separator of thousands.
        day_first: whether 2/3 is the second of March.
        date_separators: what may stand between the numbers of a typed date, ISO dates aside.
        date, time, date_time, currency: the patterns of the formats that name none.
        symbol: the currency's sign.
        symbol_first: whether the sign stands before the number.
        true, false: the words for booleans.
        months, short_months, days, short_days: names; weeks begin with Monday here.
    """

    decimal: str
    group: str
    day_first: bool
    date_separators: str
    date: str
    time: str
    date_time: str
    currency: str
    symbol: str
    symbol_first: bool
    true: str
    false: str
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    short_days: tuple[str, ...]

    def boolean(self, value: bool) -> str:  # noqa: FBT001 - the value is what is written
        """The word for a boolean."""
        return self.true if value else self.false


def _english(*, day_first: bool, date: str, time: str, date_time: str, symbol: str, currency: str) -> Locale:
    return Locale(
        decimal=".",
        group=",",
        day_first=day_first,
        date_separators="/-",
        date=date,
        time=time,
        date_time=date_time,
        currency=currency,
        symbol=symbol,
        symbol_first=True,
        true="TRUE",
        false="FALSE",
        months=tuple(_EN_MONTHS.split()),
        short_months=tuple(name[:3] for name in _EN_MONTHS.split()),
        days=tuple(_EN_DAYS.split()),
        short_days=tuple(name[:3] for name in _EN_DAYS.split()),
    )


EN_US = _english(
    day_first=False,
    date="M/d/yyyy",
    time="h:mm:ss AM/PM",
    date_time="M/d/yyyy H:mm:ss",
    symbol="$",
    currency='"$"#,##0.00',
)
EN_GB = _english(
    day_first=True,
    date="dd/MM/yyyy",
    time="HH:mm:ss",
    date_time="dd/MM/yyyy HH:mm:ss",
    symbol="£",
    currency='"£"#,##0.00',
)
RU_RU = Locale(
    decimal=",",
    group=_NO_BREAK_SPACE,
    day_first=True,
    date_separators="./-",
    date="dd.MM.yyyy",
    time="H:mm:ss",
    date_time="dd.MM.yyyy H:mm:ss",
    currency=f'#,##0.00"{_NO_BREAK_SPACE}₽"',
    symbol="₽",
    symbol_first=False,
    true="ИСТИНА",
    false="ЛОЖЬ",
    months=tuple(_RU_MONTHS.split()),
    short_months=tuple(_RU_SHORT_MONTHS.split()),
    days=tuple(_RU_DAYS.split()),
    short_days=tuple(_RU_SHORT_DAYS.split()),
)
DE_DE = Locale(
    decimal=",",
    group=".",
    day_first=True,
    date_separators="./-",
    date="dd.MM.yyyy",
    time="HH:mm:ss",
    date_time="dd.MM.yyyy HH:mm:ss",
    currency=f'#,##0.00"{_NO_BREAK_SPACE}€"',
    symbol="€",
    symbol_first=False,
    true="WAHR",
    false="FALSCH",
    months=tuple(_DE_MONTHS.split()),
    short_months=tuple(name[:3] for name in _DE_MONTHS.split()),
    days=tuple(_DE_DAYS.split()),
    short_days=tuple(name[:2] for name in _DE_DAYS.split()),
)
_BY_NAME = {
    "en_us": EN_US,
    "en": EN_US,
    "en_gb": EN_GB,
    "ru_ru": RU_RU,
    "ru": RU_RU,
    "de_de": DE_DE,
    "de": DE_DE,
}


def locale_named(name: str) -> Locale:
    """The locale that Google's name ("ru_RU", "de") stands for; en_US for the ones that are unknown here."""
    key = name.replace("-", "_").lower()
    return _BY_NAME.get(key) or _BY_NAME.get(key.split("_")[0], EN_US)

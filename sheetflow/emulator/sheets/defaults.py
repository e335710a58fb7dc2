"""What a new spreadsheet is like at Google: locale, format, theme. Source: recorded traffic."""

from __future__ import annotations

import secrets

from sheetflow.emulator.wire import Json

ROWS, COLUMNS = 1000, 26

_THEME = {
    "TEXT": (0, 0, 0),
    "BACKGROUND": (1, 1, 1),
    "ACCENT1": (0.25882354, 0.52156866, 0.95686275),
    "ACCENT2": (0.91764706, 0.2627451, 0.20784314),
    "ACCENT3": (0.9843137, 0.7372549, 0.015686275),
    "ACCENT4": (0.20392157, 0.65882355, 0.3254902),
    "ACCENT5": (1, 0.42745098, 0.003921569),
    "ACCENT6": (0.27450982, 0.7411765, 0.7764706),
    "LINK": (0.06666667, 0.33333334, 0.8),
}
_WHITE = {"red": 1, "green": 1, "blue": 1}


def rgb(red: float, green: float, blue: float) -> Json:
    """A Color as Google answers it: what is 0 is left out."""
    return {name: part for name, part in (("red", red), ("green", green), ("blue", blue)) if part}


def spreadsheet_properties(title: str) -> Json:
    """SpreadsheetProperties of a new spreadsheet."""
    return {
        "title": title,
        "locale": "en_US",
        "autoRecalc": "ON_CHANGE",
        "timeZone": "Etc/GMT",
        "defaultFormat": {
            "backgroundColor": dict(_WHITE),
            "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
            "verticalAlignment": "BOTTOM",
            "wrapStrategy": "OVERFLOW_CELL",
            "textFormat": {
                "foregroundColor": {},
                "fontFamily": "arial,sans,sans-serif",
                "fontSize": 10,
                "bold": False,
                "italic": False,
                "strikethrough": False,
                "underline": False,
                "foregroundColorStyle": {"rgbColor": {}},
            },
            "backgroundColorStyle": {"rgbColor": dict(_WHITE)},
        },
        "spreadsheetTheme": {
            "primaryFontFamily": "Arial",
            "themeColors": [
                {"colorType": kind, "color": {"rgbColor": rgb(*parts)}} for kind, parts in _THEME.items()
            ],
        },
    }


def sheet_properties(sheet_id: int, title: str) -> Json:
    """SheetProperties of a new sheet, without its index."""
    return {
        "sheetId": sheet_id,
        "title": title,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": ROWS, "columnCount": COLUMNS},
    }


def fresh_id() -> int:
    """An id such as Google chooses for sheets, protected ranges and other objects."""
    return secrets.randbelow(2**31 - 1) + 1

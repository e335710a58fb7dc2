"""Cell formats: colours as Google keeps them, and the format that a cell shows in the end."""

from __future__ import annotations

import struct
from typing import Any

from sheetflow.emulator.sheets.formulas import Value
from sheetflow.emulator.wire import Json

_COLOR_PARTS = frozenset({"red", "green", "blue", "alpha"})


def single(number: float) -> float | int:
    """A number as a 32-bit float, in the shortest decimals that give it back.

    >>> single(127 / 255)
    0.49803922
    """
    (narrow,) = struct.unpack("f", struct.pack("f", number))
    for digits in range(6, 10):
        short = float(f"{narrow:.{digits}g}")
        if struct.unpack("f", struct.pack("f", short))[0] == narrow:
            return int(short) if short.is_integer() else short
    return float(narrow)


def with_color_styles(thing: Any) -> Any:
    """A format with colours in single precision, each beside its `…ColorStyle` twin, as Google keeps it."""
    if isinstance(thing, list):
        return [with_color_styles(item) for item in thing]
    if not isinstance(thing, dict):
        return thing
    result: Json = {}
    for key, value in thing.items():
        if isinstance(value, dict) and value.keys() <= _COLOR_PARTS and (value or _names_color(key)):
            value = {part: single(number) for part, number in value.items() if number}
            if _names_color(key) and key + "Style" not in thing:
                result[key + "Style"] = {"rgbColor": value}
        elif key.endswith("Style") and _names_color(key[:-5]) and isinstance(value, dict):
            value = with_color_styles(value)
            if "rgbColor" in value:
                result[key[:-5]] = value["rgbColor"]
        else:
            value = with_color_styles(value)
        result[key] = value
    return result


def _names_color(key: str) -> bool:
    return key == "color" or (key.endswith("Color") and key != "rgbColor")


def effective(default: Json, entered: Json | None, value: Value) -> Json:
    """effectiveFormat: the default under what was set on the cell; alignment follows the value."""
    shown = over(default, entered or {})
    text = shown.get("textFormat", {})
    if text.get("fontFamily") == "arial,sans,sans-serif":
        shown["textFormat"] = {**text, "fontFamily": "Arial"}
    if "horizontalAlignment" not in shown and value is not None:
        if isinstance(value, bool):
            shown["horizontalAlignment"] = "CENTER"
        else:
            shown["horizontalAlignment"] = "LEFT" if isinstance(value, str) else "RIGHT"
    shown.setdefault("hyperlinkDisplayType", "PLAIN_TEXT")
    return shown


def over(base: Json, top: Json) -> Json:
    """A format with another one laid over it."""
    merged = dict(base)
    for key, value in top.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict) and "olor" not in key:
            merged[key] = over(merged[key], value)
        else:
            merged[key] = value
    return merged

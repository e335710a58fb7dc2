"""The characters of a payment QR, whose writers often name one encoding and use another.

Decided here: which text the bytes mean. A Russian text in windows-1251 or KOI8-R is not valid UTF-8, so
bytes that are valid UTF-8 are read as such, whatever was named; anything else follows the name. A text that
a decoder has guessed wrongly before it came here ("РћРћРћ", "ÎÎÎ") is turned back; one that has lost
characters is refused.
"""

from __future__ import annotations

import re

from sheetflow.model.invalid import Invalid, shown

CHARSETS = {"1": "cp1251", "2": "utf-8", "3": "koi8-r"}
"""By the digit after the format's version (GOST R 56042-2014)."""

_WRONGLY_TAKEN_FOR = ("latin-1", "cp1252", "cp1251")
_FOREIGN_RUN = re.compile(r"[\u00c0-\u00ff]{3}")
"""Three accented letters together: no Western word has them, a Cyrillic word in the wrong encoding does."""
_RUSSIAN_RUN = re.compile(r"[А-Яа-яЁё]{3}")
"""What a text turned back must hold; "Г«" alone could be right as it stands."""
_LOST = "\N{REPLACEMENT CHARACTER}"


def decode(data: bytes, digit: str) -> str:
    """The text of a code's bytes; `digit` names the encoding.

    Raises:
        Invalid: "qr-encoding".

    >>> decode("ООО".encode(), "1"), decode("ООО".encode("cp1251"), "2"), decode("ООО".encode("koi8-r"), "3")
    ('ООО', 'ООО', 'ООО')
    """
    named = CHARSETS[digit]
    for charset in ("utf-8", named if named != "utf-8" else "cp1251"):
        try:
            return repaired(data.decode(charset), digit)
        except UnicodeDecodeError:
            continue
    raise Invalid("qr-encoding", {"value": shown(data.decode("ascii", "replace"))})


def repaired(text: str, digit: str) -> str:
    """A text as its writer meant it, where a decoder took one encoding for another.

    Raises:
        Invalid: "qr-encoding" when characters are lost.

    >>> repaired("РћРћРћ", "2"), repaired("ÎÎÎ", "1"), repaired("Müller, Čakovec", "2")
    ('ООО', 'ООО', 'Müller, Čakovec')
    """
    if _LOST in text:
        raise Invalid("qr-encoding", {"value": shown(text)})
    if text.isascii():
        return text
    for wrong in _WRONGLY_TAKEN_FOR:
        meant = _read_again(text, wrong, "utf-8")
        if meant is not None and _RUSSIAN_RUN.search(meant):
            return meant
    if _FOREIGN_RUN.search(text):
        named = CHARSETS[digit]
        for wrong in ("latin-1", "cp1252"):
            meant = _read_again(text, wrong, named if named != "utf-8" else "cp1251")
            if meant is not None:
                return meant
    return text


def _read_again(text: str, wrong: str, right: str) -> str | None:
    try:
        return b"".join(_byte(letter, wrong) for letter in text).decode(right)
    except UnicodeError:
        return None


def _byte(letter: str, charset: str) -> bytes:
    """A letter's byte; the bytes that a Windows charset leaves out are taken for control characters."""
    try:
        return letter.encode(charset)
    except UnicodeEncodeError:
        return letter.encode("latin-1")

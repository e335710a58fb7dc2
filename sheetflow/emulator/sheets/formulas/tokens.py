"""A formula's text cut into tokens that, joined again, are the very text.

Decided here: what is a number, a text, a reference, a name. That the tokens keep every character is what lets
`rewrite` touch references and nothing else.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from sheetflow.emulator.sheets.formulas.references import REFERENCE
from sheetflow.emulator.sheets.formulas.structured import STRUCTURED


class Kind(Enum):
    """What a token is."""

    SPACE = "space"
    NUMBER = "number"
    TEXT = "text"
    REFERENCE = "reference"
    STRUCTURED = "structured reference"
    NAME = "name"
    ERROR = "error"
    OPERATOR = "operator"
    SEPARATOR = "separator"
    OPEN = "open"
    CLOSE = "close"
    BRACE_OPEN = "brace open"
    BRACE_CLOSE = "brace close"


class Token(NamedTuple):
    """A piece of a formula; `text` is as the person wrote it."""

    kind: Kind
    text: str


class FormulaSyntaxError(ValueError):
    """The text is no formula: the cell shows #ERROR!."""


_PATTERNS = (
    (Kind.SPACE, re.compile(r"\s+")),
    (Kind.TEXT, re.compile(r'"(?:[^"]|"")*"')),
    (Kind.STRUCTURED, STRUCTURED),
    (Kind.REFERENCE, REFERENCE),
    (Kind.NUMBER, re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.])", re.ASCII)),
    (Kind.ERROR, re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|ERROR!)", re.IGNORECASE)),
    (Kind.NAME, re.compile(r"[^\W\d][\w.]*")),
    (Kind.OPERATOR, re.compile(r"<>|<=|>=|[-+*/^&=<>%]")),
    (Kind.SEPARATOR, re.compile(r"[,;\\]")),
    (Kind.OPEN, re.compile(r"\(")),
    (Kind.CLOSE, re.compile(r"\)")),
    (Kind.BRACE_OPEN, re.compile(r"\{")),
    (Kind.BRACE_CLOSE, re.compile(r"\}")),
)


def tokenize(text: str) -> list[Token]:
    """The tokens of a formula, the leading "=" among them.

    Raises:
        FormulaSyntaxError: a character that no formula has, or a text without its closing quote.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        for kind, pattern in _PATTERNS:
            found = pattern.match(text, position)
            if found is not None:
                tokens.append(Token(kind, found.group()))
                position = found.end()
                break
        else:
            raise FormulaSyntaxError(text[position : position + 20])
    return tokens

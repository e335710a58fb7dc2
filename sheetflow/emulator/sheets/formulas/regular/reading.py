"""RE2's syntax as a tree.

Decided here: what RE2 knows and what it refuses. An atom is one character's worth of pattern in Python's
spelling, so that what the letters, digits and flags mean is settled once, in `Reader`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple, TypeAlias

_DEEPEST = 200
_MOST_REPEATS = 1000
_PERL = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r "}
_POSIX = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "0-9A-Za-z",
    "space": r"\s",
    "blank": r"\t ",
    "upper": "A-Z",
    "lower": "a-z",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
    "word": "0-9A-Za-z_",
    "cntrl": r"\x00-\x1f\x7f",
}
_SCRIPTS = {
    "Cyrillic": "\u0400-\u052f",
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f",
    "Greek": "\u0370-\u03ff",
    "Han": "\u4e00-\u9fff",
}
_CONTROLS = {"n": r"\n", "t": r"\t", "r": r"\r", "f": r"\f", "v": r"\v", "a": r"\a"}


class Atom(NamedTuple):
    """One character: `text` is a pattern of Python's that matches exactly one."""

    text: str


class Assert(NamedTuple):
    """A place between characters: `text` is a pattern of Python's that matches none."""

    text: str


class Sequence(NamedTuple):
    """One part after the other."""

    parts: tuple[Node, ...]


class Choice(NamedTuple):
    """The first part that leads to a match."""

    parts: tuple[Node, ...]


class Repeat(NamedTuple):
    """A part again and again; `most` None for any number."""

    part: Node
    least: int
    most: int | None
    greedy: bool


class Group(NamedTuple):
    """What is remembered, by number."""

    part: Node
    number: int


Node: TypeAlias = Atom | Assert | Sequence | Choice | Repeat | Group


class Reader:
    """Reads one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self.groups = 0

    def read(self) -> Node:
        """The tree.

        Raises:
            ValueError: RE2 has no such expression.
        """
        node = self._choice(frozenset())
        if self._at < len(self._text):
            raise ValueError("unexpected )")
        return node

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _take(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _choice(self, flags: frozenset[str]) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError("nested too deep")
        choices: list[list[Node]] = [[]]
        while self._at < len(self._text) and self._peek() != ")":
            if self._take("|"):
                choices.append([])
                continue
            changed = self._flags(flags)
            if changed is not None:
                flags = changed
                continue
            choices[-1].append(self._repeated(self._piece(flags), flags))
        self._depth -= 1
        parts = tuple(one[0] if len(one) == 1 else Sequence(tuple(one)) for one in choices)
        return parts[0] if len(parts) == 1 else Choice(parts)

    def _flags(self, flags: frozenset[str]) -> frozenset[str] | None:
        """The flags after `(?i)`, which hold to the group's end; None when no such thing stands here."""
        found = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?\)").match(self._text, self._at)
        if found is None or not (found[1] or found[2]):
            return None
        self._at = found.end()
        return (flags | set(found[1])) - set(found[2] or "")

    def _piece(self, flags: frozenset[str]) -> Node:
        letter = self._text[self._at]
        self._at += 1
        if letter == "(":
            return self._group(flags)
        if letter == "[":
            return Atom(_with(flags, self._set()))
        if letter == ".":
            return Atom("(?s:.)" if "s" in flags else "[^\\n]")
        if letter == "^":
            return Assert("(?m:^)" if "m" in flags else r"\A")
        if letter == "$":
            return Assert("(?m:$)" if "m" in flags else r"\Z")
        if letter in "*+?":
            raise ValueError("nothing to repeat")
        if letter == "\\":
            return self._escape(flags)
        return Atom(_with(flags, re.escape(letter)))

    def _group(self, flags: frozenset[str]) -> Node:
        if self._take("?"):
            named = re.compile(r"P?<(\w+)>").match(self._text, self._at)
            if named is not None:
                self._at = named.end()
            else:
                found = re.compile(r"([imsU]*)(?:-([imsU]+))?:").match(self._text, self._at)
                if found is None:
                    raise ValueError("no such group")
                self._at = found.end()
                return self._closed(self._choice((flags | set(found[1])) - set(found[2] or "")))
        self.groups += 1
        number = self.groups
        return Group(self._closed(self._choice(flags)), number)

    def _closed(self, node: Node) -> Node:
        if not self._take(")"):
            raise ValueError("missing )")
        return node

    def _escape(self, flags: frozenset[str]) -> Node:
        letter = self._peek()
        self._at += 1
        if letter in ("b", "B"):
            return Assert(f"(?a:\\{letter})")
        if letter in ("A", "z"):
            return Assert(r"\A" if letter == "A" else r"\Z")
        if letter == "Q":
            end = self._text.find("\\E", self._at)
            quoted = self._text[self._at : end if end >= 0 else None]
            self._at = len(self._text) if end < 0 else end + 2
            return Sequence(tuple(Atom(_with(flags, re.escape(one))) for one in quoted))
        inner, negated = self._shared_escape(letter)
        if inner is not None:
            return Atom(_with(flags, f"[{'^' if negated else ''}{inner}]"))
        if letter.isdigit() or not letter or (letter.isalpha() and letter.isascii()):
            raise ValueError(f"\\{letter}")
        return Atom(_with(flags, re.escape(letter)))

    def _shared_escape(self, letter: str) -> tuple[str | None, bool]:
        """What an escape that has its meaning in sets too stands for, and whether it says "none of these"."""
        if letter in _CONTROLS:
            return _CONTROLS[letter], False
        if letter.lower() in _PERL:
            return _PERL[letter.lower()], letter.isupper()
        if letter in ("p", "P"):
            found = re.compile(r"\{(\^?)(\w+)\}|()([A-Z])").match(self._text, self._at)
            if found is None:
                raise ValueError("\\p")
            self._at = found.end()
            return _property(found[2] or found[4]), (letter == "P") != bool(found[1])
        if letter == "x":
            found = re.compile(r"\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2})").match(self._text, self._at)
            if found is None:
                raise ValueError("\\x")
            self._at = found.end()
            return re.escape(chr(int(found[1] or found[2], 16))), False
        return None, False

    def _set(self) -> str:
        """A set in brackets, in Python's spelling."""
        negated = self._take("^")
        pieces: list[str] = []
        first = True
        while first or self._peek() != "]":
            if self._at >= len(self._text):
                raise ValueError("missing ]")
            first = False
            low, single = self._member()
            if single and self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                high, other = self._member()
                if not other or _spelled(high) < _spelled(low):
                    raise ValueError("bad range")
                low = f"{low}-{high}"
            pieces.append(low)
        self._at += 1
        return f"[{'^' if negated else ''}{''.join(pieces)}]"

    def _member(self) -> tuple[str, bool]:
        """A member of a set and whether it is a single character."""
        posix = re.compile(r"\[:(\w+):\]").match(self._text, self._at)
        if posix is not None:
            self._at = posix.end()
            if posix[1] not in _POSIX:
                raise ValueError(posix[0])
            return _POSIX[posix[1]], False
        letter = self._text[self._at]
        self._at += 1
        if letter != "\\":
            return re.escape(letter), True
        letter = self._peek()
        self._at += 1
        inner, negated = self._shared_escape(letter)
        if inner is None:
            if not letter or (letter.isalnum() and letter.isascii()):
                raise ValueError(f"\\{letter}")
            return re.escape(letter), True
        if negated:
            return _complement(inner), False
        return inner, letter in _CONTROLS or letter == "x"

    def _repeated(self, node: Node, flags: frozenset[str]) -> Node:
        while True:
            counted = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}").match(self._text, self._at)
            if counted is not None:
                self._at = counted.end()
                least = int(counted[1])
                most = least if counted[2] is None else int(counted[3]) if counted[3] else None
            elif self._peek() in ("*", "+", "?") and self._peek():
                letter = self._text[self._at]
                self._at += 1
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[letter]
            else:
                return node
            if max(least, most or 0) > _MOST_REPEATS or (most is not None and most < least):
                raise ValueError("bad repetition")
            lazy = self._take("?")
            node = Repeat(node, least, most, lazy == ("U" in flags))


def _with(flags: frozenset[str], text: str) -> str:
    return f"(?i:{text})" if "i" in flags else text


def _spelled(text: str) -> str:
    return re.sub(r"^\\(?=[^A-Za-z])", "", text)


@lru_cache(maxsize=64)
def _property(name: str) -> str:
    """The characters of a Unicode category or script, as members of a set."""
    if name in _SCRIPTS:
        return _SCRIPTS[name]
    return _ranges(tuple(unicodedata.category(chr(code)).startswith(name) for code in range(0x10000)), name)


def _ranges(held: tuple[bool, ...], name: str) -> str:
    pieces: list[str] = []
    start = -1
    for code in range(len(held) + 1):
        inside = code < len(held) and held[code]
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            pieces.append(f"\\u{start:04x}" + (f"-\\u{code - 1:04x}" if code - 1 > start else ""))
            start = -1
    if not pieces:
        raise ValueError(name)
    return "".join(pieces)


@lru_cache(maxsize=64)
def _complement(inner: str) -> str:
    """All characters but some, as members of a set."""
    other = re.compile(f"[^{inner}]")
    held = tuple(other.match(chr(code)) is not None for code in range(0x10000))
    return _ranges(held, inner) + "\\U00010000-\\U0010ffff"

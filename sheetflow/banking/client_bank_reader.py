"""The parts of a 1CClientBankExchange file, as they stand there: sections, keys and values.

Decided here: the encoding, and whether the file has the form of the standard: every line belongs to a
section, every section ends, nothing comes after the file's end. Not decided: what the values mean
(`statement`).

In: bytes as a bank gives them: windows-1251, DOS (cp866) or UTF-8, with a BOM or without, CRLF or LF. The
encoding is the one in which the keys can be read, whatever the file says of itself. Out: `Exchange`.
Everything wrong is told with its line: what makes the file's form doubtful refuses all of it, what spoils one
document only (`Section.problems`) that one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sheetflow.banking.client_bank import SIGNATURE
from sheetflow.model.invalid import Invalid, shown

MAX_BYTES = 32 * 2**20
MAX_PROBLEMS = 100
"""Told at once."""

_SHOWN_BYTES = 200
_HOLE = bytes(0x7F if byte == 0x98 else byte for byte in range(256))
"""The one byte that windows-1251 leaves out, as a control character."""
_BOM = b"\xef\xbb\xbf"
_WORDS = ("КонецФайла", "СекцияДокумент", "РасчСчет", "ВерсияФормата", "Кодировка")
"""One of them stands in any file of the standard, if it is read in its own encoding."""
_KEY = re.compile(r"[0-9A-Za-zА-Яа-яЁё]{1,40}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffd]")
_REPEATABLE = ("РасчСчет", "Документ")
"""Keys of the header that may stand there more than once."""
_OPENING = {"СекцияРасчСчет": "КонецРасчСчет", "СекцияДокумент": "КонецДокумента"}
_CLOSING = {closing: opening for opening, closing in _OPENING.items()}
_END = "КонецФайла"


class InvalidExchange(ValueError):
    """A file that cannot be used at all; `problems` has every reason, each with its line."""

    def __init__(self, problems: Iterable[Invalid]) -> None:
        self.problems = tuple(problems)[:MAX_PROBLEMS]
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Section:
    """The header, an account or a document. `kind`: what the document is. `line`: where it begins.

    `values`: without blanks at both ends. `lines`: where each key stands.
    """

    kind: str
    line: int
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Invalid] = field(default_factory=list)

    def get(self, *keys: str) -> str:
        """The first of these keys' values that is not blank."""
        return next((value for key in keys if (value := self.values.get(key, ""))), "")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A file of the right form. `own`: the accounts that its header and its sections name, each once."""

    header: Section
    own: tuple[str, ...]
    accounts: tuple[Section, ...]
    documents: tuple[Section, ...]


def read(data: bytes) -> Exchange:
    r"""The parts of a file.

    Raises:
        InvalidExchange: "bank-file-empty", "bank-file-large", "bank-file-encoding", "bank-file-other" (no
            such file), and with the fact `line` "bank-file-line" (a line that is no key and value),
            "bank-file-outside" (outside of every section), "bank-file-nested" (in another section),
            "bank-file-unopened", "bank-file-unclosed", "bank-file-after-end", "bank-file-cut" (no end).

    In `Section.problems`: "bank-file-line", "bank-file-control", "bank-file-twice" (facts: `key`).

    >>> read("1CClientBankExchange\r\nРасчСчет=40702810400000000001\r\nКонецФайла\r\n".encode("cp1251")).own
    ('40702810400000000001',)
    >>> read("1CClientBankExchange\nСекцияДокумент=Платежное поручение\nНомер=1\n".encode())
    Traceback (most recent call last):
    sheetflow.banking.client_bank_reader.InvalidExchange: bank-file-unclosed (line='2')
    bank-file-cut (line='3')
    """
    lines = _lines(_decoded(data))
    first = next(lines, (1, ""))[1]
    if first != SIGNATURE:
        raise InvalidExchange([Invalid("bank-file-other", {"value": shown(first)})])
    reading = _Reading()
    number = 1
    for number, line in lines:
        reading.take(number, line)
    reading.finish(number)
    if reading.problems:
        raise InvalidExchange(reading.problems)
    own = dict.fromkeys(reading.own)
    own.update(
        dict.fromkeys(
            section.values["РасчСчет"] for section in reading.accounts if "РасчСчет" in section.values
        )
    )
    return Exchange(
        reading.header, tuple(filter(None, own)), tuple(reading.accounts), tuple(reading.documents)
    )


@dataclass(slots=True)
class _Reading:
    header: Section = field(default_factory=lambda: Section("", 1))
    own: list[str] = field(default_factory=list)
    accounts: list[Section] = field(default_factory=list)
    documents: list[Section] = field(default_factory=list)
    problems: list[Invalid] = field(default_factory=list)
    open: Section | None = None
    opened_by: str = ""
    ended: bool = False

    def take(self, number: int, line: str) -> None:
        key, equals, value = (part.strip() for part in line.partition("="))
        if self.ended:
            self._refuse("bank-file-after-end", number, line)
        elif key in _OPENING:
            self._begin(number, line, key, value)
        elif key in _CLOSING and not equals:
            self._close(number, line, key)
        elif key == _END and not equals:
            self.ended = True
            self._unclosed()
        elif self.open is not None:
            _keep(self.open, number, line, self.open.values)
        elif self.accounts or self.documents:
            self._refuse("bank-file-outside", number, line)
        elif not equals or not _KEY.fullmatch(key):
            self._refuse("bank-file-line", number, line)
        elif key in _REPEATABLE:
            if key == "РасчСчет":
                self.own.append(value)
        else:
            _keep(self.header, number, line, self.header.values)

    def finish(self, number: int) -> None:
        self._unclosed()
        if not self.ended:
            self.problems.append(Invalid("bank-file-cut", {"line": str(number)}))
        self.problems += self.header.problems

    def _begin(self, number: int, line: str, key: str, value: str) -> None:
        if self.open is not None:
            self._refuse("bank-file-nested", number, line)
        self.open, self.opened_by = Section(value, number), key

    def _close(self, number: int, line: str, key: str) -> None:
        if self.open is None or self.opened_by != _CLOSING[key]:
            self._refuse("bank-file-unopened", number, line)
            return
        (self.accounts if self.opened_by == "СекцияРасчСчет" else self.documents).append(self.open)
        self.open = None

    def _unclosed(self) -> None:
        if self.open is not None:
            self.problems.append(Invalid("bank-file-unclosed", {"line": str(self.open.line)}))
            self.open = None

    def _refuse(self, code: str, number: int, line: str) -> None:
        self.problems.append(Invalid(code, {"line": str(number), "value": shown(line)}))


def _keep(section: Section, number: int, line: str, values: dict[str, str]) -> None:
    """One key and its value; a key that stands there twice with two values is one too many to choose from."""
    key, equals, value = (part.strip() for part in line.partition("="))
    where: Mapping[str, str] = {"line": str(number), "value": shown(line)}
    if not equals or not _KEY.fullmatch(key):
        section.problems.append(Invalid("bank-file-line", where))
    elif _CONTROL.search(value):
        section.problems.append(Invalid("bank-file-control", where))
    elif values.setdefault(key, value) != value:
        section.problems.append(Invalid("bank-file-twice", {**where, "key": key}))
    else:
        section.lines.setdefault(key, number)


def _decoded(data: bytes) -> str:
    if not data.strip():
        raise InvalidExchange([Invalid("bank-file-empty")])
    if len(data) > MAX_BYTES:
        raise InvalidExchange([Invalid("bank-file-large", {"limit": str(MAX_BYTES // 2**20)})])
    for text in _readings(data.removeprefix(_BOM)):
        if any(word in text for word in _WORDS) or text.isascii():
            return text
    if data.lstrip().startswith(SIGNATURE.encode()):
        raise InvalidExchange([Invalid("bank-file-encoding")])
    return data[:_SHOWN_BYTES].decode("utf-8", "replace")  # some other file: told by its first line


def _readings(data: bytes) -> Iterator[str]:
    """The text in each encoding; what is no character in it becomes one that no value may have."""
    yield data.decode("utf-8", "replace")
    yield data.translate(_HOLE).decode("cp1251")
    yield data.decode("cp866")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers; a lone carriage return is no end of a line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line := line.removesuffix("\r").strip(" \t"):
            yield number, line

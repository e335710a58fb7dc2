"""From a formula's text to its syntax tree.

Decided here: the precedence, from the weakest: comparison, `&`, `+ -`, `* /`, `^`, a sign before an operand
(so -2^2 is 4, as in other spreadsheets), `%`. Arguments are separated by `,` or `;`, whatever the locale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.references import Reference
from sheetflow.emulator.sheets.formulas.structured import Structured
from sheetflow.emulator.sheets.formulas.tokens import FormulaSyntaxError, Kind, Token, tokenize
from sheetflow.emulator.sheets.formulas.values import CellError

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.nodes import Forest, Node

_LEVELS = (("=", "<>", "<", "<=", ">", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))
_LEVEL = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_DEEPEST = 60
_LONGEST = 50_000
_END = Token(Kind.SPACE, "")
APPLY = "LAMBDA()"
"""The name, which nobody can write, of calling what a call gave: LAMBDA(x, x + 1)(2)."""


def parse(text: str, forest: Forest) -> Node:
    """The tree of a formula that begins with "=".

    Raises:
        FormulaSyntaxError: the text is no formula, or nested deeper than this engine reads.
    """
    if len(text) > _LONGEST:
        raise FormulaSyntaxError("too long")
    tokens = [token for token in tokenize(text) if token.kind is not Kind.SPACE]
    if not tokens or tokens[0].text != "=":
        raise FormulaSyntaxError(text)
    reader = _Reader(tokens[1:], forest)
    node = reader.expression()
    if reader.peek() is not _END:
        raise FormulaSyntaxError(reader.peek().text)
    return node


class _Reader:
    """A cursor over tokens; each method reads one construct and leaves the cursor behind it."""

    def __init__(self, tokens: list[Token], forest: Forest) -> None:
        self._tokens = tokens
        self._position = 0
        self._forest = forest
        self._depth = 0

    def peek(self) -> Token:
        return self._tokens[self._position] if self._position < len(self._tokens) else _END

    def expression(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FormulaSyntaxError("nested too deep")
        node = self._binary(0)
        self._depth -= 1
        return node

    def _take(self) -> Token:
        token = self.peek()
        self._position += 1
        return token

    def _expect(self, kind: Kind) -> None:
        if self._take().kind is not kind:
            raise FormulaSyntaxError(kind.value)

    def _is_operator(self, among: tuple[str, ...]) -> bool:
        token = self.peek()
        return token.kind is Kind.OPERATOR and token.text in among

    def _binary(self, weakest: int) -> Node:
        node = self._signed()
        while True:
            token = self.peek()
            level = _LEVEL.get(token.text, -1) if token.kind is Kind.OPERATOR else -1
            if level < weakest:
                return node
            self._take()
            node = self._forest.binary(token.text, node, self._binary(level + 1))

    def _signed(self) -> Node:
        signs: list[str] = []
        while self._is_operator(("-", "+")):
            signs.append(self._take().text)
        node = self._percent()
        minuses = signs.count("-")
        if minuses:
            # However many there are, two say all: the operand is a number, and its sign.
            node = self._forest.unary("-", node)
            if minuses % 2 == 0:
                node = self._forest.unary("-", node)
        elif signs:
            node = self._forest.unary("+", node)
        return node

    def _percent(self) -> Node:
        node = self._operand()
        count = 0
        while self._is_operator(("%",)):
            self._take()
            count += 1
            if count > _DEEPEST:
                raise FormulaSyntaxError("%")
            node = self._forest.unary("%", node)
        return node

    def _operand(self) -> Node:
        token = self._take()
        kind, text = token
        if kind is Kind.NUMBER:
            return self._forest.literal(_number(text))
        if kind is Kind.TEXT:
            return self._forest.literal(text[1:-1].replace('""', '"'))
        if kind is Kind.REFERENCE:
            return self._forest.range(Reference.read(text))
        if kind is Kind.STRUCTURED:
            return self._part(text)
        if kind is Kind.ERROR:
            error = CellError.spelled(text)
            if error is not None and error.kind == "REF":
                error = CellError("REF", "Reference does not exist")
            return self._forest.literal(error)
        if kind is Kind.NAME:
            return self._named(text)
        if kind is Kind.OPEN:
            node = self.expression()
            self._expect(Kind.CLOSE)
            return node
        if kind is Kind.BRACE_OPEN:
            return self._braces()
        raise FormulaSyntaxError(text)

    def _part(self, text: str) -> Node:
        try:
            return self._forest.part(Structured.read(text))
        except ValueError as error:
            raise FormulaSyntaxError(text) from error

    def _named(self, text: str) -> Node:
        upper = text.upper()
        if self.peek().kind is Kind.OPEN:
            self._take()
            node = self._forest.call(upper, self._arguments())
            while self.peek().kind is Kind.OPEN:
                self._take()
                node = self._forest.call(APPLY, (node, *self._arguments()))
            return node
        if upper in ("TRUE", "FALSE"):
            return self._forest.literal(upper == "TRUE")
        return self._forest.name(text)

    def _arguments(self) -> tuple[Node, ...]:
        if self.peek().kind is Kind.CLOSE:
            self._take()
            return ()
        arguments: list[Node] = []
        while True:
            if self.peek().kind in (Kind.SEPARATOR, Kind.CLOSE):
                arguments.append(self._forest.literal(None))
            else:
                arguments.append(self.expression())
            token = self._take()
            if token.kind is Kind.CLOSE:
                return tuple(arguments)
            if token.kind is not Kind.SEPARATOR or token.text == "\\":
                raise FormulaSyntaxError(token.text)

    def _braces(self) -> Node:
        rows: list[list[Node]] = [[]]
        while True:
            rows[-1].append(self.expression())
            token = self._take()
            if token.kind is Kind.BRACE_CLOSE:
                return self._forest.braces(tuple(map(tuple, rows)))
            if token.kind is not Kind.SEPARATOR:
                raise FormulaSyntaxError(token.text)
            if token.text == ";":
                rows.append([])


def _number(text: str) -> float | int:
    if text.isdigit() and len(text) <= 15:
        return int(text)
    value = float(text)
    if value == float("inf"):
        raise FormulaSyntaxError(text)
    return value

"""From the text of a query to what it asks."""

from __future__ import annotations

import re
from datetime import date, datetime

from sheetflow.emulator.sheets.formulas.query.language import (
    Aggregate,
    Column,
    Comparison,
    Condition,
    Constant,
    Junction,
    Query,
    QueryError,
    Scalar,
    Term,
)

_EPOCH = 693594
"""The ordinal of 1899-12-30, the day 0 of serial numbers."""
_DEEPEST = 40
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'[^']*'|"[^"]*")|(?P<number>\d+(?:\.\d+)?|\.\d+)|`(?P<quoted>[^`]+)`"""
    r"""|(?P<word>[^\W\d]\w*)|(?P<sign><=|>=|<>|!=|[-=<>(),*+/]))"""
)
_AGGREGATES = frozenset({"sum", "avg", "count", "min", "max"})
_SCALARS = frozenset(
    {
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "quarter",
        "dayofweek",
        "upper",
        "lower",
        "todate",
        "datediff",
        "now",
    }
)
_CLAUSES = (
    "select",
    "where",
    "group",
    "pivot",
    "order",
    "skipping",
    "limit",
    "offset",
    "label",
    "format",
    "options",
)
_COMPARISONS = ("<=", ">=", "<>", "!=", "=", "<", ">")
_WORDS = ("contains", "starts", "ends", "matches", "like", "is")


def parse(text: str) -> Query:
    """A query.

    Raises:
        QueryError: the text is none.
    """
    return _Reader(text).query()


class _Reader:
    """A cursor over the words of a query."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(text.rstrip()):
            found = _TOKEN.match(text, position)
            if found is None:
                raise QueryError(f"PARSE_ERROR: Encountered {text[position:].strip()[:20]!r}")
            self._tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
            position = found.end()
        self._at = 0
        self._depth = 0

    def query(self) -> Query:
        query = Query()
        seen = -1
        while self._at < len(self._tokens):
            clause = self._peek()
            if clause not in _CLAUSES or _CLAUSES.index(clause) <= seen:
                raise self._error()
            seen = _CLAUSES.index(clause)
            self._at += 1
            self._clause(query, clause)
        return query

    def _clause(self, query: Query, clause: str) -> None:
        if clause == "select":
            query.select = None if self._take("*") else self._terms()
        elif clause == "where":
            query.where = self._any()
        elif clause in ("group", "order"):
            if not self._take("by"):
                raise self._error()
            if clause == "group":
                query.group = self._terms()
            else:
                query.order = self._order()
        elif clause == "pivot":
            query.pivot = self._terms()
        elif clause in ("skipping", "limit", "offset"):
            kind, word = self._next()
            if kind != "number" or not word.isdigit():
                raise QueryError(f"PARSE_ERROR: {clause} must be a whole number")
            if clause == "skipping" and int(word) < 1:
                raise QueryError("INVALID_SKIPPING: skipping must be at least 1")
            setattr(query, clause, int(word))
        elif clause in ("label", "format"):
            self._texts(query.labels if clause == "label" else query.formats)
        else:
            self._options(query)

    def _options(self, query: Query) -> None:
        known = False
        while self._peek() in ("no_values", "no_format"):
            if self._peek() == "no_values":
                query.no_values = True
            else:
                query.formats.clear()
            self._at += 1
            known = True
        if not known:
            raise self._error()

    def _peek(self) -> str:
        """The next word or sign in lower case; "" for a text, a number, a quoted name, or the end."""
        kind, word = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        return word.lower() if kind in ("word", "sign") else ""

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise QueryError("PARSE_ERROR: Encountered <EOF>")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, word: str) -> bool:
        if self._peek() != word:
            return False
        self._at += 1
        return True

    def _error(self) -> QueryError:
        word = self._tokens[self._at][1] if self._at < len(self._tokens) else "<EOF>"
        return QueryError(f'PARSE_ERROR: Encountered "{word}"')

    def _terms(self) -> list[Term]:
        terms = [self._sum()]
        while self._take(","):
            terms.append(self._sum())
        return terms

    def _order(self) -> list[tuple[Term, bool]]:
        order = []
        while True:
            term = self._sum()
            down = self._take("desc")
            if not down:
                self._take("asc")
            order.append((term, down))
            if not self._take(","):
                return order

    def _texts(self, given: dict[Term, str]) -> None:
        while True:
            term = self._sum()
            kind, word = self._next()
            if kind != "text":
                raise QueryError("PARSE_ERROR: a text must follow")
            given[term] = word[1:-1]
            if not self._take(","):
                return

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryError("PARSE_ERROR: nested too deep")

    def _sum(self) -> Term:
        self._deeper()
        term = self._product()
        while self._peek() in ("+", "-"):
            name = "sum" if self._next()[1] == "+" else "difference"
            term = Scalar(f"_{name}", (term, self._product()))
        self._depth -= 1
        return term

    def _product(self) -> Term:
        term = self._operand()
        while self._peek() in ("*", "/"):
            name = "product" if self._next()[1] == "*" else "quotient"
            term = Scalar(f"_{name}", (term, self._operand()))
        return term

    def _operand(self) -> Term:
        if self._take("("):
            term = self._sum()
            self._close()
            return term
        if self._take("-"):
            kind, word = self._next()
            if kind != "number":
                raise QueryError("PARSE_ERROR: a number must follow -")
            return Constant(-_number(word))
        kind, word = self._next()
        if kind == "text":
            return Constant(word[1:-1])
        if kind == "number":
            return Constant(_number(word))
        if kind == "quoted":
            return Column(word)
        if kind != "word":
            self._at -= 1
            raise self._error()
        return self._word(word)

    def _word(self, word: str) -> Term:
        lower = word.lower()
        if lower in ("true", "false"):
            return Constant(lower == "true")
        if lower in ("date", "datetime", "timestamp", "timeofday") and self._is_text():
            return Constant(_moment(lower, self._next()[1][1:-1]))
        if lower in (*_AGGREGATES, *_SCALARS) and self._take("("):
            arguments = [] if self._peek() == ")" else self._terms()
            self._close()
            if lower in _AGGREGATES:
                if len(arguments) != 1 or not isinstance(arguments[0], Column):
                    raise QueryError(f"PARSE_ERROR: {lower} takes one column")
                return Aggregate(lower, arguments[0])
            return Scalar(lower, tuple(arguments))
        return Column(word)

    def _is_text(self) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at][0] == "text"

    def _close(self) -> None:
        if not self._take(")"):
            raise self._error()

    def _any(self) -> Condition:
        self._deeper()
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Junction("or", tuple(parts))

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Junction("and", tuple(parts))

    def _one(self) -> Condition:
        if self._take("not"):
            self._deeper()
            inner = self._one()
            self._depth -= 1
            return Junction("not", (inner,))
        if self._peek() == "(":
            # A parenthesis opens a condition or a term; which of them, what follows tells.
            start = self._at
            self._at += 1
            try:
                inner = self._any()
                self._close()
            except QueryError:
                self._at = start
            else:
                if self._peek() not in (*_COMPARISONS, *_WORDS, "+", "-", "*", "/"):
                    return inner
                self._at = start
        return self._comparison()

    def _comparison(self) -> Condition:
        left = self._sum()
        word = self._peek()
        if word in _COMPARISONS:
            self._at += 1
            return Comparison("<>" if word == "!=" else word, left, self._sum())
        if word == "is":
            self._at += 1
            operator = "is not null" if self._take("not") else "is null"
            if not self._take("null"):
                raise self._error()
            return Comparison(operator, left)
        if word in _WORDS:
            self._at += 1
            if word in ("starts", "ends") and not self._take("with"):
                raise self._error()
            return Comparison(word, left, self._sum())
        if isinstance(left, Column | Constant | Scalar):
            return Comparison("=", left, Constant(value=True))
        raise self._error()


def _number(word: str) -> float | int:
    return int(word) if word.isdigit() and len(word) < 16 else float(word)


def _moment(kind: str, text: str) -> float | int:
    """A date or time as a serial number."""
    try:
        if kind == "date":
            year, month, day = map(int, text.split("-"))
            return date(year, month, day).toordinal() - _EPOCH
        if kind == "timeofday":
            hour, minute, second = ([*map(float, text.split(":")), 0.0, 0.0])[:3]
            return (hour * 3600 + minute * 60 + second) / 86400
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise QueryError(f"Invalid {kind} literal [{text}].") from error
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return moment.toordinal() - _EPOCH + seconds / 86400

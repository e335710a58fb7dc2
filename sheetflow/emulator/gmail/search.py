"""Gmail's search box: a query becomes a condition on the table of mails. This is its grammar.

Words stand for themselves or follow an operator (`operators`); `"…"` is a phrase, neighbours must all be
there, `OR` and `{ }` ask for one of them, `-` for none, `( )` groups, also behind an operator:
`subject:(dinner OR movie)`. `OR` binds tighter than neighbourhood. `dinner AROUND 5 friday` wants two words
near each other, in quotes in that order. What is no operator is searched for as text. Nothing is an error.
Source: Google's help on search operators.
"""

from __future__ import annotations

import re

from sheetflow.emulator.gmail.operators import (
    NOTHING_ASKED,
    Condition,
    Searcher,
    around,
    asked,
    combined,
    negated,
    phrase,
    words,
)

__all__ = ["Condition", "Searcher", "condition", "words"]

_TOKEN = re.compile(
    r"""
      -?[^\s(){}":]+\s+AROUND\s+\d+\s+[^\s(){}":]+   # two words near each other
    | -?[A-Za-z0-9_]+:"[^"]*"                         # an operator and a phrase
    | -?[A-Za-z0-9_]+:(?=[({])                        # an operator before a group
    | -?[A-Za-z0-9_]+:[^\s(){}"]+                     # an operator and a word
    | [-+]?"[^"]*"                                    # a phrase
    | [(){}]
    | -(?=[({])
    | [^\s(){}"]+
    """,
    re.VERBOSE,
)
_CLOSING = {"(": ")", "{": "}"}
_AROUND = re.compile(r"(.+?)\s+AROUND\s+(\d+)\s+(.+)", re.DOTALL)
_MINUS = "-"


def condition(query: str, searcher: Searcher) -> Condition:
    """The condition of a query; an empty one is always true."""
    found, _ = _Reader(_TOKEN.findall(query), searcher).everything(0, "", "")
    return found


class _Reader:
    """Reads the tokens of a query; `scope` is the operator that a group stands behind, or ""."""

    def __init__(self, tokens: list[str], searcher: Searcher) -> None:
        self._tokens = tokens
        self._searcher = searcher

    def everything(self, at: int, closing: str, scope: str) -> tuple[Condition, int]:
        """Terms up to `closing`, and where to go on. In braces all are alternatives."""
        groups: list[list[Condition]] = []
        joined = False
        while at < len(self._tokens) and self._tokens[at] != closing:
            token = self._tokens[at]
            if token in ("OR", "|") and groups:
                joined, at = True, at + 1
            elif token in (")", "}", "AND"):
                at += 1
            else:
                term, at = self._term(at, scope)
                if joined:
                    groups[-1].append(term)
                else:
                    groups.append([term])
                joined = False
        found = [combined(group, " OR ") for group in groups]
        return combined(found, " OR " if closing == "}" else " AND "), at + 1

    def _term(self, at: int, scope: str) -> tuple[Condition, int]:
        token = self._tokens[at]
        if token == _MINUS:
            inner, at = self._term(at + 1, scope)
            return negated(inner), at
        if token in _CLOSING:
            return self.everything(at + 1, _CLOSING[token], scope)
        minus = token.startswith(_MINUS) and len(token) > 1
        token = token.lstrip("-+") if minus or token.startswith("+") else token
        following = self._tokens[at + 1] if at + 1 < len(self._tokens) else ""
        if token.endswith(":") and following in _CLOSING:
            found, at = self.everything(at + 2, _CLOSING[following], token[:-1].lower())
        else:
            found, at = self._single(token, scope), at + 1
        return (negated(found) if minus else found), at

    def _single(self, token: str, scope: str) -> Condition:
        """A word, a phrase, or an operator with its value."""
        name, colon, value = token.partition(":")
        if colon and not scope and not token.startswith('"'):
            if not value.strip('"'):
                return NOTHING_ASKED
            found = asked(name.lower(), value.strip('"'), self._searcher)
            if found is not None:
                return found
        text = token.strip('"')
        if scope:
            return asked(scope, text, self._searcher) or phrase(("subject", "body"), text)
        near = _AROUND.fullmatch(text)
        if near is not None:
            return around(near[1], near[3], int(near[2]), in_order=token.startswith('"'))
        return phrase(("subject", "body", "sender", "receivers", "copied", "attached"), text)

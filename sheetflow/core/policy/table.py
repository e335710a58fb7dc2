"""The Approval policy tab as rules: what fits, and who has to approve it.

The first rule that fits counts. Whatever cannot be read makes its rule wider, never narrower, and lets nobody
approve what fits it: a typing error stops payments, it does not let them through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sheetflow.core.rulebook import Rulebook
from sheetflow.model.cells import Cell, is_formula, text_of
from sheetflow.model.invalid import Invalid, shown
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.model.people import People, Role
from sheetflow.model.snapshot import Row

STEPS = ("step1", "step2", "step3", "step4")
COLUMNS = (
    "rule", "amount_from", "amount_to", "currency", "department", "category", "contractor", *STEPS, "note",
)  # fmt: skip
"""The tab's columns, in their order."""
CONDITIONS = COLUMNS[1:7]
ROLE = "role:"
"""What a role begins with where a step names it; anything else there is an address."""
DECIDERS = (Role.APPROVER, Role.DIRECTOR)
"""The roles that may stand in a step."""
MOST_FAULTS = 5
"""What a request remembers of a rule that cannot be read."""

Fault = tuple[str, Mapping[str, str]]
"""What cannot be read: a key of `[policy]` in `rules.toml`, and its facts."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `need` different people out of `of`, or one for each of `of`.

    `of`: "role:approver" (directors included), "role:director" or a person's address.
    """

    of: tuple[str, ...]
    need: int = 1
    each: bool = False

    @property
    def slots(self) -> int:
        """How many approvals it takes."""
        return len(self.of) if self.each else self.need

    def as_dict(self) -> dict[str, Any]:
        """As history keeps it."""
        return {"each": True, "of": list(self.of)} if self.each else {"need": self.need, "of": list(self.of)}

    @classmethod
    def of_dict(cls, kept: Mapping[str, Any]) -> Step:
        """What `as_dict` made."""
        return cls(tuple(kept["of"]), int(kept.get("need", 1)), bool(kept.get("each")))


ANY_APPROVER = Step((ROLE + Role.APPROVER,))
"""What is asked for where no rule fits: one approver whose limit covers the amount, or a director."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. Blank conditions fit everything. `row`: its number on the tab, 1 is the header.

    Bounds are inclusive: in the request's own currency where `currencies` are named, else in the base
    currency. Departments and categories are lower case. `contractor`: "new", "known" or "".
    """

    name: str
    row: int
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    currencies: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    contractor: str = ""
    steps: tuple[Step, ...] = ()
    faults: tuple[Fault, ...] = ()

    def snapshot(self) -> dict[str, Any]:
        """What a request that it fits keeps of it, whatever becomes of the rule."""
        if self.faults:
            return {"rule": self.name, "faults": [[key, dict(facts)] for key, facts in self.faults]}
        return {"rule": self.name, "steps": [step.as_dict() for step in self.steps]}


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules, in their order."""

    rules: tuple[Rule, ...] = field(default=())


def read_policy(rows: Sequence[Row], people: People, base: str, book: Rulebook) -> Policy:
    """Read the tab, its header row included.

    Args:
        rows: as they stand.
        people: who the addresses belong to.
        base: the base currency, in which amounts are where no currency is named.
        book: headers, roles and words in every language.
    """
    filled = [(n, row) for n, row in enumerate(rows[1:], start=2) if any(text_of(cell) for cell in row)]
    if not filled:
        return Policy()
    places: dict[str, int] = {}
    for place, cell in enumerate(rows[0]):
        if key := book.policy_headers.get(text_of(cell).lower()):
            places.setdefault(key, place)
    missing = [key for key in COLUMNS if key not in places and key not in ("rule", "note")]
    if missing:  # a condition that nobody reads would make a rule fit what it was not made for
        return Policy((Rule("?", 1, faults=(("no-column", {"policy_columns": ", ".join(missing)}),)),))
    rules = []
    for number, row in filled:
        cells = {key: row[place] if place < len(row) else "" for key, place in places.items()}
        if any(text_of(cell) for key, cell in cells.items() if key != "note"):
            rules.append(_Reader(number, cells, people, base, book).rule())
    return Policy(tuple(rules))


class _Reader:
    """One row."""

    def __init__(
        self, number: int, cells: Mapping[str, Cell], people: People, base: str, book: Rulebook
    ) -> None:
        self.number, self.cells, self.people, self.base, self.book = number, cells, people, base, book
        self.faults: list[Fault] = []

    def rule(self) -> Rule:
        currencies = self._currencies()
        low, high = (self._amount(key, currencies) for key in ("amount_from", "amount_to"))
        if low is not None and high is not None and low > high:
            self._fault("amounts-crossed", "amount_from")
            low = high = None
        conditions = {
            "departments": self._list("department"),
            "categories": self._list("category"),
            "contractor": self._contractor(),
        }
        steps = self._steps()
        name = shown(self._text("rule")) if self._text("rule") else str(self.number)
        return Rule(
            name, self.number, low, high, currencies, **conditions,  # type: ignore[arg-type]
            steps=() if self.faults else steps, faults=tuple(self.faults[:MOST_FAULTS]),
        )  # fmt: skip

    def _fault(self, key: str, column: str, **facts: str) -> None:
        self.faults.append((key, {"policy_column": column, **facts}))

    def _text(self, column: str) -> str:
        cell = self.cells.get(column, "")
        if is_formula(cell):
            self._fault("formula", column)
            return ""
        return text_of(cell)

    def _amount(self, column: str, currencies: Sequence[str]) -> Decimal | None:
        text, cell = self._text(column), self.cells.get(column, "")
        if not text:
            return None
        if text == "0":
            return Decimal(0)
        try:
            return max(parse_amount(cell, code) for code in currencies or (self.base,))  # all have to agree
        except Invalid:
            self._fault("amount", column, value=shown(text))
            return None

    def _currencies(self) -> tuple[str, ...]:
        found = []
        for part in _parts(self._text("currency")):
            try:
                found.append(parse_currency(part))
            except Invalid:
                self._fault("currency", "currency", value=shown(part))
                return ()
        return tuple(dict.fromkeys(found))

    def _list(self, column: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.casefold() for part in _parts(self._text(column))))

    def _contractor(self) -> str:
        text = self._text("contractor")
        word = self.book.policy_words.get(text.lower(), "")
        if text and word not in ("new", "known"):
            self._fault("contractor", "contractor", value=shown(text))
            return ""
        return word if text else ""

    def _steps(self) -> tuple[Step, ...]:
        texts = [(column, self._text(column)) for column in STEPS]
        last = max((n for n, (_, text) in enumerate(texts) if text), default=-1)
        if last < 0:
            self._fault("no-step", "step1")
        found = []
        for column, text in texts[: last + 1]:
            if not text:
                self._fault("step-left-out", column)
            elif step := self._step(column, text):
                found.append(step)
        return tuple(found)

    def _step(self, column: str, text: str) -> Step | None:
        before = len(self.faults)
        head, colon, rest = text.rpartition(":")
        kind, need = self._kind(head) if colon else ("any", 1)
        if not kind:
            self._fault("step-kind", column, value=shown(head))
        of: list[str] = []
        for part in _parts(rest):
            entry = self._entry(column, part)
            if entry and entry in of and kind != "any":
                self._fault("step-twice", column, value=shown(part))
            elif entry and entry not in of:
                of.append(entry)
        if not of and len(self.faults) == before:
            self._fault("step-empty", column)
        people_alone = not any(entry.startswith(ROLE) for entry in of)
        if need < 1 or (people_alone and need > len(of) and len(self.faults) == before):
            self._fault("step-count", column, value=str(need))
        if len(self.faults) > before:
            return None
        return Step(tuple(of), each=True) if kind == "all" else Step(tuple(of), need)

    def _kind(self, head: str) -> tuple[str, int]:
        """("any" | "all" | "of" | "", how many): what stands before the colon."""
        words = head.lower().split()
        known = [self.book.policy_words.get(word, word) for word in words]
        if known and known[-1] == "of" and len(known) > 1:  # "any of", "2 of"
            known.pop()
        elif known and re.fullmatch(r"[0-9]{1,3}", known[0]):
            return "", 1
        if len(known) == 1 and known[0] in ("any", "all"):
            return known[0], 1
        if len(known) == 1 and re.fullmatch(r"[0-9]{1,3}", known[0]):
            return "of", int(known[0])
        return "", 1

    def _entry(self, column: str, part: str) -> str:
        role = self.book.roles.get(part.lower())
        if role in DECIDERS:
            return ROLE + str(role)
        person = self.people.find(part)
        if role is not None or (person is not None and not person.has(*DECIDERS)):
            self._fault("step-role", column, value=shown(part))
        elif person is None:
            self._fault("step-stranger", column, value=shown(part))
        else:
            return person.email
        return ""


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]

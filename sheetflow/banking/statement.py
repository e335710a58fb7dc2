"""A bank's statement as typed lines, whatever the format it came in.

Decided here: what a line is, whether a balance adds up, and how a line is known again (`keys`). Not decided:
which request a line pays (`matching`). The formats are read by `client_bank_statement` and `camt053`, either
of them by `statement_reader`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sheetflow.model.invalid import Invalid


class Direction(StrEnum):
    """Which way the money went, seen from the own account."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Side:
    """Whom the money went to or came from, as the bank wrote it; "" where it does not say."""

    name: str = ""
    account: str = ""
    inn: str = ""
    kpp: str = ""
    bik: str = ""
    bank: str = ""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement on one own account.

    `number` and `dated`: the document's own; a camt.053 has no date of it. `booked`: the day the bank took
    or credited it. `amount`: above zero. `other`: the other side. `kind`: what the document is called.
    `line`: where it begins in the file, or which entry it is.
    """

    account: str
    direction: Direction
    number: str
    dated: date | None
    booked: date
    amount: Decimal
    currency: str
    other: Side
    purpose: str
    kind: str
    line: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What a file says. `problems`: documents passed over, each with its line. `cautions`: worth a look."""

    accounts: tuple[str, ...]
    lines: tuple[StatementLine, ...]
    problems: tuple[Invalid, ...] = ()
    cautions: tuple[Invalid, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """What a bank says of an account and a period; None where it does not say."""

    account: str
    line: int
    opening: Decimal | None
    received: Decimal | None
    taken: Decimal | None
    closing: Decimal | None


def keys(lines: Iterable[StatementLine]) -> tuple[str, ...]:
    """A key for each line, the same in every statement that has it.

    It is made of what the bank knows a movement by: own account, direction, number, date, day, amount, the
    other side's account. Lines that agree in all of this are numbered, so that each of two real twins has
    its own, and no line counts twice when statements overlap.

    >>> day = date(2026, 11, 12)
    >>> line = StatementLine("40702", Direction.OUT, "3/4", day, day, Decimal(5), "RUB", Side(), "", "", 9)
    >>> keys([line, line])[1]
    '40702/out/3%2F4/2026-11-12/2026-11-12/5.00/RUB//2'
    """
    seen: Counter[str] = Counter()
    found: list[str] = []
    for line in lines:
        dated = line.dated.isoformat() if line.dated else ""
        parts = (
            line.account, line.direction.value, line.number, dated, line.booked.isoformat(),
            f"{line.amount:.2f}", line.currency, line.other.account or line.other.inn,
        )  # fmt: skip
        identity = "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)
        seen[identity] += 1
        found.append(f"{identity}/{seen[identity]}")
    return tuple(found)


def unequal(balance: Balance) -> Invalid | None:
    """What is wrong with a balance: "statement-balance" where it is given in full and does not add up."""
    opening, received, taken, closing = balance.opening, balance.received, balance.taken, balance.closing
    if opening is None or received is None or taken is None or closing is None:
        return None
    if opening + received - taken == closing:
        return None
    return Invalid(
        "statement-balance",
        {
            "line": str(balance.line),
            "account": balance.account,
            "opening": f"{opening:f}",
            "received": f"{received:f}",
            "taken": f"{taken:f}",
            "closing": f"{closing:f}",
        },
    )

"""What happened: history events, people's edits as the trigger reported them, acts from the request page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the History tab, never changed after it was written.

    `kind` is in the past tense (RequestApproved). `actor` is an e-mail address, "bank", "system" or
    "unknown". `via`: sheet, page, form, bank, system. `cause`: the uuid of the edit or act behind it.
    `hash` is over the previous event's hash and everything above; see `core.history`.
    """

    seq: int
    at: datetime
    request: str
    kind: str
    actor: str
    via: str
    data: Mapping[str, Any]
    cause: str
    hash: str


@dataclass(frozen=True, slots=True)
class Fact:
    """An event to be: without its place in the chain."""

    at: datetime
    request: str
    kind: str
    actor: str
    via: str
    data: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""


@dataclass(frozen=True, slots=True)
class CellEdit:
    """One cell that a person's hand changed, as the trigger saw it.

    `old` and `new` are canonical texts (`model.cells`); `old` is None where it is not known (a paste).
    `exact`: the trigger was told the value by Google itself; otherwise it read the cell a moment later and
    somebody else's value may stand there. `at` is when the trigger ran.
    """

    uuid: str
    at: datetime
    user: str
    request: str
    column: str
    old: str | None
    new: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Act:
    """What a person chose on the request page.

    `act` names a transition of `workflow.payments`, or "comment". `seen` is the fingerprint of what the
    page showed. `link` is the nonce of the link it came by: used once.
    """

    uuid: str
    at: datetime
    user: str
    request: str
    act: str
    comment: str = ""
    amount: str = ""
    seen: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not accepted, and by which rule.

    `facts` fill the sentence of the rule (`Words.refusal`). `by` is who did it, "" where nobody is known.
    `cause` is the uuid of the edit or act.
    """

    rule: str
    request: str
    column: str
    facts: Mapping[str, str]
    by: str = ""
    cause: str = ""

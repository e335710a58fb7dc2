"""What happened: history events, people's edits as the trigger reported them, acts from the request page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sheetflow.model.cells import Cell


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the History tab, never changed after it was written.

    `kind` is in the past tense (RequestApproved). `actor` is an e-mail address, "bank", "system" or
    "unknown". `via`: sheet, page, mail, form, bank, import, system. `cause`: the uuid of the edit or act
    behind it, the message's id for a mail. `hash` is over the previous event's hash and everything above;
    see `core.history`.
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
    """What a person chose on a page.

    `act` names a transition of `workflow.payments`, or "comment", or "dispute": a contractor says that a
    payment is not right, and `facts` say which. `seen` is the fingerprint of what the page showed. `link` is
    the nonce of the link it came by: used once. `files`: payment orders that were handed in with it.
    `signed_in`: the address that Google vouched for, "" where the link alone counts. `via`: "page", or "mail"
    for an answer to a mail, whose `link` is the message's id.
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
    files: tuple[Upload, ...] = ()
    signed_in: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    via: str = "page"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody handed in, where it lies now."""

    id: str
    name: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that lies in Bank/Incoming.

    `digest`: MD5 of its content, hex: which version it is. `size`: bytes. `by`: who changed it last, "" where
    Drive does not say. `owners`: none of a file in a shared drive.
    """

    id: str
    name: str
    digest: str
    size: int
    by: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of the form, as it was last submitted.

    `user` is the respondent's verified address, "" where there is none. `cells`: answers by column key, as
    typed. `at`: when it was submitted, or last edited. `send`: it is to be submitted at once.
    """

    id: str
    at: datetime
    user: str
    cells: Mapping[str, Cell]
    files: tuple[Upload, ...] = ()
    send: bool = False

    @property
    def cause(self) -> str:
        """What names this very version of the answer."""
        return f"{self.id}@{self.at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Returned:
    """A mail of ours that could not be delivered: the notice's id in the mailbox, and our reference in it."""

    message: str
    reference: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that answers something: its id in the mailbox, when it came, its bytes."""

    message: str
    at: datetime
    raw: bytes


@dataclass(frozen=True, slots=True)
class Bounce:
    """What came back, as the Outbox knows it: to whom it was, and about which request."""

    message: str
    request: str
    to: str
    template: str


@dataclass(frozen=True, slots=True)
class FiledFile:
    """A file in its folder. `sha256`: of its content, as the Drive knows it."""

    id: str
    name: str
    sha256: str
    link: str


@dataclass(frozen=True, slots=True)
class Filing:
    """Files that were put into a request's folder, once a letter of the Outbox asked for it.

    `column`: invoice or payment_order. `link`: what the cell shows. `qr`: what a payment QR on the invoice
    says, by column key. `problem`: a key of `[warnings]` where something went wrong, with its `facts`;
    `files` are then those that could be put away in spite of it.
    """

    letter: str
    request: str
    column: str
    link: str
    files: tuple[FiledFile, ...]
    qr: Mapping[str, Cell] = field(default_factory=dict)
    problem: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


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

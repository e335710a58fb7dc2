"""One payment request as it was accepted: the fold of its history, and what is still in the air about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sheetflow.model.cells import Cell

QUOTED, MOST_SAID = 240, 3
"""Characters of a comment that are kept for digests, and how many comments."""


@dataclass(slots=True)
class Hold:
    """A wish that waits: for a comment, or for files, until `until`.

    `page`: what was said with it on the request page (comment, amount, seen, link, signed_in), empty where it
    was picked in the sheet.
    """

    target: str
    by: str
    at: datetime
    until: datetime
    rule: str
    cause: str
    page: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Loose:
    """A difference between sheet and accepted value that no edit explains, and since when it is seen."""

    digest: str
    seen_at: datetime


@dataclass(slots=True)
class Note:
    """A comment that may count for a transition: by whom is the key it stands under."""

    at: datetime
    text: str


@dataclass(slots=True)
class Reversal:
    """An accountant asked to take a payment back; it waits for a second person."""

    by: str
    at: datetime
    reason: str


@dataclass(slots=True)
class Said:
    """A comment as the digest quotes it. `told`: whom it names, so that they were told at once."""

    by: str
    at: datetime
    text: str
    told: tuple[str, ...] = ()


@dataclass(slots=True)
class Request:
    """The accepted state of one request.

    `status` is a `Status` value. `cells`: the accepted value of each input column that is not blank.
    `fingerprint`: what was submitted and approved, "" in drafts. `approver`: who approved it (address), and
    "for whom" is in history. `paid`: sum of the payments, in the request's currency.
    `notes`: by address, the last comment since the last transition. `loose`: by column.
    `unsigned`: payee fields of a draft that came from nobody known. `problems`: (rule, column, facts) shown
    in Checks. `noted`: columns whose cell carries a note of ours, and the rule it is about.
    `links`: nonces of page links used, and the act that each was used for.
    `bounced`: notices of mails about it that came back.
    `moved`: when its status last changed: only later comments count for the next step.
    `response`: the form answer it came from, and its version; `answers`: digests of what it said, by column.
    `filing`: what is being put away, as "column/letter". `files`: what lies in its folder: id, name, sha256,
    column. `qr`: what the payment QR on its invoice says, by column. `filled`: columns completed from the
    book or a QR. `cautions`: what is unusual about it: (key of [warnings], facts).
    `submitted`: it has a history, so it can no longer vanish.
    `policy`: what it took along of the approval policy when it was submitted (`core.policy.table`), {} where
    no rule fitted. `approvals`: what was given by it so far: by, step, as, at, and where they stood in for
    somebody absent `for`; `covers`: the limit covered the amount.
    `safety`: what was found when it was submitted (`core.safety.submitting`). `payee_by`: who else than the
    requester typed payee fields into the draft.
    `moved_by`: who moved it last. `said`: the latest comments. `escalated`: when the directors were told that
    it waits, None since it last moved. `undelivered`: mails about it that came back: at, to, template.
    `respondent`: who answered the form, where that is nobody whom the company knows.
    `recurring`: the template that made the draft: name, due (ISO date), at, content; {} for any other.
    `bank_file`: the bank file that it stands in, and `order` what stands there (`core.bank.events`).
    `banked`: digests of the statement lines that it has had, `seen` what they come to: less than `paid` where
    a person marked what no statement has shown yet. `approved`: since when it may be paid.
    `tasks`: by main address, the work that a task was opened for, with a mark once it is closed
    (`core.attention.tasks`).
    `archived`: the spreadsheet that it was moved to, "" while it stands in the Registry.
    """

    id: str
    status: str = "Draft"
    requester: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)
    approver: str = ""
    fingerprint: str = ""
    paid: Decimal = Decimal(0)
    updated: datetime | None = None
    submitted: bool = False
    notes: dict[str, Note] = field(default_factory=dict)
    hold: Hold | None = None
    loose: dict[str, Loose] = field(default_factory=dict)
    unsigned: set[str] = field(default_factory=set)
    problems: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    noted: dict[str, str] = field(default_factory=dict)
    reversal: Reversal | None = None
    bank_file: str = ""
    moved: datetime | None = None
    bounced: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    deleted: datetime | None = None
    response: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    filing: list[str] = field(default_factory=list)
    files: list[dict[str, str]] = field(default_factory=list)
    qr: dict[str, Cell] = field(default_factory=dict)
    filled: list[str] = field(default_factory=list)
    cautions: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    policy: dict[str, Any] = field(default_factory=dict)
    approvals: list[dict[str, Any]] = field(default_factory=list)
    safety: dict[str, Any] = field(default_factory=dict)
    payee_by: list[str] = field(default_factory=list)
    moved_by: str = ""
    said: list[Said] = field(default_factory=list)
    escalated: datetime | None = None
    undelivered: list[dict[str, str]] = field(default_factory=list)
    respondent: str = ""
    recurring: dict[str, str] = field(default_factory=dict)
    order: dict[str, str] = field(default_factory=dict)
    banked: list[str] = field(default_factory=list)
    seen: Decimal = Decimal(0)
    approved: datetime | None = None
    tasks: dict[str, str] = field(default_factory=dict)
    archived: str = ""

    def remember(self, said: Said) -> None:
        """Keep a comment, as short as a digest quotes it, and no more than the latest."""
        if said.text:
            short = said.text if len(said.text) <= QUOTED else said.text[: QUOTED - 1] + "…"
            self.said = [*self.said, Said(said.by, said.at, short, said.told)][-MOST_SAID:]

    @property
    def in_registry(self) -> bool:
        """Whether it has a row there: a deleted draft and an archived request have none."""
        return not self.deleted and not self.archived

    def cell(self, key: str) -> Cell:
        """The accepted value of a column, "" when blank."""
        return self.cells.get(key, "")

"""The system tabs: where the token stands, and what an Outbox row is.

State: row 1 the token, row 2 headers, records below. Inbox, Outbox, History: row 1 headers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sheetflow.core.contractors import BOOK_FIELDS, MORE_FIELDS
from sheetflow.core.history import GENESIS, dumps, instant, moment
from sheetflow.errors import ConfigError
from sheetflow.model.cells import Cell
from sheetflow.model.columns import INPUTS
from sheetflow.model.snapshot import Letter, Row, Token

STATE_HEADERS = (
    "id", "confirmed", "seal", "checks", "requester", "approver", "updated", "paid", "history", "status",
    "due", "data", *INPUTS,
)  # fmt: skip
INBOX_HEADERS = ("uuid", "at", "user", "sheet", "body", "signature", "consumed")
OUTBOX_HEADERS = (
    "id",
    "state",
    "lease",
    "leased_at",
    "tries",
    "template",
    "to",
    "request",
    "facts",
    "result",
)
CONTRACTOR_HEADERS = (*BOOK_FIELDS, *MORE_FIELDS)
HISTORY_HEADERS = ("seq", "at", "request", "event", "actor", "via", "data", "cause", "hash")

FIRST_STATE_ROW = 2
"""0-based: the token's row and the headers stand above."""

TOKEN_NAME = "SF_VERSION"  # noqa: S105 - the name of a named range
TOKEN_FIELDS = (
    "revision", "range_id", "head", "seq", "last_id", "sheets", "people", "settings", "horizon", "form",
    "access", "banks", "vitals", "policy", "orders", "channels", "recurring",
)  # fmt: skip


def token_text(token: Token) -> str:
    """The token as it stands in State!A1."""
    return dumps({name: getattr(token, name) for name in TOKEN_FIELDS})


def attention_text(token: Token) -> str:
    """The token's `attention` as it stands in State!B1."""
    return dumps(dict(token.attention)) if token.attention else ""


def read_attention(cell: Cell) -> dict[str, str]:
    """The token's `attention` in State!B1.

    Raises:
        ConfigError: somebody wrote there.
    """
    try:
        found = json.loads(str(cell)) if cell != "" else {}
        return {str(who): str(text) for who, text in found.items()}
    except (ValueError, AttributeError) as error:
        problem = "State!B1 does not hold what is known of people's digests: restore that cell, or empty it"
        raise ConfigError([problem]) from error


_LATER = ("form", "access", "banks", "vitals", "policy", "orders", "channels")
"""Fields that a token written by an older sheetflow may lack."""
BANK_HEADERS = ("bik", "name", "corr_account", "city")


def read_token(cell: Cell) -> Token:
    """The token in State!A1.

    Raises:
        ConfigError: the cell holds something else: the spreadsheet is no registry, or somebody wrote there.
    """
    try:
        values: dict[str, Any] = json.loads(str(cell))
        return Token(**{name: values[name] for name in TOKEN_FIELDS if name in values or name not in _LATER})
    except (ValueError, KeyError, TypeError) as error:
        problem = "State!A1 does not hold the registry's token: set the registry up, or restore that cell"
        raise ConfigError([problem]) from error


def first_token(sheets: Mapping[str, int], nonce: str) -> Token:
    """The token of a new registry. `sheets`: tab key -> sheetId."""
    return Token(0, range_id(0, nonce), GENESIS, 0, 0, dict(sheets))


def range_id(revision: int, nonce: str) -> str:
    """The id of the named range that stands for a revision."""
    return f"sf_{revision}_{nonce}"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A letter on its way.

    `state`: "leased" (somebody is sending it), "sent", "doubt" (it may have been sent; asked for later) or
    "failed" (it never can be; the admin is told). `lease` is the nonce of the run that has it.
    """

    letter: Letter
    state: str
    lease: str
    leased_at: datetime
    tries: int = 1
    result: str = ""

    def row(self) -> list[Cell]:
        """As a row of the Outbox tab."""
        letter = self.letter
        return [
            letter.id, self.state, self.lease, instant(self.leased_at), self.tries, letter.template,
            letter.to, letter.request, dumps(dict(letter.facts)), self.result,
        ]  # fmt: skip

    def marked(self, state: str, result: str) -> OutboxRow:
        """The same after an attempt."""
        return replace(self, state=state, result=result[:20_000])


def read_outbox_row(row: Row) -> OutboxRow:
    """A row of the Outbox tab. Raises ValueError where somebody else wrote there."""
    cells = [*row, *[""] * (len(OUTBOX_HEADERS) - len(row))]
    letter = Letter(str(cells[0]), str(cells[5]), str(cells[6]), str(cells[7]), json.loads(str(cells[8])))
    return OutboxRow(
        letter, str(cells[1]), str(cells[2]), moment(str(cells[3])), int(cells[4]), str(cells[9])
    )


def is_open(row: Row) -> bool:
    """Whether an Outbox row still waits to be sent or to be asked about."""
    return len(row) > 1 and row[1] in ("leased", "doubt")

"""What the use cases need of the world, as protocols. `adapters/` implements them over Google's APIs.

Every method may raise the `PortError`s of `sheetflow.errors`; which of them mean "nothing happened" and
which "it may have happened" is said there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol

from sheetflow.core.access import Grant
from sheetflow.model.cells import Cell
from sheetflow.model.events import Dropped, Event, Filing, Response
from sheetflow.model.snapshot import CellWrite, Letter, LineWrite, Row, Snapshot, Token


@dataclass(frozen=True, slots=True)
class Block:
    """Values to put into a tab as they are; `row` and `column` are 0-based places. "" clears a cell."""

    tab: str
    row: int
    column: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Commit:
    """One atomic write. Nothing of it is applied unless the token is still `old`.

    `states`: (place in the State tab or None for a new row, row); an empty row clears the place.
    `outbox`: the same for the Outbox. `consumed`: places in the Inbox to mark. `writes`: Registry cells,
    each with the id that its row held. `restored`: rows to insert below the Registry's last, and
    `restored_notes`: notes of their cells, by place in `restored`.
    `pruned`: rows of system tabs to delete, by tab key. `book`: rows to add to the Contractors tab.
    `banks`: what the bank directory is from now on, None where it stays. `blocks`: what else to put where.
    `lines`: what to write into rows of the Bank tab. `new_lines`: rows to add there, each with its choices.
    `widths` and `places` are those of the snapshot that this follows.
    """

    old: Token
    new: Token
    columns: Mapping[str, int]
    registry_rows: int
    events: Sequence[Event] = ()
    states: Sequence[tuple[int | None, Row]] = ()
    outbox: Sequence[tuple[int | None, Row]] = ()
    consumed: Sequence[int] = ()
    writes: Sequence[CellWrite] = ()
    restored: Sequence[Mapping[str, Cell]] = ()
    pruned: Mapping[str, Sequence[int]] = field(default_factory=dict)
    book: Sequence[Row] = ()
    banks: Sequence[Row] | None = None
    restored_notes: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    blocks: Sequence[Block] = ()
    lines: Sequence[LineWrite] = ()
    new_lines: Sequence[tuple[Row, Sequence[str]]] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a commit did. `rows`: the Registry's rows that it wrote into, as they stand afterwards."""

    token: Token
    rows: Mapping[int, Row] = field(default_factory=dict)


class SheetPort(Protocol):
    """The spreadsheet."""

    def read(self, event: int = 0) -> Snapshot:
        """Everything that a pass needs, in one call; `now` is the service's own time.

        `event`: also the hash that stands with the event of this number (`Snapshot.event_hash`).
        """
        ...

    def read_banks(self, since: str) -> Mapping[str, Sequence[str]]:
        """The bank directory of that moment (`Token.banks`), BIK -> (name, corr. account, city)."""
        ...

    def commit(self, commit: Commit) -> Receipt:
        """Write, all or nothing. Raises ConcurrentEdit where the token moved on."""
        ...


class HistoryPort(Protocol):
    """The History tab, read whole: for verification and for one request's life."""

    def read_history(self) -> tuple[Token, Sequence[Event]]:
        """The token and every event."""
        ...


class MailPort(Protocol):
    """The mailbox that messages are sent from."""

    def send(self, message: EmailMessage) -> str:
        """Send; gives the message's id. Unavailable: it may have been sent."""
        ...

    def find(self, reference: str) -> str | None:
        """The id of a sent message that carries this reference, or None."""
        ...


class FormsPort(Protocol):
    """The form that requests are asked for in."""

    def responses(self, since: datetime | None) -> Sequence[Response]:
        """Every answer submitted or edited at or after a moment (all for None), answers by column key."""
        ...


class FilesPort(Protocol):
    """The company's folder for payments and invoices."""

    def file(self, letter: Letter) -> Filing:
        """Put a request's files into its folder, under safe names, shared with those who need them.

        Done again it changes nothing. What cannot be put away by its nature comes back as a problem.
        """
        ...

    def download(self, file: str) -> tuple[str, str, bytes]:
        """A file's name, MIME type and content."""
        ...


class IncomingPort(Protocol):
    """The folder Bank/Incoming."""

    def waiting(self) -> Sequence[Dropped]:
        """What nobody dealt with yet, the oldest first."""
        ...

    def content(self, file: str) -> bytes:
        """A file's content."""
        ...

    def put_away(self, dropped: Dropped, folder: str, year: str) -> None:
        """Mark a version as dealt with, and move it to "processed" (in the year's folder) or "rejected"."""
        ...

    def close(self) -> None:
        """Give the connections back; the next call makes new ones."""
        ...


class ClockPort(Protocol):
    """What time it is, where no answer of a service has said it."""

    def now(self) -> datetime:
        """The time, with a time zone."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class NoncesPort(Protocol):
    """Randomness."""

    def nonce(self) -> str:
        """A fresh unguessable text of letters and digits."""
        ...

    def jitter(self) -> float:
        """A number between 0 and 1."""
        ...


class FormSchemaPort(Protocol):
    """Changing what forms ask."""

    def is_empty(self, form: str) -> bool:
        """Whether nothing is asked yet."""
        ...

    def batch(self, form: str, requests: Sequence[Mapping[str, Any]]) -> None:
        """Do all requests of a batchUpdate, or none of them."""
        ...

    def publish(self, form: str) -> None:
        """Let it be seen and answered."""
        ...


class FoldersPort(Protocol):
    """Making folders and opening them to people."""

    def ensure(self, key: str, name: str, parent: str = "", root: str = "") -> str:
        """The id of the folder of a key in another, "" for the caller's own Drive; made where it is missing.

        `name` is what a new one is called; one that there is keeps its own. `root`: of the registry,
        marks a new one.
        """
        ...

    def share(self, folder: str, email: str, role: str) -> None:
        """Give somebody a role, "writer" or "reader", on a folder and all in it. No mail tells them."""
        ...


@dataclass(frozen=True, slots=True)
class FolderSeen:
    """How a folder stands. `state`: there, moved, trashed or missing; `able`: whether we may put it right."""

    state: str
    id: str = ""
    name: str = ""
    parent: str = ""
    able: bool = True


class FolderCarePort(FoldersPort, Protocol):
    """Folders looked at and put back."""

    def seen(self, root: str, layout: Mapping[str, str]) -> Mapping[str, FolderSeen]:
        """How a registry's folders stand, by key; `layout`: key -> the key of the folder that it lies in."""
        ...

    def restore(self, folder: FolderSeen) -> None:
        """Take a folder out of the trash."""
        ...

    def move(self, folder: FolderSeen, parent: str) -> None:
        """Put a folder into another."""
        ...


class AccessPort(Protocol):
    """Who may open the company's places in Drive: the keys of `core.access.PLACES`."""

    def free(self) -> Collection[str]:
        """Addresses whose permissions stay whatever the People tab says: the system's own accounts."""
        ...

    def locate(self, ids: Mapping[str, str]) -> None:
        """Take it from somebody who looked where the places are: key -> id."""
        ...

    def grants(self, place: str) -> Sequence[Grant] | None:
        """The permissions that hold on a place, None where there is no such place.

        Raises:
            AccessDenied: the account may not look: it may not share there either.
        """
        ...

    def give(self, place: str, address: str, role: str) -> str:
        """Give somebody a role; no mail tells them. Gives the address that Google knows the account by."""
        ...

    def change(self, place: str, grant: Grant, role: str) -> None:
        """Make a permission one of another role."""
        ...

    def take(self, place: str, grant: Grant) -> None:
        """Take a permission away. `place`: also the id of a folder."""
        ...

    def requests_of(self, addresses: Sequence[str]) -> Sequence[tuple[str, Grant]]:
        """The folders of requests that were opened to any of them: (the folder's id, the permission)."""
        ...


class SchemaPort(Protocol):
    """Changing what spreadsheets are made of, and sharing them."""

    def batch(self, spreadsheet: str, requests: Sequence[Mapping[str, Any]]) -> None:
        """Do all requests of a batchUpdate, or none of them."""
        ...

    def share(self, file: str, email: str, role: str) -> None:
        """Give somebody a role on a file, "writer" or "reader", without writing them a mail."""
        ...

    def tabs(self, spreadsheet: str) -> Mapping[int, str]:
        """The tabs from the left: sheetId -> title."""
        ...


class LayoutPort(Protocol):
    """A spreadsheet described as it is, and changed: what plan and apply need."""

    def layout(self, spreadsheet: str) -> Mapping[str, Any]:
        """The answer of spreadsheets.get without cells: properties, tabs with all they have, named ranges."""
        ...

    def cells(self, spreadsheet: str, ranges: Sequence[str]) -> Mapping[str, Any]:
        """The answer of spreadsheets.get with the cells of ranges that begin at A1: entered, never computed.

        Empty for no range.
        """
        ...

    def rows(self, spreadsheet: str, where: str) -> Sequence[Row]:
        """A range's values, formulas as such and dates as numbers."""
        ...

    def batch(self, spreadsheet: str, requests: Sequence[Mapping[str, Any]]) -> None:
        """Do all requests of a batchUpdate, or none of them."""
        ...

    def owner(self, file: str) -> str:
        """Who owns a file: an address, "" for one in a shared drive, which nobody owns."""
        ...


class RegistryPort(SchemaPort, LayoutPort, Protocol):
    """Both: what a new registry needs."""

"""Twenty people who edit one spreadsheet without a pause, and functions in processes of their own.

They type, decide, comment, sort, insert, delete, copy rows and paste over numbers. Each hand looks and types
in one breath, as somebody does who sees the screen; everything else races.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event as Flag
from typing import Any

import googleapiclient.discovery  # noqa: F401 - loaded once, before the processes are forked

from sheetflow.emulator.wire import GoogleError
from sheetflow.errors import PortError
from sheetflow.runtime import from_environment
from sheetflow.workspace import cast
from tests.firm import BLOCK, GOOD, OTHER_ACCOUNT, Firm

MANAGERS, APPROVERS, ACCOUNTANTS = 11, 1, 1
"""Whom the sample company takes on, so that with its seven people they are twenty."""
KEPT = "kept."
"""Marks the rows that nobody destroys, whatever number stands in them for a moment."""
WORDS = ("looks right", "no", "100", "please hurry", "")


@dataclass(slots=True)
class Crowd:
    """Who works, what they typed last into drafts of their own, and what each kind of act came to.

    `moves`: how often rows are moved, beside three comments; 0 for never.
    """

    firm: Firm
    seed: int
    moves: float
    people: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    typed: dict[tuple[str, str], str] = field(default_factory=dict)
    acts: Counter[str] = field(default_factory=Counter)

    def hire(self) -> None:
        """Twenty people on the People tab, each manager with a draft that nobody else is to destroy."""
        firm = self.firm
        self.people = {address: roles[0] for address, roles in cast.roles().items()}
        new = [("manager", MANAGERS), ("approver", APPROVERS), ("accountant", ACCOUNTANTS)]
        header = [str(cell) for cell in firm.values("1:1", tab="people")[0]]
        labels = firm.runtime.book.own.labels
        rows = []
        for role, count in new:
            for n in range(count):
                address = f"{role}{n}@{cast.DOMAIN}"
                self.people[address] = role
                said = {"email": address, "name": f"{role.title()} {n}", "roles": labels["roles"][role]}
                said["limit"] = "900000 RUB" if role == "approver" else ""
                keys = {labels["people"].get(key, key): value for key, value in said.items()}
                rows.append([keys.get(title, "") for title in header])
        firm.robot.tab("people").append_rows(rows, value_input_option="RAW")  # type: ignore[arg-type]
        firm.settle()
        for address, role in self.people.items():
            if role == "manager":
                self.own[address] = firm.hand(address).drafts(contractor_email=KEPT + address)
        firm.settle()

    @contextlib.contextmanager
    def working(self, seconds: float, pause: float) -> Iterator[None]:
        """Everybody works for so long; what one of them raises is raised at the end."""
        failures: list[BaseException] = []
        end = time.monotonic() + seconds

        def work(address: str, number: int) -> None:
            hand = _Person(self, address, random.Random(f"{self.seed} {number}"))
            while time.monotonic() < end and not failures:
                try:
                    self.acts[hand.acts()] += 1
                except GoogleError:
                    self.acts["refused by the sheet"] += 1
                except Exception as error:  # noqa: BLE001 - raised again below
                    failures.append(error)
                time.sleep(pause * hand.chance.random() * 2)

        threads = [
            threading.Thread(target=work, args=one) for one in zip(self.people, range(99), strict=False)
        ]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]


class _Person:
    """One pair of hands."""

    def __init__(self, crowd: Crowd, address: str, chance: random.Random) -> None:
        self.crowd, self.address, self.chance = crowd, address, chance
        self.role = crowd.people[address]
        self.firm = crowd.firm
        self.emulator = crowd.firm.place.emulator
        self.places = crowd.firm.columns()
        self.doc = self.emulator.sheets.open(crowd.firm.spreadsheet, cast.OWNER)
        self.count = 0

    def acts(self) -> str:
        """Do one thing; gives its name."""
        moves = self.crowd.moves
        able: list[tuple[float, str, Callable[[], None]]] = [
            (3, "comment", self.comments), (1, "wrong edit", self.spoils), (1, "copy a row", self.copies),
            (1, "paste over an id", self.takes_an_id), (moves, "sort", self.sorts),
            (moves, "insert", self.inserts), (moves, "delete", self.deletes),
        ]  # fmt: skip
        if self.role == "manager":
            able += [(12, "draft", self.writes), (2, "request", self.asks), (1, "status", self.decides)]
        else:
            able += [(10, "status", self.decides)]
        weights, names, works = zip(*able, strict=True)
        (which,) = self.chance.choices(range(len(able)), weights)
        works[which]()
        return str(names[which])

    # --- what a manager does

    def writes(self) -> None:
        self.count += 1
        column = self.chance.choice(("subject", "details", "invoice_no"))
        rid, text = self.crowd.own[self.address], f"{self.address} {self.count}"
        with self.doc.lock:  # a row is known by what stands in it, whatever number it shows for a moment
            rows = range(1, self.doc.book.used_rows(self.firm.sheets["registry"]))
            mark = KEPT + self.address
            row = next((row for row in rows if self._shows(row, "contractor_email") == mark), None)
            if row is not None:
                self._hand("type", self.firm.a1(row + 1, self.places[column]), text)
                self.crowd.typed[rid, column] = text
        self.emulator.hand.settle()  # nobody types twice into a cell before its trigger has run

    def asks(self) -> None:
        """A new request, pasted below the others as one block, and sent."""
        self.count += 1
        first, last = (self.places[key] for key in BLOCK)
        keys = {place: key for key, place in self.places.items()}
        subject = f"asked by {self.address} {self.count}"
        cells = {**GOOD, "amount": self.chance.randint(100, 99_999), "subject": subject}
        block = [[cells.get(keys[place], "") for place in range(first, last + 1)]]
        with self.doc.lock:
            if len(self._ids()) > 80:
                return
            where = self.firm.a1(self._end() + 1, first)
            self._hand("paste", where, block)
        self.emulator.hand.settle()  # the trigger gives it a number
        with self.doc.lock:
            rid = next(
                (rid for rid, row in self._ids().items() if self._shows(row, "subject") == subject), ""
            )
            self._types(rid, "status", self.firm.label("Submitted"))

    # --- what anybody does

    def decides(self) -> None:
        status = self.chance.choice(("Approved", "Approved", "Paid", "Rejected", "Returned", "Submitted"))
        self._types(self._any(), "status", self.firm.label(status))

    def comments(self) -> None:
        self._types(self._any(), "comment", self.chance.choice(WORDS))

    def spoils(self) -> None:
        column, value = self.chance.choice((("account", OTHER_ACCOUNT), ("amount", 7), ("purpose", "=A1")))
        self._types(self._any(), column, value)

    def sorts(self) -> None:
        column = self.places[self.chance.choice(("id", "subject", "amount", "status"))]
        specs = [{"dimensionIndex": column, "sortOrder": self.chance.choice(("ASCENDING", "DESCENDING"))}]
        area = {"sheetId": self.firm.sheets["registry"], "startRowIndex": 1}
        self._batch({"sortRange": {"range": area, "sortSpecs": specs}})

    def inserts(self) -> None:
        start = self.chance.randint(1, 20)
        area = {"sheetId": self.firm.sheets["registry"], "dimension": "ROWS"}
        self._batch({"insertDimension": {"range": {**area, "startIndex": start, "endIndex": start + 1}}})

    def deletes(self) -> None:
        with self.doc.lock:
            rid = self._any()
            row = self._ids().get(rid)
            if row is not None:
                area = {"sheetId": self.firm.sheets["registry"], "dimension": "ROWS"}
                self._batch({"deleteDimension": {"range": {**area, "startIndex": row, "endIndex": row + 1}}})

    def takes_an_id(self) -> None:
        with self.doc.lock:
            ids = self._ids()
            mine, other = self._any(), self._any()
            if mine in ids:
                text = self.chance.choice((other, "", "PR-9"))
                self._hand("type", self.firm.a1(ids[mine] + 1, self.places["id"]), text)

    def copies(self) -> None:
        """A row copied with its number into a blank one, as Ctrl-C and Ctrl-V do."""
        with self.doc.lock:
            ids = self._ids()
            row = ids.get(self._any())
            if row is None or len(ids) > 80:
                return
            block = [[self._plain(row, column) for column in range(self.places["contractor_email"] + 1)]]
            self._hand("paste", self.firm.a1(self._end() + 1, 0), block)

    # --- hands and eyes

    def _types(self, rid: str, column: str, value: Any) -> bool:
        with self.doc.lock:  # what one sees is what one types into
            row = self._ids().get(rid)
            if row is not None:
                self._hand("type", self.firm.a1(row + 1, self.places[column]), value)
            return row is not None

    def _hand(self, how: str, where: str, what: Any) -> None:
        work = getattr(self.emulator.hand, how)
        work(self.address, self.firm.spreadsheet, where, what, wait=False)  # the trigger runs beside us

    def _batch(self, change: Mapping[str, Any]) -> None:
        """What moves rows, done by the owner's hand: protected columns keep editors from it."""
        with self.doc.lock:
            self.emulator.sheets.batch_update(self.doc, cast.OWNER, {"requests": [change]})

    def _ids(self) -> dict[str, int]:
        """Where each number stands now: request -> row from 0."""
        sheet = self.firm.sheets["registry"]
        book, column = self.doc.book, self.places["id"]
        found = {}
        for row in range(book.used_rows(sheet) - 1, 0, -1):
            if isinstance(text := book.entered(sheet, row, column), str) and text:
                found[text] = row
        return found

    def _end(self) -> int:
        """The first row from 0 below everything that somebody typed."""
        sheet, book = self.firm.sheets["registry"], self.doc.book
        own = [self.places[key] for key in ("id", "subject", "status", "comment")]
        rows = range(book.used_rows(sheet) - 1, 0, -1)
        last = next((row for row in rows if any(book.entered(sheet, row, place) for place in own)), 0)
        return last + 1

    def _any(self) -> str:
        """Some request, none of those that are kept."""
        able = sorted(
            rid
            for rid, row in self._ids().items()
            if not str(self._shows(row, "contractor_email")).startswith(KEPT)
        )
        return self.chance.choice(able) if able else ""

    def _shows(self, row: int, key: str) -> Any:
        return self._plain(row, self.places[key])

    def _plain(self, row: int, column: int) -> Any:
        value = self.doc.book.entered(self.firm.sheets["registry"], row, column)
        return value if isinstance(value, str | int | float | bool) else ""


# --- functions


@contextlib.contextmanager
def functions(firm: Firm, count: int, pause: float) -> Iterator[Counter[str]]:
    """So many processes that run pass after pass; what they came to is counted when they have stopped."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    stop, told = context.Event(), context.Queue()
    children = [
        context.Process(target=_serve, args=(dict(firm.environment), stop, told, pause, n), daemon=True)
        for n in range(count)
    ]
    for child in children:
        child.start()
    total: Counter[str] = Counter()
    try:
        yield total
    finally:
        stop.set()
        for _ in children:
            total.update(told.get(timeout=120))
        for child in children:
            child.join(60)


def _serve(environment: Mapping[str, str], stop: Flag, told: Any, pause: float, number: int) -> None:
    chance, process = random.Random(number), from_environment(environment).process()
    done: Counter[str] = Counter()
    while not stop.is_set():
        try:
            report = process.run(scheduled=chance.random() < 0.1)
        except PortError as error:
            done[type(error).__name__] += 1
        else:
            done["passes"] += 1
            done["commits"] += report.commits
            done["lost races"] += report.lost_races
            done["repaired"] += report.repaired
        stop.wait(pause * 2 * chance.random())
    told.put(done)

"""Many hands and two instances at once: nothing is lost, nothing is done twice, and the chain holds."""

from __future__ import annotations

import contextlib
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sheetflow.core.tabs import TOKEN_NAME, range_id
from sheetflow.errors import ConcurrentEdit
from sheetflow.ports import Commit
from sheetflow.runtime import from_environment
from tests.conftest import Opener
from tests.firm import GOOD, OTHER_ACCOUNT, Firm, Hand, text_of

Edit = tuple[Hand, str, str, str]
"""Who types what into which column of which request: (hand, request, column, value)."""


def together(works: Sequence[Callable[[], None]]) -> None:
    """Do all at once; whatever one of them raises is raised here."""
    failures: list[Exception] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as failure:  # noqa: BLE001 - raised again below
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@contextlib.contextmanager
def instances(firm: Firm, number: int) -> Iterator[None]:
    """So many instances of the function, each running pass after pass meanwhile."""
    stop = threading.Event()
    passes: Counter[int] = Counter()

    def keep_running(me: int) -> None:
        runtime = from_environment(firm.environment)
        while not stop.is_set():
            with contextlib.suppress(ConcurrentEdit):
                runtime.process().run()
            passes[me] += 1

    works = [threading.Thread(target=keep_running, args=(me,)) for me in range(number)]
    for work in works:
        work.start()
    try:
        yield
    finally:
        stop.set()
        for work in works:
            work.join()
    assert len(passes) == number


def assert_told_once(firm: Firm) -> None:
    """Every letter of the Outbox arrived, none of them twice: each mail carries a reference of its own."""
    letters = firm.outbox()
    assert {state for *_, state in letters} == {"sent"}
    found: Counter[str] = Counter()
    for address in {to for _, to, _ in letters}:
        found.update(re.findall(r"\bSF[A-Z0-9]{10,}\b", "\n".join(map(text_of, firm.hand(address).mails()))))
    assert len(found) == len(letters)
    assert set(found.values()) == {1}


def test_races__two_hundred_edits_by_five_people_at_two_instances(opened: Opener) -> None:
    firm = opened()
    mia, max_, olga, anna, ada = firm.mia, firm.max, firm.olga, firm.anna, firm.ada
    own = {mia: [mia.drafts() for _ in range(2)], max_: [max_.drafts() for _ in range(2)]}
    sent = [mia.submits() for _ in range(4)]
    firm.run()
    cells = {
        (rid, column): firm.cell_of(rid, column)
        for rid in (*own[mia], *own[max_], *sent)
        for column in ("subject", "details", "invoice_no", "comment", "status", "account")
    }
    edits: dict[Hand, list[Edit]] = {hand: [] for hand in (mia, max_, olga, anna, ada)}
    for hand, other in ((mia, max_), (max_, mia)):
        for n in range(24):
            column = ("subject", "details", "invoice_no")[n % 3]
            edits[hand].append((hand, own[hand][n % 2], column, f"{hand} {n}"))
        edits[hand] += [(hand, own[other][0], "details", f"not {hand}'s {n}") for n in range(6)]
        edits[hand] += [(hand, rid, "status", "Approved") for rid in sent]
    edits[max_] += [(max_, rid, "account", OTHER_ACCOUNT) for rid in sent[2:]]
    edits[olga] += [(olga, rid, "status", "Approved") for rid in sent[:2]]
    edits[ada] += [(ada, rid, "status", "Paid") for rid in sent[2:]]
    for hand, todo in edits.items():
        todo += [(hand, sent[n % 4], "comment", f"{hand} says {n}") for n in range(40 - len(todo))]
        random.Random(str(hand)).shuffle(todo)
    assert sum(map(len, edits.values())) == 200

    def type_all(todo: Sequence[Edit]) -> None:
        for hand, rid, column, value in todo:
            hand.enters(cells[rid, column], value)

    with instances(firm, 2):
        together([lambda todo=todo: type_all(todo) for todo in edits.values()])  # type: ignore[misc]
    firm.settle()
    firm.later()
    firm.settle()

    firm.verify()
    assert_told_once(firm)
    for hand, rids in own.items():
        last = {(rid, column): value for _, rid, column, value in edits[hand] if rid in rids}
        assert {(rid, column): firm.row(rid)[column] for rid, column in last} == last
    assert [firm.status(rid) for rid in sent] == ["Approved"] * 2 + ["Submitted"] * 2
    assert [firm.row(rid)["account"] for rid in sent] == [GOOD["account"]] * 4
    typed = Counter(value for todo in edits.values() for *_, column, value in todo if column == "comment")
    said = Counter(event.data["text"] for event in firm.history() if event.kind == "CommentAdded")
    assert said == typed
    acts = Counter(firm.events())
    assert acts[("RequestApproved", olga.address)] == 2
    assert {kind for kind, actor in acts if actor == "unknown"} <= {
        "EditRefused"
    }  # read before the trigger ran
    waiting = [row for row in firm.values("A2:G", "UNFORMATTED_VALUE", "inbox") if len(row) < 7]
    assert waiting == []


def test_races__rows_that_are_sorted_all_the_time_while_cells_are_put_back(opened: Opener) -> None:
    firm = opened()
    rids = [firm.mia.submits(amount=1000 + n) for n in range(5)]
    firm.run()
    before = {rid: firm.row(rid) for rid in rids}
    places = firm.columns()
    area = {"sheetId": firm.sheets["registry"], "startRowIndex": 1, "endRowIndex": 1 + len(rids)}

    def sort() -> None:
        order = random.Random(1)
        for n in range(40):
            column = places[order.choice(("id", "subject", "amount"))]
            way = ("ASCENDING", "DESCENDING")[n % 2]
            specs = [{"dimensionIndex": column, "sortOrder": way}]
            firm.robot.batch({"sortRange": {"range": area, "sortSpecs": specs}})

    def spoil() -> None:
        where = random.Random(2)
        for n in range(30):
            row = where.randint(2, 1 + len(rids))
            column = ("account", "details", "purpose")[n % 3]
            firm.max.enters(firm.a1(row, places[column]), f"spoilt {n}")

    with instances(firm, 2):
        together([sort, spoil])
    firm.settle()
    firm.later()
    firm.settle()
    firm.verify()
    assert_told_once(firm)
    shown = ("id", "status", "confirmed", "account", "details", "purpose", "subject", "amount")
    assert {rid: {key: firm.row(rid)[key] for key in shown} for rid in rids} == {
        rid: {key: row[key] for key in shown} for rid, row in before.items()
    }
    assert firm.end() == 1 + len(rids)


def test_races__of_many_commits_on_one_token_exactly_one_wins(firm: Firm) -> None:
    firm.run()
    runtimes = [from_environment(firm.environment) for _ in range(8)]
    snapshot = runtimes[0].sheet().read()
    barrier = threading.Barrier(len(runtimes))
    won: list[str] = []
    lost: list[str] = []

    def commit(n: int) -> None:
        sheet = runtimes[n].sheet()
        sheet.read()
        new = replace(
            snapshot.token,
            revision=snapshot.token.revision + 1,
            range_id=range_id(snapshot.token.revision + 1, f"racer{n}"),
        )
        row = (f"racer{n}", "sent", "", "", 1, "", "", "", "{}", "")
        barrier.wait()
        try:
            sheet.commit(Commit(snapshot.token, new, {}, 0, outbox=[(None, row)]))
        except ConcurrentEdit:
            lost.append(new.range_id)
        else:
            won.append(new.range_id)

    together([lambda n=n: commit(n) for n in range(len(runtimes))])  # type: ignore[misc]
    assert len(won) == 1
    assert len(lost) == 7
    assert firm.token().range_id == won[0]
    racers = [row[0] for row in firm.values("A2:A", tab="outbox") if row and str(row[0]).startswith("racer")]
    assert racers == [won[0].rpartition("_")[2]]
    ranges = firm.robot.script.open_by_key(firm.spreadsheet).list_named_ranges()
    assert [one["namedRangeId"] for one in ranges if one["name"] == TOKEN_NAME] == won

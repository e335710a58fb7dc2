"""A pass that puts files away and sends one of them is killed at every call, or a call fails: one file in one
place, one mail with it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sheetflow.workspace.local import LocalWorkspace
from tests.conftest import Opener
from tests.faults.dying import run_pass
from tests.faults.test_faults import FAILURES, passes
from tests.faults.waiting import Outcome, outcome
from tests.firm import LETTERS_AT_ONCE, Firm
from tests.long import LONG
from tests.torture.tally import Tally

ORDER = b"%PDF-1.4 " + bytes(range(256)) * 40
SHARES = 6
"""Calls to be killed at are dealt out to so many tests, for several processes to run them."""
FOLDERS = "mimeType = 'application/vnd.google-apps.folder' and trashed = false"


def prepare(firm: Firm) -> None:
    """An approved request whose order was pasted and Paid picked, and a new one with an invoice, sent."""
    paid, fresh = firm.mia.submits(), firm.max.drafts()
    firm.run()
    firm.olga.picks("Approved", paid)
    firm.run()
    incoming = firm.folder("incoming")
    firm.anna.types("payment_order", paid, firm.anna.uploads("Платёжка.pdf", ORDER, incoming))
    firm.anna.picks("Paid", paid)
    firm.max.types("invoice", fresh, firm.anna.uploads("Счет.pdf", b"%PDF-1.4 scan", incoming))
    firm.max.picks("Submitted", fresh)
    firm.later("PT5S")  # a pass's time has whole seconds: now every pass comes after every edit


@dataclass
class Papers:
    """What a pass leaves behind: in the registry, in the folder, in the contractor's mailbox."""

    registry: Outcome
    papers: list[str]
    folders: list[str]
    attached: list[tuple[str | None, bytes]]


def papers(firm: Firm) -> Papers:
    """How everything stands now."""
    told = firm.service.drive.files().list(q=FOLDERS, pageSize=1000, fields="files(name)").execute()
    mails = firm.hand("pay@romashka.example").mails()
    attached = [
        (part.get_filename(), part.get_payload(decode=True))
        for mail in mails
        for part in mail.iter_attachments()
    ]
    folders = sorted(one["name"] for one in told["files"])
    return Papers(outcome(firm), firm.papers(), folders, attached)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed workspace where both wait."""
    folder = tmp_path_factory.mktemp("papers")
    with LocalWorkspace(folder, scheduled=False, functions=False, settings=LETTERS_AT_ONCE) as place:
        firm = Firm.at(place).shorten()
        prepare(firm)
        firm.close()
    return folder


@pytest.fixture(scope="module")
def whole(opened: Opener, waiting: Path) -> Papers:
    """What comes of it when nothing goes wrong."""
    firm = opened(copy_of=waiting)
    firm.run()
    found = papers(firm)
    names = [path.rpartition("/")[2] for path in found.papers]
    assert names == ["PR-000002 Платёжка.pdf", "PR-000004 Счет.pdf"]
    assert found.attached == [("PR-000002 Платёжка.pdf", ORDER)]
    assert len(set(found.folders)) == len(found.folders)
    assert set(found.registry.letters.values()) == {1}
    return found


@pytest.mark.parametrize("share", range(SHARES) if LONG else (1, 4))
def test_kill__at_every_call_leaves_one_file_in_one_place_and_one_mail(
    opened: Opener, waiting: Path, whole: Papers, share: int, tally: Tally
) -> None:
    calls: list[str] = []
    for answered in itertools.count(share, SHARES):
        firm = opened(copy_of=waiting)
        before = firm.last_call()
        killed = run_pass(firm.environment, answered)
        calls = firm.calls(before)
        if not killed:
            break
        tally.count("crash_points")
        assert len(calls) == answered
        for _ in range(2):  # whoever takes the filing over finishes it; the letters that follow are new
            firm.later()
            firm.run()
        assert papers(firm) == whole, f"killed after {calls}"
        assert not firm.run().commits
        firm.place.close()
    assert calls.count("drive.files.update") == 2
    assert calls.count("drive.files.create") == 4  # year, month, and a folder each
    assert calls.count("gmail.messages.send") == len(whole.registry.letters) - 4
    assert len(calls) >= 30


CALLS: Mapping[str, Mapping[str, Any]] = {
    "look": {"method": "GET", "path": "/drive/v3/files/"},
    "search": {"method": "GET", "path": r"/drive/v3/files$"},
    "folder": {"method": "POST", "path": r"/drive/v3/files$"},
    "move": {"method": "PATCH", "path": "/drive/v3/files/"},
    "share": {"method": "POST", "path": "/permissions"},
    "attach": {"method": "GET", "path": "/drive/v3/files/", "skip": 6},
    "send": {"method": "POST", "path": "/messages/send"},
    "record": {"method": "POST", "path": ":batchUpdate", "skip": 1},
}
HOW = (("503", 1), ("dropped in spite of its effect", 1), ("503 in spite of its effect", 9))
"""How a call fails, and how often in a row."""


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("failure", "times"), HOW)
def test_faults__of_a_call_lose_no_file_and_move_none_twice(
    opened: Opener, waiting: Path, whole: Papers, call: str, failure: str, times: int, tally: Tally
) -> None:
    firm = opened(copy_of=waiting)
    firm.post("/workspace/faults", {**CALLS[call], **FAILURES[failure], "times": times})
    tally.count("faults", times)
    passes(firm, most=12)
    (fault,) = firm.get("/workspace/faults")["faults"]
    assert fault["hits"] == times or (times > 1 and fault["hits"])  # what took effect is not asked for again
    firm.settle()
    assert papers(firm) == whole
    firm.place.close()
